r"""What a recording tells where it does not tell single terms: the drift's mean and its slopes over what was visited.

The drift projected on straight lines over the visited states, f(x) ≈ a + Σ_i s_i (x_i − x̄_i), is a combination of coefficients that stays
well determined when the terms themselves cannot be told apart:

    s_i = Σ_j θ_j s_ij,      s_ij the slopes of the regression of φ_j(X) on X

In one well s is the stiffness there. A combination is *identified* when its error is less than a third of the drift's natural size:
an eigenvalue of the information above 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.velocity import accelerations
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.model.case import Case, entry_name

__all__ = ["Combination", "combinations", "visited_states"]

_IDENTIFIED = 1 / 3
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Combination:
    """A combination of coefficients that the recording determines.

    Attributes:
        name: what it is, in symbols.
        kind: "level" or "stiffness".
        value, error: Σ weights θ and its standard error.
        weights: weight of each entry.
        says: the same in a sentence.
    """

    name: str
    kind: str
    value: float
    error: float
    weights: dict[str, float]
    says: str

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, with the 95 % interval."""
        interval = [self.value - 1.96 * self.error, self.value + 1.96 * self.error]
        return {**vars(self), "interval": interval}


def visited_states(case: Case) -> list[np.ndarray]:
    """Return the recorded states, hidden velocities by central differences; at most some ten thousand."""
    columns = list(case.recording.columns)
    if case.hidden:
        seen = accelerations(case.recording, 0, 0, len(case.recording), case.noise)
        columns = [column[seen.usable] for column in seen.middle]
    every = max(1, len(columns[0]) // _MOST_ROWS)
    return [column[::every] for column in columns]


def combinations(case: Case, weighed: Weighed) -> tuple[Combination, ...]:
    """Return the identified combinations of one component's drift: its mean and its slopes over the visited states."""
    form, target = weighed.drift, weighed.target
    if form is None:
        return ()
    states = visited_states(case)
    free, known = case.split(target)
    confined = [i for i, name in enumerate(case.state) if _confined(case, name, states[i])]
    centre = [float(np.mean(states[i])) for i in confined]
    lines = np.stack([np.ones(len(states[0])), *(states[i] - c for i, c in zip(confined, centre, strict=True))], 1)
    weights = np.linalg.lstsq(lines, features(free, states), rcond=None)[0]
    given = np.linalg.lstsq(lines, features(tuple(t for t, _ in known), states), rcond=None)[0]
    given = given @ np.array([value for _, value in known])
    size = max(form.size, 1e-300)
    if weighed.strength is not None and len(case.diffusion.get(target, ())) > 1 and not case.hidden:
        size *= float(np.median(np.sqrt(weighed.strength(states))))
    place = ", ".join(f"{case.state[i]} = {c:.3g}" for i, c in zip(confined, centre, strict=True))
    spread = [1.0, *(float(np.std(states[i])) for i in confined)]
    kinds = ["level", *("stiffness" for _ in confined)]
    symbols = [f"mean drift of {target}", *(f"d(drift of {target})/d{case.state[i]}" for i in confined)]
    found = []
    for w, fixed, scale, kind, symbol in zip(weights, given, spread, kinds, symbols, strict=True):
        value, error = form.combination(w)
        value += float(fixed)
        if error * scale < _IDENTIFIED * size:
            at = f" at {place}" if place else ""
            entries = {entry_name(target, term.name): float(x) for term, x in zip(free, w, strict=True)}
            says = f"{symbol}{at}: {_number(value, error)}, averaged over what was visited."
            found.append(Combination(f"{symbol}{at}", kind, value, error, entries, says))
    return tuple(found)


def _confined(case: Case, name: str, values: np.ndarray) -> bool:
    """Whether a line over the visited values of a component has a meaning: an angle that turns round has none."""
    return name not in case.periods or float(np.ptp(values)) < case.periods[name] / 2


def _number(value: float, error: float) -> str:
    digits = max(0, 1 - int(np.floor(np.log10(error)))) if error > 0 else 3
    return f"{value:.{min(digits, 8)}f} ± {error:.{min(digits, 8)}f}"
