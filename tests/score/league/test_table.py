"""The league's rows, and what the documentation claims of them."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.league.table import entrants, run_league


def test_the_targets_at_twenty_calls():
    """Below 2.7e-4 nats on the corrected prior at 20 calls: DPM-Solver++(2M) with VP and VE."""
    rows = run_league(
        (20,), only=lambda noising, sampler: isinstance(noising, score.VP | score.VE) and sampler == score.DPMSolver()
    )
    assert [row.noising for row in rows] == ["VP", "VE"]
    assert all(row.divergences[0] < 2.7e-4 for row in rows)


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
    """At most 1e-6 nats on the corrected prior, with the last step drawn: every method of order two; and first orders below 1e-4."""
    second = (score.DPMSolver(), score.DPMSolver(1.0), score.EDMHeun())
    rows = run_league(
        (1000,), last="sampled", only=lambda noising, sampler: sampler in second or sampler == score.DDIM()
    )
    for row in rows:
        assert row.divergences[0] < (1e-4 if row.sampler.startswith("DDIM") else 1e-6)
