"""Misread cells that are not what was declared of them: they gather somewhere, or there are more or fewer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.evidence.residuals import worst_residual
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import AUTO
from evolaw.discovery.spine.evidence import Check
from evolaw.discovery.spine.facts import Facts

__all__ = ["doubt_misreadings"]

_FAR, _OTHER_RATE = 5.0, 1.25
"""A declared rate of misreading is in doubt where the inferred one is so many standard errors away, and another by this factor."""

_UNEVEN = 1e-4
"""A region whose inferred misreadings are this unlikely is in doubt: the normal law is an approximation."""


def doubt_misreadings(case: Case, facts: Facts) -> tuple[str, Check] | None:
    """Return the cause and the failed check of misreadings that are not as declared, or None.

    Misreadings that gather somewhere are also more than was declared, and where fewer were declared than there are, a place of which
    more is known shows more of them. So where both look wrong the recording is weighed again at the rate that it shows itself: a rate
    that was wrong everywhere alike leaves no place behind, a wrong edge or a bad time does.
    """
    misstated, uneven = _misstated(case, facts), _uneven(case, facts.get("residuals", {}))
    if misstated is None or uneven is None:
        return misstated or uneven
    at_its_own_rate = selection.weigh(replace(case, channel=replace(case.channel, flips=AUTO)))
    return _uneven(case, at_its_own_rate.facts.get("residuals", {})) or misstated


def _misstated(case: Case, facts: Facts) -> tuple[str, Check] | None:
    """The failed check of a declared rate of misreading, where far more or fewer misread cells were inferred than it says."""
    flips, cells = case.channel.flips, facts.get("cells_read", 0)
    if flips == AUTO or not cells:
        return None
    rate, inferred = float(flips), float(facts["flips_inferred"])
    z = (inferred - rate) / float(np.sqrt(rate * (1 - rate) / cells))
    if abs(z) < _FAR or max(inferred / rate, rate / inferred) < _OTHER_RATE:
        return None
    says = (
        f"A cell is said to be misread with probability {rate:.3g}, but by the law found {inferred:.3g} were: more or fewer by {abs(z):.0f} "
        "standard errors. Try --flip auto."
    )
    return "flips", Check("flips", False, float(2 * ndtr(-abs(z))), says)


def _uneven(case: Case, residuals: dict[str, float]) -> tuple[str, Check] | None:
    """The failed check of a rim, a band or a time where more or fewer misreadings were inferred than elsewhere."""
    if not residuals:
        return None
    name, p = worst_residual(residuals)
    if p > _UNEVEN:
        return None
    if name == "rim":
        given = case.recordings[0].boundary
        says = (
            f"The misread cells that were inferred lie at the rim: {residuals['rim']:.0f} standard errors more than elsewhere, so the edge "
            f"is not that of a {given}. Try --boundary window, which counts no window that crosses it."
        )
        return "boundary", Check("boundary", False, p, says)
    cause = "time" if name.startswith("frames") else "region"
    says = (
        f"Misread cells are inferred in {name} {abs(residuals[name]):.0f} standard errors more or less often than the flip probability "
        "says: the law, or the rate of misreading, is another there. Leave that part out."
    )
    return cause, Check(cause, False, p, says)
