"""The network of a plan is the formula of its docstring, written out in NumPy; bad plans are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.learning.loop.serialization import pack_networks, read_networks
from evolaw.score.networks.mlp import MLP, Perceptron


def lively(net: Any, seed: int = 5) -> Any:
    """The network with every weight drawn anew, for its last layer begins as zero."""
    chance = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: jnp.asarray(chance.normal(0, 0.4, leaf.shape), jnp.float32), net)


def test_it_is_what_its_formula_says() -> None:
    net: Perceptron = lively(MLP(width=5, depth=3, features=4, activation="tanh").draw((2, 3), classes=4, rng=0))
    x = np.random.default_rng(0).normal(size=(2, 3))
    w = jax.tree.map(np.asarray, net)
    values = np.tanh(x.ravel() @ w.first + np.asarray(net.embedding(0.2, 1)))
    for weight, bias in zip(w.hidden, w.biases, strict=True):
        values = np.tanh(values @ weight + bias)
    np.testing.assert_allclose(net(jnp.asarray(x), 0.2, 1), (values @ w.last + w.offset).reshape(2, 3), rtol=1e-4)
    assert str(net) == "MLP(6 numbers; 3 x 5, tanh)"


def test_a_fresh_network_is_silent_and_the_seed_is_all() -> None:
    one, same, other = (MLP(width=4, depth=2).draw((3,), rng=seed) for seed in (1, 1, 2))
    assert not np.asarray(one(jnp.ones(3), 0.3)).any()
    assert eqx.tree_equal(one, same)
    assert not np.array_equal(one.first, other.first)


def test_it_comes_back_from_a_file(tmp_path: Path) -> None:
    net = lively(MLP(width=4, depth=2).draw((3,), numbers=2, rng=1))
    (tmp_path / "nets").write_bytes(pack_networks([net]))
    (again,) = read_networks(tmp_path / "nets")
    assert eqx.tree_equal(net, again)


@pytest.mark.parametrize("wrong", [{"width": 0}, {"depth": 0}, {"features": 3}, {"activation": "sine"}])
def test_a_bad_plan_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        MLP(**wrong).draw((2,), rng=0)
