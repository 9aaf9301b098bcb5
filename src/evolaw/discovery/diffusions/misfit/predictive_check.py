r"""Posterior prediction: does the law, run again, move as the recording does?

Laws are drawn from what the decisions and the recording leave possible, which of the terms not called absent there are and how large, and each
is run once on the one loop: from the recorded starts, over the recorded times, seen through the same measurement noise. Every run, and the recording, is reduced to the same
numbers:

    density           share of time below each of six quantiles of the recording, of every component (angles within their period)
    joint density     ⟨(x_i − x̄_i)(x_j − x̄_j)⟩
    autocorrelation   log ⟨(X_{t+τ} − X_t)²⟩ at five lags τ, which is 2 (C(0) − C(τ)); of angles log ⟨1 − cos⟩
    passages          how often a component goes from below its lower quartile to above the upper one: log(1 + count), the inverse of the
                      mean first passage time
    mean velocity     (X_end − X_start)/T of angles
    time asymmetry    ⟨a(u_t) b(u_{t+τ}) − b(u_t) a(u_{t+τ})⟩ with a = tanh u and b = u e^{−u²}, e^{−u²}, u the component in its recorded
                      deviations; zero of one component that diffuses by itself, which runs backwards as it runs forwards
    current           ⟨x_i(t) x_j(t+τ) − x_j(t) x_i(t+τ)⟩, which is zero in equilibrium

Each number is scaled by its spread over all B + 1 records, and the largest deviation of each record from their mean is ranked:

    p = (1 + #{runs at least as far out as the recording}) / (B + 1)

(asymmetries are ranked by themselves, the others together, and the smaller p is doubled: where a motion seldom goes from side to side the
others have long tails, which asymmetries have not) a p-value because, were the law drawn the true one, the recording would be one run among B + 1; the same recording has chosen the law, which
only makes the p-value larger. A run that does not stay finite counts as far out. What 119 runs do not show is looked for in 476, and what these
do not show in 2023, before it is said to be missing, for it takes every decision back: of a thousand recordings of a law that holds, one
fails, as in every other check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evolaw.discovery.diffusions.evidence.averages import law_draws
from evolaw.discovery.diffusions.evidence.entries import Judged
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.misfit.predictive_curves import Curve, curves_of
from evolaw.discovery.diffusions.model.case import Case, entry_name
from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.model.process import fitted_process
from evolaw.discovery.diffusions.model.recording import Recording
from evolaw.discovery.spine.evidence import Check
from evolaw.errors import EvolawError, NumericalError
from evolaw.randomness import Source, source

__all__ = ["LEVEL", "Prediction", "passages", "predict"]

LEVEL = 0.001
"""The check fails at a p-value of at most this: of 2024 records none lies further out than the recording."""

_RUNS = 119
_STAGES = ((1, 0.02), (4, 0.008), (17, LEVEL))
"""How many times `_RUNS` runs there are in all at each stage, and the p-value that leads on, in the last one to the failure."""
_SAVES = 400
_FEWEST_SAVES = 60
_MOST_STEPS = 12_000
_STARTS = 20
_MARGIN = 0.25
"""Terms are evaluated up to this share of the visited range beyond it."""
_ADDITIVE, _MULTIPLICATIVE = 0.1, 0.04
"""Step of the loop times the law's rate: Heun's method leaves 0.1²/6 of it, Euler's 0.04/2."""
_QUANTILES = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
_LAGS = (1, 3, 10, 30, 100)
_ASYMMETRY_LAGS = (1, 3, 10)


@dataclass(frozen=True, eq=False)
class Prediction:
    """What running the law showed.

    Attributes:
        check: the check.
        failed: what of the recording the runs do not show, in words; empty when it passed.
        curves: the recording beside the first runs, to be looked at (`predictive_curves`).
    """

    check: Check
    failed: tuple[str, ...]
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True, eq=False)
class _Window:
    """What of the recording is compared: states of some stretches at the same times after their start."""

    states: np.ndarray
    starts: np.ndarray
    times: np.ndarray


