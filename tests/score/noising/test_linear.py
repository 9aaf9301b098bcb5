"""Every noising: its coefficients, kernel, transitions and log-SNR tell one story."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.noising.linear import LinearNoising, Noising, forward

NOISINGS = {
    "VP": score.VP,
    "VP to 3": lambda: score.VP(0.2, 5.0, end=3.0),
    "SubVP": score.SubVP,
    "SubVP to 2": lambda: score.SubVP(end=2.0),
    "VE": score.VE,
    "VE to 2": lambda: score.VE(0.1, 5.0, end=2.0),
    "LinearVE": score.LinearVE,
    "EDM": score.EDM,
    "Cosine": score.Cosine,
    "Rectified": score.Rectified,
    "FromKernel": lambda: score.FromKernel(
        lambda t: jnp.exp(-(t**2)), lambda t: jnp.sqrt(-jnp.expm1(-2 * t**2)), end=2.0
    ),
    "FromCoefficients": lambda: score.FromCoefficients(lambda t: -0.5 - t, lambda t: jnp.sqrt(1.0 + 2 * t**2)),
}
# Integrated and inverted step by step: ten seconds for all tests of this file; test_schedules holds it to a named one.
SLOW = {"FromCoefficients": pytest.mark.slow}
every = pytest.mark.parametrize(
    "noising", [pytest.param(name, marks=SLOW.get(name, ())) for name in NOISINGS], indirect=True
)


@pytest.fixture
def noising(request):
    """Made when a test runs: a user's own noising is looked at where it is made, which compiles."""
    return NOISINGS[request.param]()


@pytest.mark.slow
@every
def test_the_kernel_solves_the_equation_of_its_moments(noising):
    """d log a/dt = r and d s²/dt = 2 r s² + g², by an independent integrator, from T/50 to 0.95 T."""
    begin, stop = 0.02 * noising.end, 0.95 * noising.end

    def moments(t, state):
        r, g2 = float(noising.rate(t)), float(noising.squared_diffusion(t))
        return [r, 2 * r * state[1] + g2]

    start = [float(noising.log_scale(begin)), float(noising.std(begin)) ** 2]
    found = solve_ivp(moments, (begin, stop), start, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    assert found[0] == pytest.approx(float(noising.log_scale(stop)), abs=1e-9)
    assert found[1] == pytest.approx(float(noising.std(stop)) ** 2, rel=1e-9)


@every
def test_transitions_compose_to_the_kernel(noising):
    assert isinstance(noising, Noising)
    times = np.linspace(noising.least, noising.end, 12)
    for now, later in itertools.pairwise(times):
        step = noising.transition(now, later)
        assert step.lost == pytest.approx(1 - step.ratio, abs=1e-14)
        assert noising.std(later) ** 2 == pytest.approx(
            step.ratio**2 * noising.std(now) ** 2 + step.variance, rel=1e-10
        )
    early, middle, late = (noising.end * part for part in (0.2, 0.5, 0.9))
    first, second, both = (noising.transition(*pair) for pair in ((early, middle), (middle, late), (early, late)))
    assert both.variance == pytest.approx(second.ratio**2 * first.variance + second.variance, rel=1e-10)


@every
def test_time_of_log_snr_undoes_log_snr(noising):
    times = np.linspace(noising.least, noising.end, 9)
    np.testing.assert_allclose(noising.time_of_log_snr(noising.log_snr(times)), times, rtol=1e-9)
    # Bisection, which user-made noisings use, finds the same.
    np.testing.assert_allclose(LinearNoising.time_of_log_snr(noising, noising.log_snr(times)), times, rtol=1e-9)


@pytest.mark.sampled(3)
@every
def test_jax_and_numpy_say_the_same(noising):
    times = np.linspace(noising.least * 2, noising.end * 0.9, 5)
    for name in ("log_scale", "std", "rate", "squared_diffusion", "log_snr"):
        exact = getattr(noising, name)(times)
        traced = getattr(noising, name)(jnp.asarray(times, jnp.float32))
        np.testing.assert_allclose(np.asarray(traced), exact, rtol=2e-4, atol=2e-5)


def test_the_process_has_the_noisings_coefficients():
    process = forward(score.SubVP(), 3)
    assert process.dim == 3
    assert float(process.drift_at(0.5, jnp.ones(3))[1]) == pytest.approx(score.SubVP().rate(0.5), rel=1e-6)
    assert float(process.diffusion_at(0.5, jnp.ones(3))[2]) == pytest.approx(score.SubVP().diffusion(0.5), rel=1e-6)
    assert hash(process.drift) == hash(forward(score.SubVP(), 3).drift)
    assert process.drift == forward(score.SubVP(), 3).drift
    with pytest.raises(ArgumentError, match="`dim`"):
        forward(score.VP(), 0)


def test_the_corrected_prior_has_the_moments_of_the_noised_data():
    noising = score.VP()
    mean, variance = noising.prior(np.array([3.0, 0.0]), np.array([1.0, 0.25]))
    assert mean[0] / 3 == pytest.approx(6.57e-3, abs=5e-6)  # score.md, section 2.2
    assert variance == pytest.approx(mean[0] ** 2 / 9 * np.array([1.0, 0.25]) + noising.std(1.0) ** 2)
    matrix = noising.prior(np.zeros(2), np.array([[1.0, 0.5], [0.5, 1.0]]))[1]
    assert matrix[0, 1] == pytest.approx(0.5 * (mean[0] / 3) ** 2)
    assert noising.prior()[1] == 1.0
    assert score.VE().prior()[1] == pytest.approx(2500.0)
