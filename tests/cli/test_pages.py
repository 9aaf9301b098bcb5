"""Every block of the documentation is something to run, or is named here with the reason why it is shown only.

Each page is run from top to bottom in an empty folder, in both languages; the files that a reader would bring (a recording, a table, a
measured curve) are laid into it first, everything else is made by the lines above, and output that is shown is compared. Examples with
``>>>`` are run by ``test_readme``.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.files.rle import write_rle
from evolaw.trajectory import Trajectory

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "README.zh-CN.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
MATTERS_OF_THE_HOUSE = ["CONTRIBUTING.md", "ARCHITECTURE.md"]
"""Pages of which nothing is typed into an empty folder."""
PAGES += MATTERS_OF_THE_HOUSE

SHOWN = {
    "make ": "builds environments of its own; the gate runs each",
    ".ci/run": "is the gate",
    "pip install": "fetches packages from an index",
    "src/evolaw/": "lists folders",
    "simulate : ": "is the plan of the package",
    "0  ": "is the plan of the floors",
    "law = fit(": "trains networks",
    "law = score.emulator": "trains for minutes; its parts are tested in tests/score/emulation",
    "python -c": "takes minutes: the league of tests/score/league",
    "python -m benchmarks": "measures the machine",
    "evolaw learn B3/S23 --league": "trains 1000 networks",
    "evolaw learn B3/S23 --seeds 64": "trains 64 networks",
    "evolaw score train moons": "trains for minutes",
    "evolaw score sample runs/moons": "needs the training above",
    "evolaw score sample runs/one": "needs the training above",
    "evolaw score train digits": "trains for minutes",
    "evolaw score sample runs/digits": "needs the training above",
    "evolaw score likelihood runs/digits": "needs the training above",
    "evolaw score inpaint runs/digits": "needs the training above",
    "evolaw score interpolate runs/digits": "needs the training above",
    "evolaw score compare runs/digits": "needs the training above",
    "evolaw junction shapiro": "makes 160000 simulations",
    "evolaw junction switching": "makes a thousand ramps of 10^6 steps",
    "evolaw simulate double-well --set D=0.2 --time 200": "is to be killed by the reader",
    "evolaw simulate --resume runs/wells": "needs the run that was killed",
    'evolaw simulate "dX = X^3 dt + dW"': "shows a failure, which tests/cli/simulate tests",
    "evolaw runs verify runs/wells": "needs the run that was killed",
    'evolaw discover --box "bgolly': "needs Golly",
}
"""How a line begins that is not run, and why."""


KINDS = {"sh": "commands", "bash": "commands", "python": "script", "text": "output"}
"""What a block is, by its tag: ``sh`` runs as pasted in an empty folder, ``bash`` where the reader's files are; ``text`` is what the
commands before it print, or, with a title, what is only looked at."""


class Block(NamedTuple):
    """A block of a page: its tag, its lines, and the title under which a block of text is shown only."""

    language: str
    lines: list[str]
    reason: str = ""


def _blocks(page: str) -> list[Block]:
    """The fenced blocks of a page in their order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [Block(match[1], match[3].splitlines(), match[2] or "") for match in found]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_has_a_tag_and_none_is_only_indented(page: str) -> None:
    """A reader's editor, the site and these tests are told what a block is; what is indented says nothing."""
    text = (ROOT / page).read_text(encoding="utf-8")
    fences = re.findall(r"^ *```(.*)$", text, re.MULTILINE)
    assert [tag for tag in fences[::2] if tag.partition(" ")[0] not in KINDS] == [] and not any(fences[1::2])
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert re.findall(r"(?<=\n\n) {4}\S[^\n]*", outside) == []


def _is_shown(line: str) -> bool:
    return any(line.startswith(begin) for begin in SHOWN)


def _kind(block: Block) -> str:
    """How a block is run: "doctest", "script", "commands"; "output" where it is what the block before prints, "shown" else."""
    if block.reason or all(_is_shown(line) for line in block.lines if line.strip()):
        return "shown"
    if block.language == "python" and any(">>>" in line for line in block.lines):
        return "doctest"
    return "shown" if _is_shown(block.lines[0]) and block.language in ("python", "text") else KINDS[block.language]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_run_or_shown_for_a_reason(page: str) -> None:
    before = ""
    for block in _blocks(page):
        kind = _kind(block)
        assert kind != "output" or before == "commands", f"{page}: {block.lines[0]}: run it, or say in SHOWN why not"
        if kind == "commands":
            for line in block.lines:
                assert line.startswith("evolaw ") or _is_shown(line) or not line.strip(), f"{page}: {line}"
        assert kind != "output" or page not in MATTERS_OF_THE_HOUSE, (
            f"{page}: {block.lines[0]}: this is compared nowhere"
        )
        before = kind


def test_no_reason_is_left_over() -> None:
    lines = [line for page in PAGES for block in _blocks(page) for line in block.lines]
    assert [begin for begin in SHOWN if not any(line.startswith(begin) for line in lines)] == []


