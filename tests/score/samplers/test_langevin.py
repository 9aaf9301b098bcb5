"""Correctors: the bias each rule has on a Gaussian, by iterating its affine map; and predictor–corrector with every SDE."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.score.league.affine import gaussian_output
from evolaw.score.samplers.backward import reverse
from evolaw.sde.schemes.scheme import Noise

T = 0.4


def stationary(corrector, noising, target, t=T, rounds=4000):
    """Variances that a corrector at one time settles on, with the true ones; the target's covariance is diagonal."""
    process = reverse(noising, target)
    dim = process.dim
    with precise("float64"):
        center = np.asarray(noising.scale(t) * target.mean)

        def move(x, z):
            return np.asarray(corrector.move(process.drift, t, x, z, process.params))

        zero, base = np.zeros(dim), move(center, np.zeros(dim))
        A = np.stack([move(center + e, zero) - base for e in np.eye(dim)], 1)
        B = np.stack([move(center, e) - base for e in np.eye(dim)], 1)
    true = noising.scale(t) ** 2 * np.diag(target.covariance) + noising.std(t) ** 2
    variance = true.copy()
    for _ in range(rounds):
        variance = np.diag(A) ** 2 * variance + np.diag(B) ** 2
    return variance, true


@pytest.mark.parametrize("r", [0.05, 0.16])
def test_the_snr_rule_inflates_variances_by_one_over_one_minus_r_squared(r):
    """At every noise level; ε is in units of the score, so this is why snr acts like a temperature."""
    for t in (0.2, 0.8):
        for d in (2, 8):
            found, true = stationary(score.Langevin("snr", r), score.VE(0.1, 3.0), score.Gaussian(np.zeros(d), 0.5), t)
            np.testing.assert_allclose(found / true, 1 / (1 - r**2), rtol=1e-9)


@pytest.mark.slow
def test_the_snr_rule_diverges_where_a_direction_is_thin():
    """λ_min < r² HM(λ), possible from d > 1/r² = 39 on: here d = 100 and one variance of 1e-4; the stable rule holds."""
    variances = np.ones(100)
    variances[0] = 1e-4
    thin, noising = score.Gaussian(np.zeros(100), variances), score.VE(1e-4, 3.0)
    found, true = stationary(score.Langevin("snr"), noising, thin, t=1e-6, rounds=200)
    assert found[0] / true[0] > 1e6
    for corrector in (score.Langevin("ald"), score.Langevin()):
        found, true = stationary(corrector, noising, thin, t=1e-6)
        assert (np.abs(found / true - 1) < 0.03).all()


@pytest.mark.parametrize("delta", [0.04, 0.5, 1.0])
def test_the_stable_rule_is_low_by_at_most_a_quarter_of_delta(delta):
    """Exactly (1 - √(1-δ))/2, which is δ/4 and a little."""
    noising = score.VP()
    target = score.Gaussian(np.zeros(3), [1e-6, 0.1, 4.0])
    for t in (0.05, 0.4, 1.0):
        found, true = stationary(score.Langevin("stable", delta), noising, target, t)
        assert (found <= true * (1 + 1e-9)).all()
        assert (found >= true * (1 - (1 - np.sqrt(1 - delta)) / 2) * (1 - 1e-9)).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "noising",
    [score.SubVP(), pytest.param(score.VP(), marks=pytest.mark.slow), pytest.param(score.VE(), marks=pytest.mark.slow)],
    ids=["SubVP", "VP", "VE"],
)
@pytest.mark.parametrize("rule", ["stable", *(pytest.param(rule, marks=pytest.mark.slow) for rule in ("snr", "ald"))])
def test_every_corrector_with_every_sde(noising, rule):
    """score_sde's sub-VP raises AttributeError here: pitfall 1."""
    data = score.Gaussian([1.0, -0.5], [1.0, 0.3])
    for order in ("predictor first", "corrector first"):
        scheme = score.PredictorCorrector(corrector=score.Langevin(rule), order=order)
        assert gaussian_output(data, noising, scheme, 60, spacing="log_snr").kl(data) < 0.03


