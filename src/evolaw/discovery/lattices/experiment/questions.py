"""What to ask next: the experiment that decides most, and the loop that asks a black box until the law stands.

A question is a board on a torus and a number of steps; one step shows every window of the board, so it decides every open entry
that it shows (`coverings`). The cheapest board in cells that shows all open entries is proposed:

    a few open entries     a mosaic of 3 x 3 tiles, one an entry
    many                   the stored torus of the space, or the 8 x 64 torus that shows each window once
    nothing open           no question
    a law that sees more   a board of chance, on which every window lies in many surroundings
    coins may hide         the same board side by side, until its cells are as many as `hidden_coins` asks for

Where an answer is noisy the same board is asked several times, as often as the e-values need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import MISSING, read_only
from evolaw.automata.boxes.black_box import Box, CommandBox, FunctionBox
from evolaw.automata.rules.reading import MOST_STATES
from evolaw.discovery.lattices.evidence.hidden_coins import visits_needed
from evolaw.discovery.lattices.experiment.coverings import entries_shown, every_window, mosaic, stored
from evolaw.discovery.lattices.model.case import CHANCE
from evolaw.discovery.lattices.model.law import Question
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace, declared_states
from evolaw.discovery.spine.finding import EntryFinding, Finding
from evolaw.errors import BoxError
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["ask", "cells_against_coins", "question_for", "question_of_reach", "record", "repeated", "space_of"]

_REACHES = {
    "neighbourhood": "before and after one generation: each of the 512 windows lies there about {times} times, among other "
    "cells, so what equal windows do differently tells of the cells beside them.",
    "memory": "for two generations, once after an empty board and once after a full one: what comes out differently tells of "
    "the frames before.",
}
_SIDE = 64
_MOST_CELLS = 2**18
"""Boards of questions are not repeated beyond this size."""


@told
def ask(finding: Finding, *, budget_cells: int | None = None) -> Question | None:
    """Return the next experiment for a finding, or None when nothing is open.

    Args:
        finding: what is known so far.
        budget_cells: largest board, in cells; None for no limit. With a limit the board shows as many open entries as fit.

    Example:
        >>> from evolaw.discovery import discover
        >>> board = np.zeros((8, 8), np.uint8)
        >>> board[3, 2:5] = 1
        >>> recording = Trajectory(np.stack([board, board.T]), [0, 1], ("times", "rows", "cols"), boundary="torus")
        >>> ask(discover(recording, chance=0, rng=0)).decides
        12
    """
    reach = question_of_reach(finding.facts.get("cause"), budget_cells)
    if reach is not None:
        return reach
    space = space_of(finding)
    names = {entry.name for entry in finding.entries if entry.decision in ("undetermined", "conflict")}
    open_ = np.array([name in names for name in space.names])
    flips = float(finding.facts.get("flip_probability", 0.0))
    chance = float(finding.facts.get("terms", {}).get("chance", CHANCE))
    least = 0 if flips else cells_against_coins(finding.entries, chance, finding.alpha)
    return question_for(space, open_, budget_cells=budget_cells, least_cells=least, flips=flips, alpha=finding.alpha)


def space_of(finding: Finding) -> RuleSpace:
    """Return the space of a finding; where cells age its last entry says of how many states."""
    return RuleSpace.named(finding.space, declared_states(finding.entries[-1].name) or 3)


def question_for(
    space: RuleSpace,
    open_: np.ndarray,
    *,
    budget_cells: int | None = None,
    least_cells: int = 0,
    flips: float = 0.0,
    alpha: float = 0.05,
) -> Question | None:
    """Return the cheapest board that shows the open entries; None when none is open.

    Args:
        space: rule space.
        open_: which entries are open, shape (entries,).
        budget_cells: largest board in cells.
        least_cells: the board is repeated side by side until it has so many cells, as far as the budget goes.
        flips: flip probability of the answers; the sentence then says how often to ask.
        alpha: error rate the repeats must meet.
    """
    if not open_.any():
        return None
    if budget_cells is not None:
        checks.integer(budget_cells, "budget_cells", least=9)
    board = repeated(_cheapest(space, open_, budget_cells), least_cells, budget_cells)
    shown = open_ & (entries_shown(board, space) > 0)
    names = tuple(space.names[place] for place in np.flatnonzero(shown))
    rows, cols = board.shape
    times = _repeats(board, space, shown, flips, alpha)
    says = (
        f"Put this {rows} x {cols} board on a torus into the box and record it before and after one generation"
        f"{f', {times} times' if times > 1 else ''}: "
        f"it shows {'all' if shown.sum() == open_.sum() else f'{shown.sum()} of the'} "
        f"{open_.sum()} open entries."
    )
    return Question(read_only(board), 1, len(names), says, names, space.states)


def cells_against_coins(entries: Sequence[EntryFinding], chance: float, alpha: float) -> int:
    """Return how many more cells must be looked at before coins that have not shown yet are ruled out; 0 when they are.

    Args:
        entries: what is known of every entry.
        chance: least probability of a coin's rarer side; 0 where the law is declared deterministic.
        alpha: declared error rate.
    """
    # Looks at the cycle of cells that age tell nothing of coins.
    counted = [entry for entry in entries if entry.basis == "counted" and declared_states(entry.name) is None]
    needed = visits_needed(chance, alpha)
    held_back = any(entry.decision == "undetermined" and entry.visits > 0 for entry in counted)
    return needed if held_back else max(0, needed - int(sum(entry.visits for entry in counted)))


def repeated(board: np.ndarray, least_cells: int, budget_cells: int | None = None) -> np.ndarray:
    """Return a torus with the board side by side so often that it has at least so many cells, about square.

    Example:
        >>> repeated(np.ones((4, 8), np.uint8), 736).shape
        (28, 32)
    """
    rows, cols = board.shape
    most = _MOST_CELLS if budget_cells is None else budget_cells
    times = min(-(-least_cells // board.size), most // board.size)
    if times <= 1:
        return board
    down = 1 if rows == 1 else max(1, min(times, round(math.sqrt(times * cols / rows))))
    across = times // down if down * -(-times // down) * board.size > most else -(-times // down)
    return np.tile(board, (down, across))


def question_of_reach(cause: Any, budget_cells: int | None = None) -> Question | None:
    """Return the experiment for a law that sees more than the 3 x 3 window before it; None for any other cause of doubt.

    No board of single windows settles such a law: a board of chance shows each of them in many surroundings.

    Args:
        cause: why the rule space is in doubt, as in the facts of a finding.
        budget_cells: largest board in cells.
    """
    if cause not in _REACHES:
        return None
    if budget_cells is not None:
        checks.integer(budget_cells, "budget_cells", least=9)
    side = _SIDE if budget_cells is None else min(_SIDE, math.isqrt(budget_cells))
    board = randomness.source(0).stream("question of reach").chance(0, (side, side), 0.5).astype(np.uint8)
    how = _REACHES[cause].format(times=f"{side**2 / WINDOWS:.2g}")
    steps = 1 if cause == "neighbourhood" else 2
    return Question(
        read_only(board), steps, 0, f"Put this {side} x {side} board on a torus into the box and record it {how}"
    )


def record(box: Box, question: Question, repeat: int = 0) -> Trajectory:
    """Ask a black box and return question and answer as a recording of two frames.

    Raises:
        BoxError: a cell of the answer has a state that no cell can have.
    """
    if question.states > 2 and isinstance(box, FunctionBox | CommandBox):
        box = replace(box, states=MOST_STATES)
    answer = np.asarray(box.answer(question.board, question.steps))
    if question.states == 2 and not np.isin(answer, (0, 1, MISSING)).all():
        raise BoxError(
            "The box answered with states above 1, where cells have two. Say --space generations if they age when they die."
        )
    return Trajectory(
        np.stack([question.board, answer]).astype(np.uint8),
        np.array([0, question.steps]),
        ("times", "rows", "cols"),
        boundary="torus",
        about={"question": question.says, "repeat": repeat},
    )


def _cheapest(space: RuleSpace, open_: np.ndarray, budget: int | None) -> np.ndarray:
    if space.is_line:
        return stored(space.name)
    wanted = np.array([space.windows(int(place))[0] for place in np.flatnonzero(open_)])
    last = space.states - 1
    candidates = [stored(space.name), every_window(), mosaic(wanted, last)]
    if budget is not None:
        fitting = (mosaic(wanted[:count], last) for count in range(min(wanted.size, budget // 9), 0, -1))
        candidates = [board for board in candidates if board.size <= budget]
        candidates.append(next(board for board in fitting if board.size <= budget))

    def cost(board: np.ndarray) -> tuple[int, int]:
        return -int((open_ & (entries_shown(board, space) > 0)).sum()), board.size

    return min(candidates, key=cost)


def _repeats(board: np.ndarray, space: RuleSpace, shown: np.ndarray, flips: float, alpha: float) -> int:
    """How often the board must be asked: net agreeing visits log(F / alpha) / log((1 - eps) / eps), over visits an answer."""
    if not 0 < flips < 0.5:
        return 1
    needed = np.log(len(space) / alpha) / np.log((1 - flips) / flips) / (1 - 2 * flips)
    return int(np.ceil(needed / entries_shown(board, space)[shown].min()))
