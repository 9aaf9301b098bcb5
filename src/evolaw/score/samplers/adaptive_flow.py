"""The probability flow followed with steps of its own for every sample: the reference that fixed steps are measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from evolaw import checks

__all__ = ["AdaptiveFlow"]


@dataclass(frozen=True)
class AdaptiveFlow:
    """A sampler for `evolaw.score.sample`: the flow from T to ε by Dormand–Prince 5(4), each sample with its own steps.

    Attributes:
        rtol, atol: tolerances of a step; the paper's are 1e-5.

    Notes:
        Six calls of the score a step. A sample does not depend on which others were drawn with it, whereas solvers that take one step
        for a whole batch couple them.

    References:
        song2021, section 4.3.

    Example:
        >>> AdaptiveFlow().name
        'adaptive flow (rtol 1e-05)'
    """

    rtol: float = 1e-5
    atol: float = 1e-5
    needs: ClassVar[str] = "none"
    draws: ClassVar[int] = 0
    calls: ClassVar[int] = 6
    spacing: ClassVar[str] = "log_snr"

    def __post_init__(self) -> None:
        checks.positive(self.rtol, "rtol")
        checks.positive(self.atol, "atol")

    @property
    def name(self) -> str:
        """Name of the method."""
        return f"adaptive flow (rtol {self.rtol:g})"
