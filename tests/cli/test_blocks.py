"""Every block of code of every page is run, from the first to the last, in one folder.

    sh        typed as it stands in an empty folder
    bash      the same, where the reader's own files lie (`own_files`) and programs of theirs (a box; Golly, which is installed or replaced by ours)
    python    run; where it shows a prompt, what is printed is compared

What would take minutes is run with less of it (`_LESS`: fewer epochs, seeds, samples); that the words as typed are known to the command is tested
in `test_readme`. Chinese pages show the same code as the English ones, which is tested, and is not run again.
"""

from __future__ import annotations

import doctest
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import Trajectory, automata, sde
from evolaw.discovery.lattices.series.series import series_of, write_series
from evolaw.josephson.formulas import mean_voltage

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "README.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")) if "zh-CN" not in path.name),
]
CODE = ("sh", "bash", "python")
_LESS = {
    "--seeds 64": "--seeds 2",
    "--seeds 8": "--seeds 2",
    "--league --out": "--league --seeds 1 --epochs 1 --out",
    "learn B3/S23 --league": "learn B3/S23 --league --seeds 1 --epochs 1",
    "score train": "score train --steps 60",
    "likelihood runs/digits digits --count 100": "likelihood runs/digits digits --count 2",
    "--paths 20000": "--paths 2000",
    "0:20:400": "0:20:20",
    "--count 1000": "--count 100",
    "--size 16 --bias 0 --noise 0.5:1.3:5 --paths 8 --duration 200": "--size 6 --bias 0 --noise 0.5:1.3:2 --paths 2 --duration 20",
}
"""What takes minutes, and what is run of it."""
_ENDS = {'evolaw simulate "dX = X^3 dt + dW"': 4}
"""Commands that a page shows because they fail, with their exit codes."""
_ELSEWHERE = ("make ", "pip install ", "python -c ", "python -m benchmarks")
"""Lines for the shell that other tests run: the gate, the wheel, the league of `score`, the benchmarks."""
BOX = f"""#!{sys.executable}
import sys
from pathlib import Path
from evolaw import automata
words = sys.argv[1:]
after = words[words.index("-o") + 1] if "-o" in words else words[1]
before, steps = (words[-1], words[words.index("-m") + 1]) if "-o" in words else (words[0], words[2])
found = automata.parse_rle(Path(before).read_text())
moved = automata.evolve("B36/S23", found.board, int(steps)).final
Path(after).write_text(automata.write_rle(moved, rule=found.rule))
"""


def _fences(name: str) -> Iterator[tuple[str, str]]:
    """The word behind a fence, and what stands between it and the next."""
    text = (ROOT / name).read_text(encoding="utf-8")
    yield from re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_a_block_is_code_that_is_run_or_text_with_a_title(name: str) -> None:
    """Nothing can hide from the run: another language, a line that nobody runs, are named."""
    for words, body in _fences(name):
        assert words in CODE or words.startswith("text"), f"{name}: ```{words}"
        for line in body.splitlines() if words in ("sh", "bash") else ():
            assert not line.strip() or line.startswith(("evolaw ", *(_ELSEWHERE if words == "bash" else ()))), line


@pytest.mark.parametrize("name", [name for name in PAGES if (ROOT / name).with_suffix(".zh-CN.md").exists()])
def test_a_chinese_page_shows_the_code_of_the_english_one(name: str) -> None:
    """Comments and --lang aside."""
    shown = [
        {line for words, body in _fences(page) if words in CODE for line in _bare(body)}
        for page in (name, _chinese(name))
    ]
    assert shown[1] <= shown[0], shown[1] - shown[0]


def _chinese(name: str) -> str:
    return name.replace(".md", ".zh-CN.md")


def _bare(body: str) -> list[str]:
    lines = (re.sub(r"\s+# .*| --lang \w\w", "", line).strip() for line in body.splitlines())
    return [line for line in lines if line]


@pytest.fixture
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The reader's own files, programs and arrays, of which the pages speak."""
    rng = np.random.default_rng(7)
    life = automata.evolve("B3/S23", rng.random((32, 32)) < 0.4, 24)
    for name in ("recording.npz", "mine.npz"):
        np.savez(tmp_path / name, states=life.values)
    np.savez(tmp_path / "answer.npz", states=automata.evolve("B3/S23", rng.random((32, 32)) < 0.5, 1).values)
    wrong = rng.random(life.values.shape) < 0.02
    np.savez(tmp_path / "noisy.npz", states=life.values ^ wrong)
    (tmp_path / "frames").mkdir()
    for k, board in enumerate(life.values[::2]):
        (tmp_path / "frames" / f"frame_{k:03}.rle").write_text(automata.write_rle(board, rule="B3/S23"))
    start = rng.random((20, 64, 64)) < 0.35
    series = series_of(automata.evolve("B36/S23", start.astype(np.uint8), 24), start_density=0.35)
    (tmp_path / "densities.csv").write_text(write_series(series), encoding="utf-8")
    track = sde.solve("dX = (X - X^3) dt + 0.7 dW", "sra1", 0.0, np.arange(0, 100, 0.02), dt=0.02, rng=1)
    rows = "\n".join(f"{t!r},{x!r}" for t, x in zip(track.times.tolist(), track.values[0, :, 0].tolist(), strict=True))
    (tmp_path / "track.csv").write_text(f"t,x\n{rows}\n")
    current = np.linspace(0.1, 3, 30)
    voltage = 10 * mean_voltage(current, 0.1761963) + 0.02 * rng.standard_normal(30)
    rows = "\n".join(f"{i:.6f}, {v:.6f}" for i, v in zip(current, voltage, strict=True))
    (tmp_path / "measured.csv").write_text(f"current (uA), voltage (uV)\n{rows}\n")
    for name in ("mybox", "bgolly"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(BOX)
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    one = Trajectory(track.values[0], track.times, ("times", "dim"), about={"names": ["x"]})
    steps = track.values[0]
    return {
        "frames": life.values,
        "trajectory": one,
        "trajectories": [one],
        "start": [0.5],
        "before": steps[:200],
        "after": steps[1:201],
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [name for name in PAGES if any(words in CODE for words, _ in _fences(name))])
def test_every_block_runs(evolaw: Callable[..., Any], own_files: dict[str, Any], name: str) -> None:
    known = dict(own_files)
    if name.endswith("score-learning.md"):  # a law for twice the step, as little trained as can be
        from evolaw.score import MLP, emulator

        known["twice"] = emulator(known["trajectory"][::2], net=MLP(width=16, depth=1), steps=20, rng=0)
    for words, body in _fences(name):
        if words in ("sh", "bash"):
            for line in body.splitlines():
                if line.startswith("evolaw "):
                    typed = shlex.split(_less(line), comments=True)[1:]
                    done = evolaw(*typed)
                    nothing_left = "--resume" in typed and "is finished" in done.stderr  # it was not killed before
                    code = next((code for words, code in _ENDS.items() if line.startswith(words)), 0)
                    assert done.returncode == code or nothing_left, (name, typed, done.stderr)
        elif words == "python" and ">>>" in body:
            test = doctest.DocTestParser().get_doctest(body, known, name, name, 0)
            assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0
            known = test.globs
        elif words == "python":
            exec(compile(body, name, "exec"), known)


def _less(line: str) -> str:
    for words, fewer in _LESS.items():
        line = line.replace(words, fewer)
    return line
