"""Statistics of trajectories, each with its standard error over independent repetitions.

    estimates      a number with its error: means, jackknife, Wilson intervals
    evolution      density, activity, births, deaths, the mean-field map
    blocks         block frequencies, entropies, mutual information
    correlations   two-point correlation
    clusters       number, size, perimeter of clusters
    cycles         transients and periods of deterministic trajectories
    damage         damage spreading, the Derrida curve
    comparison     do two ensembles evolve alike?

The names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "Clusters": "clusters",
    "Comparison": "comparison",
    "Cycle": "cycles",
    "Difference": "comparison",
    "Estimate": "estimates",
    "activity": "evolution",
    "births": "evolution",
    "block_entropy": "blocks",
    "block_frequencies": "blocks",
    "compare": "comparison",
    "conditional_entropy": "blocks",
    "damage_spreading": "damage",
    "deaths": "evolution",
    "density": "evolution",
    "derrida_curve": "damage",
    "find_cycle": "cycles",
    "jackknife": "estimates",
    "label_clusters": "clusters",
    "mean": "estimates",
    "mean_field": "evolution",
    "measure_clusters": "clusters",
    "mutual_information": "blocks",
    "permutation_test": "comparison",
    "recorded_cycles": "cycles",
    "two_point_correlation": "correlations",
    "wilson": "estimates",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'evolaw.analysis' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.analysis.{_NAMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
