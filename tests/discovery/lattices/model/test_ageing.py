"""Which looks speak of what, against an enumeration cell by cell that knows neither windows nor tables."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from evolaw.automata.rules.generations import aged_wrongly
from evolaw.discovery.lattices.model.ageing import (
    highest_state,
    is_ageing,
    states_of,
    with_states,
    without_wrong,
)
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import contradicted, count_windows
from evolaw.trajectory import Trajectory


def enumerate_looks(values: np.ndarray, boundary: str, states: int) -> dict[str, list[int]]:
    """Visits and living outcomes of every entry, as the law is told in words; the outside of a plane is dead, of a window unknown."""
    tally = {name: [0, 0] for name in RuleSpace.named("generations", states).names}
    frames, rows, cols = values.shape
    for t in range(frames - 1):
        for y in range(rows):
            for x in range(cols):
                was, now = int(values[t, y, x]), int(values[t + 1, y, x])
                if 255 in (was, now):
                    continue
                due = {0: {0, 1}, 1: {1, 2}, states - 1: {0}}.get(was, {was + 1})
                if now not in due or was == states - 1:
                    tally[f"C{states}"][0] += 1
                    tally[f"C{states}"][1] += now in due
                elif was <= 1:
                    around = []
                    for dy, dx in [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]:
                        inside = 0 <= y + dy < rows and 0 <= x + dx < cols
                        if inside or boundary == "torus":
                            around.append(int(values[t, (y + dy) % rows, (x + dx) % cols]))
                        else:
                            around.append(0 if boundary == "plane" else 255)
                    if 255 not in around:
                        name = "BS"[was] + str(sum(cell == 1 for cell in around))
                        tally[name][0] += 1
                        tally[name][1] += now == 1
    return tally


@pytest.mark.parametrize("boundary", ["torus", "plane", "window"])
@pytest.mark.parametrize("states", [3, 5])
def test_looks_are_those_of_the_law_in_words(boundary: str, states: int) -> None:
    """Half of the cells grow older by one, the others are drawn freely, so that many age wrongly; some are missing."""
    chance = np.random.default_rng(states)
    values = chance.choice([*range(states), 0, 1, 1, 255], (5, 7, 9), p=[*[0.9 / (states + 3)] * (states + 3), 0.1])
    for before, after in pairwise(values):
        older = (chance.random(before.shape) < 0.5) & (before != 255)
        after[older] = (before[older] + 1) % states
    values = values.astype(np.uint8)
    film = Trajectory(values, range(5), ("times", "rows", "cols"), boundary=boundary)
    space = RuleSpace.named("generations", states)
    counts = count_windows([with_states(film, states)]).pool(space)
    found = {name: [int(n), int(k)] for name, n, k in zip(space.names, counts.visits, counts.alive, strict=True)}
    assert found == enumerate_looks(values, boundary, states)
    assert contradicted(counts, space)[-1] == (found[f"C{states}"][0] > found[f"C{states}"][1])


def test_what_was_misread_is_hidden_with_what_it_touches() -> None:
    """Every single wrong reading of a cell that lives, dies, ages and is dead goes against the cycle, unless it is one of life and death."""
    course = np.array([0, 0, 1, 1, 2, 3, 0, 0], np.uint8)
    for time in range(1, 7):
        for read in {0, 1, 2, 3} - {int(course[time])}:
            values = course.copy()
            values[time] = read
            film = Trajectory(values[:, None, None], range(8), ("times", "rows", "cols"))
            kept = without_wrong(with_states(film, 4)).values[:, 0, 0]
            assert kept[time] == 255 or (course[time - 1], read, course[time + 1]) in {(0, 0, 1), (0, 1, 1), (1, 1, 2)}
            assert ((kept == 255) | (kept == values)).all() and (kept == 255).sum() <= 3


def test_a_cycle_of_two_states_is_that_of_life() -> None:
    before, after = np.meshgrid([0, 1], [0, 1])
    assert not aged_wrongly(before, after, 2).any()


def test_the_states_of_a_recording_are_put_down_with_it() -> None:
    film = Trajectory(np.array([[[0, 3]], [[255, 0]]]), [0, 1], ("times", "rows", "cols"), about={"states": "many"})
    assert highest_state([film]) == 3 and highest_state([]) == 0
    assert states_of(with_states(film, 4)) == 4 and is_ageing(with_states(film, 4))
    plain = with_states(film, 2)
    assert states_of(plain) == 2 and not is_ageing(plain) and "states" not in plain.about
