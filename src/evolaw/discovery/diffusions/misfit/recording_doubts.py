"""What is doubted of a recording before any law is fitted: each test as a check, with its cause and the option that handles it.

it steps over its whole range as angles do  nothing is decided
readings stand out by one step and back     nothing is decided
rows repeat the value before them           nothing is decided
it stops at an edge                         nothing of that component is decided
one noise shakes two components             said; each component's equation holds for itself
the steps are mostly measurement noise      nothing of D is known at this step
a first-order law does not hold: memory     nothing is decided
jumps, heavy tails                          nothing is decided
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from evolaw.discovery.diffusions.evidence.selection import is_coarse
from evolaw.discovery.diffusions.misfit.doubts import LEVEL, Doubt
from evolaw.discovery.diffusions.misfit.increment_tests import (
    first_rows,
    jump_kurtosis,
    memory,
    noise_share,
    remainders,
    wrapping,
)
from evolaw.discovery.diffusions.misfit.reading_tests import common_noise, edge, held_share, spikes, without
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.spine.evidence import Check

__all__ = ["doubt_recording"]

_NOISE = 0.4
_LEAST_CORRELATION = 0.06
_LEAST_HELD = 0.1
_FAR_COARSE = 20.0
_LEAST_KURTOSIS, _LEAST_KURTOSIS_COARSE = 4.5, 30.0


def doubt_recording(case: Case) -> list[Doubt]:
    """Return every check that needs no fitted law: an angle, measurement noise, memory, jumps."""
    doubts = [_wrapped(case), *_readings(case)]
    for target in case.asked:
        doubts += [_noise(case, target), _memory(case, target), _jumps(case, target)]
    doubts += _common(case)
    return [doubt for doubt in doubts if doubt is not None]


def _wrapped(case: Case) -> Doubt | None:
    for name, path in zip(case.recorded, case.recording.columns, strict=False):
        period = wrapping(path) if name not in case.periods else 0.0
        if period:
            said = "2*pi" if abs(period - 2 * math.pi) < 1e-12 else f"{period:.4g}"
            says = f"{name} steps over its whole range again and again: an angle? Say --period '{name}={said}'."
            return Doubt(Check(f"angle {name}", False, 0.0, says), "period", name)
    return None


def _readings(case: Case) -> list[Doubt]:
    """What the instrument or a wall has left in the readings; nothing where it left nothing."""
    found, recording = [], case.recording
    for place, name in enumerate(case.recorded):
        # What steps over its whole range as angles do has no spikes and no edge: it wants its period.
        if name in case.periods or wrapping(recording.columns[place]):
            continue
        out = spikes(recording, place)
        clean = replace(case, recording=without(recording, place, out)) if out.size else case
        if out.size and is_coarse(clean):
            # Where noise grows with the state, a long step may lead far out and the next one back.
            out = spikes(recording, place, _FAR_COARSE)
        if noise_share(clean, place) > _NOISE:
            # Noise of the measurement that is most of every step swings back by itself, now and then far.
            out = out[:0]
        if out.size:
            says = (
                f"Readings of {name} stand out by one step and back, {out.size} in all, the first at t = {recording.times[out[0]]:.6g}: outliers "
                "of the instrument, which no diffusion makes. Leave them empty, and discover again."
            )
            found.append(Doubt(Check(f"spikes of {name}", False, 0.0, says), "spikes"))
        held = held_share(recording, place)
        if held > _LEAST_HELD:
            says = (
                f"{100 * held:.0f} % of the rows of {name} repeat the value before them exactly: it was written more often than it was read. "
                "Keep the rows in which it was read, and discover again."
            )
            found.append(Doubt(Check(f"readings of {name}", False, 0.0, says), "held"))
        where, count = edge(recording, place, short=recording.dim == 1 or not is_coarse(case))
        if count:
            says = (
                f"{name} stops at an edge: {count} readings lie within one usual step of {where:.4g} and none beyond. A wall, or the end of "
                "the instrument's range; no term of a library is a wall."
            )
            found.append(Doubt(Check(f"edge of {name}", False, 0.0, says), "edge", name))
    return found


def _common(case: Case) -> list[Doubt]:
    """Whether one noise shakes two components; not asked of noisy, coarse or hidden ones, whose steps correlate for other reasons."""
    if case.hidden or any(case.noise) or len(case.asked) < 2 or is_coarse(case):
        return []
    rest = {target: remainders(case, target) for target in case.asked}
    found = []
    for one, other in itertools.combinations(case.asked, 2):
        correlation, p = common_noise(rest[one], rest[other])
        if p >= LEVEL / len(case.asked) ** 2 or abs(correlation) <= _LEAST_CORRELATION:
            continue
        says = (
            f"One noise shakes both {one} and {other}: their steps correlate {correlation:+.2f} beyond what the drift does. What is said of "
            "each component holds; that their noises are independent, as in the law that is printed and run, does not."
        )
        found.append(Doubt(Check(f"noises of {one} and {other}", False, p, says), "common", "", "neither"))
    return found


def _noise(case: Case, target: str) -> Doubt | None:
    place = case.index(target)
    share, sd, name = noise_share(case, place), case.noise[place], case.recording.names[place]
    if case.hidden:
        return None
    step = f"{case.recording.step:.3g}"
    if share > _NOISE:
        says = (
            f"Measurement noise dominates the steps of {name} at Δt = {step}: successive increments correlate {-share:.2f} "
            "(−0.50 is noise alone). Nothing is said of D at this step; look at longer steps."
        )
        return Doubt(Check(f"noise of {name}", False, 0.0, says), "noise", target, "diffusion")
    what = f"a standard deviation of {sd:.3g}, taken into account" if sd else "none to be seen"
    return Doubt(Check(f"noise of {name}", True, 1.0, f"Measurement noise of {name}: {what}."), "noise")


def _memory(case: Case, target: str) -> Doubt | None:
    if case.hidden:
        return None
    noisy = any(case.noise) or noise_share(case, case.index(target)) > _NOISE
    found = memory(remainders(case, target), (2, 3) if noisy else (1,))
    failed = found.p_value < LEVEL and abs(found.correlation) > _LEAST_CORRELATION
    if not failed:
        return Doubt(Check(f"memory of {target}", True, found.p_value, f"Steps of {target} show no memory."), "memory")
    if found.correlation > 0:
        advice = (
            "Something unseen moves it: a velocity (try --hidden velocity), another variable, or noise with a colour."
        )
    else:
        advice = "Measurement noise that is not constant, or a fast variable, is left in it: record faster, or look at longer steps."
    says = (
        f"{target} has memory: what its state does not explain of a step correlates {found.correlation:+.2f} with {found.lag} "
        f"step{'s' if found.lag > 1 else ''} before, so no first-order equation in what was recorded holds. {advice}"
    )
    cause = "memory" if found.correlation > 0 else "leftover"
    return Doubt(Check(f"memory of {target}", False, found.p_value, says), cause)


def _jumps(case: Case, target: str) -> Doubt | None:
    if case.hidden:
        return None
    own = case.index(target)
    rows, columns = first_rows(case), case.recording.columns
    places = [columns[own], *(column for place, column in enumerate(columns) if place != own)]
    kurtosis, error = jump_kurtosis(remainders(case, target), [column[rows] for column in places])
    bar = _LEAST_KURTOSIS_COARSE if is_coarse(case) else _LEAST_KURTOSIS
    if kurtosis > max(bar, 3 + 4 * error):
        says = (
            f"The steps of {target} are not Gaussian: kurtosis {kurtosis:.1f} instead of 3, wherever it is. Jumps, heavy tails or a "
            "switching strength are no diffusion; nothing is decided. Take the jumps out, or record faster."
        )
        return Doubt(Check(f"jumps of {target}", False, 0.0, says), "jumps")
    says = f"Steps of {target} have kurtosis {kurtosis:.1f}, as a diffusion has (3)."
    return Doubt(Check(f"jumps of {target}", True, 1.0, says), "jumps")
