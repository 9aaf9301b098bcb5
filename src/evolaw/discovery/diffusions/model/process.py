r"""Terms with coefficients as a process that the one loop runs: a fitted law, and many draws of one, with a single compilation.

    dX_i = Σ_j θ_ij φ_j(c(X)) dt + sqrt(2 max(Σ_k η_ik ψ_k(c(X)), least_i)) dW_i,        c(x) = min(max(x, low), high)

Coefficients are parameters, so that draws of a law are sets of a sweep, and further laws of the same terms compile nothing. c keeps the
terms from being asked where nothing was recorded: a polynomial there says what nobody has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw.discovery.diffusions.model.expressions import FUNCTIONS, Term, evaluate

if TYPE_CHECKING:
    from evolaw.sde.processes.process import SDE

__all__ = ["Coefficients", "fitted_process"]

Coefficients = Mapping[str, tuple[tuple[Term, ...], np.ndarray]]
"""Terms and the values before them, by component; a component without them does not change by this part."""

_JAX_NAMES = {"asinh": "arcsinh", "atan": "arctan"}


def fitted_process(
    names: Sequence[str],
    drift: Coefficients,
    diffusion: Coefficients,
    *,
    least: Mapping[str, float] | None = None,
    box: tuple[np.ndarray, np.ndarray] | None = None,
) -> SDE:
    """Return a law as a process, its coefficients in ``params``: {"drift": {name: values}, "spread": …, "least": …, "low": …, "high": …}.

    Args:
        names: components of the state.
        drift, diffusion: terms with coefficients.
        least: smallest diffusion coefficient of each component; 0 where not given.
        box: lowest and highest state at which terms are evaluated; None for anywhere.

    Example:
        >>> from evolaw.discovery.diffusions.model.expressions import read_term
        >>> fitted_process(["x"], {"x": ((read_term("x", ["x"]),), [-2.0])}, {}).drift_at(0.0, 3.0).tolist()
        [-6.0]
    """
    from evolaw.sde import SDE

    trees = tuple(tuple(term.tree for term in drift.get(name, ((), ()))[0]) for name in names)
    spreads = tuple(tuple(term.tree for term in diffusion.get(name, ((), ()))[0]) for name in names)
    kind = _kind(names, diffusion)
    bottom, top = (np.full(len(names), -np.inf), np.full(len(names), np.inf)) if box is None else box
    params = {
        "drift": {name: np.asarray(drift.get(name, ((), ()))[1], float) for name in names},
        "spread": {name: np.asarray(diffusion.get(name, ((), ()))[1], float) for name in names},
        "least": {name: np.float64((least or {}).get(name, 0.0)) for name in names},
        "low": np.asarray(bottom, float),
        "high": np.asarray(top, float),
    }
    functions = _functions(tuple(names), trees, spreads, kind)
    return SDE(*functions, dim=len(names), noise=kind, params=params, name="fitted law")


def _kind(names: Sequence[str], diffusion: Coefficients) -> str:
    """The least of the noise kinds that the diffusion terms need."""
    used = [(name, place) for name, (terms, _) in diffusion.items() for term in terms for place in term.components]
    if not used:
        return "additive"
    return "diagonal" if all(names[place] == name for name, place in used) else "general"


@lru_cache(maxsize=64)
def _functions(names: tuple[str, ...], trees: Any, spreads: Any, kind: str) -> tuple[Any, Any]:
    """Drift and diffusion; kept, because the loop compiles a function once."""
    import jax.numpy as jnp

    known = {name: getattr(jnp, _JAX_NAMES.get(name, name)) for name in FUNCTIONS}

    def total(part: Any, values: Any, state: list[Any]) -> Any:
        found = jnp.zeros_like(state[0])
        for place, tree in enumerate(part):
            found = found + values[place] * evaluate(tree, state, known)
        return found

    def inside(x: Any, p: Any) -> list[Any]:
        held = jnp.clip(x, p["low"], p["high"])
        return [held[i] for i in range(len(names))]

    def drift(t: Any, x: Any, p: Any) -> Any:
        state = inside(x, p)
        return jnp.stack([total(part, p["drift"][name], state) for name, part in zip(names, trees, strict=True)])

    def spread(t: Any, x: Any, p: Any) -> Any:
        state = [jnp.zeros(())] * len(names) if kind == "additive" else inside(x, p)
        parts = [
            jnp.maximum(total(part, p["spread"][name], state), p["least"][name]) if part else jnp.zeros_like(state[0])
            for name, part in zip(names, spreads, strict=True)
        ]
        size = jnp.sqrt(2 * jnp.stack(parts))
        return jnp.diag(size) if kind == "general" else size

    return drift, spread
