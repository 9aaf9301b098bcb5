"""Rules of cells that age, against an enumeration that knows neither tables nor windows nor the engine."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from evolaw.automata.engine import bitpacked
from evolaw.automata.evolution import evolve, unroll
from evolaw.automata.rules.generations import Generations, lattice_law, state_count
from evolaw.automata.rules.rule import Rule
from evolaw.automata.stepping import step
from evolaw.errors import ArgumentError, ParseError
from evolaw.randomness import source

AROUND = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]
DIAMOND = [(-1, 0), (0, -1), (0, 1), (1, 0)]
HEXAGON = [(-1, -1), (-1, 0), (0, -1), (0, 1), (1, 0), (1, 1)]
SQUARE = [(y, x) for y in range(-2, 3) for x in range(-2, 3) if (y, x) != (0, 0)]
LAWS = [
    ("/2/3", AROUND, {2}, set(), 3),
    ("345/2/4", AROUND, {2}, {3, 4, 5}, 4),
    ("B2/S345/C4", AROUND, {2}, {3, 4, 5}, 4),
    ("b2/s23/g8", AROUND, {2}, {2, 3}, 8),
    ("S/B1357/255", AROUND, {1, 3, 5, 7}, set(), 255),
    ("B0/S1/3", AROUND, {0}, {1}, 3),
    ("B13/S2/4V", DIAMOND, {1, 3}, {2}, 4),
    ("2/13/4H", HEXAGON, {1, 3}, {2}, 4),
    ("R2,C5,M1,S3..8,B3..5,NM", SQUARE, {3, 4, 5}, {2, 3, 4, 5, 6, 7}, 5),
    ("R1,C3,M0,S2,B2,NN", DIAMOND, {2}, {2}, 3),
]


def enumerate_step(cells: np.ndarray, around: list[tuple[int, int]], birth: set[int], stay: set[int], states: int) -> np.ndarray:  # fmt: skip
    """One generation on a torus, cell by cell, as the rule is told in words."""
    rows, cols = cells.shape
    result = np.zeros_like(cells)
    for y in range(rows):
        for x in range(cols):
            count = sum(int(cells[(y + dy) % rows, (x + dx) % cols] == 1) for dy, dx in around)
            if cells[y, x] == 0:
                result[y, x] = 1 if count in birth else 0
            elif cells[y, x] == 1 and count in stay:
                result[y, x] = 1
            else:
                result[y, x] = 0 if cells[y, x] == states - 1 else cells[y, x] + 1
    return result


@pytest.mark.parametrize(("text", "around", "birth", "stay", "states"), LAWS)
def test_boards_are_those_of_the_rule_in_words(
    text: str, around: list[tuple[int, int]], birth: set[int], stay: set[int], states: int
) -> None:
    cells = np.random.default_rng(states).integers(0, min(states, 4), (9, 12)).astype(np.uint8)
    law, now = Generations(text), cells
    for board in unroll(text, cells, range(9)):
        np.testing.assert_array_equal(board, now)
        now = enumerate_step(now, around, birth, stay, states)
    assert (law.states, lattice_law(text)) == (states, law)
    assert Generations(str(law)) == law and hash(Generations(str(law))) == hash(law)
    assert pickle.loads(pickle.dumps(law)) == law


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
@pytest.mark.parametrize("text", ["/2/3", "B2/S345/4", "B2ac3/S2-i3/7", "B13/S2/4V", "B0/S1/3"])
def test_the_engine_steps_what_the_plain_step_does(text: str, boundary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, cells = Generations(text), np.random.default_rng(0).integers(0, 3, (3, 21, 70)).astype(np.uint8)
    monkeypatch.setattr(bitpacked, "WORTHWHILE", 0)
    fast = evolve(law, cells, 12, boundary=boundary).frames
    now = cells
    for board in fast:
        np.testing.assert_array_equal(board, now)
        now = step(law, now, boundary=boundary)


def test_chance_decides_births_and_is_addressed() -> None:
    """Births with probability one half: the share of 40,000 cells lies within 5 standard errors (false alarm 6e-7)."""
    law = Generations("B1=0.5/S/3")
    cells = np.zeros((200, 600), np.uint8)
    cells[::3, ::3] = 1  # every third cell, so that each dead one has exactly one living neighbour
    cells = cells[:198]
    born = step(law, cells, stream=source(4).stream("update"))
    dead = cells == 0
    assert abs(born[dead].mean() - 0.5) < 5 * 0.5 / np.sqrt(dead.sum())
    assert (born[cells == 1] == 2).all()
    whole = evolve(law, cells, 6, rng=4)
    later = evolve(law, whole.frames[3], 3, rng=4, first_time=3)
    assert np.array_equal(later.final, whole.final) and not law.is_deterministic


def test_two_states_are_a_rule() -> None:
    assert lattice_law("B3/S23/2") == Rule("B3/S23") == lattice_law(Rule("B3/S23"))
    assert [state_count(law) for law in ("B3/S23", "B3/S23/9", "no rule", None, 7, Generations("/2/3"))] == [
        2,
        9,
        2,
        2,
        2,
        3,
    ]
    with pytest.raises(ParseError, match="has two states"):
        Generations("B3/S23")


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("/2/256", 4, "from 0 to 255"),
        ("/2/1", 4, "from 2 to 255"),
        ("/2/", 4, "number of states"),
        ("/2/C", 5, "number of states"),
        ("/2/3~0.1", 5, "takes no ~"),
        ("/2/3/4", 5, "not expected"),
        ("R2,C256,S1,B1", 5, "from 0 to 255"),
    ],
)
def test_refusals_say_where(text: str, column: int, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        Generations(text)
    assert caught.value.column == column


def test_states_and_names_of_the_law_are_kept() -> None:
    with pytest.raises(
        ArgumentError, match=r"`board` must hold nothing but the states 0 to 2, but is 3 at index \(0, 1\)"
    ):
        step("/2/3", [[0, 3], [1, 2]])
    with pytest.raises(ParseError, match="not taken here"):
        Rule("/2/3")
    with pytest.raises(AttributeError, match="frozen"):
        Generations("/2/3").states = 4  # type: ignore[misc]
    brain = evolve("Brian's Brain", np.eye(6, dtype=np.uint8), 2)
    assert repr(brain.law) == "Generations('B2/S/3')" and Generations("/2/3") != Rule("B2/S")
