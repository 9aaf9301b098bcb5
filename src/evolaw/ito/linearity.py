"""The exact law of a linear equation, read off its symbols.

    dX = (A X + a) dt + Σ_k (B_k X + b_k) dW_k      with A, a, B_k, b_k made of parameters, none of which depends on time

Such an equation has exact moments; with additive noise (all B_k = 0) it is Gaussian and can be stepped exactly; with one
state, one noise and no constants (a = b = 0) it is geometric Brownian motion, whose density is known too. Which of them it is
the symbols say, for all values of the parameters.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import sympy

from evolaw import checks
from evolaw.ito.calculus import to_ito
from evolaw.ito.patience import bounded, tidy
from evolaw.ito.structure import Structure, classify
from evolaw.ito.systems import System
from evolaw.sde.processes.exact_laws import GeometricLaw
from evolaw.sde.processes.linear_systems import GaussianLinearLaw, LinearLaw
from evolaw.told import told

__all__ = ["ParametricLaw", "linear_law", "parametric_law"]


@dataclass(frozen=True)
class ParametricLaw:
    """The exact law of a linear equation as a function of its parameters.

    Attributes:
        kind: `GaussianLinearLaw`, `GeometricLaw` or `LinearLaw`.
        entries: what is not zero among A, every B_k, a and every b_k, row by row behind one another: place and expression.
        parameters: their symbols.
        dim, noises: components of the state and of the noise.
    """

    kind: type
    entries: tuple[tuple[int, sympy.Expr], ...]
    parameters: tuple[sympy.Symbol, ...]
    dim: int
    noises: int

    def __call__(self, params: Mapping[str, Any]) -> Any:
        """Return the law at these parameters, which may be numbers or traced by JAX."""
        A, B, a, b = self._matrices(params)
        if self.kind is not GeometricLaw:
            return self.kind(A, B, a, b)
        number = jnp.asarray if isinstance(A, jax.Array) else float
        return GeometricLaw(number(A[0, 0]), number(abs(B[0, 0, 0])), 1)

    def _matrices(self, params: Mapping[str, Any]) -> list[Any]:
        values = [params[str(symbol)] for symbol in self.parameters]
        modules: Any = jnp
        if not any(isinstance(value, jax.core.Tracer) for value in values):
            # Numbers stay in double precision, whatever JAX has been told.
            modules, values = np, [np.asarray(value, float) for value in values]
        dim, noises = self.dim, self.noises
        shapes = ((dim, dim), (noises, dim, dim), (dim,), (noises, dim))
        sizes = [int(np.prod(shape)) for shape in shapes]
        flat = modules.zeros(sum(sizes))
        if self.entries:
            places = np.array([place for place, _ in self.entries])
            # The loop asks for the form with ones for all parameters, where an entry may be infinite.
            with np.errstate(all="ignore"):
                known = modules.stack([modules.asarray(entry, float) for entry in self._function(modules)(*values)])
            flat = flat.at[places].set(known) if modules is jnp else _filled(flat, places, known)
        parts = modules.split(flat, np.cumsum(sizes)[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def _function(self, modules: Any) -> Callable[..., Any]:
        """The entries as a function of the parameters; made when it is first asked for, and left behind where the law travels."""
        made: dict[str, Any] = self.__dict__.setdefault("functions", {})
        if modules.__name__ not in made:
            library = "jax" if modules is jnp else "numpy"
            made[modules.__name__] = sympy.lambdify(
                self.parameters, [entry for _, entry in self.entries], modules=library, cse=True
            )
        return made[modules.__name__]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "functions"}


@told
@bounded
def linear_law(system: System, values: Mapping[str, float]) -> LinearLaw | GeometricLaw | None:
    """Return what is known exactly of a linear equation with constant coefficients; None for any other.

    Args:
        system: the equation; Stratonovich and correlated noises are turned into Itô and independent ones.
        values: a number for each parameter.

    Returns:
        A `GaussianLinearLaw` for additive noise, a `GeometricLaw` for geometric Brownian motion, else a `LinearLaw`.

    Raises:
        ArgumentError: a parameter has no value.

    References:
        arnold1974, section 8.2.

    Example:
        >>> from evolaw.ito.systems import system
        >>> law = linear_law(system("dX = -theta X dt + sigma dW"), {"theta": 2.0, "sigma": 1.0})
        >>> law.stationary_covariance().tolist()
        [[0.25]]
    """
    system.require_correlation(values)
    independent = system.independent()
    law = parametric_law(independent, classify(independent))
    if law is None:
        return None
    missing = [str(symbol) for symbol in law.parameters if str(symbol) not in values]
    checks.require(not missing, "values", "give a number for every parameter", f"without {', '.join(missing)}")
    return law(values)


def parametric_law(system: System, structure: Structure) -> ParametricLaw | None:
    """Return the exact law as a function of the parameters; None for an equation that is not linear, or whose coefficients depend on time.

    Args:
        system: the equation, its noises independent.
        structure: what `classify` says of it. Itô's and Stratonovich's form of an equation are both linear, or neither is.
    """
    if not (structure.is_linear and structure.is_autonomous and system.noises):
        return None
    law = to_ito(system)
    dim, noises = law.dim, len(law.noises)
    columns = [law.drift, *(law.diffusion[:, k] for k in range(noises))]
    entries, constants = [], (1 + noises) * dim * dim
    for number, column in enumerate(columns):
        entries += [(number * dim * dim + place, slope) for place, slope in _slopes(column, law.states)]
        entries += [(constants + number * dim + place, value) for place, value in _constants(column, law.states)]
    if all(place < dim * dim or place >= constants for place, _ in entries):
        kind: type = GaussianLinearLaw
    elif dim == noises == 1 and all(place < constants for place, _ in entries):
        kind = GeometricLaw
    else:
        kind = LinearLaw
    # Symbols come out of sets in another order in every process; a run is continued, and compiled alike, in any of them.
    in_order = tuple(sorted(entries, key=lambda entry: entry[0]))
    return ParametricLaw(kind, pickle.loads(pickle.dumps(in_order)), law.parameters, dim, noises)


def _slopes(column: sympy.Matrix, states: tuple[sympy.Symbol, ...]) -> Iterator[tuple[int, sympy.Expr]]:
    """What is not zero in the Jacobian of an affine column, row by row."""
    places = {state: place for place, state in enumerate(states)}
    for row, entry in enumerate(column):
        for state in entry.free_symbols & places.keys():
            slope = _at_zero(sympy.diff(entry, state), states)
            if slope != 0:
                yield row * len(states) + places[state], slope


def _constants(column: sympy.Matrix, states: tuple[sympy.Symbol, ...]) -> Iterator[tuple[int, sympy.Expr]]:
    """What is not zero of a column where all states are."""
    values = ((row, _at_zero(entry, states)) for row, entry in enumerate(column) if entry != 0)
    return ((row, value) for row, value in values if value != 0)


def _at_zero(entry: sympy.Expr, states: tuple[sympy.Symbol, ...]) -> sympy.Expr:
    return tidy(entry.subs(dict.fromkeys(entry.free_symbols & set(states), 0)))


def _filled(flat: np.ndarray, places: np.ndarray, values: np.ndarray) -> np.ndarray:
    flat[places] = values
    return flat
