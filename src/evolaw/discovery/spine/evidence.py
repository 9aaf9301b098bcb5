"""Evidence: what speaks for and against each entry, and how every kind of it is written down.

An entry u has one unknown number, theta_u = P(cell alive next | window of u). Three readings compete: present (theta = 1),
absent (theta = 0), probabilistic (0 < theta < 1). All kinds of evidence answer with the same record, so that one decision
rule serves them all:

    log_e_present   log e-value against "u is absent";  large: absent is refuted
    log_e_absent    log e-value against "u is present"; large: present is refuted

An e-value is a non-negative number whose expectation is at most 1 under the null it speaks against, whenever one stops looking
and however the next question was chosen [vovk2021]. Minus and plus infinity occur: one clean visit refutes outright.

A kind of evidence is one function (`counting`, `denoising`, `imputation`, `skipping`):

    weigh(recordings, space, known, channel, *, alpha, rng, progress=None) -> Weighing

``recordings`` are trajectories with axes ("times", "rows", "cols") and a boundary, ``known`` is one number an entry with NaN
where it is free (`RuleSpace.known`), ``rng`` a `randomness.Source`, ``progress`` None or a callable (done, total, words).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evolaw import checks

__all__ = ["BASES", "Evidence", "Weighing"]

BASES = ("known", "counted", "likelihood", "joint", "rollout", "assumed")
"""How an entry came to be judged, from the strongest ground to the weakest."""


@dataclass(frozen=True)
class Evidence:
    """The evidence on one entry.

    Attributes:
        entry: entry name.
        basis: one of `BASES`.
        visits: how often the entry was seen; effective, hence maybe fractional, where cells are noisy or hidden. An entry
            with 0 visits is never decided.
        log_e_present: log e-value against "absent".
        log_e_absent: log e-value against "present".
        probability: that a cell in this situation is alive in the next generation, all readings weighed.
        interval: bounds of theta.
        why: one sentence a person can check.
        neither: posterior probability that the entry is neither present nor absent but probabilistic; 0 where the kind of
            evidence takes the law to be deterministic.
    """

    entry: str
    basis: str
    visits: float
    log_e_present: float
    log_e_absent: float
    probability: float
    interval: tuple[float, float]
    why: str
    neither: float = 0.0

    def __post_init__(self) -> None:
        checks.one_of(self.basis, "basis", BASES)
        checks.probability(self.probability, "probability")
        for name in ("log_e_present", "log_e_absent"):
            checks.require(not math.isnan(getattr(self, name)), name, "be a number", math.nan)


@dataclass(frozen=True)
class Weighing:
    """What one kind of evidence says about a whole space.

    Attributes:
        evidence: one record an entry, in the order of the space; known entries included.
        facts: what was learned on the way, JSON values only, for example {"flip_probability": 0.048}.
        log2_possible: log2 of the number of rules that fit equally well, where the entries are coupled and the number is
            not simply that of the undetermined entries; else None.
        typical: where the entries are coupled, the fitting law most like all of them, one value an entry: what each
            entry does most often alone need not be a law that fits; else None.
    """

    evidence: tuple[Evidence, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    log2_possible: float | None = None
    typical: np.ndarray | None = None
