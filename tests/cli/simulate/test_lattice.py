"""`evolaw simulate`: what it prints, what it writes, and that no kill harms a run."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.board_runs import BoardRun
from evolaw.automata.evolution import evolve
from evolaw.automata.files.patterns import parse_rle, read_pattern
from evolaw.randomness import source
from evolaw.storage import Run
from evolaw.trajectory import Trajectory


def stored(path: Path) -> dict[str, bytes]:
    """Every byte of the arrays of a run."""
    store = path / "data.zarr"
    return {str(file.relative_to(store)): file.read_bytes() for file in sorted(store.rglob("*")) if file.is_file()}


def test_the_run_is_the_plain_evolution(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw(
        "simulate", "B36/S23", "--size", "20x33", "--steps", 30, "--every", 3, "--seed", 5, "--out", "run", "--json"
    )
    facts = json.loads(done.stdout)
    run = Trajectory.load(tmp_path / "run")
    truth = evolve("B36/S23", run.values[0], 30, every=3)
    assert np.array_equal(run.values, truth.values)
    assert np.array_equal(run.times, truth.times)
    assert (run.law, run.boundary, run.seed) == ("B36/S23", "torus", 5)
    assert facts["population_last"] == truth.final.sum()
    assert facts["density_last"] == pytest.approx(truth.final.mean())
    assert facts["changed_last"] == pytest.approx((truth.final != truth.values[-2]).mean())
    assert 0.2 < run.values[0].mean() < 0.5


def test_a_line_of_cells_runs_is_kept_resumed_and_shown(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """An elementary rule: the plain evolution, from a typed start or a soup, as text, run directory, page, picture and film."""
    words = ("simulate", "W110", "--size", 61, "--steps", 40)
    done = evolaw(*words, "--start", "1", "--out", "run", "--report", "a.html", "--figure", "a.gif", "--rle", "a.rle")
    assert done.returncode == 0, done.stderr
    start = np.zeros(61, np.uint8)
    start[30] = 1
    truth = evolve("W110", start, 40)
    run = Trajectory.load(tmp_path / "run")
    assert np.array_equal(run.values, truth.values) and run.axes == ("times", "cells")
    drawn = done.stdout.splitlines()[-21:]
    assert drawn[0].strip() == "▄█" and len(drawn[-1].rstrip()) <= 61
    assert "61 in a line, torus" in done.stdout
    again = evolaw("simulate", "a.rle", "--steps", 3, "--out", "more")
    assert again.returncode == 0, again.stderr
    assert np.array_equal(Trajectory.load(tmp_path / "more").final, evolve("W110", truth.final, 3).final)
    assert "data:image/png" in (tmp_path / "a.html").read_text("utf-8")
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF89a")
    assert evolaw("discover", "run").stdout.count("W110")


def test_what_a_line_has_not_is_refused(evolaw: Callable[..., Any]) -> None:
    for words in (("--size", "8x8"), ("--boundary", "torus+1,0"), ("--size", "0"), ("--size", 4, "--start", "00000")):
        done = evolaw("simulate", "W30", *words)
        assert done.returncode == 3 and words[0] in done.stderr, done.stderr


def test_cells_that_age_run_are_kept_resumed_and_written(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """Brian's Brain by its name, as /2/3 and from its own file is one run; what is alive is counted apart from what ages."""
    out, page, rle = tmp_path / "run", tmp_path / "page.html", tmp_path / "last.rle"
    said = evolaw(
        "simulate",
        "Brian's Brain",
        "--size",
        20,
        "--steps",
        12,
        "--seed",
        4,
        "--out",
        out,
        "--report",
        page,
        "--rle",
        rle,
    )
    run = Trajectory.load(out)
    start = source(4).stream("start").chance(0, (20, 20), 0.35).astype(np.uint8)
    expected = evolve("/2/3", start, 12)
    assert np.array_equal(run.values, expected.values) and run.law == "B2/S/3"
    alive, ageing = (int((run.final == state).sum()) for state in (1, 2))
    assert f"alive at the end   {alive} cells" in said.stdout and f"ageing at the end  {ageing} cells" in said.stdout
    assert "ageing" in page.read_text(encoding="utf-8")
    assert np.array_equal(read_pattern(rle).board, expected.final)
    told = json.loads(evolaw("simulate", rle, "--steps", 5, "--json").stdout)
    assert told["law"] == "B2/S/3"
    assert told["population_last"] == int((evolve("/2/3", expected.final, 5).final == 1).sum())
    refused = evolaw("simulate", "/2/3", "--noise", 0.1)
    assert refused.returncode == 3 and "--noise" in refused.stderr and "more than two states" in refused.stderr


