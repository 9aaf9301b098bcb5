"""What contradicts the rest is named, with what follows without it or in each part."""

from dataclasses import replace

import numpy as np

from evolaw.automata.evolution import evolve
from evolaw.discovery.lattices.misfit.faults import find_fault
from evolaw.discovery.lattices.misfit.parts import diagnose_parts
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace

SPACE = RuleSpace.named("outer-totalistic")


def says(values: list[np.ndarray]) -> tuple[str, str]:
    film = evolve("B36/S23", values[0], 1)
    film = replace(film, values=np.array(values), times=np.arange(len(values)))
    case, seen = Case([film], SPACE, np.full(18, np.nan)), Transitions.of([film])
    fault = find_fault([film], seen, SPACE)
    assert fault is not None
    found = diagnose_parts(case, seen, fault)
    return found.cause, found.checks[0].says


def test_a_law_that_changes_is_told_in_both_its_parts() -> None:
    start = (np.random.default_rng(0).random((24, 24)) < 0.4).astype(np.uint8)
    before = evolve("B36/S23", start, 8).values
    after = evolve("B3/S23", before[-1], 8).values
    cause, words = says([*before, *after[1:]])
    assert cause == "time"
    assert "B36/S23 explains everything" in words and "B3/S23 explains everything" in words
    assert "Cut the recording there" in words


def test_a_half_written_frame_is_left_out_of_what_is_said() -> None:
    start = (np.random.default_rng(0).random((24, 24)) < 0.4).astype(np.uint8)
    values = list(evolve("B36/S23", start, 8).values)
    values[4] = values[4].copy()
    values[4][12:] = values[3][12:]
    cause, words = says(values)
    assert cause == "step"
    assert "Without it B36/S23 explains everything" in words and "Leave these frames out" in words
