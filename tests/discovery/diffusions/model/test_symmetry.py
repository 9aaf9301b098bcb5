"""Declared symmetries: the equations of an equivariant law, against laws written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.problem import pose
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


def plane(**options: object) -> Case:
    walk = np.cumsum(np.random.default_rng(0).normal(size=(90, 2)), 0)
    about = {"names": ["x", "y"], "units": options.pop("units", ["", ""])}
    return pose(Trajectory(walk, np.arange(90.0), ("times", "dim"), about=about), **options)  # type: ignore[arg-type]


def free(case: Case) -> set[str]:
    """Entries with a coefficient of their own."""
    every = {f"{c}: {t.name}" for c in case.drift for t in case.drift[c]}
    every |= {f"{c}: D {t.name}" for c in case.diffusion for t in case.diffusion[c]}
    return every - set(case.relations) - set(case.known)


def test_a_rotation_leaves_radius_and_turn() -> None:
    """f = (a + b r²)(x, y) + (c + d r²)(y, −x), D = e + g r²: six coefficients of 32."""
    case = plane(library="poly:3", diffusion="poly:2", symmetry="rotation", noise=0.0)
    assert free(case) == {"x: x", "x: y", "x: x^3", "x: x^2*y", "x: D 1", "x: D x^2"}
    assert case.relations["y: x^2*y"] == case.relations["x: x*y^2"] == case.relations["y: y^3"] == {"x: x^3": 1.0}
    assert case.relations["y: x"] == {"x: y": -1.0} and case.relations["y: x*y^2"] == {"x: x^2*y": -1.0}
    assert case.relations["x: D x*y"] == case.relations["x: 1"] == {}
    fifth = plane(library="poly:5", symmetry="rotation x y", noise=0.0)
    assert fifth.relations["x: x^3*y^2"] == {"x: x^5": 2.0}  # (x² + y²)² x


def test_reflections_leave_odd_drifts_and_even_noises() -> None:
    case = plane(library="poly:3", diffusion="poly:2", symmetry="reflection", noise=0.0)
    assert {e for e in free(case) if e.startswith("x: ")} == {
        *("x: x", "x: y", "x: x^3", "x: x^2*y", "x: x*y^2", "x: y^3", "x: D 1", "x: D x^2", "x: D x*y", "x: D y^2")
    }
    one = plane(library="poly:2", symmetry="reflection x", noise=0.0)
    assert free(one) == {"x: x", "x: x*y", "x: D 1", "y: 1", "y: y", "y: x^2", "y: y^2", "y: D 1"}


def test_translations_leave_what_does_not_change_along_them() -> None:
    one = plane(library="poly:2", symmetry="translation x", noise=0.0)
    assert free(one) == {"x: 1", "x: y", "x: y^2", "x: D 1", "y: 1", "y: y", "y: y^2", "y: D 1"}
    together = plane(
        library="1, sin(x), cos(y), sin(x-y), sin(x)cos(y), cos(x)sin(y)", symmetry="translation x, y", noise=0.0
    )
    assert free(together) == {"x: 1", "x: sin(x-y)", "x: D 1", "y: 1", "y: sin(x-y)", "y: D 1"} | {
        "x: sin(x)cos(y)",
        "y: sin(x)cos(y)",
    }
    assert together.relations["x: cos(x)sin(y)"] == {"x: sin(x)cos(y)": -1.0}


def test_hidden_velocities_turn_with_their_positions() -> None:
    case = plane(library="1, x, y, v_x, v_y", hidden="velocity", symmetry="rotation; reflection x", noise=0.0)
    assert free(case) == {"v_x: x", "v_x: v_x", "v_x: D 1"}
    assert case.relations["v_y: v_y"] == {"v_x: v_x": 1.0} and case.relations["v_x: v_y"] == {}


def test_known_values_go_round_with_a_symmetry() -> None:
    case = plane(library="poly:1", known="y: y=-2", symmetry="rotation", noise=0.0)
    assert case.known["x: x"] == -2.0 and free(case) == {"x: y", "x: D 1"}


@pytest.mark.parametrize(
    ("symmetry", "options", "said"),
    [
        ("spin", {}, "symmetry"),
        ("rotation x", {}, "two components that a rotation turns"),
        ("rotation x, z", {}, "x, y"),
        ("translation", {}, "name the component"),
        ("rotation", {"units": ["m", "s"]}, "one unit"),
        ("rotation", {"period": "y=2*pi"}, "is an angle"),
        ("reflection", {"library": "1, x^2"}, "have a term of x that the reflection of x, y allows"),
        ("rotation", {"library": "1, x"}, "have a term of x that the rotation"),
        ("reflection", {"known": "x: 1=3"}, "agree with itself and with the declared symmetry"),
    ],
)
def test_what_components_cannot_have_is_refused(symmetry: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        plane(symmetry=symmetry, **{"library": "poly:1", "noise": 0.0} | options)
