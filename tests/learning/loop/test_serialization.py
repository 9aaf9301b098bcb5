"""Networks come back from files as they were, and from nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.errors import StorageError
from evolaw.learning.loop.serialization import (
    build,
    describe,
    load_like,
    named,
    pack,
    pack_networks,
    read_networks,
    unpack,
)
from evolaw.learning.windows.cnn import ACTIVATIONS, Cnn, Quadratic, WindowNet, read_logits
from evolaw.learning.windows.equivariant import GROUPS, GroupNet, OrbitTable
from evolaw.learning.windows.orbit_tables import HeldTable
from evolaw.randomness import Source

KNOWN = np.array([1.0, 0.25] + [np.nan] * 100)
NETS: list[WindowNet] = [
    *(Cnn.random((3,), activation=name, rng=0) for name in ACTIVATIONS),
    Cnn.random((5, 4, 3), rng=1),
    Cnn.life("tanh"),
    Quadratic.random(rng=2),
    *(GroupNet.random((3,), group=group, rng=3) for group in GROUPS),
    GroupNet.random((3, 2, 4), rng=4),
    *(OrbitTable.flat(space) for space in ("outer-totalistic", "isotropic", "general")),
    HeldTable.random(KNOWN, "isotropic", rng=Source(5)),
]


class Mine(OrbitTable):
    """A network of the user's own."""

    doubt: jax.Array


@pytest.mark.slow
def test_every_network_comes_back(tmp_path: Path) -> None:
    (tmp_path / "nets").write_bytes(pack_networks([*NETS, Mine(jnp.zeros(102), "isotropic", jnp.float32(2))]))
    again = read_networks(tmp_path / "nets")
    assert [str(net) for net in again[:-1]] == [str(net) for net in NETS]
    for net, other in zip(NETS, again, strict=False):
        assert type(net) is type(other)
        assert jax.tree.structure(net) == jax.tree.structure(other)
        for a, b in zip(jax.tree.leaves(net), jax.tree.leaves(other), strict=True):
            assert (a.dtype, a.shape, np.asarray(a).tobytes()) == (b.dtype, b.shape, np.asarray(b).tobytes())
        assert np.array_equal(read_logits(net), read_logits(other))
    assert isinstance(again[-1], Mine)


def test_the_same_networks_are_the_same_bytes() -> None:
    assert pack_networks(NETS) == pack_networks(NETS)
    assert pack_networks(NETS) != pack_networks(NETS[::-1])


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_damage_is_seen(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int, cut: bool) -> None:
    content = bytearray(pack_networks([NETS[0]]))
    at = int(place * len(content))
    if cut:
        del content[at:]
    else:
        content[at] ^= 1 << bit
    path = tmp_path_factory.mktemp("damage") / "nets"
    path.write_bytes(bytes(content))
    try:
        (found,) = read_networks(path)
    except StorageError:
        return
    assert np.array_equal(read_logits(found), read_logits(NETS[0])), "only a blank of the header may have changed"


def forged(path: Path, **changes: Any) -> Path:
    """A file whose checksum is right and whose description is not."""
    header = {"version": 1, "networks": [describe(NETS[0]) | changes]}
    path.write_bytes(pack(named(NETS[0], "0"), header))
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {"class": "Cnm"},
        {"module": "os", "class": "system"},
        {"module": "evolaw.learning.nowhere"},
        {"module": "evolaw.learning.windows.cnn", "class": "WindowNet"},
        {"settings": {"activation": "evil", "centred": True}},
        {"settings": {}},
        {"parts": {"weights": 2, "biases": 3}},
        {"parts": {"weights": None, "biases": None}},
        {"parts": "many"},
    ],
)
def test_a_description_that_fits_nothing_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(StorageError, match="network"):
        read_networks(forged(tmp_path / "nets", **changes))


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save

    empty, text, foreign = tmp_path / "empty", tmp_path / "text", tmp_path / "foreign"
    empty.write_bytes(b"")
    text.write_text("B3/S23")
    foreign.write_bytes(save({"x": np.zeros(3)}))
    for path, says in ((empty, "cannot be read"), (text, "cannot be read"), (foreign, "none that evolaw wrote")):
        with pytest.raises(StorageError, match=says):
            read_networks(path)
    with pytest.raises(StorageError, match="cannot be read"):
        read_networks(tmp_path / "missing")
    broken = eqx.tree_at(lambda net: net.level, NETS[7], jnp.float32(jnp.nan))
    (tmp_path / "nan").write_bytes(pack_networks([broken]))
    with pytest.raises(StorageError, match="not finite"):
        read_networks(tmp_path / "nan")
    with pytest.raises(StorageError, match="version"):
        (tmp_path / "old").write_bytes(pack({}, {"version": 0}))
        read_networks(tmp_path / "old")


