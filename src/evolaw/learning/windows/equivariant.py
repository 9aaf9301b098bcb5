"""Networks that know the symmetry of the square grid.

A rule is *isotropic* when turning or reflecting the window does not change the outcome. For a group Γ of permutations
g of the nine cells (D4: eight turns and reflections, C4: four turns),

    lifting        h[g, k]  = s( sum_i W[i, k] c[g(i)] + b[k] )                        one copy of each filter a group element
    group layer    h'[g, k] = s( sum_u sum_j V[u, j, k] h[g u, j] + b'[k] )
    pooling        logit    = w^T mean_g h[g] + b

Every layer commutes with Γ by construction, so the logit is invariant to float rounding. A single D4-invariant 3x3
kernel has three weights and cannot tell 2c from 2n; lifting is what makes all 102 isotropic entries reachable. The orbit
table, one logit an entry, is the most expressive isotropic step there is.

References: cohen2016, equations 10 to 12.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import precise
from evolaw.automata.rules.rule import entries
from evolaw.learning.windows.cnn import ACTIVATIONS, CELLS, WindowNet, normal
from evolaw.learning.windows.datasets import window_cells
from evolaw.randomness import source
from evolaw.told import told

__all__ = ["GROUPS", "GroupNet", "OrbitTable", "equivariance_error", "symmetries"]

GROUPS = ("D4", "C4", "none")


def symmetries(group: str) -> np.ndarray:
    """Return the cell permutations of a group, shape (elements, 9): row g lists the cells g(0) … g(8).

    Example:
        >>> symmetries("C4")[1].reshape(3, 3)
        array([[2, 5, 8],
               [1, 4, 7],
               [0, 3, 6]])
    """
    checks.one_of(group, "group", GROUPS)
    grid = np.arange(CELLS).reshape(3, 3)
    turned = [np.rot90(grid, k) for k in range({"D4": 4, "C4": 4, "none": 1}[group])]
    mirrored = [np.fliplr(turn) for turn in turned] if group == "D4" else []
    return np.stack([turn.ravel() for turn in (*turned, *mirrored)])


class GroupNet(WindowNet):
    """Lifting, group layers and pooling: the D4 network (p4m), its C4 and its plain variant.

    Attributes:
        lift: W, shape (9, w_1).
        mixes: V of each group layer, shape (elements, w_{k-1}, w_k).
        biases: one vector a layer.
        readout: w, shape (w,), and b.
        group: "D4", "C4" or "none".
        activation: name of s.

    Example:
        >>> net = GroupNet.random((8,), rng=0)
        >>> equivariance_error(net) < 1e-5  # some seconds
        True
    """

    lift: jax.Array
    mixes: tuple[jax.Array, ...]
    biases: tuple[jax.Array, ...]
    readout: tuple[jax.Array, jax.Array]
    group: str = eqx.field(static=True)
    activation: str = eqx.field(static=True)

    @classmethod
    def random(
        cls, widths: tuple[int, ...] = (16,), *, group: str = "D4", activation: str = "relu", rng: Any
    ) -> GroupNet:
        """Draw a network; weights N(0, 2/fan-in), the readout N(0, 1/fan-in), biases zero."""
        checks.one_of(activation, "activation", ACTIVATIONS)
        sizes = [checks.integer(width, "widths", least=1) for width in widths]
        order = len(symmetries(group))
        chance = source(rng).stream("weights").generator()
        lift = normal(chance, (CELLS, sizes[0]), 2 / CELLS)
        mixes = tuple(
            normal(chance, (order, fan, width), 2 / (order * fan)) for fan, width in itertools.pairwise(sizes)
        )
        readout = normal(chance, (sizes[-1],), 1 / sizes[-1]), jnp.zeros(())
        return cls(lift, mixes, tuple(jnp.zeros(width) for width in sizes), readout, group, activation)

    def window_logits(self) -> jax.Array:
        """Return the logits of all 512 windows: one evaluation an orbit, which is all that the symmetry leaves."""
        first, orbit_of = _orbits(self.group)
        return self.columns(jnp.asarray(window_cells()[first].T))[orbit_of]

    def columns(self, cells: jax.Array) -> jax.Array:
        """Return the logit of life, shape (n,), for cells of shape (9, n)."""
        act, turns = ACTIVATIONS[self.activation], symmetries(self.group)
        order, width = len(turns), self.lift.shape[1]
        # Turning the filter instead of the window: copy g of the lifted weights is W at the inverse places of g.
        lift = self.lift[np.argsort(turns, axis=1)].transpose(0, 2, 1).reshape(order * width, CELLS)
        hidden = act(lift @ (2 * cells - 1) + jnp.tile(self.biases[0], order)[:, None])
        for mix, bias in zip(self.mixes, self.biases[1:], strict=True):
            # From h to g goes V[u] with g u = h: the layer is one matrix of blocks, and one product.
            blocks = mix[_quotients(self.group)].transpose(0, 3, 1, 2).reshape(-1, len(hidden))
            hidden = act(blocks @ hidden + jnp.tile(bias, order)[:, None])
        weight, level = self.readout
        return jnp.tile(weight / order, order) @ hidden + level

    def __str__(self) -> str:
        return f"GroupNet({', '.join(str(bias.shape[-1]) for bias in self.biases)}; {self.group}, {self.activation})"


class OrbitTable(WindowNet):
    """One logit an entry of a space; on probabilities of life, the exact expectation over independent cells.

        p' = sum_w sigmoid(theta[entry of w]) prod_i c_i^{w_i} (1 - c_i)^{1 - w_i}

    Attributes:
        logits: theta, shape (entries,).
        space: "outer-totalistic", "isotropic" or "general".
    """

    logits: jax.Array
    space: str = eqx.field(static=True)

    @classmethod
    def flat(cls, space: str = "isotropic") -> OrbitTable:
        """Return the table that knows nothing: every logit 0."""
        return cls(jnp.zeros(len(entries(space))), space)

    def window_logits(self) -> jax.Array:
        """Return theta of the entry of each window, shape (512,)."""
        return self.logits[_entry_of(self.space)]

    def columns(self, cells: jax.Array) -> jax.Array:
        """Return the logit of p', shape (n,), for probabilities of life of shape (9, n)."""
        north, middle, south = (_row_chances(cells[row : row + 3]) for row in (0, 3, 6))
        # One product with the table contracts the two upper rows, a sum the lowest: 512 multiplications a cell and outcome,
        # none of the 512 products stored.
        pairs = (north[:, None] * middle).reshape(64, -1)
        theta = self.window_logits().reshape(64, 8)
        table = jnp.concatenate([jax.nn.sigmoid(theta), jax.nn.sigmoid(-theta)], axis=1)
        life, death = ((table.T @ pairs).reshape(2, 8, -1) * south).sum(1)
        tiny = jnp.finfo(life.dtype).tiny
        return jnp.log(life + tiny) - jnp.log(death + tiny)

    def __str__(self) -> str:
        return f"OrbitTable({self.space})"


