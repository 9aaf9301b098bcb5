"""The form is that of generalised least squares, whatever the condition."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm, from_information, from_moments


def least_squares(seed: int, count: int = 400) -> tuple[GaussianForm, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    phi = rng.normal(size=(count, 3)) @ np.array([[1.0, 0.3, 0.0], [0.0, 1.0, 0.5], [0.0, 0.0, 2.0]])
    y = phi @ np.array([1.0, 0.0, -2.0]) + rng.normal(size=count)
    basis = np.linalg.qr(phi, mode="r")
    inverse = np.linalg.inv(basis)
    a = inverse.T @ phi.T @ phi @ inverse
    return from_moments(("a", "b", "c"), a, inverse.T @ phi.T @ y, a, basis, count), phi, y


def test_estimate_and_error_are_those_of_least_squares() -> None:
    form, phi, y = least_squares(0)
    assert form.estimate == pytest.approx(np.linalg.lstsq(phi, y, rcond=None)[0])
    assert form.error == pytest.approx(np.sqrt(np.diag(np.linalg.inv(phi.T @ phi))))


def test_precision_and_covariance_are_each_others_inverse_in_natural_units() -> None:
    form, *_ = least_squares(1)
    precision, score = form.natural
    covariance = form.spread @ form.spread.T / np.outer(form.unit, form.unit)
    assert precision @ covariance == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.solve(precision, score) == pytest.approx(form.estimate / form.unit)


def test_holding_a_coefficient_is_regressing_on_the_rest() -> None:
    form, phi, y = least_squares(2)
    held = form.with_relation(np.array([0, 2]), np.array([0.0, 0.7, 0.0]))
    expected = np.linalg.lstsq(phi[:, [0, 2]], y - 0.7 * phi[:, 1], rcond=None)[0]
    assert held.estimate == pytest.approx(expected)


def test_the_natural_size_leaves_the_noise_of_the_fit_out() -> None:
    """rms f = sqrt(c'Gc) with G the terms' second moments; the mean over 200 fits of 60 points is within 5 standard errors."""
    sizes = [least_squares(seed, 60)[0].size ** 2 for seed in range(200)]
    mixing = np.array([[1.0, 0.3, 0.0], [0.0, 1.0, 0.5], [0.0, 0.0, 2.0]])
    true = np.array([1.0, 0.0, -2.0]) @ mixing.T @ mixing @ np.array([1.0, 0.0, -2.0])
    assert abs(np.mean(sizes) - true) < 5 * np.std(sizes) / np.sqrt(200)


def test_a_likelihood_gives_the_same_form_as_its_moments() -> None:
    form, phi, y = least_squares(3)
    basis = np.linalg.qr(phi, mode="r")
    other = from_information(form.names, basis @ form.estimate, np.eye(3), basis, len(y))
    assert other.error == pytest.approx(form.error)
    assert other.natural[0] == pytest.approx(form.natural[0])


def test_the_size_of_each_term_is_its_root_mean_square() -> None:
    """φ₁ = 1 and φ₂ = 2 + 3ξ with ⟨ξ⟩ = 0, ⟨ξ²⟩ = 1: R = [[1, 2], [0, 3]], rms 1 and √13; a drift of size 26 has units 26 and 26/√13."""
    basis = np.array([[1.0, 2.0], [0.0, 3.0]])
    form = GaussianForm(("1", "x"), np.zeros(2), np.eye(2), np.eye(2), basis, 26.0, 100)
    assert form.rms == pytest.approx([1, np.sqrt(13)])
    assert form.unit == pytest.approx([26, 26 / np.sqrt(13)])


def test_the_size_of_the_drift_has_its_noise_taken_off_down_to_a_tenth() -> None:
    """Θ̂ = 6 with V = 4 and A = 1 over 9 rows: ⟨f̂²⟩ = 36/9 less 4/9, √(32/9); with V = 400 the noise is more than all, and √(0.01·4) is kept."""
    one, names = np.eye(1), ("x",)
    for variance, size in ((4.0, np.sqrt(32 / 9)), (400.0, 0.2)):
        form = from_moments(names, one, np.array([6.0]), variance * one, 3 * one, 9)
        assert form.size == pytest.approx(size)
        assert form.estimate == pytest.approx([2.0]) and form.error == pytest.approx([np.sqrt(variance) / 3])
        assert form.rms == pytest.approx([1.0])
