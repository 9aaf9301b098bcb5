"""The league's rows, and what the documentation claims of them."""

import numpy as np
import pytest

from evolaw import score, sde
from evolaw.errors import ArgumentError
from evolaw.score.league.affine import gaussian_output
from evolaw.score.league.table import entrants, run_league


@pytest.mark.slow
def test_the_targets_at_twenty_calls():
    """Below 2.7e-4 nats on the corrected prior at 20 calls: DPM-Solver++(2M) with every noising, on spectral steps; with steps even in
    log-SNR sub-VP and EDM, whose noise reaches far below the data's thinnest direction, are above."""
    rows = run_league(
        (20,), only=lambda noising, sampler: sampler == score.DPMSolver(), last="sampled", spacing="spectral"
    )
    assert [row.noising for row in rows] == ["VP", "SubVP", "VE", "EDM"]
    assert all(row.divergences[0] < 1.1e-4 for row in rows)
    (even,) = run_league((20,), only=lambda *pair: pair == (score.SubVP(), score.DPMSolver()), last="sampled")
    assert even.divergences[0] > 1e-3


@pytest.mark.slow
def test_calls_are_counted():
    """Heun takes two calls a step: with 4 there is one step, with 2 none."""
    (row,) = run_league((2, 4), only=lambda noising, sampler: (noising, sampler) == (score.VP(), score.EDMHeun()))
    assert np.isnan(row.divergences[0])
    assert np.isfinite(row.divergences[1])
    assert row.spacing == "karras"
    assert len(list(entrants())) == 48
    with pytest.raises(ArgumentError, match="`calls`"):
        run_league((0,))


@pytest.mark.slow
def test_the_targets_at_a_thousand_calls():
    """At most 1e-6 nats on the corrected prior, with the last step drawn and spectral steps: every method of order two with every noising;
    the first orders, which fall with the square of the number of calls, reach 2.1e-5, and Euler–Maruyama 5.1e-6."""
    second = ("DPM-Solver++(2M)", "SDE-DPM-Solver++(2M), η = 1", "EDM Heun", "Heun", "SRA1")
    rows = run_league(
        (1000,),
        last="sampled",
        spacing="spectral",
        only=lambda noising, sampler: not isinstance(sampler, score.PredictorCorrector),
    )
    assert len(rows) == 40
    for row in rows:
        first = 5.1e-6 if row.sampler == sde.EulerMaruyama().name else 2.1e-5
        assert row.divergences[0] < (1e-6 if row.sampler in second else first), row


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sampler", "constant", "angles"),
    [
        (score.DDIM(), np.pi**4 / 64, lambda u, end: end * (1 - u)),
        (score.Ancestral(), 4.0, lambda u, end: np.arcsin(np.sin(end) * (1 - u))),
    ],
    ids=["DDIM", "ancestral"],
)
def test_what_first_orders_cannot_reach(sampler, constant, angles):
    """From all noise to none one direction costs π⁴/64 n² nats (DDIM) or 4/n² (ancestral) on the best of grids, whatever its variance.

    A step h of σ leaves the share  -h² c/(c + σ²)²  of the variance c, a step k of σ²  -k² c²/((c + σ²)³ σ²). By Cauchy and Schwarz
    Σ h² w >= (∫ √w)²/n, with equality for σ = √c tan θ and even θ, or even sin θ; KL is a quarter of the square.
    """
    steps, c = 200, 0.3
    noising, data = score.EDM(1e-4, 200.0), score.Gaussian([0.0], c)
    found = angles(np.arange(steps + 1) / (steps + 0.02), np.arctan(200 / np.sqrt(c)))
    best, *others = (
        gaussian_output(data, noising, sampler, steps, spacing=spacing, last="sampled").kl(data) * steps**2
        for spacing in (np.sqrt(c) * np.tan(found) * (1 - 1e-12), "log_snr", "karras")
    )
    assert best == pytest.approx(constant, rel=0.05)  # what is left is of higher order in 1/n
    assert min(others) > 1.04 * constant
