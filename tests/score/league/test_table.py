"""The league's rows, and what the documentation claims of them."""

import numpy as np
import pytest

from evolaw import score, sde
from evolaw.errors import ArgumentError
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