@pytest.mark.slow
def test_a_description_is_enough_beside_the_arrays() -> None:
    for net in NETS:
        again = build(describe(net), named(net, "here"), "here")
        assert np.array_equal(read_logits(net), read_logits(again))


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    header, arrays = {"a": [1, 2.5, None], "b": {"c": float("inf")}}, {"x": np.arange(3), "y": np.ones((2, 0))}
    (tmp_path / "file").write_bytes(pack(arrays, header))
    found, again = unpack(tmp_path / "file")
    assert found == header
    assert {name: value.tolist() for name, value in again.items()} == {"x": [0, 1, 2], "y": [[], []]}


class Nested(eqx.Module):
    """A network made of networks, as an image network is."""

    inner: tuple[WindowNet, ...]
    mixed: tuple[jax.Array, WindowNet]
    scale: jax.Array
    name: str = eqx.field(static=True)


def nested(width: int = 3, name: str = "a") -> Nested:
    nets = (Cnn.random((width,), rng=0), Cnn.random((2, 2), rng=1))
    return Nested(nets, (jnp.ones(2), OrbitTable.flat()), jnp.float32(2), name)


def test_networks_inside_networks_come_back(tmp_path: Path) -> None:
    (tmp_path / "nets").write_bytes(pack_networks([nested()]))
    (again,) = read_networks(tmp_path / "nets")
    assert jax.tree.structure(again) == jax.tree.structure(nested())
    for a, b in zip(jax.tree.leaves(again), jax.tree.leaves(nested()), strict=True):
        assert np.array_equal(a, b)


def test_another_architecture_is_told_by_its_first_difference(tmp_path: Path) -> None:
    (tmp_path / "nets").write_bytes(pack_networks([nested()]))
    same = load_like(nested(), tmp_path / "nets")
    assert np.array_equal(same.inner[0].weights[0], nested().inner[0].weights[0])
    with pytest.raises(
        StorageError, match=r"inner\[0\].biases\[0\] is float32 of shape \(3,\) there and .*\(4,\) here"
    ):
        load_like(nested(4), tmp_path / "nets")
    with pytest.raises(StorageError, match=r"another architecture: settings\.name is 'a' there and 'b' here"):
        load_like(nested(name="b"), tmp_path / "nets")


@pytest.mark.slow
def test_a_network_with_functions_in_it_is_read_into_one_like_it(tmp_path: Path) -> None:
    """Such as Equinox's own: its arrays are kept, its functions are not."""
    net, other = (eqx.nn.MLP(2, 1, 4, 1, key=jax.random.key(seed)) for seed in (0, 1))
    (tmp_path / "nets").write_bytes(pack_networks([net]))
    with pytest.raises(StorageError, match="only its owner can build"):
        read_networks(tmp_path / "nets")
    found = load_like(other, tmp_path / "nets")
    assert np.array_equal(found(jnp.ones(2)), net(jnp.ones(2)))
    with pytest.raises(StorageError, match="another architecture"):
        load_like(eqx.nn.MLP(2, 1, 5, 1, key=jax.random.key(1)), tmp_path / "nets")
