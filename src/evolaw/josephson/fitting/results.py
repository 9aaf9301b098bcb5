"""What a fit says: four numbers with their intervals, checks of the model, and what to measure next."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import display
from evolaw.josephson.junction import Junction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Check", "JunctionFit", "Parameter", "thermal_check"]

_DATA = {"iv": "I–V", "switching": "switching", "rates": "rate"}
_UNITS = {"critical_current": "A", "resistance": "Ohm", "capacitance": "F", "temperature": "K"}


@dataclass(frozen=True)
class Parameter:
    """A number with its interval.

    Attributes:
        value: in SI; None where the data do not determine it.
        low, high: ends of the 95 % interval; None likewise, and where it was given; ``high`` None with a ``low`` means a lower bound.
        basis: "fitted", "given" or "undetermined".
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    basis: str = "fitted"

    @classmethod
    def of(cls, value: float, low: float, high: float) -> Parameter:
        """Return a fitted number; an upper end that is infinite becomes None."""
        return cls(float(value), float(low), float(high) if np.isfinite(high) else None)

    def words(self, unit: str) -> str:
        """The number as text."""
        if self.value is None:
            return "not determined by these data"
        if self.basis == "given":
            return f"{display.quantity(self.value, unit, 6)} (given)"
        if self.low == 0 and self.high is not None:
            return f"at most {display.quantity(self.high, unit, 3)}"
        if self.high is None:
            return f"at least {display.quantity(float(self.low or 0.0), unit)}"
        size, prefix = display.engineering(self.value)
        ends = [x / size for x in (self.value, float(self.low or 0.0), self.high)]
        digits = _decimals(*ends)
        value, low, high = (f"{round(x, digits) + 0.0:.{max(digits, 0)}f}" for x in ends)
        return f"{value} {prefix}{unit}, 95 % from {low} to {high}"


def _decimals(value: float, low: float, high: float) -> int:
    """Decimals that leave two digits of the distance to the nearer end, or of half the interval where the value is an end."""
    near = min(value - low, high - value)
    if near <= 0:
        near = (high - low) / 2
    return 1 - math.floor(math.log10(float(f"{near:.1e}"))) if near > 0 else 6


@dataclass(frozen=True)
class Check:
    """A check of the model.

    Attributes:
        name: what is asked.
        passed: whether the model stands; None where the data cannot say.
        says: the answer in a sentence.
        p_value: of the test, when it is one.
    """

    name: str
    passed: bool | None
    says: str
    p_value: float | None = None


def thermal_check(temperature: Parameter, bath: float | None) -> Check:
    """Return whether a fitted noise is that of a bath of known temperature, in K; without one it cannot be said."""
    name = "is the excess noise thermal?"
    low, high = float(temperature.low or 0), np.inf if temperature.high is None else temperature.high
    if bath is None:
        most = low == 0 and np.isfinite(high)
        size = display.quantity(high if most else float(temperature.value or 0), "K", 3)
        says = f"The noise is at most that of {size}" if most else f"The noise is that of {size}"
        return Check(name, None, f"{says}; give the bath's temperature to compare.")
    of, least, end = (display.quantity(x, "K", 3) for x in (float(temperature.value or 0), low, high))
    lies = display.quantity(bath, "K")
    if low <= bath <= high:
        return Check(name, True, f"Yes: the bath's {lies} lies within {least} to {end}.")
    if low == 0:
        return Check(name, False, f"No: the noise is at most that of {end}, less than the bath's {lies}.")
    more = "more" if low > bath else "less"
    return Check(name, False, f"No: the noise is that of {of} ({least} to {end}), {more} than the bath's {lies}.")


@dataclass(frozen=True, eq=False, repr=False)
class JunctionFit:
    """A junction found in measured data.

    Attributes:
        kind: "iv", "switching" or "rates".
        parameters: critical_current, resistance, capacitance, temperature (the effective one), each a `Parameter`.
        checks: of the model.
        next_measurement: what narrows most what is uncertain, in a sentence.
        x, measured, fitted, error: the data and the fitted curve, in SI.
        labels: what x and y are.
        read_as: what a heading did not say and was taken so, a sentence each.
    """

    kind: str
    parameters: dict[str, Parameter]
    checks: tuple[Check, ...]
    next_measurement: str
    x: np.ndarray
    measured: np.ndarray
    fitted: np.ndarray
    error: np.ndarray
    labels: tuple[str, str]
    extra: dict[str, Any] = field(default_factory=dict)
    read_as: tuple[str, ...] = ()

    @property
    def junction(self) -> Junction | None:
        """The junction with these numbers; None while critical current, resistance or temperature are unknown."""
        p = self.parameters
        needed = [p[name].value for name in ("critical_current", "resistance", "temperature")]
        if any(value is None for value in needed):
            return None
        current, resistance, temperature = (float(value or 0.0) for value in needed)
        return Junction.from_si(
            critical_current=current, resistance=resistance, capacitance=p["capacitance"].value, temperature=temperature
        )

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the data, the fitted curve and the residuals."""
        return display.plot(self, **options)

    def document(self) -> dict[str, Any]:
        """The fit as nested dictionaries for JSON."""
        return {
            "kind": self.kind,
            "parameters": {
                name: {
                    "value": p.value,
                    "interval": None if p.low is None else [p.low, p.high],
                    "basis": p.basis,
                    "unit": _UNITS[name],
                }
                for name, p in self.parameters.items()
            },
            "checks": [{"name": c.name, "passed": c.passed, "p_value": c.p_value, "says": c.says} for c in self.checks],
            "next": {"says": self.next_measurement},
            "read_as": list(self.read_as),
        }

    def __repr__(self) -> str:
        facts: list[tuple[str, Any]] = [
            (name.replace("_", " "), p.words(_UNITS[name])) for name, p in self.parameters.items()
        ]
        facts += [(check.name, check.says) for check in self.checks]
        return display.lines(
            f"Junction from {_DATA[self.kind]} data",
            [*facts, ("next", self.next_measurement), ("read as", "; ".join(self.read_as) or None)],
        )
