"""What a doubt may be called: the causes that `diagnosis` tells apart.

    sound           no entry gave two outcomes
    axes            time or space was read along the wrong axis
    display         frames were moved, inverted, mixed up or drawn large: read otherwise nothing contradicts itself (`displays`)
    boundary        only the rim contradicts
    step, …         a step, a frame, a region contradicts the rest; laws take turns, or change at a frame; blocks (`faults`)
    skipped frames  a law that counts, or one that was learned, has no contradiction when taken several times between the frames
    memory          the frame before explains every outcome, or foretells more than any larger window
    neighbourhood   counting in a larger neighbourhood explains every outcome, or networks that see more foretell more
    asynchronous    what became of a cell depends on what just became of its neighbours
    flips           cells were misread: a cell that surprised makes its neighbours surprise, and one eps explains the table
    symmetry        windows of one entry differ, and a wider space separates them
    erring          the automaton itself flips cells, all entries at one rate
    coins           entries with a probability each: the law is probabilistic, and the space stands
    ageing          cells that age did not do so as the cycle of their states asks
    unclear         two outcomes, but too few visits to tell why

Only "sound" and "coins" let the entries be judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from evolaw.discovery.spine.evidence import Check

__all__ = ["Diagnosis"]


@dataclass(frozen=True)
class Diagnosis:
    """What the checks of the space say.

    Attributes:
        cause: one of the words of the module.
        checks: the checks, passed and failed.
    """

    cause: str
    checks: tuple[Check, ...]

    @property
    def sound(self) -> bool:
        """Whether the space may be believed."""
        return self.cause in ("sound", "coins")
