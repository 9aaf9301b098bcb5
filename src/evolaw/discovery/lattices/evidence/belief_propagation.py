"""Smoothing: what the true cells were, inferred from misread ones through the law that joins them.

Hidden cells s_t(c), readings y_t(c), and for each cell and generation one factor of ten cells:

    P(y | s) = (1 - eps)^[y = s] eps^[y != s]          P(s_{t+1}(c) = 1 | window w of c at time t) = theta_w

The marginals are found by belief propagation [pearl1988; loopy, hence approximate]. With q_i the cavity probabilities of the
nine inputs and (o_0, o_1) that of the outcome, the factor's partition function and its messages are sums over 512 windows

    Z = sum_w prod_i q_i(w_i) (theta_w o_1 + (1 - theta_w) o_0)

computed as u^T A v, where u (32) and v (16) are the products over the first five and last four inputs and A is theta as a
matrix. Frames are swept forward and backward in time, which is exact filtering and smoothing in that direction; in space the
messages are damped. Cells that are missing simply have no reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.evidence.constraints import neighbour_cells
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import edge_of, inner
from evolaw.trajectory import Trajectory

__all__ = ["Smoother"]

_LIMIT = np.float32(8)
"""Largest log-odds of a cavity; a message may carry up to 10."""
_MOST_MESSAGE = np.float32(10)
_OUTSIDE = np.float32(-16)
_DAMPING = np.float32(0.3)
_SURE = 1e-6
_NEGLIGIBLE = 1e-4
_LEFT = 5
_CHUNK = 512
"""Factors worked on at once: what fits the cache, and is too little for a matrix library to start threads for."""


@cache
def _digits(bits: int) -> np.ndarray:
    return (np.arange(2**bits)[:, None] >> np.arange(bits - 1, -1, -1) & 1).astype(np.float32)


class Smoother:
    """Beliefs about the true cells of one recording.

    Args:
        recording: frames of consecutive generations with misread and maybe missing cells.
        flips: flip probability eps, above 0 and below 1/2.
    """

    def __init__(self, recording: Trajectory, flips: float) -> None:
        rows, cols = recording.values.shape[-2:]
        frames, cells = len(recording), rows * cols
        self._readings = recording.values.reshape(frames, cells)
        # Cells of a cut-out's rim are caused by what was not seen: they have readings, and no factor.
        self._caused = np.arange(cells).reshape(rows, cols)[inner(recording, 1)].ravel()
        self._neighbours = neighbour_cells(rows, cols, edge_of(recording))[self._caused]
        self._to_inputs = np.zeros((frames - 1, *self._neighbours.shape), np.float32)
        self._to_outcome = np.zeros((frames - 1, self._caused.size), np.float32)
        self._belief = np.zeros((frames, cells + 1), np.float32)
        self._evidence = np.zeros((frames, cells), np.float32)
        self.flips = flips

    @property
    def flips(self) -> float:
        """The flip probability eps; setting it changes the weight of the readings, not the messages."""
        return self._flips

    @flips.setter
    def flips(self, flips: float) -> None:
        self._flips = flips
        weight = np.log((1 - flips) / flips)
        evidence = np.choose(np.minimum(self._readings, 2), [-weight, weight, 0.0]).astype(np.float32)
        self._belief[:, :-1] += evidence - self._evidence
        self._evidence = evidence

    @property
    def alive(self) -> np.ndarray:
        """P(cell alive), float64, shape (frames, cells)."""
        return _odds(self._belief[:, :-1].astype(np.float64))

    def sweep(self, theta: np.ndarray) -> None:
        """Pass messages once forward and once backward in time; ``theta`` has one number a window, shape (512,)."""
        table = np.clip(theta, _SURE, 1 - _SURE).astype(np.float32).reshape(2**_LEFT, -1)
        pairs = range(len(self._to_outcome))
        for pair in [*pairs, *reversed(pairs)]:
            self._update(pair, table)

    def mismatch(self) -> np.ndarray:
        """Return, for each frame, how far the inferred misreadings are from eps, in standard errors.

        For the cells inferred alive and for those inferred dead the number of flips must be binomial with eps; the larger of
        the two |z| is returned, shape (frames,). Beliefs caught in a wrong law explain by flips what the law cannot.
        """
        alive, seen = self.alive, self._readings != MISSING
        variance = self._flips * (1 - self._flips)
        worst = np.zeros(len(alive))
        for truth, read in ((alive, 0), (1 - alive, 1)):
            number = np.where(seen, truth, 0).sum(1)
            flipped = np.where(self._readings == read, truth, 0).sum(1)
            worst = np.maximum(worst, np.abs(flipped - self._flips * number) / np.sqrt(variance * number + 0.5))
        return worst

    def misread(self) -> tuple[np.ndarray, np.ndarray]:
        """Return P(cell was misread) and where cells were read, each of shape (frames, cells)."""
        alive = self.alive
        return np.where(self._readings == 1, 1 - alive, alive), self._readings != MISSING

    def flipped(self) -> tuple[float, float, int]:
        """Return the expected number of misread cells, the sum of their posterior variances, and the number of cells read."""
        every, seen = self.misread()
        chance = every[seen]
        return float(chance.sum()), float((chance * (1 - chance)).sum()), int(seen.sum())

    def profile(self, space: RuleSpace, theta: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the log-likelihood of each entry's theta on a grid, all else as believed, and the expected visits.

        log Z_f(theta_u = g) - log Z_f(theta_u), summed over the factors f of each pair of frames with the cavities held fixed.

        Args:
            space: rule space.
            theta: one number an entry, shape (entries,).
            grid: values g, shape (values,).

        Returns:
            Shapes (pairs, values, entries) and (entries,).
        """
        entries = len(space)
        theta = np.clip(theta, _SURE, 1 - _SURE)
        table = theta[space.entry_of].astype(np.float32).reshape(2**_LEFT, -1)
        order = np.argsort(space.entry_of, kind="stable")
        starts = np.concatenate([[0], np.cumsum(space.sizes)[:-1]])
        gains = np.zeros((len(self._to_outcome), grid.size, entries))
        visits = np.zeros(entries)
        for pair in range(len(self._to_outcome)):
            for _, left, right, _, outcome in self._cavities(pair):
                alive = (left * (right @ table.T)).sum(1)
                total = outcome[:, 1] * alive + outcome[:, 0] * (1 - alive)
                windows = left.T[order // right.shape[1]] * right.T[order % right.shape[1]]
                weight = np.add.reduceat(windows, starts, axis=0)
                entry, factor = np.nonzero(weight > _NEGLIGIBLE)
                share = weight[entry, factor].astype(np.float64) / total[factor]
                dead_now, alive_now = outcome[factor].astype(np.float64).T
                now = theta[entry]
                visits += np.bincount(entry, share * (now * alive_now + (1 - now) * dead_now), entries)
                slope = share * (alive_now - dead_now)
                for i, value in enumerate(grid):
                    change = np.log(np.maximum(1 + slope * (value - now), 1e-9))
                    gains[pair, i] += np.bincount(entry, change, entries)
        return gains, visits

    def _cavities(self, pair: int) -> Iterator[tuple[slice, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """Yield, a chunk of factors at a time: products over the left and right inputs, the inputs, the outcomes.

        Inputs and outcomes are probabilities of (dead, alive) on the last axis.
        """
        for start in range(0, len(self._neighbours), _CHUNK):
            part = slice(start, start + _CHUNK)
            around = self._neighbours[part]
            inputs = _both(
                np.where(around < 0, _OUTSIDE, _kept(self._belief[pair][around] - self._to_inputs[pair, part]))
            )
            outcome = _both(_kept(self._belief[pair + 1, self._caused[part]] - self._to_outcome[pair, part]))
            yield part, _product(inputs[:, :_LEFT]), _product(inputs[:, _LEFT:]), inputs, outcome

    def _update(self, pair: int, table: np.ndarray) -> None:
        to_inputs, to_outcome = np.empty_like(self._to_inputs[pair]), np.empty_like(self._to_outcome[pair])
        for part, left, right, inputs, outcome in self._cavities(pair):
            right_alive, right_dead = right @ table.T, right @ (1 - table).T
            left_alive, left_dead = left @ table, left @ (1 - table)
            to_outcome[part] = np.log((left * right_alive).sum(1) / (left * right_dead).sum(1))
            dead, alive = outcome[:, :1], outcome[:, 1:]
            joint_left = left * (dead * right_dead + alive * right_alive)
            joint_right = right * (dead * left_dead + alive * left_alive)
            left_alive, right_alive = _digits(_LEFT), _digits(9 - _LEFT)
            with_alive = np.concatenate([joint_left @ left_alive, joint_right @ right_alive], axis=1)
            with_dead = np.concatenate([joint_left @ (1 - left_alive), joint_right @ (1 - right_alive)], axis=1)
            to_inputs[part] = np.log(with_alive * inputs[..., 0] / (with_dead * inputs[..., 1]))
        self._send(pair, to_inputs, to_outcome)

    def _send(self, pair: int, to_inputs: np.ndarray, to_outcome: np.ndarray) -> None:
        """Replace the messages of a pair of frames, damped, and the beliefs with them."""
        new_inputs = _damped(self._to_inputs[pair], to_inputs)
        new_outcome = _damped(self._to_outcome[pair], to_outcome)
        change = np.bincount(
            self._neighbours.ravel() + 1,
            (new_inputs - self._to_inputs[pair]).ravel(),
            minlength=self._belief.shape[1],
        )
        self._belief[pair, :-1] += change[1:].astype(np.float32)
        self._belief[pair + 1, self._caused] += new_outcome - self._to_outcome[pair]
        self._to_inputs[pair], self._to_outcome[pair] = new_inputs, new_outcome


def _damped(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    return _DAMPING * old + (1 - _DAMPING) * np.clip(new, -_MOST_MESSAGE, _MOST_MESSAGE)


def _odds(log_odds: np.ndarray) -> np.ndarray:
    """The probability with these log-odds."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -60, 60)))


def _kept(log_odds: np.ndarray) -> np.ndarray:
    """Log-odds kept away from certainty, which no message could take back."""
    return np.clip(log_odds, -_LIMIT, _LIMIT)


def _both(log_odds: np.ndarray) -> np.ndarray:
    """Probabilities of (dead, alive) on a new last axis."""
    return np.stack([_odds(-log_odds), _odds(log_odds)], axis=-1)


def _product(both: np.ndarray) -> np.ndarray:
    """Products over independent cells, shape (n, cells, 2) -> (n, 2**cells), the first cell the most significant bit."""
    result = both[:, 0]
    for i in range(1, both.shape[1]):
        result = (result[:, :, None] * both[:, i, None, :]).reshape(len(both), -1)
    return result
