r"""Whether the fitted drift is the drift: against its own bins, and in both halves of the recording.

With other instruments w than those it was fitted by, the residuals e of a drift that holds have Σ w e = 0 within their error. That θ̂ was
fitted to the same steps is taken into account by projecting the new instruments on the old equations:

    ψ_k = (w_k − C z_k) e_k,        C = (Σ w qᵀ) (Σ z qᵀ)⁻¹,        χ² = (Σψ)ᵀ V⁻¹ Σψ

Bins: w are indicators of 20 places along each component, so a term that is missing from the library shows. Halves: w = z in the first
half and 0 in the second, so a law that changes shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from evolaw.discovery.diffusions.evidence.moment_equations import triangle
from evolaw.discovery.diffusions.evidence.weigh import Weighed, drift_equation, fine_nodes
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["DriftTest", "half_test", "library_test"]

_BINS = 20
_MOST_ROWS = 200_000
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


def library_test(case: Case, weighed: Weighed) -> DriftTest | None:
    """Return the worst of the tests against bins along each recorded component, its p-value times their number; None without free terms."""
    found = []
    for place, name in enumerate(case.recording.names):
        at = case.recording.columns[place][:_MOST_ROWS]
        if name in case.periods:
            at = np.mod(at, case.periods[name])
        edges = np.quantile(at, np.linspace(0, 1, _BINS + 1)[1:-1])
        # What is looked at must be known before the noise comes in, like every instrument: with measurement noise two rows earlier.
        early = np.concatenate([at[:1].repeat(2), at[:-2]]) if any(case.noise) else at
        bins = np.searchsorted(edges, early)
        found.append(_test(case, weighed, np.eye(_BINS)[bins], name))
    kept = [item for item in found if item is not None]
    if not kept:
        return None
    worst = min(kept, key=lambda item: item.p_value)
    return DriftTest(worst.statistic, worst.freedom, min(1.0, worst.p_value * len(kept)), worst.along)


def half_test(case: Case, weighed: Weighed) -> DriftTest | None:
    """Return the test of the drift's coefficients in the first half against those of the whole; None without free terms."""
    return _test(case, weighed, None, "")


def _test(case: Case, weighed: Weighed, indicators: np.ndarray | None, along: str) -> DriftTest | None:
    varies = len(case.diffusion.get(weighed.target, ())) > 1
    equation = drift_equation(case, weighed.target, fine_nodes, weighed.strength if varies else None, None)
    if not equation.names:
        return None
    rows = equation.rows(0, min(len(equation), _MOST_ROWS))
    used = rows.usable
    inverse = np.linalg.inv(triangle(rows.terms[used]))
    z, q = rows.instruments[used] @ inverse, rows.regressors[used] @ inverse
    if indicators is None:
        first = np.arange(len(rows.usable))[used] < len(rows.usable) / 2
        w = z * first[:, None]
    else:
        w = indicators[: len(used)][used]
    products = z.T @ q
    e = rows.response[used] - q @ np.linalg.solve(products, z.T @ rows.response[used])
    psi = (w - z @ np.linalg.solve(products.T, q.T @ w)) * e[:, None]
    covariance = psi.T @ psi
    for lag in range(1, equation.lags + 1):
        part = psi[:-lag].T @ psi[lag:]
        covariance += part + part.T
    values, vectors = np.linalg.eigh(covariance)
    kept = values > _RANK * values[-1]
    statistic = float(np.sum((vectors[:, kept].T @ psi.sum(0)) ** 2 / values[kept]))
    freedom = int(kept.sum())
    return DriftTest(statistic, freedom, float(chdtrc(freedom, statistic)), along)
