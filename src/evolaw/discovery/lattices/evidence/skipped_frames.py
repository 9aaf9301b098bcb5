"""Joint evidence over skipped generations: which laws lead from each frame to the next at all.

One pair of frames k generations apart says something only about all entries together. In the outer-totalistic space every law
is run (`exhaustive`); in wider spaces laws are searched with proofs (`version_space`), pair after pair, each pair sifting the
laws the earlier ones left. An entry on which all possible laws agree is settled; one on which they differ stays open, and their
number is exact. When the search does not come to its end, an entry is settled only if a search of its own proves that no law
with the other value fits; whatever was not proven stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.evolution import unroll
from evolaw.automata.stepping import windows
from evolaw.discovery.lattices.evidence.constraints import OPEN, Film, Knowledge, propagate
from evolaw.discovery.lattices.evidence.exhaustive import surviving, surviving_lines
from evolaw.discovery.lattices.evidence.partial_runs import still_consistent, still_possible
from evolaw.discovery.lattices.evidence.proofs import (
    beginning,
    contradicted,
    proven,
    require_certain,
    unsettled,
    window_visits,
)
from evolaw.discovery.lattices.evidence.version_space import Search, sift
from evolaw.discovery.lattices.model.case import Case, Progress
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import edge_of, is_cutout
from evolaw.discovery.spine.evidence import Evidence, Weighing, with_known
from evolaw.discovery.spine.facts import Facts
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["BRANCHES", "BRANCHES_HIDDEN", "weigh"]

BRANCHES = 3000
"""Branches the search may look at before rollouts take over: a number and not a time, so that results repeat. Half a minute."""

BRANCHES_HIDDEN = 300
"""The same where cells are missing: all frames hang together there, and a branch costs ten times as much."""

_EXAMPLES = 16
_NAMED = 16


def weigh(case: Case, *, branches: int | None = None) -> Weighing:
    """Weigh every entry by the laws that lead from each frame to the next.

    Args:
        case: recordings without flips; 255 marks a missing cell. The channel's ``every`` is the number of generations between frames
            of recordings whose times count frames. The seed orders the search; a search that ends gives the same answer whatever
            the order. Every decision is a proof.
        branches: how many branches the search may look at in all; by default `BRANCHES`, or `BRANCHES_HIDDEN`.

    Raises:
        ArgumentError: the channel has flips, or a known entry is a probability.
    """
    space, known, channel = case.space, case.known, case.channel
    if channel.flips:
        raise checks.refuse(
            "observed",
            "have no flips where generations are skipped",
            repr(channel),
            "Flipped cells over skipped generations are not supported: record every generation, or without flips.",
        )
    spaced = [_spaced(recording, channel.every) for recording in case.recordings]
    require_certain(space, known)
    if space.name == "outer-totalistic" or space.is_line:
        return _exhaustive(spaced, space, known, case.progress)
    most = branches if branches is not None else BRANCHES_HIDDEN if channel.missing else BRANCHES
    return _searched([pair for item in spaced for pair in _pairs(item)], space, known, case.rng, case.progress, most)


def _spaced(recording: Trajectory, every: int) -> Trajectory:
    """Give frames the stated distance where the times merely count frames."""
    gaps = np.diff(recording.times)
    return (
        replace(recording, times=recording.times[0] + every * np.arange(len(recording)))
        if (gaps == 1).all()
        else recording
    )


def _pairs(recording: Trajectory) -> list[Trajectory]:
    """Cut a complete recording into pairs of frames, which say the same; with missing cells frames help one another."""
    if (recording.values == MISSING).any():
        return [recording]
    return [
        replace(recording, values=recording.values[i : i + 2], times=recording.times[i : i + 2])
        for i in range(len(recording) - 1)
    ]


def _exhaustive(
    recordings: list[Trajectory],
    space: RuleSpace,
    known: np.ndarray,
    progress: Progress | None,
) -> Weighing:
    tell = None if progress is None else lambda done, total: progress(done, total, "cells compared under all laws")
    laws = surviving_lines(recordings, space, known) if space.is_line else surviving(recordings, space, known, tell)
    finished = True
    if any((item.values == MISSING).any() for item in recordings):
        laws = laws if space.is_line else laws[still_possible(laws, recordings)]
        consistent, finished = still_consistent(laws, recordings, space)
        laws = laws[consistent]
    if not len(laws):
        return contradicted(space, known)
    visits = _visits(recordings, space, known, laws)
    ran = f"all {2 ** int(np.isnan(known).sum()):,} laws were run"
    if not finished:
        ran += ", but these are too many to be tried on all courses of the hidden cells"
    evidence = [
        _agreement(space.names[entry], float(laws[:, entry].mean()), float(visits[entry]), f"{len(laws):,}", ran)
        for entry in range(len(space))
    ]
    facts: Facts = {
        "possible_laws": len(laws) if finished else None,
        "search_finished": finished,
        "laws": _names(space, list(laws)),
    }
    typical = _typical(list(laws), laws.mean(0))
    return Weighing(tuple(with_known(evidence, known)), facts, float(np.log2(len(laws))) if finished else None, typical)


def _visits(recordings: list[Trajectory], space: RuleSpace, known: np.ndarray, laws: np.ndarray) -> np.ndarray:
    """How often each entry is visited, a mean over a few of the laws: they are run, or concluded where cells are missing."""
    if any(is_cutout(item) or (item.values == MISSING).any() for item in recordings):
        films, before = beginning(recordings, space, known)
        return window_visits(space, films, _courses(space, films, before, list(laws)))
    chosen = laws[:: max(1, len(laws) // _EXAMPLES)]
    counts = np.zeros(len(space))
    for law in chosen:
        rule = space.rule(law)
        for item in recordings:
            for board, gap in zip(item.values[:-1], np.diff(item.times).astype(int), strict=True):
                for hidden in unroll(rule, board, range(gap), boundary=edge_of(item)):
                    counts += space.pool(np.bincount(windows(hidden, edge_of(item)).ravel(), minlength=WINDOWS))
    return counts / len(chosen)


def _agreement(entry: str, share: float, visits: float, laws: str, ran: str) -> Evidence:
    """An entry after a complete search: settled where all possible laws agree."""
    if share in (0.0, 1.0):
        word = "alive" if share else "dead"
        said = "The one possible law has" if laws == "1" else f"Each of the {laws} possible laws has"
        return proven(entry, int(share), "joint", max(visits, 1.0), f"{said} it {word}; {ran}.")
    return unsettled(
        entry, share, visits, f"{share:.0%} of the {laws} possible laws have it alive, the others dead; {ran}."
    )


def _searched(
    recordings: list[Trajectory],
    space: RuleSpace,
    known: np.ndarray,
    rng: Source,
    progress: Progress | None,
    branches: int,
) -> Weighing:
    films, before = beginning(recordings, space, known)
    if not propagate(space, films, before):
        return contradicted(space, known)
    generator = rng.stream("skipping").generator()
    search = sift(space, films, before, nodes=branches, generator=generator, progress=_counter(progress, branches))
    if search.finished and not search.cubes:
        return contradicted(space, known)
    refuted = {} if search.finished else _refute(space, films, before, search, generator, branches // 2, progress)
    visits = window_visits(space, films, _courses(space, films, before, search.cubes))
    share = _share(search.cubes, len(space))
    if search.finished:
        laws = sum(2 ** int((cube == OPEN).sum()) for cube in search.cubes)
        ran = f"a search of {search.nodes} branches left no other"
        evidence = [
            _agreement(name, float(part), float(seen), f"{laws:,}" if laws < 10**6 else f"2^{np.log2(laws):.1f}", ran)
            for name, part, seen in zip(space.names, share, visits, strict=True)
        ]
    else:
        laws = 0
        evidence = [
            _unfinished(name, refuted.get(entry), search.cubes, float(share[entry]), float(visits[entry]))
            for entry, name in enumerate(space.names)
        ]
    facts: Facts = {
        "possible_laws": laws or None,
        "search_finished": search.finished,
        "branches": search.nodes,
        "laws": _names(space, _members(search.cubes)) if 0 < laws <= _NAMED else [],
    }
    typical = _typical(search.cubes, share)
    return Weighing(tuple(with_known(evidence, known)), facts, float(np.log2(laws)) if laws else None, typical)


def _refute(
    space: RuleSpace,
    films: list[Film],
    before: Knowledge,
    search: Search,
    generator: np.random.Generator,
    branches: int,
    progress: Progress | None,
) -> dict[int, int]:
    """Entries settled one by one, entry -> value: a search for the other value ended and found nothing.

    Laws found on the way are added to ``search``. What is settled helps to settle the rest.
    """
    settled: dict[int, int] = {}
    open_ = np.flatnonzero(before.theta == OPEN)
    each = max(1, branches // max(1, 2 * open_.size))
    for done, entry in enumerate(open_):
        if progress is not None:
            progress(done, open_.size, "entries tried both ways")
        for value in (0, 1):
            if before.theta[entry] != OPEN or any(cube[entry] in (value, OPEN) for cube in search.cubes):
                continue
            trial = before.copy()
            trial.theta[entry] = value
            tried = sift(space, films, trial, nodes=each, generator=generator, most=1)
            search.nodes += tried.nodes
            search.cubes += tried.cubes
            if tried.finished and not tried.cubes:
                settled[int(entry)] = 1 - value
                before.theta[entry] = 1 - value
                propagate(space, films, before)
    settled.update({int(entry): int(before.theta[entry]) for entry in open_ if before.theta[entry] != OPEN})
    return settled


def _unfinished(entry: str, value: int | None, cubes: list[np.ndarray], share: float, visits: float) -> Evidence:
    """An entry when the search through all laws was given up."""
    if value is not None:
        why = "A search for a law with the other value ended and found none."
        return proven(entry, value, "joint", max(visits, 1.0), why)
    if 0 < share < 1 and cubes:
        return unsettled(entry, 0.5, visits, f"Of the laws found before the search stopped, {share:.0%} have it alive.")
    found = "no law that fits was found" if not cubes else f"only laws with {'alive' if share else 'dead'} were found"
    why = f"The search stopped at its budget: {found}, and the other value was not refuted."
    return unsettled(entry, 0.5, visits, why)


def _share(cubes: list[np.ndarray], entries: int) -> np.ndarray:
    """The share of the laws in these cubes that have each entry alive, shape (entries,); 1/2 without a cube."""
    if not cubes:
        return np.full(entries, 0.5)
    stacked = np.array(cubes)
    weight = 2.0 ** ((stacked == OPEN).sum(1) - (stacked == OPEN).sum(1).max())
    return weight @ np.where(stacked == OPEN, 0.5, stacked) / weight.sum()


def _typical(cubes: list[np.ndarray], share: np.ndarray) -> np.ndarray | None:
    """The law in these cubes that agrees best with the shares of all: the largest product of shares of its values."""
    if not cubes:
        return None
    stacked = np.array(cubes)
    filled = np.where(stacked == OPEN, share > 0.5, stacked)
    agreement = np.log(np.clip(np.where(filled == 1, share, 1 - share), 1e-300, 1)).sum(1)
    return filled[agreement.argmax()].astype(float)


def _courses(space: RuleSpace, films: list[Film], before: Knowledge, laws: Sequence[np.ndarray]) -> list[Knowledge]:
    """What happened in the hidden generations under a few of the laws; what is certain if there is none."""
    courses = []
    for law in laws[:: max(1, len(laws) // _EXAMPLES)]:
        course = before.copy()
        course.theta[:] = law
        propagate(space, films, course)
        courses.append(course)
    return courses or [before]


def _members(cubes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Every law of some cubes, one array an entry value."""
    laws = []
    for cube in cubes:
        free = np.flatnonzero(cube == OPEN)
        for number in range(2**free.size):
            law = cube.copy()
            law[free] = number >> np.arange(free.size) & 1
            laws.append(law)
    return laws


def _names(space: RuleSpace, laws: Sequence[np.ndarray]) -> list[str]:
    """The possible laws by name where they are few: open entries that hang together cannot be read off one by one."""
    return [str(space.written(law)) for law in laws] if len(laws) <= _NAMED else []


def _counter(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(done, total, "branches searched at most")
