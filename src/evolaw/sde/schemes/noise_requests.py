"""What a step asks of chance, and what is true of each kind of noise whatever draws it.

    request                     what a step of length h is given                             refined   weak
    NONE           "none"         nothing: a deterministic flow                                yes       no
    INCREMENTS     "dW"           W(t+h) - W(t)                                                yes       no
    INTEGRALS      "dW,dZ"        the increments and I10 = ∫ (W(s) - W(t)) ds                  yes       no
    AREAS          "levy"         the increments and the areas A_ij = ½ ∫ (W_i dW_j - W_j dW_i)  yes       no
    TWO_POINTS     "two_point"    ±√h with chance 1/2                                          no        yes
    THREE_POINTS   "three_point"  0 or ±√(3h), and ±√h for each pair of noises                 no        yes
    NORMALS        "exact"        standard normals, as many as an exact transition asks for    no        no

A request is also its word, so that a scheme of one's own may declare ``needs = "dW"``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from evolaw import checks

__all__ = ["NoiseRequest"]


class NoiseRequest(StrEnum):
    """The noise of a step; see the table of this module.

    Example:
        >>> NoiseRequest("dW") is NoiseRequest.INCREMENTS, NoiseRequest.TWO_POINTS.is_weak
        (True, True)
    """

    NONE = "none"
    INCREMENTS = "dW"
    INTEGRALS = "dW,dZ"
    AREAS = "levy"
    TWO_POINTS = "two_point"
    THREE_POINTS = "three_point"
    NORMALS = "exact"

    @classmethod
    def of(cls, scheme: Any) -> NoiseRequest:
        """Return what a scheme asks for.

        Raises:
            ArgumentError: it asks for something that nobody draws.
        """
        return cls(checks.one_of(str(scheme.needs), "needs", tuple(cls)))

    @property
    def is_weak(self) -> bool:
        """Whether the variables only share moments with increments."""
        return self in (NoiseRequest.TWO_POINTS, NoiseRequest.THREE_POINTS)

    @property
    def has_path(self) -> bool:
        """Whether the noise of two steps in a row is the noise of one: it belongs to a path, and can be refined."""
        return not self.is_weak and self is not NoiseRequest.NORMALS

    @property
    def is_of_normals(self) -> bool:
        """Whether it is made of one or two normals a component and nothing else, which can be drawn for many steps at once."""
        return self in (NoiseRequest.INCREMENTS, NoiseRequest.INTEGRALS, NoiseRequest.NORMALS)

    def noises(self, process: Any) -> int:
        """Return how many components a step of a process is given."""
        if self is NoiseRequest.NORMALS:
            return int(getattr(process.exact, "normals", process.dim))
        return int(process.noises or 0)
