"""Evidence: what speaks for and against each entry, and how every kind of it is written down.

An *entry* is one statement that is decided: a window of a lattice leads to life, a term stands in an equation. Readings compete:
present, absent, and where the world knows it, neither (a coin). All kinds of evidence answer with the same record, so that one
decision rule serves them all:

    log_e_present   log e-value against "u is absent";  large: absent is refuted
    log_e_absent    log e-value against "u is present"; large: present is refuted

An e-value is a non-negative number whose expectation is at most 1 under the null it speaks against, whenever one stops looking
and however the next question was chosen [vovk2021]. Minus and plus infinity occur: one clean visit refutes outright.

A kind of evidence is one function ``weigh(case) -> Weighing``; what a case holds is the world's own record of recordings, space,
what is known and how the recording was taken. A `Check` speaks for or against the space as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evolaw import checks
from evolaw.discovery.spine.facts import Facts

__all__ = ["BASES", "TAKEN_AS_GIVEN", "Check", "Evidence", "Weighing", "with_known"]

BASES = ("known", "counted", "likelihood", "joint", "rollout", "assumed")
"""How an entry came to be judged, from the strongest ground to the weakest."""


TAKEN_AS_GIVEN = "Given as known."
"""Why a known entry is believed where its evidence does not test it."""


@dataclass(frozen=True)
class Evidence:
    """The evidence on one entry.

    Attributes:
        entry: entry name.
        basis: one of `BASES`.
        visits: how often the entry was seen; effective, hence maybe fractional, where data are noisy or hidden. An entry
            with 0 visits is never decided.
        log_e_present: log e-value against "absent".
        log_e_absent: log e-value against "present".
        probability: that the entry is present, all readings weighed (on a lattice, that a cell in this situation is alive in the
            next generation); None where no honest number can be given.
        interval: bounds of the entry's number: of that probability on a lattice, of the coefficient in an equation.
        why: one sentence a person can check.
        neither: posterior probability that the entry is neither present nor absent; 0 where the kind of evidence takes the law
            to be deterministic.
        estimate: value of the entry's coefficient, where it has one; else None.
    """

    entry: str
    basis: str
    visits: float
    log_e_present: float
    log_e_absent: float
    probability: float | None
    interval: tuple[float, float]
    why: str
    neither: float = 0.0
    estimate: float | None = None

    def __post_init__(self) -> None:
        checks.one_of(self.basis, "basis", BASES)
        if self.probability is not None:
            checks.probability(self.probability, "probability")
        for name in ("log_e_present", "log_e_absent"):
            checks.require(not math.isnan(getattr(self, name)), name, "be a number", math.nan)

    @property
    def is_proof(self) -> bool:
        """Whether one reading is refuted outright and nothing speaks against the other: a law that fits was found, or none other can be."""
        return {self.log_e_present, self.log_e_absent} == {math.inf, -math.inf}


@dataclass(frozen=True)
class Check:
    """One check of the space or of the law.

    Attributes:
        name: what was checked.
        passed: whether the recording agrees.
        p_value: probability, at most, of so much disagreement by chance.
        says: the result in a sentence, with the option that would handle a failure.
    """

    name: str
    passed: bool
    p_value: float
    says: str


@dataclass(frozen=True)
class Weighing:
    """What one kind of evidence says about a whole space.

    Attributes:
        evidence: one record an entry, in the order of the space; known entries included.
        facts: what was learned on the way, for example {"flip_probability": 0.048}.
        log2_possible: log2 of the number of laws that fit equally well, where the entries are coupled and the number is
            not simply that of the undetermined entries; else None.
        typical: where the entries are coupled, the fitting law most like all of them, one value an entry: what each
            entry does most often alone need not be a law that fits; else None.
        hypotheses: how many hypotheses the error rate is shared among; None for one an open entry. It is 1 where a wrong
            decision on any entry needs one and the same hypothesis to be refuted, such as "the true law made these runs".
    """

    evidence: tuple[Evidence, ...]
    facts: Facts = field(default_factory=Facts)
    log2_possible: float | None = None
    typical: np.ndarray | None = None
    hypotheses: int | None = None


def with_known(evidence: Sequence[Evidence], known: np.ndarray) -> list[Evidence]:
    """Replace the records of known entries by what was given; ``known`` is NaN where an entry is free."""
    return [
        item
        if np.isnan(value)
        else Evidence(item.entry, "known", item.visits, 0.0, 0.0, float(value), (float(value),) * 2, TAKEN_AS_GIVEN)
        for item, value in zip(evidence, known, strict=True)
    ]