def predict(
    case: Case, weighed: Sequence[Weighed], families: Sequence[Judged], absent: Sequence[str], rng: Source
) -> Prediction | None:
    """Run the law as often as its rank needs, and compare.

    Args:
        case: the case.
        weighed: what was weighed of each component.
        families: the same as families of entries, which laws are drawn from.
        absent: entries decided absent, which no law drawn has.
        rng: source of laws, runs and measurement noise.

    Returns:
        The check; None where no stretch is left as it was, most laws do not stay finite, or the steps are too long for a diffusion coefficient
        of several terms: squared increments have a bias there, which the runs would show as a fault of the drift.

    Notes:
        Cost: 119 runs over at most 12,000 steps of the loop each, 400 of them kept, up to 17 times that where these do not show the recording;
        longer recordings are compared over their beginning.
    """
    if any(family.diffusion and family.muted for family in families):
        return None
    step = _longest_step(case, weighed)
    window = _window(case, step)
    if window is None:
        return None
    laws = [_without(family, absent) for family in families]
    values = _records(case, weighed, laws, window, step, rng)
    if values is None:
        return None
    names, numbers = _numbers(case, window, values)
    done = 1
    for wanted, bar in _STAGES:
        for number in range(done - 1, wanted - 1):
            more = _records(case, weighed, laws, window, step, source(rng.stream(f"again {number}").generator()))
            numbers = numbers if more is None else np.concatenate([numbers, _numbers(case, window, more)[1][1:]])
        done, found = wanted, _judge(names, numbers, bar)
        if found is None or found.check.passed:
            break
    return None if found is None else replace(found, curves=_curves(case, window, values))


def _curves(case: Case, window: _Window, values: np.ndarray) -> tuple[Curve, ...]:
    shown = enumerate(case.recorded)
    return tuple(c for k, name in shown for c in curves_of(name, values[..., k], window.times, case.periods.get(name)))


def _records(
    case: Case, weighed: Sequence[Weighed], laws: Sequence[Judged], window: _Window, step: float, rng: Source
) -> np.ndarray | None:
    """The recording and the runs, the recording first, shape (records, starts, times, components); None where the law cannot be run."""
    try:
        runs = _run(case, weighed, laws, window, step, rng)
    except NumericalError as error:
        runs = np.asarray(getattr(error.partial, "values", np.full((_RUNS, 1, 1, 1), np.nan)), float)
    except EvolawError:
        return None
    count = len(case.recording.names)
    if runs.shape != (_RUNS, *window.states.shape[:2], len(case.state)):
        return None
    sd = np.array(case.noise or (0.0,) * count)
    seen = runs[..., :count] + sd * rng.stream("readings").generator().standard_normal((*runs.shape[:-1], count))
    return np.concatenate([window.states[None], seen])


