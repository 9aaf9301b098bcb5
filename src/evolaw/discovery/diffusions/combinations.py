r"""What a recording tells where it does not tell single terms: the drift's mean and its slopes over what was visited.

The drift projected on straight lines over the visited states, f(x) ≈ a + Σ_i s_i (x_i − x̄_i), is a combination of coefficients that stays
well determined when the terms themselves cannot be told apart:

    s_i = Σ_j θ_j s_ij,      s_ij the slopes of the regression of φ_j(X) on X

In one well s is the stiffness there. A combination is *identified* when its error is less than a third of the line's size over
what was visited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evolaw import display
from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.selection import is_coarse
from evolaw.discovery.diffusions.evidence.velocity import accelerations
from evolaw.discovery.diffusions.evidence.weigh import Weighed, fine_nodes, weigh
from evolaw.discovery.diffusions.model.case import Case, entry_name
from evolaw.discovery.diffusions.model.expressions import read_term
from evolaw.errors import ArgumentError

__all__ = ["Combination", "combinations", "visited_states"]

_IDENTIFIED = 1 / 3
_NODES = 4
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
    return [column[::every] for column in columns[: len(case.state)]]


def combinations(case: Case, weighed: Weighed) -> tuple[Combination, ...]:
    """Return the identified combinations of one component's drift: its mean and its slopes over the visited states.

    They are estimated as the two numbers they are, by the moment equations of a straight line, and not summed up from coefficients
    that are not known singly.
    """
    target = weighed.target
    if weighed.drift is None:
        return ()
    states = visited_states(case)
    confined = [i for i, name in enumerate(case.state) if name != case.clock and _confined(case, name, states[i])]
    centre = np.array([float(np.mean(states[i])) for i in confined])
    form = _line(case, target, [case.state[i] for i in confined])
    if form is None:
        return ()
    place = ", ".join(f"{case.state[i]} = {c:.3g}" for i, c in zip(confined, centre, strict=True))
    spread = [1.0, *(float(np.std(states[i])) for i in confined)]
    kinds = ["level", *("stiffness" for _ in confined)]
    symbols = [f"mean drift of {target}", *(f"d(drift of {target})/d{case.state[i]}" for i in confined)]
    rows = np.eye(len(kinds))
    rows[0, 1:] = centre
    weights = _slopes(case, target, states, confined, centre)
    size = _typical_size(form, rows, spread)
    found = []
    for row, scale, kind, symbol, w in zip(rows, spread, kinds, symbols, weights, strict=True):
        value, error = form.combination(row)
        if error * scale < _IDENTIFIED * size:
            at = f" at {place}" if place else ""
            word = "" if kind == "level" else "stiffness, "
            says = f"{word}{symbol}{at}: {display.uncertain(value, error)}, averaged over what was visited."
            found.append(Combination(f"{symbol}{at}", kind, value, error, w, says))
    return tuple(found)


def _line(case: Case, target: str, names: list[str]) -> GaussianForm | None:
    """The form of a straight line in place of the component's drift; None where even a line is dependent on the recording."""
    terms = tuple(read_term(name, case.state) for name in ("1", *names))
    known = {name: value for name, value in case.known.items() if not _is_drift_of(name, target)}
    plain = replace(case, drift={**case.drift, target: terms}, known=known)
    try:
        return weigh(plain, target, _NODES if is_coarse(case) else fine_nodes).drift
    except ArgumentError:
        return None


def _is_drift_of(entry: str, target: str) -> bool:
    return entry.startswith(f"{target}: ") and not entry.startswith(f"{target}: D ")


def _typical_size(form: GaussianForm, rows: np.ndarray, spread: list[float]) -> float:
    """How large the drift of the line is over the visited states: the root of its mean square, its mean and slopes added up."""
    parts = [form.combination(row)[0] * scale for row, scale in zip(rows, spread, strict=True)]
    return float(np.sqrt(np.sum(np.square(parts))))


def _slopes(
    case: Case, target: str, states: list[np.ndarray], confined: list[int], centre: np.ndarray
) -> list[dict[str, float]]:
    """Weights of each entry: the regression of its term on straight lines."""
    free, _ = case.split(target)
    lines = np.stack([np.ones(len(states[0])), *(states[i] - c for i, c in zip(confined, centre, strict=True))], 1)
    table = np.linalg.lstsq(lines, features(free, states), rcond=None)[0]
    names = [entry_name(target, term.name) for term in free]
    return [dict(zip(names, map(float, row), strict=True)) for row in table]


def _confined(case: Case, name: str, values: np.ndarray) -> bool:
    """Whether a line over the visited values of a component has a meaning: an angle that turns round has none."""
    return name not in case.periods or float(np.ptp(values)) < case.periods[name] / 2
