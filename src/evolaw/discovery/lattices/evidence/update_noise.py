"""Likelihood evidence when the automaton itself errs: every new cell is flipped with probability eps and lives on so.

Inputs are seen as they were, so windows are counted as in `counting`, and only outcomes are in doubt: an entry seen n times and
alive afterwards k times has

    P(k alive of n | theta) = q^k (1 - q)^(n-k),      q = theta (1 - eps) + (1 - theta) eps

and theta the interval that belongs to that of q. An unknown eps maximises the likelihood of all entries together, each present, absent or known:

    l(eps) = sum_u log [ (eps^k (1-eps)^(n-k) + eps^(n-k) (1-eps)^k) / 2 ]
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, xlog1py, xlogy

from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.entry_posterior import confidence_interval
from evolaw.discovery.lattices.model.observation import AUTO
from evolaw.discovery.spine.evidence import Evidence, Weighing, with_known

__all__ = ["weigh"]

_GRID = np.linspace(0, 1, 2001)
_PRIOR = np.log(np.concatenate([[0.495], np.full(_GRID.size - 2, 0.01 / (_GRID.size - 2)), [0.495]]))
_LEAST_FLIPS, _MOST_FLIPS = 1e-6, 0.45


def weigh(case: Case) -> Weighing:
    """Weigh every entry when new cells are flipped.

    Args:
        case: consecutive recordings, flips on "update", given or "auto"; windows with a missing cell are left out.

    Notes:
        Exact for a given eps; with an estimated one the e-values take it as given. An eps that no deterministic entry shows
        cannot be told from a law of coins.
    """
    visits, alive = case.counts.visits, case.counts.alive
    auto = case.channel.flips == AUTO
    flips, error = _estimate(visits, alive, case.known) if auto else (float(case.channel.flips), 0.0)
    flips = float(np.clip(flips, _LEAST_FLIPS, _MOST_FLIPS))
    q = _GRID * (1 - flips) + (1 - _GRID) * flips
    logs = xlogy(alive, q[:, None]) + xlog1py(visits - alive, -q[:, None])
    evidence = [
        _entry(name, logs[:, i], int(visits[i]), int(alive[i]), case.level, flips)
        for i, name in enumerate(case.space.names)
    ]
    case.tell(1, 1, "windows counted")
    return Weighing(
        tuple(with_known(evidence, case.known)), {"flip_probability": flips, "flip_probability_error": error}
    )


def _estimate(visits: np.ndarray, alive: np.ndarray, known: np.ndarray) -> tuple[float, float]:
    """The eps of greatest likelihood and its standard error from the curvature."""
    dead = visits - alive

    def loss(eps: float) -> float:
        absent = xlogy(alive, eps) + xlog1py(dead, -eps)
        present = xlogy(dead, eps) + xlog1py(alive, -eps)
        each = np.where(known == 0, absent, np.where(known == 1, present, np.logaddexp(absent, present) - np.log(2)))
        return -float(each[np.isnan(known) | (known == 0) | (known == 1)].sum())

    best = float(minimize_scalar(loss, bounds=(_LEAST_FLIPS, _MOST_FLIPS), method="bounded").x)
    step = max(best * 1e-2, 1e-7)
    curvature = (loss(best + step) - 2 * loss(best) + loss(max(best - step, 1e-9))) / step**2
    return best, float(1 / np.sqrt(curvature)) if curvature > 0 else float("inf")


def _entry(entry: str, logs: np.ndarray, visits: int, alive: int, level: float, flips: float) -> Evidence:
    joint = logs + _PRIOR
    weights = np.exp(joint - logsumexp(joint))
    low, high = (
        float(np.clip((bound - flips) / (1 - 2 * flips), 0, 1)) for bound in confidence_interval(visits, alive, level)
    )
    seen = f"Seen {visits} times, alive afterwards {alive} times" if visits else "Never seen in the recording"
    return Evidence(
        entry,
        "likelihood",
        visits,
        float(logsumexp(joint[1:]) - logsumexp(_PRIOR[1:]) - logs[0]),
        float(logsumexp(joint[:-1]) - logsumexp(_PRIOR[:-1]) - logs[-1]),
        float(np.clip(weights @ _GRID, 0, 1)),
        (low, high),
        f"{seen}, where new cells are flipped with probability {flips:.3g}.",
        float(weights[1:-1].sum()),
    )