@told
def equivariance_error(net: WindowNet, group: str = "D4") -> float:
    """Return the largest |logit(window) - logit(turned window)| over all 512 windows and the group.

    Notes:
        Zero up to float rounding for a network of that symmetry; for another one, how far it is from it.
    """
    cells = window_cells()
    with precise("float32"):
        logits = np.asarray(net(jnp.asarray(cells)))
        turned = [np.asarray(net(jnp.asarray(cells[:, turn]))) for turn in symmetries(group)]
    return float(max(np.abs(other - logits).max() for other in turned))


@functools.cache
def _quotients(group: str) -> np.ndarray:
    """Entry (g, h) is the number of the element u with g u = h, as permutations: h(j) = g(u(j))."""
    turns = symmetries(group)
    products = np.array([[int((turns == g[u]).all(1).argmax()) for u in turns] for g in turns])
    return np.argsort(products, axis=1)


@functools.cache
def _orbits(group: str) -> tuple[np.ndarray, np.ndarray]:
    """The lowest window of each orbit, and the orbit of each window."""
    bits = 1 << np.arange(CELLS - 1, -1, -1)
    cells = window_cells().astype(np.int64)
    lowest = np.min([cells[:, turn] @ bits for turn in symmetries(group)], axis=0)
    return np.unique(lowest, return_inverse=True)


@functools.cache
def _entry_of(space: str) -> np.ndarray:
    number = np.empty(2**CELLS, np.int64)
    for entry, windows in enumerate(entries(space).values()):
        number[windows] = entry
    return number


def _row_chances(cells: jax.Array) -> jax.Array:
    """The probabilities of the eight states of three independent cells, west the highest bit: (3, n) to (8, n)."""
    a, b, c = (jnp.stack([1 - cell, cell]) for cell in cells)
    upper = (a[:, None] * b).reshape(4, -1)
    return (upper[:, None] * c).reshape(8, -1)
