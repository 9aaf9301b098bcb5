"""`sample`: what comes out, that it hangs on nothing else, and that every sampler draws a mixture."""

import numpy as np
import pytest

from evolaw import score, sde
from evolaw.errors import ArgumentError, NumericalError, StorageError

ANGLES = np.arange(4) * np.pi / 2
RING = score.GaussianMixture(2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1), 0.1, [1, 2, 3, 4])


def unlike(x, target, expected=None):
    """Deviations of weights, mean and covariance in standard errors, largest."""
    count = len(x)
    nearest = ((x[:, None] - target.means) ** 2).sum(-1).argmin(1)
    shares, w = np.bincount(nearest, minlength=len(target.means)) / count, target.weights
    apart = x - target.mean
    products = apart[:, :, None] * apart[:, None, :]
    z = [
        (shares - w) / np.sqrt(w * (1 - w) / count),
        apart.mean(0) / np.sqrt(np.diag(target.covariance) / count),
        ((products.mean(0) - target.covariance) / (products.std(0) / np.sqrt(count))).ravel(),
    ]
    return max(np.abs(part).max() for part in z)


def energy_distance(x, y):
    """2 E|X - Y| - E|X - X'| - E|Y - Y'|, unbiased."""

    def mean(a, b):
        return np.sqrt(((a[:, None] - b) ** 2).sum(-1)).mean()

    n, m = len(x), len(y)
    return 2 * mean(x, y) - mean(x, x) * n / (n - 1) - mean(y, y) * m / (m - 1)


@pytest.mark.slow
def test_samples_are_those_of_the_mixture_and_hang_on_seed_and_number_alone():
    """10 numbers within 4.5 standard errors: false alarm below 1e-4."""
    options = {"steps": 250, "rng": 0, "spacing": "log_snr", "last": "sampled"}
    whole = score.sample(RING, score.VP(), score.Ancestral("forward"), count=4096, **options)
    assert whole.final.shape == (4096, 2)
    assert whole.times[-1] == 0.0
    assert unlike(whole.final, RING) < 4.5
    part = score.sample(RING, score.VP(), score.Ancestral("forward"), count=64, first=1000, chunk=64, **options)
    np.testing.assert_allclose(part.final, whole.final[1000:1064], rtol=1e-9, atol=1e-11)


@pytest.mark.slow
def test_trajectories_on_request_and_states_of_any_shape():
    target = score.Gaussian(np.zeros((2, 3)), 0.5)
    kept = score.sample(target, score.VE(0.1, 3.0), score.DPMSolver(), count=3, steps=10, rng=0, keep=5)
    assert kept.values.shape == (3, 5, 2, 3)
    assert kept.axes == ("paths", "times", "rows", "cols")
    assert (np.diff(kept.times) < 0).all()
    plain = score.sample(target, score.VE(0.1, 3.0), score.DPMSolver(), count=3, steps=10, rng=0, last="none")
    np.testing.assert_allclose(plain.final, kept.values[:, -2], rtol=1e-12)
    again = score.sample(
        target, score.VE(0.1, 3.0), score.DPMSolver(), count=3, steps=10, rng=9, last="none", start=plain.values[:, 0]
    )
    np.testing.assert_array_equal(again.final, plain.final)


@pytest.mark.slow
def test_fewer_steps_see_the_sum_of_the_noise_of_more():
    """The same path at 1024 and at 2048 steps of the reverse SDE; other noise would differ by a standard deviation."""
    process = score.reverse(score.VP(least=0.05), RING)
    ends = [
        sde.solve(
            process, sde.EulerMaruyama(), np.ones(2), [1.0, 0.05], steps=steps, fine=2048 // steps, paths=16, rng=0
        ).final
        for steps in (1024, 2048)
    ]
    assert np.median(np.abs(ends[0] - ends[1])) < 0.02


class Blind:
    """A score that is not finite below t = 0.5."""

    shape = (1,)

    def score(self, x, t, noising):
        return -x / (t > 0.5)


@pytest.mark.slow
def test_what_went_wrong_is_said():
    with pytest.raises(NumericalError, match="did not stay finite"):
        score.sample(Blind(), score.VP(), score.ReverseDiffusion(), count=2, steps=10, rng=0)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"count": 0}, "count"),
        ({"steps": 0}, "steps"),
        ({"rng": None}, "rng"),
        ({"last": "mean"}, "last"),
        ({"spacing": "cosine"}, "spacing"),
        ({"start": np.zeros((3, 2))}, "start"),
        ({"keep": 1}, "keep"),
        ({"count": 2**31, "keep": 10_000}, "count"),
    ],
)
def test_impossible_requests_are_refused(change, name):
    asked = {"count": 2, "steps": 3, "rng": 0} | change
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        score.sample(RING, score.VP(), score.DPMSolver(), **asked)


SAMPLERS = [
    score.ReverseDiffusion(),
    score.ReverseDiffusion(flow=True),
    score.Ancestral(),
    score.Ancestral("forward"),
    score.DDIM(),
    score.DDIM(0.5),
    score.DPMSolver(),
    score.DPMSolver(1.0),
    score.EDMHeun(),
    score.EDMHeun(churn=0.1),
    score.PredictorCorrector(),
    score.PredictorCorrector(corrector=score.Langevin("ald"), order="corrector first"),
    sde.EulerMaruyama(),
    sde.SRA1(),
    sde.Heun(),
]


@pytest.mark.slow
@pytest.mark.parametrize("noising", [score.VP(), score.SubVP(), score.VE(0.01, 20.0)], ids=["VP", "SubVP", "VE"])
@pytest.mark.parametrize("scheme", SAMPLERS, ids=lambda scheme: scheme.name)
def test_every_sampler_with_every_noising(scheme, noising):
    """300 steps. Means, covariances and weights within 5 standard errors: 45 runs of 10 numbers, false alarm below 1e-3. The energy
    distance to one true set of 1000, from which 25 others are 0.007 ± 0.005, below 0.035."""
    found = score.sample(RING, noising, scheme, count=2048, steps=300, rng=1, spacing="log_snr", last="sampled").final
    assert unlike(found, RING) < 5
    assert energy_distance(found[:1000], RING.sample(1000, rng=2)) < 0.035


def test_a_finished_run_gives_its_samples_again(tmp_path):
    """The run keeps the states before the last step; the same call was refused, and what a kill had taken there was lost."""
    two = score.GaussianMixture([[-1.0], [1.0]], 0.01)

    def draw(seed=0):
        return score.sample(two, score.VP(), score.DPMSolver(), count=6, steps=4, rng=seed, out=tmp_path / "run")

    first = draw()
    again = draw()
    assert np.array_equal(np.asarray(again.values), np.asarray(first.values))
    assert again.times.tolist() == first.times.tolist()
    with pytest.raises(StorageError, match="another solution"):
        draw(1)
