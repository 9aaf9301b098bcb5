"""EDM, cosine, rectified, and equations of a user's own functions."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError


@pytest.mark.slow
def test_ones_own_beta_is_the_same_equation_as_the_named_one():
    """A custom β(t) and g(t) reach the closed form of sub-VP to 1e-9, at small times too."""
    named = score.SubVP()
    own = score.FromCoefficients(named.rate, lambda t: jnp.sqrt(named.squared_diffusion(t)))
    times = np.geomspace(1e-4, 1.0, 40)
    np.testing.assert_allclose(own.std(times), named.std(times), rtol=1e-9)
    np.testing.assert_allclose(own.log_scale(times), named.log_scale(times), rtol=1e-10)


@pytest.mark.slow
def test_differentiated_kernels_give_the_coefficients():
    named = score.VP()
    own = score.FromKernel(lambda t: named.scale(jnp.asarray(t)), lambda t: named.std(jnp.asarray(t)))
    times = np.linspace(0.01, 1, 9)
    np.testing.assert_allclose(own.rate(times), named.rate(times), rtol=1e-10)
    np.testing.assert_allclose(own.squared_diffusion(times), named.squared_diffusion(times), rtol=1e-9)


def test_the_rectified_path_is_a_straight_line():
    path = score.Rectified()
    assert path.scale(0.3) + path.std(0.3) == pytest.approx(1.0)
    assert score.EDM().std(7.0) == 7.0
    assert score.Cosine().scale(0.3) ** 2 + score.Cosine().std(0.3) ** 2 == pytest.approx(1.0)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: score.FromKernel(1.0, lambda t: t), "scale_of"),
        (lambda: score.FromKernel(lambda t: 1.0, lambda t: 1.0 - t / 2), "noising"),
        (lambda: score.FromCoefficients(lambda t: 0 * t, lambda t: jnp.sqrt(t - 0.5)), "noising"),
        (lambda: score.FromCoefficients(lambda t: 0 * t, 1.0), "diffusion_of"),
        (lambda: score.EDM(1.0, 0.5), "sigma_max"),
        (lambda: score.Cosine(end=1.0), "end"),
        (lambda: score.Rectified(end=1.0), "end"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_no_noising_is_refused(make, name):
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        make()
