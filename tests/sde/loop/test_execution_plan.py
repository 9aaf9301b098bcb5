"""Plans: what is taken apart and written out, and that no plan changes a path."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde import (
    BAOAB,
    DRI1,
    SDE,
    SRA1,
    SRI1W1,
    EulerMaruyama,
    FirstPassage,
    LevyMilstein,
    Milstein,
    StochasticHeun,
    WeakEuler,
    solve,
    underdamped,
)
from evolaw.sde.loop import execution_plan
from evolaw.sde.loop.execution_plan import plan_of, slots_for
from evolaw.sde.loop.time_grid import grid_of

WHOLE = execution_plan._StepFacts(length=10, numbers=0, can_be_apart=False, mixes=False, forgets=False)
MIXED = np.array([[0.2, 0.1, 0.0], [0.1, 0.3, 0.1], [0.0, 0.1, 0.2]])


def lorenz(noise="diagonal", calculus="ito"):
    return SDE(
        lambda t, x, p: jnp.array([10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]]),
        lambda t, x, p: 0.1 * x if noise == "diagonal" else jnp.ones(3),
        dim=3, noise=noise, calculus=calculus,
    )  # fmt: skip


GENERAL = SDE(lambda t, x, p: -x, lambda t, x, p: MIXED * (1 + jnp.sin(x)[:, None]), dim=3, noises=3)
COMMUTING = SDE(lambda t, x, p: -x, lambda t, x, p: x[:, None] * MIXED, dim=3, noises=3, noise="commutative")
APART = SDE(lambda t, x, p: -x, lambda t, x, p: 0.1 * x, dim=3, noise="diagonal")


def plan(process, scheme, paths=10_000, steps=1000, statistics=(), fine=1):
    return plan_of(process, scheme, grid_of([0, 1], steps, None)[0], paths, statistics, np.dtype("float32"), fine)


def test_components_that_meet_are_taken_apart():
    assert plan(lorenz(), EulerMaruyama()).apart
    assert plan(GENERAL, EulerMaruyama()).apart
    assert not plan(APART, EulerMaruyama()).apart
    assert not plan(GENERAL, LevyMilstein()).apart


@pytest.mark.processor
def test_components_that_meet_are_stepped_one_by_one_from_noise_drawn_ahead():
    met, alone = plan(lorenz(), EulerMaruyama()), plan(APART, EulerMaruyama())
    assert (met.group, met.ahead > 0) == (1, True)
    assert (alone.group, alone.ahead) == (8, 0)


@pytest.mark.processor
def test_weak_words_are_drawn_a_block_at_a_time():
    assert plan(GENERAL, WeakEuler(3), steps=16).ahead == 16
    assert plan(GENERAL, WeakEuler(3), steps=1000).ahead == 16
    assert plan(GENERAL, WeakEuler(2), steps=16).ahead == 64


def test_weak_steps_are_read_from_kept_words_unless_they_use_them_up():
    whole, kept, watched = (
        plan(APART, WeakEuler(3)),
        plan(APART, WeakEuler(2)),
        plan(APART, WeakEuler(3), statistics=(FirstPassage(2.0),)),
    )
    assert (whole.group, whole.words, whole.ahead) == (16, False, 0)
    assert (kept.group, kept.words, kept.ahead) == (8, True, 64)
    assert (watched.group, watched.words, watched.ahead) == (2, True, 16)
    assert (plan(APART, DRI1()).group, plan(APART, DRI1()).words) == (4, True)


@pytest.fixture(autouse=True)
def _made_anew(monkeypatch):
    """Plans are kept for equal solutions; what a test puts in the place of their grounds is seen only where they are made."""
    monkeypatch.setattr(execution_plan, "_plan_of", execution_plan._plan_of.__wrapped__)


def test_a_turn_never_uses_up_a_kept_word(monkeypatch):
    monkeypatch.setattr(execution_plan, "_step_of", lambda *given: WHOLE._replace(length=100 // 3))
    kept = plan(APART, WeakEuler(3))
    assert (kept.words, kept.group) == (True, 4)


@pytest.mark.processor
def test_a_single_path_has_its_normals_from_short_rows():
    scalar = SDE(lambda t, x, p: -x, 1.0, noise="additive")
    long, short = plan(scalar, EulerMaruyama(), 1, 50_000), plan(scalar, EulerMaruyama(), 1, 5000)
    assert (long.ahead, long.ahead % long.group, long.group > 1) == (32, 0, True)
    assert (plan(scalar, SRA1(), 1, 50_000).ahead, short.group) == (16, 1)
    assert plan(APART, EulerMaruyama(), 1, 50_000).ahead > 10_000


def test_chunks_are_whole_blocks():
    assert slots_for(plan(APART, EulerMaruyama()), APART, 10_000, 1500).size == 2048
    assert slots_for(plan(APART, EulerMaruyama(), paths=700), APART, 700, "auto").size == 700
    with pytest.raises(ArgumentError, match="chunk"):
        slots_for(plan(APART, EulerMaruyama()), APART, 10_000, 0)


def test_few_large_states_are_shared_among_the_cores(monkeypatch):
    """Sixteen states of 1023 numbers are two batches on two cores; sixteen of two numbers are too little to share."""
    monkeypatch.setattr("evolaw.devices.cores", lambda: 2)
    for dim, chunks in ((1023, 2), (2, 1)):
        many = SDE(lambda t, x, p: -x, 1.0, dim=dim, noise="additive", batched=True)
        slots = slots_for(plan(many, EulerMaruyama(), paths=1), many, 1, "auto", sets=16)
        assert slots.chunks == chunks, dim


def test_weak_noise_has_no_finer_steps():
    with pytest.raises(ArgumentError, match="fine"):
        plan(APART, WeakEuler(), fine=2)


PAIRS = [
    (lorenz(), EulerMaruyama()),
    (lorenz(), WeakEuler(3)),
    *(
        pytest.param(*pair, marks=pytest.mark.slow)
        for pair in [
            (lorenz(), SRI1W1()),
            (lorenz("additive"), SRA1()),
            (lorenz(calculus="stratonovich"), StochasticHeun()),
            (lorenz(), WeakEuler(2)),
            (GENERAL, EulerMaruyama()),
            (GENERAL, DRI1()),
            (COMMUTING, Milstein()),
        ]
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("process", "scheme"), PAIRS, ids=lambda part: str(part).replace(" ", "-"))
def test_paths_do_not_depend_on_the_form(process, scheme, monkeypatch):
    """Apart and whole, grouped and single, ahead and not: the same paths, up to rounding."""
    wanted = solve(process, scheme, [1.0, 0.5, 0.2], [0, 0.01, 0.04], steps=64, paths=300, rng=1).values
    monkeypatch.setattr(execution_plan, "_SMALL_WORK", 0)
    large = solve(process, scheme, [1.0, 0.5, 0.2], [0, 0.01, 0.04], steps=64, paths=300, rng=1).values
    monkeypatch.setattr(execution_plan, "_step_of", lambda *given: WHOLE)
    whole = solve(process, scheme, [1.0, 0.5, 0.2], [0, 0.01, 0.04], steps=64, paths=300, rng=1).values
    np.testing.assert_allclose(large, wanted, rtol=1e-10)
    np.testing.assert_allclose(whole, wanted, rtol=1e-10)


@pytest.mark.slow
def test_periodic_components_wrap_alike_apart_and_whole(monkeypatch):
    pendulum = SDE(
        lambda t, x, p: jnp.array([x[1], -jnp.sin(x[0]) - 0.1 * x[1] + 1.5]), [0.0, 0.5], dim=2, noise="additive",
        periods=(2 * np.pi, None),
    )  # fmt: skip
    start, times = [0.1, 2.0], [0, 5, 20]
    apart = solve(pendulum, EulerMaruyama(), start, times, steps=2000, paths=300, rng=1).values
    monkeypatch.setattr(execution_plan, "_step_of", lambda *given: WHOLE)
    whole = solve(pendulum, EulerMaruyama(), start, times, steps=2000, paths=300, rng=1).values
    assert np.abs(apart[:, -1, 0]).max() > 2 * np.pi
    np.testing.assert_allclose(apart, whole, rtol=1e-9, atol=1e-9)


def inert(force):
    return underdamped(force, friction=0.5, temperature=0.1, params={"i": 1.4})


def shoved(t, x, p):
    return p["i"] - jnp.sin(x) + jnp.sin(2 * t)


STILL = inert(lambda t, x, p: p["i"] - jnp.sin(x))
SHOVED = inert(shoved)
TWISTED = SDE(
    lambda t, x, p: jnp.stack([x[1], p["i"] - jnp.sin(x[0])]), lambda t, x, p: jnp.stack([0.1 * x[1], 0.2 * x[0]]), dim=2,
    noise="diagonal", params={"i": 1.4},
)  # fmt: skip


@pytest.mark.processor
def test_two_numbers_are_held_in_pairs_where_their_memory_can_be_computed_anew():
    assert plan(STILL, BAOAB()).paired and plan(STILL, BAOAB()).group == 8
    assert plan(TWISTED, EulerMaruyama()).paired
    assert not plan(SHOVED, BAOAB()).paired  # its force is that of the step's end, by the clock of the step before
    assert plan(SHOVED, EulerMaruyama()).paired
    assert not plan(lorenz(), EulerMaruyama()).paired
    wells = [
        SDE(
            lambda t, x, p, n=n: -sum(jnp.exp(-jnp.sum((x - k) ** 2)) * x for k in range(n)),
            1.0,
            dim=2,
            noise="additive",
        )
        for n in (2, 20)
    ]
    assert [plan(well, EulerMaruyama()).paired for well in wells] == [True, False]  # a long step is made twice in pairs
    assert not plan(STILL, BAOAB(), statistics=(FirstPassage(2.0),)).paired
    assert not plan(inert(lambda t, x, p: -jnp.sinh(x)), BAOAB()).paired  # sinh is called number by number


@pytest.mark.slow
@pytest.mark.parametrize(
    ("process", "scheme", "asked"),
    [
        pytest.param(replace(STILL, periods=(2 * np.pi, None)), BAOAB(), {"sweep": {"force": {"i": [0.5, 1.5]}}}, id="swept"),
        pytest.param(STILL, BAOAB(), {}, id="memory", marks=pytest.mark.slow),
        pytest.param(TWISTED, EulerMaruyama(), {}, id="two noises", marks=pytest.mark.slow),
        pytest.param(replace(TWISTED, periods=(2 * np.pi, None)), EulerMaruyama(), {}, id="turns", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_pairs_take_the_same_steps(process, scheme, asked, monkeypatch):
    monkeypatch.setattr(execution_plan, "_SMALL_WORK", 0)
    asked = {"steps": 64, "paths": 300, "rng": 1} | asked
    paired = solve(process, scheme, [1.0, 0.5], [0, 1.5, 6], **asked).values
    monkeypatch.setattr(execution_plan, "_LEAST_IN_PAIRS", 99)
    alone = solve(process, scheme, [1.0, 0.5], [0, 1.5, 6], **asked).values
    np.testing.assert_allclose(paired, alone, rtol=1e-9, atol=1e-9)


def test_schemes_with_memory_are_taken_apart():
    from evolaw.sde.processes import langevin

    process = langevin.underdamped(
        lambda t, x, p: -jnp.array([x[0] ** 3 + x[1], x[1] ** 3 + x[0]]), friction=1.0, temperature=0.5, dim=2
    )
    assert plan(process, BAOAB()).apart
