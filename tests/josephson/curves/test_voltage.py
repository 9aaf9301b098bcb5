"""I–V curves against exact ones. A fixed seed; the false-alarm rate of another seed is stated beside each test."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import CurrentPhaseRelation, Junction, Subgap, fokker_planck, iv_curve
from evolaw.josephson.formulas import mean_voltage, running_voltage


def euler_voltage(i, d, h, points=256):
    """⟨i - sin φ⟩ of the Euler–Maruyama chain itself, without sampling: its kernel is exact in Fourier space."""
    x = 2 * np.pi * np.arange(points) / points
    k = np.fft.fftfreq(points, 1 / points)
    moved = x + h * (i - np.sin(x))
    kernel = np.exp(-d * h * k[:, None] ** 2) * np.exp(-1j * k[:, None] * moved[None, :])
    matrix = np.real(np.fft.ifft(kernel, axis=0))
    values, vectors = np.linalg.eig(matrix)
    p = np.real(vectors[:, np.argmax(values.real)])
    p /= p.sum()
    return float(np.sum(p * (i - np.sin(x))))


@pytest.mark.parametrize(
    ("i", "d", "known"),
    [
        (1.0, 0.1, {0.2: 0.3695272665, 0.1: 0.3690958010, 0.05: 0.3689888260}),
        pytest.param(0.5, 0.2, {0.2: 0.0250553184, 0.1: 0.0248887075, 0.05: 0.0248475611}, marks=pytest.mark.slow),
        pytest.param(2.0, 0.5, {0.2: 1.7605095931, 0.1: 1.7583052042, 0.05: 1.7577604117}, marks=pytest.mark.slow),
    ],
)
def test_the_bias_of_the_step_is_of_second_order_and_below_1e_3(i, d, known):
    """The chain's own stationary state, exactly: 4e-5 at the step that is used."""
    errors = []
    for h, value in known.items():
        found = euler_voltage(i, d, h)
        assert found == pytest.approx(value, abs=1e-9)
        errors.append(abs(found - mean_voltage(i, d)))
    assert errors[-1] < 2e-4
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.15) and errors[1] / errors[2] == pytest.approx(4, rel=0.1)


@pytest.mark.slow
def test_twenty_points_lie_within_three_standard_errors():
    """20 (bias, noise) points; 5 % of other seeds would see one of them beyond 3."""
    for d in (0.05, 0.2):
        curve = iv_curve(Junction(noise=d), np.linspace(0.2, 2.0, 10), 1, paths=1024, duration=100.0)
        assert curve.gap < 3
        assert curve.error.max() < 4e-3
        assert curve.source.startswith("Bessel")


@pytest.mark.slow
def test_with_capacitance_against_the_fokker_planck_equation():
    """Two points; 0.5 % of other seeds."""
    curve = iv_curve(Junction(damping=1.0, noise=0.5), [0.5, 1.2], 0, paths=1024, duration=100.0)
    assert curve.exact[0] == pytest.approx(0.1353910159, abs=1e-9)
    assert curve.gap < 3 and curve.error.max() < 0.006


@pytest.mark.slow
def test_strong_damping_has_no_error_of_its_step():
    """α = 5, i = 3, where plain BAOAB at this step is 1.3 % too fast, seven standard errors; 0.3 % of other seeds."""
    curve = iv_curve(Junction(damping=5.0, noise=0.2), [3.0], 0, paths=1024, duration=100.0)
    assert curve.gap < 3 and curve.error[0] < 0.006


@pytest.mark.slow
def test_where_two_states_live_side_by_side_it_waits_for_both():
    """α = 0.5, D = 0.2, i = 0.8: the passage between them takes hundreds of periods. 0.3 % of other seeds."""
    curve = iv_curve(Junction(damping=0.5, noise=0.2), [0.8], 0)
    assert curve.exact[0] == pytest.approx(0.4621971879, abs=1e-8)
    assert curve.gap < 3


@pytest.mark.slow
def test_without_noise_it_is_the_limit_cycle_from_rest():
    curve = iv_curve(Junction(damping=0.5), [0.7, 1.2], 0)
    np.testing.assert_allclose(curve.voltage, [0.0, running_voltage(1.2, 0.5)], atol=curve.error[0])
    curve = iv_curve(Junction(), [0.5, 1.25], 0)
    np.testing.assert_allclose(curve.voltage, [0.0, 0.75], atol=curve.error[0])


