"""What type checkers and editors see of the parts that load late is what they hold."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
LATE = sorted(
    path.parent.relative_to(SOURCE)
    for path in (SOURCE / "evolaw").rglob("__init__.py")
    if "__getattr__" in path.read_text(encoding="utf-8") and path.parent.name != "notation"
)


def _told(path: Path) -> dict[str, str]:
    """The names a façade imports for type checkers alone, with the module each is from."""
    for node in ast.parse((SOURCE / path / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            lines = [line for line in node.body if isinstance(line, ast.ImportFrom)]
            assert all(alias.name == alias.asname for line in lines for alias in line.names), path
            return {alias.name: str(line.module) for line in lines for alias in line.names}
    return {}


@pytest.mark.parametrize("path", LATE, ids=str)
def test_checkers_are_told_every_public_name_and_no_other(path: Path) -> None:
    facade = importlib.import_module(".".join(path.parts))
    defined = {name for name, value in vars(facade).items() if getattr(value, "__module__", "") == facade.__name__}
    assert set(_told(path)) == set(facade.__all__) - defined
    assert set(dir(facade)) - {"__version__"} == set(facade.__all__)


@pytest.mark.parametrize("path", LATE, ids=str)
def test_a_name_comes_from_where_checkers_are_told(path: Path) -> None:
    facade = importlib.import_module(".".join(path.parts))
    for name, module in _told(path).items():
        there = importlib.import_module(module)
        other = getattr(there, name) if hasattr(there, name) else importlib.import_module(f"{module}.{name}")
        assert getattr(facade, name) is other, name


USER = '''
"""A user's script that touches every part; lines with a planted error end in its name."""

from pathlib import Path

import numpy as np

import evolaw
from evolaw import Rule, Trajectory, analysis, automata, discover, ito, josephson, learning, markov, report, score, sde

life: Rule = Rule("B3/S23")
board = np.zeros((8, 8), np.uint8)
run: Trajectory = automata.evolve(life, board, 4)
count: int = len(run)
finding = discover(run, "outer-totalistic", rng=0)
for entry in finding.entries:
    words: str = entry.name + entry.decision
kept: Path = finding.save("runs/a")
density = analysis.density(run)
value: analysis.Estimate = analysis.mean(np.zeros((3, 2)))

process = sde.ornstein_uhlenbeck(rate=1.0, level=0.0, scale=1.0)
paths = sde.solve(process, sde.EulerMaruyama(), 1.0, [0.0, 1.0], steps=10, paths=4, rng=0)
law = ito.to_sde(ito.system("dX = -X dt + dW"), {})
typed: sde.SDE = law

junction = josephson.Junction(noise=0.1)
curve = josephson.iv_curve(junction, [0.5], 0, paths=8)
voltage: np.ndarray = curve.voltage
threshold = josephson.formulas.mean_voltage(0.5, 0.2)

exact = score.gaussians()
noising: score.Noising = score.VP()
model = score.fit(score.MLP(), exact.sample(100, rng=0), noising, rng=0, steps=10)
drawn = score.sample(model, noising, score.DPMSolver(), count=4, steps=4, rng=0)
final: np.ndarray = drawn.final

pairs = learning.window_pairs(run)
learned: learning.LearnedLaw = learning.fit(learning.Cnn.random((4,), rng=0), pairs, rng=0)
rule: Rule = learned.rule()

page: Path = report.write(finding, "page.html", lang="zh")
figure = evolaw.draw(run)
loaded = evolaw.load("runs/a")
chain = markov.__name__

sde.solv(process)  # attr-defined
evolaw.discoverr  # attr-defined
sde.EulerMaruyama(order=3)  # call-arg
wrong: int = automata.evolve(life, board, 4)  # assignment
josephson.Junction(nois=0.1)  # call-arg
score.sample(model, noising, score.DPMSolver(), count=4, steps=4)  # call-arg
report.write(finding, 3)  # arg-type
Rule(3)  # arg-type
analysis.density()  # call-arg
learning.Cnnn  # attr-defined
'''


@pytest.mark.slow
def test_a_strict_checker_finds_the_planted_errors_of_a_user_and_no_others(tmp_path: Path) -> None:
    script = tmp_path / "user.py"
    script.write_text(textwrap.dedent(USER), encoding="utf-8")
    lines = script.read_text(encoding="utf-8").splitlines()
    planted = {(number, line.rpartition("  # ")[2]) for number, line in enumerate(lines, 1) if "  # " in line}
    words = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--follow-imports=silent", str(script)]
    words += ["--config-file", str(SOURCE.parent / "pyproject.toml"), "--cache-dir", str(tmp_path / "cache")]
    said = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, cwd=SOURCE.parent).stdout
    found = {
        (int(line.split(":")[1]), line.rpartition("[")[2].rstrip("]"))
        for line in said.splitlines()
        if ": error:" in line
    }
    assert found == planted, said
