r"""Which evidence weighs a recording: moment equations, of more nodes where steps are coarse; exact in one dimension, simulated in
several.

How coarse the steps are is told by the recording alone. With structure functions S(l) = ⟨(X_{k+l} − X_k)²⟩, in which measurement noise
cancels,

    coarseness = [S(2) − S(1)] / scale²,        scale² = Var φ / ⟨φ'²⟩, the largest over the terms of the component

is about 2θΔt for a linear relaxation of rate θ and 3(ωΔt)² for a rotation: how far one step goes on the scale on which the terms vary.
A motion that relaxes within one step hides from it: S(2) is then S(1). Of one component known to be without noise the correlation ρ of
successive increments tells that too, −4ρ being 2θΔt as well.
"""

from __future__ import annotations

import numpy as np

from evolaw.discovery.diffusions.evidence.coarse_correction import corrected, moves_with_another_node
from evolaw.discovery.diffusions.evidence.exact.fokker_planck import weigh_exactly
from evolaw.discovery.diffusions.evidence.exact.grid import fits_on_grid
from evolaw.discovery.diffusions.evidence.weigh import Weighed, fine_nodes, weigh
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["coarseness", "is_coarse", "relaxation_per_step", "weigh_all"]

_COARSE = 0.125
"""Above this the quadrature takes a fourth node, and noise is not looked for: curvature of the correlations would be taken for it.
Between the fine (at most 0.09) and the coarse (at least 0.18) systems on which the engine was built."""

_EXACT = 0.06
"""Above this a component on its own is weighed by its exact likelihood."""

_COARSE_NODES = 4


def coarseness(case: Case) -> float:
    """Return how far one step goes on the scale on which the terms vary; the largest over components."""
    seen = max(_coarseness(case, component) for component in range(case.recording.dim))
    bare = case.recording.dim == 1 and not case.hidden and case.noise == (0.0,)
    return max(seen, relaxation_per_step(case)) if bare else seen


def is_coarse(case: Case) -> bool:
    """Whether one step goes so far that the usual quadrature does not do."""
    return coarseness(case) > _COARSE


def weigh_all(case: Case, *, roughly: bool = False) -> tuple[Weighed, ...]:
    """Weigh every component by what fits the recording.

    Args:
        case: the case.
        roughly: by moment equations alone, which is quick; for recordings on which no equation of the space holds.

    Notes:
        Weighed once a case: to tell noise from relaxation it is weighed before the question is put (`noise_or_relaxation`).
    """
    name = f"weighed{' roughly' if roughly else ''}"
    if name not in case.kept:
        case.kept[name] = _weigh_all(case, roughly)
    weighed: tuple[Weighed, ...] = case.kept[name]
    return weighed


def _weigh_all(case: Case, roughly: bool) -> tuple[Weighed, ...]:
    far = coarseness(case)
    nodes = _COARSE_NODES if far > _COARSE else fine_nodes
    found = []
    for target in case.asked:
        weighed = weigh(case, target, nodes)
        if far > _EXACT and not roughly and fits_on_grid(case, target, weighed):
            weighed = weigh_exactly(case, target, weighed)
        found.append(weighed)
    several = case.recording.dim > 1 and not any(case.noise) and not case.hidden
    if nodes > fine_nodes and not roughly and several and _is_even(case):
        finer = (weigh(case, item.target, nodes + 1) for item in found)
        if any(moves_with_another_node(item, more) for item, more in zip(found, finer, strict=True)):
            return corrected(case, found, nodes)
    return tuple(found)


def _is_even(case: Case) -> bool:
    steps = np.concatenate([np.diff(case.recording.times[rows]) for rows in case.recording.stretches()])
    return (
        bool(np.ptp(steps) <= 1e-4 * case.recording.step)
        and case.recording.force is None
        and case.recording.heat is None
    )


def _coarseness(case: Case, component: int) -> float:
    recording = case.recording
    path = recording.columns[component]
    one, two, variance = [], [], []
    for rows in recording.stretches():
        x = path[rows]
        one.append(np.diff(x) ** 2)
        two.append((x[2:] - x[:-2]) ** 2)
        variance.append(np.full(len(x), np.var(x)))
    reach = float(np.mean(np.concatenate(two)) - np.mean(np.concatenate(one)))
    return max(reach, 0.0) / _scale(case, component, float(np.mean(np.concatenate(variance))))


def relaxation_per_step(case: Case) -> float:
    """Return −4ρ of the increments of one component, less two of its standard errors: about 2θΔt."""
    increments = [np.diff(case.recording.columns[0][rows]) for rows in case.recording.stretches()]
    products = np.concatenate([step[1:] * step[:-1] for step in increments])
    squares = float(np.mean(np.concatenate(increments) ** 2))
    if not products.size or squares <= 0:
        return 0.0
    return max(-4 * float(np.mean(products)) / squares - 8 / np.sqrt(products.size), 0.0)


def _scale(case: Case, component: int, variance: float) -> float:
    """The square of the length on which the terms of one component vary."""
    if case.hidden:
        return variance
    rows = slice(None, None, max(1, len(case.recording) // 2000))
    state = [column[rows] for column in case.recording.columns]
    found = []
    for terms in case.drift.values():
        for term in terms:
            if component in term.components:
                slope = float(np.mean(term.slope(state, component) ** 2))
                if slope > 0:
                    found.append(min(float(np.var(term.values(state))) / slope, variance))
    return max(found, default=variance)
