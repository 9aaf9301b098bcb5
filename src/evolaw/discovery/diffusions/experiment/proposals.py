r"""The next experiment: what each thing a person could do would add to the information, with no law assumed beyond what is identified.

The information of a recording on a component's terms is J; an experiment e adds J_e, and what it is worth to an open term is

    gain_j = ½ log [ (J⁻¹)_jj / ((J + J_e)⁻¹)_jj ]  nats,        averaged over the open terms,        J_e = Σ φ(X') φ(X')ᵀ Δt / (2 D')

over the states X' that it would visit. In a recording that stays around one place x̄ only the stiffness there is known, and so the states
are those of its linear response:

    again, longer × 4     X' = X                          more of the same: J_e = J, 3 J
    faster × 4            X' = X                          no longer, so J_e = 0: information on the drift grows with time only
    noise × c             X' = x̄ + sqrt(c) (X − x̄)        D' = c D
    push F                X' = X + F/|s|                  s the stiffness
    restarts              X' spread over c times the visited range, or over the whole circle; each is new for one relaxation time 1/|s|

How fast the motion may be where an experiment leads, half of the laws that the recording leaves possible say: the step is shortened so far
that it stays fine there, up to sixteenfold, and restarts come nearer where that is not enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evolaw.discovery.diffusions.combinations import visited_states
from evolaw.discovery.diffusions.evidence.averages import law_draws
from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.entries import Judged
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.model.case import Case, entry_name
from evolaw.randomness import source

__all__ = ["Experiment", "propose", "remedied"]

_RESTARTS = 20
_WIDER = (4.0, 3.0, 2.0)
_PUSHES = (-1.0, -0.5, 0.5, 1.0)
_HOTTER = (4.0,)
"""Pushes and noise lead where linear response is only hoped to hold, so they are not weighed further than one visited range away."""
_ROWS = 2000
_FINE = 0.1
_FINEST = 16.0
_LAWS = 25


@dataclass(frozen=True, eq=False)
class Experiment:
    """Something a person can do.

    Attributes:
        kind: "restart", "push", "noise", "longer", "faster", "again"; or the cause why the equation does not hold.
        says: the experiment in a sentence.
        gain: nats that an open term gains on average.
        decides: open entries that are expected to be known to a tenth of the drift's size.
        starts: states to start from, one a path; empty to go on from anywhere.
        controls: {"force": {component: added drift}} or {"noise": factor of D}; empty for none.
        step, count: time step and number of steps of each path.
        others: what else was considered, with its gain.
    """

    kind: str
    says: str
    gain: float
    decides: tuple[str, ...]
    starts: tuple[tuple[float, ...], ...] = ()
    controls: dict[str, Any] = field(default_factory=dict)
    step: float = 0.0
    count: int = 0
    others: tuple[tuple[str, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return vars(self) | {
            "decides": list(self.decides),
            "starts": [list(start) for start in self.starts],
            "others": [list(other) for other in self.others],
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Experiment:
        """Read what `to_json` wrote."""
        return cls(
            **{
                **document,
                "decides": tuple(document["decides"]),
                "starts": tuple(tuple(start) for start in document["starts"]),
                "others": tuple((str(says), float(gain)) for says, gain in document["others"]),
            }
        )


@dataclass(frozen=True, eq=False)
class _Idea:
    """An experiment before it is weighed: the states it visits, for how long each, at how many times the noise."""

    kind: str
    says: str
    states: list[np.ndarray]
    time: float
    heat: float = 1.0
    starts: tuple[tuple[float, ...], ...] = ()
    controls: dict[str, Any] = field(default_factory=dict)
    step: float = 1.0
    count: float = 1.0


def propose(
    case: Case, weighed: Sequence[Weighed], families: Sequence[Judged], open_: Sequence[str]
) -> Experiment | None:
    """Return the experiment that is worth most to the open terms; None when nothing is open.

    Args:
        case: the case.
        weighed: what was weighed of each component.
        families: the same as families of entries.
        open_: entries left open.
    """
    drift = [family for family in families if not family.diffusion and _open(family, open_)]
    if not drift:
        return _more_steps(case, open_) if open_ else None
    strengths = {item.target: item for item in weighed}
    found = [(_gain(case, idea, drift, strengths, open_), idea) for idea in _ideas(case, weighed, families)]
    (gain, decides), best = max(found, key=lambda pair: pair[0][0])
    others = sorted(
        ((idea.says, round(worth, 3)) for (worth, _), idea in found if idea is not best), key=lambda o: -o[1]
    )
    recording, paths = case.recording, max(1, len(best.starts))
    steps = best.count * (len(recording) - len(recording.ends)) / paths
    step = recording.step * best.step
    finer = float(np.clip(step * _rate(case, families, best.states) / _FINE, 1.0, _FINEST))
    short = float(f"{step / finer:.3g}") if finer > 1 else step
    # As long as before where that is at most four times as many points, else shorter.
    count = max(20, round(min(steps * step / short, 4 * steps)))
    return Experiment(
        best.kind,
        f"{best.says} Worth {gain:.1f} nats to each open term.",
        round(gain, 4),
        decides,
        best.starts,
        best.controls,
        short,
        count,
        tuple(others),
    )


def remedied(cause: str, says: str) -> Experiment:
    """Return what to do first where the equation does not hold: no experiment on its terms is worth making."""
    return Experiment(cause, says, 0.0, ())


def _more_steps(case: Case, open_: Sequence[str]) -> Experiment:
    """Only diffusion terms are open: information on them grows with the number of steps, however short these are."""
    steps = len(case.recording) - len(case.recording.ends)
    says = "Record four times as fast: what is open are diffusion terms, and these need steps, not time."
    return Experiment(
        "faster", says, round(0.5 * float(np.log(5.0)), 4), tuple(open_), step=case.recording.step / 4, count=4 * steps
    )


def _open(family: Judged, open_: Sequence[str]) -> list[int]:
    if family.form is None:
        return []
    names = [entry_name(family.target, term, diffusion=family.diffusion) for term in family.form.names]
    return [place for place, name in enumerate(names) if name in open_]


def _gain(
    case: Case, idea: _Idea, families: Sequence[Judged], weighed: dict[str, Weighed], open_: Sequence[str]
) -> tuple[float, tuple[str, ...]]:
    """Mean gain over the open terms, and which of them would be known to a tenth of the drift's size."""
    gains, decides = [], []
    for family in families:
        form = family.form
        if form is None:
            continue
        free, _ = case.split(family.target)
        with np.errstate(all="ignore"):
            phi = features(free, idea.states)
            phi = phi if family.shares is None else phi @ family.shares
            phi = phi[np.isfinite(phi).all(1)]
        strength = max(float(np.mean(weighed[family.target].strength(visited_states(case)))), 1e-300)
        scale = np.sqrt(idea.time / (max(len(phi), 1) * 2 * strength * idea.heat))
        # Square roots of both informations stacked: no inverse of an ill-conditioned sum is taken.
        stacked = np.concatenate([form.root, phi * scale]) * form.unit
        _, values, vectors = np.linalg.svd(stacked, full_matrices=False)
        after = np.sqrt(np.sum((vectors.T / np.maximum(values, 1e-12 * values[0])) ** 2, 1))
        before = form.error / form.unit
        for place in _open(family, open_):
            gains.append(float(np.log(before[place] / min(after[place], before[place]))))
            if after[place] < 0.1:
                decides.append(entry_name(family.target, form.names[place]))
    return float(np.mean(gains)), tuple(decides)


