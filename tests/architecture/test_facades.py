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


GIVEN = '''
"""Lists, text and names, as users give them, what comes back, and what came since; planted errors as above."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import sympy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import evolaw
from evolaw import Trajectory, analysis, automata, discover, discovery, ito, josephson, learning, markov, report, score, sde, storage

track = Trajectory([[0.0], [0.5], [1.0]], [0, 1, 2], ["times", "dim"], about={"names": ["x"]})
first: np.ndarray = np.asarray(track)
some: Trajectory = track[1:]
brain: Trajectory = automata.evolve("/2/3", [[0, 1], [1, 2]], 3, boundary="plane")
ages: automata.Generations = automata.Generations("345/2/4")
law: automata.Rule = ages.alive
pattern: automata.Pattern = automata.parse_rle(automata.write_rle([[0, 1]], rule="B3/S23"))
drawn_board: automata.Pattern = automata.Pattern([[0, 1]], "B3/S23")
found: discovery.Finding = discover([0.0, 0.5, 1.0, 1.5], library="1, x", symmetry="reflection x", rng=0)
tex: str = found.to_latex() + found.to_typst()
asked = found.next
if asked is not None:
    print(asked.says.upper())
series: discovery.Finding = discovery.discover_series(discovery.read_series("a.csv"), known=None, rng=0)
law_of: sde.SDE = sde.brownian_motion()
solved = sde.solve("dX = -X dt + dW", "euler-maruyama", 1.0, [0.0, 1.0], steps=10, paths=4, rng=0)
last: np.ndarray = solved.final + solved[-1]
half: Trajectory = solved[1:]
measured = sde.solve("dX = -X dt + dW", "sra1", 1.0, [0.0, 1.0], steps=10, paths=4, rng=0, statistics=sde.Moments())
middle: np.ndarray = measured.mean + measured.mean_error
both: sde.Statistics = sde.solve(law_of, "sra1", 0, [0, 1], dt=0.1, rng=0, statistics=[sde.Moments(), sde.Event(lambda t, x, p: x[0])])
gbm: sde.SDE = sde.geometric_brownian_motion(growth=0.1, volatility=0.2)
slope: float = sde.order(sde.Milstein(), gbm, [1.0], 1.0, rng=0).slope
formula: ito.Differential = ito.differential("log(X)", ito.system("dX = X dt + X dW"))
density: ito.StationaryDensity = ito.stationary_density(ito.system("dX = -X dt + dW"))
symbols: sympy.Expr = density.density
text: str = ito.typeset(ito.system("dX = -X dt + dW"))
line = josephson.spectrum(josephson.Junction(noise=0.1), 1.5, 0)
seen = josephson.switching_currents(josephson.Junction(noise=0.02, damping=0.3), 1e-4, 100, 0)
fitted = josephson.fit_file("curve.csv")
array: sde.SDE = josephson.series_array(4, 1.2, inductance=1.0, resistance=1.0, capacitance=0.0, noise=0.1)
walked = josephson.run_array(array, [0.0] * 6, 10.0, 0, junctions=4)
scales: josephson.Scales = josephson.Scales(1e-6, 10.0, 1e-12, 4.2)
net: learning.LearnedLaw | learning.NeuralEquation = learning.fit(track, rng=0)
chain: markov.Chain = markov.Chain([[0.5, 0.5], [0.2, 0.8]], ["rest", "run"])
walk: Trajectory = markov.simulate(chain, 0, 10, rng=0)
weighed: score.LogLikelihood = score.log_likelihood(score.gaussians(), score.VP(), [[0.0, 0.0]], rng=0)
bits: np.ndarray = weighed.bits_per_dim(256)
far: float = score.energy_distance([[0.0], [1.0]], [[0.5], [2.0]])
drawn: Figure = evolaw.draw(track, title="x")
axes: Axes = drawn.axes[0]
labels, how_many = analysis.label_clusters([[0, 1], [1, 1]])
runs: list[Path] | list[storage.Run] = storage.list_runs("runs")
picture: Path = report.write_figure(found, "finding.svg")
weekly = report.write_weekly([("first", found)], "weekly", lang="zh")

Trajectory([[0.0]], [0])  # call-arg
solved.mean  # attr-defined
measured.values  # attr-defined
measured.plot().savefigs("a.pdf")  # attr-defined
automata.Generations(3)  # arg-type
ages.states = 4  # misc
discovery.discover_series("a.csv", known=None, rng=0)  # arg-type
josephson.spectrum(josephson.Junction(noise=0.1), [1.5], 0)  # arg-type
markov.Chain([[1.0]], names=3)  # arg-type
report.write_weekly(["runs/a"], "weekly")  # list-item
score.log_likelihod  # attr-defined
slope.upper()  # attr-defined
'''


@pytest.mark.slow
@pytest.mark.parametrize("user", [USER, GIVEN], ids=["every wing", "as users give it"])
def test_a_strict_checker_finds_the_planted_errors_of_a_user_and_no_others(tmp_path: Path, user: str) -> None:
    script = tmp_path / "user.py"
    script.write_text(textwrap.dedent(user), encoding="utf-8")
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
