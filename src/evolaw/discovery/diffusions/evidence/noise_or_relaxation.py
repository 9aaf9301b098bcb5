r"""Measurement noise, or a motion that relaxes within one step? Both leave the same trace in successive steps.

    noise s:                       S(l) = 2 s² + 2 D l Δt              S(l) = ⟨(X_{k+l} − X_k)²⟩
    relaxation within a step:      S(l) = 2 Var + slow passages         Var in one well, say

So where noise was not declared but seen, and makes up a share of the steps that matters, the equation without noise is weighed too, by its
exact likelihood. That knows of the steps one by one; how two in a row hang together is left to it to say:

    z = [⟨ΔX_k ΔX_{k+1}⟩ recorded − ⟨ΔX_k ΔX_{k+1}⟩ of the law] / standard error

Noise puts the recorded product −s² below that of any law without it, 20 standard errors at a thousand steps and more. Where the law
without noise says it itself, no noise was seen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evolaw.discovery.diffusions.evidence.exact.fokker_planck import successive_product
from evolaw.discovery.diffusions.evidence.selection import weigh_all
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["without_noise"]

_LEAST_SHARE = 0.2
"""Noise that makes up less of the mean square step moves D by less than that share of it."""
_FAR = 4.0
"""So many standard errors below the law without noise there is noise."""
_BLOCKS = 40


def without_noise(case: Case) -> Case | None:
    """Return the case without the measurement noise that was seen of one component where that is a motion that relaxes within a step.

    Notes:
        What was weighed on the way is kept by the case returned (`weigh_all`).
        Cost: an exact likelihood, about a second; only where noise makes up a fifth of the mean square step.
    """
    if case.recording.dim != 1 or case.hidden or not any(case.noise):
        return None
    steps = [np.diff(case.recording.columns[0][rows]) for rows in case.recording.stretches()]
    products = np.concatenate([each[1:] * each[:-1] for each in steps])
    share = 2 * case.noise[0] ** 2 / float(np.mean(np.concatenate(steps) ** 2))
    if share < _LEAST_SHARE or products.size < 10 * _BLOCKS:
        return None
    plain = replace(case, noise=(0.0,), gains=(1.0,))
    weighed = weigh_all(plain)[0]
    if weighed.method != "exact":
        return None
    blocks = np.array([np.mean(block) for block in np.array_split(products, _BLOCKS)])
    error = float(np.std(blocks, ddof=1)) / np.sqrt(_BLOCKS)
    gap = float(np.mean(products)) - successive_product(plain, weighed.target, weighed)
    return plain if gap > -_FAR * error else None
