r"""Whether a clock drives the motion, hums in the readings or beats in the noise: a line in the spectrum of what the drift leaves of the steps.

The residuals e_k = y_k − q_kᵀθ̂ of a drift that holds hang together over a few steps at most, so their spectrum has no lines. A drive leaves
less of itself there than it is, for the motion follows it and the fitted terms φ take their share; at frequency ω the waves
w_k = (cos ωt_k, sin ωt_k) have outside the terms

    S = Σ w e,        M = Σ w wᵀ − (Σ w φᵀ) (Σ φ φᵀ)⁻¹ (Σ φ wᵀ),        β = M⁻¹ S,        P(ω) = Sᵀ M⁻¹ S

(terms and residuals divided by sqrt(D̂) where D̂ varies; eigenvalues of M kept above a quarter of those without terms). At half whole numbers n
of turns in the recorded time T,

    R = P(ω) / mean of P(ω ± 2πl/T), l = 2 … 51,        ω = 2πn/T

has under a spectrum that is smooth over so few frequencies the F distribution of 2 and 2m degrees of freedom, m the number of neighbours there
are: P = (1 + R/m)^(−m). Every octave of frequencies has the same share of the chance,

    p = min_n P_n / w_n,        w_n = (1/n) / Σ 1/n',        n = 3, 3.5, 4 … up to half a turn a step

which is at most p by chance however the frequencies hang together (Bonferroni). A drift A cos(ωt + φ) has |β| = A Δt, and its frequency is
known to sqrt(6/R)/T (the Cramér–Rao bound). Rows are sorted into cells of the usual step, or wider ones where there are many: of frequencies
beyond half a turn a cell nothing is said.

The same with e²/D̂ in place of e, less what functions of the state (1, x, x², x³ and products of two components; of an angle its first two
harmonics; and 1/D̂, which errors of reading leave, with its root) explain of it, these being the terms φ: a strength D (1 + a cos(ωt + φ)) has |β| = a ⟨e²/D̂⟩. A motion that goes around keeps
time itself; where D̂ is a little off at some places, its squares rise and fall with the turns, and no clock does it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["Drive", "beat_test", "drive_test", "without_line"]

_FEWEST_TURNS = 3
"""Of a slower one the halves of the recording speak."""
_AROUND, _NEAREST = 50, 1
_FEWEST_AROUND = 20
_FEWEST_SQUARES = 500
"""Squares are heavy-tailed: their sums are Gaussian far out only where they are many."""
_MOST_CELLS = 2**18
_RANK = 1e-9
_LEAST_OUTSIDE = 0.25


@dataclass(frozen=True)
class Drive:
    """The strongest line for its frequency.

    Attributes:
        rate: ω, radians a unit of time.
        error: its standard error.
        amplitude: A of the drift A cos(ωt + φ) that leaves it; of a beat a.
        ratio: R, its power over that of its neighbours.
        p_value: chance of so strong a line at any frequency.
    """

    rate: float
    error: float
    amplitude: float
    ratio: float
    p_value: float


def drive_test(case: Case, weighed: Weighed) -> Drive | None:
    """Return the strongest line in what the drift of a component leaves; None where the recording is too short to have lines.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.evidence.weigh import weigh
        >>> from evolaw.discovery.diffusions.problem import pose
        >>> t, kicks = 0.05 * np.arange(4001), 0.2 * np.random.default_rng(1).normal(size=4000)
        >>> path = np.zeros(4001)
        >>> for k in range(4000):
        ...     path[k + 1] = path[k] + 0.05 * (np.cos(2 * t[k]) - path[k]) + kicks[k]
        >>> case = pose(Trajectory(path, t, ("times",)), library="1, x", noise=0.0)
        >>> found = drive_test(case, weigh(case, "x"))
        >>> round(found.rate, 2), round(found.amplitude, 1), found.p_value < 1e-6
        (2.0, 1.1, True)
    """
    return _strongest(_cells(case, weighed))


def beat_test(case: Case, weighed: Weighed) -> Drive | None:
    """Return the strongest line in the squares of what the drift of a component leaves; None where the recording is too short.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.evidence.weigh import weigh
        >>> from evolaw.discovery.diffusions.problem import pose
        >>> t = 0.05 * np.arange(4001)
        >>> kicks = 0.2 * np.sqrt(1 + 0.5 * np.cos(2 * t)) * np.random.default_rng(1).normal(size=4001)
        >>> case = pose(Trajectory(np.cumsum(kicks), t, ("times",)), library="1", noise=0.0)
        >>> found = beat_test(case, weigh(case, "x"))
        >>> round(found.rate, 2), round(found.amplitude, 1), found.p_value < 1e-6
        (2.0, 0.5, True)
    """
    return _strongest(_cells(case, weighed, squared=True))


def _strongest(cells: _Cells | None) -> Drive | None:
    if cells is None:
        return None
    power, wave = _power(cells)
    ratio, around = (np.zeros(power.size) for _ in range(2))
    for odd in (0, 1):  # Half turns stand between whole ones.
        ratio[odd::2], around[odd::2] = _beside_neighbours(power[odd::2])
    number = np.arange(power.size)
    tried = (number >= 2 * _FEWEST_TURNS) & (around >= _FEWEST_AROUND)
    if not tried.any():
        return None
    logs = np.full(power.size, np.inf)
    logs[tried] = -around[tried] * np.log1p(ratio[tried] / around[tried]) + np.log(number[tried])
    logs[tried] += np.log(np.sum(1.0 / number[tried]))
    best = int(np.argmin(logs))
    span = cells.left.size * cells.width
    rate, r = np.pi / span * (best + _between(power, best)), float(ratio[best])
    return Drive(
        float(rate),
        float(np.sqrt(6 / max(r, 1e-300)) / span),
        float(wave[best]) / cells.step,
        r,
        float(np.exp(min(logs[best], 0.0))),
    )


@dataclass(frozen=True, eq=False)
class _Cells:
    """Sums over the rows that fall into each cell of time.

    Attributes:
        left: of what the drift leaves of the steps.
        terms: of the free terms, orthonormal over the rows; shape (cells, terms).
        rows: how many rows there are in all.
        width: of a cell.
        step: mean of the steps, over what residuals were divided by.
    """

    left: np.ndarray
    terms: np.ndarray
    rows: int
    width: float
    step: float


def _cells(case: Case, weighed: Weighed, *, squared: bool = False) -> _Cells | None:
    """Sort the rows into cells; ``squared`` takes the squares less what the state explains of them. None where there are too few rows."""
    recording, left = case.recording, weighed.residuals
    varies = len(case.diffusion.get(weighed.target, ())) > 1 and weighed.target not in case.hidden
    size = weighed.strength(list(recording.columns)) if varies else np.ones(len(recording))
    size = size if recording.heat is None else size * recording.heat
    used = np.isfinite(left) & (size > 0)
    if np.count_nonzero(used) < (_FEWEST_SQUARES if squared else _FEWEST_AROUND):
        return None
    begin, end = recording.times[used].min(), recording.times[used].max()
    width = max(recording.step, float(end - begin) / _MOST_CELLS)
    place = np.where(used, np.round((recording.times - begin) / width), 0).astype(int)
    scale = np.where(used, np.sqrt(np.mean(size[used]) / np.where(used, size, 1.0)), 0.0)
    count = int(place.max()) + 1
    left = np.where(used, left, 0.0) * scale
    if squared:
        rows = np.flatnonzero(used)
        squares, state = (
            left[rows] ** 2 / np.mean(left[rows] ** 2),
            _orthonormal(np.column_stack([_of_state(case, rows), scale[rows], scale[rows] ** 2])),
        )
        rest = squares - state @ (state.T @ squares)
        terms = np.stack([np.bincount(place[rows], column, count) for column in state.T], 1)
        return _Cells(np.bincount(place[rows], rest, count), terms, rows.size, width, 1.0)
    steps = np.append(np.diff(recording.times), 0.0)[used]
    return _Cells(
        np.bincount(place, left, count),
        _terms(case, weighed, np.flatnonzero(used), scale, place, count),
        int(used.sum()),
        width,
        float(np.mean(steps[steps > 0] * scale[used][steps > 0])),
    )


def _terms(
    case: Case, weighed: Weighed, used: np.ndarray, scale: np.ndarray, place: np.ndarray, count: int
) -> np.ndarray:
    """The free terms in cells, orthonormal over the rows; of many rows every so many-th one stands for all."""
    rows = used[:: max(1, used.size // _MOST_CELLS)]
    free, _ = case.split(weighed.target)
    columns = case.recording.columns
    speeds = [np.gradient(column, case.recording.step) for column in columns[: len(case.hidden)]]
    with np.errstate(all="ignore"):
        phi = features(free, [column[rows] for column in (*columns, *speeds)]) * scale[rows, None]
    phi = _orthonormal(phi) * np.sqrt(used.size / rows.size)
    return (
        np.stack([np.bincount(place[rows], column, count) for column in phi.T], 1)
        if phi.shape[1]
        else np.zeros((count, 0))
    )


def _of_state(case: Case, rows: np.ndarray) -> np.ndarray:
    """Functions of the recorded state by which a strength may be a little off, shape (rows, functions)."""
    found: list[np.ndarray] = [np.ones(rows.size)]
    lines: list[np.ndarray] = []
    for name, column in zip(case.recording.names, case.recording.columns, strict=True):
        x = column[rows]
        if name == case.clock:
            continue
        if period := case.periods.get(name):
            angle = 2 * np.pi / period * x
            found += [wave(k * angle) for k in (1, 2) for wave in (np.cos, np.sin)]
        elif np.ptp(x) > 0:
            lines.append((x - x.mean()) / x.std())
            found += [lines[-1], lines[-1] ** 3]
    found += [one * other for k, one in enumerate(lines) for other in lines[k:]]
    return np.stack(found, 1)


def _orthonormal(phi: np.ndarray) -> np.ndarray:
    """The space of some columns, orthonormal over the rows; what is no number counts as 0."""
    phi = np.where(np.isfinite(phi), phi, 0.0)
    phi = phi / np.maximum(np.linalg.norm(phi, axis=0), 1e-300)
    values, vectors = np.linalg.eigh(phi.T @ phi)
    kept = values > _RANK
    return np.asarray(phi @ (vectors[:, kept] / np.sqrt(values[kept])))


def _power(cells: _Cells) -> tuple[np.ndarray, np.ndarray]:
    """P and the length of β at half turns, up to half a turn a cell."""
    count = cells.left.size

    def waves(column: np.ndarray) -> np.ndarray:
        found = np.fft.rfft(column, 2 * count)[: count + 1]
        return np.stack([found.real, -found.imag], -1)

    sums = waves(cells.left)
    inside = np.zeros((count + 1, 2, 2))
    for column in cells.terms.T:
        part = waves(column)
        inside += part[:, :, None] * part[:, None, :]
    outside, least = 0.5 * cells.rows * np.eye(2) - inside, 0.5 * cells.rows * _LEAST_OUTSIDE
    middle = (outside[:, 0, 0] + outside[:, 1, 1]) / 2
    apart = np.hypot((outside[:, 0, 0] - outside[:, 1, 1]) / 2, outside[:, 0, 1])
    # Where little is outside the smaller eigenvalue is kept from vanishing; elsewhere the matrix is inverted as it is.
    raised = np.flatnonzero(middle - apart < least)
    values, vectors = np.linalg.eigh(outside[raised])
    outside[raised] = (vectors * np.maximum(values, least)[:, None]) @ vectors.transpose(0, 2, 1)
    (a, b), d = outside[:, 0].T, outside[:, 1, 1]
    wave = np.stack([d * sums[:, 0] - b * sums[:, 1], a * sums[:, 1] - b * sums[:, 0]], -1) / (a * d - b * b)[:, None]
    return np.sum(wave * sums, 1), np.hypot(wave[:, 0], wave[:, 1])


def _beside_neighbours(power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every power over the mean of those around, the nearest left out, and how many these are; frequency 0 is nobody's neighbour."""
    sums = np.concatenate([[0.0, 0.0], np.cumsum(power[1:])])
    here = np.arange(power.size)

    def within(reach: int) -> tuple[np.ndarray, np.ndarray]:
        low, high = np.maximum(here - reach, 1), np.minimum(here + reach + 1, power.size)
        high = np.maximum(high, low)
        return sums[high] - sums[low], high - low

    (far, many), (near, few) = within(_AROUND + _NEAREST), within(_NEAREST)
    count = many - few
    return power * count / np.maximum(far - near, 1e-300), count.astype(float)


def _between(power: np.ndarray, best: int) -> float:
    """Where between its neighbours a peak lies, by a parabola through their logarithms."""
    if not 0 < best < power.size - 1:
        return 0.0
    low, top, high = np.log(np.maximum(power[best - 1 : best + 2], 1e-300))
    return float(np.clip(0.5 * (low - high) / min(low - 2 * top + high, -1e-12), -0.5, 0.5))


def without_line(rest: np.ndarray, times: np.ndarray, rate: float) -> np.ndarray:
    """Return a row of remainders with its part at a frequency taken off by least squares; NaN stay.

    Example:
        >>> times = np.arange(50.0)
        >>> bool(np.abs(without_line(np.sin(0.3 * times + 1), times, 0.3)).max() < 1e-12)
        True
    """
    wave = np.stack([np.cos(rate * times), np.sin(rate * times)], 1)
    used = np.isfinite(rest)
    return rest - wave @ np.linalg.lstsq(wave[used], rest[used], rcond=None)[0]
