"""One bad step, frame, place or parity is found, named, and what is left without it says the law."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import Rule, evolve
from evolaw.discovery import discover
from evolaw.discovery.lattices.misfit.faults import find_blank, find_fault, without
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import count_windows
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def soup(rule: Rule | str = "B36/S23", size: int = 24, steps: int = 12, seed: int = 0) -> Trajectory:
    start = np.random.default_rng(seed).random((size, size)) < 0.4
    return evolve(rule, start.astype(np.uint8), steps, rng=seed)


def having(film: Trajectory, values: np.ndarray) -> Trajectory:
    return replace(film, values=values.astype(np.uint8), times=np.arange(len(values)))


def foreign(film: Trajectory, frame: int) -> Trajectory:
    values = film.values.copy()
    values[frame] = np.random.default_rng(9).random(values[frame].shape) < 0.4
    return having(film, values)


def half_written(film: Trajectory, frame: int) -> Trajectory:
    values = film.values.copy()
    values[frame, len(values[frame]) // 2 :] = values[frame - 1, len(values[frame]) // 2 :]
    return having(film, values)


def side_by_side(one: str, other: str, size: int = 24, steps: int = 10) -> Trajectory:
    frames = [soup(size=size).values[0]]
    left = (np.arange(size) < size // 2)[None]
    for _ in range(steps):
        frames.append(np.where(left, *(evolve(rule, frames[-1], 1).final for rule in (one, other))))
    return having(soup(size=size), np.array(frames))


def in_turns(one: str, other: str, steps: int = 10) -> Trajectory:
    frames = [soup().values[0]]
    for step in range(steps):
        frames.append(evolve((one, other)[step % 2], frames[-1], 1).final)
    return having(soup(), np.array(frames))


def stuck(film: Trajectory, rows: slice, cols: slice) -> Trajectory:
    values = film.values.copy()
    values[:, rows, cols] = 1
    return having(film, values)


def margolus(steps: int = 12, size: int = 24) -> Trajectory:
    """A random law of 2 x 2 blocks, whose grid moves by one cell from step to step."""
    chance = np.random.default_rng(4)
    law, board = chance.permutation(16), chance.integers(0, 2, (size, size))
    frames = [board]
    for step in range(steps):
        moved = np.roll(frames[-1], -(step % 2), (0, 1))
        number = law[8 * moved[::2, ::2] + 4 * moved[::2, 1::2] + 2 * moved[1::2, ::2] + moved[1::2, 1::2]]
        new = np.zeros_like(moved)
        for place, (row, col) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            new[row::2, col::2] = number >> (3 - place) & 1
        frames.append(np.roll(new, step % 2, (0, 1)))
    return having(soup(), np.array(frames))


FILM = soup()
LONG = np.concatenate([FILM.values[:6], evolve("B3/S23", FILM.values[5], 6).values[1:]])
CASES = [
    ("foreign first", foreign(FILM, 0), "step", "the step from frame 0 to 1"),
    ("foreign last", foreign(FILM, 12), "step", "the step from frame 11 to 12"),
    ("foreign", foreign(FILM, 6), "step", "the steps into and out of frame 6"),
    ("blank first", having(FILM, np.concatenate([0 * FILM.values[:1], FILM.values])), "step", "frame 0 to 1"),
    ("lost", having(FILM, np.delete(FILM.values, 5, 0)), "step", "the step from frame 4 to 5"),
    ("doubled", having(FILM, np.insert(FILM.values, 5, FILM.values[5], 0)), "equal frames", "5 to 6"),
    ("half written", half_written(FILM, 7), "step", "frame"),
    ("changed", having(FILM, LONG), "cut", "frame 5"),
    ("in turns", in_turns("B36/S23", "B3/S2"), "alternating", "take turns"),
    ("stuck row", stuck(FILM, slice(9, 10), slice(None)), "region", "rows 8 to 10"),
    ("stuck patch", stuck(FILM, slice(4, 8), slice(20, 23)), "region", "rows 3 to 8, columns 19 to 23"),
    ("side by side", side_by_side("B36/S23", "B3/S2"), "region", "columns"),
    ("blocks", margolus(), "blocks", "Margolus"),
]


@pytest.mark.parametrize(("film", "cause", "where"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_fault_is_named(film: Trajectory, cause: str, where: str) -> None:
    fault = find_fault([film], Transitions.of([film]), SPACE)
    assert fault is not None
    assert fault.cause == cause and where in fault.where
    check = {"cut": "time"}.get(cause, cause)
    finding = discover(film, rng=0)
    assert finding.facts["cause"] == check and [each.name for each in finding.failed] == [
        {"blocks": "block automaton"}.get(check, check)
    ]
    assert set(finding.of("present") + finding.of("absent") + finding.of("probabilistic")) == set()
    if cause not in ("blocks", "alternating", "cut"):
        assert "B36/S23 explains everything" in finding.failed[0].says
        rest = without([film], Transitions.of([film]), fault)
        assert not count_windows(rest).pool(SPACE).mixed.any()


@pytest.mark.parametrize("kind", ["foreign first", "foreign last", "lost"])
def test_a_bad_step_is_named_in_the_general_space(kind: str) -> None:
    """Each of 512 windows is seen a few times only; the faults were named misread cells, an erring automaton, or nothing."""
    chance, space = np.random.default_rng(7), RuleSpace.named("general")
    film = soup(space.rule(chance.integers(0, 2, 512).astype(float)), size=20)
    spoiled, step = {
        "foreign first": (foreign(film, 0), 0),
        "foreign last": (foreign(film, 12), 11),
        "lost": (having(film, np.delete(film.values, 5, 0)), 4),
    }[kind]
    finding = discover(spoiled, space, rng=0)
    assert finding.facts["cause"] == "step" and f"from frame {step} to {step + 1}" in finding.failed[0].says
    assert not finding.of("probabilistic") and "explains everything" in finding.failed[0].says


@pytest.mark.parametrize("rule", ["B3/S2-i34q", "B3=0.7/S2=0.9,34=0.2"])
def test_no_fault_where_the_law_is_another(rule: str) -> None:
    film = soup(Rule(rule))
    assert find_fault([film], Transitions.of([film]), SPACE) is None


def test_a_few_misread_cells_are_no_bad_region() -> None:
    film = soup(size=48)
    spoiled = replace(film, values=film.values ^ (np.random.default_rng(1).random(film.values.shape) < 0.005))
    assert find_fault([spoiled], Transitions.of([spoiled]), SPACE) is None


def test_a_fault_of_one_recording_is_named_with_it() -> None:
    films = [soup(seed=1), foreign(soup(seed=2), 0)]
    fault = find_fault(films, Transitions.of(films), SPACE)
    assert fault is not None and fault.where == "the step from frame 0 to 1 of recording 2"
    rest = without(films, Transitions.of(films), fault)
    assert [len(film) for film in rest] == [13, 12]


def test_a_blank_first_frame_is_named_though_its_entry_is_hardly_seen_again() -> None:
    """A crowded law: outside the first step hardly a cell has eight dead neighbours, so no e-value tells the dark frame from a coin."""
    film = soup("B2345678/S2345678", steps=9)
    dark = having(film, np.concatenate([0 * film.values[:1], film.values]))
    finding = discover(dark, rng=0)
    assert count_windows([film]).pool(SPACE).visits[0] < 5
    assert finding.facts["cause"] == "step" and not finding.of("probabilistic")
    assert "frame 0 to 1, out of a board of equal cells" in finding.failed[0].says
    assert (
        "B0 is a coin" in finding.failed[0].says and "B2345678/S2345678 explains everything" in finding.failed[0].says
    )


def test_a_coin_that_makes_boards_out_of_nothing_is_no_blank_frame() -> None:
    film = evolve("B0=0.3/S", np.zeros((24, 24), np.uint8), 9, rng=1)
    assert not film.values[0].any() and film.values[1].any()
    assert find_blank([film], Transitions.of([film]), SPACE) is None


def test_blank_frames_here_and_there_are_named() -> None:
    values = evolve("B3/S23", (np.random.default_rng(3).random((24, 24)) < 0.4).astype(np.uint8), 14).values.copy()
    values[3::4] = 0
    finding = discover(Trajectory(values, np.arange(15), ("times", "rows", "cols"), boundary="torus"), rng=0)
    says = finding.failed[0].says
    assert finding.facts["cause"] == "step" and "whose cells are all equal, 2 to 3, 3 to 4, 6 to 7" in says
    assert "B3/S23 explains everything" in says and not finding.of("probabilistic")


@pytest.mark.parametrize("level", [0, 1])
def test_a_margin_around_the_board_is_named(level: int) -> None:
    """Cells that a program drew around a torus were taken for misread ones."""
    film = evolve("B3/S23", (np.random.default_rng(4).random((20, 21)) < 0.4).astype(np.uint8), 12)
    padded = np.pad(film.values, ((0, 0), (4, 2), (3, 3)), constant_values=level)
    finding = discover(Trajectory(padded, np.arange(13), film.axes), rng=0)
    says = " ".join(check.says for check in finding.failed)
    assert "the margin of cells that never change, around rows 4 to 23 and columns 3 to 23" in says
    assert "B3/S23 explains everything" in says and "Cut the margin away" in says
    assert not finding.of("present") and not finding.of("probabilistic")
