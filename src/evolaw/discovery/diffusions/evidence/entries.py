"""From weighed components to evidence on entries, and the second, weaker grade of decisions.

likelihood   the e-value with all other terms free settles it (e-BH)
assumed      it does not, but among the laws of the space the simple ones agree, and the recording does not speak against them

What either calls present stays open while its own interval, which the probable laws may have widened, holds 0: of 5,300 terms called present
in 2,100 recordings of the benchmark 21 were so, and 4 of these 21 wrongly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from evolaw import display
from evolaw.discovery.diffusions.evidence.averages import given_present
from evolaw.discovery.diffusions.evidence.e_values import NEGLIGIBLE, against_absent, against_present
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.subsets import Subsets, assumed, weigh_subsets
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.model.case import Case, entry_name
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.evidence import TAKEN_AS_GIVEN, Evidence

__all__ = ["Judged", "judge"]

_NAMED = 3
"""Most entries named that share one coefficient."""

_FEWEST_FOR_SPREAD = 500
"""Squared increments are heavy-tailed: on fewer steps nothing is decided of diffusion terms."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One family of entries: the drift or the diffusion terms of one component, with what the recording says of them.

    Attributes:
        target: name of the component.
        diffusion: which of the two families.
        form: Gaussian form of the free terms; None where all are known.
        subsets: weighed subsets of them.
        muted: why nothing is decided of this family whatever the numbers; "" where they count.
        every: names of all its free terms where fewer coefficients make them up; () where each has its own.
        shares: those coefficients' part in each of them, shape (terms, coefficients of the form); None where each has its own.
    """

    target: str
    diffusion: bool
    form: GaussianForm | None
    subsets: Subsets | None
    muted: str = ""
    every: tuple[str, ...] = ()
    shares: np.ndarray | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of all free terms."""
        return self.every or (() if self.form is None else self.form.names)

    def spread_over(self, values: np.ndarray) -> np.ndarray:
        """Return the coefficient of every term, shape (…, terms), from those of the form, shape (…, coefficients)."""
        return values if self.shares is None else values @ self.shares.T

    @classmethod
    def of(cls, weighed: Weighed, *, diffusion: bool, coarse: bool = False) -> Judged:
        """Return one family; ``coarse`` says that the steps are too long for squared increments."""
        form = weighed.diffusion if diffusion else weighed.drift
        muted = ""
        if diffusion and form is not None and len(form.names) > 1:
            if form.samples < _FEWEST_FOR_SPREAD:
                muted = (
                    f"Squared increments are heavy-tailed: on fewer than {_FEWEST_FOR_SPREAD} steps nothing is decided."
                )
            elif coarse and weighed.method == "moments":
                muted = "The step is too long to tell diffusion terms apart: record faster."
        return cls(weighed.target, diffusion, form, None if form is None else weigh_subsets(form), muted)


def judge(case: Case, families: Sequence[Judged], alpha: float) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """Return evidence and decision on every entry, in the order of the case: drift, then diffusion, of each component.

    Args:
        case: the case.
        families: what was weighed.
        alpha: declared error rate, of drift entries and of diffusion entries each.
    """
    evidence: dict[str, Evidence] = {}
    decisions: dict[str, str] = {}
    for diffusion in (False, True):
        chosen = [family for family in families if family.diffusion == diffusion and family.form is not None]
        records = [record for family in chosen for record in _records(case, family, alpha)]
        settled = decide(records, alpha) if records else []
        weaker = [pair for family in chosen for pair in _assumed(family, alpha)]
        for record, decision, (assumption, shown) in zip(records, settled, weaker, strict=True):
            if decision == "probabilistic":
                # Of a rule that would be a coin; of a coefficient it is a size that neither name fits.
                decision, record = "undetermined", replace(record, why=f"{record.why} {_SMALL}")
                evidence[record.entry], decisions[record.entry] = record, decision
                continue
            divided = record.interval[0] < 0 < record.interval[1]
            if decision == "undetermined" and assumption and not (divided and assumption == "present"):
                decision = assumption
                record = replace(record, basis="assumed", why=f"{record.why} {_SIMPLICITY}")
            if decision == "present" and divided:
                decision, record = "undetermined", replace(record, why=f"{record.why} {_DIVIDED}")
            elif decision == "undetermined":
                record = replace(record, why=f"{record.why} {_OPEN}")
            evidence[record.entry] = replace(record, probability=shown)
            decisions[record.entry] = decision
    order = _entries(case)
    every = [
        evidence.get(name) or (_known(case, name) if name in case.known else _ruled_out(case, name)) for name in order
    ]
    return tuple(every), tuple(decisions.get(name) or _given(case, name) for name in order)


_SIMPLICITY = "Decided by simplicity: of the laws of this space that fit, the simple ones agree."
_SMALL = (
    f"It is not nothing, yet less than {NEGLIGIBLE:g} of the whole: too little to tell from what a finite step leaves."
)
_DIVIDED = "Not 0 with all other terms free, it may be 0 as the probable laws have it: left open."
_OPEN = "The recording does not tell it apart from the other terms."


def _entries(case: Case) -> list[str]:
    return [
        entry_name(target, term.name, diffusion=diffusion)
        for target in case.targets
        for diffusion, terms in ((False, case.drift[target]), (True, case.diffusion.get(target, ())))
        for term in terms
    ]


