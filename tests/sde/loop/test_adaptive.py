"""What chooses a step and what is carried along: renewed in every step, it chooses none."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde.loop.adaptive import adaptive


@pytest.mark.slow
def test_what_is_renewed_in_each_step_chooses_none():
    """y1 is carried along with a slope of 1, or of 1 + the number of steps kept; both paths take the steps that y0 asks for."""

    def flow(t, y, own):
        return jnp.stack([-y[0], own[0]])

    def renew(own, kept):
        return own + kept[None] * jnp.array([[0.0, 1.0]])

    def loud(t, y, slope, delta):
        return jnp.stack([1e9 * delta[1], delta[0]])

    start = jnp.array([[1.0, 0.0], [1.0, 0.0]])
    options = {"rtol": 1e-5, "atol": 1e-5, "own": jnp.ones((2, 1))}
    ended = adaptive(flow, start, 0.0, 3.0, led=1, renew=renew, measure=loud, held=slice(1, None), **options)
    one = start[:, :1]
    plain = adaptive(
        lambda t, y, own: -y, one, 0.0, 3.0, rtol=1e-5, atol=1e-5, measure=lambda t, y, slope, delta: delta
    )
    assert ended.steps.tolist() == plain.steps.tolist()
    np.testing.assert_allclose(ended.y[:, 0], plain.y[:, 0], rtol=1e-6)
    assert abs(float(ended.y[0, 1]) - 3) < 1e-5
    # Σ (1 + k) h_k lies between T and T times the steps; a number that counted nothing would leave T.
    assert 4.0 < float(ended.y[1, 1]) < 3.0 * int(ended.steps[1])
