"""From what a person says to a case: libraries, what is known, angles, noise, a hidden velocity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evolaw import checks
from evolaw.discovery.diffusions.evidence.noise_level import NoiseLevel, filter_gain, noise_level
from evolaw.discovery.diffusions.evidence.noise_or_relaxation import without_noise
from evolaw.discovery.diffusions.evidence.selection import coarseness, is_coarse
from evolaw.discovery.diffusions.misfit.increment_tests import PERIODS, wrapping
from evolaw.discovery.diffusions.model.case import Case, entry_name
from evolaw.discovery.diffusions.model.dependence import require_apart, told_apart
from evolaw.discovery.diffusions.model.equalities import follow
from evolaw.discovery.diffusions.model.expressions import Term, read_term
from evolaw.discovery.diffusions.model.known import Known, read_known
from evolaw.discovery.diffusions.model.library import read_libraries
from evolaw.discovery.diffusions.model.recording import CLOCK, Recording, clocked, gather, unwrapped
from evolaw.discovery.diffusions.model.symmetry import Symmetry, read_symmetries, symmetry_rows
from evolaw.trajectory import Trajectory

__all__ = ["declared_periods", "noise_levels", "pose", "read_periods", "seen_periods"]

_LONGEST_WITH_NOISE = 0.3
_SURE = 4.0
"""Coarse steps with noise have no exact likelihood: there noise is believed at four standard errors, not at two."""

Library = str | Sequence[str] | Mapping[str, str | Sequence[str]] | None


def pose(
    recordings: Trajectory | Sequence[Trajectory],
    *,
    names: Sequence[str] | None = None,
    library: Library = None,
    diffusion: Library = "1",
    known: str | Mapping[str, float | str] | None = None,
    period: str | Mapping[str, float] | None = None,
    noise: str | float | Sequence[float] = "auto",
    hidden: str | None = None,
    symmetry: str | Sequence[str] | None = None,
) -> Case:
    """Return the case that a recording and the words said about it make.

    Args:
        recordings: see `recording.gather`.
        names: names of the recorded components.
        library, diffusion: terms of the drift and of the diffusion coefficients; see `library`.
        known: what is known beforehand; see `known`.
        period: periods of angles, "x=2*pi" or {"x": 6.283}, beside those that the process of a trajectory declared; without a library, angles that show one are read as such (`seen_periods`).
        noise: "auto", or the standard deviation of the measurement noise, one for all components or one each.
        hidden: "velocity", or a name for it, when positions were recorded and their velocities move them.
        symmetry: declared symmetries, "rotation x, y"; see `symmetry`.
    """
    recording = gather(recordings, names)
    periods = declared_periods(recordings, recording.names) | read_periods(period, recording.names)
    if library is None:
        periods = seen_periods(recording) | periods
    recording = unwrapped(recording, periods)
    velocities = _velocities(hidden, recording.names)
    require_apart(recording)
    clock = CLOCK if CLOCK not in recording.names and (_reads_time(library) or _reads_time(diffusion)) else ""
    if clock:
        checks.require(not symmetry, "symmetry", "be left out where terms read the time", symmetry)
    own = recording.names + velocities
    recording = clocked(recording) if clock else recording
    state = recording.names + velocities
    facts = read_known(known, own)
    asked = [name for name in (velocities or own) if not _closed(facts, name)]
    checks.require(bool(asked), "known", "leave a component to ask about", "one that gives all of them")
    drift = read_libraries(library, own, asked, periods=periods, state=state)
    if library is None and not velocities:
        drift = told_apart(drift, recording)
    spread = read_libraries(diffusion, own, asked, argument="diffusion", state=state)
    values = dict(facts.values)
    for name in asked:
        drift[name] = _with_known(drift[name], facts, name, state, values)
        spread[name] = _with_known(spread[name], facts, name, state, values, diffusion=True)
        checks.require(bool(drift[name]), "library", f"have a term for {name}", "none")
    for name in own:
        if _given(facts, name) and name not in asked:
            drift[name] = tuple(read_term(term, state) for term in facts.terms(name))
            spread[name] = tuple(read_term(term, state) for term in facts.terms(name, diffusion=True))
    for position, velocity in zip(recording.names, velocities, strict=False):
        drift[position] = (read_term(velocity, state),)
        spread.setdefault(position, ())
        values[entry_name(position, velocity)] = 1.0
    if clock:
        drift[clock], spread[clock] = (read_term("1", state),), ()
        values[entry_name(clock, "1")] = 1.0
    drift = {name: drift[name] for name in state if name in drift}
    implied = {
        name: 2 * np.pi for name in recording.names if name not in (*periods, clock) and _turns(drift, recording, name)
    }
    case = Case(
        unwrapped(recording, implied),
        drift,
        {name: spread.get(name, ()) for name in drift},
        values,
        velocities,
        periods=periods | implied,
        clock=clock,
    )
    stated, signs = _between(case, facts)
    symmetries = read_symmetries(symmetry, recording, periods | implied)
    case = _following(replace(case, stated=stated, signs=signs, symmetries=tuple(map(str, symmetries))), symmetries)
    return _with_noise(case, noise)


def read_periods(text: str | Mapping[str, float] | None, names: Sequence[str]) -> dict[str, float]:
    """Read periods of angles.

    Example:
        >>> read_periods("p=2*pi, q=360", ["p", "q"])
        {'p': 6.283185307179586, 'q': 360.0}
    """
    if isinstance(text, Mapping):
        return {checks.one_of(name, "period", names): checks.positive(value, "period") for name, value in text.items()}
    found = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        checks.require(bool(equals), "period", "name a component and its period, as in x=2*pi", part.strip())
        found[checks.one_of(name.strip(), "period", names)] = checks.positive(_constant(value), "period")
    return found


def declared_periods(recordings: Trajectory | Sequence[Trajectory], names: Sequence[str]) -> dict[str, float]:
    """The periods that the process behind a recording declared."""
    first = recordings if isinstance(recordings, Trajectory) else next(iter(recordings))
    given = first.about.get("periods") or ()
    return {name: float(period) for name, period in zip(names, given, strict=False) if period}


_ANGLES = {
    "rad": 2 * np.pi,
    "radian": 2 * np.pi,
    "radians": 2 * np.pi,
    "deg": 360.0,
    "degree": 360.0,
    "degrees": 360.0,
    "°": 360.0,
}
_TURNED = 1.5
_NEAR = 0.02
"""Share of a turn by which the recorded range of an angle may fall short of it."""


def seen_periods(recording: Recording) -> dict[str, float]:
    """Return the periods that the recording shows: of what steps over a round period again and again, and of what was recorded in rad or
    degrees over more than one and a half turns.

    Example:
        >>> import numpy as np
        >>> angle = 0.1 * np.arange(900.0)
        >>> seen_periods(gather(Trajectory(np.mod(angle, 360.0), angle, ("times",))))
        {}
        >>> seen_periods(gather(Trajectory(np.mod(99 * angle, 360.0), angle, ("times",))))
        {'x': 360.0}
    """
    found = {}
    units = recording.units or ("",) * recording.dim
    for name, unit, path in zip(recording.names, units, recording.columns, strict=True):
        period, turn = wrapping(path), _ANGLES.get(unit.strip().lower())
        if turn and period and abs(period - turn) < _NEAR * turn:
            found[name] = turn
        elif period in PERIODS:
            found[name] = period
        elif turn and float(np.ptp(path)) > _TURNED * turn:
            found[name] = turn
    return found


def noise_levels(case: Case) -> tuple[NoiseLevel, ...]:
    """Return what the recording says of the measurement noise of each component."""
    smooth = [bool(case.hidden) or _is_position(case, name) for name in case.recording.names]
    return tuple(noise_level(case.recording, i, smooth=smooth[i]) for i in range(len(case.recorded)))


_TIME = re.compile(r"(?<![^\W\d])" + CLOCK + r"(?!\w)")


def _reads_time(library: Library) -> bool:
    """Whether terms of a library read the time.

    Example:
        >>> _reads_time("1, x, cos(0.6t)"), _reads_time({"x": ["1", "sqrt(x)", "tan(x)"]})
        (True, False)
    """
    texts = library.values() if isinstance(library, Mapping) else [library]
    every = (each for text in texts for each in ([text] if isinstance(text, str) else text or ()))
    return any(_TIME.search(each) for each in every)


def _turns(drift: Mapping[str, tuple[Term, ...]], recording: Recording, name: str) -> bool:
    """Whether every term that holds a component repeats after 2π: then the component is an angle, whether or not that was said."""
    place = recording.names.index(name)
    holding = [term for terms in drift.values() for term in terms if place in term.components]
    at = np.linspace(-3.0, 3.0, 7)
    state = [at + 0.1 * i for i in range(max((term.size for term in holding), default=0))]
    with np.errstate(all="ignore"):
        moved = [x + 2 * np.pi if i == place else x for i, x in enumerate(state)]
        return bool(holding) and all(np.allclose(term.values(moved), term.values(state), atol=1e-9) for term in holding)


def _with_noise(case: Case, noise: str | float | Sequence[float]) -> Case:
    levels = noise_levels(case)
    if noise == "auto":
        sd = tuple(level.sd if _is_told_apart(case, level) else 0.0 for level in levels)
    else:
        given = noise if isinstance(noise, Sequence) and not isinstance(noise, str) else [noise] * len(levels)
        checks.require(len(given) == len(levels), "noise", f"be one number, or one for each of {len(levels)}", noise)
        sd = tuple(checks.number(value, "noise", least=0.0) for value in given)
    if case.clock:
        # A clock is read without noise.
        sd, levels = (*sd, 0.0), (*levels, NoiseLevel(0.0, 0.0, 1.0))
    step = case.recording.step
    gains = tuple(filter_gain(s, level.diffusivity, step) for s, level in zip(sd, levels, strict=True))
    found = replace(case, noise=sd, gains=gains)
    return (without_noise(found) or found) if noise == "auto" else found


def _is_told_apart(case: Case, level: NoiseLevel) -> bool:
    """Whether noise can be told from the curvature of the correlations, (θΔt)⁴ σ² of a relaxation: small in one dimension for longer steps."""
    alone = case.recording.dim == 1 and coarseness(case) <= _LONGEST_WITH_NOISE and level.z > _SURE
    return alone or not is_coarse(case)


def _is_position(case: Case, name: str) -> bool:
    """Whether a component is known to be moved by another one alone and so is smooth itself."""
    terms = case.drift.get(name, ())
    return bool(terms) and not case.diffusion.get(name) and not case.split(name)[0]


def _velocities(hidden: str | None, names: Sequence[str]) -> tuple[str, ...]:
    if hidden is None:
        return ()
    given = [part.strip() for part in hidden.split(",") if part.strip()]
    if given == ["velocity"] or given == ["velocities"]:
        found = ("v",) if len(names) == 1 else tuple(f"v_{name}" for name in names)
    else:
        found = tuple(given)
    fits = (
        len(found) == len(names) and not set(found) & set(names) and all(re.fullmatch(r"[^\W\d]\w*", n) for n in found)
    )
    checks.require(fits, "hidden", f"be velocity, or a new name for each of the {len(names)} velocities", hidden)
    return found


def _given(facts: Known, name: str) -> bool:
    return bool(facts.terms(name) or facts.terms(name, diffusion=True))


def _closed(facts: Known, name: str) -> bool:
    return name in facts.whole


def _with_known(
    terms: tuple[Term, ...],
    facts: Known,
    name: str,
    state: Sequence[str],
    values: dict[str, float],
    *,
    diffusion: bool = False,
) -> tuple[Term, ...]:
    """Add terms that are known but stand in no library; a known term is found however it was written."""
    found = list(terms)
    for text in facts.terms(name, diffusion=diffusion):
        term = read_term(text, state)
        twin = next((other for other in found if other.name == term.name or other.tree == term.tree), None)
        if twin is None:
            found.append(term)
            twin = term
        value = values.pop(entry_name(name, text, diffusion=diffusion))
        values[entry_name(name, twin.name, diffusion=diffusion)] = value
    return tuple(found)


def _between(case: Case, facts: Known) -> tuple[dict[str, dict[str, float]], dict[str, int]]:
    """Relations and signs, their entries called as the library calls them."""

    def called(entry: str) -> str:
        component, text = entry.split(": ", 1)
        diffusion = text.startswith("D ")
        term = read_term(text[2:] if diffusion else text, case.state)
        terms = (case.diffusion if diffusion else case.drift).get(component, ())
        twin = next((other for other in terms if other.tree == term.tree), None)
        checks.require(twin is not None, "known", "speak of entries of the library", entry, "Add the term to it.")
        return entry_name(component, twin.name, diffusion=diffusion)  # type: ignore[union-attr]

    relations = {called(one): {called(other): factor} for one, (factor, other) in facts.relations.items()}
    for one, others in relations.items():
        checks.require(one not in others, "known", "relate an entry to another one", one)
    return relations, {called(name): sign for name, sign in facts.signs.items()}


def _following(case: Case, symmetries: Sequence[Symmetry]) -> Case:
    """The case with what follows for its entries from stated relations and declared symmetries."""
    if not case.stated and not symmetries:
        return case
    drift, diffusion = (
        [
            entry_name(name, term.name, diffusion=spread)
            for name in case.state
            for term in (case.diffusion if spread else case.drift).get(name, ())
        ]
        for spread in (False, True)
    )
    entries = [*drift, *diffusion]
    rows, sizes = np.zeros((0, len(entries))), np.ones(len(entries))
    if symmetries:
        hidden = dict(zip(case.recording.names, case.hidden, strict=bool(case.hidden)))
        speeds = [np.gradient(column, case.recording.step) for column in case.recording.columns[: len(case.hidden)]]
        columns = [*case.recording.columns, *speeds]
        rows, sizes = symmetry_rows(symmetries, case.state, hidden, columns, case.drift, case.diffusion)
    stated = np.zeros((len(case.stated), len(entries)))
    for row, (one, others) in zip(stated, case.stated.items(), strict=True):
        row[entries.index(one)] = 1.0
        for other, factor in others.items():
            row[entries.index(other)] = -factor
    relations, values = follow(entries, np.concatenate([rows, stated]), case.known, sizes)
    known = {**case.known, **values}
    symmetric = follow(entries, rows, known, sizes)[0] if symmetries else {}
    found = replace(case, relations=relations, symmetric=symmetric, known=known)
    for name in case.asked:
        for diffusion_terms in (False, True):
            free = [
                entry_name(name, t.name, diffusion=diffusion_terms)
                for t in case.split(name, diffusion=diffusion_terms)[0]
            ]
            left = [entry for entry in free if entry not in relations or relations[entry]]
            what = "diffusion" if diffusion_terms else "library"
            need = f"have a term of {name} that the {'; '.join(case.symmetries)} allows"
            checks.require(bool(left) or not free, what, need, f"{', '.join(free[:4])} alone")
    checks.require(bool(found.asked), "known", "leave a component to ask about", "one that gives all of them")
    return found


def _constant(text: str) -> float:
    """A number written as a term without components, such as 2*pi."""
    return float(read_term(text, []).values([np.zeros(1)])[0])
