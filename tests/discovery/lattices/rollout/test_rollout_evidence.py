"""Rollouts on recorded boards: the report's procedure where nothing can be counted, and its honesty."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery import Every, Flips, discover
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.rollout import rollout_evidence
from evolaw.discovery.lattices.rollout.rollout_evidence import weigh
from evolaw.discovery.lattices.rollout.tabu_search import Ledger, Rollouts
from evolaw.discovery.spine.decisions import decide
from evolaw.errors import ArgumentError
from evolaw.randomness import Source, source
from evolaw.trajectory import Trajectory

ISOTROPIC = RuleSpace.named("isotropic")


def a_case(seed: int, known: int, *, every: int = 3, frames: int = 8, side: int = 32, density: float = 0.4):
    """A random isotropic law, its recording, and what is known of it."""
    chance = np.random.default_rng([seed, 31])
    law = chance.integers(0, 2, len(ISOTROPIC)).astype(float)
    start = (chance.random((side, side)) < density).astype(np.uint8)
    given = np.full(len(law), np.nan)
    told = chance.permutation(len(law))[:known]
    given[told] = law[told]
    return law, evolve(ISOTROPIC.rule(law), start, every * (frames - 1), every=every), given


def wrong(law: np.ndarray, decisions: list[str]) -> int:
    return sum(decision == ("absent" if value else "present") for value, decision in zip(law, decisions, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_every_third_generation_with_half_the_entries_known(seed: int) -> None:
    law, recording, known = a_case(seed, 51)
    weighing = weigh(Case([recording], ISOTROPIC, known, Every(3), rng=source(seed)))
    decisions = decide(weighing.evidence, 0.05)
    assert wrong(law, decisions) == 0
    assert decisions.count("undetermined") <= 2
    assert {item.basis for item in weighing.evidence} <= {"known", "rollout", "joint"}


@pytest.mark.slow
def test_what_is_hardly_seen_stays_open() -> None:
    """A blinker alone on its board shows few entries; no other may be decided."""
    board = np.zeros((10, 10), np.uint8)
    board[5, 4:7] = 1
    recording = evolve("B3/S23", board, 6, every=2)
    table = Rule("B3/S23").table
    known = np.array([float(table[ISOTROPIC.windows(name)[0]]) for name in ISOTROPIC.names])
    hidden = [ISOTROPIC.index(name) for name in ("B3i", "B4q", "S8", "B6a")]
    known[hidden] = np.nan
    weighing = weigh(Case([recording], ISOTROPIC, known, Every(2), rng=source(0)))
    decisions = decide(weighing.evidence, 0.05)
    assert [decisions[place] for place in hidden[1:]] == ["undetermined"] * 3
    assert all("with and without" in weighing.evidence[place].why for place in hidden[1:])
    assert decisions[hidden[0]] in ("present", "undetermined")


@pytest.mark.slow
def test_doubt_finds_the_rivals_of_a_law_that_fits() -> None:
    """One fitting law alone says nothing of its rivals: those that fit as well must be hunted down."""
    board = np.zeros((10, 10), np.uint8)
    board[5, 4:7] = 1
    table = Rule("B3/S23").table
    life = np.array([table[ISOTROPIC.windows(name)[0]] for name in ISOTROPIC.names])
    free = np.isin(ISOTROPIC.names, ["B4q", "S8", "B6a", "B1c"])
    rollouts, ledger = Rollouts.of([evolve("B3/S23", board, 6, every=2)], ISOTROPIC), Ledger.empty(102)
    ledger.enter(life[None], rollouts.misses(life[None]))
    rollout_evidence._doubt(Case([], ISOTROPIC, np.where(free, np.nan, life)), rollouts, ledger)
    assert ledger.least[free].max(1).tolist() == [ledger.least[ISOTROPIC.index("B1c")].max(), 0, 0, 0]
    assert 0 < ledger.least[ISOTROPIC.index("B1c")].max() < rollouts.cells
    assert len(ledger.fitting) >= 4


def test_no_fitting_law_decides_nothing() -> None:
    """Cells of a coin: no law fits, so nothing is decided and the sentence says how near the best came."""
    frames = np.random.default_rng(0).integers(0, 2, (3, 16, 16), dtype=np.uint8)
    recording = Trajectory(frames, [0, 3, 6], ("times", "rows", "cols"), boundary="torus")
    _, _, known = a_case(0, 96)
    weighing = weigh(Case([recording], ISOTROPIC, known, Every(3), rng=source(0)), rounds=1)
    free = np.isnan(known)
    decisions = np.array(decide(weighing.evidence, 0.05))
    assert (decisions[free] == "undetermined").all() and weighing.facts["laws_that_fit"] == 0
    assert "laws rolled out fits" in weighing.evidence[int(np.flatnonzero(free)[0])].why


@pytest.mark.slow
def test_a_simulator_is_asked_with_the_known_entries_and_its_laws_are_rolled_out() -> None:
    law, recording, known = a_case(1, 24)
    asked = []

    def simulator(recordings: list[Trajectory], space: str, given: np.ndarray, rng: Source) -> np.ndarray:
        assert (len(recordings), space) == (1, "isotropic")
        asked.append((given, rng))
        return ISOTROPIC.spread(np.abs(law - 0.02))[None]

    weighing = weigh(Case([recording], ISOTROPIC, known, Every(3), rng=source(0), simulator=simulator))
    assert np.array_equal(asked[0][0], known, equal_nan=True)
    decisions = decide(weighing.evidence, 0.05)
    assert (
        wrong(law, decisions) == 0 and decisions.count("undetermined") <= 4 and weighing.facts["simulator_asked"] == 1
    )


@pytest.mark.slow
def test_a_misleading_simulator_misleads_nobody() -> None:
    law, recording, known = a_case(2, 30)
    weighing = weigh(
        Case(
            [recording], ISOTROPIC, known, Every(3), rng=source(0), simulator=lambda *_: ISOTROPIC.spread(1 - law)[None]
        ),
        rounds=2,
    )
    assert wrong(law, decide(weighing.evidence, 0.05)) == 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_evidence() -> None:
    _, recording, known = a_case(0, 70)
    first, again = (weigh(Case([recording], ISOTROPIC, known, Every(3), rng=source(4))) for _ in range(2))
    assert (first.evidence, first.facts) == (again.evidence, again.facts)
    assert np.array_equal(first.typical, again.typical)


@pytest.mark.slow
def test_discover_takes_rollouts_by_request() -> None:
    law, recording, known = a_case(3, 60)
    given = {name: value for name, value in zip(ISOTROPIC.names, known, strict=True) if not np.isnan(value)}
    finding = discover(recording, "isotropic", known=given, evidence="rollout", rng=0)
    assert finding.rule == ISOTROPIC.rule(law) and not finding.failed
    assert {entry.basis for entry in finding.entries} == {"known", "rollout"}
    with pytest.raises(ArgumentError, match="evidence"):
        discover(recording, "isotropic", evidence="rollouts", rng=0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1000, 1001])
def test_a_law_that_dies_down_shows_some_entries_too_seldom(seed: int) -> None:
    """Life leaves little to see: what is open must be open, and the law that is named must show the recording."""
    chance = np.random.default_rng(seed)
    chance.integers(0, 2, 102)
    start = (chance.random((32, 32)) < 0.4).astype(np.uint8)
    table = Rule("B3/S23").table
    life = {name: int(table[ISOTROPIC.windows(name)[0]]) for name in ISOTROPIC.names}
    names = [ISOTROPIC.names[place] for place in chance.permutation(102)[:51]]
    recording = evolve("B3/S23", start, 21, every=3)
    finding = discover(recording, "isotropic", known={name: life[name] for name in names}, evidence="rollout", rng=0)
    assert not finding.failed
    decided = [entry for entry in finding.entries if entry.basis == "rollout" and entry.decision != "undetermined"]
    assert len(decided) >= 45
    assert all((entry.decision == "present") == life[entry.name] for entry in decided)


def test_the_law_that_is_named_fits_though_entries_are_coupled() -> None:
    """Two entries of which one must be present, not both, in the laws that fit: their majority would be no law."""
    recording = a_case(0, 102)[1]
    ledger = Ledger.empty(102)
    ledger.fitting = np.zeros((3, 102), np.uint8)
    ledger.fitting[0, 0] = ledger.fitting[1, 1] = ledger.fitting[2, 2] = 1
    ledger.least[:] = 0
    found = rollout_evidence._evidence(Rollouts.of([recording], ISOTROPIC), ledger, np.ones(102, bool))
    assert {item.probability for item in found} == {0.5}
    named = rollout_evidence._nearest(ledger)
    assert (ledger.fitting == named).all(1).any()


@pytest.mark.slow
def test_imperfect_recordings_are_forecast() -> None:
    """Flips and missing cells go to the evidence that can bear them."""
    space = RuleSpace.named("outer-totalistic")
    start = (np.random.default_rng(0).random((20, 20)) < 0.4).astype(np.uint8)
    film = evolve("B3/S23", start, 10, every=2)
    life = np.array([float(name in ("B3", "S2", "S3")) for name in space.names])
    known = np.where(np.isin(space.names, ["B2", "S3"]), np.nan, life)
    for values, channel in (
        (film.values ^ (np.random.default_rng(1).random(film.values.shape) < 0.02), Every(2) & Flips(0.02)),
        (np.where(np.random.default_rng(1).random(film.values.shape) < 0.2, 255, film.values), Every(2)),
    ):
        spoiled = Trajectory(values.astype(np.uint8), film.times, film.axes, boundary="torus")
        weighing = weigh(Case([spoiled], space, known, channel, rng=source(0)))
        assert decide(weighing.evidence, 0.05) == ["present" if value else "absent" for value in life]
        assert weighing.facts["forecast_cells"] > 1000


def test_a_probability_cannot_be_known() -> None:
    _, recording, known = a_case(0, 90)
    known[0] = 0.5
    with pytest.raises(ArgumentError, match="be 0 or 1"):
        weigh(Case([recording], ISOTROPIC, known, Every(3), rng=source(0)))


@pytest.mark.slow
def test_a_simulator_may_have_nothing_to_propose() -> None:
    _, recording, known = a_case(0, 10)
    weighing = weigh(Case([recording], ISOTROPIC, known, Every(3), rng=source(0), simulator=lambda *_: None), rounds=2)
    assert weighing.facts["simulator_asked"] == 0 and "drawn blindly" in weighing.facts["simulator_refused"]


@pytest.mark.slow
def test_a_bad_simulator_is_refused() -> None:
    _, recording, known = a_case(0, 20)
    with pytest.raises(ArgumentError, match="simulator"):
        weigh(
            Case([recording], ISOTROPIC, known, Every(3), rng=source(0), simulator=lambda *_: np.zeros((2, 5))),
            rounds=2,
        )
