"""The engine as array code, on the processor: equal to the plain step; and the device that is not there is an error."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.engine import bitpacked
from evolaw.automata.engine.jax_kernel import phases_for, run_arrays
from evolaw.automata.engine.packing import Stripes
from evolaw.automata.engine.synthesis import logic_of
from evolaw.automata.engine.totalistic import counting_windows
from evolaw.automata.rules.rule import Rule
from evolaw.automata.stepping import step
from evolaw.errors import ArgumentError

CHANCE = np.random.default_rng(13)
CASES = [
    ("torus", (1, 4, 128), 2),  # fills its words, several phases
    ("torus", (3, 5, 7), 3),
    ("plane", (2, 3, 130), 2),
    ("reflecting", (1, 2, 65), 2),
]
MORE = [("torus", (1, 1, 1), 2), ("torus", (1, 16, 64), 260), ("plane", (70, 4, 64), 3), ("reflecting", (1, 2, 2), 5)]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("boundary", "shape", "steps"), [*CASES, *(pytest.param(*case, marks=pytest.mark.slow) for case in MORE)]
)
def test_counting_laws_equal_the_plain_step(boundary: str, shape: tuple[int, ...], steps: int) -> None:
    rule = Rule.from_table(CHANCE.integers(0, 2, 18)[counting_windows()])
    cells = CHANCE.integers(0, 2, shape, dtype=np.uint8)
    expected = cells
    for _ in range(steps):
        expected = step(rule, expected, boundary=boundary)
    network = logic_of(rule.table.tobytes())
    np.testing.assert_array_equal(run_arrays(network, cells, steps, boundary, None, "cpu"), expected)


def test_any_law_equals_the_plain_step() -> None:
    rule = Rule.from_table(CHANCE.integers(0, 2, 512))
    cells = CHANCE.integers(0, 2, (1, 3, 70), dtype=np.uint8)
    expected = step(rule, cells)
    np.testing.assert_array_equal(run_arrays(logic_of(rule.table.tobytes()), cells, 1, "torus", None, "cpu"), expected)


@pytest.mark.slow
def test_one_counting_law_a_board() -> None:
    tables = CHANCE.integers(0, 2, (70, 18), dtype=np.uint8)
    cells = CHANCE.integers(0, 2, (70, 3, 9), dtype=np.uint8)
    native = bitpacked.run(tables, cells, 2)
    np.testing.assert_array_equal(run_arrays("counting", cells, 2, "torus", tables, "cpu"), native)


@pytest.mark.slow
def test_one_law_a_board_by_window() -> None:
    tables = CHANCE.integers(0, 2, (70, 512), dtype=np.uint8)
    cells = CHANCE.integers(0, 2, (70, 3, 9), dtype=np.uint8)
    native = bitpacked.run(tables, cells, 2)
    np.testing.assert_array_equal(run_arrays("windows", cells, 2, "torus", tables, "cpu"), native)


def test_a_missing_device_is_said_and_not_replaced() -> None:
    import jax

    try:
        jax.devices("gpu")
    except RuntimeError:
        with pytest.raises(ArgumentError, match="Argument `device` must be a device that JAX finds here"):
            bitpacked.run("B3/S23", np.zeros((4, 4), np.uint8), 1, device="gpu")
    else:
        pytest.skip("there is a GPU here")


def test_phases_divide_the_rows() -> None:
    life = logic_of(Rule("B3/S23").table.tobytes())
    assert [phases_for(life, Stripes.fitting(1, rows, 64)) for rows in (16, 12, 6, 7)] == [8, 4, 2, 1]
    assert phases_for(life, Stripes.fitting(1, 8192, 8192)) == 2
    assert phases_for("windows", Stripes.fitting(1, 64, 64)) == 1
