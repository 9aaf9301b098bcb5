"""Simulators: known entries never move, open ones are learned through skipped generations."""

import equinox as eqx
import jax
import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.automata.rules.rule import Rule, entries
from evolaw.discovery import discover
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.errors import ArgumentError
from evolaw.learning.windows.orbit_tables import HeldTable, orbit_simulator
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

SPACE = "outer-totalistic"
LIFE = np.array([float(Rule("B3/S23").table[windows[0]]) for windows in entries(SPACE).values()])


def a_recording(every: int) -> Trajectory:
    start = (np.random.default_rng(0).random((24, 24)) < 0.4).astype(np.uint8)
    return evolve("B3/S23", start, 4 * every, every=every)


def half_known() -> np.ndarray:
    known = LIFE.copy()
    known[[2, 3, 6, 11, 12, 14]] = np.nan
    return known


@pytest.mark.slow
def test_held_logits_have_no_gradient_and_open_ones_do() -> None:
    known = half_known()
    table = HeldTable.random(known, SPACE, rng=Source(0))
    cells = np.random.default_rng(0).random((50, 9))
    slope = eqx.filter_grad(lambda net: net(cells).sum())(table).logits
    assert (np.asarray(slope)[~np.isnan(known)] == 0).all()
    assert (np.asarray(slope)[np.isnan(known)] != 0).all()
    chances = jax.nn.sigmoid(table.window_logits())
    for windows, value in zip(entries(SPACE).values(), known, strict=True):
        if not np.isnan(value):
            np.testing.assert_allclose(chances[windows], value, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 2])
def test_a_simulator_learns_the_open_entries_and_keeps_the_known(every: int) -> None:
    known = half_known()
    chances = orbit_simulator([a_recording(every)], SPACE, known, Source(1), members=2, epochs=30)
    assert chances.shape == (2, 512)
    learned = np.stack([chances[:, windows[0]] for windows in entries(SPACE).values()], axis=1)
    assert (learned[:, ~np.isnan(known)] == LIFE[~np.isnan(known)]).all()
    assert ((learned > 0.5) == LIFE).all()


@pytest.mark.slow
def test_missing_cells_over_skipped_generations_are_filled() -> None:
    """No frame is complete, yet the open entries of Life are learned from cells drawn into the gaps."""
    known, film = half_known(), a_recording(2)
    values = np.where(np.random.default_rng(0).random(film.values.shape) < 0.1, 255, film.values).astype(np.uint8)
    gappy = Trajectory(values, film.times, film.axes, boundary="torus")
    chances = orbit_simulator([gappy], SPACE, known, Source(1), members=2, epochs=30)
    learned = np.stack([chances[:, windows[0]] for windows in entries(SPACE).values()], axis=1)
    assert (learned[:, ~np.isnan(known)] == LIFE[~np.isnan(known)]).all()
    seen = [2, 3, 11, 12]
    assert ((learned[:, seen] > 0.5) == LIFE[seen]).all()


@pytest.mark.slow
def test_a_wrong_known_entry_stays_wrong() -> None:
    known = half_known()
    known[7] = 1.0
    chances = orbit_simulator([a_recording(1)], SPACE, known, Source(1), members=1, epochs=5)
    assert (chances[0, entries(SPACE)["B7"]] == 1).all()


@pytest.mark.slow
def test_discovery_by_the_report_s_procedure() -> None:
    """Every third generation, 30 % of 102 entries known: blind rollouts fail, the trained network leads to the law."""
    space = RuleSpace.named("isotropic")
    chance = np.random.default_rng(1001)
    law = chance.integers(0, 2, 102)
    start = (chance.random((32, 32)) < 0.4).astype(np.uint8)
    recording = evolve(space.rule(law), start, 21, every=3)
    known = {space.names[place]: int(law[place]) for place in chance.permutation(102)[:31]}
    finding = discover(recording, space, known=known, evidence="rollout", simulator=orbit_simulator, rng=0)
    assert finding.rule == space.rule(law) and finding.facts["simulator_asked"] == 1


def test_unequal_gaps_are_refused() -> None:
    start = np.random.default_rng(0).integers(0, 2, (8, 8), dtype=np.uint8)
    with pytest.raises(ArgumentError, match="equal gaps"):
        orbit_simulator([evolve("B3/S23", start, 5, times=[0, 1, 3])], SPACE, half_known(), Source(0))
