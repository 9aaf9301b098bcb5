"""What a run says of a learned score: its noising, the shape of its states and its conditions, as JSON values.

A noising is written by its class and its numbers, and read only from the classes named here. One made of a user's own functions has no
such form: a run that holds it says so.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from evolaw.errors import ArgumentError, StorageError
from evolaw.score.noising.scaled import Scaled
from evolaw.score.noising.schedules import EDM, Cosine, Rectified
from evolaw.score.noising.song import VE, VP, LinearVE, SubVP

__all__ = ["NOISINGS", "describe_model", "describe_noising", "read_model", "read_noising"]

NOISINGS: dict[str, Any] = {kind.__name__: kind for kind in (VE, VP, SubVP, LinearVE, EDM, Cosine, Rectified)}
"""The classes a stored noising may be of."""


def describe_noising(noising: Any) -> dict[str, Any]:
    """Return a noising as JSON values.

    Example:
        >>> describe_noising(LinearVE(5.0))["settings"]["sigma_max"]
        5.0
    """
    name = type(noising).__name__
    if isinstance(noising, Scaled):
        return {"name": name, "settings": {"noising": describe_noising(noising.noising), "unit": noising.unit}}
    if NOISINGS.get(name) is not type(noising):
        return {"name": name, "says": str(noising)}
    settings = {field.name: getattr(noising, field.name) for field in fields(noising) if field.init}
    return {"name": name, "settings": settings}


def read_noising(facts: Any) -> Any:
    """Return the noising that `describe_noising` described.

    Raises:
        StorageError: it is of the user's own functions, or of no known class or settings.
    """
    name = facts.get("name") if isinstance(facts, dict) else None
    if name == "Scaled" and isinstance(facts.get("settings"), dict):
        return _read_scaled(facts["settings"])
    if name not in NOISINGS or not isinstance(facts.get("settings"), dict):
        raise StorageError(f"The stored noising {name!r} is none of {', '.join(NOISINGS)}: no file can make it again.")
    try:
        return NOISINGS[name](**facts["settings"])
    except (TypeError, ArgumentError) as error:
        raise StorageError(f"The stored noising {name} has settings it does not take: {error}") from error


def _read_scaled(settings: dict[str, Any]) -> Scaled:
    inner, unit = settings.get("noising"), settings.get("unit")
    # One unit about a noising of the table, and no deeper: a file is not to say how deep we go.
    if not isinstance(inner, dict) or inner.get("name") not in NOISINGS:
        raise StorageError(
            f"The stored noising Scaled is about none of {', '.join(NOISINGS)}: no file can make it again."
        )
    try:
        return Scaled(read_noising(inner), unit)  # type: ignore[arg-type]
    except (TypeError, ArgumentError) as error:
        raise StorageError(f"The stored noising Scaled has a unit it does not take: {error}") from error


def describe_model(model: Any) -> dict[str, Any]:
    """Return what `read_model` reads, of a model with these attributes."""
    return {
        "noising": describe_noising(model.noising),
        "shape": list(model.shape),
        "classes": model.classes,
        "numbers": model.numbers,
        "unseen": list(model.unseen),
    }


def read_model(facts: Any) -> dict[str, Any]:
    """Return noising, shape, classes, numbers and unseen classes of a stored model.

    Raises:
        StorageError: one of them is missing or no such value.
    """
    try:
        shape = tuple(int(size) for size in facts["shape"])
        counts = {name: int(facts[name]) for name in ("classes", "numbers")}
        unseen = tuple(int(label) for label in facts.get("unseen", ()))
        noising = facts["noising"]
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(f"The run does not say what its network was trained on: {error!r}.") from error
    return {"noising": read_noising(noising), "shape": shape, "unseen": unseen, **counts}