def test_one_seed_one_run(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        evolaw("simulate", "B3/S23", "--noise", 0.01, "--size", 16, "--steps", 20, "--seed", seed, "--out", name)
    assert stored(tmp_path / "a") == stored(tmp_path / "b")
    assert stored(tmp_path / "a") != stored(tmp_path / "c")


def test_a_glider_comes_home(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """On a torus of side 16 a glider is back after 64 generations, and the RLE file shows it."""
    evolaw("simulate", "B3/S23", "--size", 16, "--start", "glider", "--steps", 0, "--rle", "before.rle")
    evolaw("simulate", "B3/S23", "--size", 16, "--start", "before.rle", "--steps", 64, "--rle", "after.rle")
    before, after = read_pattern(tmp_path / "before.rle"), read_pattern(tmp_path / "after.rle")
    assert before.board.sum() == 5
    assert np.array_equal(before.board, after.board)
    assert str(after.rule) == "B3/S23"


def test_the_text_shows_the_last_board(evolaw: Callable[..., Any]) -> None:
    done = evolaw("simulate", "B3/S23", "--size", 8, "--start", "block", "--steps", 4)
    assert "4 cells, density 0.0625" in done.stdout
    assert "▄▄" in done.stdout
    assert done.stderr == ""


def test_settings_say_the_start_twice_alike() -> None:
    settings = BoardRun("B3/S23", 9, 7, 0.5, None, 10, 1, "torus", 3)
    assert np.array_equal(settings.first_board(), settings.first_board())
    assert settings.frames == 11


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("B3/S23", "--size", "12y"), "ROWSxCOLS"),
        (("B3/S23", "--size", "99999x99999"), "2**28"),
        (("B3/S23", "--density", "1.5"), "Option --density"),
        (("B3/S23", "--steps", "10", "--every", "3"), "divide the 10 steps"),
        (("B3/S23", "--boundary", "torous"), "torus"),
        (("B3/S23", "--start", "nowhere.rle"), "nowhere.rle"),
        (("B3/S23", "--size", "2", "--start", "glider"), "3x3"),
        (("W110",), "rule of a board"),
        (("B3/S23", "--resume", "run"), "or else --resume"),
        ((), "or else --resume"),
        (("--resume", "run"), "not a directory"),
        (("B3/S23", "--seed", "-1"), "Option --seed"),
        (("B3/S23", "--noise", "2"), "Option --noise"),
    ],
)
def test_mistakes_write_nothing(
    evolaw: Callable[..., Any], tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    out = () if "--resume" in arguments else ("--out", "new")
    done = evolaw("simulate", *arguments, *out)
    assert done.returncode == 3
    assert words in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lost", [1, 6, 40])
def test_a_start_that_was_cut_short_is_refused(evolaw: Callable[..., Any], tmp_path: Path, lost: int) -> None:
    """Half a pattern is a pattern with fewer cells: it ran, exit 0."""
    text = "x = 36, y = 9, rule = B3/S23\n24bo$22bobo$12b2o6b2o12b2o$11bo3bo4b2o12b2o$2o8bo5bo3b2o$2o8bo3bob2o4bobo!\n"
    (tmp_path / "gun.rle").write_text(text.rstrip()[:-lost])
    done = evolaw("simulate", "B3/S23", "--size", 48, "--start", "gun.rle", "--steps", 1)
    assert done.returncode == 3 and "gun.rle" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_existing_run_is_left_alone(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    evolaw("simulate", "B3/S23", "--size", 8, "--steps", 4, "--out", "run")
    before = stored(tmp_path / "run")
    assert evolaw("simulate", "B3/S23", "--size", 8, "--steps", 8, "--out", "run").returncode == 3
    assert stored(tmp_path / "run") == before
    assert "finished" in evolaw("simulate", "--resume", "run").stderr


def committed(path: Path) -> int:
    return Run.open(path).cursor if (path / "manifest.json").exists() else 0


def wait_for_more(path: Path, cursor: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while committed(path) <= cursor and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)


def survive(
    command: list[str], path: Path, kills: int, steps: int, number: signal.Signals, rng: random.Random
) -> list[int]:
    """Kill the same run again and again at random moments, resume it to the end; returns the cursors at the kills."""
    order = ["B3/S23", "--noise", "0.01", "--size", "256", "--steps", str(steps), "--seed", "7"]
    cursors = []
    for _ in range(kills):
        started = (path / "manifest.json").exists()
        if not started:
            shutil.rmtree(path, ignore_errors=True)  # killed before anything was promised
        rest = ["--resume", str(path)] if started else [*order, "--out", str(path)]
        process = subprocess.Popen([*command, "simulate", *rest], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if rng.random() < 0.7:  # in the midst of the work: soon after a new commit, however slow the machine
            wait_for_more(path, max(cursors, default=0), process)
        time.sleep(rng.uniform(0.0, 0.4))
        process.send_signal(number)
        process.wait(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == (-9 if number is signal.SIGKILL else 143)
        cursors.append(committed(path))
    if not (path / "manifest.json").exists():
        shutil.rmtree(path, ignore_errors=True)
        subprocess.run([*command, "simulate", *order, "--out", str(path)], check=True, timeout=300, capture_output=True)
    elif Run.open(path).state != "done":
        words = [*command, "simulate", "--resume", str(path)]
        subprocess.run(words, check=True, timeout=300, capture_output=True)
    return cursors


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_bytes(tmp_path: Path, evolaw: Callable[..., Any], command: list[str]) -> None:
    """kill -9 at a random moment: what is committed stays, and the end is the same to the last byte. Twenty kills are in the slow run."""
    steps = 640
    cursors = survive(command, tmp_path / "killed", 1, steps, signal.SIGKILL, random.Random(1))
    evolaw("simulate", "B3/S23", "--noise", 0.01, "--size", 256, "--steps", steps, "--seed", 7, "--out", "whole")
    assert cursors == sorted(cursors)
    assert cursors[-1] > 0
    assert stored(tmp_path / "killed") == stored(tmp_path / "whole")
    assert Run.open(tmp_path / "killed").verify() == []
    assert not list((tmp_path / "killed").rglob("*.tmp"))


@pytest.mark.slow
def test_twenty_kills_resume_to_the_same_bytes(tmp_path: Path, evolaw: Callable[..., Any], command: list[str]) -> None:
    steps = 6000
    cursors = survive(command, tmp_path / "killed", 20, steps, signal.SIGKILL, random.Random(2))
    evolaw("simulate", "B3/S23", "--noise", 0.01, "--size", 256, "--steps", steps, "--seed", 7, "--out", "whole")
    assert len(set(cursors)) > 5
    assert stored(tmp_path / "killed") == stored(tmp_path / "whole")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_commits_and_says_how_to_go_on(
    tmp_path: Path, command: list[str], number: signal.Signals, code: int
) -> None:
    python, option, program = command
    # Tests that run in the background are born with Ctrl-C ignored, and hand that down; a terminal's programs are not.
    program = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {program}"
    words = ["simulate", "B3/S23", "--size", "256", "--steps", "100000", "--noise", "0.01", "--out", "run"]
    process = subprocess.Popen(
        [python, option, program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (tmp_path / "run" / "data.zarr" / "values" / "c" / "1").exists():
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code
    assert out == ""
    assert "continue with: evolaw simulate --resume run" in err
    assert Run.open(tmp_path / "run").state == "interrupted"
    assert Run.open(tmp_path / "run").verify() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "numbers", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGTERM)]
)
def test_a_second_stop_does_not_wait(tmp_path: Path, command: list[str], numbers: tuple[signal.Signals, ...]) -> None:
    """The first stop is held up in the middle of its commit; the second ends the program with its code and one sentence."""
    python, option, program = command
    slow = (
        "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from evolaw import storage\n"
        "leave = storage.Run.__exit__\n"
        "def held(*arguments):\n"
        "    print('stopping', flush=True); time.sleep(60); leave(*arguments)\n"
        "storage.Run.__exit__ = held\n"
    )
    words = ["simulate", "B3/S23", "--size", "256", "--steps", "100000", "--noise", "0.01", "--out", "run"]
    process = subprocess.Popen(
        [python, option, slow + program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (tmp_path / "run" / "data.zarr" / "values" / "c" / "1").exists():
            time.sleep(0.05)
        process.send_signal(numbers[0])
        assert process.stdout is not None and process.stdout.readline() == "stopping\n"
        process.send_signal(numbers[1])
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 128 + numbers[1]
    assert "stopped at once" in err and "Traceback" not in err
    assert Run.open(tmp_path / "run").state == "interrupted"
    assert Run.open(tmp_path / "run").verify() == []


def test_a_pattern_file_runs_by_its_own_rule_and_grid(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "g.rle").write_text("x = 3, y = 3, rule = B36/S23:P30,20\nbo$2bo$3o!")
    found = json.loads(evolaw("simulate", "g.rle", "--steps", 4, "--json").stdout)
    assert (found["law"], found["rows"], found["cols"], found["boundary"]) == ("B36/S23", 20, 30, "plane")
    assert found["population_last"] == 5


def test_a_start_with_another_rule_is_said(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "g.rle").write_text("x = 3, y = 3, rule = B36/S23\nbo$2bo$3o!")
    done = evolaw("simulate", "B3/S23", "--start", "g.rle", "--steps", 1)
    assert "B36/S23" in done.stderr and "runs instead" in done.stderr


def test_the_written_board_goes_on_as_it_would_have(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """The RLE names rule, grid and generation, so that whoever reads it continues the same universe."""
    evolaw("simulate", "B3/S23", "--size", "16x24", "--steps", 10, "--boundary", "plane", "--rle", "half.rle")
    assert "Gen=10" in (tmp_path / "half.rle").read_text() and ":P24,16" in (tmp_path / "half.rle").read_text()
    evolaw("simulate", "half.rle", "--steps", 10, "--rle", "all.rle")
    evolaw("simulate", "B3/S23", "--size", "16x24", "--steps", 20, "--boundary", "plane", "--rle", "whole.rle")
    boards = [parse_rle((tmp_path / name).read_text()).board for name in ("all.rle", "whole.rle")]
    assert np.array_equal(*boards)
