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
