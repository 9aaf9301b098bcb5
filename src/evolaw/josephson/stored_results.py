"""Results of junctions in run directories: taken apart into arrays and a document, and put together again.

`packed` says what a result is made of, `load` makes the same result of a finished run: nothing is simulated again.

    document    what ``--json`` prints: facts, and the arrays of a table
    run         the same arrays, whole; and those that only a figure needs (``kept``)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import documents
from evolaw.errors import StorageError
from evolaw.josephson.arrays.named import NamedArray
from evolaw.josephson.arrays.results import ArrayRun
from evolaw.josephson.arrays.sweeps import ArraySweep
from evolaw.josephson.curves.averages import Averages
from evolaw.josephson.curves.density import PhaseDensity
from evolaw.josephson.curves.hysteresis import HysteresisLoop
from evolaw.josephson.curves.results import Curve, IVCurve
from evolaw.josephson.curves.shapiro import ShapiroMap
from evolaw.josephson.curves.spectra import Spectrum
from evolaw.josephson.escapes.switching import SwitchingCurrents
from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter
from evolaw.josephson.formulas.switching import SwitchingLaw
from evolaw.josephson.junction import Drive, Junction
from evolaw.storage import Run

__all__ = ["StoredResult", "load", "packed"]

_VALUES = {"I–V curve": "voltage", "escape rate": "rate", "phase diffusion": "diffusion"}
"""What the values of a curve are called in its document."""
_LOOP = ("bias", "up", "down", "up_error", "down_error", "switching", "retrapping")
_PLANE = ("energy", "vortices", "helicity")


@dataclass(frozen=True)
class StoredResult:
    """A result taken apart.

    Attributes:
        arrays: name -> array, for the document and for the run.
        facts: name -> anything JSON knows, for the document.
        kept: name -> array, for the run alone.
    """

    arrays: dict[str, np.ndarray]
    facts: dict[str, Any]
    kept: dict[str, np.ndarray] = field(default_factory=dict)


def packed(found: Any) -> StoredResult:
    """Return what a result is made of; `load` makes it again."""
    return _PACKS[type(found)](found)


def load(path: str | Path) -> Any:
    """Open a finished run of ``evolaw junction … --out`` as the result it holds.

    Raises:
        StorageError: there is no run, it is damaged, not finished, or of an earlier version that kept less.
    """
    run = Run.open(path)
    if run.state != "done":
        raise StorageError(f"{run.path} is not finished. Continue it with: evolaw junction resume {run.path}")
    make = _MAKES.get(str(run.about.get("verb")))
    if make is None:
        raise StorageError(
            f"{run.path} was filled by a function of Python, which has its result: what it holds are the paths. storage.Run.open reads its arrays."
        )
    with documents.interpreting(run.path):
        return make(_Stored(run, json.loads(run.read_document("result.json"))))


class _Stored:
    """A run with its document: arrays whole, facts by name."""

    def __init__(self, run: Run, document: Mapping[str, Any]) -> None:
        self.run, self.document, self._names = run, document, frozenset(run.arrays())

    def __call__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise StorageError(
                f"{self.run.path} holds no array {name}: an earlier version measured it and kept less. Its numbers are in result.json."
            )
        return self.run.read(name)

    def there(self, name: str) -> np.ndarray | None:
        """An array that not every result has."""
        return self.run.read(name) if name in self._names else None

    def arrays(self, *names: str) -> dict[str, Any]:
        """Arrays by their names."""
        return {name: self(name) for name in names}

    def numbers(self, *names: str) -> dict[str, Any]:
        """Numbers of the document by their names, null being not a number."""
        return {name: np.nan if (value := self.document[name]) is None else float(value) for name in names}

    @property
    def seed(self) -> int | None:
        return self.document.get("seed")

    def junction(self, **more: Any) -> Junction:
        numbers = self.document["junction"]
        si = numbers.get("si")
        if si is None:
            return Junction(damping=numbers["damping"], noise=numbers["noise"], **more)
        names = ("critical_current", "resistance", "capacitance", "temperature")
        return Junction.from_si(**{name: si[name] for name in names}, **more)


# -- curves -------------------------------------------------------------------------------------------------------------


def _pack_curve(found: Curve) -> StoredResult:
    arrays = {"bias": found.abscissa, _VALUES.get(found.name, found.name): found.value, "error": found.error}
    arrays |= {} if found.exact is None else {"exact": found.exact}
    arrays |= {} if found.doubtful is None else {"doubtful": found.doubtful}
    facts: dict[str, Any] = {"source": found.source or None, "gap": found.gap, "doubt": found.doubt or None}
    if isinstance(found, IVCurve):
        facts |= {"paths": found.paths, "duration": found.duration}
    physical = {q.name: q.document() for q in found.physical()}
    return StoredResult(arrays, {"seed": found.seed, **facts} | ({"physical": physical} if physical else {}))


def _make_curve(name: str, kind: type[Curve]) -> Callable[[_Stored], Curve]:
    def make(stored: _Stored) -> Curve:
        said = stored.document
        more: Any = (
            {"paths": said.get("paths") or 0, "duration": said.get("duration") or 0.0} if kind is IVCurve else {}
        )
        return kind(
            stored.junction(),
            name,
            stored("bias"),
            stored(_VALUES[name]),
            stored("error"),
            stored.there("exact"),
            said["source"] or "",
            "bias",
            stored.seed,
            stored.there("doubtful"),
            said.get("doubt") or "",
            **more,
        )

    return make


def _pack_loop(found: HysteresisLoop) -> StoredResult:
    facts = {name: getattr(found, name) for name in ("rate", "area", "area_error", "orientation")}
    return StoredResult({name: getattr(found, name) for name in _LOOP}, {"seed": found.seed, **facts})


def _make_loop(stored: _Stored) -> HysteresisLoop:
    numbers = stored.numbers("rate", "area", "area_error")
    return HysteresisLoop(junction=stored.junction(), seed=stored.seed, **numbers, **stored.arrays(*_LOOP))


def _pack_map(found: ShapiroMap) -> StoredResult:
    names = ("bias", "amplitude", "turns", "error")
    frequency = None if found.junction.drive is None else found.junction.drive.frequency
    return StoredResult({n: getattr(found, n) for n in names}, {"seed": found.seed, "frequency": frequency})


def _make_map(stored: _Stored) -> ShapiroMap:
    junction = stored.junction(drive=Drive(1.0, stored.document["frequency"]))
    return ShapiroMap(junction=junction, seed=stored.seed, **stored.arrays("bias", "amplitude", "turns", "error"))


def _pack_density(found: PhaseDensity) -> StoredResult:
    arrays = {name: getattr(found, name) for name in ("edges", "density", "error", "exact")}
    facts = {name: getattr(found, name) for name in ("exact_cosine", "distance", "expected_distance", "bias")}
    more = {"cosine": [found.cosine, found.cosine_error], "doubt": found.doubt or None}
    return StoredResult(arrays, {"seed": found.seed, **facts, **more})


def _make_density(stored: _Stored) -> PhaseDensity:
    cosine, error = stored.document["cosine"]
    return PhaseDensity(
        junction=stored.junction(),
        cosine=cosine,
        cosine_error=error,
        seed=stored.seed,
        doubt=stored.document.get("doubt") or "",
        **stored.arrays("edges", "density", "error", "exact"),
        **stored.numbers("bias", "exact_cosine", "distance", "expected_distance"),
    )


_LINE = ("bias", "variance", "centre", "half_width", "half_width_error", "exact_half_width")


def _pack_spectrum(found: Spectrum) -> StoredResult:
    arrays = {name: getattr(found, name) for name in ("frequency", "power", "error")}
    arrays |= {} if found.exact is None else {"exact": found.exact}
    facts = {name: getattr(found, name) for name in (*_LINE, "gap")} | {"doubt": found.doubt or None}
    physical = {q.name: q.document() for q in found.physical()}
    facts |= {"physical": physical} if physical else {}
    return StoredResult(arrays, {"seed": found.seed, **facts}, {"groups": found.groups})


def _make_spectrum(stored: _Stored) -> Spectrum:
    return Spectrum(
        junction=stored.junction(),
        seed=stored.seed,
        exact=stored.there("exact"),
        exact_half_width=stored.document["exact_half_width"],
        doubt=stored.document.get("doubt") or "",
        **stored.arrays("frequency", "power", "error", "groups"),
        **stored.numbers(*_LINE[:-1]),
    )


def _pack_averages(found: Averages) -> StoredResult:
    arrays = {"bias": found.bias, "doubtful": found.doubtful}
    for name, (value, error, exact) in found.columns.items():
        key = name.replace(" ", "_")
        arrays |= {key: value, f"{key}_error": error, f"{key}_exact": exact}
    return StoredResult(arrays, {"seed": found.seed, "gap": found.gap, "doubt": found.doubt or None})


def _make_averages(stored: _Stored) -> Averages:
    tails = ("", "_error", "_exact")
    keys = [name.removesuffix("_error") for name in stored.document if name.endswith("_error")]
    columns = {key.replace("_", " "): tuple(stored(key + tail) for tail in tails) for key in keys}
    doubt = stored.document.get("doubt") or ""
    return Averages(stored.junction(), stored("bias"), columns, stored.seed, stored("doubtful"), doubt)  # type: ignore[arg-type]


# -- escapes ------------------------------------------------------------------------------------------------------------

_LAW = ("bias", "density", "survival")
_SWITCHING = ("rate", "method", "source", "rate_error", "current_error", "first")


def _pack_switching(found: SwitchingCurrents) -> StoredResult:
    rates = found.rates()
    arrays = {"currents": found.currents, "rate_bias": rates.bias, "escape_rate": rates.rate}
    arrays |= {"rate_low": rates.low, "rate_high": rates.high}
    facts = {name: getattr(found, name) for name in _SWITCHING}
    facts |= {"mean": list(found.mean), "deviation": list(found.deviation)}
    facts |= {"law": {"mean": found.law.mean, "deviation": found.law.deviation}}
    return StoredResult(
        arrays, {"seed": found.seed, **facts}, {f"law_{name}": getattr(found.law, name) for name in _LAW}
    )


def _make_switching(stored: _Stored) -> SwitchingCurrents:
    said = stored.document
    law = SwitchingLaw(*stored.arrays(*(f"law_{name}" for name in _LAW)).values(), **said["law"])
    facts = {name: said[name] for name in _SWITCHING}
    return SwitchingCurrents(stored.junction(), currents=stored("currents"), law=law, seed=stored.seed, **facts)


# -- arrays and fits ----------------------------------------------------------------------------------------------------

_RUN = ("order", "order_error", "times", "velocity", "velocity_error")
_SWEEP = ("order", "order_error", "locked", "bias", "noise", "voltage", "voltage_error")


def _pack_array(found: ArrayRun) -> StoredResult:
    return StoredResult({n: getattr(found, n) for n in _RUN}, {"seed": found.seed, "locked": found.locked})


def _pack_sweep(found: ArraySweep) -> StoredResult:
    return StoredResult({n: getattr(found, n) for n in _SWEEP} | dict(found.plane), {"seed": found.seed})


def _make_array(stored: _Stored) -> ArrayRun | ArraySweep:
    settings = stored.run.about["settings"]
    if "bias" in stored.document:
        names = [name for name in stored.document if name.removesuffix("_error") in _PLANE]
        plane = stored.arrays(*names)
        return ArraySweep(paths=settings["paths"], seed=stored.seed, plane=plane, **stored.arrays(*_SWEEP))
    law: Any = NamedArray.of_settings(settings).law(float(settings["bias"]), float(settings["noise"]))
    numbers, values = stored.arrays(*_RUN), stored("values")
    count = numbers["velocity"].size
    return ArrayRun(law, phase=values[..., :count], rest=values[..., count:], seed=stored.seed, **numbers)


def _pack_fit(found: JunctionFit) -> StoredResult:
    arrays = {name: getattr(found, name) for name in ("x", "measured", "fitted", "error")}
    return StoredResult(arrays, found.document() | {"labels": list(found.labels)})


def _make_fit(stored: _Stored) -> JunctionFit:
    said = stored.document
    return JunctionFit(
        said["kind"],
        {name: _parameter(one) for name, one in said["parameters"].items()},
        tuple(Check(c["name"], c["passed"], c["says"], c["p_value"]) for c in said["checks"]),
        said["next"]["says"],
        labels=tuple(said.get("labels") or ("", "")),
        read_as=tuple(said.get("read_as") or ()),
        **stored.arrays("x", "measured", "fitted", "error"),
    )


def _parameter(said: Mapping[str, Any]) -> Parameter:
    low, high = said["interval"] or (None, None)
    return Parameter(said["value"], low, high, said["basis"])


_PACKS: dict[type, Callable[[Any], StoredResult]] = {
    Curve: _pack_curve,
    IVCurve: _pack_curve,
    HysteresisLoop: _pack_loop,
    ShapiroMap: _pack_map,
    PhaseDensity: _pack_density,
    Spectrum: _pack_spectrum,
    Averages: _pack_averages,
    SwitchingCurrents: _pack_switching,
    ArrayRun: _pack_array,
    ArraySweep: _pack_sweep,
    JunctionFit: _pack_fit,
}
_MAKES: dict[str, Callable[[_Stored], Any]] = {
    "iv": _make_curve("I–V curve", IVCurve),
    "escape": _make_curve("escape rate", Curve),
    "diffusion": _make_curve("phase diffusion", Curve),
    "hysteresis": _make_loop,
    "shapiro": _make_map,
    "density": _make_density,
    "spectrum": _make_spectrum,
    "averages": _make_averages,
    "switching": _make_switching,
    "array": _make_array,
    "fit": _make_fit,
}
