"""What a measured result of a junction is worth: what holds, what is in doubt, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from evolaw.josephson.arrays.results import ArrayRun
from evolaw.josephson.arrays.sweeps import ArraySweep
from evolaw.josephson.curves.averages import Averages
from evolaw.josephson.curves.density import PhaseDensity
from evolaw.josephson.curves.results import Curve
from evolaw.josephson.curves.spectra import Spectrum
from evolaw.josephson.escapes.switching import SwitchingCurrents
from evolaw.josephson.fitting.results import JunctionFit
from evolaw.josephson.junction import Junction
from evolaw.report.answer import Tile
from evolaw.report.wording import Words

__all__ = ["Distance", "distance", "heads", "next_command", "typed"]

_FAR, _TOO_FAR = 0.05, 1e-3
"""Shares of sound measurements that lie so far off that the page says that this is far, and that they do not hold."""
_NEXT = {
    "iv": "diffusion",
    "hysteresis": "switching",
    "switching": "escape",
    "escape": "switching",
    "diffusion": "averages",
    "spectrum": "diffusion",
    "density": "averages",
    "averages": "diffusion",
    "shapiro": "iv",
    "fit": "iv",
}
_NEED_NOISE = ("diffusion", "averages", "switching", "escape")


@dataclass(frozen=True)
class Distance:
    """How far measured numbers lie from what is known of them.

    Attributes:
        gap: the farthest, in standard errors.
        count: how many were compared.
        of: where the known ones are from.
        is_exact: whether they are exact.
    """

    gap: float
    count: int
    of: str
    is_exact: bool = True

    @property
    def chance(self) -> float:
        """How often the farthest of so many normal errors lies at least as far."""
        with np.errstate(divide="ignore"):  # nothing lies nearer than 0: it is as far in all
            return float(-np.expm1(self.count * np.log1p(-special.erfc(self.gap / np.sqrt(2)))))


def distance(found: Any) -> Distance | None:
    """Return how far a result lies from what is known of it; None where nothing is, or where it was drawn from that."""
    if isinstance(found, Curve):
        count = 0 if found.exact is None else int(np.sum(np.isfinite(found.exact) & (found.error > 0)))
        # Without noise the bar is one turn over the time watched: a bound, and no matter of chance.
        if found.gap is None or found.junction.noise == 0:
            return None
        return Distance(found.gap, count, found.source, found.name != "escape rate")
    if isinstance(found, Averages):
        count = sum(int(np.sum(np.isfinite(exact))) for _, _, exact in found.columns.values())
        return Distance(found.gap, count, "Fokker–Planck equation") if count else None
    if isinstance(found, Spectrum):
        return None if found.gap is None else Distance(found.gap, 16, "Fokker–Planck equation")
    if isinstance(found, PhaseDensity):
        far = abs(found.cosine - found.exact_cosine) / found.cosine_error
        return None if found.doubt else Distance(float(far), 1, "Fokker–Planck equation")
    if isinstance(found, SwitchingCurrents) and found.method == "simulation" and found.is_slow:
        mean, error = found.mean
        return Distance(
            abs(mean - found.law.mean) / float(np.hypot(error, found.current_error)), 1, found.source, False
        )
    return None


def heads(found: Any, words: Words) -> tuple[Tile, Tile, Tile]:
    """Return the three short answers above a result."""
    return _holds(found, words), _doubtful(found, words), _next(found, words)


def _holds(found: Any, words: Words) -> Tile:
    title = words("junction.holds")
    if isinstance(found, JunctionFit):
        failed = [check for check in found.checks if check.passed is False]
        fact = words("junction.fit_fails", count=len(failed)) if failed else words("junction.fit_holds")
        return Tile(title, fact, tuple(words.says(check.says) for check in failed or found.checks[:1]), "checks")
    far = distance(found)
    if far is None:
        drawn = isinstance(found, SwitchingCurrents) and found.method == "rate"
        why = words("junction.drawn_says") if drawn else words("junction.unknown_says")
        return Tile(title, words("junction.drawn" if drawn else "junction.unknown"), (why,), "numbers")
    beside = words("junction.exact" if far.is_exact else "junction.known")
    stands = far.chance >= _TOO_FAR
    key = "holds_not" if not stands else "holds_far" if far.chance < _FAR else "holds_fact"
    fact = words(f"junction.{key}", gap=f"{far.gap:.2g}", beside=beside)
    percent = 100 * far.chance
    share = f"{percent:.0f}" if percent >= 1 else f"{percent:.2g}"
    chance = words("junction.chance_one" if far.count == 1 else "junction.chance", count=far.count, share=share)
    says = [chance, words("junction.source", source=words.says(far.of))]
    if "Mel'nikov" in far.of:
        says.append(words("junction.turnover"))
    if not stands:
        says.append(words("junction.holds_not_says"))
    return Tile(title, fact, tuple(says), "figure")


def _doubtful(found: Any, words: Words) -> Tile:
    title, target = words("junction.doubt"), "numbers"
    doubt = getattr(found, "doubt", "")
    if doubt:
        mask = getattr(found, "doubtful", None)
        count, of = (1, 1) if mask is None else (int(np.sum(mask)), int(np.size(mask)))
        return Tile(title, words("junction.doubt_some", count=count, of=of), (words.says(doubt),), target)
    if isinstance(found, JunctionFit):
        open_ = [check for check in found.checks if check.passed is None]
        fact = words("junction.fit_open", count=len(open_)) if open_ else words("junction.doubt_none")
        return Tile(title, fact, tuple(words.says(check.says) for check in open_), "checks")
    if isinstance(found, SwitchingCurrents) and not found.is_slow:
        return Tile(title, words("junction.too_fast"), (words("junction.too_fast_says"),), target)
    alone = (isinstance(found, ArrayRun) and len(found.phase) == 1) or (
        isinstance(found, ArraySweep) and found.paths == 1
    )
    if alone or np.isnan(getattr(found, "area_error", 0.0)):
        return Tile(title, words("junction.one_path"), (words("junction.one_path_says"),), target)
    quiet = getattr(getattr(found, "junction", None), "noise", 1.0) == 0
    says = words("junction.errors_quiet" if quiet else "junction.errors")
    return Tile(title, words("junction.doubt_none"), (says, words("junction.step")), target)


def _next(found: Any, words: Words) -> Tile:
    title = words("junction.next")
    if isinstance(found, JunctionFit):
        return Tile(title, words("junction.next_measure"), (words.says(found.next_measurement),), "next")
    if getattr(getattr(found, "junction", None), "noise", 1.0) == 0:
        return Tile(title, words("junction.next_quiet"), (words("junction.next_quiet_says"),), "next")
    worst = _least_certain(found)
    if worst is None:
        return Tile(title, words("junction.next_paths"), (), "next")
    share, place = worst
    key = "junction.next_share" if found.name == "escape rate" else "junction.next_share_of"
    says = words(key, share=f"{100 * share:.2g}", bias=f"{place:.4g}")
    return Tile(title, words("junction.next_four"), (says,), "next")


def _least_certain(found: Any) -> tuple[float, float] | None:
    """The largest error of a curve, as a share of its largest value, and the bias where it is."""
    if not isinstance(found, Curve) or found.junction.noise == 0:
        return None
    sizes = (
        np.abs(found.value) if found.name == "escape rate" else np.full(found.value.size, np.max(np.abs(found.value)))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(sizes > 0, found.error / sizes, 0.0)
    place = int(np.argmax(share))
    return float(share[place]), float(found.abscissa[place])


def next_command(found: Any, verb: str, settings: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """Return the verb that measures most of what this one did not, and the command to type for the same junction; two empty texts for none."""
    if verb == "array" and settings is not None:
        kind, size = settings.get("kind"), settings.get("size")
        swept = isinstance(found, ArraySweep)
        more = "--paths 32" if swept else "--bias 0.5:2:7 --paths 16"
        bias = f" --bias {settings.get('bias')} --noise {settings.get('noise')}" if swept else ""
        return "array_more" if swept else "array", f"evolaw junction array --kind {kind} --size {size}{bias} {more}"
    junction = getattr(found, "junction", None)
    then = _NEXT.get(verb, "")
    if junction is None or not then:
        return "", ""
    if junction.noise == 0 and then in _NEED_NOISE:
        then = "hysteresis" if junction.damping is not None and verb != "hysteresis" else "shapiro"
    return then, f"evolaw junction {then} {typed(junction)}"


def typed(junction: Junction) -> str:
    """Return a junction as the options of the command line.

    Example:
        >>> typed(Junction(damping=0.5, noise=0.1))
        '--damping 0.5 --noise 0.1'
    """
    s = junction.scales
    if s is None:
        damping = "" if junction.damping is None else f"--damping {junction.damping:.6g} "
        return f"{damping}--noise {junction.noise:.6g}"
    numbers = [("ic", s.critical_current, "A"), ("r", s.resistance, "Ohm"), ("temperature", s.temperature, "K")]
    numbers += [("c", s.capacitance, "F")] if s.capacitance else []
    return " ".join(f'--{name} "{value:.6g} {unit}"' for name, value, unit in numbers)
