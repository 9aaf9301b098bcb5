"""A stochastic differential equation: drift, diffusion, and what is known about both.

    dX = f(t, X) dt + G(t, X) dW              X in R^dim, W a Brownian motion in R^noises

The functions speak of one path: ``drift(t, x, p)`` takes a scalar time, a state of shape (dim,) and the parameters, and
gives shape (dim,). The solver runs them on many paths at once. ``diffusion(t, x, p)`` gives what the noise kind asks for:

    kind          G                                                         shapes of ``diffusion``
    additive      depends on t only                                         (dim, noises), or (dim,) or () for G diagonal
    scalar        one noise drives all components                           (dim,)
    diagonal      component i has its own noise; g_i depends on x_i only    (dim,), or () for the same g everywhere
    commutative   Dg^j g^k = Dg^k g^j for all columns j, k of G             (dim, noises)
    general       anything                                                  (dim, noises)
    none          no noise: a deterministic flow dX = f(t, X) dt            no function: ``diffusion`` is None

The kind is a promise that a scheme may use, and `Scheme.refuses` tests it where it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, display
from evolaw.arrays import Array
from evolaw.errors import ArgumentError, ShapeError
from evolaw.sde.processes.batches import on_batches
from evolaw.sde.processes.closures import with_own_arrays

__all__ = [
    "CALCULI",
    "NOISE_KINDS",
    "SDE",
    "DrawsTransitions",
    "ExactLaw",
    "KnowsCovariance",
    "KnowsDensity",
    "KnowsMean",
    "KnowsPath",
    "KnowsStationaryDensity",
    "time_reversed",
]

NOISE_KINDS = ("additive", "scalar", "diagonal", "commutative", "general")
"""The kinds of noise there are; an equation without any is declared ``noise="none"``."""
CALCULI = ("ito", "stratonovich")

Coefficient = Callable[[Any, Any, Any], Any]


# -- what may be known exactly: a law is an object that answers any of these ---------------------------------------------


@runtime_checkable
class KnowsMean(Protocol):
    """E X(t) given X(0) = x0, shape (..., dim) for times of shape (...)."""

    def mean(self, t: Any, x0: Any) -> Any: ...


@runtime_checkable
class KnowsCovariance(Protocol):
    """Cov X(t) given X(0) = x0, shape (..., dim, dim)."""

    def covariance(self, t: Any, x0: Any) -> Any: ...


@runtime_checkable
class KnowsDensity(Protocol):
    """The density of X(t) at x, shape (points, dim), given X(0) = x0."""

    def density(self, x: Any, t: Any, x0: Any) -> Any: ...


@runtime_checkable
class KnowsStationaryDensity(Protocol):
    """The density that is reached in the end."""

    def stationary_density(self, x: Any) -> Any: ...


@runtime_checkable
class KnowsPath(Protocol):
    """X(t) of the path whose Brownian motion is w at time t, given X(0) = x0."""

    def pathwise(self, t: Any, x0: Any, w: Any) -> Any: ...


@runtime_checkable
class DrawsTransitions(Protocol):
    """X(t + dt) given X(t) = x, from standard normals; ``normals`` says how many, and ``limits()``, if there is one, why not."""

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> Any: ...


ExactLaw = KnowsMean | KnowsCovariance | KnowsDensity | KnowsStationaryDensity | KnowsPath | DrawsTransitions
"""What ``SDE.exact`` may be: an object that answers at least one of these questions."""


@dataclass(frozen=True, eq=False, repr=False)
class SDE:
    """A stochastic differential equation dX = f(t, X) dt + G(t, X) dW.

    Attributes:
        drift: f(t, x, p), shape (dim,); a number or an array stands for a constant.
        diffusion: G(t, x, p), shaped as the table of this module says; likewise. None without noise.
        dim: number of components of X.
        noises: number of components of W; None means 1 for scalar noise, 0 without noise and ``dim`` otherwise.
        noise: "additive", "scalar", "diagonal", "commutative", "general" or "none".
        calculus: "ito" or "stratonovich", the meaning of G dW.
        params: any pytree, passed on as p. Other values of the same shapes need no new compilation.
        periods: one period or None for each component; a periodic component is kept as a value in [0, period) and a
            winding number.
        name: name of the process.
        components: names of the components, as ("x", "v"); trajectories bear them, and what is discovered from these speaks of them.
        units: unit of each named quantity, such as {"time": "s", "x": "m"}.
        batched: the functions see many states at once: drift(t, x, p) takes x of shape (batch, dim) and gives the same shape, the
            diffusion gives (batch, dim) or (batch, dim, noises) unless the noise is additive. For networks and other products
            of matrices: they are then called once a step for a whole chunk of paths, and never traced number by number.
        law: from the parameters to an object with what is known exactly, an `ExactLaw`: any of ``mean(t, x0)``,
            ``covariance(t, x0)``, ``density(x, t, x0)``, ``sample(normals, t, dt, x)``, ``pathwise(t, x0, w)``.

    Example:
        >>> decay = SDE(lambda t, x, p: -p["rate"] * x, 0.5, noise="additive", params={"rate": 2.0}, name="decay")
        >>> decay
        SDE decay
          dim     1
          noise   additive, 1 component, ito
          params  {'rate': 2.0}
        >>> float(decay.drift_at(0.0, 3.0)[0])
        -6.0
    """

    drift: Coefficient
    diffusion: Coefficient | None
    dim: int = 1
    noises: int | None = None
    noise: str = "general"
    calculus: str = "ito"
    params: Any = None
    periods: tuple[float | None, ...] | None = None
    name: str = ""
    units: Mapping[str, str] | None = None
    law: Callable[[Any], Any] | None = None
    batched: bool = False
    components: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        dim = checks.integer(self.dim, "dim", least=1)
        kind = checks.one_of(self.noise, "noise", (*NOISE_KINDS, "none"))
        checks.one_of(self.calculus, "calculus", CALCULI)
        noises = {"scalar": 1, "none": 0}.get(kind, dim) if self.noises is None else self.noises
        noises = checks.integer(noises, "noises", least=0 if kind == "none" else 1)
        checks.require(kind != "none" or noises == 0, "noises", "be 0 without noise", noises)
        checks.require(
            (self.diffusion is None) == (kind == "none"),
            "diffusion",
            'be given, or be None together with noise="none"',
            f"{self.diffusion} with noise={kind!r}",
        )
        checks.require(kind != "scalar" or noises == 1, "noises", "be 1 for scalar noise", noises)
        checks.require(kind != "diagonal" or noises == dim, "noises", f"equal dim = {dim} for diagonal noise", noises)
        periods = _periods(self.periods, dim)
        components = _components(self.components, dim)
        for name, value in (("noises", noises), ("periods", periods), ("components", components)):
            object.__setattr__(self, name, value)
        for name in ("drift", "diffusion"):
            given = getattr(self, name)
            if given is not None and not callable(given):
                object.__setattr__(self, name, _Constant.of(given, name))

    # -- coefficients -------------------------------------------------------------------------------------------------

    def drift_at(self, t: Any, x: Any) -> jax.Array:
        """Return f(t, x), shape (dim,), for a state of shape (dim,) or, for dim = 1, a scalar."""
        x = jnp.reshape(jnp.asarray(x), (self.dim,))
        value = _real(self._called(self.drift, t, x), "drift", x.dtype)
        if value.shape == (self.dim,):
            return value
        if value.shape == () and self.dim == 1:
            return value[None]
        raise ShapeError(_wrong("drift", f"({self.dim},)", value.shape))

    def diffusion_at(self, t: Any, x: Any) -> jax.Array:
        """Return G(t, x) in its shortest form: shape (dim,) when G is diagonal, else (dim, noises)."""
        x = jnp.reshape(jnp.asarray(x), (self.dim,))
        if self.diffusion is None:
            return jnp.zeros((self.dim, 0), x.dtype)
        is_single = self.noise == "additive"
        value = _real(self._called(self.diffusion, t, x, is_single=is_single), "diffusion", x.dtype)
        dim, noises, given = self.dim, self.noises, value.shape
        if self.noise == "diagonal" or (self.noise == "additive" and dim == noises) or dim == noises == 1:
            if given in ((), (1,), (dim,)) or (dim == 1 and given == (1, 1)):
                return jnp.broadcast_to(value.reshape(-1), (dim,))
            wanted = f"({dim},)" if self.noise == "diagonal" else f"({dim},) or ({dim}, {noises})"
        else:
            wanted = f"({dim}, {noises})"
        if given == (dim, noises) and self.noise != "diagonal":
            return value
        if (noises == 1 and given == (dim,)) or (dim == 1 and given == (noises,)):
            return value.reshape(dim, noises)
        raise ShapeError(_wrong("diffusion", wanted, given))

    def _called(self, function: Coefficient, t: Any, x: jax.Array, *, is_single: bool = False) -> Any:
        if self.batched and not (is_single or isinstance(function, _Constant)):
            return on_batches(function, t, x, self.params)
        return with_own_arrays(function)(t, x, self.params)

    def matrix(self, t: Any, x: Any) -> jax.Array:
        """Return G(t, x) as a matrix, shape (dim, noises), whatever the noise kind."""
        value = self.diffusion_at(t, x)
        return jnp.diag(value) if value.ndim == 1 else value

    def column(self, t: Any, x: Any) -> jax.Array:
        """Return g(t, x) as a vector, shape (dim,): the one column of scalar noise, or the diagonal of diagonal noise."""
        return self.diffusion_at(t, x).reshape(self.dim)

    def diffuse(self, t: Any, x: Any, dw: Any) -> jax.Array:
        """Return G(t, x) dw, shape (dim,); costs no matrix where G is diagonal."""
        value = self.diffusion_at(t, x)
        return value * dw if value.ndim == 1 else value @ dw

    @property
    def exact(self) -> Any:
        """What is known exactly at the present parameters; None when nothing is."""
        return None if self.law is None else self.law(self.params)

    def with_params(self, **changes: Any) -> Self:
        """Return the same process with some entries of the parameter mapping changed.

        Example:
            >>> SDE(lambda t, x, p: -p["k"] * x, 1.0, params={"k": 1.0}).with_params(k=3.0).params
            {'k': 3.0}
        """
        known = dict(self.params) if isinstance(self.params, Mapping) else {}
        for name in changes:
            checks.one_of(name, "changes", known)
        return replace(self, params=known | changes)

    def validate(self, x: np.ndarray) -> None:
        """Check the shapes of drift and diffusion for states like x without computing them.

        Raises:
            ArgumentError: a function failed; its own exception is the cause and is shown first.
            ShapeError: a function gives another shape than its noise kind asks for.
        """
        dtype = jax.dtypes.canonicalize_dtype(x.dtype)
        checked = [("drift", self.drift_at), ("diffusion", self.diffusion_at)]
        for name, function in checked if self.diffusion is not None else checked[:1]:
            try:
                jax.eval_shape(function, jax.ShapeDtypeStruct((), dtype), jax.ShapeDtypeStruct(x.shape, dtype))
            except ArgumentError:
                raise
            except Exception as error:
                raise checks.refuse(
                    name,
                    f"be a function of (t, x, p) with t a number, x of shape ({self.dim},) and p the parameters, "
                    "written with jax.numpy",
                    f"one that raises {type(error).__name__}: {error}",
                ) from error

    def __str__(self) -> str:
        return self.name or f"SDE of {self.dim} components"

    def __repr__(self) -> str:
        many = "component" if self.noises == 1 else "components"
        facts = [
            ("dim", self.dim),
            ("noise", f"{self.noise}, {self.noises} {many}, {self.calculus}" if self.noises else "none"),
            ("params", self.params),
            ("periods", self.periods),
        ]
        return display.lines(f"SDE {self.name}".strip(), facts)


@dataclass(frozen=True)
class _Constant:
    """A coefficient that depends on nothing; equal constants are equal, so that they share a compilation."""

    values: tuple[float, ...]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, value: Any, name: str) -> _Constant:
        try:
            array = np.asarray(value, float)
        except (TypeError, ValueError):
            raise checks.refuse(name, "be a function of (t, x, p), a number or an array", value) from None
        checks.finite(array, name)
        return cls(tuple(array.ravel().tolist()), array.shape)

    def __call__(self, t: Any, x: Any, p: Any) -> Array:
        return np.asarray(self.values).reshape(self.shape)


def time_reversed(process: SDE) -> SDE:
    """Return the process in the time s = -t:  dX = -f(-s, X) ds + G(-s, X) dW.

    Example:
        >>> decay = SDE(lambda t, x, p: -t * x, None, noise="none")
        >>> float(time_reversed(decay).drift_at(-2.0, 1.0)[0])
        2.0
    """
    turned = None if process.diffusion is None else _Turned(process.diffusion, 1)
    return replace(process, drift=_Turned(process.drift, -1), diffusion=turned, law=None)


@dataclass(frozen=True)
class _Turned:
    """A coefficient in the time s = -t, times 1 or -1."""

    coefficient: Coefficient
    sign: int

    def __call__(self, s: Any, x: Any, p: Any) -> Any:
        return self.sign * jnp.asarray(with_own_arrays(self.coefficient)(-s, x, p))


def _periods(periods: Any, dim: int) -> tuple[float | None, ...] | None:
    if periods is None:
        return None
    given = (
        tuple(np.atleast_1d(periods))
        if isinstance(periods, np.ndarray)
        else tuple(periods)
        if isinstance(periods, tuple | list)
        else (periods,)
    )
    checks.require(len(given) == dim, "periods", f"hold one period or None for each of the {dim} components", periods)
    result = tuple(None if period is None else checks.positive(period, "periods") for period in given)
    return result if any(period is not None for period in result) else None


def _components(names: Any, dim: int) -> tuple[str, ...] | None:
    if names is None:
        return None
    given = tuple(names) if isinstance(names, tuple | list) else (names,)
    fit = len(given) == len({*map(str, given)}) == dim and all(
        isinstance(name, str) and name.isidentifier() for name in given
    )
    checks.require(fit, "components", f"hold a name for each of the {dim} components, words that differ", names)
    return given


def _real(value: Any, name: str, dtype: Any) -> jax.Array:
    given = jnp.asarray(value)
    checks.require(not jnp.iscomplexobj(given), name, "return real numbers", f"one that returns {given.dtype}")
    return given.astype(dtype)


def _wrong(name: str, wanted: str, given: tuple[int, ...]) -> str:
    return (
        f"Argument `{name}` must return shape {wanted} for one path, but returns shape {given}. "
        "The functions of a process see one state at a time; the solver runs them on all paths."
    )


def _flatten(process: SDE) -> tuple[tuple[Any], tuple[Any, ...]]:
    units = None if process.units is None else tuple(sorted(process.units.items()))
    return (process.params,), tuple(units if name == "units" else getattr(process, name) for name in _STATIC)


def _unflatten(static: tuple[Any, ...], children: tuple[Any]) -> SDE:
    process = object.__new__(SDE)
    for name, value in zip(_STATIC, static, strict=True):
        object.__setattr__(process, name, dict(value) if name == "units" and value is not None else value)
    object.__setattr__(process, "params", children[0])
    return process


_STATIC = (
    "drift",
    "diffusion",
    "dim",
    "noises",
    "noise",
    "calculus",
    "periods",
    "name",
    "units",
    "law",
    "batched",
    "components",
)
jax.tree_util.register_pytree_node(SDE, _flatten, _unflatten)
