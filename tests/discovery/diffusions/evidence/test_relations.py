"""Relations between entries pool what two sides say; contradictions are named."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.evidence.entries import Judged
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.relations import agreement, contradictions, related
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.trajectory import Trajectory


def _family(
    target: str, names: tuple[str, ...], estimate: list[float], covariance: list[list[float]], *, spread: bool
) -> Judged:
    root = np.linalg.cholesky(np.linalg.inv(covariance)).T
    form = GaussianForm(names, np.array(estimate), root, np.linalg.cholesky(covariance), np.eye(len(names)), 1.0, 1000)
    return Judged(target, spread, form, weigh_subsets(form))


@pytest.fixture
def families() -> list[Judged]:
    drift = _family("v", ("v", "x"), [-0.6, 0.2], [[0.04, 0.01], [0.01, 0.09]], spread=False)
    return [drift, _family("v", ("1",), [0.22], [[1e-4]], spread=True)]


def test_two_sides_are_weighed_by_their_errors(families: list[Judged]) -> None:
    """D 1 = -0.5 (v: v): v is -0.6 ± 0.2 by the drift and -0.44 ± 0.02 by the diffusion; x moves along its correlation."""
    told = related(families, {"v: D 1": {"v: v": -0.5}})
    drift, spread = (family.form for family in told)
    assert drift is not None and spread is not None
    weights = np.array([1 / 0.04, 1 / 0.0004])
    pooled, error = weights @ [-0.6, -0.44] / weights.sum(), weights.sum() ** -0.5
    assert drift.estimate[0] == pytest.approx(pooled) and drift.error[0] == pytest.approx(error)
    assert drift.estimate[1] == pytest.approx(0.2 + 0.01 / 0.04 * (pooled + 0.6))
    assert spread.estimate[0] == pytest.approx(-0.5 * pooled) and spread.error[0] == pytest.approx(0.5 * error)
    assert np.allclose(drift.root.T @ drift.root, np.linalg.inv(drift.spread @ drift.spread.T))


def test_a_relation_within_a_family_is_exact(families: list[Judged]) -> None:
    (drift, _) = related(families, {"v: x": {"v: v": -2.0}})
    assert drift.form is not None and drift.form.names == ("v",) and drift.terms == ("v", "x")
    assert drift.spread_over(drift.form.estimate) == pytest.approx(drift.form.estimate[0] * np.array([1.0, -2.0]))
    # The estimate of x with x = -2 v by generalised least squares, by hand.
    inverse, direction = np.linalg.inv([[0.04, 0.01], [0.01, 0.09]]), np.array([1.0, -2.0])
    value = direction @ inverse @ [-0.6, 0.2] / (direction @ inverse @ direction)
    assert drift.form.estimate[0] == pytest.approx(value)
    assert drift.form.error[0] == pytest.approx((direction @ inverse @ direction) ** -0.5)
    assert drift.form.rms[0] == pytest.approx(5**0.5)  # of v − 2x, both of rms 1 and independent


def test_what_is_left_is_chi_square(families: list[Judged]) -> None:
    """v = −2x: the squared distance to the line, in its metric; a fit that is on the line leaves nothing."""
    found = agreement(families, {"v: x": {"v: v": -2.0}})
    gap = np.array([2.0, 1.0])
    expected = (gap @ [-0.6, 0.2]) ** 2 / (gap @ [[0.04, 0.01], [0.01, 0.09]] @ gap)
    assert found is not None and found.freedom == 1
    assert found.statistic == pytest.approx(expected) and found.moved == pytest.approx(expected**0.5)
    on = agreement(families, {"v: x": {"v: v": -1 / 3}})
    assert on is not None and on.statistic == pytest.approx(0.0, abs=1e-20)
    assert agreement(families, {}) is None


def test_what_is_ruled_out_frees_the_others(families: list[Judged]) -> None:
    (drift, spread) = related(families, {"v: x": {}})
    assert drift.form is not None and drift.spread_over(drift.form.estimate)[1] == 0.0
    assert drift.form.estimate[0] == pytest.approx(-0.6 - 0.01 / 0.09 * 0.2)  # the regression of v on x = 0
    assert spread is families[1]


def test_contradictions_are_named(families: list[Judged]) -> None:
    assert not contradictions(families, {"v: D 1": {"v: v": -0.5}}, {"v: v": -1, "v: x": -1})
    (gap,) = contradictions(families, {"v: D 1": {"v: v": 0.5}}, {})
    assert gap.startswith("v: D 1 is +0.52") and "0.5 (v: v)" in gap
    (sign,) = contradictions(families, {}, {"v: D 1": -1})
    assert sign.startswith("v: D 1 is 0.22")


@pytest.fixture(scope="module")
def damped() -> Trajectory:
    """dx = v dt, dv = (-x - 0.5 v) dt + sqrt(2 · 0.5 · 0.4) dW: temperature 0.4, and too short to find the friction by the drift alone."""
    rng, h, state = np.random.default_rng(6), 0.005, np.zeros(2)
    values = np.empty((2001, 2))
    for k in range(2001):
        values[k] = state
        for kick in rng.normal(size=4):
            x, v = state
            state = state + h * np.array([v, -x - 0.5 * v]) + np.array([0.0, np.sqrt(2 * 0.2 * h) * kick])
    return Trajectory(values, 0.02 * np.arange(2001), ("times", "dim"), about={"names": ["x", "v"]})


@pytest.mark.slow
def test_fluctuation_and_dissipation_tell_a_friction_that_the_drift_does_not(damped: Trajectory) -> None:
    common = "x: v=1; x: *"
    plain = discover(damped, library="1, x, v, v^3", known=common, rng=0)["v: v"]
    told = discover(damped, library="1, x, v, v^3", known=f"{common}; v: D 1 = -0.4 (v: v)", rng=0)["v: v"]
    wide, narrow = (entry.interval[1] - entry.interval[0] for entry in (plain, told))
    assert plain.decision == "undetermined" and told.decision == "present"
    assert narrow < wide / 3
    assert told.interval[0] < -0.5 < told.interval[1]


def test_a_wrong_sign_is_told_and_opens_everything(damped: Trajectory) -> None:
    found = discover(damped, library="x, v", known="x: v=1; x: *; v: x > 0", rng=0)
    assert [check.name for check in found.failed] == ["known relations"]
    assert "v: x is -" in found.failed[0].says and found.next.kind == "known"
    assert all(found[name].basis == "known" for name in (*found.of("present"), *found.of("absent")))


@pytest.mark.slow
def test_a_known_sign_helps_and_bounds_the_interval(damped: Trajectory) -> None:
    plain = discover(damped, library="1, x, v", known="x: v=1; x: *", rng=0)["v: v"]
    signed = discover(damped, library="1, x, v", known="x: v=1; x: *; v: v < 0", rng=0)["v: v"]
    assert signed.interval[1] <= 0
    assert signed.log_e_value >= plain.log_e_value
