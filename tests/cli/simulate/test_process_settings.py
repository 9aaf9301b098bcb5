"""What is typed about a process is refused before anything is written, in a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evolaw.cli.arguments import require_place
from evolaw.cli.simulate.process_settings import PathSettings, Typed, first_state, settle
from evolaw.ito.equations import process
from evolaw.sde.catalogue import classic


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dt": -0.1}, "`dt` must be positive"),
        ({"dt": 0.0}, "`dt` must be positive"),
        ({"steps": 0}, "`steps`"),
        ({"steps": 10, "dt": 0.1}, "`steps` must be left out"),
        ({"time": -1.0}, "`time` must be positive"),
        ({"frames": 1}, "`frames`"),
        ({"times": "0,2,1"}, "`times` must rise strictly"),
        ({"times": "1,2"}, "the first 0"),
        ({"times": "0,x"}, "`times` must be a number"),
        ({"times": "0,1", "time": 2.0}, "`time` must be left out"),
        ({"start": "1,2"}, "one number for each of the 1 components"),
        ({"start": "one"}, "`start` must be a number"),
        ({"paths": 0}, "`paths`"),
        ({"law": "brownian-bridge", "time": 2.0}, "`time` must end with the process, at 1"),
        ({"precision": "float16"}, "`precision`"),
        ({"scheme": "milstain"}, "Did you mean"),
        ({"scheme": "stochastic-heun", "law": "dX = X^3 dt + X dW"}, "use SRI1W1"),
        ({"scheme": "sra1", "law": "dX = X^3 dt + X dW"}, "use SRI1W1"),
        ({"scheme": "milstein", "law": "dX = Y dW1; dY = X dW2"}, "LevyMilstein"),
        ({"scheme": "exact-step", "law": "dX = -X^3 dt + dW"}, "not known"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(changes: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"law": "brownian-motion", "values": {}, "frames": 11, "paths": 10}
    with pytest.raises(ValueError, match=words):
        settle(Typed(**(given | changes)))


def settings(**changes: Any) -> PathSettings:
    given: dict[str, Any] = {"law": "double-well", "values": {}, "frames": 3, "paths": 10**6}
    return settle(Typed(**(given | changes)))


def test_what_is_left_out_is_chosen() -> None:
    chosen = settings()
    assert (chosen.start, chosen.times, chosen.scheme, chosen.dt) == ([-1.0], [0.0, 10.0, 20.0], "sra1", 0.02)
    assert settings(time=200.0).dt == 0.02
    assert settings(time=1e6).dt == 10.0
    assert settings(steps=500).dt == 20 / 500
    assert settings(law="ornstein-uhlenbeck").dt == 3.0


def test_chunks_are_whole_powers_that_bound_work_and_memory() -> None:
    chunk = settings().chunk
    assert chunk & (chunk - 1) == 0
    assert chunk * 1000 <= 2**24 < 2 * chunk * 1000
    assert settings(frames=5001).chunk * 5001 <= 2**22
    assert settings(time=1e4).chunk >= 64
    assert settings(paths=5).chunk == 5


def test_starts_and_places(tmp_path: Path) -> None:
    assert first_state(process("harmonic-oscillator"), classic("harmonic-oscillator"), None) == [1.0, 0.0]
    assert first_state(process("dX = dW1; dY = dW2"), None, None) == [0.0, 0.0]
    assert first_state(process("dX = dW"), None, " 2.5 ") == [2.5]
    require_place(tmp_path / "figure.svg")
    with pytest.raises(ValueError, match="directory that exists"):
        require_place(tmp_path / "nowhere" / "figure.svg")


@pytest.mark.parametrize("law", ["dX = X dt + X dW", "dX = Y dt; dY = -X dt + X dW", "dX = sin(t) X dt + X dW"])
def test_a_default_start_that_nothing_moves_is_refused(law: str) -> None:
    with pytest.raises(ValueError, match=r"would stay 0 for ever.*--start 1"):
        settle(Typed(law, {}))
    assert not any(settle(Typed(law, {}, start="0,0" if "dY" in law else "0")).start)


@pytest.mark.parametrize("law", ["dX = (1 - X) dt + X dW", "dX = sin(t) dt + X dW", "dX = sqrt(1 + X^2) dW"])
def test_a_default_start_that_moves_is_taken(law: str) -> None:
    assert first_state(process(law), None, None) == [0.0]
