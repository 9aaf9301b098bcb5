"""Terms with coefficients as a process: the same numbers as the terms, held inside the box, one compilation."""

from __future__ import annotations

import numpy as np

from evolaw.discovery.diffusions.model.expressions import read_term
from evolaw.discovery.diffusions.model.process import fitted_process

NAMES = ["x", "y"]
TERMS = tuple(read_term(text, NAMES) for text in ("1", "x^2 y", "atan(x)", "asinh(y)"))
VALUES = np.array([0.5, -1.0, 2.0, 0.3])


def test_drift_and_diffusion_are_those_of_the_terms() -> None:
    state = np.array([0.7, -1.3])
    process = fitted_process(NAMES, {"y": (TERMS, VALUES)}, {"x": (TERMS[:2], np.array([2.0, -0.1]))})
    expected = sum(v * term.values([state[:1], state[1:]])[0] for v, term in zip(VALUES, TERMS, strict=True))
    assert np.allclose(process.drift_at(0.0, state), [0.0, expected], rtol=1e-6)
    spread = 2.0 - 0.1 * 0.7**2 * -1.3
    assert process.noise == "general"
    assert fitted_process(NAMES, {}, {"x": ((read_term("x^2", NAMES),), np.ones(1))}).noise == "diagonal"
    assert np.allclose(process.diffusion_at(0.0, state), np.diag([np.sqrt(2 * spread), 0.0]), rtol=1e-6)


def test_terms_are_not_asked_outside_the_box_and_d_not_below_its_least() -> None:
    box = (np.array([-1.0, -np.inf]), np.array([1.0, np.inf]))
    spread = {"x": (TERMS[:1], np.array([-3.0]))}
    process = fitted_process(NAMES, {"x": (TERMS[1:2], np.ones(1))}, spread, least={"x": 0.125}, box=box)
    assert np.allclose(process.drift_at(0.0, np.array([50.0, 3.0])), [3.0, 0.0])
    assert process.noise == "additive"
    assert np.allclose(process.diffusion_at(0.0, np.zeros(2)), [0.5, 0.0])


def test_the_same_terms_are_the_same_functions() -> None:
    """The loop compiles a function once: other coefficients must not bring another function."""
    one, other = (fitted_process(NAMES, {"x": (TERMS, k * VALUES)}, {}) for k in (1, 2))
    assert one.drift is other.drift and one.diffusion is other.diffusion
