"""The canonical networks are Life with the margins worked out by hand; boards and windows say the same."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.automata.stepping import windows
from evolaw.errors import ArgumentError
from evolaw.learning.windows.cnn import ACTIVATIONS, Cnn, Quadratic, on_boards, on_windows, patches, read_logits, size
from evolaw.learning.windows.datasets import window_cells

LIFE = Rule("B3/S23").table == 1
CENTRE = (np.arange(512) >> 4) & 1
COUNT = np.bitwise_count(np.arange(512)) - CENTRE

FORMULAS = {
    "relu": lambda n, c: 0.5 - np.maximum(n - 3, 0) - np.maximum(3 - n - c, 0),
    "tanh": lambda n, c: 2 * np.tanh(n + c / 2 - 2.5) - 2 * np.tanh(n - 3.5) - 1.5,
    "quadratic": lambda n, c: 5 / 8 - (n + c / 2 - 3) ** 2,
}
NETS = {"relu": Cnn.life("relu"), "tanh": Cnn.life("tanh"), "quadratic": Quadratic.life()}
MARGINS = {"relu": 0.5, "tanh": 0.3103, "quadratic": 0.375}


@pytest.mark.parametrize("name", NETS)
def test_the_canonical_networks_are_life(name: str) -> None:
    logits = read_logits(NETS[name])
    assert np.array_equal(logits > 0, LIFE)
    np.testing.assert_allclose(logits, FORMULAS[name](COUNT.astype(float), CENTRE.astype(float)), atol=1e-5)
    assert np.abs(logits).min() == pytest.approx(MARGINS[name], abs=1e-4)


def test_the_parabola_has_the_largest_margin() -> None:
    """Any level a in (1/4, 1) is Life; the margin min(a - 1/4, 1 - a) is largest at 5/8."""
    values = (COUNT + CENTRE / 2 - 3) ** 2
    assert values[LIFE].max() == 0.25
    assert values[~LIFE].min() == 1.0


def test_patches_are_the_windows() -> None:
    board = np.random.default_rng(0).integers(0, 2, (2, 5, 7)).astype(np.uint8)
    cells = np.asarray(patches(jnp.asarray(board))).astype(int)
    numbers = np.tensordot(1 << np.arange(8, -1, -1), cells, 1)
    assert np.array_equal(numbers, windows(board))
    assert np.array_equal(window_cells().astype(int) @ (1 << np.arange(8, -1, -1)), np.arange(512))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("widths", [(3,), (4, 2)])
def test_a_network_is_the_convolution_it_stands_for(activation: str, widths: tuple[int, ...]) -> None:
    """Against a plain convolution in NumPy: every filter slid over the padded board."""
    net = Cnn.random(widths, activation=activation, rng=1)
    board = np.random.default_rng(0).integers(0, 2, (6, 5))
    padded = np.pad(2.0 * board - 1, 1, mode="wrap")
    values = np.zeros((*board.shape, widths[0]))
    for k in range(widths[0]):
        kernel = np.asarray(net.weights[0])[:, k].reshape(3, 3)
        for row in range(board.shape[0]):
            for col in range(board.shape[1]):
                values[row, col, k] = (padded[row : row + 3, col : col + 3] * kernel).sum()
    for weight, bias in zip(net.weights[1:], net.biases[:-1], strict=True):
        values = np.asarray(ACTIVATIONS[activation](jnp.asarray(values + np.asarray(bias)))) @ np.asarray(weight)
    expected = (values + np.asarray(net.biases[-1]))[..., 0]
    with precise("float32"):
        np.testing.assert_allclose(eqx.filter_jit(on_boards)(net, board.astype(np.float32)), expected, atol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 2])
def test_windows_and_boards_give_the_same_logits_and_slopes(steps: int) -> None:
    net = Cnn.random((5,), rng=2)
    board = np.random.default_rng(1).integers(0, 2, (2, 6, 6)).astype(np.uint8)
    numbers = jnp.asarray(windows(board), jnp.int32)

    def total(net: Cnn, whole: bool) -> jax.Array:
        given = on_windows(net, numbers, steps) if whole else on_boards(net, jnp.asarray(board, jnp.float32), steps)
        return (given * jnp.arange(given.size).reshape(given.shape)).mean()

    (first, one), (second, other) = (eqx.filter_value_and_grad(total)(net, whole) for whole in (True, False))
    assert float(first) == pytest.approx(float(second), rel=1e-4)
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3 * float(jnp.abs(b).max()))


@pytest.mark.slow
def test_a_sure_network_composes_like_its_rule() -> None:
    """Logits of size 40 and more make the cells between two steps 0 or 1 to rounding."""
    life = Cnn.life()
    sure = eqx.tree_at(lambda n: (n.weights[-1], n.biases[-1]), life, (80 * life.weights[-1], 80 * life.biases[-1]))
    board = np.random.default_rng(5).integers(0, 2, (12, 12)).astype(np.uint8)
    third = evolve("B3/S23", board, 3).final
    assert np.array_equal(np.asarray(on_boards(sure, jnp.asarray(board, jnp.float32), 3)) > 0, third == 1)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("side", [3, 4, 7, 33, 1024])
def test_a_network_right_on_512_windows_is_right_on_every_board(side: int) -> None:
    for net in (Cnn.life("tanh"), Quadratic.life()):
        board = np.random.default_rng(side).integers(0, 2, (side, side)).astype(np.uint8)
        found = np.asarray(eqx.filter_jit(on_boards)(net, board.astype(np.float32))) > 0
        assert np.array_equal(found, evolve("B3/S23", board, 1).final == 1)


def test_drawing_is_repeatable_and_has_the_stated_spread() -> None:
    one, same, other = (Cnn.random((400,), rng=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.weights[0], same.weights[0])
    assert not np.array_equal(one.weights[0], other.weights[0])
    # 3600 normal weights: the variance has a relative standard error of sqrt(2/3600) = 2.4 %; five of them.
    assert float(one.weights[0].var()) == pytest.approx(2 / 9, rel=0.12)
    assert float(jnp.abs(one.biases[0]).max()) == 0
    assert size(one) == 9 * 400 + 400 + 400 + 1
    assert size(Quadratic.random(rng=0)) == 11


def test_networks_say_what_they_are() -> None:
    assert str(Cnn.random((4, 2), rng=0)) == "Cnn(4, 2; relu)"
    assert str(Quadratic.life()) == "Quadratic(1)"


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ArgumentError, match=r"activation.*Did you mean relu"):
        Cnn.random((4,), activation="rleu", rng=0)
    with pytest.raises(ArgumentError, match="widths"):
        Cnn.random((0,), rng=0)
    with pytest.raises(ArgumentError, match="activation"):
        Cnn.life("gelu")
    with pytest.raises(ArgumentError, match="rng"):
        Cnn.random((4,), rng=None)


def test_what_is_no_board_is_named() -> None:
    with pytest.raises(ArgumentError, match="`boards` must end in rows and cols"):
        on_boards(Cnn.life(), [0.5, 1.0])
