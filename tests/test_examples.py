"""Every example runs, and its last printed line is what its own last line says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))
LONG = {  # above three seconds each
    "20_thermal_particle",
    "21_order_of_schemes",
    "22_escape_from_a_well",
    "25_ito_calculus",
    "30_a_junction_under_noise",
    "31_a_junction_from_its_curve",
    "40_learned_life",
    "41_symmetry_of_a_network",
    "42_a_training_that_survives",
    "61_skipped_generations",
    "65_equation_of_a_stuck_particle",
}
CASES = [pytest.param(path, marks=[pytest.mark.slow] * (path.stem in LONG), id=path.stem) for path in EXAMPLES]


def test_there_are_examples() -> None:
    assert {path.stem for path in EXAMPLES} > LONG


@pytest.mark.parametrize("example", CASES)
def test_example(example: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    last = example.read_text(encoding="utf-8").rstrip().splitlines()[-1]
    assert last.startswith("# prints: "), f"{example.name} must end with a line '# prints: ...'"
    borne = [f"-W{told}" for told in pytestconfig.getoption("pythonwarnings") or []]  # by `make test-oldest`
    command = [sys.executable, "-Werror", *borne, str(example)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().splitlines()[-1] == last.removeprefix("# prints: ")