@pytest.mark.slow
def test_a_corrector_does_not_couple_samples():
    """Each sample is what it is alone; a step from the norms of a batch would change with its neighbours: pitfall 11."""
    data, scheme = score.Gaussian([1.0, -0.5], [1.0, 0.3]), score.PredictorCorrector(corrector=score.Langevin("snr"))
    whole = score.sample(data, score.VE(0.05, 5.0), scheme, count=8, steps=20, rng=0).final
    part = score.sample(data, score.VE(0.05, 5.0), scheme, count=3, first=5, steps=20, rng=0).final
    np.testing.assert_allclose(part, whole[5:], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("order", "when"), [("predictor first", 0.4), ("corrector first", 0.5)])
def test_the_corrector_moves_at_the_time_its_order_says(order, when):
    """After a prediction from 0.5 to 0.4 it corrects at 0.4, algorithm 1 of the paper; before one, at 0.5, as the paper's code does."""
    seen = []

    class Watched(score.Langevin):
        def move(self, backward, t, x, z, p):
            seen.append(float(t))
            return x

    pair = score.PredictorCorrector(corrector=Watched(), corrections=2, order=order)
    process = reverse(score.VP(), score.Gaussian(np.zeros(2), 1.0), draws=pair.draws)
    pair.step(process, 0.5, jnp.ones(2), -0.1, Noise(jnp.ones(2 * pair.draws)), None)
    assert seen == pytest.approx([when, when])


@pytest.mark.slow
def test_corrections_repair():
    data, vp = score.Gaussian([1.0, -0.5], [1.0, 0.01]), score.VP()
    plain = gaussian_output(data, vp, score.ReverseDiffusion(), 60, spacing="log_snr").kl(data)
    corrected = score.PredictorCorrector(corrections=5, corrector=score.Langevin("stable", 0.2))
    assert gaussian_output(data, vp, corrected, 60, spacing="log_snr").kl(data) < 0.5 * plain


@pytest.mark.slow
def test_annealed_langevin_needs_levels_enough():
    """SMLD follows p_t with Langevin steps alone: 200 levels of 20 steps for VE from 5 to 0.05."""
    data, ve = score.Gaussian([1.0, -0.5], [1.0, 0.3]), score.VE(0.05, 5.0)
    few, many = (gaussian_output(data, ve, score.AnnealedLangevin(corrections=m), 200).kl(data) for m in (1, 20))
    assert many < 0.01 < few


def test_the_pitfall_of_realised_norms():
    """The step from one sample's own norms multiplies the variance by 26.8 in two dimensions: pitfall 19.

    4000 chains of 400 steps; the interval is four standard errors wide, false alarm below 1e-4 (heavy tails included by a
    median of ten groups being used).
    """
    draw = np.random.Generator(np.random.Philox(key=1))
    x, r = draw.standard_normal((4000, 2)), 0.16
    for _ in range(400):
        z = draw.standard_normal(x.shape)
        step = 2 * (r * np.linalg.norm(z, axis=1) / np.linalg.norm(x, axis=1))[:, None] ** 2
        x = x - step * x + np.sqrt(2 * step) * z
    own, _ = stationary(score.Langevin("snr", r), score.VE(0.1, 3.0), score.Gaussian(np.zeros(2), 1.0))
    assert x.var() > 5
    assert own.max() < 1.2 * (1 + score.VE(0.1, 3.0).std(T) ** 2)


def test_both_values_of_alpha():
    """The paper prints α = a² for VP; at t = 0.4 the step, and with it the bias, is a² as large: pitfall 6."""
    vp, unit = score.VP(), score.Gaussian(np.zeros(2), 1.0)
    plain, shrunk = (stationary(score.Langevin("snr", 0.16, shrinks), vp, unit)[0] for shrinks in (False, True))
    scale = vp.scale(T) ** 2
    np.testing.assert_allclose(plain, 1 / (1 - 0.16**2), rtol=1e-9)
    np.testing.assert_allclose(shrunk, 1 / (1 - 0.16**2 * scale), rtol=1e-9)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: score.Langevin("snr", -1.0), "size"),
        (lambda: score.Langevin("stable", 2.0), "size"),
        (lambda: score.Langevin("mala"), "rule"),
        (lambda: score.PredictorCorrector(order="both"), "order"),
        (lambda: score.PredictorCorrector(predictor=score.DPMSolver()), "predictor"),
        (lambda: score.PredictorCorrector(corrections=-1), "corrections"),
    ],
)
def test_impossible_correctors_are_refused(make, name):
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        make()
