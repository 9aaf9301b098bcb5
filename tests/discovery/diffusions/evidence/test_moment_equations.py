"""Estimating equations are solved the same in blocks as whole, and dependent terms are named."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence import moment_equations
from evolaw.discovery.diffusions.evidence.moment_equations import Rows, solve
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.problem import pose
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, relaxation: object, noise: float) -> None:
    track = relaxation(1.0, 0.5, 0.02, 6000, 3, noise=noise)  # type: ignore[operator]
    case = pose(track, library="poly:3", diffusion="1, x^2", noise=noise)
    whole = weigh(case, "x")
    monkeypatch.setattr(moment_equations, "_BLOCK_NUMBERS", 4 * 1024)
    blocks = weigh(case, "x")
    assert whole.drift is not None and blocks.drift is not None
    assert whole.diffusion is not None and blocks.diffusion is not None
    assert blocks.drift.estimate == pytest.approx(whole.drift.estimate, rel=1e-9)
    assert blocks.drift.error == pytest.approx(whole.drift.error, rel=1e-9)
    assert blocks.diffusion.estimate == pytest.approx(whole.diffusion.estimate, rel=1e-9)
    assert blocks.residuals == pytest.approx(whole.residuals, nan_ok=True)


def test_a_dependence_between_terms_is_named() -> None:
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=500))
    track = Trajectory(walk, np.arange(500.0), ("times",))
    with pytest.raises(ArgumentError, match=r"linearly independent.*1 1 -1 sin\(x\)\^2 -1 cos\(x\)\^2 = 0 at every"):
        weigh(pose(track, library="1, sin(x)^2, cos(x)^2, x"), "x")


def test_a_term_that_is_no_number_on_the_recording_is_named() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(size=200))
    track = Trajectory(walk, np.arange(200.0), ("times",))
    with pytest.raises(ArgumentError, match=r"finite on the recording, but is sqrt\(x\)"):
        weigh(pose(track, library="1, sqrt(x)"), "x")


class Regression:
    """y = θφ + e of independent errors, as an equation: z = q = φ."""

    names, lags, floor = ("1",), 0, 0.5

    def __init__(self, phi: np.ndarray, y: np.ndarray) -> None:
        self.phi, self.y = phi[:, None], y

    def __len__(self) -> int:
        return len(self.y)

    def rows(self, first: int, last: int) -> Rows:
        phi, y = self.phi[first:last], self.y[first:last]
        return Rows(phi, phi, phi, y, np.ones(len(y), bool))


def test_the_mean_of_a_sample_has_its_textbook_error() -> None:
    """Of n numbers the mean, with the error s/√n where s² is divided by n − 1."""
    y = np.random.default_rng(3).normal(2.0, 1.0, 12)
    form, left = solve(Regression(np.ones(12), y))
    assert form.estimate[0] == pytest.approx(y.mean()) and left == pytest.approx(y - y.mean())
    assert form.error[0] == pytest.approx(np.std(y, ddof=1) / np.sqrt(12))


def test_a_term_that_is_0_everywhere_is_named() -> None:
    with pytest.raises(ArgumentError, match="not vanish on the recording, but is 1, which is 0 everywhere"):
        solve(Regression(np.zeros(12), np.arange(12.0)))
