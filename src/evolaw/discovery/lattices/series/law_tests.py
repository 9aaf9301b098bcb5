"""Candidate laws on trial: each is rolled out from starts of the recorded density, and tested against the recorded runs.

Most wrong laws betray themselves in the first generations, so the trial goes in rounds, from cheap to dear; a law refuted in
one round is spared the next. The p-value of a law is the least of its tests, times their number.

    round         runs of the law   times               tests
    first look          24          the first           far
    opening             60          the first quarter   far
    whole               60          all                 far
    close             1500          all                 far, rival      (the 256 likeliest at most)

Nothing is tuned to the data: a test that was left out could only have lowered p, so leaving it out is conservative.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from evolaw.automata.engine import bitpacked
from evolaw.discovery.lattices.series.exchangeability import NormalFit, choices, p_far, p_rival
from evolaw.discovery.lattices.series.series import Series, measure
from evolaw.display import Progress
from evolaw.randomness import Source

__all__ = ["Trials", "roll_out", "smallest_p", "try_laws"]

_TESTS = 5
_CLOSE, _RIVALS = 256, 64
_FEATURES = 24
_CELLS_AT_ONCE = 2**27


@dataclass(frozen=True, eq=False)
class Trials:
    """The outcome of all trials, one element a law.

    Attributes:
        p: p-value of "this law made the recorded runs".
        log_likelihood: synthetic log-likelihood of the recorded runs; -inf for laws that fell before the whole series was
            looked at.
    """

    p: np.ndarray
    log_likelihood: np.ndarray


@dataclass(frozen=True)
class _Round:
    words: str
    runs: int
    share_of_times: float


_ROUNDS = (_Round("first look", 24, 0.0), _Round("opening", 60, 0.25), _Round("whole series", 60, 1.0))
_LAST = _Round("close look", 1500, 1.0)


def smallest_p(runs: int) -> float:
    """Return the smallest p-value that so many recorded runs can give a law: 1 / C(runs + 750, runs), times the number of tests.

    Example:
        >>> smallest_p(1).__round__(5), smallest_p(2) < 1e-4
        (0.00666, True)
    """
    return min(1.0, _TESTS / comb(runs + _LAST.runs // 2, runs))


def try_laws(
    series: Series, tables: np.ndarray, *, smallest: float, rng: Source, progress: Progress | None = None
) -> Trials:
    """Try every law.

    Args:
        series: the recorded runs.
        tables: one law a row, uint8 (laws, 512).
        smallest: p-value that must be reachable; a law at or below it is refuted and tried no further.
        rng: seed.
        progress: called with (laws tried in this round, laws in this round, words).

    Notes:
        Cost: rows x cols x generations x (24 to 1560) cell updates a law on the bit engine, and as much again to measure.
    """
    p = np.ones(len(tables))
    likelihood = np.full(len(tables), -np.inf)
    chances = int(np.ceil(2 * _TESTS / smallest))
    for stage in _ROUNDS:
        picked = _features(series, stage.share_of_times)
        recorded = _flat(series.values[:, picked])
        members = choices(series.runs, stage.runs, chances, rng.stream(f"{stage.words}, choices").generator())
        alive = np.flatnonzero(p > smallest)
        for at, chosen in _batches(alive, stage.runs * series.rows * series.cols):
            runs = _flat(roll_out(series, tables[chosen], picked, stage.runs, rng, stage.words))
            for law, sample in zip(chosen, runs, strict=True):
                p[law] = min(p[law], _TESTS * p_far(recorded, sample, members))
                if stage.share_of_times == 1:
                    likelihood[law] = NormalFit.of(sample).log_likelihood(recorded).sum()
            _tell(progress, at + len(chosen), len(alive), stage)
    _look_closely(series, tables, p, likelihood, chances, smallest, rng, progress)
    return Trials(p, likelihood)


def _look_closely(
    series: Series,
    tables: np.ndarray,
    p: np.ndarray,
    likelihood: np.ndarray,
    chances: int,
    smallest: float,
    rng: Source,
    progress: Progress | None,
) -> None:
    """The last round, in place: half of the runs fit the laws, the other half is compared."""
    picked = _features(series, 1.0)
    recorded = _flat(series.values[:, picked])
    alive = np.flatnonzero(p > smallest)
    alive = np.sort(alive[np.argsort(-likelihood[alive], kind="stable")][:_CLOSE])
    half = _LAST.runs // 2
    members = choices(series.runs, half, chances, rng.stream(f"{_LAST.words}, choices").generator())
    fits, held = [], []
    for at, chosen in _batches(alive, _LAST.runs * series.rows * series.cols):
        runs = _flat(roll_out(series, tables[chosen], picked, _LAST.runs, rng, _LAST.words))
        fits += [NormalFit.of(sample[:half]) for sample in runs]
        held += [sample[half:] for sample in runs]
        _tell(progress, at + len(chosen), len(alive), _LAST)
    seen = np.array([fit.log_likelihood(recorded).sum() for fit in fits])
    rivals = np.argsort(-seen, kind="stable")[:_RIVALS]
    for place, law in enumerate(alive):
        likelihood[law] = seen[place]
        runs = np.concatenate([recorded, held[place]])
        means = [fits[rival].mean for rival in rivals if rival != place]
        tests = [p_far(recorded, held[place], members)]
        tests += [p_rival(fits[place].gains(runs, np.stack(means)), members)] if means else []
        p[law] = min(p[law], _TESTS * min(tests))
    np.minimum(p, 1.0, out=p)


def roll_out(series: Series, tables: np.ndarray, picked: np.ndarray, runs: int, rng: Source, name: str) -> np.ndarray:
    """Measure ``runs`` runs of each law, from starts like the recorded ones.

    Args:
        series: says the boards, the start density, the statistics and the times.
        tables: one law a row, (laws, 512).
        picked: indices of the times to measure.
        runs: independent runs of each law.
        rng, name: seed and stream; all laws share their starts, as the test of a law looks at its own runs only.

    Returns:
        Shape (laws, runs, times, statistics).
    """
    cells = series.rows * series.cols
    size = max(1, min(runs, _CELLS_AT_ONCE // (cells * len(tables))))
    parts = [
        _roll_part(series, tables, picked, min(size, runs - at), rng.stream(f"{name}, runs from {at}").generator())
        for at in range(0, runs, size)
    ]
    return np.concatenate(parts, axis=1)


def _roll_part(
    series: Series, tables: np.ndarray, picked: np.ndarray, runs: int, chance: np.random.Generator
) -> np.ndarray:
    start = chance.random((runs, series.rows, series.cols), np.float32) < series.start_density
    boards = np.broadcast_to(start.astype(np.uint8), (len(tables), *start.shape)).copy()
    found, now, lively = [], 0, int("activity" in series.names)
    for time in series.times[picked].tolist():
        boards = bitpacked.run(tables, boards, time - lively - now, boundary=series.boundary)
        before = boards if lively else None
        if lively:
            boards = bitpacked.run(tables, boards, 1, boundary=series.boundary)
        found.append(measure(boards, before, series.names, series.boundary))
        now = time
    return np.stack(found, axis=2)


def _features(series: Series, share: float) -> np.ndarray:
    """Times to compare: few enough for 24 numbers a run, denser where they are early, when runs of a law differ least."""
    last = max(1, round(share * series.times.size))
    count = max(1, min(_FEATURES // len(series.names), last))
    return np.unique(np.round(np.geomspace(1, last, count)).astype(int)) - 1


def _flat(values: np.ndarray) -> np.ndarray:
    """(..., times, statistics) to (..., features)."""
    return values.reshape(*values.shape[:-2], -1)


def _batches(laws: np.ndarray, cells: int) -> list[tuple[int, np.ndarray]]:
    size = max(1, min(len(laws), _CELLS_AT_ONCE // cells))
    return [(at, laws[at : at + size]) for at in range(0, len(laws), size)]


def _tell(progress: Progress | None, done: int, total: int, stage: _Round) -> None:
    if progress is not None:
        progress(done, total, f"laws rolled out, {stage.words}")