def _longest_step(case: Case, weighed: Sequence[Weighed]) -> float:
    """How long a step the loop may take: a share of the shortest time on which the fitted drift changes where it was."""
    rows = slice(None, None, max(1, len(case.recording) // 500))
    states = [column[rows] for column in case.recording.columns]
    states += [np.gradient(column, case.recording.step)[rows] for column in case.recording.columns[: len(case.hidden)]]
    rate = 0.0
    for item in weighed:
        slopes = [np.abs(item.fitted.slope(states, place)) for place in range(len(case.state))]
        total = np.sum([np.broadcast_to(s, np.shape(states[0])) for s in slopes], axis=0)
        rate = max(rate, float(np.quantile(total[np.isfinite(total)], 0.9)))
    share = _ADDITIVE if _is_additive(case) else _MULTIPLICATIVE
    return share / max(rate, 1 / case.recording.duration)


def _is_additive(case: Case) -> bool:
    return all(term.tree[0] == "number" for terms in case.diffusion.values() for term in terms)


def _window(case: Case, step: float) -> _Window | None:
    """Choose the stretches to run again, all of one length where steps are even; else the longest."""
    recording = case.recording
    pieces = [rows for rows in recording.stretches() if _untouched(recording, rows) and rows.stop - rows.start > 20]
    if not pieces:
        return None
    longest = max(rows.stop - rows.start for rows in pieces)
    pieces = [rows for rows in pieces if rows.stop - rows.start >= longest / 2]
    steps = np.diff(recording.times)[recording.within[1:] == recording.within[:-1]]
    if np.ptp(steps) > 1e-4 * recording.step:
        pieces = [max(pieces, key=lambda rows: rows.stop - rows.start)]
    pieces = pieces[:_STARTS]
    length = min(rows.stop - rows.start for rows in pieces)
    times = recording.times[pieces[0]][:length] - recording.times[pieces[0].start]
    length = int(np.searchsorted(times, _MOST_STEPS * step, side="right"))
    saves = max(_FEWEST_SAVES, _SAVES // len(pieces))
    every = max(1, (length - 1) // saves)
    kept = np.arange(0, length, every)[: saves + 1]
    if kept.size < 20:
        return None
    states = np.stack([recording.values[rows.start + kept] for rows in pieces])
    starts = np.stack([_state(case, rows.start) for rows in pieces])
    return _Window(states, starts, times[kept])


def _untouched(recording: Recording, rows: slice) -> bool:
    force = recording.force is None or not recording.force[rows].any()
    return force and (recording.heat is None or bool((recording.heat[rows] == 1).all()))


def _state(case: Case, row: int) -> np.ndarray:
    """The state at the start of a stretch; hidden velocities by the first difference."""
    here, recording = case.recording.values[row], case.recording
    if not case.hidden:
        return here
    span = recording.times[row + 1] - recording.times[row]
    return np.concatenate([here, (recording.values[row + 1] - here) / span])[: len(case.state)]


def _run(
    case: Case, weighed: Sequence[Weighed], families: Sequence[Judged], window: _Window, step: float, rng: Source
) -> np.ndarray:
    """Every law drawn, run once from each start: shape (runs, starts, times, state)."""
    from evolaw.sde import EulerMaruyama, StochasticHeun, solve

    chance = rng.stream("laws").generator()
    drift, spread = ({name: _draws(case, families, name, spread, chance) for name in case.state} for spread in (0, 1))
    process = fitted_process(
        case.state,
        {name: (terms, values[0]) for name, (terms, values) in drift.items()},
        {name: (terms, values[0]) for name, (terms, values) in spread.items()},
        least={item.target: item.strength.least for item in weighed},
        box=_box(case),
    )
    swept = {
        part: {name: values for name, (_, values) in draws.items() if values.size}
        for part, draws in (("drift", drift), ("spread", spread))
    }
    sweep = {part: entries for part, entries in swept.items() if entries}
    scheme: Any = StochasticHeun() if process.noise == "additive" else EulerMaruyama()
    found = solve(process, scheme, window.starts, window.times, paths=len(window.starts), rng=rng, dt=step, sweep=sweep)
    return np.asarray(found.values, float)


def _without(family: Judged, absent: Sequence[str]) -> Judged:
    """The family given that the terms decided absent are."""
    if family.form is None:
        return family
    gone = [entry_name(family.target, term, diffusion=family.diffusion) in absent for term in family.form.names]
    if not any(gone):
        return family
    if all(gone):
        return replace(family, form=None, subsets=None)
    kept = np.flatnonzero(~np.array(gone))
    form = family.form.with_relation(kept, np.zeros(len(gone)))
    shares = None if family.shares is None else family.shares[:, kept]
    return replace(family, form=form, subsets=weigh_subsets(form), shares=shares)


def _draws(
    case: Case, families: Sequence[Judged], name: str, diffusion: int, chance: np.random.Generator
) -> tuple[tuple[Term, ...], np.ndarray]:
    """The terms of one component and their coefficients in every law drawn, shape (runs, terms)."""
    terms = (case.diffusion if diffusion else case.drift).get(name, ())
    values = np.empty((_RUNS, len(terms)))
    family = next((f for f in families if f.target == name and f.diffusion == bool(diffusion)), None)
    free: dict[str, np.ndarray] = {}
    if family is not None and family.form is not None and family.subsets is not None:
        laws = law_draws(family.form, family.subsets, _RUNS, chance)
        free = dict(zip(family.terms, family.spread_over(laws).T, strict=True))
    for place, term in enumerate(terms):
        known = case.known.get(entry_name(name, term.name, diffusion=bool(diffusion)), 0.0)
        values[:, place] = free.get(term.name, known)
    return terms, values


def _box(case: Case) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full(len(case.state), -np.inf), np.full(len(case.state), np.inf)
    for place, (name, column) in enumerate(zip(case.recording.names, case.recording.columns, strict=True)):
        if name not in case.periods:
            margin = _MARGIN * float(np.ptp(column))
            low[place], high[place] = float(column.min()) - margin, float(column.max()) + margin
    return low, high


def _numbers(case: Case, window: _Window, values: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Every record as numbers, the recording's first: what each is, and shape (records, numbers)."""
    names: list[str] = []
    found: list[np.ndarray] = []

    def add(name: str, number: np.ndarray) -> None:
        names.append(name)
        found.append(number)

    components = case.recorded
    for place, name in enumerate(components):
        x, period = values[..., place], case.periods.get(name)
        inside = x if period is None else np.mod(x, period)
        for edge in np.quantile(inside[0], _QUANTILES):
            add(f"density of {name}", np.mean(inside < edge, (1, 2)))
        for lag in (lag for lag in _LAGS if 4 * lag < x.shape[2]):
            step = x[..., lag:] - x[..., :-lag]
            size = step**2 if period is None else 1 - np.cos(2 * np.pi * step / period)
            add(f"autocorrelation of {name}", np.log(np.maximum(np.mean(size, (1, 2)), 1e-300)))
        if period is None:
            add(f"passages of {name}", np.log1p(passages(x, *np.quantile(x[0], [0.25, 0.75]))))
            for number in _asymmetries(x):
                add(f"time asymmetry of {name}", number)
        else:
            add(f"mean velocity of {name}", np.mean(x[..., -1] - x[..., 0], 1) / window.times[-1])
    plain = [place for place, name in enumerate(components) if name not in case.periods]
    for i in plain:
        for j in (j for j in plain if j > i):
            a, b = (values[..., k] - values[0, ..., k].mean() for k in (i, j))
            both = f"{components[i]} and {components[j]}"
            add(f"joint density of {both}", np.mean(a * b, (1, 2)))
            add(f"current of {both}", np.mean(a[..., :-1] * b[..., 1:] - b[..., :-1] * a[..., 1:], (1, 2)))
    return names, np.stack(found, 1)


def _asymmetries(x: np.ndarray) -> list[np.ndarray]:
    """How far each record, shape (records, paths, times), is from running backwards as it runs forwards: two pairs of functions, three lags."""
    u = (x - x[0].mean()) / max(float(x[0].std()), 1e-300)
    bell = np.exp(-(u**2))
    odd, found = np.tanh(u), []
    for other in (u * bell, bell):
        for lag in (lag for lag in _ASYMMETRY_LAGS if 4 * lag < x.shape[2]):
            ahead = odd[..., :-lag] * other[..., lag:] - other[..., :-lag] * odd[..., lag:]
            found.append(np.mean(ahead, (1, 2)))
    return found


def passages(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return how often each record, shape (records, paths, times), goes from below ``low`` to above ``high``, all its paths together."""
    side = np.where(x < low, -1, np.where(x > high, 1, 0))
    # Where it is in between, the side it was on last.
    order = np.where(side != 0, np.arange(x.shape[-1]), 0)
    last = np.take_along_axis(side, np.maximum.accumulate(order, axis=-1), axis=-1)
    return np.asarray(np.sum((last[..., :-1] < 0) & (last[..., 1:] > 0), (1, 2)))


def _judge(names: list[str], numbers: np.ndarray, level: float = LEVEL) -> Prediction | None:
    whole = np.isfinite(numbers).all(1)
    if not whole[0] or whole.sum() < len(numbers) / 2:
        return None
    spread, middle = numbers[whole].std(0), numbers[whole].mean(0)
    every = np.abs(numbers - middle) / np.where(spread > 0, spread, 1.0)
    kinds = np.array([name.startswith("time asymmetry") for name in names])
    groups = [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]
    ranked = []
    for group in groups:
        worst = np.where(whole, every[:, group].max(1), np.inf)
        ranked.append((float((1 + np.sum(worst[1:] >= worst[0] - 1e-12)) / len(numbers)), worst))
    best = int(np.argmin([p for p, _ in ranked]))
    p, worst = min(1.0, len(groups) * ranked[best][0]), ranked[best][1]
    far = np.where(np.isin(np.arange(len(names)), groups[best]), every, 0.0)
    runs = int(whole.sum()) - 1
    if p > level:
        looked_at = list(dict.fromkeys(name.split(" of ")[0] for name in names))
        says = f"Run {runs} times, the law moves as recorded: {', '.join(looked_at)} all lie within what its runs show."
        return Prediction(Check("prediction", True, p, says), ())
    # What is as far out as none of the runs that are less far out than the recording; the furthest stands first.
    within = worst[1:][whole[1:] & (worst[1:] < worst[0])]
    beyond = [k for k in np.argsort(-far[0]) if far[0, k] > within.max(initial=0.0)]
    missed = tuple(dict.fromkeys(names[k] for k in beyond))
    place = int(beyond[0])
    low, high = np.quantile(numbers[1:][whole[1:], place], [0.005, 0.995])
    says = (
        f"Run {runs} times, the law does not show the recorded {' and '.join(missed[:3])}: {_word(names[place])} {numbers[0, place]:.3g} "
        f"where the runs have {low:.3g} … {high:.3g}. Something the terms cannot say moves it too: noises that act together, a variable "
        "not recorded, a missing term."
    )
    return Prediction(Check("prediction", False, p, says), missed)


_WORDS = {
    "density": "share of time below a recorded quantile",
    "autocorrelation": "log of the mean square step",
    "passages": "log of one more than their count",
}


def _word(name: str) -> str:
    return _WORDS.get(name.split(" of ")[0], "it is")
