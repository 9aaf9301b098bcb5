"""The native sweep on processors without three-input instructions, and the numbers of the margins."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from evolaw.automata.engine.llvm import address, aligned_words
from evolaw.automata.engine.native_kernel import KINDS, Margins, sweep_function
from evolaw.automata.engine.packing import Stripes
from evolaw.automata.engine.synthesis import logic_of
from evolaw.automata.rules.rule import Rule
from evolaw.automata.stepping import step

CHANCE = np.random.default_rng(11)


def test_margins_of_a_torus_that_fills_its_words() -> None:
    margins = Margins.of(Stripes(boards=1, rows=1, cols=128, stripes=64), "torus")
    assert (margins.west_word, margins.west_shift) == (1, 63)
    assert (margins.east_word, margins.east_shift) == (0, 63)
    assert margins.patch_on == 0


def test_a_plane_takes_nothing_from_its_edges() -> None:
    margins = Margins.of(Stripes(boards=1, rows=1, cols=100, stripes=64), "plane")
    assert margins.west_on == margins.east_on == margins.patch_on == 0
    assert margins.patch_keep == (2**64 - 1) ^ (1 << 50)  # column 100 is word 0 of stripe 50, and stays dead


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ternary", [False, None])
def test_one_generation_of_a_resident_board(kind: str, ternary: bool | None) -> None:
    rule = Rule.from_table(CHANCE.integers(0, 2, 512))
    cells = CHANCE.integers(0, 2, (1, 9, 77), dtype=np.uint8)
    stripes = Stripes.fitting(*cells.shape)
    words, after = stripes.spread(cells), stripes.empty()
    scratch = aligned_words(2 * 11 * stripes.stride + stripes.stride + 16)
    sizes = (9, stripes.words, stripes.padded_words, stripes.stride, 1, 9, 1, 3, 1, KINDS[kind], 0)
    sweep = sweep_function(logic_of(rule.table.tobytes()), ternary)
    places = (address(words), address(after), address(scratch), 0)
    sweep(*places, *sizes, *astuple(Margins.of(stripes, kind)), 0, 1)
    expected = cells
    for _ in range(3):
        expected = step(rule, expected, boundary=kind)
    np.testing.assert_array_equal(stripes.gather(after), expected)
