"""Small convolutional networks that step like a rule.

A 3x3 convolution followed by 1x1 convolutions is one and the same small network at every cell, applied to the cell's window:

    h_1 = s(W_1^T c + b_1),    h_k = s(W_k^T h_{k-1} + b_k),    logit = w^T h_last + b       c: the 9 cells of the window

"CNN-small" has one hidden layer (two layers of weights, 3x3 then 1x1), its three-layer form two. The network is written
as a function of windows; `on_boards` gathers the windows of a board (on a torus) and applies it: matrix products
W^T C with one column a cell, which XLA runs fast on a CPU where its convolution gradient is slow. The columns are taken in
blocks whose hidden layers stay in the processor's cache, and the gradient computes them anew instead of fetching them from
memory. On boards of whole cells it is faster still to evaluate the 512 windows once and to look every cell up: `on_windows`.

The same weights applied k times learn from frames k generations apart; in between a cell is its probability of life.

Canonical solutions, with n live neighbours and centre c, threshold in the logit's sign:

    ReLU (2 filters)        1/2 - relu(n - 3) - relu(3 - n - c)
    tanh (2 filters)        2 tanh(n + c/2 - 2.5) - 2 tanh(n - 3.5) - 3/2
    quadratic (1 filter)    5/8 - (n + c/2 - 3)^2

References: springer2021, section 3; ahmed2026; bibin2024.
"""

from __future__ import annotations

import abc
import itertools
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import precise
from evolaw.errors import StorageError
from evolaw.learning.windows.datasets import window_cells
from evolaw.randomness import source
from evolaw.told import told

__all__ = [
    "ACTIVATIONS",
    "Cnn",
    "Quadratic",
    "WindowNet",
    "normal",
    "on_boards",
    "on_windows",
    "patches",
    "read_logits",
    "size",
]

ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "gelu": jax.nn.gelu, "silu": jax.nn.silu, "square": jnp.square}
CELLS = 9
_BLOCK = 256


class WindowNet(eqx.Module):
    """A network from the nine cells of a window to the logit of life."""

    @abc.abstractmethod
    def columns(self, cells: jax.Array) -> jax.Array:
        """Return the logit of life, shape (n,), for cells of shape (9, n), north-west first, values in [0, 1]."""

    def __call__(self, cells: jax.Array) -> jax.Array:
        """Return the logit of life, shape (...), for cells of shape (..., 9)."""
        return self.columns(cells.reshape(-1, CELLS).T).reshape(cells.shape[:-1])

    def window_logits(self) -> jax.Array:
        """Return the logits of all 512 windows, shape (512,): everything the network knows about whole cells."""
        return self.columns(jnp.asarray(window_cells().T))

    def validate(self) -> None:
        """Refuse arrays that make no function of windows; asked when a network is read from a file."""
        shape = jax.eval_shape(self.window_logits).shape
        if shape != (512,):
            raise StorageError(f"The stored network gives logits of shape {shape}, not one for each of 512 windows.")


