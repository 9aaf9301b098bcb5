"""What a measured curve is: values over an abscissa, each with its standard error, and what is known exactly beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display
from evolaw.josephson.junction import Junction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Curve", "IVCurve", "Quantity"]


@dataclass(frozen=True, eq=False)
class Quantity:
    """A column of a result in SI units, or one number.

    Attributes:
        name, unit: what it is.
        value, error: with standard errors, None for what was chosen.
        exact: the exact value, or None.
    """

    name: str
    unit: str
    value: np.ndarray
    error: np.ndarray | None = None
    exact: np.ndarray | None = None

    def document(self) -> dict[str, Any]:
        """The column for JSON."""
        known = None
        if self.exact is not None:
            # An array, or a single number.
            there = self.exact.astype(object)
            there[~np.isfinite(self.exact)] = None
            known = there.tolist()
        error = None if self.error is None else self.error.tolist()
        return {"unit": self.unit, "value": self.value.tolist(), "error": error, "exact": known}


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """A measured curve.

    Attributes:
        junction: of which.
        name: what is measured, such as "diffusion".
        abscissa, label: its values and their name.
        value, error: measured, with standard errors.
        exact: the closed form or the solution of the Fokker–Planck equation, not a number where there is none; None for none at all.
        source: where ``exact`` is from.
        seed: of the noise.
        doubtful: where the value is not the stationary one and its error does not say so, a mask; None for nowhere.
        doubt: the sentence that says why and what it is instead, or "".
    """

    junction: Junction
    name: str
    abscissa: np.ndarray
    value: np.ndarray
    error: np.ndarray
    exact: np.ndarray | None = None
    source: str = ""
    label: str = "bias"
    seed: int | None = None
    doubtful: np.ndarray | None = None
    doubt: str = ""

    @property
    def gap(self) -> float | None:
        """The largest distance from the exact values where there is no doubt, in standard errors; None where nothing is exact."""
        if self.exact is None:
            return None
        known = np.isfinite(self.exact) & (self.error > 0)
        if self.doubtful is not None:
            known &= ~self.doubtful
        return float(np.max(np.abs(self.value - self.exact)[known] / self.error[known])) if known.any() else None

    def units(self) -> tuple[tuple[str, str, float], ...]:
        """Return what the values are in SI units, each as name, unit and the factor from reduced ones; nothing for a junction in reduced units.

        voltage                          I_c R v
        linewidth (FWHM)                 2 D_eff/(2π t), t the unit of time: the full width of the Josephson line in hertz
        voltage noise at low frequency   4 D_eff t (V per φ')², one-sided in V²/Hz; 4 k_B T R far above the critical current
        escape rate                      Γ/t
        passage time                     τ t
        """
        scales = self.junction.scales
        if scales is None:
            return ()
        t, volt = scales.time_unit, scales.voltage_unit
        noise = 4 * t * (volt * self.junction.voltage_per_velocity) ** 2
        known: dict[str, tuple[tuple[str, str, float], ...]] = {
            "I–V curve": (("voltage", "V", volt),),
            "phase diffusion": (
                ("linewidth (FWHM)", "Hz", 1 / (np.pi * t)),
                ("voltage noise at low frequency", "V²/Hz", noise),
            ),
            "escape rate": (("escape rate", "1/s", 1 / t),),
            "passage time": (("passage time", "s", t),),
        }
        return known.get(self.name, ())

    def physical(self) -> tuple[Quantity, ...]:
        """Return the columns of the curve in SI units, the current first; none for a junction in reduced units."""
        scales = self.junction.scales
        if scales is None:
            return ()
        exact = self.exact
        return (
            Quantity("current", "A", self.abscissa * scales.critical_current),
            *(
                Quantity(n, u, self.value * k, self.error * k, None if exact is None else exact * k)
                for n, u, k in self.units()
            ),
        )

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure: the measured points over the exact curve."""
        return display.plot(self, **options)

    def rows(self) -> list[tuple[float, float, float, float | None]]:
        """The curve as a table: abscissa, value, standard error, exact value or None."""
        exact = np.full(self.value.shape, np.nan) if self.exact is None else self.exact
        columns = zip(self.abscissa.tolist(), self.value.tolist(), self.error.tolist(), exact.tolist(), strict=True)
        return [(x, v, e, t if np.isfinite(t) else None) for x, v, e, t in columns]

    @property
    def _range(self) -> str:
        first, last, count = self.abscissa[0], self.abscissa[-1], self.abscissa.size
        return f"{first:g}" if count == 1 else f"{first:g} … {last:g}, {count} points"

    def __repr__(self) -> str:
        gap = self.gap
        facts = [
            ("junction", f"{self.junction.damping_words}, noise {self.junction.noise:g}"),
            (self.label, self._range),
            ("at the end", display.uncertain(self.value[-1], self.error[-1])),
            ("known" if self.name == "escape rate" else "exact", self.source or None),
            ("distance", None if gap is None else f"at most {gap:.2f} standard errors"),
            ("in doubt", self.doubt or None),
            ("seed", self.seed),
        ]
        return display.lines(self.name, facts)


@dataclass(frozen=True, eq=False, repr=False)
class IVCurve(Curve):
    """A current–voltage curve; ``voltage`` and ``bias`` are its value and abscissa.

    Attributes:
        paths, duration: independent junctions a bias, and the time each was watched.
    """

    paths: int = 0
    duration: float = 0.0

    @property
    def bias(self) -> np.ndarray:
        """I/I_c."""
        return self.abscissa

    @property
    def voltage(self) -> np.ndarray:
        """V/(I_c R)."""
        return self.value

    def in_si(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return current in ampere, voltage and its standard error in volt.

        Raises:
            ArgumentError: the junction was not made from SI units.
        """
        scales = self.junction.scales
        if scales is None:
            raise checks.refuse(
                "junction", "be made by Junction.from_si for a curve in SI units", "one in reduced units"
            )
        return self.bias * scales.critical_current, self.voltage * scales.voltage_unit, self.error * scales.voltage_unit
