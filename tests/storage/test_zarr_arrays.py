"""Arrays on disk: what is not begun, and what is not believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.errors import StorageError
from evolaw.storage import zarr_arrays


def an_array(run: Path) -> Any:
    array = zarr_arrays.create(run, "values", (5, 3), np.float64, ("times", "cells"), (2, 3))
    zarr_arrays.fill(run, "values", array, ..., np.arange(15.0).reshape(5, 3))
    return array


def test_what_is_filled_is_there_chunk_by_chunk(tmp_path: Path) -> None:
    array = an_array(tmp_path)
    assert np.array_equal(zarr_arrays.open_array(tmp_path, "values", writing=False)[...], np.arange(15.0).reshape(5, 3))
    files = zarr_arrays.chunk_files(tmp_path, "values")
    keys = [zarr_arrays.chunk_key("values", array, index) for index in range(3)]
    assert [file.relative_to(tmp_path / "data.zarr").as_posix() for file in files] == keys
    assert zarr_arrays.chunk_files(tmp_path, "values", 1, 2) == files[1:]
    assert zarr_arrays.names(tmp_path) == ["values"] and zarr_arrays.names(tmp_path / "nowhere") == []


def test_zeros_written_into_an_opened_array_are_files(tmp_path: Path) -> None:
    zarr_arrays.create(tmp_path, "values", (4, 3), np.float64, ("times", "cells"), (2, 3))
    assert zarr_arrays.chunk_files(tmp_path, "values") == []
    zarr_arrays.fill(
        tmp_path, "values", zarr_arrays.open_array(tmp_path, "values", writing=True), ..., np.zeros((4, 3))
    )
    assert len(zarr_arrays.chunk_files(tmp_path, "values")) == 2


def test_what_could_not_be_read_back_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"more than the 64\.0 GiB that are read back"):
        zarr_arrays.create(tmp_path, "values", (2**33, 2), np.float64, ("times", "cells"), (1, 2))
    with pytest.raises(StorageError, match="only numbers, truth values and text"):
        zarr_arrays.create(tmp_path, "values", (2,), object, ("times",), (2,))
    assert list(tmp_path.iterdir()) == []


DAMAGE: dict[str, Any] = {
    "shape": [[-1, 3], ["5", 3], [5], [2**62, 2**62], None],
    "data_type": ["object", "float6", None, {"name": "struct"}],
    "chunk_grid": [None, {"name": "regular", "configuration": {"chunk_shape": [0, 0]}}, {"name": "x"}, []],
    "codecs": [[], [{"name": "pickle"}], None, "bytes"],
    "zarr_format": [2, None, "3"],
    "node_type": ["group", None],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in DAMAGE.items() for value in values])
def test_a_spoiled_header_is_a_sentence(tmp_path: Path, field: str, value: Any) -> None:
    an_array(tmp_path)
    header = tmp_path / "data.zarr" / "values" / "zarr.json"
    header.write_text(json.dumps(json.loads(header.read_text()) | {field: value}))
    with pytest.raises(StorageError, match="values"):
        zarr_arrays.open_array(tmp_path, "values", writing=False)


def test_a_huge_header_is_not_read(tmp_path: Path) -> None:
    an_array(tmp_path)
    (tmp_path / "data.zarr" / "values" / "zarr.json").write_bytes(b" " * (2**20 + 1))
    with pytest.raises(StorageError, match="larger than"):
        zarr_arrays.open_array(tmp_path, "values", writing=False)
