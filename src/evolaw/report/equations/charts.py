"""An equation found, in pictures: drift and diffusion beside the recording, and how much speaks for each term.

one component      drift and diffusion coefficient with bands of 95 % of the probable laws, over what 20 bins of the recording say
two components     the recording in its plane, with the field of the average law
always             each term's coefficient as a share of its error; the recording over time, beside runs of the average law
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evolaw.discovery.diffusions.evidence.averages import law_draws
from evolaw.discovery.diffusions.evidence.diffusivity import Drift
from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.entries import Judged
from evolaw.discovery.diffusions.evidence.selection import weigh_all
from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.problem import pose
from evolaw.discovery.spine.finding import EntryFinding, Finding
from evolaw.errors import EvolawError
from evolaw.randomness import source
from evolaw.report.paper.mathematics import mathtext
from evolaw.report.styles import CYCLE, DECISION_COLOURS, new_figure

__all__ = ["draw_equation", "draw_evidence", "draw_field", "draw_runs"]

_BINS, _LAWS, _POINTS = 20, 200, 1500
_GREY = "#9aa3b0"
_SHORT = 0.5
"""|f'| Δt up to which the first order says what a step adds."""
_PLACES, _TIMES = 160, 2000
"""Points of a curve, and times over which terms that read the time are averaged at each of them."""


def draw_equation(finding: Finding) -> Figure:
    """Return one figure: the field, and the evidence of every term."""
    case = _case(finding)
    figure = new_figure(8.4, 3.4 if len(case.recorded) < 3 else 3.0)
    panels: Any = figure.subfigures(1, 2, width_ratios=[1.25, 1])
    left, right = panels
    _field(left, finding, case)
    _evidence(right.subplots(), finding.entries)
    return figure


def draw_field(finding: Finding) -> Figure:
    """Return drift and diffusion beside the recording; the plane of two components."""
    figure = new_figure(7.2, 2.9)
    _field(figure, finding, _case(finding))
    return figure


def draw_evidence(finding: Finding) -> Figure:
    """Return each term's coefficient in units of its error."""
    figure = new_figure(7.2, max(1.6, 0.21 * len(finding.entries) + 0.8))
    _evidence(figure.subplots(), finding.entries)
    return figure


def draw_runs(finding: Finding, seed: int = 0) -> Figure | None:
    """Return the recording over time beside two runs of the average law; None where that law cannot be run."""
    case = _case(finding)
    recording = case.recording
    rows = recording.stretches()[0]
    count = min(rows.stop - rows.start, _POINTS)
    # Terms of the time read the recording's own.
    times = recording.times[:count] - (0.0 if case.clock else recording.times[0])
    names = case.recorded
    start = recording.values[0, : len(names)]
    if case.hidden:
        start = np.concatenate([start, (recording.values[1] - recording.values[0])[: len(names)] / recording.step])
    runs = _runs(finding, start, times, seed)
    if runs is None:
        return None
    figure = new_figure(7.2, 1.3 * len(names) + 0.6)
    panels = np.atleast_1d(figure.subplots(len(names), 1, sharex=True))
    for place, axes in enumerate(panels):
        axes.plot(times, recording.values[:count, place], color=CYCLE[0], label="recorded", lw=1.0)
        for number, run in enumerate(runs):
            label = "the average law, run" if number == 0 else None
            axes.plot(times, run[:, place], color=CYCLE[1], alpha=0.6, lw=0.8, label=label)
        axes.set_ylabel(names[place])
    panels[0].legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2, fontsize=8)
    panels[-1].set_xlabel(f"time ({recording.time_unit})" if recording.time_unit else "time")
    return figure


def _case(finding: Finding) -> Case:
    terms = {name: value for name, value in finding.facts["terms"].items() if name != "alpha"}
    case = pose(list(finding.recordings), **terms)
    levels = finding.facts.get("measurement_noise") or {}
    return replace(case, noise=tuple(float(levels.get(name) or 0.0) for name in case.recording.names))


def _runs(finding: Finding, start: np.ndarray, times: np.ndarray, seed: int) -> np.ndarray | None:
    from evolaw.sde import StochasticHeun, solve

    process = finding.law.sde
    try:
        scheme = _scheme(process, StochasticHeun())
        # A stream of its own: a recording that was simulated with the same seed would be run with its own noise, and lie under its copy.
        chance = source(seed).stream("runs beside a recording").key[0]
        found = solve(process, scheme, start, times, paths=2, rng=chance, dt=float(np.min(np.diff(times))) / 2)
    except EvolawError:
        return None
    return np.asarray(found.values)


def _scheme(process: object, additive: object) -> Any:
    from evolaw.sde import EulerMaruyama

    # Heun's method is that of the Stratonovich equation; with noise that depends on no state the two are one.
    return additive if getattr(process, "noise", "") == "additive" else EulerMaruyama()


