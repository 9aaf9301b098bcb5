"""A learned score is a score: of any noising, in any precision, under conditions; and it comes back from its run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError, ShapeError, StorageError
from evolaw.score.exact.normal import Gaussian
from evolaw.score.learned.fit import fit, pace
from evolaw.score.learned.model import ScoreModel
from evolaw.score.networks.mlp import MLP
from evolaw.score.networks.preconditioning import Preconditioning
from evolaw.score.networks.unet import UNet
from evolaw.score.noising.schedules import EDM, Rectified
from evolaw.score.noising.song import VE, VP, SubVP
from evolaw.storage import Run


def still(classes: int = 0, numbers: int = 0) -> ScoreModel:
    """A silent network under preconditioning: exactly the score of N(m, σd² I)."""
    net = MLP(width=4, depth=1).draw((2,), classes=classes, numbers=numbers, rng=0)
    return ScoreModel(net, Preconditioning(jnp.array([1.0, -2.0]), jnp.float32(0.6)), VP(), (2,), classes, numbers)


def lively(model: ScoreModel) -> ScoreModel:
    chance = np.random.default_rng(5)
    net = jax.tree.map(lambda leaf: jnp.asarray(chance.normal(0, 0.5, leaf.shape), jnp.float32), model.net)
    return model.changed(net=net)


@pytest.mark.parametrize("noising", [VP(), SubVP(), VE(), EDM(), Rectified()], ids=lambda n: type(n).__name__)
def test_one_network_is_the_score_of_every_noising(noising: Any) -> None:
    exact, x = Gaussian(np.array([1.0, -2.0]), 0.36), np.random.default_rng(0).normal(size=(5, 2))
    times = np.linspace(0.1, 0.9, 5)
    np.testing.assert_allclose(still().score(x, times, noising), exact.score(x, times, noising), rtol=2e-5)
    np.testing.assert_allclose(still().score(x, 0.3, noising), exact.score(x, 0.3, noising), rtol=2e-5)
    # σ = 0.001, or the least: a difference of two near numbers would keep one digit here
    early = max(noising.time_of_log_snr(7.0), 0.0)
    np.testing.assert_allclose(still().score(x, early, noising), exact.score(x, early, noising), rtol=2e-5)
    a, s = noising.scale(0.3), noising.std(0.3)
    tweedie = (x + s**2 * exact.score(x, 0.3, noising)) / a
    np.testing.assert_allclose(still().denoised(x, 0.3, noising), tweedie, rtol=2e-5)
    assert still().mean.tolist() == [1.0, -2.0]
    assert still().covariance == pytest.approx(np.full(2, 0.36))


@pytest.mark.slow
def test_it_answers_numpy_and_traced_code_alike_in_the_precision_asked() -> None:
    model, x = lively(still()), np.random.default_rng(0).normal(size=(3, 2))
    plain = model.score(x, 0.4)
    assert isinstance(plain, np.ndarray)
    assert plain.dtype == np.float64
    with precise("float64"):
        traced = jax.jit(lambda model, x: model.score(x, 0.4))(model, jnp.asarray(x))
        assert traced.dtype == jnp.float64
    np.testing.assert_allclose(traced, plain, rtol=1e-5)
    assert model.score(jnp.asarray(x, jnp.float32), 0.4).dtype == jnp.float32


@pytest.mark.slow
def test_conditions_are_told_to_every_state_or_to_each() -> None:
    model, x = lively(still(classes=3)), np.random.default_rng(0).normal(size=(3, 2))
    each = model.given(np.array([0, 1, 2])).score(x, 0.4)
    for k in range(3):
        np.testing.assert_allclose(model.given(k).score(x, 0.4)[k], each[k], rtol=1e-5)
    told, plain, strong = (m.denoised(x, 0.4) for m in (model.given(1), model, model.given(1, weight=2.0)))
    np.testing.assert_allclose(strong, 3 * told - 2 * plain, rtol=1e-3, atol=1e-5)
    vectors = lively(still(numbers=2))
    assert vectors.given(np.ones((3, 2))).score(x, 0.4) == pytest.approx(vectors.given(np.ones(2)).score(x, 0.4))


def test_what_it_was_not_trained_for_is_refused() -> None:
    x = np.ones((4, 2))
    for model, condition in (
        (still(), 0),
        (still(classes=3), 3),
        (still(classes=3), -1),
        (still(classes=3), 0.5),
        (still(classes=3), np.zeros((2, 2), int)),
        (still(numbers=2), np.ones(3)),
        (still(numbers=2), [np.nan, 1.0]),
    ):
        with pytest.raises(ArgumentError, match="condition"):
            model.given(condition)
    with pytest.raises(ArgumentError, match=r"training data had states of, but is \[1\]"):
        still(classes=3).changed(unseen=(1,)).given(np.array([0, 1]))
    with pytest.raises(ArgumentError, match="weight"):
        still(numbers=2).given(np.ones(2), weight=1.0)
    with pytest.raises(ShapeError, match=r"`x` must have shape \(count, 2\)"):
        still().score(np.ones((4, 3)), 0.4)
    with pytest.raises(ShapeError, match="3 states, one for each condition, but holds 4"):
        still(classes=3).given([0, 1, 2]).score(x, 0.4)


def test_a_model_comes_back_with_its_weights(tmp_path: Path) -> None:
    model = lively(still(classes=4)).changed(history=((1, 0.5, 0.1), (2, 0.25, 0.2)), unseen=(2,))
    again = ScoreModel.load(model.save(tmp_path / "run"))
    assert eqx.tree_equal(again, model)
    assert repr(again) == repr(model)
    assert "3 classes" in repr(model)
    assert "loss 0.25" in model._repr_html_()
    assert Run.open(tmp_path / "run").verify() == []
    with pytest.raises(StorageError, match=r"another architecture: .*shape \(4,\) there and .*\(5,\) here"):
        ScoreModel.load(tmp_path / "run", MLP(width=5, depth=1).draw((2,), classes=4, rng=0))
    with pytest.raises(StorageError, match="kept no averages"):
        ScoreModel.load(tmp_path / "run", width=0.1)


def test_a_network_put_there_from_another_run_is_named(tmp_path: Path) -> None:
    model = still(numbers=2)
    assert ScoreModel.load(model.save(tmp_path / "run")).numbers == 2
    for name, net in (("plain", MLP(width=4, depth=1)), ("field", UNet((4,)))):
        other = model.changed(net=net.draw((3,) if name == "plain" else (4, 4), numbers=2, rng=0))
        with pytest.raises(
            StorageError, match=r"another architecture: its states are of shape \(2,\), and its network"
        ):
            ScoreModel.load(other.save(tmp_path / name))


def test_other_runs_are_refused(tmp_path: Path) -> None:
    with Run.create(tmp_path / "other", about={"kind": "trajectory"}):
        pass
    with pytest.raises(ArgumentError, match="score model"):
        ScoreModel.load(tmp_path / "other")
    with Run.create(tmp_path / "bare", about={"kind": "score model"}):
        pass
    with pytest.raises(StorageError, match="does not say"):
        ScoreModel.load(tmp_path / "bare")


@pytest.mark.slow
def test_another_average_is_reconstructed_from_a_training(tmp_path: Path) -> None:
    """Of the width that was kept it is the kept one; of a width between, it lies between."""
    data = np.random.default_rng(0).normal(size=(64, 2)) * [1.0, 3.0]
    schedule = pace(60, widths=(0.05, 0.2))
    fit(MLP(width=4, depth=1), data, VP(), schedule=schedule, batch=16, rng=0, out=tmp_path / "run")
    narrow, middle, wide = (ScoreModel.load(tmp_path / "run", width=w) for w in (0.05, 0.1, 0.2))
    kept = ScoreModel.load(tmp_path / "run")
    gaps = [float(jnp.linalg.norm(m.net.last - wide.net.last)) for m in (narrow, middle)]
    assert 0 < gaps[1] < gaps[0]
    assert not eqx.tree_equal(kept.net, wide.net)
