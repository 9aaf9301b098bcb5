"""Boxes that move: answers, and every way not to answer."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.experiment.proposals import Experiment
from evolaw.discovery.diffusions.experiment.track_box import CommandTrackBox, FunctionTrackBox, perform
from evolaw.errors import ArgumentError, BoxError

SCRIPT = """
import json, sys
import numpy as np
start, controls, path = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
times = np.loadtxt(path, skiprows=1)
x, force, rng = float(start or 0), controls.get("force", {}).get("x", 0.0), np.random.default_rng(len(start))
print("t,x")
for k, t in enumerate(times):
    print(f"{t},{x}")
    h = times[1] - times[0]
    x += h * (x - x**3 + force) + np.sqrt(2 * 0.02 * h) * rng.normal()
"""


def box(tmp_path: Path, body: str = SCRIPT, **options: float) -> CommandTrackBox:
    script = tmp_path / "box.py"
    script.write_text(body)
    return CommandTrackBox(f"{sys.executable} {script} {{start}} {{controls}} {{times}}", **options)


def test_a_command_answers_from_where_it_is_told(tmp_path: Path) -> None:
    asked = Experiment("restart", "", 0.0, (), ((0.5,), (-1.25,)), {"force": {"x": 0.1}}, 0.01, 30)
    found = perform(box(tmp_path), asked, ("x",))
    assert found.values.shape == (2, 31, 1)
    assert np.asarray(found.values)[:, 0, 0].tolist() == [0.5, -1.25]
    assert found.about["controls"] == {"force": {"x": 0.1}}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import time; time.sleep(30)", "did not answer within 0.5 s"),
        ("raise SystemExit('no such start')", "exit code 1. It said: 'no such start'"),
        ("print('t,x'); print('0,one')", "is no number"),
        ("print('t,x'); print('0,1')", "was asked for"),
    ],
)
def test_a_box_that_does_not_answer_is_named(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(BoxError, match=said):
        box(tmp_path, body, timeout=0.5 if "sleep" in body else 20.0).record(np.array([1.0]), {}, np.arange(3.0))


def test_a_command_without_its_places_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"contain \{controls\}"):
        CommandTrackBox("run {start} {times}")


def test_a_function_that_raises_or_answers_in_the_wrong_shape_is_a_box_error() -> None:
    def raising(start: object, controls: object, times: object) -> np.ndarray:
        raise ValueError("out of range")

    with pytest.raises(BoxError, match="out of range"):
        FunctionTrackBox(raising).record(None, {}, np.arange(3.0))
    with pytest.raises(BoxError, match=r"not of shape \(2, 1\)"):
        FunctionTrackBox(lambda *_: np.zeros(2)).record(None, {}, np.arange(3.0))


@pytest.mark.slow
def test_the_loop_with_a_box_decides_what_was_open(record: object) -> None:
    """One well decides nothing; one experiment of the program's own choice decides both terms."""
    law = (lambda x: x - x**3, lambda x: [0.02])
    track = record(*law, [1.0], 0.02, 5000, 5)  # type: ignore[operator]

    def answer(start: np.ndarray | None, controls: object, times: np.ndarray) -> np.ndarray:
        first = [1.0] if start is None else list(start)
        seed = int(1000 * abs(first[0]))
        return np.asarray(record(*law, first, float(times[1]), len(times) - 1, seed).values)  # type: ignore[operator]

    found = discover(track, library="poly:3", box=FunctionTrackBox(answer), ask=1, rng=0)
    assert found["x: x"].decision == found["x: x^3"].decision == "present"
    assert len(found.recordings) == 2


@pytest.mark.slow
def test_a_known_force_is_taken_off(record: object) -> None:
    """The same law pushed and not pushed, weighed together: the constant is 0.4 as in the law, not 0.4 plus the push."""
    free = record(lambda x: 0.4 - x, lambda x: [0.1], [0.4], 0.02, 8000, 1, about={})  # type: ignore[operator]
    about = {"controls": {"force": {"x": 2.0}, "noise": 4.0}}
    pushed = record(lambda x: 2.4 - x, lambda x: [0.4], [2.4], 0.02, 8000, 2, about=about)  # type: ignore[operator]
    found = discover([free, pushed], library="1, x", rng=0)
    assert found["x: 1"].estimate == pytest.approx(0.4, abs=0.15)
    assert found["x: D 1"].estimate == pytest.approx(0.1, abs=0.01)
