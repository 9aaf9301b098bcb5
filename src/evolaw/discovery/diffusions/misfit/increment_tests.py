r"""What the increments say of the kind of motion, whatever the terms are.

A *remainder* is what the past does not explain: r_k = (ΔX_k − β·φ(X_k) Δt_k)/√Δt_k in units of the usual step, β by least squares; a known
force is taken off, and where the noise was raised on purpose r is divided by the root of its factor. Of a first-order (Markov) process whose
library is rich enough it is uncorrelated with every earlier remainder, and over short steps it is Gaussian where it is scaled by its own
size at that place.

    memory      ρ_l = Σ r_k r_{k-l} / Σ r_k²,   z = Σ r_k r_{k-l} / sqrt(Σ r_k² r_{k-l}²),   l = 1 clean, l = 2, 3 through noise
    jumps       kurtosis ⟨r⁴⟩/⟨r²⟩² of r over its own size ⟨r²⟩^½ among the 101 rows that lie nearest, along every component in turn
    noise       share of the measurement noise in the increments, 2 s² / ⟨ΔY²⟩, −ρ₁ of the increments up to a half
    wrapping    steps that are about as long as the whole range: an angle that was recorded modulo its period, of 2π, 360 or another round
                number if such a one is as long as the range or longer by no more than an ordinary step
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.selection import is_coarse
from evolaw.discovery.diffusions.misfit.drift_tests import looked_at
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["PERIODS", "Memory", "first_rows", "jump_kurtosis", "memory", "noise_share", "remainders", "wrapping"]

_NEAR = 101
_MOST_PRODUCTS = 80


@dataclass(frozen=True)
class Memory:
    """How remainders hang together: the strongest of the correlations looked at.

    Attributes:
        correlation: ρ_l.
        lag: l in steps.
        p_value: of the strongest, times the number looked at.
    """

    correlation: float
    lag: int
    p_value: float


def first_rows(case: Case) -> np.ndarray:
    """Return the row that each remainder begins from: of all rows, or of blocks spread over a long recording (`drift_tests.looked_at`)."""
    return _rows(case)[:-1]


def _rows(case: Case) -> np.ndarray:
    return np.concatenate([np.arange(part.start, part.stop) for part in looked_at(len(case.recording))])


def remainders(case: Case, target: str) -> np.ndarray:
    """Return r_k of one component, one each of `first_rows`; NaN where a step leaves its stretch or its block."""
    recording, rows = case.recording, _rows(case)
    own = recording.columns[case.index(target)]
    follows = (recording.within[rows[:-1]] == recording.within[rows[1:]]) & (np.diff(rows) == 1)
    steps = np.diff(recording.times[rows])
    root = np.sqrt(np.where(follows, steps, recording.step) / recording.step)
    change = np.where(follows, own[rows[1:]] - own[rows[:-1]], np.nan)
    if recording.force is not None:
        change = change - steps * recording.force[rows[:-1], case.index(target)]
    noise = root if recording.heat is None else root * np.sqrt(recording.heat[rows[:-1]])
    change = change / noise
    terms = case.drift[target]
    with np.errstate(all="ignore"):
        state = [column[rows[:-1]] for column in recording.columns]
        phi = features(terms, state) if not case.hidden else np.stack([np.ones(len(change)), state[0]], 1)
        phi = _with_products(phi) if is_coarse(case) else phi
        phi = phi * (root**2 / noise)[:, None]
    # A term such as sqrt(x) may be no number where measurement noise has carried a point too far: such steps are left out.
    used = np.isfinite(change) & np.isfinite(phi).all(1)
    size = np.maximum(np.sqrt(np.mean(phi[used] ** 2, 0)), 1e-300)
    phi = phi / size
    beta = np.linalg.lstsq(phi[used], change[used], rcond=1e-8)[0]
    if any(case.noise) and not case.hidden and not is_coarse(case):
        beta = _without_noise(
            case, target, phi[used], change[used], size, [x[used] for x in state], (root / noise)[used] ** 2
        )
    return np.where(used, change - phi @ beta, np.nan)


def _without_noise(
    case: Case,
    target: str,
    phi: np.ndarray,
    change: np.ndarray,
    size: np.ndarray,
    state: Sequence[np.ndarray],
    weight: np.ndarray,
) -> np.ndarray:
    """β with what a value's own noise puts into Σ φ(Y_k) ΔY_k taken off, which is −s² Σ ∂φ by Stein's lemma.

    A regression that takes noise for a return to the mean leaves remainders that hang together.
    """
    place = case.index(target)
    slopes = np.array([np.sum(weight * term.slope(state, place)) for term in case.drift[target]]) / size
    left, values, right = np.linalg.svd(phi, full_matrices=False)
    kept = values > 1e-4 * values[0]
    moments = left.T @ change + case.noise[place] ** 2 * (right @ slopes) / np.where(kept, values, 1.0)
    return np.asarray(right.T @ np.where(kept, moments / np.where(kept, values, 1.0), 0.0))


def _with_products(phi: np.ndarray) -> np.ndarray:
    """Terms and their products: over a long step the conditional mean is f Δt + (f·∇f) Δt²/2 + …, which holds products of terms."""
    first, second = np.triu_indices(phi.shape[1])
    return np.concatenate([phi, phi[:, first[:_MOST_PRODUCTS]] * phi[:, second[:_MOST_PRODUCTS]]], 1)


def memory(rest: np.ndarray, lags: tuple[int, ...]) -> Memory:
    """Return the strongest correlation of remainders over the given lags."""
    found = []
    for lag in lags:
        pairs = rest[lag:] * rest[:-lag]
        pairs = pairs[np.isfinite(pairs)]
        total = float(np.nansum(rest**2)) * pairs.size / max(int(np.isfinite(rest).sum()), 1)
        z = float(np.sum(pairs) / max(np.sqrt(np.sum(pairs**2)), 1e-300))
        found.append((abs(z), float(np.sum(pairs)) / max(total, 1e-300), lag))
    z, correlation, lag = max(found)
    return Memory(correlation, lag, min(1.0, 2 * float(ndtr(-z)) * len(lags)))


def jump_kurtosis(rest: np.ndarray, places: Sequence[np.ndarray]) -> tuple[float, float]:
    """Return the kurtosis of remainders scaled where they are, and its standard error were they Gaussian, sqrt(24/n).

    Args:
        rest: remainders, NaN where there is none.
        places: the components where each begins, the one that moves first; a strength that varies with any of them is no jump.
    """
    used = np.isfinite(rest)
    scaled = rest[used]
    for place in places:
        order = np.argsort(place[: used.size][used], kind="stable")
        scaled[order] = scaled[order] / _size_nearby(scaled[order])
    return float(np.mean(scaled**4) / np.mean(scaled**2) ** 2), float(np.sqrt(24 / max(scaled.size, 1)))


def _size_nearby(row: np.ndarray) -> np.ndarray:
    """Root mean square among the rows that stand nearest, fewer at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(row**2)])
    middle = np.arange(row.size)
    low, high = np.maximum(middle - _NEAR // 2, 0), np.minimum(middle + _NEAR // 2 + 1, row.size)
    return np.sqrt(np.maximum((sums[high] - sums[low]) / (high - low), 1e-300))


def noise_share(case: Case, component: int) -> float:
    """Return minus the correlation of successive increments, a half where all of them is measurement noise."""
    recording = case.recording
    change = np.diff(recording.columns[component])
    change = np.where(recording.within[1:] == recording.within[:-1], change, np.nan)
    change = change - np.nanmean(change)
    return -float(np.nanmean(change[1:] * change[:-1]) / max(float(np.nanmean(change**2)), 1e-300))


_ALIKE = 3.0
PERIODS = (2 * np.pi, np.pi, 360.0, 180.0, 1.0, 2.0, 24.0, 12.0, 100.0, 400.0)
"""Periods in use: of angles, shares, hours, gradians."""


def wrapping(path: np.ndarray) -> float:
    """Return the period of an angle whose steps cross the whole range now and then, all others being short; else 0."""
    steps, reach = np.abs(np.diff(path)), float(np.ptp(path))
    long = steps > 0.7 * reach
    short = float(np.quantile(steps[~long], 0.999)) if (~long).any() else reach
    if not 3 <= long.sum() < 0.2 * steps.size or short > 0.3 * reach:
        return 0.0
    period = next((p for p in PERIODS if reach <= p <= reach + short), reach)
    # Read the other way round, the long steps are as short as the others; steps from one level to another are not.
    return period if float(np.mean(period - steps[long])) <= _ALIKE * float(np.mean(steps[~long])) else 0.0