def _rate(case: Case, families: Sequence[Judged], states: Sequence[np.ndarray]) -> float:
    """How fast the motion is at some states: the largest slope of a component's drift, in the middle of the laws still possible."""
    chance = source(0).stream("laws of proposals").generator()
    rows = slice(None, None, max(1, len(states[0]) // 200))
    part, rate = [x[rows] for x in states], 0.0
    for family in families:
        if family.diffusion or family.form is None or family.subsets is None:
            continue
        free, _ = case.split(family.target)
        place = case.state.index(family.target)
        with np.errstate(all="ignore"):
            slopes = np.stack([np.broadcast_to(term.slope(part, place), part[0].shape) for term in free])
        slopes = np.where(np.isfinite(slopes), slopes, 0.0)
        laws = family.spread_over(law_draws(family.form, family.subsets, _LAWS, chance))
        rate = max(rate, float(np.median(np.max(np.abs(laws @ slopes), 1))))
    return rate


def _ideas(case: Case, weighed: Sequence[Weighed], families: Sequence[Judged]) -> list[_Idea]:
    every = visited_states(case)
    states = [x[:: max(1, len(x) // _ROWS)] for x in every]
    time = case.recording.duration
    ideas = [
        _Idea("again", "Record once more, just as before.", states, time),
        _Idea("longer", "Record four times as long.", states, 3 * time, count=4.0),
        _Idea("faster", "Record four times as fast.", states, 1e-9 * time, step=0.25, count=4.0),
    ]
    centre = [float(np.mean(x)) for x in states]
    for heat in _HOTTER:
        hot = [c + np.sqrt(heat) * (x - c) for x, c in zip(states, centre, strict=True)]
        says = f"Raise the noise {heat:g}-fold (temperature, shaking)."
        ideas.append(_Idea("noise", says, hot, time, heat, controls={"noise": heat}))
    stiffness = _stiffness(case, weighed, states)
    for target in case.asked:
        ideas += _pushes(case, target, states, time, stiffness[target], weighed)
    fastest = _FINE * _FINEST / case.recording.step
    restarts = [_restarts(case, states, time, max(stiffness.values()), wider) for wider in _WIDER]
    slow = [idea for idea in restarts if _rate(case, families, idea.states) <= fastest and _sound(case, idea)]
    return [*ideas, slow[0] if slow else restarts[-1]]


def _sound(case: Case, idea: _Idea) -> bool:
    """Whether all terms are numbers where an experiment starts: sqrt(x) lets no one start below zero."""
    every = [term for target in case.asked for term in (*case.drift[target], *case.diffusion.get(target, ()))]
    return bool(np.isfinite(features(every, idea.states)).all())


def _stiffness(case: Case, weighed: Sequence[Weighed], states: Sequence[np.ndarray]) -> dict[str, float]:
    """How fast each component relaxes: its mean slope over what was visited, at least one over the recorded time."""
    found = {}
    for item in weighed:
        place = case.index(item.target)
        line = np.stack([np.ones(len(states[0])), states[place]], 1)
        slope = np.linalg.lstsq(line, item.fitted.at(states), rcond=None)[0][1]
        found[item.target] = max(abs(float(slope)), 1 / case.recording.duration)
    return found


def _pushes(
    case: Case, target: str, states: list[np.ndarray], time: float, stiffness: float, weighed: Sequence[Weighed]
) -> list[_Idea]:
    """A constant force, in units of what it takes to move the mean by the visited range."""
    place = case.index(target)
    reach = float(np.ptp(np.quantile(states[place], [0.01, 0.99])))
    if case.recording.names[place] in case.periods:
        reach = min(reach, case.periods[case.recording.names[place]] / 2)
    ideas = []
    for push in _PUSHES:
        force = float(f"{push * stiffness * reach:.2g}")
        moved = [x + force / stiffness if i == place else x for i, x in enumerate(states)]
        says = f"Push {target} with a constant known force: add {force:g} to its drift."
        ideas.append(_Idea("push", says, moved, time, controls={"force": {target: force}}))
    return ideas


def _restarts(case: Case, states: list[np.ndarray], time: float, stiffness: float, wider: float) -> _Idea:
    """Starts spread evenly; in several dimensions along a sequence that fills the box (golden ratios)."""
    size = len(states)
    ratio = 2.0
    for _ in range(30):  # the positive root of r^(d+1) = r + 1
        ratio = (1 + ratio) ** (1 / (size + 1))
    numbers = np.arange(1, _RESTARTS + 1)
    starts, spans, positive = [], [], []
    for i, (name, x) in enumerate(zip(case.state, states, strict=True)):
        if name in case.periods:
            low, high = 0.0, case.periods[name]
        else:
            middle, half = (float(x.max()) + float(x.min())) / 2, float(np.ptp(x)) / 2
            low, high = middle - wider * half, middle + wider * half
            if low < 0 < float(x.min()):
                positive.append(name)
        spread = (numbers - 0.5) / _RESTARTS if size == 1 else np.mod(0.5 + numbers / ratio ** (i + 1), 1.0)
        starts.append(np.array([float(f"{v:.4g}") for v in low + (high - low) * spread]))
        spans.append(f"{name} from {low:.3g} to {high:.3g}")
    recorded = len(case.recorded)
    says = (
        f"Start again {_RESTARTS} times, far apart ({', '.join(spans[:recorded])}), and record each time as it settles."
    )
    if positive:
        says += f" Leave out starts below zero where {' and '.join(positive)} cannot be negative."
    fresh = min(time / _RESTARTS, 1 / stiffness)
    points = tuple(tuple(map(float, row[:recorded])) for row in np.stack(starts, 1))
    return _Idea("restart", says, starts, _RESTARTS * fresh, starts=points)
