"""What a measured curve is: values over an abscissa, each with its standard error, and what is known exactly beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, display
from evolaw.josephson.junction import Junction

__all__ = ["Curve", "IVCurve"]


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

    def plot(self, **options: Any) -> Any:
        """Return a Matplotlib figure: the measured points over the exact curve."""
        return display.plot(self, **options)

    def rows(self) -> list[tuple[float, float, float, float | None]]:
        """The curve as a table: abscissa, value, standard error, exact value or None."""
        exact = np.full(self.value.shape, np.nan) if self.exact is None else self.exact
        columns = zip(self.abscissa.tolist(), self.value.tolist(), self.error.tolist(), exact.tolist(), strict=True)
        return [(x, v, e, t if np.isfinite(t) else None) for x, v, e, t in columns]

    def __repr__(self) -> str:
        gap = self.gap
        facts = [
            ("junction", f"damping {self.junction.damping}, noise {self.junction.noise:g}"),
            (self.label, f"{self.abscissa[0]:g} … {self.abscissa[-1]:g}, {self.abscissa.size} points"),
            ("at the end", f"{self.value[-1]:.6g} ± {self.error[-1]:.2g}"),
            ("exact", self.source or None),
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
