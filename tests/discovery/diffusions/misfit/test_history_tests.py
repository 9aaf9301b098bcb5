"""What the drift leaves against where the motion was before: level, power, and how much it is."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.misfit.diagnosis import diagnose
from evolaw.discovery.diffusions.misfit.drift_tests import DriftTest, Residuals, returns_of
from evolaw.discovery.diffusions.misfit.history_tests import history_test, share_of_drift
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def judged(case: Case) -> DriftTest:
    residuals = Residuals.of(case, weigh(case, "x"))
    assert residuals is not None
    return history_test(case, residuals, returns_of(case, "x"))


def late(seed: int, lag: int = 40, count: int = 6000) -> Trajectory:
    """dx = −1.2 x(t − 0.8) dt + sqrt(2·0.2) dW at Δt = 0.02."""
    x = np.zeros(count + lag)
    kicks = np.sqrt(2 * 0.2 * 0.02) * np.random.default_rng(seed).normal(size=count + lag)
    for k in range(lag, count + lag - 1):
        x[k + 1] = x[k] - 0.02 * 1.2 * x[k - lag] + kicks[k]
    return Trajectory(x[lag:], 0.02 * np.arange(count), ("times",))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_law_without_history_is_refused_at_its_level(relaxation: object, noise: float) -> None:
    """60 recordings at level 0.05 expect 3 alarms; more than 9 have a chance of 1 in 800."""
    alarms = 0
    for seed in range(60):
        track = relaxation(1.0, 0.5, 0.05, 2000, seed, noise=noise)  # type: ignore[operator]
        alarms += judged(pose(track, library="1, x", noise=noise)).p_value < 0.05
    assert alarms <= 9


def test_a_force_that_comes_late_opens_everything() -> None:
    case = pose(late(1), library="1, x, x^2, x^3", noise=0.0)
    weighed = weigh(case, "x")
    assert judged(case).p_value < 1e-6
    failed = [doubt for doubt in diagnose(case, [weighed]) if not doubt.check.passed]
    assert failed[0].cause == "history" and failed[0].opens("x: x") and failed[0].opens("x: D 1")
    assert "where it was before" in failed[0].check.says


def test_a_path_that_never_returns_has_no_history(relaxation: object) -> None:
    case = pose(late(1), library="1, x", noise=0.0)
    residuals = Residuals.of(case, weigh(case, "x"))
    assert residuals is not None
    assert history_test(case, residuals, 0).p_value == 1.0


def test_the_share_is_root_mean_square_to_root_mean_square(relaxation: object) -> None:
    """θ̂ᵀJθ̂ of a relaxation is rate² ∫x²dt/(2D) = rate T/2 = 100 ± 14; a χ² − ν of a quarter of it is half as large a force."""
    weighed = weigh(pose(relaxation(1.0, 0.5, 0.02, 10_000, 1), library="x", noise=0.0), "x")  # type: ignore[operator]
    assert weighed.drift is not None
    whole = float(np.sum((weighed.drift.root @ weighed.drift.estimate) ** 2))
    assert whole == pytest.approx(100, rel=0.4)
    assert share_of_drift(DriftTest(whole / 4 + 5, 5, 0.0, ""), weighed) == pytest.approx(0.5)
    assert share_of_drift(DriftTest(3.0, 5, 0.7, ""), weighed) == 0.0


def test_no_past_is_taken_from_another_path(relaxation: object) -> None:
    """Forty paths of 61 rows: of the lags 3, 9, 27, 81 the last, which would reach into the path before, tells nothing and is not counted."""
    values = np.stack([np.asarray(relaxation(1.0, 0.5, 0.05, 60, seed).values) for seed in range(40)])  # type: ignore[operator]
    case = pose(Trajectory(values, 0.05 * np.arange(61), ("paths", "times", "dim")), library="1, x", noise=0.0)
    assert judged(case).freedom == 3


def test_an_error_of_readings_that_was_not_seen_is_named_where_velocities_are_hidden(record: object) -> None:
    """Accelerations of noisy positions and the velocities they are held against share readings; told of the noise they do not."""
    law = (lambda x: [x[1], -x[0] - 0.3 * x[1]], lambda x: [0.0, 0.1])
    both = record(*law, [0.5, 0.0], 0.05, 4000, 3, fine=4)  # type: ignore[operator]
    positions = np.asarray(both.values)[:, :1] + 0.004 * np.random.default_rng(1).standard_normal((4001, 1))
    says = {}
    for noise in (0.0, 0.004):
        track = Trajectory(positions, both.times, ("times", "dim"))
        case = pose(track, library="1, x, v", hidden="velocity", noise=noise)
        says[noise] = next(d.check for d in diagnose(case, [weigh(case, "v")]) if d.cause == "history")
    assert not says[0.0].passed and says[0.0].says.endswith("give it by --noise.")
    assert says[0.004].passed
