"""Diffusion coefficients, constant and varying, clean and through noise."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.diffusivity import DiffusionEquation, Drift, Strength
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.problem import pose


@pytest.mark.parametrize(("noise", "rate"), [(0.0, 1.0), (0.1, 1.0), (0.0, 8.0), (0.1, 8.0)])
def test_a_constant_is_found_without_the_drift_in_it(relaxation: object, noise: float, rate: float) -> None:
    """Within 4.5 of its errors: seven in a million. At rate 8 squared increments alone would be 8 % (noisy: 24 %) too small."""
    track = relaxation(rate, 0.5, 0.02, 40_000, 6, noise=noise)  # type: ignore[operator]
    form = weigh(pose(track, library="x", noise=noise), "x").diffusion
    assert form is not None
    assert abs(form.estimate[0] - 0.5) < 4.5 * form.error[0] < 0.12


def test_a_coefficient_that_grows_with_the_state_is_found(record: object) -> None:
    law = (lambda x: -x, lambda x: 0.2 + 0.3 * x**2)
    track = record(*law, [0.1], 0.01, 20_000, 8)  # type: ignore[operator]
    form = weigh(pose(track, library="x", diffusion="1, x, x^2", noise=0.0), "x").diffusion
    assert form is not None
    scores = (form.estimate - np.array([0.2, 0.0, 0.3])) / form.error
    assert np.abs(scores).max() < 4.5
    assert form.estimate[2] > 6 * form.error[2]


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_rows_are_the_same_asked_for_in_parts_and_weighed_twice(relaxation: object, noise: float) -> None:
    """z = ψ/D̂², terms ψ/D̂, and of a drift f = −x on two nodes y = ½ΔX² − ½Δt ΔX f(X₁), without noise."""
    case = pose(relaxation(1.0, 0.5, 0.05, 199, 1), library="x", diffusion="1, x^2", noise=noise)  # type: ignore[operator]
    free = case.split("x", diffusion=True)[0]
    drift, strength = Drift(case.drift["x"], np.array([-1.0])), Strength(free, np.array([0.5, 0.2]), 1e-9)
    equation = DiffusionEquation(case.recording, 0, free, (), drift, 2, strength, case.noise, case.gains)
    whole, part = equation.rows(0, 200), equation.rows(70, 170)
    for name in ("terms", "instruments", "regressors", "response", "usable"):
        assert np.allclose(getattr(part, name), getattr(whole, name)[70:170], rtol=1e-12, atol=1e-15), name
    x = case.recording.columns[0]
    if not noise:
        assert whole.terms == pytest.approx(np.stack([np.ones(200), x**2], 1) / (0.5 + 0.2 * x**2)[:, None])
        assert whole.instruments == pytest.approx(whole.terms / (0.5 + 0.2 * x**2)[:, None])
        step = np.diff(x)
        assert whole.response[:199] == pytest.approx(0.5 * step**2 + 0.025 * step * x[1:])
        assert whole.regressors[:199, 1] == pytest.approx(0.025 * (x[:-1] ** 2 + x[1:] ** 2))