@pytest.fixture
def reader(elsewhere: None, tmp_path: Path) -> dict[str, Any]:
    """What a reader brings: files in the folder, and names for scripts."""
    start = (np.random.default_rng(0).random((24, 24)) < 0.35).astype(np.uint8)
    run = evolve("B3/S23", start, 20)
    for name in ("recording", "mine", "answer"):
        np.savez(tmp_path / f"{name}.npz", states=run.values, times=run.times)
    flips = np.random.default_rng(1).random(run.values.shape) < 0.01
    np.savez(tmp_path / "noisy.npz", states=(run.values ^ flips).astype(np.uint8), times=run.times)
    (tmp_path / "frames").mkdir()
    for number in range(0, 12, 2):
        text = write_rle(run.values[number], rule="B3/S23", topology="torus")
        (tmp_path / "frames" / f"{number:03d}.rle").write_text(text, encoding="utf-8")
    rng = np.random.default_rng(2)
    x = np.zeros(4001)
    for i in range(4000):
        x[i + 1] = x[i] + 0.01 * (x[i] - x[i] ** 3) + 0.07 * rng.standard_normal()
    table = "\n".join(f"{0.01 * i:.2f},{value:.8f}" for i, value in enumerate(x))
    (tmp_path / "track.csv").write_text(f"t,x\n{table}\n", encoding="utf-8")
    current = np.linspace(0.2, 2.0, 30)
    curve = "\n".join(f"{i:.4f},{10 * np.sqrt(max(i * i - 1, 0)) + 0.02 * rng.standard_normal():.5f}" for i in current)
    (tmp_path / "measured.csv").write_text(f"current (uA),voltage (uV)\n{curve}\n", encoding="utf-8")
    copier = "import sys, shutil; shutil.copy(sys.argv[1], sys.argv[2])"
    (tmp_path / "mybox").write_text(f"#!/usr/bin/env python3\n{copier}\n", encoding="utf-8")
    (tmp_path / "mybox").chmod(0o755)
    track = Trajectory(x[:, None], 0.01 * np.arange(4001.0), ("times", "dim"), about={"names": ["x"]})
    return {"frames": run.values, "trajectory": track}


_NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")
_UNCERTAIN = re.compile(r"(?P<value>-?\d+\.\d+) ± (?P<error>\d+\.\d+)")
_VARIES = "varies"
"""A line of a page with this word in its comment is compared without its numbers: they are times, or differ between machines."""


def _compare(page: str, printed: str, shown: list[str]) -> None:
    """Hold what a page shows against what was printed: every word, and numbers to the digits that the page shows.

    One more in the last digit is let pass, which is how machines differ; a number with an error may be off by a tenth of the error.
    """
    lines = [line for line in printed.splitlines() if line.strip()]
    told = [line for line in shown if line.strip()]
    assert len(lines) == len(told), f"{page}: {len(lines)} lines were printed, {len(told)} are shown:\n{printed}"
    for line, wanted in zip(lines, told, strict=True):
        text, _, comment = wanted.partition("  # ")
        varies = _VARIES in comment
        assert _NUMBER.sub("#", line).split() == _NUMBER.sub("#", text if varies else wanted).split(), (
            page,
            line,
            wanted,
        )
        errors = {match["value"]: float(match["error"]) for match in _UNCERTAIN.finditer(wanted)}
        for found, number in zip(_NUMBER.findall(line), _NUMBER.findall(wanted), strict=True):
            digit = 10.0 ** -len(number.partition("e")[0].partition(".")[2]) * 10.0 ** int(
                number.partition("e")[2] or 0
            )
            allowed = max(1.01 * digit, errors.get(number, 0.0) / 10)
            assert varies or abs(float(found) - float(number)) <= allowed, (page, line, wanted)


def _steps(page: str) -> Iterator[tuple[str, list[str]]]:
    """What is done with a page, one after the other: ("run", words), ("script", lines), ("output", lines)."""
    for block in _blocks(page):
        kind = _kind(block)
        if kind == "commands":
            for line in block.lines:
                if line.startswith("evolaw ") and not _is_shown(line):
                    yield "run", shlex.split(line, comments=True)[1:]
        elif kind in ("script", "output"):
            yield kind, block.lines


@pytest.mark.parametrize(
    ("printed", "shown", "same"),
    [
        ("mean  0.2497 ± 0.0110", "mean  0.2498 ± 0.0110", True),  # the last digit
        ("mean  0.2479 ± 0.0110", "mean  0.2498 ± 0.0110", False),
        ("rate  1.25e-06", "rate  1.26e-06", True),
        ("rate  1.25e-06", "rate  1.28e-06", False),
        ("rule  B3/S23", "rule  B36/S23", False),
        ("12 frames", "13 frames", False),  # whole numbers are words
        ("took 3.2 s", "took 0.1 s  # varies", True),
        ("took 3.2 s", "took 0.1 s", False),
        ("one\ntwo", "one", False),
    ],
)
def test_the_comparison_sees_a_wrong_number(printed: str, shown: str, same: bool) -> None:
    if same:
        _compare("page", printed, shown.splitlines())
    else:
        with pytest.raises(AssertionError):
            _compare("page", printed, shown.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if page not in MATTERS_OF_THE_HOUSE and any(_steps(page))])
def test_a_page_runs_from_top_to_bottom(
    evolaw: Callable[..., Any], reader: dict[str, Any], page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}")
    printed = ""
    for kind, told in _steps(page):
        if kind == "run":
            done = evolaw(*told)
            assert done.returncode == 0, (page, told, done.stderr)
            printed = done.stdout
        elif kind == "script":
            exec(compile("\n".join(told), page, "exec"), reader)
        else:
            _compare(page, printed, told)
