"""The reverse-time processes: their sign, their half, and their family, pinned on a Gaussian."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import score, sde
from evolaw.errors import ArgumentError
from evolaw.score.league.affine import affine_output
from evolaw.score.samplers.backward import Backward, narrowed

DATA = score.Gaussian([1.0, -0.5], [[1.0, 0.3], [0.3, 0.4]])
NOISINGS = [
    score.VP(least=0.01),
    *(
        pytest.param(one, marks=pytest.mark.slow)
        for one in (score.SubVP(least=0.05), score.VE(0.05, 5.0), score.EDM(0.05, 5.0))
    ),
]


@pytest.mark.parametrize("noising", NOISINGS, ids=repr)
def test_the_flow_is_the_exact_map(noising):
    """RK4 down the probability flow reaches the closed form; with g² in place of ½ g² it misses it by far."""
    x = DATA.sample(3, rng=0, t=noising.end, noising=noising)
    times = score.time_grid(noising, 128, "log_snr")
    found = sde.solve(
        score.probability_flow(noising, DATA), sde.RungeKutta4(), x, times[[0, -1]], grid=times, paths=3, rng=None
    )
    exact = DATA.flow_map(x, noising.end, noising.least, noising)
    np.testing.assert_allclose(found.final, exact, rtol=2e-6, atol=2e-6)


@pytest.mark.slow
def test_euler_runs_down_the_flow():
    """Euler–Maruyama with η = 0: score_sde_pytorch raises TypeError here. To first order it is the exact map."""
    x = DATA.sample(3, rng=0, t=1.0, noising=score.VP(least=0.01))
    noising = score.VP(least=0.01)
    exact = DATA.flow_map(x, 1.0, 0.01, noising)
    found = [
        score.sample(
            DATA,
            noising,
            sde.EulerMaruyama(),
            count=3,
            steps=n,
            rng=0,
            eta=0.0,
            start=x,
            last="none",
            spacing="log_snr",
        ).final
        for n in (200, 400)
    ]
    few, many = (np.abs(one - exact).max() for one in found)
    assert many < 0.02 and 1.8 < few / many < 2.2


@pytest.mark.parametrize(
    "eta", [1.0, pytest.param(0.5, marks=pytest.mark.slow), pytest.param(1.5, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("slip", [None, "sign", "half"])
def test_every_member_of_the_family_keeps_the_marginals(eta, slip):
    """From p_T to p_ε by Euler–Maruyama in 3000 steps, without chance; a wrong sign or factor is off by far more."""
    noising = score.VP(least=0.01)
    process = score.reverse(noising, DATA, eta)
    if slip:
        kept = process.drift

        class Slip(Backward):
            def __call__(self, t, x, p):
                g2 = self.noising.squared_diffusion(t)
                if slip == "half":
                    return self.noising.rate(t) * x - g2 / 2 * self.score(t, x, p)
                return self.noising.rate(t) * x + (1 + self.eta**2) / 2 * g2 * self.score(t, x, p)

        object.__setattr__(process, "drift", Slip(kept.noising, kept.frame, kept.shape, kept.eta))
    times = score.time_grid(noising, 3000)
    start = [
        noising.scale(1.0) * DATA.mean,
        noising.scale(1.0) ** 2 * DATA.covariance + noising.std(1.0) ** 2 * np.eye(2),
    ]
    found = affine_output(process, sde.EulerMaruyama(), times[:-1], np.diff(times), *start)
    a, s = noising.scale(0.01), noising.std(0.01)
    wrong = np.abs(found.covariance - a**2 * DATA.covariance - s**2 * np.eye(2)).max()
    is_right = slip is None or (slip == "half" and eta == 0)
    assert (wrong < 0.005) == is_right
    assert not is_right or np.abs(found.mean - a * DATA.mean).max() < 0.005


def test_draws_beyond_the_first_move_nothing():
    wide = score.reverse(score.VP(), DATA, draws=3)
    assert wide.noises == 6
    push = wide.diffuse(0.5, jnp.zeros(2), jnp.arange(1.0, 7.0))
    np.testing.assert_allclose(push, score.VP().diffusion(0.5) * np.array([1.0, 2.0]), rtol=1e-6)
    assert narrowed(wide).noises == 2
    assert narrowed(score.reverse(score.VP(), DATA)).noises == 2


def test_scores_of_another_shape_are_refused():
    class Wrong:
        shape = (2,)

        def score(self, x, t, noising):
            return x[:, :1]

    with pytest.raises(ArgumentError, match="`target`"):
        score.reverse(score.VP(), Wrong()).drift_at(0.5, jnp.zeros(2))
    with pytest.raises(ArgumentError, match="`shape`"):
        score.reverse(score.VP(), object())
    with pytest.raises(ArgumentError, match="`eta`"):
        score.reverse(score.VP(), DATA, -1.0)


class Watched:
    """A score of N(0, I/2) that notes how many states it is shown; the batches it asks for are an argument."""

    shape = (3,)

    def __init__(self, batched):
        self.batched, self.seen = batched, set()

    def score(self, x, t, noising):
        self.seen.add(x.shape)
        return -x / (noising.scale(t) ** 2 / 2 + noising.std(t) ** 2)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [score.DPMSolver(), sde.EulerMaruyama()], ids=lambda scheme: scheme.name)
def test_a_score_that_asks_for_batches_is_shown_batches(scheme):
    """Of 2048 at most, for states of three numbers: two of 1050; the samples are those of a score that sees one state at a time."""
    ends, seen = [], []
    for batched in (True, False):
        target = Watched(batched)
        drawn = score.sample(target, score.VP(), scheme, count=2100, steps=3, rng=0, last="none", prior="plain")
        ends.append(drawn.final)
        seen.append(target.seen)
    np.testing.assert_allclose(*ends, rtol=1e-12, atol=1e-12)
    assert (1050, 3) in seen[0]
    assert seen[1] == {(1, 3)}
