"""`evolaw discover`: the JSON document, boxes, and every way in which input can be wrong."""

from __future__ import annotations

import importlib.metadata
import json
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.discovery import Finding

DECISIONS = {"present", "absent", "probabilistic", "undetermined", "conflict"}
BASES = {"known", "counted", "likelihood", "joint", "rollout", "assumed"}
BOX = """
import sys
from evolaw.automata.files.patterns import read_pattern, write_rle
from evolaw.automata.evolution import evolve
before, after, steps = sys.argv[1:4]
board = evolve("B36/S23", read_pattern(before).board, int(steps)).final
open(after, "w").write(write_rle(board))
"""


def document(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def box_command(tmp_path: Path, program: str) -> str:
    script = tmp_path / "box.py"
    script.write_text(program)
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} {{before}} {{after}} {{steps}}"


def test_the_json_document_has_the_stated_shape(evolaw: Callable[..., Any], life_thin: Path) -> None:
    done = evolaw("discover", life_thin, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert list(found) == [
        *("schema", "source", "space", "alpha", "entries", "law", "checks", "next"),
        *("facts", "seed", "version", "boundary"),
    ]
    assert (found["schema"], found["space"], found["alpha"]) == (1, "outer-totalistic", 0.05)
    assert [entry["name"] for entry in found["entries"]] == [
        f"{letter}{count}" for letter in "BS" for count in range(9)
    ]
    for entry in found["entries"]:
        assert set(entry) == {"name", "decision", "basis", "probability", "interval", "visits", "log_e_value", "why"}
        assert entry["decision"] in DECISIONS
        assert entry["basis"] in BASES
        low, high = entry["interval"]
        assert 0 <= low <= high <= 1
        assert 0 <= entry["probability"] <= 1
    assert set(found["law"]) == {"minimum", "maximum", "most_probable", "map", "log2_possible"}
    for check in found["checks"]:
        assert set(check) == {"name", "passed", "p_value", "says"}
    assert set(found["next"]) == {"says", "rle", "steps", "decides"}


def test_what_was_never_visited_is_not_decided(evolaw: Callable[..., Any], life_thin: Path) -> None:
    """The product's honesty: a decision that no visit supports must be called known or assumed."""
    found = json.loads(evolaw("discover", life_thin, "--space", "isotropic", "--json").stdout)
    truth = {"B3", "S2", "S3"}
    unseen = [entry for entry in found["entries"] if entry["visits"] == 0]
    assert unseen
    for entry in found["entries"]:
        if entry["visits"] == 0:
            assert entry["decision"] == "undetermined" or entry["basis"] in ("known", "assumed")
        elif entry["decision"] != "undetermined":
            assert entry["decision"] == ("present" if entry["name"][:2] in truth else "absent"), entry


def test_the_text_names_the_law_and_what_is_open(evolaw: Callable[..., Any], life_thin: Path) -> None:
    done = evolaw("discover", life_thin)
    assert "B3/S23" in done.stdout
    assert "undetermined" in done.stdout
    assert done.stderr == ""


def test_known_entries_are_taken_as_known(evolaw: Callable[..., Any], life_thin: Path) -> None:
    found = json.loads(evolaw("discover", life_thin, "--known", "B8=0,S8=0", "--json").stdout)
    entries = {entry["name"]: entry for entry in found["entries"]}
    assert entries["S8"]["basis"] == "known"
    assert entries["S8"]["decision"] == "absent"


def test_run_and_report_are_written_and_read_again(evolaw: Callable[..., Any], life_thin: Path, tmp_path: Path) -> None:
    first = evolaw("discover", life_thin, "--seed", 4, "--out", "found", "--report", "page.html")
    assert "found" in first.stdout
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "B3" in page
    assert Finding.load(tmp_path / "found").facts["seed"] == 4
    done = evolaw("report", "found", "--lang", "zh")
    assert done.returncode == 0
    assert "它遵循什么规律" in (tmp_path / "found" / "report.html").read_text(encoding="utf-8")


def test_a_run_of_cells_that_age_is_answered_with_its_page(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    assert evolaw("simulate", "Brian's Brain", "--size", 32, "--steps", 8, "--out", "brain").returncode == 0
    done = evolaw("discover", "brain", "--report", "page.html", "--figure", "found.svg", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["space"], found["law"]["most_probable"]) == (0, "generations", "B2/S/3")
    assert {entry["name"]: entry["decision"] for entry in found["entries"]}["C3"] == "present"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "number of states: alive, then ageing, then dead" in page and "cells age when they die" in page
    assert (tmp_path / "found.svg").stat().st_size > 5000


def test_a_box_is_asked_until_the_law_stands(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """No recording at all: one question to the box settles all eighteen entries."""
    done = evolaw("discover", "--box", box_command(tmp_path, BOX), "--ask", 2, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["law"]["most_probable"] == "B36/S23"
    assert found["law"]["log2_possible"] == 0


@pytest.mark.parametrize("places", [("--out", "taken"), ("--report", "nowhere/page.html"), ("--report", "taken")])
def test_places_are_checked_before_the_work(
    evolaw: Callable[..., Any],
    life_thin: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    places: tuple[str, str],
) -> None:
    """Nobody waits for minutes to read that a directory exists."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "something").write_text("mine")
    monkeypatch.setattr("evolaw.discovery.discover", lambda *_, **__: pytest.fail("the work has begun"))
    done = evolaw("discover", life_thin, *places)
    assert done.returncode == 3
    assert (tmp_path / "taken" / "something").read_text() == "mine"


@pytest.mark.skipif(shutil.which("bgolly") is None, reason="Golly's bgolly is not installed")
def test_golly_can_be_the_box(evolaw: Callable[..., Any]) -> None:
    """The command of the README, asked without any recording."""
    golly = "bgolly -q -q -a QuickLife -m {steps} -i {steps} -o {after} {before}"
    done = evolaw("discover", "--box", golly, "--ask", 3, "--space", "isotropic", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["law"]["most_probable"] == "B3/S23"
    assert found["law"]["log2_possible"] == 0


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("import sys; sys.exit(7)", "7"),
        ("import sys; open(sys.argv[2], 'w').write('hello there')", "answer"),
        ("pass", "{after}"),
    ],
)
def test_a_box_that_misbehaves(
    evolaw: Callable[..., Any], tmp_path: Path, life_thin: Path, program: str, words: str
) -> None:
    done = evolaw("discover", life_thin, "--box", box_command(tmp_path, program), "--ask", 1, "--out", "found")
    assert done.returncode == 3
    assert "error[box]" in done.stderr
    assert words in done.stderr
    assert not (tmp_path / "found").exists()


def test_a_box_that_hangs(evolaw: Callable[..., Any], tmp_path: Path, life_thin: Path) -> None:
    command = box_command(tmp_path, "import time; time.sleep(60)")
    done = evolaw("discover", life_thin, "--box", command, "--box-timeout", 0.5, "--ask", 1)
    assert done.returncode == 3
    assert "error[box]" in done.stderr
    assert "0.5" in done.stderr


def bad_inputs(folder: Path, thin: Path) -> dict[str, tuple[list[object], str]]:
    """name -> (arguments, words the message must have)."""
    states = np.load(thin)["states"]
    torn = folder / "torn.npz"
    torn.write_bytes(thin.read_bytes()[:400])
    frames = folder / "frames"
    frames.mkdir()
    (frames / "frame_0.rle").write_text("x = 1000000000, y = 1000000000, rule = B3/S23\n3o!\n")
    (frames / "frame_1.rle").write_text("x = 1000000000, y = 1000000000, rule = B3/S23\n3o!\n")
    np.savez(folder / "flat.npz", states=states[0, 0])
    np.savez(folder / "one.npz", states=states[:1])
    np.savez(folder / "dead.npz", states=states * 0)
    np.savez(folder / "seven.npz", states=states * 7)
    np.savez(folder / "nothing.npz", frames=np.linspace(0, 1, 60).reshape(3, 4, 5))
    np.savez(folder / "backwards.npz", states=states, times=np.arange(len(states))[::-1])
    np.savez(folder / "objects.npz", states=np.array([{"a": 1}], dtype=object))
    (folder / "text.npz").write_text("not an archive")
    (folder / "empty").mkdir()
    return {
        "torn": ([torn], "torn.npz"),
        "huge header": ([frames], "cells"),
        "missing": ([folder / "nowhere.npz"], "no such file"),
        "wrong shape": ([folder / "flat.npz"], "flat.npz"),
        "one frame": ([folder / "one.npz"], "frame"),
        "wrong values": ([folder / "seven.npz"], "255"),
        "no states": ([folder / "nothing.npz"], "states"),
        "times fall": ([folder / "backwards.npz"], "times"),
        "objects": ([folder / "objects.npz"], "objects.npz"),
        "no archive": ([folder / "text.npz"], "text.npz"),
        "empty folder": ([folder / "empty"], "empty"),
        "constant": ([folder / "dead.npz"], "both living and dead"),
        "unknown space": ([thin, "--space", "isotropc"], "Did you mean isotropic"),
        "unknown entry": ([thin, "--known", "B9"], "entry"),
        "bad known": ([thin, "--known", "B3=7"], "known"),
        "bad flip": ([thin, "--flip", "often"], "or auto"),
        "bad every": ([thin, "--every", "0"], "every"),
        "bad alpha": ([thin, "--alpha", "2"], "alpha"),
        "bad boundary": ([thin, "--boundary", "torous"], "torus"),
        "bad language": ([thin, "--lang", "fr"], "lang"),
        "no box": ([thin, "--ask", "2"], "--box"),
        "box without places": ([thin, "--box", "cat", "--ask", "1"], "{before}"),
        "no source": ([], "SOURCE"),
        "bad seed": ([thin, "--seed", "-3"], "rng"),
    }


NAMES = (
    "torn",
    "huge header",
    "missing",
    "wrong shape",
    "one frame",
    "wrong values",
    "no states",
    "times fall",
    "objects",
)
NAMES += (
    "no archive",
    "constant",
    "empty folder",
    "unknown space",
    "unknown entry",
    "bad known",
    "bad flip",
    "bad every",
    "bad alpha",
)
NAMES += ("bad boundary", "bad language", "no box", "box without places", "no source", "bad seed")


@pytest.mark.parametrize("name", NAMES)
def test_bad_input_exits_3_says_what_and_writes_nothing(
    evolaw: Callable[..., Any], tmp_path: Path, life_thin: Path, name: str
) -> None:
    folder = tmp_path / "input"
    folder.mkdir()
    inputs = bad_inputs(folder, life_thin)
    assert set(inputs) == set(NAMES)
    arguments, words = inputs[name]
    done = evolaw("discover", *arguments, "--out", "found", "--report", "page.html")
    said = " ".join(done.stderr.split())
    assert done.returncode == 3, said
    assert words in said
    assert done.stdout == ""
    assert "Traceback" not in said
    assert not (tmp_path / "found").exists()
    assert not (tmp_path / "page.html").exists()


def test_what_a_simulator_refused_is_noted(monkeypatch: pytest.MonkeyPatch, capsys: Any, life_thin: Path) -> None:
    """A finding that had to do without its network is told of at the command line, beside the result."""
    from evolaw.cli.discover import command, lattice

    found = Finding.from_json(
        lattice.find_rule([life_thin], "outer-totalistic", every=None, flip=None, boundary=None, rng=0).to_json()
    )
    refused = replace(found, facts={"simulator_refused": "No network proposed laws."})
    monkeypatch.setattr(lattice, "find_rule", lambda *_, **__: refused)
    command.discover_law([life_thin], as_json=True)
    shown = capsys.readouterr()
    assert "No network proposed laws." in shown.err
    assert json.loads(shown.out)["facts"]["simulator_refused"] == "No network proposed laws."


def test_a_side_file_of_our_own_is_no_knowledge(evolaw: Callable[..., Any], life_thin: Path, tmp_path: Path) -> None:
    """`evolaw discover mine.npz --json > mine.json` must not change the next finding."""
    (tmp_path / "mine.npz").write_bytes(life_thin.read_bytes())
    first = evolaw("discover", "mine.npz", "--json")
    (tmp_path / "mine.json").write_text(first.stdout)
    assert evolaw("discover", "mine.npz", "--json").stdout == first.stdout


def test_strict_ends_with_5_where_a_check_failed_and_with_0_elsewhere(
    evolaw: Callable[..., Any], life_thin: Path, tmp_path: Path
) -> None:
    """Life without its own law: frames in the wrong order contradict every rule of the space."""
    assert evolaw("discover", life_thin, "--strict").returncode == 0
    with np.load(life_thin) as file:
        np.savez(tmp_path / "shuffled.npz", states=file["states"][::-1])
    loose, strict = (evolaw("discover", tmp_path / "shuffled.npz", *more) for more in ((), ("--strict",)))
    assert (loose.returncode, strict.returncode) == (0, 5)
    assert loose.stdout == strict.stdout
    assert strict.stderr.startswith("failed: ")


def test_a_finding_is_drawn_and_a_film_of_it_is_refused_before_work(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    evolaw("simulate", "B3/S23", "--size", 16, "--steps", 4, "--out", "a")
    assert evolaw("discover", "a", "--figure", "a.png").returncode == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    done = evolaw("discover", "a", "--figure", "a.gif", "--out", "kept")
    assert done.returncode == 3 and "Only a trajectory can be a film" in done.stderr
    assert not (tmp_path / "kept").exists()


@pytest.mark.slow
def test_the_document_says_what_it_rests_on(evolaw: Callable[..., Any], life_thin: Path) -> None:
    """Every fitted number with its error, and seed, version and boundary."""
    told = json.loads(
        evolaw("discover", life_thin, "--flip", "auto", "--boundary", "torus", "--seed", 4, "--json").stdout
    )
    assert told["seed"] == 4 and told["version"] == importlib.metadata.version("evolaw")
    assert "boundary" in told
    assert 0 <= told["facts"]["flip_probability"] < 0.05 and told["facts"]["flip_probability_error"] >= 0
