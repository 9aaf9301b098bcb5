"""What is written reads back to the same rule, for random rules of every family."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.grid.neighbourhoods import HEXAGONAL, VON_NEUMANN, inner_windows
from evolaw.automata.rules.hensel import arrangements
from evolaw.automata.rules.reading import MOST_CHARACTERS, parse_rule
from evolaw.automata.rules.tables import (
    MOST_RADIUS,
    RuleTable,
    neighbour_count,
    table_from_arrangements,
    table_from_counts,
)
from evolaw.automata.rules.writing import write_hensel, write_map, write_rule


def chances(rng: np.random.Generator, shape: tuple[int, ...], certain: bool) -> np.ndarray:
    """Zeros, ones and, unless ``certain``, probabilities that repeat now and then."""
    values = rng.choice([0.0, 1.0], shape)
    if not certain:
        some = rng.choice([0.0, 1.0, 0.5, *rng.random(3)], shape)
        values = np.where(rng.random(shape) < 0.4, some, values)
    return values


def draw(rng: np.random.Generator, family: str, certain: bool) -> RuleTable:
    if family in ("moore", "vonneumann", "hexagonal"):
        most = {"moore": 8, "vonneumann": 4, "hexagonal": 6}[family]
        sides = [dict(enumerate(chances(rng, (most + 1,), certain).tolist())) for _ in "BS"]
        return RuleTable("window", 1, table_from_counts(sides[0], sides[1], family))
    if family == "isotropic":
        return RuleTable("window", 1, table_from_arrangements(chances(rng, (2, 51), certain)))
    if family.startswith("map"):
        cells = {"map": 511, "map-vonneumann": VON_NEUMANN, "map-hexagonal": HEXAGONAL}[family]
        inner = inner_windows(cells)
        return RuleTable("window", 1, chances(rng, (int(inner.max()) + 1,), certain)[inner])
    if family == "line":
        return RuleTable("line", 1, chances(rng, (8,), certain))
    radius, shape = int(rng.integers(2, 5)), family.removesuffix("-r")
    return RuleTable(shape, radius, chances(rng, (2, neighbour_count(shape, radius) + 1), certain))


FAMILIES = ["moore", "vonneumann", "hexagonal", "isotropic", "map", "map-vonneumann", "map-hexagonal", "line"]
FAMILIES += ["moore-r", "vonneumann-r", "circular-r"]


@pytest.mark.parametrize("certain", [True, False])
@pytest.mark.parametrize("family", FAMILIES)
def test_round_trip(family: str, certain: bool) -> None:
    rng = np.random.default_rng([FAMILIES.index(family), certain])
    for _ in range(40):
        rule = draw(rng, family, certain)
        if rng.random() < 0.3:
            rule = RuleTable(rule.kind, rule.radius, rule.probabilities, float(rng.random()))
        text = write_rule(rule)
        assert len(text) <= MOST_CHARACTERS
        again = parse_rule(text)
        assert again.key == rule.key, text
        assert write_rule(again) == text


@pytest.mark.slow
def test_the_longest_rule_reads_back() -> None:
    rng = np.random.default_rng(1)
    rule = RuleTable("moore", MOST_RADIUS, rng.random((2, neighbour_count("moore", MOST_RADIUS) + 1)))
    text = write_rule(rule)
    assert len(text) <= MOST_CHARACTERS
    assert parse_rule(text).key == rule.key


def test_golden_strings() -> None:
    life = parse_rule("B3/S23").probabilities
    assert write_map(life) == (
        "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA"
    )
    assert write_hensel(life) == "B3/S23"


def test_a_minus_stands_only_where_it_is_shorter() -> None:
    """Over all 2**6 sets of letters of count 2, and never on a tie."""
    letters = [letter for count, letter in arrangements() if count == 2]
    for chosen in range(1, 64):
        named = "".join(letter for i, letter in enumerate(letters) if chosen >> i & 1)
        text = write_rule(parse_rule(f"B2{named}/S"))
        left_out = "".join(letter for letter in letters if letter not in named)
        best = "" if not left_out else f"-{left_out}" if 1 + len(left_out) < len(named) else named
        assert text == f"B2{best}/S"
    assert write_rule(parse_rule("B4-qjrtwz/S")) == "B4aceikny/S"
