"""Inpainting: the table of score.md, section 6, without chance; final numbers; decouplings."""

import numpy as np
import pytest

from evolaw import score, sde
from evolaw.errors import ArgumentError
from evolaw.score.control import replacement
from evolaw.score.league.affine import affine_output
from evolaw.score.samplers.sampler import process_for

PAIR, VP = score.Gaussian(np.zeros(2), np.array([[1.0, 0.9], [0.9, 1.0]])), score.VP()
KNOWN = score.Known(PAIR, [1.5, 0.0], np.array([True, False]))


def moments(corrections, steps=1000, known=KNOWN, order="predictor first"):
    moves = score.PredictorCorrector(sde.EulerMaruyama(), score.Langevin("snr"), corrections, order)
    scheme = score.Replacement(moves)
    process, times = process_for(VP, known, scheme), score.time_grid(VP, steps)
    found = affine_output(process, scheme, times[:-1], np.diff(times), np.zeros(2), np.eye(2))
    return found.mean, found.covariance


@pytest.mark.parametrize(
    ("corrections", "mean", "variance"),
    [(0, 0.936, 0.3147), (1, 1.338, 0.1972), pytest.param(5, 1.349, 0.1952, marks=pytest.mark.slow)],
)
def test_the_corrector_repairs_what_the_predictor_biases(corrections, mean, variance):
    """Truth: 1.350 and 0.190. The states are those at ε = 1e-3; the first row depends on the predictor in its third digit."""
    found_mean, found = moments(corrections)
    assert found_mean[1] == pytest.approx(mean, abs=0.006)
    assert found[1, 1] == pytest.approx(variance, abs=0.004)
    # The known number is y, with the noise of ε and not that of the start.
    assert found_mean[0] == pytest.approx(1.5 * VP.scale(1e-3), rel=1e-6)
    assert found[0, 0] == pytest.approx(VP.std(1e-3) ** 2, rel=1e-4)


@pytest.mark.slow
def test_steps_even_in_log_snr_let_known_and_unknown_meet():
    """`inpaint` as it is without options, 200 steps: truth 1.350 and 0.190; even in time it was 1.306 and 0.204."""
    moves = score.PredictorCorrector(corrector=score.Langevin("snr"), corrections=2)
    scheme, times = score.Replacement(moves), score.time_grid(VP, 200, "log_snr")
    process = process_for(VP, KNOWN, scheme)
    found = affine_output(process, scheme, times[:-1], np.diff(times), np.zeros(2), np.eye(2))
    assert found.mean[1] == pytest.approx(1.350, abs=0.002)
    assert found.covariance[1, 1] == pytest.approx(0.19, abs=0.006)


def test_known_numbers_are_noised_from_the_start():
    """Pitfall 5: after one step they stand at a y + s z, whatever the prior was."""
    mean, covariance = moments(1, steps=2, order="corrector first")
    assert mean[0] == pytest.approx(1.5 * VP.scale(1e-3), rel=1e-6)
    assert covariance[0, 0] == pytest.approx(VP.std(1e-3) ** 2, rel=1e-4)


@pytest.mark.slow
def test_the_last_denoising_reaches_the_unknown_numbers():
    """Pitfall 4: score_sde's x_mean keeps the noise of ε in them. Here ε is large enough to see: s² = 0.4."""
    noising = score.VP(least=0.2)
    wide = score.Gaussian(np.zeros(2), np.array([[1.0, 0.0], [0.0, 1e-4]]))
    found = score.inpaint(wide, noising, [1.5, 0.0], [True, False], count=2000, steps=60, rng=0)
    assert (found.final[:, 0] == 1.5).all()
    assert found.final[:, 1].var() < 1e-3
    noisy = score.inpaint(wide, noising, [1.5, 0.0], [True, False], count=2000, steps=60, rng=0, last="none")
    assert noisy.final[:, 1].var() > 0.2


@pytest.mark.parametrize(
    ("options", "spacing"),
    [({}, "log_snr"), ({"spacing": "uniform"}, "uniform"), ({"moves": score.PredictorCorrector()}, None)],
)
def test_steps_fall_where_inpainting_wants_them(options, spacing, monkeypatch):
    """What is handed to the sampler; the test above says what even steps in log-SNR are worth."""
    asked = {}
    monkeypatch.setattr(replacement, "sample", lambda *given, **more: asked.update(more))
    score.inpaint(PAIR, VP, [1.5, 0.0], [True, False], count=2, steps=4, rng=0, last="none", **options)
    assert asked.get("spacing") == spacing


@pytest.mark.slow
def test_another_basis_is_inpainting_there():
    """Known sum in turned coordinates: x0 + x1 = 2 gives mean 1 and a spread along the difference, exactly PAIR's."""
    turn = np.array([[1.0, 1.0], [1.0, -1.0]]) / np.sqrt(2)
    found = score.inpaint(PAIR, VP, [np.sqrt(2), 0.0], [True, False], matrix=turn, count=3000, steps=120, rng=0).final
    np.testing.assert_allclose(found.sum(1), 2.0, rtol=1e-12)
    apart = found[:, 0] - found[:, 1]
    assert abs(apart.mean()) < 4.5 * np.sqrt(0.2 / 3000)
    assert apart.var() == pytest.approx(0.2, rel=0.2)


@pytest.mark.slow
def test_colours_keep_the_grey():
    draw = np.random.Generator(np.random.Philox(key=4))
    target = score.Gaussian(np.zeros((2, 1, 2)), 0.5)
    grey = draw.standard_normal((1, 2))
    moves = score.PredictorCorrector(corrections=1)
    found = score.colourise(target, VP, grey, count=6, steps=20, rng=0, moves=moves).final
    assert found.shape == (6, 2, 1, 2)
    np.testing.assert_allclose(found.mean(1), np.broadcast_to(grey, (6, 1, 2)), atol=1e-12)
    assert found.std() > 0.3
    matrix = score.colour_matrix(3)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"mask": [True, True, False]}, "mask"),
        ({"mask": [1, 0]}, "mask"),
        ({"mask": [True, True]}, "mask"),
        ({"values": [np.nan, 0.0]}, "values"),
        ({"matrix": np.ones((2, 2))}, "matrix"),
        ({"matrix": np.eye(3)}, "matrix"),
    ],
)
def test_impossible_knowledge_is_refused(change, name):
    asked = {"values": [1.0, 0.0], "mask": [True, False]} | change
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        score.Known(PAIR, asked["values"], asked["mask"], asked.get("matrix"))


@pytest.mark.slow
def test_replacement_is_for_known_scores_and_colours_for_images():
    with pytest.raises(ArgumentError, match=r"evolaw\.score\.inpaint"):
        score.sample(PAIR, VP, score.Replacement(), count=2, steps=3, rng=0)
    with pytest.raises(ArgumentError, match="`target`"):
        score.colourise(PAIR, VP, np.zeros((2, 2)), count=1, steps=2, rng=0)