def _field(figure: object, finding: Finding, case: Case) -> None:
    if len(case.recorded) == 1 and not case.hidden:
        _curves(figure, finding.law, case)
    elif len(case.recorded) >= 2:
        _plane(figure.subplots(), finding, case)  # type: ignore[attr-defined]
    else:
        axes = figure.subplots()  # type: ignore[attr-defined]
        x = case.recording.columns[0]
        v = np.gradient(x, case.recording.step)
        axes.plot(x[: 4 * _POINTS], v[: 4 * _POINTS], color=CYCLE[0], lw=0.5, alpha=0.6)
        axes.set_xlabel(case.state[0])
        axes.set_ylabel(f"{case.hidden[0]}, from differences")


def _curves(figure: object, law: EquationLaw, case: Case) -> None:
    """Drift and diffusion of one component with their bands, over the bins of the recording."""
    weighed = weigh_all(case)[0]
    x = _within_turn(case, 0, case.recording.columns[0])
    at = np.linspace(x.min(), x.max(), _PLACES)
    left, right = figure.subplots(1, 2)  # type: ignore[attr-defined]
    rng = source(0).stream("laws").generator()
    for axes, spread, label in ((left, False, "drift"), (right, True, "diffusion D")):
        free, known = case.split(weighed.target, diffusion=spread)
        family = Judged.of(weighed, diffusion=spread)
        fixed = _at_all_times(tuple(t for t, _ in known), at, case) @ np.array([value for _, value in known])
        if family.form is not None and family.subsets is not None:
            laws = law_draws(family.form, family.subsets, _LAWS, rng) @ _at_all_times(free, at, case).T + fixed
            low, middle, high = np.quantile(laws, [0.025, 0.5, 0.975], axis=0)
            axes.fill_between(at, low, high, color=CYCLE[0], alpha=0.2, lw=0)
            axes.plot(at, middle, color=CYCLE[0])
        place, value, error = _binned(case, law, weighed.fitted if spread else None)
        if len(value):
            axes.errorbar(place, value, 2 * error, fmt="o", ms=3, color=_GREY, ecolor=_GREY, lw=0.8)
            reach = float(np.ptp(value)) or 1.0
            axes.set_ylim(value.min() - 0.6 * reach, value.max() + 0.6 * reach)
        axes.set_xlabel(case.state[0])
        axes.set_title(label)
    left.axhline(0, color="#c8ccd3", lw=0.8, zorder=0)


def _at_all_times(terms: Sequence[Term], at: np.ndarray, case: Case) -> np.ndarray:
    """Terms of one component at some places, shape (places, terms); those that read the time in their mean over it."""
    if not case.clock:
        return features(terms, [at])
    return _mean_over_times(lambda x, t: features(terms, [x, t]), at, case)


def _mean_over_times(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray], at: np.ndarray, case: Case
) -> np.ndarray:
    """The mean over the recorded times of a function of places and times, shape (places, …).

    Of many times some are taken by the golden ratio: evenly spaced ones would come back with a clock and see one side of it.
    """
    times = case.recording.times
    if times.size > _TIMES:
        times = times[(np.mod(np.arange(_TIMES) * 0.6180339887498949, 1.0) * times.size).astype(int)]
    found = function(np.repeat(at, times.size), np.tile(times, at.size))
    return np.asarray(found.reshape(at.size, times.size, *found.shape[1:]).mean(1))