class Cnn(WindowNet):
    """A 3x3 convolution, then 1x1 convolutions: CNN-small with any number of layers and widths.

    Attributes:
        weights: W_1 of shape (9, w_1), W_2 (w_1, w_2), …, the last one (w, 1).
        biases: one vector a layer.
        activation: name of s, a key of `ACTIVATIONS`.
        centred: whether the cells enter as -1 and 1 instead of 0 and 1, which trains faster.

    Example:
        >>> net = Cnn.random((16,), rng=0)
        >>> net.window_logits().shape
        (512,)
    """

    weights: tuple[jax.Array, ...]
    biases: tuple[jax.Array, ...]
    activation: str = eqx.field(static=True)
    centred: bool = eqx.field(static=True)

    @classmethod
    def random(cls, widths: tuple[int, ...] = (16,), *, activation: str = "relu", rng: Any) -> Cnn:
        """Draw a network: W_ij ~ N(0, 2/fan-in), the last layer N(0, 1/fan-in), biases zero.

        Args:
            widths: hidden widths; (16,) is the default CNN-small, (16, 16) its three-layer form.
            activation: a key of `ACTIVATIONS`.
            rng: seed or generator.

        References:
            he2015, equation 10.
        """
        checks.one_of(activation, "activation", ACTIVATIONS)
        sizes = [CELLS, *(checks.integer(width, "widths", least=1) for width in widths), 1]
        chance = source(rng).stream("weights").generator()
        gains = [2.0] * len(widths) + [1.0]
        weights = [
            normal(chance, (fan, width), gain / fan)
            for gain, (fan, width) in zip(gains, itertools.pairwise(sizes), strict=True)
        ]
        return cls(tuple(weights), tuple(jnp.zeros(width) for width in sizes[1:]), activation, True)

    @classmethod
    def life(cls, activation: str = "relu") -> Cnn:
        """Return the canonical two-filter network that is Life exactly; ``activation`` is "relu" or "tanh".

        Example:
            >>> from evolaw.automata import Rule
            >>> bool(((Cnn.life().window_logits() > 0) == Rule("B3/S23").table).all())
            True
        """
        checks.one_of(activation, "activation", ("relu", "tanh"))
        ring, centre = np.ones(CELLS), np.zeros(CELLS)
        ring[CELLS // 2], centre[CELLS // 2] = 0, 1
        if activation == "relu":
            first, biases, last, bias = [ring, -ring - centre], [-3.0, 3.0], [-1.0, -1.0], 0.5
        else:
            first, biases, last, bias = [ring + centre / 2, ring], [-2.5, -3.5], [2.0, -2.0], -1.5
        weights = (jnp.asarray(np.stack(first, 1), jnp.float32), jnp.asarray(last, jnp.float32)[:, None])
        return cls(weights, (jnp.asarray(biases, jnp.float32), jnp.asarray([bias], jnp.float32)), activation, False)

    def columns(self, cells: jax.Array) -> jax.Array:
        """Return the logit of life, shape (n,), for cells of shape (9, n)."""
        act = ACTIVATIONS[self.activation]
        values = 2 * cells - 1 if self.centred else cells
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            values = act(weight.T @ values + bias[:, None])
        return (self.weights[-1].T @ values + self.biases[-1][:, None])[0]

    def __str__(self) -> str:
        return f"Cnn({', '.join(str(bias.shape[-1]) for bias in self.biases[:-1])}; {self.activation})"


class Quadratic(WindowNet):
    """One filter and a parabola: logit = a - (w^T c + b)^2, the smallest network that can hold Life.

    Attributes:
        filter: w, shape (9,).
        offset: b.
        level: a.
    """

    filter: jax.Array
    offset: jax.Array
    level: jax.Array

    @classmethod
    def random(cls, *, rng: Any) -> Quadratic:
        """Draw w ~ N(0, 2/9) for cells at -1 and 1, b = 0, a = 0."""
        chance = source(rng).stream("weights").generator()
        return cls(normal(chance, (CELLS,), 2 / CELLS), jnp.zeros(()), jnp.zeros(()))

    @classmethod
    def life(cls) -> Quadratic:
        """Return 5/8 - (n + c/2 - 3)^2, which is Life exactly with the largest margin, 3/8."""
        # The cells enter as v = 2c - 1, so n = (sum of ring v)/2 + 4 and c = (v + 1)/2.
        filter_ = np.full(CELLS, 0.5)
        filter_[CELLS // 2] = 0.25
        return cls(jnp.asarray(filter_, jnp.float32), jnp.float32(1.25), jnp.float32(0.625))

    def columns(self, cells: jax.Array) -> jax.Array:
        """Return the logit of life, shape (n,), for cells of shape (9, n)."""
        return self.level - (self.filter @ (2 * cells - 1) + self.offset) ** 2

    def __str__(self) -> str:
        return "Quadratic(1)"


def patches(boards: jax.Array) -> jax.Array:
    """Gather the windows of every cell on a torus: (..., rows, cols) to (9, ..., rows, cols), north-west first."""
    shifts = [(row, col) for row in (1, 0, -1) for col in (1, 0, -1)]
    return jnp.stack([jnp.roll(boards, shift, (-2, -1)) for shift in shifts])


@told
def on_boards(net: WindowNet, boards: jax.Array, steps: int = 1) -> jax.Array:
    """Apply the network ``steps`` times to boards on a torus: logits of shape (..., rows, cols).

    Between two steps a cell is the probability sigmoid(logit), so that the whole is differentiable; the weights are shared.

    Example:
        >>> blinker = jnp.zeros((5, 5)).at[2, 1:4].set(1)
        >>> (on_boards(Cnn.life(), blinker) > 0)[:, 2].astype(int).tolist()  # some seconds
        [0, 1, 1, 1, 0]
    """
    boards = jnp.asarray(boards)
    checks.require(boards.ndim >= 2, "boards", "end in rows and cols", boards.shape)
    return _further(net, _everywhere(net, boards), steps)


def on_windows(net: WindowNet, windows: jax.Array, steps: int = 1) -> jax.Array:
    """Return what `on_boards` returns for boards of whole cells given as the window number of every cell.

    Notes:
        The first step costs 512 evaluations and a look-up a cell.
    """
    return _further(net, net.window_logits()[windows], steps)


def _further(net: WindowNet, logits: jax.Array, steps: int) -> jax.Array:
    for _ in range(steps - 1):
        logits = _everywhere(net, jax.nn.sigmoid(logits))
    return logits


def _everywhere(net: WindowNet, boards: jax.Array) -> jax.Array:
    """Apply the network once to every cell, `_BLOCK` cells at a time."""
    cells = patches(boards).reshape(CELLS, -1)
    whole = boards.size // _BLOCK * _BLOCK
    # Not the bound method: JAX looks functions up by their hash, and a network of arrays has none.
    apply = jax.checkpoint(lambda block: net.columns(block))
    blocks = cells[:, :whole].reshape(CELLS, -1, _BLOCK).swapaxes(0, 1)
    parts = [jax.lax.map(apply, blocks).ravel()] if whole else []
    if whole < boards.size:
        parts.append(apply(cells[:, whole:]))
    return jnp.concatenate(parts).reshape(boards.shape)


def size(net: WindowNet) -> int:
    """Return the number of weights.

    Example:
        >>> size(Cnn.random((2,), rng=0))
        23
    """
    return sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(net, eqx.is_array)))


def normal(chance: np.random.Generator, shape: tuple[int, ...], variance: float) -> jax.Array:
    """Draw weights N(0, variance), float32."""
    return jnp.asarray(chance.normal(0.0, np.sqrt(variance), shape), jnp.float32)


@eqx.filter_jit
def _window_logits(net: WindowNet) -> jax.Array:
    return net.window_logits()


def read_logits(net: WindowNet) -> np.ndarray:
    """Return the logits of all 512 windows as float64, compiled once an architecture.

    Example:
        >>> read_logits(Cnn.life())[:2]
        array([-2.5, -1.5])
    """
    with precise("float32"):
        return np.asarray(_window_logits(net), np.float64)
