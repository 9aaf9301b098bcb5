"""Escape rates by waiting, against eigenvalues of the Fokker–Planck equation."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError, StorageError
from evolaw.josephson import Junction, escape_rates
from evolaw.josephson.escapes import escape
from evolaw.josephson.escapes.known_rates import TURNOVER
from evolaw.josephson.formulas import action_at_barrier, depopulation_factor, energy_diffusion_rate
from evolaw.storage import Run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damping", "eigenvalue"), [(0.5, 1.170683e-4), pytest.param(2.0, 5.928035e-5, marks=pytest.mark.slow)]
)
def test_waiting_gives_the_eigenvalue(damping, eigenvalue):
    """600 escapes, ΔU/D = 6.85; 0.3 % of other seeds each. The first escape of several at once counts once, as in λ's mean over q."""
    found = escape_rates(Junction(damping=damping, noise=0.1), [0.5], 1, method="waiting", escapes=600)
    assert found.value[0] == pytest.approx(eigenvalue, abs=3 * found.error[0])
    assert found.error[0] < 0.06 * eigenvalue


@pytest.mark.slow
def test_without_capacitance_it_is_the_slip_rate_of_the_exact_voltage():
    """v/2π, as backward slips are e^{-31} of the forward ones; 0.3 % of other seeds."""
    from evolaw.josephson.formulas import mean_voltage

    found = escape_rates(Junction(noise=0.1), [0.5], 0, method="waiting", escapes=600)
    assert found.value[0] == pytest.approx(mean_voltage(0.5, 0.1) / (2 * np.pi), abs=3 * found.error[0])


# α: Mel'nikov–Meshkov's rate at i = 0.5, D = 0.1 and the eigenvalue of the Fokker–Planck equation, where that converges.
SIX_DECADES = [
    (1e-3, 6.92719e-6, None),
    (1e-2, 4.58515e-5, 3.96893e-5),
    (0.1, 1.32779e-4, 1.270700e-4),
    (1.0, 9.39601e-5, 9.094469e-5),
    (10.0, 1.44997e-5, 1.375942e-5),
    (100.0, 1.46229e-6, 1.386648e-6),
    (1000.0, 1.46242e-7, 1.386757e-7),
]


@pytest.mark.slow
def test_slips_to_the_other_side_are_not_waited_for_again():
    """At zero current half of the junctions leave backwards; counted as still at risk they made the rate a third too low. 1e-3 of other seeds."""
    found = escape_rates(Junction(noise=0.3), [0.0], 0, method="waiting", escapes=2000)
    assert (
        found.value[0] == pytest.approx(found.exact[0], abs=3.3 * found.error[0])
        and found.error[0] < 0.05 * found.exact[0]
    )


@pytest.mark.slow
@pytest.mark.parametrize(("damping", "turnover", "eigenvalue"), SIX_DECADES)
def test_rates_over_six_decades_of_damping(damping, turnover, eigenvalue):
    """From α = 0.001, by waiting, to 1000, by splitting: 3.3 errors from the eigenvalue, 1 % of other seeds.

    At α = 0.001, out of its reach beside a curve, it is `energy_diffusion_rate`, exact for α -> 0, with the turnover's own fall from there.
    """
    noisy = Junction(damping=damping, noise=0.1)
    found = escape_rates(noisy, [0.5], 2, escapes=400 if damping < 2 else 1600)
    value, error = found.value[0], found.error[0]
    assert error < 0.25 * value
    assert found.exact[0] == pytest.approx(turnover if found.source == TURNOVER else eigenvalue, rel=5e-4)
    if eigenvalue is not None:
        assert found.source != TURNOVER and value == pytest.approx(eigenvalue, abs=3.3 * error)
        assert turnover == pytest.approx(eigenvalue, rel=0.06 if damping > 0.05 else 0.16)
        return
    loss = damping * action_at_barrier(0.5) / 0.1
    corrected = energy_diffusion_rate(0.5, damping, 0.1) * depopulation_factor(loss) / loss
    assert value == pytest.approx(corrected, abs=3.3 * error) and value < turnover


def test_a_killed_measurement_goes_on_to_the_same_rates(tmp_path, monkeypatch):
    """A bias is committed after the other; another measurement is refused the place."""
    noisy, bias = Junction(damping=0.5, noise=0.3), [0.3, 0.5, 0.6]

    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    # What is measured is tested elsewhere; here a rate is one that its bias and its seed tell.
    monkeypatch.setattr(escape, "waiting_rate", lambda j, i, rng, n, h: (i * n + 0.1 * rng.seed, i))
    whole = escape_rates(noisy, bias, 3, escapes=50)
    with pytest.raises(KeyboardInterrupt):
        escape_rates(noisy, bias, 3, escapes=50, out=tmp_path / "run", progress=stop)
    with pytest.raises(StorageError, match="differs in escapes"):
        escape_rates(noisy, bias, 3, escapes=60, out=tmp_path / "run")
    calls = []
    again = escape_rates(noisy, bias, 3, escapes=50, out=tmp_path / "run", progress=lambda *a: calls.append(a))
    assert calls == [(3, 3)] and again.value.tobytes() == whole.value.tobytes()
    assert Run.open(tmp_path / "run").state == "done"


def test_faults_are_named():
    noisy = Junction(damping=0.5, noise=0.1)
    for arguments, name in (
        ((Junction(damping=0.5), [0.5]), "noise"),
        ((noisy, [1.0]), "bias"),
        ((noisy, [0.5, 0.4]), "bias"),
    ):
        with pytest.raises(ArgumentError, match=name):
            escape_rates(*arguments, 0)
    with pytest.raises(ArgumentError, match="method"):
        escape_rates(noisy, [0.5], 0, method="guessing")
