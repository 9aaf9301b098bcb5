"""What is typed of a junction: four numbers with units, or two without; and grids of biases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from evolaw.josephson.junction import Junction

__all__ = ["frequency_of", "grid", "junction_of", "sweep_rate"]

_MOST_POINTS = 100_000


def junction_of(
    ic: str | None,
    r: str | None,
    c: str | None,
    temperature: str | None,
    damping: float | None,
    noise: float | None,
    **more: Any,
) -> Junction:
    """Return the junction that was typed.

    Raises:
        ArgumentError: both kinds of units, or not enough of one.
        ParseError: a unit is missing, unknown, or of another quantity.
    """
    from evolaw import checks
    from evolaw.josephson.fitting.quantities import quantity_of_text
    from evolaw.josephson.junction import Junction

    physical = {"ic": ic, "r": r, "c": c, "temperature": temperature}
    if any(value is not None for value in physical.values()):
        for name, value in (("damping", damping), ("noise", noise)):
            checks.require(value is None, name, "be left out beside --ic, --r, --c and --temperature", value)
        for name in ("ic", "r", "temperature"):
            checks.require(physical[name] is not None, name, "be given with its unit, beside the others in SI", None)
        return Junction.from_si(
            critical_current=quantity_of_text(str(ic), "current", "ic"),
            resistance=quantity_of_text(str(r), "resistance", "r"),
            capacitance=None if c is None else quantity_of_text(c, "capacitance", "c"),
            temperature=quantity_of_text(str(temperature), "temperature"),
            **more,
        )
    checks.require(
        noise is not None, "noise", "be given, or --ic, --r and --temperature in SI", None,
        'Write --noise 0.1, or --ic "1 uA" --r "10 Ohm" --temperature "4.2 K".',
    )  # fmt: skip
    return Junction(damping=damping, noise=float(noise or 0.0), **more)


def grid(text: str, name: str) -> np.ndarray:
    """Return the numbers of "0.5", "0.1,0.5,1" or "FROM:TO:COUNT".

    Example:
        >>> grid("0:1:3", "bias").tolist(), grid("0.5,2", "bias").tolist()
        ([0.0, 0.5, 1.0], [0.5, 2.0])
    """
    import numpy as np

    from evolaw import checks

    parts = checks.halfwidth(text).split(":")
    fix = "Biases are shares of the critical current, without a unit." if name == "bias" else ""
    if len(parts) == 3:
        whole = parts[2].strip()
        checks.require(whole.isdecimal(), name, "be FROM:TO:COUNT with a whole COUNT of points", text, fix)
        count = checks.integer(int(whole), name, least=2, most=_MOST_POINTS)
        first, last = (_number(part, name, text, fix) for part in parts[:2])
        return checks.increasing(np.linspace(first, last, count), name)
    checks.require(len(parts) == 1, name, "be numbers as 0.1,0.5,1 or FROM:TO:COUNT", text)
    return checks.increasing(np.array([_number(part, name, text, fix) for part in parts[0].split(",")]), name)


def sweep_rate(junction: Junction, rate: float | None, ramp: str | None, usual: float) -> float:
    """Return di/dt in the junction's unit of time, from either way to say it."""
    from evolaw import checks
    from evolaw.josephson.fitting.quantities import quantity_of_text

    checks.require(rate is None or ramp is None, "ramp", "be left out beside --rate", ramp)
    if ramp is None:
        return usual if rate is None else rate
    scales = junction.scales
    if scales is None:
        raise checks.refuse("ramp", "be given with a junction in SI units; use --rate", ramp)
    return quantity_of_text(ramp, "ramp") / scales.critical_current * scales.time_unit


def frequency_of(junction: Junction, text: str) -> float:
    """Return the W of a drive in the junction's inverse unit of time: a bare number as it is, "20 GHz" of a junction in SI units as 2πf."""
    import math

    from evolaw import checks
    from evolaw.josephson.fitting.quantities import quantity_of_text

    try:
        bare: float | None = float(text)
    except ValueError:
        bare = None
    if bare is not None:
        return checks.positive(bare, "frequency")
    if junction.scales is None:
        raise checks.refuse("frequency", "be a number for a junction in reduced units", text)
    return 2 * math.pi * quantity_of_text(text, "rate", "frequency") * junction.scales.time_unit


def _number(part: str, name: str, whole: str, fix: str) -> float:
    from evolaw import checks

    try:
        return checks.number(float(part), name)
    except ValueError:
        raise checks.refuse(name, "be numbers as 0.1,0.5,1 or FROM:TO:COUNT", whole, fix) from None
