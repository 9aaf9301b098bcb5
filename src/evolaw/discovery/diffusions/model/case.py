"""A case: one recording, the terms that may move it, what is known of them, and how it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evolaw.discovery.diffusions.model.equalities import Relations
from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["Case", "entry_name"]


def entry_name(component: str, term: str, *, diffusion: bool = False) -> str:
    """Return how an entry is called: ``x: x^3`` in the drift of x, ``x: D x^2`` in its diffusion coefficient."""
    return f"{component}: {'D ' if diffusion else ''}{term}"


@dataclass(frozen=True, eq=False)
class Case:
    """What every kind of evidence is given.

    Attributes:
        recording: the recording.
        drift, diffusion: terms of each component that has an equation.
        known: coefficient by entry name, for entries known beforehand; they are never changed.
        hidden: names of the hidden velocities, one a recorded component; empty where all is recorded.
        noise: standard deviation of the measurement noise of each recorded component.
        gains: gain of the filter of each recorded component.
        periods: period by component, for angles.
        relations: factors of free entries by each entry that is their sum; none for an entry that is ruled out (`equalities.follow`).
        signs: 1 or -1 by entry.
        stated: the relations that were given, each as given.
        symmetries: the declared symmetries, in words.
        symmetric: what they say of free entries by themselves, as in ``relations``, without the relations that were given.
        clock: name of the component that is the time; "" where no term reads the time.
        kept: what was computed of the case and is asked for again, by name; a case made of this one begins without.
    """

    recording: Recording
    drift: Mapping[str, tuple[Term, ...]]
    diffusion: Mapping[str, tuple[Term, ...]]
    known: Mapping[str, float] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    noise: tuple[float, ...] = ()
    gains: tuple[float, ...] = ()
    periods: Mapping[str, float] = field(default_factory=dict)
    relations: Relations = field(default_factory=dict)
    signs: Mapping[str, int] = field(default_factory=dict)
    stated: Relations = field(default_factory=dict)
    symmetries: tuple[str, ...] = ()
    symmetric: Relations = field(default_factory=dict)
    clock: str = ""
    kept: dict[str, Any] = field(init=False, default_factory=dict, repr=False)

    @property
    def targets(self) -> tuple[str, ...]:
        """The components that have entries, known ones included."""
        return tuple(name for name in self.drift if name != self.clock)

    @property
    def recorded(self) -> tuple[str, ...]:
        """Names of what was recorded beside the time."""
        return tuple(name for name in self.recording.names if name != self.clock)

    @property
    def asked(self) -> tuple[str, ...]:
        """The components with a free term."""
        return tuple(name for name in self.drift if self.split(name)[0] or self.split(name, diffusion=True)[0])

    @property
    def state(self) -> tuple[str, ...]:
        """Names of the whole state, hidden velocities, or the time, last."""
        return self.recording.names + self.hidden

    def index(self, target: str) -> int:
        """The recorded component that an equation speaks of; for a hidden velocity that of its position."""
        return self.hidden.index(target) if target in self.hidden else self.recording.names.index(target)

    def split(self, target: str, *, diffusion: bool = False) -> tuple[tuple[Term, ...], tuple[tuple[Term, float], ...]]:
        """Return the free terms of a component, and the known ones with their coefficients."""
        terms = (self.diffusion if diffusion else self.drift).get(target, ())
        names = [entry_name(target, term.name, diffusion=diffusion) for term in terms]
        free = tuple(term for term, name in zip(terms, names, strict=True) if name not in self.known)
        known = tuple((term, self.known[name]) for term, name in zip(terms, names, strict=True) if name in self.known)
        return free, known
