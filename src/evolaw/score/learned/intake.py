"""What is given to train on, checked before memory and time are spent: data, conditions, network.

Each fault is one sentence that names the argument: numbers that are not finite, values outside the stated range, one datum alone, data
that never change or do so below their own rounding, a noising of another size than the data, conditions that fit no datum, a network
that gives another shape than it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.errors import ShapeError
from evolaw.randomness import Source
from evolaw.score.networks.preconditioning import Preconditioning, call
from evolaw.score.noising.linear import Noising
from evolaw.score.noising.scaled import require_covering

__all__ = ["Material", "drawn_network", "require_resolved", "take_in"]

_MOST_CLASSES = 100_000
_SIZES = (1e-12, 1e12)
"""Deviations of data whose squares and their quotients single precision holds."""
_LOST = 1e-3
"""Rounding in single precision, of the data's deviation, from which on it is seen in what is learned."""


@dataclass(frozen=True, eq=False)
class Material:
    """Data that passed.

    Attributes:
        data: float32, shape (items, *shape).
        conditions: int32 classes (items,), float32 vectors (items, numbers), or None.
        frame: mean and spread.
        classes, numbers: what a condition is; both 0 for none.
    """

    data: np.ndarray
    conditions: np.ndarray | None
    frame: Preconditioning
    classes: int
    numbers: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a state."""
        return self.data.shape[1:]

    @property
    def unseen(self) -> tuple[int, ...]:
        """Classes below the highest that no state has."""
        return (
            tuple(sorted(set(range(self.classes)) - set(np.unique(self.conditions).tolist())))
            if self.conditions is not None and self.classes
            else ()
        )


def take_in(data: Any, conditions: Any = None, bounds: tuple[float, float] | None = None) -> Material:
    """Check data and conditions.

    Args:
        data: shape (items, *shape), numbers.
        conditions: None; classes as whole numbers from 0, shape (items,); or vectors of shape (items, numbers).
        bounds: the range (low, high) all values must lie in; None for any.

    Raises:
        ArgumentError: see the module; the first fault is named with its place.

    Example:
        >>> take_in(np.eye(3), [0, 1, 0]).classes
        2
    """
    given = np.asarray(data)
    real = given.dtype == bool or (np.issubdtype(given.dtype, np.number) and not np.iscomplexobj(given))
    checks.require(real, "data", "hold real numbers", f"of {given.dtype}")
    checks.require(given.ndim >= 2, "data", "have shape (items, *shape)", given.shape)
    enough = len(given) > 1 and given[0].size > 0
    checks.require(enough, "data", "hold at least two states of at least one number", given.shape)
    with np.errstate(over="ignore"):
        values = checks.finite(given, "data").astype(np.float32)
    checks.finite(values, "data")  # what single precision cannot hold
    if bounds is not None:
        _require_within(values, bounds)
    spread = float(np.sqrt(np.mean(np.var(values.astype(np.float64), 0))))
    checks.require(spread > 0, "data", "vary", f"{len(values)} states that are all the same")
    _require_held(values, spread)
    # A field has one mean for all its cells (and one a channel), so that a shift or a turn of a field stays one.
    axes = {2: (0,), 4: (0, 2, 3)}.get(values.ndim, tuple(range(values.ndim)))
    mean = values.mean(axes, dtype=np.float64).astype(np.float32)
    mean = mean[:, None, None] if values.ndim == 4 else mean
    told, classes, numbers = _conditions(conditions, len(values))
    frame = Preconditioning(jnp.asarray(mean), jnp.float32(spread))
    return Material(values, told, frame, classes, numbers)


def _require_held(values: np.ndarray, spread: float) -> None:
    """Refuse data that the single precision of networks cannot hold."""
    low, high = _SIZES
    checks.require(
        low < spread < high,
        "data",
        f"have a standard deviation between {low:g} and {high:g}",
        f"{spread:.3g}",
        "Take another unit.",
    )
    largest = float(np.abs(values).max())
    rounded = largest * float(np.finfo(np.float32).eps) / 2
    checks.require(
        rounded < _LOST * spread,
        "data",
        "vary by more than single precision rounds them by, a thousand times at least",
        f"deviations of {spread:.3g} about values of {largest:.3g}",
        "Subtract their mean.",
    )


def require_resolved(material: Material, noising: Noising) -> None:
    """Refuse a noising of another size than the data, and vectors of which the least noise drowns a number.

    Raises:
        ArgumentError: what is learned would have samples unlike the data, without a sign of it.
    """
    require_covering(noising, float(material.frame.spread))
    if len(material.shape) != 1:
        return
    least = float(np.exp(-float(noising.log_snr(noising.least))))
    spreads = material.data.std(0, dtype=np.float64)
    drowned = np.flatnonzero((spreads > 0) & (spreads < least))
    if drowned.size:
        place = int(drowned[0])
        raise checks.refuse(
            "data",
            f"have numbers of like size: the least noise of {noising} is {least:.2g}",
            f"a deviation of {spreads[place]:.2g} in number {place} of a state and of {spreads.max():.2g} in another",
            "Divide each number by its standard deviation.",
        )


def _require_within(values: np.ndarray, bounds: tuple[float, float]) -> None:
    low, high = (checks.number(end, "bounds") for end in bounds)
    checks.require(low < high, "bounds", "be (low, high)", bounds)
    outside = (values < low) | (values > high)
    if outside.any():
        place = tuple(int(index) for index in np.argwhere(outside)[0])
        fix = "Scale the data, or state their range in `bounds`."
        raise checks.refuse("data", f"lie in [{low:g}, {high:g}]", f"{values[place]:g} at index {place}", fix)


def _conditions(conditions: Any, count: int) -> tuple[np.ndarray | None, int, int]:
    if conditions is None:
        return None, 0, 0
    told = np.asarray(conditions)
    fits = told.shape[:1] == (count,) and told.ndim in (1, 2)
    checks.require(fits, "conditions", f"be one for each of the {count} states", f"of shape {told.shape}")
    if told.ndim == 1:
        whole = np.issubdtype(told.dtype, np.integer)
        wanted = "be classes as whole numbers, or vectors of shape (items, numbers)"
        checks.require(whole, "conditions", wanted, f"of {told.dtype}")
        checks.require(int(told.min()) >= 0, "conditions", "count classes from 0", int(told.min()))
        classes = int(told.max()) + 1
        checks.require(classes <= _MOST_CLASSES, "conditions", f"name at most {_MOST_CLASSES} classes", classes)
        return told.astype(np.int32), classes, 0
    return checks.finite(told, "conditions").astype(np.float32), 0, told.shape[1]


def drawn_network(net: Any, material: Material, rng: Source) -> Any:
    """Return the network: a plan is drawn for the shape of the data, any other is tried on one state.

    Raises:
        ShapeError: the network gives another shape than it is given.
        ArgumentError: it is none, or fails on a state of the data.
    """
    if hasattr(net, "draw"):
        return net.draw(material.shape, classes=material.classes, numbers=material.numbers, rng=rng)
    checks.require(callable(net), "net", "be a plan such as MLP() or UNet(), or a callable pytree", type(net).__name__)
    given = [jax.ShapeDtypeStruct(material.shape, np.float32), jax.ShapeDtypeStruct((), np.float32)]
    if material.conditions is not None:
        given.append(jax.ShapeDtypeStruct(material.conditions.shape[1:], material.conditions.dtype))
    try:
        out = jax.eval_shape(lambda x, label, told=None: call(net, x, label, told), *given)
    except Exception as error:
        says = "(x, label)" if material.conditions is None else "(x, label, condition)"
        wanted = f"be called with {says}, x one state of shape {material.shape} and label a number"
        raise checks.refuse("net", wanted, f"one that raises {type(error).__name__}: {error}") from error
    found = getattr(out, "shape", None)
    if found != material.shape:
        raise ShapeError(
            f"Argument `net` must give the shape of a state, {material.shape}, but gives {found}. The network of a score "
            f"answers one state at a time."
        )
    return net
