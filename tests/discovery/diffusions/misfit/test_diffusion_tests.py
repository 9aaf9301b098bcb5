"""The fitted diffusion coefficient against its bins: level, power, and how much it says D varies."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.misfit.diagnosis import diagnose
from evolaw.discovery.diffusions.misfit.diffusion_tests import spread, strength_test, strength_tests
from evolaw.discovery.diffusions.misfit.drift_tests import DriftTest
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def varying(seed: int) -> Trajectory:
    """dx = −x dt + sqrt(2·0.5 (1 + x²)) dW at Δt = 0.02, four Euler steps a step."""
    rng = np.random.default_rng(seed)
    x, seen = 0.0, []
    for kick in rng.normal(size=(4000, 4)) * np.sqrt(0.005):
        seen.append(x)
        for one in kick:
            x += -0.005 * x + np.sqrt(1 + x * x) * one
    return Trajectory(np.array(seen), 0.02 * np.arange(len(seen)), ("times",))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_constant_strength_is_refused_at_its_level(relaxation: object, noise: float) -> None:
    """40 recordings at level 0.05 expect 2 alarms; more than 8 have a chance of 1 in 7000."""
    alarms = 0
    for seed in range(40):
        case = pose(relaxation(1.0, 0.5, 0.05, 2000, seed, noise=noise), library="1, x", noise=noise)  # type: ignore[operator]
        test = strength_test(case, weigh(case, "x"))
        alarms += test is not None and test.p_value < 0.05
    assert alarms <= 8


def test_a_strength_that_varies_is_named_with_the_option_that_takes_it_in() -> None:
    case = pose(varying(1), library="1, x", noise=0.0)
    failed = [doubt for doubt in diagnose(case, [weigh(case, "x")]) if not doubt.check.passed]
    assert [(doubt.cause, doubt.component, doubt.family) for doubt in failed] == [("strength", "x", "diffusion")]
    assert "--diffusion" in failed[0].check.says and "varies with x" in failed[0].check.says
    wide = pose(varying(1), library="1, x", diffusion="1, x^2", noise=0.0)
    assert all(doubt.check.passed for doubt in diagnose(wide, [weigh(wide, "x")]))


def test_a_known_strength_leaves_nothing_to_test(relaxation: object) -> None:
    case = pose(relaxation(1.0, 0.5, 0.02, 500, 1), library="x", known="x: D 1=0.5", noise=0.0)  # type: ignore[operator]
    assert strength_test(case, weigh(case, "x")) is None


def test_the_spread_is_what_chi_square_has_over_its_freedom() -> None:
    """χ² = ν + n s²/2 with s = 0.1, n = 20,000; never below 0."""
    assert spread(DriftTest(19 + 100, 19, 0.0, "x"), 20_000) == pytest.approx(0.1)
    assert spread(DriftTest(10, 19, 0.9, "x"), 20_000) == 0.0


def test_noise_that_changes_in_time_is_told_from_noise_that_varies_with_the_state() -> None:
    """Where D is 0.1 in the first half and 0.4 in the second, time says more than the place; where it is 0.5 (1 + x²), the place does."""
    rng = np.random.default_rng(4)
    x = np.zeros(6000)
    for k, kick in enumerate(rng.normal(size=5999)):
        x[k + 1] = 0.98 * x[k] + np.sqrt(2 * (0.1 if k < 3000 else 0.4) * 0.02) * kick
    for track, cause in ((Trajectory(x, 0.02 * np.arange(6000), ("times",)), "unsteady"), (varying(2), "strength")):
        case = pose(track, library="1, x", noise=0.0)
        failed = [doubt.cause for doubt in diagnose(case, [weigh(case, "x")]) if not doubt.check.passed]
        assert failed == [cause]


def test_noise_as_strong_at_all_times_is_refused_at_its_level(relaxation: object) -> None:
    """60 recordings at level 0.05 expect 3 alarms; more than 10 have a chance of 1 in 3000."""
    alarms = 0
    for seed in range(60):
        case = pose(relaxation(1.0, 0.5, 0.05, 2000, seed), library="1, x", noise=0.0)  # type: ignore[operator]
        found = strength_tests(case, weigh(case, "x"))
        assert found is not None
        alarms += found[1].p_value < 0.05
    assert alarms <= 10
