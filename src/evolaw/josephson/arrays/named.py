"""Arrays by name, as ``evolaw junction array`` takes them: a kind, a size and a few numbers, and from them the law and the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.josephson.arrays.grids import Grid, grid_array
from evolaw.josephson.arrays.ladders import ladder
from evolaw.josephson.arrays.pairs import phase_pair
from evolaw.josephson.arrays.series import series_array
from evolaw.sde.processes.process import SDE

__all__ = ["KINDS", "NamedArray"]

KINDS = ("series", "ladder", "ring", "pair", "grid")


@dataclass(frozen=True)
class NamedArray:
    """An array without its bias and its noise.

    Attributes:
        kind: one of `KINDS`.
        size: junctions; of a grid, islands along each side; a pair has two.
        spread: standard deviation of the biases from junction to junction.
        damping: α, of a ladder, a ring or a pair.
        coupling: 1/β_L of a ladder or ring, κ of a pair.
        load: L, R, C of a series array.
        fluxons: trapped in a ring.
        flux: flux quanta through each plaquette of a grid.
        seed: of start and biases.

    Raises:
        ArgumentError: a kind that is none, or a number that the kind does not take.
    """

    kind: str = "series"
    size: int = 10
    spread: float = 0.0
    damping: float = 0.5
    coupling: float = 1.0
    load: tuple[float, ...] = (1.0, 1.0, 1.0)
    fluxons: int = 0
    flux: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        kind = checks.one_of(self.kind, "kind", KINDS)
        size = 2 if kind == "pair" else checks.integer(self.size, "size", least=2, most=256 if kind == "grid" else 4096)
        object.__setattr__(self, "size", size)
        checks.number(self.spread, "spread", least=0.0)
        checks.require(len(self.load) == 3, "load", "be three numbers, L,R,C", self.load)
        checks.require(
            kind in ("pair", "grid", "series") or self.coupling > 0, "coupling", "be positive", self.coupling
        )
        checks.require(kind != "pair" or self.coupling >= 0, "coupling", "be zero or positive", self.coupling)
        checks.require(kind != "ring" or abs(self.fluxons) <= size, "fluxons", "be at most one a cell", self.fluxons)
        checks.require(self.flux == 0 or kind == "grid", "flux", "be 0 but for a grid", self.flux)

    @classmethod
    def of_settings(cls, settings: Mapping[str, Any]) -> NamedArray:
        """Return the array of the options that were typed; ``load`` is text there."""
        load = tuple(checks.number(part, "load") for part in str(settings["load"]).split(","))
        names = ("kind", "size", "spread", "damping", "coupling", "fluxons", "flux", "seed")
        return cls(load=load, **{name: settings[name] for name in names})

    @property
    def junctions(self) -> int:
        """How many phases there are."""
        return self.size**2 if self.kind == "grid" else self.size

    @property
    def start(self) -> np.ndarray:
        """Random phases of a series array, where each start locks or not; at rest for all others."""
        if self.kind == "grid":
            return np.zeros(self.junctions - 1)
        if self.kind == "series":
            return np.concatenate([self._chance()[1], np.zeros(2)])
        return np.zeros(2 * self.size)

    def law(self, bias: float, noise: float) -> SDE | Grid:
        """Return the array at a bias and a noise D."""
        each = bias + self._chance()[0]
        if self.kind == "grid":
            return grid_array(self.size, self.size, bias, noise=noise, frustration=self.flux, is_periodic=self.size > 2)
        if self.kind == "series":
            inductance, resistance, capacitance = self.load
            return series_array(
                self.size, each, inductance=inductance, resistance=resistance, capacitance=capacitance, noise=noise
            )
        if self.kind == "pair":
            return _quiet(phase_pair(self.damping, noise, self.coupling, each), noise)
        turns = self.fluxons if self.kind == "ring" else None
        made = ladder(self.size, each, damping=self.damping, noise=noise, inductance=1 / self.coupling, fluxons=turns)
        return _quiet(made, noise)

    def _chance(self) -> tuple[np.ndarray, np.ndarray]:
        """What each junction's bias differs by, and random phases."""
        draw = randomness.source(self.seed).stream("array").generator()
        return self.spread * draw.standard_normal(self.size), draw.uniform(-np.pi, np.pi, self.size)


def _quiet(law: SDE, noise: float) -> SDE:
    return law if noise > 0 else replace(law, diffusion=None, noise="none", noises=0)