def _binned(case: Case, law: EquationLaw, drift: Drift | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean steps over Δt, or with a drift half the squares of what it leaves of them, in equally filled bins, with standard errors.

    What a step of this length adds to them, by the law, is taken off; bins are left out where it would be more than half. Where terms read
    the time, places are not visited at all times alike: the law's share of a time beyond the mean of all times is taken off too.
    """
    recording = case.recording
    starts = recording.starts(0, 1)
    x = recording.columns[0]
    dt = recording.times[starts + 1] - recording.times[starts]
    step = x[starts + 1] - x[starts]
    step = (
        step / dt
        if drift is None
        else 0.5 * (step - drift.at([column[starts] for column in recording.columns]) * dt) ** 2 / dt
    )
    on_drift, on_spread, size = _added(law, case, x[starts], dt)
    step = (
        step
        - (on_drift if drift is None else on_spread)
        - _beyond_the_mean(law, case, starts, spread=drift is not None)
    )
    at = _within_turn(case, 0, x)[starts]
    rows = [r for r in np.array_split(np.argsort(at, kind="stable"), _BINS) if size[r].mean() < _SHORT]
    place = np.array([at[r].mean() for r in rows])
    return place, np.array([step[r].mean() for r in rows]), np.array([step[r].std() / np.sqrt(len(r)) for r in rows])


def _beyond_the_mean(law: EquationLaw, case: Case, starts: np.ndarray, *, spread: bool) -> np.ndarray:
    """Drift, or diffusion, at the place and time of each start less its mean over all times at that place."""
    if not case.clock:
        return np.zeros(len(starts))
    coefficient, name = law.diffusion_at if spread else law.drift_at, case.recording.names[0]
    x, t = case.recording.columns[0][starts], case.recording.times[starts]
    at = np.linspace(x.min(), x.max(), _PLACES)
    mean = _mean_over_times(lambda places, times: coefficient([places, times], name), at, case)
    return coefficient([x, t], name) - np.interp(x, at, mean)


def _added(law: EquationLaw, case: Case, x: np.ndarray, dt: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a step of length Δt, and readings with an error σ, add to ΔX/Δt and to (ΔX - f Δt)²/2Δt, to the first order, and |f'| Δt.

    E ΔX/Δt = f + ½ Δt (f f' + D f'') + σ²/Δt · (f - D')/D               a reading far out is so by its error in part, as (log p)' says
    E (ΔX - f Δt)²/2Δt = D + Δt (D f' + ½ f D' + ½ D D'') + σ²/2Δt · (1 + (1 + f' Δt)²)
    """
    name, h = case.recording.names[0], 1e-3 * float(np.ptp(x))
    (f, f1, f2), (spread, d1, d2) = (
        (at[1], (at[2] - at[0]) / (2 * h), (at[2] - 2 * at[1] + at[0]) / h**2)
        for at in ([part([x + k * h], name) for k in (-1, 0, 1)] for part in (law.drift_at, law.diffusion_at))
    )
    jitter = (case.noise[0] if case.noise else 0.0) ** 2 / dt
    on_drift = 0.5 * dt * (f * f1 + spread * f2) + jitter * (f - d1) / np.maximum(spread, 1e-300)
    on_spread = dt * (spread * f1 + 0.5 * f * d1 + 0.5 * spread * d2) + 0.5 * jitter * (1 + (1 + f1 * dt) ** 2)
    return on_drift, on_spread, np.abs(f1) * dt


def _within_turn(case: Case, place: int, column: np.ndarray) -> np.ndarray:
    """A component as it is, or within a turn if it is an angle that went around."""
    period = case.periods.get(case.recording.names[place])
    return np.mod(column, period) if period and np.ptp(column) > period else column


def _plane(axes: Axes, finding: Finding, case: Case) -> None:
    """The first two components with the average law's drift; further components are held at their mean."""
    x, y = (_within_turn(case, place, column) for place, column in enumerate(case.recording.columns[:2]))
    every = max(1, len(x) // (4 * _POINTS))
    turns = x is not case.recording.columns[0] or y is not case.recording.columns[1]
    # A line would run across the whole turn wherever the angle begins again.
    style = {"ls": "", "marker": ".", "ms": 1.5} if turns else {"lw": 0.5}
    axes.plot(x[::every], y[::every], color=_GREY, alpha=0.7, **style)
    grid = list(np.meshgrid(np.linspace(x.min(), x.max(), 15), np.linspace(y.min(), y.max(), 15)))
    held = zip(case.recording.names[2:], case.recording.columns[2:], strict=True)
    rest = [np.full_like(grid[0], float(column.mean())) for name, column in held if name != case.clock]
    states = [*grid, *rest]
    u, v = (finding.law.drift_at(states, name) for name in case.recording.names[:2])
    near = _visited(grid, x, y)
    axes.quiver(grid[0][near], grid[1][near], u[near], v[near], color=CYCLE[0], angles="xy", width=0.004)
    axes.set_xlabel(case.state[0])
    axes.set_ylabel(case.state[1])
    axes.set_title("recording and drift")


def _visited(grid: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which points of a grid the recording came near: an arrow elsewhere would be drawn from nothing."""
    counts, *_ = np.histogram2d(x, y, bins=(_edges(grid[0][0]), _edges(grid[1][:, 0])))
    padded = np.pad(counts.T > 0, 1)
    size = counts.T.shape
    around = [padded[i : i + size[0], j : j + size[1]] for i in range(3) for j in range(3)]
    return np.asarray(np.any(around, axis=0))


def _edges(centres: np.ndarray) -> np.ndarray:
    half = (centres[1] - centres[0]) / 2
    return np.append(centres - half, centres[-1] + half)


def _set(name: str) -> str:
    """The name of a term with its powers raised: "x: D x^2" becomes x: D x²."""
    component, _, term = name.partition(": ")
    spread, term = ("D ", term[2:]) if term.startswith("D ") else ("", term)
    return f"{component}: {spread}{mathtext(term)}"


def _evidence(axes: Axes, entries: Sequence[EntryFinding]) -> None:
    """Coefficient over half the width of its interval: beyond ±1 zero lies outside."""
    shown = [entry for entry in entries if entry.basis != "known"]
    for place, entry in enumerate(shown):
        half = max((entry.interval[1] - entry.interval[0]) / 2, 1e-300)
        value = float(np.clip((entry.estimate or 0.0) / half, -40, 40))
        colour = DECISION_COLOURS[entry.decision]
        axes.barh(place, value, color=colour, height=0.62, alpha=0.9 if entry.basis == "likelihood" else 0.5)
    axes.axvspan(-1, 1, color="#e6e8ec", zorder=0, lw=0)
    axes.set_xscale("symlog", linthresh=1)
    axes.set_yticks(range(len(shown)), [_set(entry.name) for entry in shown], fontsize=6.5 if len(shown) > 14 else 8)
    axes.invert_yaxis()
    axes.set_xlabel("coefficient / half its 95 % interval")
    for decision in ("present", "absent", "undetermined"):
        axes.barh([np.nan], [np.nan], color=DECISION_COLOURS[decision], label=decision)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, fontsize=6.5)
