"""Counting against a plain loop over cells."""

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.discovery.lattices.evidence.counting import weigh
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import CLEAN
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import count_windows
from evolaw.randomness import source
from evolaw.trajectory import Trajectory


def recording(seed: int = 0, size: int = 9, steps: int = 3) -> Trajectory:
    start = np.random.default_rng(seed).integers(0, 2, (size, size + 2))
    return evolve("B3/S23", start, steps)


def test_tally_equals_a_loop_over_cells() -> None:
    film = recording()
    visits, alive = np.zeros(512, int), np.zeros(512, int)
    frames, rows, cols = film.values.shape
    for t in range(frames - 1):
        for r in range(rows):
            for c in range(cols):
                bits = [film.values[t, (r + i) % rows, (c + j) % cols] for i in (-1, 0, 1) for j in (-1, 0, 1)]
                window = int("".join(map(str, bits)), 2)
                visits[window] += 1
                alive[window] += film.values[t + 1, r, c]
    found = count_windows([film])
    assert np.array_equal(found.visits, visits)
    assert np.array_equal(found.alive, alive)
    both = count_windows([film, film])
    assert np.array_equal(both.visits, 2 * visits)


def test_weighing_refutes_outright_and_leaves_unseen_entries_open() -> None:
    space = RuleSpace.named("isotropic")
    known = space.known({"B3a": 1, "S8": 0})
    weighing = weigh(Case([recording()], space, known, CLEAN, alpha=0.05, rng=source(0)))
    counts = count_windows([recording()]).pool(space)
    for place, item in enumerate(weighing.evidence):
        assert item.entry == space.names[place]
        assert item.visits == counts.visits[place]
        if item.basis == "known":
            assert item.interval == (item.probability, item.probability)
        elif item.visits == 0:
            assert (item.log_e_present, item.log_e_absent, item.probability) == (0, 0, 0.5)
            assert item.interval == (0, 1)
        else:
            born = counts.alive[place] > 0
            against, for_ = (item.log_e_absent, item.log_e_present)[:: 1 if born else -1]
            assert for_ == np.inf
            assert against == pytest.approx(-np.log(item.visits + 1))


def test_a_contradicted_known_entry_is_refuted() -> None:
    space = RuleSpace.named("outer-totalistic")
    weighing = weigh(Case([recording()], space, space.known("B3=0,B2=1"), CLEAN, alpha=0.05, rng=source(0)))
    assert weighing.evidence[3].log_e_present == np.inf
    assert weighing.evidence[2].log_e_absent == np.inf


def test_the_reason_tells_both_outcomes_and_how_many_windows_were_seen() -> None:
    """One window of Seeds' B2 in each of four orientations, and a cell with one neighbour once alive and twice dead."""
    frames = np.zeros((4, 9, 9), np.uint8)
    frames[:, 4, 4] = 1
    frames[1, 3, 3] = 1
    film = Trajectory(frames, np.arange(4), ("times", "rows", "cols"), boundary="torus")
    for name in ("isotropic", "general"):
        space = RuleSpace.named(name)
        weighing = weigh(Case([film], space, np.full(len(space), np.nan), CLEAN, alpha=0.05, rng=source(0)))
        corner = "B1c" if name == "isotropic" else space.names[space.entry_of[1]]
        said = next(item for item in weighing.evidence if item.entry == corner)
        windows = count_windows([film])
        seen, born = windows.pool(space).visits[space.index(corner)], windows.pool(space).alive[space.index(corner)]
        assert born == 1 < seen
        assert said.why.endswith(f"alive afterwards once and dead {'twice' if seen == 3 else f'{seen - 1} times'}.")
        assert ("of its 4 windows" in said.why) == (name == "isotropic") == ("of its" in said.why)
