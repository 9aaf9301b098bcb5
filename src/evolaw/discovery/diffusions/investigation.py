"""The whole investigation of a trajectory: pose, weigh, decide, doubt, write the law, ask.

pose      libraries, what is known, angles, noise, a hidden velocity become a case            problem
weigh     moment equations, or the exact likelihood                                           evidence.selection
decide    e-BH on e-values that hold whatever the other terms are; then, weaker, simplicity   evidence.entries
doubt     memory, jumps, noise, residuals, constancy in time                                  misfit
predict   the law is run again and compared; a failure takes the decisions back               misfit
law       the equation, and what is determined where single terms are not                     law, combinations
ask       the experiment that would decide most                                               experiment
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evolaw import checks
from evolaw.devices import one_thread
from evolaw.discovery.diffusions.combinations import combinations
from evolaw.discovery.diffusions.evidence.averages import average_law
from evolaw.discovery.diffusions.evidence.entries import Judged, judge
from evolaw.discovery.diffusions.evidence.relations import agreement, contradictions, related
from evolaw.discovery.diffusions.evidence.selection import is_coarse, weigh_all
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.experiment.proposals import propose, remedied
from evolaw.discovery.diffusions.experiment.track_box import TrackBox, perform
from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.discovery.diffusions.misfit.diagnosis import diagnose, doubt_drives, doubt_known, doubt_symmetry
from evolaw.discovery.diffusions.misfit.doubts import doubting, is_hopeless, predicting, remedy
from evolaw.discovery.diffusions.misfit.fast_relaxation import doubt_steps
from evolaw.discovery.diffusions.misfit.likelihood_tests import doubt_likelihood
from evolaw.discovery.diffusions.misfit.predictive_check import Prediction, predict
from evolaw.discovery.diffusions.misfit.recording_doubts import doubt_recording
from evolaw.discovery.diffusions.model.case import Case, entry_name
from evolaw.discovery.diffusions.problem import Library, pose
from evolaw.discovery.spine.amendments import State, amend, check_known
from evolaw.discovery.spine.closed_loop import close_loop
from evolaw.discovery.spine.facts import Facts
from evolaw.discovery.spine.finding import EntryFinding, Finding
from evolaw.randomness import Source, source
from evolaw.trajectory import Trajectory

__all__ = ["SPACE", "discover_equation"]

SPACE = "equation"
"""Name of the space of laws."""

Progress = Callable[[int, int, str], None]


def discover_equation(
    recording: Trajectory | Sequence[Trajectory],
    *,
    names: Sequence[str] | None = None,
    library: Library = None,
    diffusion: Library = "1",
    known: str | Mapping[str, float | str] | None = None,
    period: str | Mapping[str, float] | None = None,
    noise: str | float | Sequence[float] = "auto",
    hidden: str | None = None,
    symmetry: str | Sequence[str] | None = None,
    alpha: float = 0.05,
    box: TrackBox | None = None,
    ask: int = 0,
    rng: Any,
    progress: Progress | None = None,
) -> Finding:
    """Find the stochastic differential equation behind a recording.

    Args:
        recording: axes ("times", "dim"), with paths before them maybe; or several recordings of one system. NaN is missing.
        names: names of the components.
        library: drift terms, "1, x, x^3", "poly:3", "harmonics:2", or a library for each component.
        diffusion: terms of the diffusion coefficients, likewise.
        known: what is known, "x: x=1; y: *".
        period: periods of angles, "p=2*pi".
        noise: measurement noise, its standard deviation or "auto".
        hidden: "velocity" when positions were recorded and velocities move them.
        symmetry: what leaves the law the same, "rotation x, y", "reflection", "translation p"; entries that it ties have one coefficient.
        alpha: declared error rate, of drift terms and of diffusion terms each.
        box: something to experiment with: a simulator, an instrument (`track_box`).
        ask: how many experiments it may be asked for.
        rng: seed of all chance.
        progress: called with (done, total, words).

    Raises:
        ArgumentError: too little, nothing that moves, terms that are linearly dependent on the recording, or a wrong argument.

    References:
        hansen1982; vovk2021; wang2022; wasserman2020.

    Example:
        >>> import numpy as np
        >>> noise = np.random.default_rng(1).normal(size=20000) * 0.1
        >>> x = np.zeros(20001)
        >>> for k in range(20000):
        ...     x[k + 1] = x[k] - 0.02 * x[k] + noise[k]
        >>> found = discover_equation(Trajectory(x, 0.02 * np.arange(20001), ("times",)), library="1, x", rng=0)  # some seconds
        >>> found["x: x"].decision, found["x: 1"].decision
        ('present', 'undetermined')
    """
    alpha = checks.probability(alpha, "alpha")
    checks.require(0 < alpha < 1, "alpha", "lie between 0 and 1", alpha)
    chance = source(rng)
    asked = checks.integer(ask, "ask", least=0)
    checks.require(not asked or box is not None, "box", "be given when experiments are to be made", box)
    given: dict[str, Any] = {
        "names": names,
        "library": library,
        "diffusion": diffusion,
        "known": known,
        "period": period,
    }
    items = [recording] if isinstance(recording, Trajectory) else list(recording)
    terms = given | {"noise": noise, "hidden": hidden, "symmetry": symmetry, "alpha": alpha}

    def investigate(recordings: list[Trajectory]) -> Finding:
        with one_thread():
            return _investigate(recordings, terms, chance)

    finding = investigate(items)
    if box is None or not asked:
        return finding
    experiments, recorded = box, tuple(finding.facts["recorded"])
    found = close_loop(
        finding,
        items,
        asked,
        next_question=lambda last: (
            last.next if last is not None and last.next is not None and last.next.count else None
        ),
        answer=lambda question, _: perform(experiments, question, recorded),
        investigate=investigate,
        progress=progress,
    )
    return finding if found is None else found


def _investigate(items: list[Trajectory], terms: Mapping[str, Any], rng: Source) -> Finding:
    """One pass over all recordings."""
    alpha = terms["alpha"]
    case = pose(items, **{name: value for name, value in terms.items() if name != "alpha"})
    doubts = doubt_recording(case)
    unfit = any(not doubt.check.passed and not doubt.component and doubt.family != "neither" for doubt in doubts)
    weighed = weigh_all(case, roughly=unfit)
    slow = None if unfit else doubt_steps(case, weighed)
    doubts += [] if slow is None else [slow]
    coarse = is_coarse(case)
    families = [Judged.of(item, diffusion=spread, coarse=coarse) for item in weighed for spread in (False, True)]
    against = contradictions(families, case.stated, case.signs)
    doubts += doubt_symmetry(case, agreement(families, case.symmetric))
    families = list(related(families, case.relations))
    evidence, decisions = judge(case, families, alpha)
    doubts = doubt_drives(case, weighed, doubts)
    doubts += [*diagnose(case, weighed, doubts), *doubt_likelihood(case, weighed), *doubt_known(case, against)]
    state = doubting(State.of(evidence, decisions), doubts)
    prediction = None
    if state.cause == "sound" and _claims(state):
        absent = [i.entry for i, d in zip(state.evidence, state.decisions, strict=True) if d == "absent"]
        prediction = predict(case, weighed, families, absent, rng)
        state = predicting(state, prediction)
    state = amend(state, [check_known])
    entries = tuple(EntryFinding.of(*line) for line in zip(state.evidence, state.decisions, state.reasons, strict=True))
    cure = remedy(state.cause)
    open_ = [entry.name for entry in entries if entry.decision == "undetermined"]
    return Finding(
        source=str(items[0].about.get("source") or "a recording"),
        space=SPACE,
        alpha=alpha,
        entries=entries,
        law=_law(case, [] if is_hopeless(state.cause) else weighed, families, entries),
        checks=state.checks,
        next=propose(case, weighed, families, open_) if cure is None else remedied(*cure),
        recordings=tuple(items),
        facts={**_facts(case, weighed, prediction), "cause": state.cause, "terms": _plain(terms)},
    )


def _claims(state: State) -> bool:
    """Whether anything was found out about the drift: what was only given needs no proof by running it."""
    found = zip(state.evidence, state.decisions, strict=True)
    return any(
        item.basis != "known" and decision in ("present", "absent") and ": D " not in item.entry
        for item, decision in found
    )


def _law(
    case: Case, weighed: Sequence[Weighed], families: Sequence[Judged], entries: Sequence[EntryFinding]
) -> EquationLaw:
    """Return the equation, with what is determined of every component that has open terms."""
    averages = dict(case.known)
    for family in families:
        if family.form is not None and family.subsets is not None:
            names = [entry_name(family.target, term, diffusion=family.diffusion) for term in family.terms]
            values = family.spread_over(average_law(family.form, family.subsets))
            averages |= dict(zip(names, map(float, values), strict=True))
    open_ = {
        entry.name.split(":")[0] for entry in entries if entry.decision == "undetermined" and ": D " not in entry.name
    }
    found = [item for w in weighed if w.target in open_ for item in combinations(case, w)]
    units, time_unit = case.recording.units[: len(case.recorded)], case.recording.time_unit
    return EquationLaw.of(
        tuple(n for n in case.state if n != case.clock), entries, averages, found, units, time_unit, case.symmetries
    )


def _facts(case: Case, weighed: Sequence[Weighed], prediction: Prediction | None) -> Facts:
    """Return what was learned on the way."""
    names = case.recorded
    found: Facts = {
        "names": [name for name in case.state if name != case.clock],
        "recorded": list(names),
        "units": list(case.recording.units[: len(names)]),
        "time_unit": case.recording.time_unit,
        "step": case.recording.step,
        "duration": case.recording.duration,
        "steps": len(case.recording) - len(case.recording.ends),
        "measurement_noise": dict(zip(names, case.noise, strict=False)),
        "methods": {item.target: item.method for item in weighed},
    }
    if prediction is not None:
        found["prediction"] = [curve.to_json() for curve in prediction.curves]
    return found


def _plain(terms: Mapping[str, Any]) -> dict[str, Any]:
    """What the finding rests on, as JSON."""
    return {
        name: dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        for name, value in terms.items()
    }
