"""Evidence by rollout for recorded boards: a simulator proposes laws, exact rollouts judge them, rivals are hunted.

For frames several generations apart, where no count is possible and the search with proofs (`skipped_frames`) may not end. Here of
complete and error-free frames, of which a law misses cells or does not; `forecast_evidence` does the same where cells are missing or
misread, and a law can only forecast.

    1  propose   A simulator with the known entries held fixed gives each open entry a probability. It is a network trained on
                 the recording, handed in as ``simulator``. It is asked when laws drawn blindly did not lead to one that fits,
                 and again with other seeds; without it every value stays as likely as the other.
    2  evolve    From laws so drawn, each open entry is tried present and absent by rolling both laws out from every frame to
                 the next; what fits the black box better is kept (`tabu_search`), until a law fits without a miss.
    3  doubt     For every entry the other value is fixed, and all other open entries may change to make up for it. A rival
                 that fits as well leaves the entry open; rivals found are starting points for further doubt.

**Statistic and error control.** A law's statistic is m, its number of misses. Let a recorded cell be wrong with a chance of at
most `MISREAD`, and weigh all 2^F laws of the F open entries alike: that mixture has at least 2^-F of the likelihood of a law
that fits, so for every law without u

    log e(u) >= m_u log((1 - eps) / eps) - F log 2,         m_u = fewest misses of any law without u

is an e-value against "u is absent" [vovk2021; wasserman2020], and decisions follow by e-BH like all others. That m_u is
the fewest misses of any such law is not proven but searched for: the sentence of each entry says how many laws were tried. That
is the difference between the grounds "joint" and "rollout".
"""

from __future__ import annotations

import numpy as np

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.evidence.proofs import require_certain, unsettled
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.rollout import forecast_evidence
from evolaw.discovery.lattices.rollout.proposals import Proposals
from evolaw.discovery.lattices.rollout.tabu_search import Ledger, Rollouts, descend
from evolaw.discovery.spine.evidence import Evidence, Weighing, with_known
from evolaw.discovery.spine.facts import Facts

__all__ = ["MISREAD", "weigh"]

MISREAD = 1e-12
"""Largest chance that a cell of a recording called clean is wrong. It keeps one stray cell from deciding an entry whose rivals
were searched for and not excluded by proof; two or three cells decide."""

_ROUNDS, _STARTS, _MOVES = 8, 8, 40
_DOUBTING_MOVES = 6
_MOST_CELLS = 2**18


def weigh(case: Case, *, rounds: int = _ROUNDS) -> Weighing:
    """Weigh every entry by rollouts from frame to frame.

    Args:
        case: recordings whose times are generations; known entries must be 0 or 1. Its simulator proposes laws, anew in every round.
        rounds: how often to propose laws while none fits.

    Raises:
        ArgumentError: the automaton itself errs, or a known entry is a probability.

    Notes:
        A round costs at most 8 x 40 x open entries rollouts of the recordings on the bit engine.
    """
    recordings, space, known, free = case.recordings, case.space, case.known, case.free
    if case.channel.flips or any((item.values == MISSING).any() for item in recordings):
        return forecast_evidence.weigh(case, rounds=2 * rounds)
    require_certain(space, known)
    rollouts, ledger = Rollouts.of(recordings, space, _MOST_CELLS), Ledger.empty(len(space))
    proposals = Proposals(case)
    for number in range(rounds if free.any() else 0):
        case.tell(number, rounds, f"laws proposed, {ledger.tried:,} rolled out")
        starts = proposals.draw(number, _STARTS)
        descend(ledger.misses(rollouts), starts, np.tile(free, (len(starts), 1)), _MOVES, first_fit=True)
        if len(ledger.fitting):
            break
    _doubt(case, rollouts, ledger)
    if len(ledger.fitting) and rollouts.is_part:
        ledger.fitting = ledger.fitting[Rollouts.of(recordings, space).misses(ledger.fitting) == 0]
    evidence = _evidence(rollouts, ledger, free)
    facts: Facts = proposals.facts | {
        "laws_rolled_out": ledger.tried,
        "laws_that_fit": len(ledger.fitting),
        "compared_cells": rollouts.cells,
    }
    typical = _nearest(ledger) if len(ledger.fitting) else None
    return Weighing(tuple(with_known(evidence, known)), facts, None, typical)


def _doubt(case: Case, rollouts: Rollouts, ledger: Ledger) -> None:
    """Hunt for fitting laws with the other value of every entry on which all fitting laws agree."""
    checked, free = 0, case.free
    while checked < len(ledger.fitting):
        law = ledger.fitting[-1]
        checked = len(ledger.fitting)
        agreed = free & (ledger.least.min(1) == 0) & (ledger.least.max(1) > 0)
        case.tell(int((free & ~agreed).sum()), int(free.sum()), "entries doubted")
        entries = np.flatnonzero(agreed)
        starts = np.tile(law, (entries.size, 1))
        starts[np.arange(entries.size), entries] ^= 1
        movable = np.tile(free, (entries.size, 1))
        movable[np.arange(entries.size), entries] = False
        if entries.size:
            descend(ledger.misses(rollouts), starts, movable, _DOUBTING_MOVES)


def _nearest(ledger: Ledger) -> np.ndarray:
    """The fitting law nearest to what all do most often: entries can be coupled, and the majority of each be no law that fits."""
    if not len(ledger.fitting):
        return np.zeros(len(ledger.least))
    away = np.abs(ledger.fitting - ledger.fitting.mean(0)).sum(1)
    result: np.ndarray = ledger.fitting[int(away.argmin())].astype(float)
    return result


def _evidence(rollouts: Rollouts, ledger: Ledger, free: np.ndarray) -> list[Evidence]:
    space, none = rollouts.space, not len(ledger.fitting)
    law = _nearest(ledger)
    visits = np.zeros(len(space), np.int64) if none else rollouts.visits(law)
    found = []
    for entry, name in enumerate(space.names):
        if none:
            best = (
                f"the best misses {ledger.least.min():,} of {rollouts.cells:,} cells" if ledger.tried else "none tried"
            )
            why = f"None of {ledger.tried:,} laws rolled out fits; {best}."
            found.append(unsettled(name, 0.5, 0.0, why))
        elif ledger.least[entry].max() == 0:
            why = f"Laws with and without it fit all {rollouts.cells:,} cells compared."
            found.append(unsettled(name, 0.5, float(visits[entry]), why))
        else:
            found.append(_settled(rollouts, ledger, entry, float(visits[entry]), int(free.sum())))
    return found


def _settled(rollouts: Rollouts, ledger: Ledger, entry: int, visits: float, free: int) -> Evidence:
    value = int(ledger.fitting[0, entry])
    least = int(ledger.least[entry, 1 - value])
    ratio = min(least, rollouts.cells) * float(np.log((1 - MISREAD) / MISREAD))
    log_e = ratio - free * float(np.log(2))
    signed = (log_e, -ratio) if value else (-ratio, log_e)
    # Below 1 the e-value says nothing: all 2^F laws weighed alike may make up for the misses of the best rival.
    sure = float(1 / (1 + np.exp(-max(log_e, 0.0))))
    chance = sure if value else 1 - sure
    why = (
        f"Of {ledger.tried:,} laws rolled out, the best without it misses {least:,} of {rollouts.cells:,} cells, the best with "
        "it none."
        if value
        else f"Of {ledger.tried:,} laws rolled out, the best with it misses {least:,} of {rollouts.cells:,} cells, the best "
        "without it none."
    )
    return Evidence(rollouts.space.names[entry], "rollout", visits, *signed, chance, (0.0, 1.0), why)
