r"""Whether the fitted drift is the drift: against its own bins, and in both halves of the recording.

With other instruments w than those it was fitted by, the residuals e of a drift that holds have Σ w e = 0 within their error. That θ̂ was
fitted to the same steps is taken into account by projecting the new instruments on the old equations:

    ψ_k = (w_k − C z_k) e_k,        C = (Σ w qᵀ) (Σ z qᵀ)⁻¹,        χ² = (Σψ)ᵀ V⁻¹ Σψ

Bins: w are indicators of 20 places along each component, so a term that is missing from the library shows. Halves: w = z in the first
half and 0 in the second, so a law that changes shows. What the halves know of the drift hangs on how often the motion came back, be the
points ever so many: a path that never returns has no two halves of one law to compare. So their statistic is judged by F with as many
degrees of freedom below as there are passages from the lower quartile to the upper one, which for many is χ². Quartiles are those of each
half: between the quartiles of the whole a motion that was moved elsewhere in the middle passes but once.

Of a recording longer than some hundred thousand rows twenty blocks are looked at, spread over all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from evolaw.discovery.diffusions.evidence.moment_equations import Equation, triangle
from evolaw.discovery.diffusions.evidence.weigh import Weighed, drift_equation, fine_nodes
from evolaw.discovery.diffusions.misfit.predictive_check import passages
from evolaw.discovery.diffusions.model.case import Case

__all__ = [
    "DriftTest",
    "Residuals",
    "binned_test",
    "half_test",
    "library_test",
    "looked_at",
    "passages_of",
    "returns_of",
]

_BINS = 20
_MOST_ROWS = 200_000
_BLOCKS = 20
_RANK = 1e-6


@dataclass(frozen=True)
class DriftTest:
    """A χ² test of the fitted drift.

    Attributes:
        statistic, freedom: χ² and its degrees of freedom.
        p_value: probability of so much by chance.
        along: the component along which it was looked at; "" for the halves.
    """

    statistic: float
    freedom: int
    p_value: float
    along: str


@dataclass(frozen=True, eq=False)
class Residuals:
    """An estimating equation of one component, solved, in the orthonormal basis of its terms.

    Attributes:
        instruments, regressors: z and q of the usable rows.
        left: what the fit leaves of each response.
        rows: their places in the recording.
        count: length of the recording.
        lags: steps whose residuals share a value.
    """

    instruments: np.ndarray
    regressors: np.ndarray
    left: np.ndarray
    rows: np.ndarray
    count: int
    lags: int

    @classmethod
    def of(cls, case: Case, weighed: Weighed) -> Residuals | None:
        """Solve the equation of a component on at most some hundred thousand rows; None without free terms."""
        varies = len(case.diffusion.get(weighed.target, ())) > 1
        equation = drift_equation(case, weighed.target, fine_nodes, weighed.strength if varies else None, None)
        return cls.solved(equation)

    @classmethod
    def solved(cls, equation: Equation) -> Residuals | None:
        """Solve an estimating equation on at most some hundred thousand rows; None without free terms."""
        if not equation.names:
            return None
        parts = looked_at(len(equation))
        blocks = [equation.rows(part.start, part.stop) for part in parts]
        used = np.concatenate([block.usable for block in blocks])
        terms, instruments, regressors, response = (
            np.concatenate([getattr(block, name) for block in blocks])[used]
            for name in ("terms", "instruments", "regressors", "response")
        )
        inverse = np.linalg.inv(triangle(terms))
        z, q = instruments @ inverse, regressors @ inverse
        left = response - q @ np.linalg.solve(z.T @ q, z.T @ response)
        rows = np.concatenate([np.arange(part.start, part.stop) for part in parts])[used]
        return cls(z, q, left, rows, len(equation), equation.lags)

    def test(self, w: np.ndarray, along: str) -> DriftTest:
        """χ² of the residuals against other instruments, one row a usable row."""
        z, q = self.instruments, self.regressors
        psi = (w - z @ np.linalg.solve((z.T @ q).T, q.T @ w)) * self.left[:, None]
        covariance = psi.T @ psi
        for lag in range(1, self.lags + 1):
            part = psi[:-lag].T @ psi[lag:]
            covariance += part + part.T
        values, vectors = np.linalg.eigh(covariance)
        kept = values > _RANK * values[-1]
        statistic = float(np.sum((vectors[:, kept].T @ psi.sum(0)) ** 2 / values[kept]))
        freedom = int(kept.sum())
        return DriftTest(statistic, freedom, float(chdtrc(freedom, statistic)), along)


def library_test(case: Case, residuals: Residuals) -> DriftTest:
    """Return the worst of the tests against bins along each recorded component, its p-value times their number."""
    found = [
        binned_test(case, residuals, place, case.periods.get(name)) for place, name in enumerate(case.recording.names)
    ]
    worst = min(found, key=lambda item: item.p_value)
    return DriftTest(worst.statistic, worst.freedom, min(1.0, worst.p_value * len(found)), worst.along)


def binned_test(case: Case, residuals: Residuals, place: int, period: float | None) -> DriftTest:
    """Return the test against bins along one recorded component, within its period if it has one."""
    # What is looked at must be known before the noise comes in, like every instrument: with measurement noise two rows earlier.
    at = case.recording.columns[place][np.maximum(residuals.rows - 2 * any(case.noise), 0)]
    if period:
        at = np.mod(at, period)
    bins = np.searchsorted(np.quantile(at, np.linspace(0, 1, _BINS + 1)[1:-1]), at)
    return residuals.test(np.eye(_BINS)[bins], case.recording.names[place])


def half_test(residuals: Residuals, returns: int) -> DriftTest:
    """Return the test of the drift's coefficients in the first half against those of the whole.

    Args:
        residuals: of the fitted drift.
        returns: how often its component came back, see `returns_of`.
    """
    first = residuals.rows < residuals.count / 2
    found = residuals.test(residuals.instruments * first[:, None], "")
    if not found.freedom or not returns:
        return DriftTest(found.statistic, found.freedom, 1.0, "")
    p = float(fdtrc(found.freedom, returns, found.statistic / found.freedom))
    return DriftTest(found.statistic, found.freedom, p, "")


def looked_at(count: int) -> list[slice]:
    """Return the rows that are looked at of so many: all, or twenty blocks spread over them.

    Example:
        >>> looked_at(1000), len(looked_at(10**6)), looked_at(10**6)[-1]
        ([slice(0, 1000, None)], 20, slice(990000, 1000000, None))
    """
    if count <= _MOST_ROWS:
        return [slice(0, count)]
    size = _MOST_ROWS // _BLOCKS
    return [slice(int(start), int(start) + size) for start in np.linspace(0, count - size, _BLOCKS)]


def passages_of(case: Case, target: str) -> int:
    """Return how often the component of an equation went from below its lower quartile to above its upper one; angles within a turn.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.problem import pose
        >>> path = np.tile([0.0, 1.0, 3.0, 2.0], 20) + 0.01 * np.arange(80) % 0.07
        >>> passages_of(pose(Trajectory(path, np.arange(80), ("times",)), library="1, x", names=["x"]), "x")
        20
    """
    return _passages(case, target, [slice(0, len(case.recording))])


def returns_of(case: Case, target: str) -> int:
    """Return how often the component of an equation passed between the quartiles of each half of the recording, both halves together.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.problem import pose
        >>> path = np.tile([0.0, 1.0, 3.0, 2.0], 20) + 0.01 * np.arange(80) % 0.07 + 9 * (np.arange(80) >= 40)
        >>> case = pose(Trajectory(path, np.arange(80), ("times",)), library="1, x", names=["x"])
        >>> passages_of(case, "x"), returns_of(case, "x")
        (1, 20)
    """
    middle = len(case.recording) // 2
    return _passages(case, target, [slice(0, middle), slice(middle, len(case.recording))])


def _passages(case: Case, target: str, parts: list[slice]) -> int:
    """Passages from below the lower quartile of each part of the recording to above its upper one."""
    place = case.index(target)
    path = case.recording.columns[place]
    period = case.periods.get(case.recording.names[place])
    path = np.mod(path, period) if period else path
    found = 0
    for part in parts:
        low, high = np.quantile(path[part], [0.25, 0.75])
        for rows in case.recording.stretches():
            within = path[max(rows.start, part.start) : min(rows.stop, part.stop)]
            found += int(passages(within[None, None], low, high)[0]) if within.size else 0
    return found
