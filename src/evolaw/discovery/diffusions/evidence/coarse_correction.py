r"""Several dimensions, coarse steps: what the quadrature leaves of each response, from the fitted law run from every recorded state.

    m_k = E_law [ X_{k+1} − X_k − Σ_l w_l φ(X_{k+l})·θ | X_k ],        Σ_k z_k (y_k − m_k − q_kᵀ θ) = 0

The law is the average over the probable ones: fitted freely it would be wild where little was recorded. It is run on the one loop by a
scheme of weak order 2, a few paths from each state, and the equations are solved again; twice. Whether that is needed the quadrature
tells itself: with one node more the coefficients move by more than half a standard error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw.discovery.diffusions.evidence.averages import average_law
from evolaw.discovery.diffusions.evidence.diffusivity import Drift
from evolaw.discovery.diffusions.evidence.drift import quadrature_weights
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.discovery.diffusions.evidence.weigh import Weighed, weigh
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.model.process import fitted_process
from evolaw.errors import NumericalError

if TYPE_CHECKING:
    from evolaw.sde.processes.process import SDE

__all__ = ["corrected", "moves_with_another_node"]

_MOVED = 0.5
_COPIES = 4
_MOST_PATHS = 20_000
_SUBSTEPS = 5
_ROUNDS = 2


def moves_with_another_node(weighed: Weighed, finer: Weighed) -> bool:
    """Whether some coefficient moves by more than half its standard error when the quadrature takes one node more."""
    if weighed.drift is None or finer.drift is None:
        return False
    return bool(np.max(np.abs(finer.drift.estimate - weighed.drift.estimate) / weighed.drift.error) > _MOVED)


def corrected(case: Case, weighed: Sequence[Weighed], nodes: int, seed: int = 0) -> tuple[Weighed, ...]:
    """Return the components weighed again, the quadrature's own error taken off.

    Where the fitted law leaves every bound, the components come back as they were.
    """
    first = tuple(weighed)
    for number in range(_ROUNDS):
        laws = {item.target: _averaged(case, item) for item in weighed}
        ends = _run(case, laws, {item.target: item for item in weighed}, nodes, seed + number)
        if ends is None:
            return first
        weighed = tuple(
            weigh(case, item.target, nodes, _shift(case, laws[item.target], item.target, ends, nodes))
            for item in weighed
        )
    return tuple(weighed)


def _averaged(case: Case, item: Weighed) -> Drift:
    """The drift of one component, averaged over the probable laws."""
    free, known = case.split(item.target)
    values = [] if item.drift is None else list(average_law(item.drift, weigh_subsets(item.drift)))
    return Drift((*free, *(term for term, _ in known)), np.array([*values, *(value for _, value in known)]))


def _run(
    case: Case, laws: Mapping[str, Drift], weighed: Mapping[str, Weighed], nodes: int, seed: int
) -> np.ndarray | None:
    """States after 1 … nodes steps from every recorded one, shape (copies, rows, nodes, dim); None where none stays finite."""
    from evolaw.sde import DRI1, SRA1, solve

    recording = case.recording
    copies = int(np.clip(_MOST_PATHS // len(recording), 1, _COPIES))
    process = _process(case, laws, weighed)
    scheme = SRA1() if process.noise == "additive" else DRI1()
    starts = np.tile(recording.values, (copies, 1))
    times = recording.step * np.arange(nodes)
    try:
        found = solve(process, scheme, starts, times, paths=len(starts), rng=seed, steps=_SUBSTEPS * (nodes - 1))
    except NumericalError as error:
        found = error.partial
    values = np.asarray(getattr(found, "values", None), float)
    if values.ndim != 3 or len(values) != len(starts):
        return None
    values = np.where(np.isfinite(values).all((1, 2), keepdims=True), values, np.nan)
    return values.reshape(copies, len(recording), nodes, recording.dim)


def _process(case: Case, laws: Mapping[str, Drift], weighed: Mapping[str, Weighed]) -> SDE:
    """The averaged law as a process; its coefficients are parameters, so that the second round compiles nothing."""
    names = case.recording.names
    laws = {name: Drift(*_known_only(case, name)) for name in names if name not in laws} | dict(laws)
    strengths = {name: item.strength for name, item in weighed.items()}
    return fitted_process(
        names,
        {name: (law.terms, law.values) for name, law in laws.items()},
        {name: (strength.terms, strength.values) for name, strength in strengths.items()},
        least={name: strength.least for name, strength in strengths.items()},
    )


def _known_only(case: Case, name: str) -> tuple[tuple[Any, ...], np.ndarray]:
    _, known = case.split(name)
    return tuple(term for term, _ in known), np.array([value for _, value in known])


def _shift(case: Case, law: Drift, target: str, ends: np.ndarray, nodes: int) -> np.ndarray:
    """m_k of one component; 0 where the law leaves every bound from that state on."""
    place = case.index(target)
    w = quadrature_weights(case.recording, nodes)
    total = np.zeros(ends.shape[:2])
    with np.errstate(all="ignore"):
        for l in range(nodes):
            total += w[:, l] * law.at([ends[:, :, l, i].ravel() for i in range(ends.shape[-1])]).reshape(total.shape)
        left = ends[:, :, 1, place] - ends[:, :, 0, place] - total
        whole = np.isfinite(left)
        return np.asarray(np.where(whole, left, 0.0).sum(0) / np.maximum(whole.sum(0), 1))
