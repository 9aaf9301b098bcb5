"""Generators and densities against duality, closed forms and quadrature."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from scipy.integrate import quad

from evolaw import ito
from evolaw.errors import ArgumentError
from evolaw.ito import system


@pytest.mark.slow
def test_the_adjoint_is_adjoint() -> None:
    """Integral of (L u) p equals integral of u L* p, for polynomials u and a Gaussian p, in two dimensions."""
    law = system("dX = (Y - X^3) dt + X dW1; dY = -X Y dt + dW1 + Y dW2")
    x, y = law.states
    p = sympy.exp(-(x**2) - y**2)
    for u in (x * y, x**2 + 3 * y, x**3 * y**2):
        inside = sympy.expand((ito.generator(u, law) - 0) * p - u * ito.adjoint(p, law))
        value = sympy.integrate(sympy.integrate(inside, (x, -sympy.oo, sympy.oo)), (y, -sympy.oo, sympy.oo))
        assert sympy.simplify(value) == 0


def test_the_forward_equation_of_brownian_motion_is_the_heat_equation() -> None:
    law = system("dX = dW")
    t = sympy.Symbol("t", positive=True)
    kernel = sympy.exp(-(law.states[0] ** 2) / (2 * t)) / sympy.sqrt(2 * sympy.pi * t)
    assert sympy.simplify(sympy.diff(kernel, t) - ito.adjoint(kernel, law)) == 0
    assert "p(t, X)" in str(ito.forward_equation(law))
    assert "u(t, X)" in str(ito.backward_equation(law))


@pytest.mark.parametrize(
    ("text", "interval", "values"),
    [
        ("dX = -theta X dt + sigma dW", (-sympy.oo, sympy.oo), {"theta": 0.7, "sigma": 1.2}),
        ("dX = a (b - X) dt + s sqrt(X) dW", (0, sympy.oo), {"a": 1.5, "b": 0.8, "s": 0.6}),
        ("dX = -k X dt + sqrt(1 + X^2) dW", (-sympy.oo, sympy.oo), {"k": 1.5}),
    ],
)
def test_stationary_densities_solve_the_forward_equation_and_have_mass_one(
    text: str, interval: tuple[object, object], values: dict[str, float]
) -> None:
    law = system(text)
    found = ito.stationary_density(law, interval)
    assert found.exists
    x = sympy.Symbol("x", positive=True) if interval[0] == 0 else law.states[0]
    density = found.density.subs(law.states[0], x)
    at = density.subs({symbol: values[str(symbol)] for symbol in law.parameters})
    function = sympy.lambdify(x, at, "scipy")
    low, high = float(interval[0]), float(interval[1])
    assert quad(function, low, high)[0] == pytest.approx(1, rel=1e-7)
    flow = ito.adjoint(found.unnormalised, law).subs({symbol: values[str(symbol)] for symbol in law.parameters})
    points = np.linspace(0.3, 2, 5)
    size = float(abs(found.unnormalised.subs({s: values[str(s)] for s in law.parameters}).subs(law.states[0], 0.3)))
    assert all(abs(complex(flow.subs(law.states[0], point))) < 1e-9 * max(size, 1) for point in points)


def test_no_stationary_density_is_said() -> None:
    assert ito.stationary_density(system("dX = theta X dt + sigma dW")).exists is not True
    assert ito.stationary_density(system("dX = dW")).exists is False
    assert ito.stationary_density(system("dX = dW")).density is None


@pytest.mark.slow
def test_an_open_normaliser_is_left_open() -> None:
    found = ito.stationary_density(system("dX = (X - X^3 + a sin(X)) dt + s dW"))
    assert found.density is None or found.exists
    assert found.unnormalised.has(sympy.exp)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="one state and no time"):
        ito.stationary_density(system("dX = t dt + dW"))
    with pytest.raises(ArgumentError, match="have noise"):
        ito.stationary_density(system("dX = -X dt"))


@pytest.mark.slow
def test_the_default_interval_is_where_the_noise_is() -> None:
    assert ito.stationary_density(system("dX = sqrt(X (1 - X)) dW")).interval == (0, 1)
    found = ito.stationary_density(system("dX = -X dt + (1 - X^2) dW"))
    assert (found.interval, found.exists) == ((-1, 1), True)
    density = sympy.lambdify(list(found.density.free_symbols), found.density)
    assert quad(density, -1 + 1e-12, 1 - 1e-12)[0] == pytest.approx(1, rel=1e-8)


def test_an_integral_that_diverges_is_said_to() -> None:
    """SymPy gives 0 for the integral of exp(x^4/2)."""
    assert ito.stationary_density(system("dX = X^3 dt + dW")).exists is False


@pytest.mark.slow
def test_a_density_without_a_closed_form_has_a_number() -> None:
    found = ito.stationary_density(system("dX = (X - X^3 - X^5) dt + dW"))
    total = quad(lambda x: np.exp(x**2 - x**4 / 2 - x**6 / 3), -np.inf, np.inf, epsabs=1e-13)[0]
    assert found.exists and float(found.normaliser) == pytest.approx(total, rel=1e-10)


@pytest.mark.slow
def test_a_closed_form_is_confirmed_by_quadrature() -> None:
    found = ito.stationary_density(system("dX = (X - X^3) dt + s dW"))
    assert found.exists
    x, s = system("dX = X dt").states[0], found.density.free_symbols - {system("dX = X dt").states[0]}
    density = sympy.lambdify(x, found.density.subs(dict.fromkeys(s, 0.8)), "scipy")
    assert quad(density, -6, 6)[0] == pytest.approx(1, rel=1e-7)


@pytest.mark.parametrize("interval", [(0,), "0,1", (1, 0), ("__import__", 1), (None, 1), (float("nan"), 1)])
def test_impossible_intervals_are_refused(interval: object) -> None:
    with pytest.raises(ArgumentError, match="`interval`"):
        ito.stationary_density(system("dX = -X dt + dW"), interval)  # type: ignore[arg-type]


_LINE, _HALF, _UNIT = (-sympy.oo, sympy.oo), (0, sympy.oo), (0, 1)


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("text", "interval", "exists"),
    [
        ("dX = -X dt + dW", _LINE, True),
        ("dX = dW", _LINE, False),
        ("dX = X dt + dW", _LINE, False),
        ("dX = (X - X^3) dt + dW", _LINE, True),
        ("dX = -X dt + sqrt(1 + X^2) dW", _LINE, True),  # Student
        ("dX = -X/(1 + X^2) dt + dW", _LINE, True),  # Cauchy: falls as 1/x^2
        ("dX = -0.4*X/(1 + X^2) dt + dW", _LINE, False),  # as x^-0.8
        ("dX = X dt + X dW", _HALF, False),  # whatever its growth
        ("dX = mu*X dt + sigma*X dW", _HALF, False),  # also in letters: above X^-1 at one end is above it at the other
        ("dX = (1 - X) dt + X dW", _HALF, True),  # inverse gamma
        ("dX = (0.3 - X) dt + sqrt(X) dW", _HALF, True),  # gamma, an attained and reflecting end
        ("dX = X*(1 - X) dt + X dW", _HALF, True),  # logistic growth, noise below the threshold
        ("dX = X*(1 - X) dt + 2*X dW", _HALF, False),  # above: it dies out
        ("dX = -1/X dt + dW", _HALF, False),
        ("dX = (2/X - X) dt + dW", _HALF, True),
        ("dX = (1/2 - X) dt + sqrt(X*(1 - X)) dW", _UNIT, True),
        ("dX = (1/2 - X) dt + 2*sqrt(X*(1 - X)) dW", _UNIT, True),  # beta of 1/4, without bound at both ends
        ("dX = (1/2 - X) dt + 1/(X*(1 - X)) dW", _UNIT, True),
    ],
)
def test_whether_there_is_one_is_decided(text: str, interval: tuple[object, object], exists: bool) -> None:
    found = ito.stationary_density(system(text), interval)
    assert found.exists is exists
    assert (found.density is None) == (not exists)
    assert ("diverges at" in found.why) == (not exists)
