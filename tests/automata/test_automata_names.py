"""The façade of the folder gives what it lists, and gives it cheaply."""

from __future__ import annotations

import subprocess
import sys

import pytest

from evolaw import automata


@pytest.mark.parametrize("name", automata.__all__)
def test_every_listed_name_loads(name: str) -> None:
    thing = getattr(automata, name)
    assert isinstance(thing, tuple) or thing.__doc__
    assert name in dir(automata)


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Rules'"):
        _ = automata.Rules


def test_no_heavy_package_is_loaded_for_a_plain_step() -> None:
    code = (
        "import sys\nfrom evolaw import automata\nautomata.step('B3/S23', [[0, 1], [1, 0]])\n"
        "print(sorted({'jax', 'zarr', 'matplotlib', 'xarray', 'llvmlite'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert said.strip() == "[]"
