"""Posterior prediction: does the most probable law, run again, look like the recording?

The law starts where the recording starts, runs through the same channel, and three statistics are compared frame by frame:

    density    share of living cells
    activity   share of cells that differ from the frame before
    blocks     frequencies of the sixteen 2 x 2 blocks

A deterministic law seen clearly must give the recording's own frames. Otherwise B runs are drawn, and the largest standardised
deviation over frames, of the recording and of each run from the mean of all B + 1, is ranked:

    p = (1 + #{runs at least as far out as the recording}) / (B + 1)

which is a p-value because under the law the recording is one run among B + 1. A recording that is the farthest out of all is
compared with up to ten times as many runs and fails if it stays so, which chance alone lets a statistic do once in 1000 times; one that
lies half as far out again as any run fails at once. Several recordings are one: each run of the law is run from the start of each, and
the largest deviation of any counts. Where the first frame is itself uncertain
(misread or missing cells) each run starts from a Gibbs sample of it, given the first two frames and the law; the p-value is
then as good as that sample.

A cut-out of a larger world cannot be run on: what comes in over its edge is unknown. Its law is run from each recorded frame to the
next and compared where nothing from outside can have arrived; behind misread cells it is run on with the rim as it was read. So is a
recording of cells that age in which some were not seen. What is alive is compared; the ages behind it follow, and are checked by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from types import EllipsisType

import numpy as np
from scipy.sparse import csr_array

from evolaw.arrays import MISSING
from evolaw.automata import stepping
from evolaw.automata.rules.generations import Generations
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.evidence.constraints import neighbour_cells
from evolaw.discovery.lattices.model.ageing import is_ageing
from evolaw.discovery.lattices.model.observation import Channel
from evolaw.discovery.lattices.model.window_counts import edge_of, is_cutout, rim_of
from evolaw.discovery.spine.evidence import Check
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["LEVEL", "STATISTICS", "check_law", "sample_start"]

LEVEL = 0.001
"""A statistic whose p-value is at most this fails."""

_RUNS = 199
_CLOSER = 10
"""So many times the runs are drawn where the recording lies farther out than all of the first ones."""
_CLEARLY = 1.5
"""A recording so many times as far out as the farthest run needs no closer look."""
_LEAST_SWEEPS, _MOST_SWEEPS = 6, 30
_SWEPT = 6 * 32 * 32
"""Cells that a chain draws in all; on smaller boards it makes more sweeps, up to `_MOST_SWEEPS`."""
_FEW = 16
"""So many uncertain cells and fewer are drawn exactly, all their boards weighed, where that is at most `_MOST_WEIGHED` cells."""
_MOST_WEIGHED = 2**22
_LARGEST_SIDE = 64
_PATCH_FRAMES = 9
_HOT = 0.2
_MOST_UPDATES = 20_000_000


def _density(frames: np.ndarray, seen: np.ndarray) -> np.ndarray:
    return _share(frames & seen, seen)


def _activity(frames: np.ndarray, seen: np.ndarray) -> np.ndarray:
    both = seen[..., 1:, :, :] & seen[..., :-1, :, :]
    return _share((frames[..., 1:, :, :] ^ frames[..., :-1, :, :]) & both, both)


def _blocks(frames: np.ndarray, seen: np.ndarray) -> np.ndarray:
    def corners(cells: np.ndarray) -> list[np.ndarray]:
        return [cells[..., :-1, :-1], cells[..., :-1, 1:], cells[..., 1:, :-1], cells[..., 1:, 1:]]

    a, b, c, d = corners(frames)
    code = a << 3 | b << 2 | c << 1 | d
    complete = np.logical_and.reduce(corners(seen.astype(bool)))
    total = np.maximum(complete.sum((-2, -1)), 1)
    return np.concatenate([((code == block) & complete).sum((-2, -1)) / total for block in range(16)], axis=-1)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return part.sum((-2, -1), dtype=np.int64) / np.maximum(whole.sum((-2, -1), dtype=np.int64), 1)


STATISTICS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "density": _density,
    "activity": _activity,
    "blocks": _blocks,
}
"""Name -> function (frames, seen) -> series; both arguments uint8 (…, times, rows, cols), the result (…, numbers)."""


def check_law(rule: Rule | Generations, recordings: Sequence[Trajectory], channel: Channel, rng: Source) -> list[Check]:
    """Compare the recording with runs of the law; one check a statistic.

    Args:
        rule: the most probable law.
        recordings: trajectories with axes ("times", "rows", "cols"); 255 marks missing cells.
        channel: how they were taken.
        rng: source of the runs.

    Notes:
        Long recordings are compared over as many of their first frames as 2e7 cell updates allow, which they share where runs must be
        drawn; boards of more than 64 cells a side are then compared over nine frames of a patch, less what the outside may have reached.
    """
    if channel.on == "update" and channel.flips and isinstance(rule, Rule):
        rule = rule.with_noise(float(channel.flips))
    sure = rule.is_deterministic and not (channel.flips and channel.on == "observation")
    exact = sure and (not channel.missing or all(map(is_cutout, recordings)))
    p_values = _replayed(rule, recordings, channel) if exact else _ranked(rule, recordings, channel, rng)
    how = "from each frame to the next" if all(map(_is_renewed, recordings)) else "from the first frame"
    return [_word(name, p, exact, how) for name, p in zip(STATISTICS, p_values, strict=True)]


def _replayed(rule: Rule | Generations, recordings: Sequence[Trajectory], channel: Channel) -> list[float]:
    """For each statistic 1 where the law gives it in every recording, 0 where it does not in one."""
    equal = np.ones(len(STATISTICS), bool)
    for recording in recordings:
        sides = _measured(recording, _replay(rule, recording, channel), channel, ...)
        equal &= [np.array_equal(*pair) for pair in zip(*sides, strict=True)]
    return equal.astype(float).tolist()


def _ranked(rule: Rule | Generations, recordings: Sequence[Trajectory], channel: Channel, rng: Source) -> list[float]:
    """The p-value of each statistic, over all recordings at once."""
    parts = [_patch(recording, channel) for recording in recordings]
    series: list[list[np.ndarray]] = [[] for _ in STATISTICS]
    p_values: list[float] = []
    for look in range(_CLOSER):
        again = f" look {look}" if look else ""
        measured = [
            _measured(part, _draw(rule, part, channel, rng, f"prediction {place}{again}", len(parts)), channel, inside)
            for place, (part, inside) in enumerate(parts)
        ]
        recorded, runs = (
            [np.concatenate(each, 1) for each in zip(*side, strict=True)] for side in zip(*measured, strict=True)
        )
        for kept, first, more in zip(series, recorded, runs, strict=True):
            kept += [more] if kept else [first, more]
        p_values = [_rank(np.concatenate(kept)) for kept in series]
        if not any(LEVEL < p <= 1 / (_RUNS + 1) for p in p_values):
            break
    return p_values


def _measured(
    recording: Trajectory, drawn: np.ndarray, channel: Channel, inside: tuple[slice, ...] | EllipsisType
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The statistics of the recording, each of shape (1, numbers), and of the runs, each of shape (runs, numbers)."""
    seen = _seen(recording, channel)[: drawn.shape[1]].astype(np.uint8)
    seen &= _only(inside, seen.shape)
    observed = (recording.values[: drawn.shape[1]] == 1) & seen
    return tuple(  # type: ignore[return-value]
        [statistic(frames, np.broadcast_to(seen, frames.shape)) for statistic in STATISTICS.values()]
        for frames in (observed[None], (drawn == 1) & seen)
    )