def _records(case: Case, family: Judged, alpha: float) -> list[Evidence]:
    form, subsets = family.form, family.subsets
    if form is None or subsets is None:
        return []
    signs = _signs(case, family, form)
    present, absent = against_absent(form, signs), against_present(form)
    if family.muted:
        present, absent = np.minimum(present, 0.0), np.minimum(absent, 0.0)
    mean, deviation = given_present(form, subsets)
    bound = float(ndtri(1 - alpha / 2))
    what = "the diffusion coefficient" if family.diffusion else "the drift"
    records = []
    for name, row in _rows(family):
        if np.count_nonzero(row) > 1:
            records.append(_record_of_sum(case, name, row, family, bound))
            continue
        j = int(np.flatnonzero(row)[0])
        factor = float(row[j])
        # The interval holds whatever the other terms are, and what the probable laws say as well: either alone may miss, the first where
        # a long relaxation biases it, the second where a wrong law was chosen.
        value, error = factor * form.estimate[j], abs(factor) * form.error[j]
        low, high = value - bound * error, value + bound * error
        share = abs(form.estimate[j] / form.unit[j])
        why = (
            f"{display.uncertain(value, error)} with all other terms free, "
            f"{display.uncertain(share, form.error[j] / form.unit[j])} of {what}'s size."
        )
        if present[j] > 0 and subsets.probability[j] > 0.5:
            # A term that enough speaks for is reported as the probable laws that have it agree.
            value, around = factor * mean[j], abs(factor) * deviation[j]
            low, high = min(low, value - bound * around), max(high, value + bound * around)
            why += f" {display.uncertain(value, around)} as the probable laws have it."
        sign = case.signs.get(name, 0)
        if sign:
            # What is known of the sign is known of the interval.
            low, high = (max(low, 0.0), max(high, 0.0)) if sign > 0 else (min(low, 0.0), min(high, 0.0))
            why += f" Its sign was given, {'+' if sign > 0 else '-'}."
        why += _shared(case, name)
        why += f" {family.muted}" if family.muted else ""
        if absent[j] > present[j] and absent[j] > 0:
            why += f" Less than {NEGLIGIBLE:g} of it counts as absent."
        logs, interval = (float(present[j]), float(absent[j])), (float(low), float(high))
        records.append(Evidence(name, "likelihood", form.samples, *logs, None, interval, why, estimate=float(value)))
    return records


def _rows(family: Judged) -> list[tuple[str, np.ndarray]]:
    """Every free entry that is not ruled out, with the part of each of the form's coefficients in it."""
    shares = np.eye(len(family.terms)) if family.shares is None else family.shares
    names = [entry_name(family.target, term, diffusion=family.diffusion) for term in family.terms]
    return [(name, row) for name, row in zip(names, shares, strict=True) if row.any()]


def _signs(case: Case, family: Judged, form: GaussianForm) -> np.ndarray:
    """Known signs of the form's coefficients, by the entries that are one of them times a factor."""
    signs = np.zeros(len(form.names), int)
    for name, row in _rows(family):
        if name in case.signs and np.count_nonzero(row) == 1:
            signs[np.flatnonzero(row)[0]] = case.signs[name] * int(np.sign(row.sum()))
    return signs


def _record_of_sum(case: Case, name: str, row: np.ndarray, family: Judged, bound: float) -> Evidence:
    """The evidence on an entry that is a sum of several coefficients: that it is not 0 can be told, that it is small cannot."""
    form = family.form
    if form is None:
        raise ValueError("A family without free terms has no sums.")
    value, error = form.combination(row)
    alone = replace(form, estimate=np.array([value]), spread=np.array([[error]]))
    present = 0.0 if family.muted else float(against_absent(alone)[0])
    why = f"{value:.4g} ± {error:.2g} with all other terms free.{_shared(case, name)}" + (
        family.muted and f" {family.muted}"
    )
    interval = (value - bound * error, value + bound * error)
    return Evidence(name, "likelihood", form.samples, present, 0.0, None, interval, why, estimate=value)


def _shared(case: Case, name: str) -> str:
    """What else has the coefficient of an entry, in a sentence."""
    own = case.relations.get(name, {name: 1.0})
    others = [other for other, parts in case.relations.items() if other != name and set(parts) == set(own) and parts]
    others = [*(free for free in own if free != name), *others]
    if len(own) > 1:
        return f" It is a sum of the coefficients of {', '.join(own)}."
    return (
        f" One coefficient with {', '.join(others[:_NAMED])}{' and others' if len(others) > _NAMED else ''}."
        if others
        else ""
    )


def _assumed(family: Judged, alpha: float) -> list[tuple[str, float | None]]:
    """What simplicity says of every term ("" for nothing), and its probability where it may be shown."""
    if family.form is None or family.subsets is None:
        return []
    present, absent, shown = assumed(family.form, family.subsets, alpha)
    if family.muted:
        present, absent = np.zeros_like(present), np.zeros_like(absent)
    probability = family.subsets.probability
    found = [
        ("present" if p else "absent" if a else "", float(q) if s else None)
        for p, a, s, q in zip(present, absent, shown, probability, strict=True)
    ]
    rows = (row for _, row in _rows(family))
    return [found[int(np.flatnonzero(row)[0])] if np.count_nonzero(row) == 1 else ("", None) for row in rows]


def _given(case: Case, name: str) -> str:
    return "present" if case.known.get(name) else "absent"


def _known(case: Case, name: str) -> Evidence:
    value = case.known[name]
    given = 1.0 if value else 0.0
    return Evidence(name, "known", 0, 0.0, 0.0, given, (value, value), TAKEN_AS_GIVEN, estimate=value)


def _ruled_out(case: Case, name: str) -> Evidence:
    by = f"the {'; '.join(case.symmetries)}" if case.symmetries else "a relation that was given"
    why = f"{TAKEN_AS_GIVEN} Ruled out by {by}."
    return Evidence(name, "known", 0, 0.0, 0.0, 0.0, (0.0, 0.0), why, estimate=0.0)
