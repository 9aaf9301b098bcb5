"""The Klein–Kramers equation on a circle."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError, NotConverged
from evolaw.josephson.formulas import effective_diffusion, running_voltage
from evolaw.sde.processes.fokker_planck import CircleFokkerPlanck
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck


def junction(friction, temperature, bias, **options):
    return KineticFokkerPlanck(lambda x: bias - np.sin(x), friction, temperature, **options)


# (α, D, i), ⟨v⟩, ⟨cos φ⟩, ⟨v²⟩: computed independently with (N, K) raised until nothing changed.
TABLE = [
    ((1.0, 0.5, 0.5), 0.1353910159, 0.4846515959, 0.5676955080),
    ((1.0, 0.2, 0.5), 0.0172198781, 0.6935013064, 0.2086099390),
    ((0.5, 0.5, 0.5), 0.2627893377, 0.4085694426, 0.7627893377),
    ((5.0, 0.2, 0.5), 0.0048352604, 0.7002404824, 0.2004835260),
    ((20.0, 0.2, 0.5), 0.0012395274, 0.7006630555, 0.2000309882),
]
SLOW = [((0.5, 0.2, 0.8), 0.9243943758, 0.0017788994, 1.6790310012)]
COARSE = [((0.2, 0.5, 0.5), 1.985893, 0.015376, 5.464732), ((0.2, 0.2, 0.3), 0.01366701, 0.8202792, 0.2205005)]


@pytest.mark.parametrize(("point", "v", "cosine", "v2"), TABLE)
def test_moments_have_the_known_digits(point, v, cosine, v2):
    law = junction(*point)
    assert (law.mean_velocity, law.moment(1).real, law.mean_square_velocity) == pytest.approx(
        (v, cosine, v2), abs=2e-10
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "v", "cosine", "v2", "digit"), [(*r, 2e-10) for r in SLOW] + [(*r, 1e-6) for r in COARSE]
)
def test_moments_have_the_known_digits_at_low_damping(point, v, cosine, v2, digit):
    law = junction(*point)
    assert (law.mean_velocity, law.moment(1).real, law.mean_square_velocity) == pytest.approx(
        (v, cosine, v2), abs=digit
    )


def test_current_and_power_balance():
    """⟨sin⟩ = i - γ⟨v⟩ and i⟨v⟩ = γ(⟨v²⟩ - D): exact, and nothing in the solution imposes them."""
    law = junction(0.8, 0.4, 0.6, size=(70, 35))
    assert -np.conj(law.moment(1)).imag == pytest.approx(0.6 - 0.8 * law.mean_velocity, abs=1e-9)
    assert 0.6 * law.mean_velocity == pytest.approx(0.8 * (law.mean_square_velocity - 0.4), abs=1e-9)


def test_equilibrium_is_gibbs():
    law = junction(0.7, 0.5, 0.0, size=(60, 30))
    x, v = np.array([0.3, 2.0]), np.array([[-1.0], [0.4]])
    z = CircleFokkerPlanck(lambda x: -np.sin(x), 0.5).density(x)
    np.testing.assert_allclose(law.joint_density(x, v), z * np.exp(-(v**2) / 1.0) / np.sqrt(np.pi), rtol=1e-8)
    np.testing.assert_allclose(law.density(x), z, rtol=1e-8)


def test_the_joint_density_has_the_moments():
    law = junction(1.0, 0.5, 0.5)
    x, v = np.arange(64) * 2 * np.pi / 64, np.linspace(-6, 6, 241)[:, None]
    p = law.joint_density(x, v) * (2 * np.pi / 64) * 0.05
    assert (p.sum(), (p * v).sum(), (p * v * v).sum()) == pytest.approx((1, 0.1353910159, 0.5676955080), abs=1e-8)


def test_a_free_particle_relaxes_as_ornstein_and_uhlenbeck_say():
    """f = 0, start N(s, D): ⟨v⟩ = s e^{-γt}, ⟨v²⟩ = D + s² e^{-2γt}, ⟨e^{ix}⟩ Gaussian."""
    law = KineticFokkerPlanck(lambda x: 0 * x, 0.7, 0.4, size=(40, 8))
    t = np.array([0.0, 0.5, 2.0])
    found = law.relaxation(t, start=0.3, speed=0.9)
    np.testing.assert_allclose(found["mean_velocity"], 0.9 * np.exp(-0.7 * t), atol=1e-10)
    np.testing.assert_allclose(found["mean_square_velocity"], 0.4 + 0.81 * np.exp(-1.4 * t), atol=1e-10)
    shift = 0.9 * -np.expm1(-0.7 * t) / 0.7
    width = 2 * 0.4 / 0.7 * (t + np.expm1(-0.7 * t) / 0.7)
    np.testing.assert_allclose(found["moment"], np.exp(1j * (0.3 + shift) - width / 2), atol=1e-8)


def test_a_running_state_is_that_of_the_free_particle_where_the_force_is_even():
    """f = F: ⟨v⟩ = F/γ, ⟨v²⟩ = D + F²/γ², twelve thermal velocities away from rest; relaxation of ⟨v⟩ from there too."""
    law = KineticFokkerPlanck(lambda x: 1.2 + 0 * x, 0.5, 0.04)
    assert law.mean_velocity == pytest.approx(2.4, rel=1e-12)
    assert law.mean_square_velocity == pytest.approx(0.04 + 2.4**2, rel=1e-12)
    found = law.relaxation([0.0, 1.0], start=0.0, speed=2.0)["mean_velocity"]
    np.testing.assert_allclose(found, [2.0, 2.4 - 0.4 * np.exp(-0.5)], rtol=1e-9)
    v = np.linspace(0, 5, 2001)
    assert np.sum(law.joint_density(0.3, v) * v) * v[1] * 2 * np.pi == pytest.approx(2.4, rel=1e-9)


@pytest.mark.slow
def test_a_fast_running_state_in_weak_noise_is_near_the_limit_cycle():
    """i = 2, α = 1, D = 0.01: 17 thermal velocities from rest. The difference is of the order D."""
    assert junction(1.0, 0.01, 2.0).mean_velocity == pytest.approx(running_voltage(2.0, 1.0), abs=2e-3)
    assert junction(1.0, 0.01, -2.0).mean_velocity == pytest.approx(-running_voltage(2.0, 1.0), abs=2e-3)


def test_the_relaxation_rate_is_the_slowest_decay():
    """⟨v⟩ long after two starts differs by a factor e^{-λ t}."""
    law = junction(0.5, 0.4, 0.8, size=(40, 20))
    one, two = (law.relaxation([16.0, 20.0], start=x)["mean_velocity"] for x in (0.9, 2.5))
    gap = np.abs(one - two)
    assert law.relaxation_rate() == pytest.approx(np.log(gap[0] / gap[1]) / 4, rel=1e-3)


def test_escape_at_high_friction_is_that_without_inertia():
    """γ v -> the current of the circle; at γ = 10 they differ by 1/γ²."""
    flat = CircleFokkerPlanck(lambda x: 0.5 - np.sin(x), 0.2).mean_velocity
    law = junction(10.0, 0.2, 0.5)
    assert 10 * law.mean_velocity == pytest.approx(flat, rel=0.01)
    # Where slips are rare and single, their rate is the current.
    cold = junction(10.0, 0.1, 0.5, size=(40, 30))
    assert 2 * np.pi * cold.slip_rates(1)[1] == pytest.approx(cold.mean_velocity, rel=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("friction", "rate"), [(0.5, 1.170683e-4), (1.0, 9.094469e-5), (2.0, 5.928035e-5), (10.0, 1.375942e-5)]
)
def test_escape_rates_are_the_known_eigenvalues(friction, rate):
    assert junction(friction, 0.1, 0.5).escape_rate() == pytest.approx(rate, rel=1e-6)


@pytest.mark.slow
def test_multiple_slips_at_low_damping():
    """At γ = 0.5 only 72 % of the exits end in the next well."""
    law = junction(0.5, 0.1, 0.5)
    assert law.slip_rates()[1] / law.escape_rate() == pytest.approx(0.72, abs=0.005)


def test_too_few_orders_are_refused_not_returned():
    with pytest.raises(NotConverged, match="friction"):
        _ = junction(1e-4, 0.05, 0.5).mean_velocity
    with pytest.raises(ArgumentError, match="friction"):
        junction(0.0, 0.1, 0.5)


def test_effective_diffusion_is_the_curvature_of_the_slowest_bloch_eigenvalue():
    """Against the eigenvalue itself at a small wave number, and the quadrature without inertia at strong friction."""
    equation = KineticFokkerPlanck(lambda x: 0.5 - np.sin(x), 1.0, 0.5)
    q = 1e-3
    orders, modes = equation.coefficients.shape[0] - 1, equation.coefficients.shape[1] // 2
    assert equation.effective_diffusion() == pytest.approx(-equation.slowest(q, orders, modes).real / q**2, rel=1e-4)
    strong = KineticFokkerPlanck(lambda x: 0.5 - np.sin(x), 50.0, 0.5)
    assert strong.effective_diffusion() * 50 == pytest.approx(effective_diffusion(0.5, 0.5), rel=1e-3)


class Elsewhere(KineticFokkerPlanck):
    """The same equation in other functions: half a thermal velocity away and a tenth wider."""

    def _velocities(self, orders):
        usual = super()._velocities(orders)
        return type(usual)(orders, usual.centre + 0.5 * np.sqrt(self.temperature), 1.1 * usual.width)


@pytest.mark.parametrize(
    ("friction", "temperature", "bias"),
    [(0.3, 0.1, 0.8), (0.1, 0.5, 0.95), pytest.param(0.3, 0.02, 0.8, marks=pytest.mark.slow)]
    + [pytest.param(1.0, 0.01, i, marks=pytest.mark.slow) for i in (0.9, 1.0, 1.05)]
    + [pytest.param(0.1, 0.1, 0.5, marks=pytest.mark.slow)],
)
def test_weak_noise_and_damping_are_solved_in_any_functions(friction, temperature, bias):
    """Polynomials times a Maxwellian gave no digit of these. Balances of current and power hold, and other functions give the same."""
    law = KineticFokkerPlanck(lambda x: bias - np.sin(x), friction, temperature)
    v, square = law.mean_velocity, law.mean_square_velocity
    assert bias - friction * v == pytest.approx(law.moment(1).imag, abs=1e-9)
    assert bias * v == pytest.approx(friction * (square - temperature), abs=1e-9)
    # A first size that is already wrong by 1e-6 and more would not be seen by the next alone.
    assert Elsewhere(law.force, friction, temperature).mean_velocity == pytest.approx(v, abs=2e-9)


@pytest.mark.slow
def test_at_the_critical_current_it_is_what_a_simulation_finds():
    """α = 1, D = 0.01, by a loop of its own in NumPy: 10,000 junctions, Euler and Maruyama at two steps, extrapolated; 4 errors, 1e-4 of seeds."""
    draw, n, found = np.random.default_rng(5), 10_000, []
    for h, steps in ((0.05, 2400), (0.025, 4800)):
        x, v = draw.uniform(0, 2 * np.pi, n), draw.normal(0.5, 0.3, n)
        for k in range(steps):
            if k == steps // 3:
                begin = x.copy()
            x, v = x + h * v, v + h * (1 - np.sin(x) - v) + np.sqrt(2 * 0.01 * h) * draw.standard_normal(n)
        found.append((x - begin) / (steps - steps // 3) / h)
    each = 2 * found[1].mean() - found[0].mean()
    error = np.sqrt(4 * found[1].var() + found[0].var()) / np.sqrt(n)
    assert error < 0.004
    assert junction(1.0, 0.01, 1.0).mean_velocity == pytest.approx(each, abs=4 * error)


@pytest.mark.slow
@pytest.mark.parametrize(("friction", "temperature"), [(0.5, 0.25), (0.1, 0.2)])
def test_slips_over_several_wells_are_those_of_mel_nikov(friction, temperature):
    """No tilt: λ(q) = 4 sin²(πq) Γ exp{(1/2π) ∫ ln[(1 - P²)/(1 + P² - 2P cos 2πq)]/(τ² + 1/4) dτ}, P = e^{-δ(τ² + 1/4)}, δ = 8γ/D a well.

    The leading order in D/ΔU, above the eigenvalue by less than D/ΔU for slips over one well, many, and all together.
    """
    law = junction(friction, temperature, 0.0)
    tangent = np.tan((np.arange(4001) + 0.5) / 4001 * np.pi - np.pi / 2) / 2
    passed = np.exp(-8 * friction / temperature * (tangent**2 + 0.25))
    kramers = (np.sqrt(1 + friction**2 / 4) - friction / 2) / (2 * np.pi) * np.exp(-2 / temperature)
    for q in (0.1, 0.5):
        k = 2 * np.pi * q
        bent = np.mean(np.log((1 - passed**2) / (1 + passed**2 - 2 * passed * np.cos(k))))
        leading = 4 * np.sin(k / 2) ** 2 * kramers * np.exp(bent)
        assert 1 < leading / -law.slowest(q, *law.first_size()).real < 1 + temperature / 2


def test_states_that_hardly_know_of_each_other_are_refused():
    """α = 0.3, D = 0.01, i = 0.5: e^{-68} a unit of time. Two answers must have room, or none is begun."""
    with pytest.raises(NotConverged):
        _ = KineticFokkerPlanck(lambda x: 0.5 - np.sin(x), 0.3, 0.015, unknowns=20_000).mean_velocity
    with pytest.raises(NotConverged, match="2000 unknowns") as told:
        _ = KineticFokkerPlanck(lambda x: 0.5 - np.sin(x), 0.3, 0.1, unknowns=2000).mean_velocity
    assert told.value.partial is None


def test_the_autocorrelation_of_a_free_particle_is_that_of_ornstein_and_uhlenbeck():
    """½ cos(vt) exp(-(D/γ²)[γt - 1 + e^{-γt}]), v = f/γ."""
    t, friction, temperature = 0.3 * np.arange(60), 0.4, 0.3
    found = KineticFokkerPlanck(lambda x: 0.2 + 0 * x, friction, temperature).autocorrelation(0.3, 60)
    spread = temperature / friction**2 * (friction * t - 1 + np.exp(-friction * t))
    np.testing.assert_allclose(found, np.cos(0.5 * t) * np.exp(-spread) / 2, atol=1e-7)


def test_the_autocorrelation_is_that_of_the_whole_operator():
    from scipy.sparse.linalg import expm_multiply

    law = junction(1.0, 0.5, 0.5)
    table = law.coefficients
    orders, middle = table.shape[0] - 1, table.shape[1] // 2
    start = np.zeros_like(table)
    start[:, 2:] += table[:, :-2] / 2
    start[:, :-2] += table[:, 2:] / 2
    start -= law.moment(2).real * table
    later = expm_multiply(law._operator(orders, middle, 0.0), start.ravel(), 0.0, 3.0, 4).reshape(4, orders + 1, -1)
    seen = law._velocities(orders).mass @ later[:, :, middle + 2].T
    np.testing.assert_allclose(law.autocorrelation(1.0, 4, harmonic=2), seen.real, atol=1e-7)
