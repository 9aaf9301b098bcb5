"""A stored result is the same when it is opened again; no kind is forgotten."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import evolaw
from evolaw.errors import StorageError
from evolaw.josephson import Junction, stored_results
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
from evolaw.josephson.formulas import thermal_switching
from evolaw.josephson.junction import Drive
from evolaw.report.figures import _DRAWN_ELSEWHERE
from evolaw.storage import Run

X, GAP = np.array([0.1, 0.2, 0.3]), np.array([0.1, np.nan, 0.3])
REDUCED = Junction(damping=0.5, noise=0.05)
SI = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)
DRIVEN = Junction(noise=0.1, drive=Drive(1.0, 0.7))
SETTINGS = {"kind": "pair", "size": 2, "spread": 0.1, "damping": 0.5, "coupling": 1.0, "load": "1,1,1", "fluxons": 0}
SETTINGS |= {"flux": 0.0, "seed": 3, "bias": "1.5", "noise": "0.1", "paths": 4}
PLANE = {f"{name}{tail}": X for name in ("energy", "vortices", "helicity") for tail in ("", "_error")}
NUMBERS = {
    "critical_current": Parameter(1e-6, 0.9e-6, 1.1e-6),
    "resistance": Parameter(10.0, basis="given"),
    "capacitance": Parameter(1e-13, 0.0, 2e-13),
    "temperature": Parameter(4.0, 3.0, None),
}
VALUES = np.arange(4 * 3 * 4.0).reshape(4, 3, 4)

RESULTS: dict[str, Any] = {
    "iv": IVCurve(SI, "I–V curve", X, X, 0.1 * X, GAP, "theory", "bias", 3, X > 0.2, "a doubt", 8, 20.0),
    "escape": Curve(REDUCED, "escape rate", X, X, 0.1 * X, X, "theory", seed=3),
    "diffusion": Curve(Junction(noise=0.3), "phase diffusion", X, X, 0.1 * X, seed=3),
    "hysteresis": HysteresisLoop(REDUCED, 1e-3, X, X, X, GAP, X, GAP, X, -0.3, np.nan, 3),
    "shapiro": ShapiroMap(DRIVEN, X, X[:2], np.ones((3, 2)), 0.1 * np.ones((3, 2)), 3),
    "density": PhaseDensity(REDUCED, 0.5, np.append(X, 0.4), X, X, X, 0.4, 0.01, 0.41, 0.02, 0.03, 3, "a doubt"),
    "spectrum": Spectrum(SI, 1.5, 1 + X, X, X, np.arange(24.0).reshape(8, 3), 1.0, 1.1, 0.1, 0.01, 3, X, 0.1),
    "averages": Averages(REDUCED, X, {"square velocity": (X, X, GAP)}, 3, X > 0.2),
    "switching": SwitchingCurrents(REDUCED, 1e-3, 0.7 + X, thermal_switching(0.5, 0.05, 1e-3), 0.2, 3),
    "array": ArrayRun(
        NamedArray.of_settings(SETTINGS).law(1.5, 0.1), X, VALUES[..., :2], VALUES[..., 2:], X, X, X[:2], X[1:], 3
    ),
    "sweep": ArraySweep(X, X, X, X, X, GAP, X, 4, 3, PLANE),
    "fit": JunctionFit("iv", NUMBERS, (Check("a", None, "b", 0.5),), "next", X, X, X, X, ("current (A)", "voltage (V)")),
}  # fmt: skip


def stored(path: Any, name: str, *, whole: bool = True) -> Any:
    """A run as `evolaw junction` writes it."""
    made = stored_results.packed(RESULTS[name])
    verb = "array" if name == "sweep" else name
    junction = getattr(RESULTS[name], "junction", None)
    numbers = None if junction is None else {"damping": junction.damping, "noise": junction.noise}
    if junction is not None and junction.scales is not None:
        s = junction.scales
        numbers |= {"si": {n: getattr(s, n) for n in ("critical_current", "resistance", "capacitance", "temperature")}}
    with Run.create(path, about={"kind": "junction", "verb": verb, "settings": SETTINGS}) as run:
        values = {"values": VALUES} if name == "array" else {}
        for key, array in (made.arrays | (made.kept if whole else {}) | values).items():
            run.write(key, np.asarray(array), [f"axis_{k}" for k in range(np.ndim(array))])
        said = {"junction": numbers} | made.facts | {key: array.tolist() for key, array in made.arrays.items()}
        run.document("result.json", json.loads(json.dumps(said).replace("NaN", "null")))
    return path


@pytest.mark.parametrize("name", RESULTS)
def test_a_stored_result_is_the_same_when_it_is_opened_again(name, tmp_path):
    again = evolaw.load(stored(tmp_path / "run", name))
    assert type(again) is type(RESULTS[name]) and repr(again) == repr(RESULTS[name])
    one, other = stored_results.packed(RESULTS[name]), stored_results.packed(again)
    assert repr(one.facts) == repr(other.facts) and list(one.arrays) == list(other.arrays)
    for key, array in (one.arrays | one.kept).items():
        np.testing.assert_array_equal((other.arrays | other.kept)[key], array)


def test_every_result_that_is_drawn_can_be_stored():
    drawn = {name.rpartition(".")[2] for name in _DRAWN_ELSEWHERE if name.startswith("evolaw.josephson.")}
    assert drawn | {"IVCurve"} == {kind.__name__ for kind in stored_results._PACKS}
    assert {type(found) for found in RESULTS.values()} == set(stored_results._PACKS)


def test_a_run_that_is_not_finished_or_kept_less_is_named(tmp_path):
    with pytest.raises(KeyboardInterrupt), Run.create(tmp_path / "run", about={"kind": "junction", "verb": "iv"}):
        raise KeyboardInterrupt
    with pytest.raises(StorageError, match=r"not finished\. Continue it with: evolaw junction resume"):
        stored_results.load(tmp_path / "run")
    with pytest.raises(StorageError, match="an earlier version measured it and kept less"):
        stored_results.load(stored(tmp_path / "old", "spectrum", whole=False))
