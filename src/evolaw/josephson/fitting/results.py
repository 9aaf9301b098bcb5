"""What a fit says: four numbers with their intervals, checks of the model, and what to measure next."""

from __future__ import annotations

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
        size, prefix = display.engineering(self.value)
        if self.basis == "given":
            return f"{self.value / size:.6g} {prefix}{unit} (given)"
        if self.low == 0 and self.high is not None:
            size, prefix = display.engineering(self.high)
            return f"at most {self.high / size:.4g} {prefix}{unit}"
        low = float(self.low or 0.0) / size
        if self.high is None:
            return f"at least {low:.6g} {prefix}{unit}"
        return f"{self.value / size:.6g} {prefix}{unit}, 95 % from {low:.5g} to {self.high / size:.5g}"


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
    if bath is None:
        return Check(
            name, None, f"The noise is that of {temperature.value:.4g} K; give the bath's temperature to compare."
        )
    low, high = float(temperature.low or 0), np.inf if temperature.high is None else temperature.high
    if low <= bath <= high:
        return Check(name, True, f"Yes: the bath's {bath:.4g} K lies within {low:.4g} to {high:.4g} K.")
    more = "more" if low > bath else "less"
    return Check(
        name,
        False,
        f"No: the noise is that of {temperature.value:.4g} K ({low:.4g} to {high:.4g} K), {more} than the bath's {bath:.4g} K.",
    )


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