def _is_renewed(recording: Trajectory) -> bool:
    """Whether a law is run from each recorded frame to the next alone: frame after frame something unknown comes in."""
    return is_cutout(recording) or (is_ageing(recording) and bool((recording.values == MISSING).any()))


def sample_start(
    rule: Rule,
    first: np.ndarray,
    second: np.ndarray,
    boundary: str,
    flips: float,
    runs: int,
    chance: np.random.Generator,
) -> np.ndarray:
    """Return samples of the true first board, uint8 (runs, rows, cols): exact for few uncertain cells, else Gibbs samples.

    Each cell in turn is drawn given all others from

        log odds = log(p / (1 - p)) + [seen: ± log((1 - eps) / eps)]
                   + sum over the 9 cells it feeds of log P(second | alive) - log P(second | dead)

    where p is the density behind the one seen, and cells that feed different cells are drawn together (`_colours`). Every sample
    has its own chain. A chain is short, 6 to 30 sweeps by the size of the board, and where misreadings are rare it hardly leaves the
    valley where it began: the chance of life of single cells can then be a few hundredths off, a tenth and more for laws that many boards
    obey as well.

    Args:
        rule: the law.
        first, second: two consecutive observed boards; 255 marks missing cells.
        boundary: boundary of the boards.
        flips: eps, at least 1e-3 is used so that no cell is beyond correction.
        runs: number of samples.
        chance: random generator.
    """
    eps = max(flips, 1e-3)
    seen = first != MISSING
    read = first[seen].mean() if seen.any() else 0.5
    share = float(np.clip((read - flips) / (1 - 2 * flips), 0.01, 0.99))
    boards = np.where(seen, first, chance.random((runs, *first.shape)) < share).astype(np.uint8)
    if seen.all() and not flips:
        return boards
    uncertain = np.ones(first.shape, bool) if flips else ~seen
    outcome = np.where(second == MISSING, 2, second)
    if uncertain.sum() <= _FEW and first.size << int(uncertain.sum()) <= _MOST_WEIGHED:
        return _weighed(rule, first, outcome, uncertain, boundary, eps, share, runs, chance)
    sweeps = int(np.clip(_SWEPT // first.size, _LEAST_SWEEPS, _MOST_SWEEPS))
    # The chains begin hot: at a small eps single cells hardly move against each other, and all would stay near what was read.
    for heat in [*np.geomspace(max(eps, _HOT), eps, sweeps - 1), eps]:
        boards = _sweep(rule, boards, _own(first, share, heat), outcome, uncertain, boundary, heat, chance)
    return boards


def _own(first: np.ndarray, share: float, eps: float) -> np.ndarray:
    """The log odds of life of every cell by itself."""
    read = np.where(first == 1, 1, -1) * np.log((1 - eps) / eps)
    result: np.ndarray = np.log(share / (1 - share)) + np.where(first == MISSING, 0.0, read)
    return result


def _fits(rule: Rule, eps: float) -> np.ndarray:
    """Log-likelihood of an outcome (0, 1, or 2: not seen) after every window, shape (3, 512)."""
    alive = eps + (1 - 2 * eps) * rule.probabilities
    return np.stack([np.log1p(-alive), np.log(alive), np.zeros_like(alive)])


def _weighed(
    rule: Rule,
    first: np.ndarray,
    outcome: np.ndarray,
    uncertain: np.ndarray,
    boundary: str,
    eps: float,
    share: float,
    runs: int,
    chance: np.random.Generator,
) -> np.ndarray:
    """Draw all uncertain cells together: every setting of them weighed."""
    count = int(uncertain.sum())
    settings = (np.arange(2**count)[:, None] >> np.arange(count) & 1).astype(np.uint8)
    boards = np.broadcast_to(np.where(uncertain, 0, first).astype(np.uint8), (2**count, *first.shape)).copy()
    boards[:, uncertain] = settings
    logs = settings @ _own(first, share, eps)[uncertain]
    logs += _fits(rule, eps)[outcome, stepping.windows(boards, boundary)].sum((1, 2))
    weights = np.exp(logs - logs.max())
    return boards[chance.choice(2**count, runs, p=weights / weights.sum())]


def _sweep(
    rule: Rule,
    boards: np.ndarray,
    own: np.ndarray,
    outcome: np.ndarray,
    uncertain: np.ndarray,
    boundary: str,
    eps: float,
    chance: np.random.Generator,
) -> np.ndarray:
    """Draw every uncertain cell once; ``own`` are its log odds by itself, ``outcome`` is 0, 1 or 2 (not seen)."""
    colours, fed = _colours(outcome.shape), _fed(outcome.shape, boundary)
    fits = _fits(rule, eps)
    for colour in np.unique(colours):
        drawn = uncertain & (colours == colour)
        alive, dead = (stepping.windows(np.where(drawn, cell, boards), boundary) for cell in (1, 0))
        gain = fits[outcome, alive] - fits[outcome, dead]
        around = (gain.reshape(len(gain), -1) @ fed).reshape(gain.shape)
        live = chance.random(boards.shape, np.float32) < 1 / (1 + np.exp(-np.clip(own + around, -50, 50)))
        boards = np.where(drawn, live, boards).astype(np.uint8)
    return boards


def _colours(shape: tuple[int, ...]) -> np.ndarray:
    """Colours of cells, of which two of one colour lie three apart at least, across the edges of a torus too."""
    row, col = (np.arange(size) % 3 + np.where(np.arange(size) < size // 3 * 3, 0, 3) for size in shape)
    result: np.ndarray = 8 * row[:, None] + col
    return result


@lru_cache(8)
def _fed(shape: tuple[int, int], boundary: str) -> csr_array:
    """Which cell (column) is seen by the window of which (row), each pair once; nothing lies beyond a plane's edge."""
    neighbours = neighbour_cells(*shape, boundary)
    window, place = np.nonzero(neighbours >= 0)
    seen = csr_array((np.ones(window.size), (window, neighbours[window, place])), shape=(len(neighbours),) * 2)
    seen.sum_duplicates()
    seen.data[:] = 1.0
    return seen


def _replay(rule: Rule | Generations, recording: Trajectory, channel: Channel) -> np.ndarray:
    frames = max(2, min(len(recording), _MOST_UPDATES // (recording.values[0].size * channel.every)))
    run = [recording.values[0]]
    for frame in range(frames - 1):
        board = recording.values[frame] if _is_renewed(recording) else run[-1]
        board = np.where(board == MISSING, 0, board)
        for _ in range(channel.every):
            board = stepping.step(rule, board, boundary=edge_of(recording))
        run.append(board)
    return np.array(run)[None]


def _seen(recording: Trajectory, channel: Channel) -> np.ndarray:
    """Where frames can be compared, bool: what was seen, and in a cut-out only what is caused by what was seen the frame before."""
    hidden = recording.values == MISSING
    if not _is_renewed(recording):
        return ~hidden
    if not is_cutout(recording):
        caused = (stepping.windows(hidden[:-1].astype(np.uint8), edge_of(recording)) == 0) & ~hidden[1:]
        return np.concatenate([caused[:1] & ~hidden[:1], caused])
    down = int(recording.values.shape[1] > 1)  # a line has no edge above and below
    before = np.pad(hidden[:-1], ((0, 0), (down, down), (1, 1)), constant_values=True)
    for _ in range(channel.every):
        before = stepping.windows(before.astype(np.uint8), "reflecting") > 0
    caused = ~before[:, down : before.shape[1] - down, 1:-1] & ~hidden[1:]
    return np.concatenate([caused[:1] & ~hidden[:1], caused])


def _patch(recording: Trajectory, channel: Channel) -> tuple[Trajectory, tuple[slice, ...]]:
    """Return a patch of a large board over a few frames, and the part of it that nothing outside can have reached."""
    inside = [slice(None)]
    values, times = recording.values, recording.times
    if max(values.shape[1:]) <= _LARGEST_SIDE:
        return recording, (slice(None),)
    values, times = values[:_PATCH_FRAMES], times[:_PATCH_FRAMES]
    reach = (len(values) - 1) * channel.every
    for axis in (1, 2):
        cut = values.shape[axis] > _LARGEST_SIDE
        values = np.take(values, range(_LARGEST_SIDE), axis) if cut else values
        inside.append(slice(reach, _LARGEST_SIDE - reach) if cut else slice(None))
    return replace(recording, values=values, times=times), tuple(inside)


def _only(inside: tuple[slice, ...] | EllipsisType, shape: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(shape, np.uint8)
    mask[inside] = 1
    return mask


def _draw(
    rule: Rule | Generations, recording: Trajectory, channel: Channel, rng: Source, name: str, shared: int
) -> np.ndarray:
    """Runs of the law, uint8 (runs, times, rows, cols); so many recordings share the updates of cells."""
    boundary = edge_of(recording)
    frames = max(2, min(len(recording), _MOST_UPDATES // (recording.values[0].size * channel.every * _RUNS * shared)))
    misread = float(channel.flips) if channel.on == "observation" else 0.0
    chance = rng.stream(name).generator()
    first, second = recording.values[:2]
    if channel.every > 1:
        second = np.full_like(second, MISSING)
    if isinstance(rule, Rule):
        board = sample_start(rule, first, second, boundary, misread, _RUNS, chance)
    else:
        board = np.broadcast_to(np.where(first == MISSING, 0, first), (_RUNS, *first.shape)).astype(np.uint8)
    stream = rng.stream(f"{name} update")
    run, rim = [board], rim_of(first.shape)
    for frame in range(frames - 1):
        if _is_renewed(recording) and not misread and not channel.missing:
            shown = recording.values[frame]
            board = np.broadcast_to(np.where(shown == MISSING, 0, shown), board.shape)
        for time in range(channel.every):
            board = stepping.step(rule, board, boundary=boundary, stream=stream, time=frame * channel.every + time)
        if is_cutout(recording):
            read = recording.values[frame + 1][rim]
            filled = np.where(read == MISSING, chance.random((_RUNS, read.size)) < 0.5, read)
            board[:, rim] = filled
        run.append(board)
    drawn = np.stack(run, 1)
    return drawn ^ (chance.random(drawn.shape, np.float32) < misread) if misread else drawn


def _rank(series: np.ndarray) -> float:
    """Return the p-value of the first of several series: the rank of its largest standardised deviation; `LEVEL` if clearly out."""
    spread = series.std(0)
    z = np.abs(series - series.mean(0)) / np.where(spread > 0, spread, 1)
    farthest = z.max(1)
    if farthest[0] > _CLEARLY * farthest[1:].max():
        return LEVEL
    return float((1 + (farthest[1:] >= farthest[0] - 1e-12).sum()) / series.shape[0])


def _word(name: str, p: float, exact: bool, how: str) -> Check:
    passed = p > LEVEL
    if exact:
        says = (
            f"Run again {how}, the law gives the recorded {name} exactly."
            if passed
            else f"Run again {how}, the law does not give the recorded {name}."
        )
    else:
        says = f"The recorded {name} lies {'within' if passed else 'outside'} what runs of the law show."
    return Check(name, passed, p, says)
