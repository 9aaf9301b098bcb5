"""The exact likelihood: against the closed transition law of the Ornstein–Uhlenbeck process."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.exact.fokker_planck import further_terms, successive_product, weigh_exactly
from evolaw.discovery.diffusions.evidence.exact.grid import fits_on_grid
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.model.expressions import read_term
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def test_estimate_and_error_are_those_of_the_closed_likelihood(relaxation: object) -> None:
    """X_{k+1} = a X_k + e: θ = −log a/Δt, its error √(1−a²)/(a Δt √n); D from the residual variance."""
    track = relaxation(1.0, 0.5, 1.0, 3000, 2)  # type: ignore[operator]
    case = pose(track, library="x", noise=0.0)
    weighed = weigh(case, "x", 4)
    assert fits_on_grid(case, "x", weighed)
    exact = weigh_exactly(case, "x", weighed)
    assert exact.method == "exact" and exact.drift is not None and exact.diffusion is not None
    x = np.asarray(track.values)[:, 0]
    a = float(x[:-1] @ x[1:] / (x[:-1] @ x[:-1]))
    rate, variance = -np.log(a), float(np.mean((x[1:] - a * x[:-1]) ** 2))
    assert exact.drift.estimate[0] == pytest.approx(-rate, rel=0.01)
    assert exact.diffusion.estimate[0] == pytest.approx(variance * rate / (1 - a**2), rel=0.02)
    # The rate's error with D unknown, by the delta method from Var a = (1-a²)/n.
    assert exact.drift.error[0] == pytest.approx(np.sqrt((1 - a**2) / 3000) / a, rel=0.1)


@pytest.mark.slow
def test_a_bistable_recording_of_coarse_steps_is_unbiased(record: object) -> None:
    """Every coefficient within 4.5 of its errors; one-step regression has x 0.21 for 1 there."""
    track = record(lambda x: x - x**3, lambda x: [0.3], [1.0], 0.5, 3000, 4, fine=50)  # type: ignore[operator]
    case = pose(track, library="poly:3", diffusion="1, x^2", noise=0.0)
    exact = weigh_exactly(case, "x", weigh(case, "x", 4))
    assert exact.method == "exact" and exact.drift is not None and exact.diffusion is not None
    assert np.abs((exact.drift.estimate - [0, 1, 0, -1]) / exact.drift.error).max() < 4.5
    assert np.abs((exact.diffusion.estimate - [0.3, 0]) / exact.diffusion.error).max() < 4.5
    assert exact.drift.estimate[1] > 6 * exact.drift.error[1]


def test_steps_too_short_for_a_grid_are_left_to_moments(relaxation: object) -> None:
    case = pose(relaxation(1.0, 0.5, 1e-4, 40_000, 1), library="x", noise=0.0)  # type: ignore[operator]
    assert not fits_on_grid(case, "x", weigh(case, "x"))


def test_two_steps_in_a_row_hang_together_as_the_law_says(relaxation: object) -> None:
    """⟨ΔX ΔX'⟩ = −(1 − a)² ⟨X²⟩ for a = e^{-θΔt}, over the recorded states, at the estimate."""
    track = relaxation(1.0, 0.5, 1.0, 3000, 2)  # type: ignore[operator]
    case = pose(track, library="x", noise=0.0)
    exact = weigh_exactly(case, "x", weigh(case, "x", 4))
    assert exact.drift is not None
    x, decay = np.asarray(track.values)[:, 0], np.exp(exact.drift.estimate[0])
    assert successive_product(case, "x", exact) == pytest.approx(-((1 - decay) ** 2) * np.mean(x**2), rel=0.01)


def test_steps_of_twelve_relaxations_are_climbed_to_the_truth() -> None:
    """dx = 6 (x − x³) dt + sqrt(0.8) dW at Δt = 1: moments run it three times too slowly, and scoring left its path from there."""
    rng, x, values = np.random.default_rng(1), 1.0, np.empty(3000)
    for k in range(3000):
        for kick in np.sqrt(0.8 * 0.02) * rng.standard_normal(50):
            half = x + 0.02 * 6 * (x - x**3) + kick
            x += 0.01 * 6 * (x - x**3 + half - half**3) + kick
        values[k] = x
    case = pose(Trajectory(values, np.arange(3000.0), ("times",)), library="poly:3", names=["x"], noise=0.0)
    moments = weigh(case, "x", 4)
    assert moments.diffusion is not None and moments.diffusion.estimate[0] < 0.2
    exact = weigh_exactly(case, "x", moments)
    assert exact.method == "exact" and exact.drift is not None and exact.diffusion is not None
    assert abs(exact.diffusion.estimate[0] - 0.4) < 4.5 * exact.diffusion.error[0] < 0.2
    assert np.abs((exact.drift.estimate - [0, 6, 0, -6]) / exact.drift.error).max() < 4.5


def test_further_terms_are_worth_what_a_fit_with_them_says() -> None:
    """D = 0.3 + 0.06 x² fitted as constant: x and x² by score, against Wald's statistic and the spread of D of a fit that has them."""
    rng, x, seen = np.random.default_rng(4), np.zeros(30), np.empty((160, 30))
    for row in seen:
        row[:] = x
        for kick in rng.standard_normal((50, 30)):
            x = x - 0.01 * x + np.sqrt(0.02 * (0.3 + 0.06 * x * x)) * kick
    tracks = [Trajectory(path, 0.5 * np.arange(150), ("times",)) for path in seen[10:].T]
    case = pose(tracks, names=["x"], noise=0.0, library="x, x^3")
    wide = pose(tracks, names=["x"], noise=0.0, library="x, x^3", diffusion="1, x, x^2")
    exact, form = weigh_exactly(case, "x", weigh(case, "x", 4)), weigh_exactly(wide, "x", weigh(wide, "x", 4)).diffusion
    none, found = further_terms(case, "x", exact, (), (read_term("x", ["x"]), read_term("x^2", ["x"])))
    assert none is None and found is not None and form is not None and found.freedom == 2
    covariance = (form.spread @ form.spread.T)[1:, 1:]
    assert found.statistic == pytest.approx(
        form.estimate[1:] @ np.linalg.solve(covariance, form.estimate[1:]), rel=0.25
    )
    at = np.concatenate([np.asarray(track.values).ravel() for track in tracks])
    strength = form.estimate @ np.array([np.ones_like(at), at, at * at])
    assert found.size == pytest.approx(np.std(strength) / np.mean(strength), rel=0.25)
    # A drift term that is not in the law is worth about its one degree of freedom, whether D's are tried beside it or not.
    alone, _ = further_terms(case, "x", exact, (read_term("1", ["x"]),), ())
    assert alone is not None and alone.freedom == 1 and alone.statistic < 11