@pytest.mark.slow
def test_other_relations_have_the_exact_curve_of_the_fokker_planck_equation():
    """A second harmonic and a 4π part; 0.5 % of other seeds."""
    for relation in ({1: 1.0, 2: -0.4}, {1: 0.8, 0.5: 0.5}):
        junction = Junction(noise=0.3, current_phase=relation)
        curve = iv_curve(junction, [0.6], 2, paths=2048, duration=50.0)
        assert curve.exact[0] == pytest.approx(fokker_planck(junction, 0.6).voltage)
        assert curve.gap < 3 and isinstance(junction.current_phase, CurrentPhaseRelation)


@pytest.mark.slow
def test_a_gap_holds_the_voltage_down():
    """Above the gap the differential resistance is a tenth: V - V_g grows a tenth as fast."""
    plain, gapped = (
        iv_curve(Junction(damping=0.5, noise=0.05, subgap=gap), [1.6, 2.2], 0, paths=32, duration=40.0).voltage
        for gap in (None, Subgap(1.0, 10.0))
    )
    assert np.diff(plain)[0] == pytest.approx(0.6, abs=0.05)
    assert np.diff(gapped)[0] == pytest.approx(0.06, abs=0.04)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes():
    one, two = (iv_curve(Junction(noise=0.1), [0.9], 5, paths=64, duration=5.0).voltage for _ in range(2))
    assert one.tobytes() == two.tobytes()


@pytest.mark.slow
def test_phases_that_rotate_together_do_not_end_at_one_place_of_a_turn():
    """10 µA, 1 Ω, 1 pF, 4.2 K: started at one phase, the same biases were off by -8 to 8 errors. False alarm: 3e-4."""
    junction = Junction.from_si(critical_current=10e-6, resistance=1.0, capacitance=1e-12, temperature=4.2)
    curve = iv_curve(junction, [1.3, 1.5, 1.7, 2.0], 0, paths=1024)
    assert np.abs((curve.voltage - curve.exact) / curve.error).max() < 4


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("bias", "junction"), [(6.283, Junction(damping=0.1, noise=0.02)), (300.0, Junction(noise=0.1))]
)
def test_a_phase_that_turns_fast_does_not_lock_to_the_steps(bias, junction):
    """At a turn a step the voltage stood 2 % beside it with an error of 2e-6; 5 errors: false alarm 1e-6."""
    curve = iv_curve(junction, [bias], 0, paths=128, duration=40.0)
    assert curve.error[0] > 1e-4 and abs(curve.voltage[0] - curve.exact[0]) < 5 * curve.error[0]
    with pytest.raises(ArgumentError, match="dt"):
        iv_curve(junction, [bias], 0, paths=128, duration=40.0, dt=0.1)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("damping", [None, 1.0])
def test_noise_may_be_as_weak_as_it_comes(damping):
    curve = iv_curve(Junction(damping=damping, noise=1e-7), [0.5, 1.5], 0, paths=32, duration=60.0)
    running = np.sqrt(1.25) if damping is None else running_voltage(1.5, damping)
    assert np.abs(curve.voltage - [0.0, running]).max() < 3e-3


def test_biases_in_rows_and_columns_are_refused_in_words():
    with pytest.raises(ArgumentError, match="several in a row"):
        iv_curve(Junction(noise=0.1), [[0.5, 0.6]], 0, paths=8)


@pytest.mark.slow
@pytest.mark.parametrize("damping", [10.0, 100.0])
def test_a_strongly_damped_junction_without_noise_is_watched_long_enough(damping):
    """The error of one turn is 2π/400 of I_c R at any damping; at 100 it was 1.57, as large as the voltage."""
    found = iv_curve(Junction(damping=damping, noise=0), [0.5, 1.5], 0)
    np.testing.assert_allclose(found.error, 2 * np.pi / 400)
    np.testing.assert_allclose(found.voltage, found.exact, atol=2 * np.pi / 400)
