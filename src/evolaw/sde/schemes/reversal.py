"""Any scheme on falling times, by the equation in the time s = -t.

dX = f(t, X) dt + G(t, X) dW  for falling t        is        dX = -f(-s, X) ds + G(-s, X) dW  for rising s
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from evolaw.sde.processes.process import SDE, time_reversed
from evolaw.sde.schemes.scheme import Noise, Scheme

__all__ = ["Reversal"]


@dataclass(frozen=True)
class Reversal:
    """A scheme that sees rising times where the times of a solution fall.

    Attributes:
        scheme: the method.

    Notes:
        Its orders and its noise are those of the method; a step costs what it costs there.

    Example:
        >>> import numpy as np
        >>> from evolaw.sde.schemes.milstein import Milstein
        >>> growth = SDE(lambda t, x, p: x, lambda t, x, p: 2.0 * x, noise="scalar")
        >>> Reversal(Milstein()).step(growth, 1.0, np.ones(1), -0.5, Noise(np.array([0.25])), None)[0].tolist()
        [0.125]
    """

    scheme: Scheme

    runs_backwards: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """Return the name of the method."""
        return self.scheme.name

    @property
    def needs(self) -> str:
        """Return the noise of a step."""
        return self.scheme.needs

    @property
    def noise_kinds(self) -> tuple[str, ...]:
        """Return the noise kinds it is for."""
        return self.scheme.noise_kinds

    @property
    def calculus(self) -> str | None:
        """Return the calculus it solves."""
        return self.scheme.calculus

    @property
    def strong_order(self) -> float | Mapping[str, float] | None:
        """Return the strong order of the method."""
        return self.scheme.strong_order

    @property
    def weak_order(self) -> float | Mapping[str, float] | None:
        """Return the weak order of the method."""
        return self.scheme.weak_order

    def __str__(self) -> str:
        return str(self.scheme)

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return the memory before the first step."""
        return self.scheme.start(time_reversed(process), -t, x)

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the state at t + dt, dt < 0, and the new memory."""
        return self.scheme.step(time_reversed(process), -t, x, -dt, noise, memory)

    def refuses(self, process: SDE) -> str | None:
        """Return why the method is not for the equation in the time -t; None when it is."""
        return self.scheme.refuses(time_reversed(process))

    def explain(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise) -> str | None:
        """Return why the method gave no state, where it can tell."""
        explain = getattr(self.scheme, "explain", None)
        return None if explain is None else explain(time_reversed(process), -t, x, -dt, noise)
