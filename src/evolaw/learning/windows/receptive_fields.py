"""Networks that differ in what they see: how well is the next cell foretold from a smaller or larger surrounding?

Every network gets the same features, +1 for a living cell, -1 for a dead one, 0 for one that was not seen, and a *sight*, the
features it may use. What it adds to the odds of a plain table of 3x3 windows it learns:

    logit(cell) = table(window of the cell) + s(s(v W_1 + b_1) W_2 + b_2) w_3 + b_3,     W_1 zero in the rows out of sight

It is the small network of `cnn` at every cell, a convolution followed by 1x1 convolutions, for windows of any shape. The networks
bet in turn: the cells come in the order of time, cut into portions; each portion is foretold before it is learned from. So

    log q = sum over all cells but those of the first portion of log P(outcome | features, portions before)

is a fair prediction: for any law under which the cells of a frame are drawn independently given the frame before,
q / P(outcomes | law) has expectation 1 (`neighbourhood_networks` of discovery makes e-values of it).

References: wasserman2020, section 8, for predictions in sequence as tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

from evolaw import checks
from evolaw.learning.windows.cnn import normal
from evolaw.randomness import Source

__all__ = ["MOST_CELLS", "Bets", "bet"]

MOST_CELLS = 2**16
"""Cells taken at most; more would only cost time."""

WINDOWS = 512
_WIDTHS = (32, 16)
_SHARES = (0.4, 0.6, 0.8, 1.0)
_STEPS, _BATCH, _RATE = 250, 512, 0.01
_SUREST = 12.0

Layers = list[tuple[jax.Array, jax.Array]]


@dataclass(frozen=True, eq=False)
class Bets:
    """What networks foretold.

    Attributes:
        first: number of the first cell that was bet on; those before were only learned from.
        log_chance: natural logarithm of the probability given to what happened, shape (sights, cells - first).
        answer: from features of shape (cells, features) and tables' logits of shape (cells,) to the logits that the networks
            give at the end, shape (sights, cells); at most `MOST_CELLS` cells at a time.
        table: logits of the table at the end, shape (512,).
    """

    first: int
    log_chance: np.ndarray
    answer: Callable[[np.ndarray, np.ndarray], np.ndarray]
    table: np.ndarray


def bet(features: np.ndarray, windows: np.ndarray, alive: np.ndarray, sights: np.ndarray, rng: Source) -> Bets:
    """Let one network a sight learn and foretell cells in their order.

    Args:
        features: -1, 0 or 1, shape (cells, features), in the order of time; at most `MOST_CELLS` cells.
        windows: number of the 3x3 window of every cell, shape (cells,).
        alive: whether it lived in the next generation, shape (cells,).
        sights: the features each network may use, shape (sights, features).
        rng: draws the first weights and deals the batches.

    Raises:
        ArgumentError: shapes that do not fit, or more cells than `MOST_CELLS`.

    Notes:
        1000 gradient steps on 512 cells each, all sights at once: about two seconds for four sights on one core, and as much to
        compile the first time, however many cells there are.

    Example:
        >>> chance = np.random.default_rng(0)
        >>> cells = chance.choice([-1, 1], (4000, 12))
        >>> sees_all, sees_some = np.ones(12, bool), np.arange(12) < 10
        >>> bets = bet(cells, np.zeros(4000, int), cells[:, 11] > 0, np.stack([sees_all, sees_some]), Source(0))  # some seconds
        >>> (bets.log_chance.mean(1) > -0.01).tolist()
        [True, False]
    """
    count = len(features)
    checks.require(count <= MOST_CELLS, "features", f"hold at most {MOST_CELLS} cells", count)
    checks.shape(windows, "windows", (count,))
    checks.shape(sights, "sights", ("sights", features.shape[1]))
    alive = checks.shape(alive, "alive", (count,)).astype(bool)
    # One size for all, so that one compilation serves every recording.
    padded = np.zeros((MOST_CELLS, features.shape[1]), np.int8)
    padded[:count] = features
    cells, living = jnp.asarray(padded), jnp.asarray(np.resize(alive, MOST_CELLS), jnp.float32)
    nets, dealer = _draw(sights, rng), rng.stream("batches").generator()
    memory, masks = _OPTIMISER.init(nets), jnp.asarray(sights, jnp.float32)
    ends = [int(share * count) for share in _SHARES]
    foretold = []
    for rounds, learned, end in zip((2, 1, 1), ends[:-1], ends[1:], strict=True):
        table = _table(windows[:learned], alive[:learned])
        odds = jnp.asarray(np.resize(table[windows], MOST_CELLS), jnp.float32)
        for _ in range(rounds):
            batches = jnp.asarray(dealer.integers(0, learned, (_STEPS, _BATCH)))
            nets, memory = _learn(nets, memory, masks, (cells, living, odds), batches)
        logits = np.asarray(_answer(nets, masks, cells, odds), float)[:, learned:end]
        foretold.append(-np.logaddexp(0, np.where(alive[learned:end], -logits, logits)))

    def answer(features: np.ndarray, odds: np.ndarray) -> np.ndarray:
        padded[: len(features)] = features
        whole = jnp.asarray(np.resize(odds, MOST_CELLS), jnp.float32)
        return np.asarray(_answer(nets, masks, jnp.asarray(padded), whole), float)[:, : len(features)]

    return Bets(ends[0], np.concatenate(foretold, 1), answer, table)


def _table(windows: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """The logit of life of every window, half a cell of each outcome added."""
    seen, births = (np.bincount(windows[chosen], minlength=WINDOWS) for chosen in (slice(None), alive))
    return np.log(births + 0.5) - np.log(seen - births + 0.5)


def _draw(sights: np.ndarray, rng: Source) -> Layers:
    """The first weights, led by the axis of sights; the last layer is zero, so that all begin as the table."""
    chance = rng.stream("weights").generator()
    count, layers = len(sights), []
    for fan, width in zip((sights.shape[1], *_WIDTHS), (*_WIDTHS, 1), strict=True):
        layers.append((normal(chance, (count, fan, width), 2 / fan), jnp.zeros((count, 1, width))))
    scale = np.sqrt(sights.shape[1] / sights.sum(1))[:, None, None]
    layers[0] = (layers[0][0] * jnp.asarray(scale, jnp.float32), layers[0][1])
    layers[-1] = (jnp.zeros_like(layers[-1][0]), layers[-1][1])
    return layers


def _logits(nets: Layers, sights: jax.Array, cells: jax.Array, odds: jax.Array) -> jax.Array:
    """Logits of shape (sights, cells) for cells of shape (cells, features)."""
    (first, bias), *others = nets
    # One product for all sights: what is out of sight has the weight zero.
    values = jnp.einsum("cf,sfw->scw", cells.astype(jnp.float32), first * sights[:, :, None]) + bias
    for weight, bias in others:
        values = jax.nn.relu(values) @ weight + bias
    return jnp.clip(odds + values[..., 0], -_SUREST, _SUREST)


_OPTIMISER = optax.adam(_RATE)
_answer = jax.jit(_logits)


@partial(jax.jit, donate_argnums=(0, 1))
def _learn(
    nets: Layers, memory: optax.OptState, sights: jax.Array, data: tuple[jax.Array, ...], batches: jax.Array
) -> tuple[Layers, optax.OptState]:
    cells, living, odds = data

    def loss(nets: Layers, chosen: jax.Array) -> jax.Array:
        logits = _logits(nets, sights, cells[chosen], odds[chosen])
        return (jax.nn.softplus(logits) - living[chosen] * logits).mean(1).sum()

    def advance(carry: tuple[Layers, optax.OptState], chosen: jax.Array) -> tuple[tuple[Layers, optax.OptState], None]:
        nets, memory = carry
        updates, memory = _OPTIMISER.update(jax.grad(loss)(nets, chosen), memory)
        return (optax.apply_updates(nets, updates), memory), None

    return jax.lax.scan(advance, (nets, memory), batches)[0]
