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

from typing import TYPE_CHECKING

from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.analysis.blocks import block_entropy as block_entropy
    from evolaw.analysis.blocks import block_frequencies as block_frequencies
    from evolaw.analysis.blocks import conditional_entropy as conditional_entropy
    from evolaw.analysis.blocks import mutual_information as mutual_information
    from evolaw.analysis.clusters import Clusters as Clusters
    from evolaw.analysis.clusters import label_clusters as label_clusters
    from evolaw.analysis.clusters import measure_clusters as measure_clusters
    from evolaw.analysis.comparison import Comparison as Comparison
    from evolaw.analysis.comparison import Difference as Difference
    from evolaw.analysis.comparison import compare as compare
    from evolaw.analysis.comparison import permutation_test as permutation_test
    from evolaw.analysis.correlations import two_point_correlation as two_point_correlation
    from evolaw.analysis.cycles import Cycle as Cycle
    from evolaw.analysis.cycles import find_cycle as find_cycle
    from evolaw.analysis.cycles import recorded_cycles as recorded_cycles
    from evolaw.analysis.damage import damage_spreading as damage_spreading
    from evolaw.analysis.damage import derrida_curve as derrida_curve
    from evolaw.analysis.estimates import Estimate as Estimate
    from evolaw.analysis.estimates import jackknife as jackknife
    from evolaw.analysis.estimates import mean as mean
    from evolaw.analysis.estimates import wilson as wilson
    from evolaw.analysis.evolution import activity as activity
    from evolaw.analysis.evolution import births as births
    from evolaw.analysis.evolution import deaths as deaths
    from evolaw.analysis.evolution import density as density
    from evolaw.analysis.evolution import mean_field as mean_field

_NAMES: dict[str, tuple[str, ...]] = {
    "blocks": ("block_entropy", "block_frequencies", "conditional_entropy", "mutual_information"),
    "clusters": ("Clusters", "label_clusters", "measure_clusters"),
    "comparison": ("Comparison", "Difference", "compare", "permutation_test"),
    "correlations": ("two_point_correlation",),
    "cycles": ("Cycle", "find_cycle", "recorded_cycles"),
    "damage": ("damage_spreading", "derrida_curve"),
    "estimates": ("Estimate", "jackknife", "mean", "wilson"),
    "evolution": ("activity", "births", "deaths", "density", "mean_field"),
}

__all__, _load, __dir__ = facade("evolaw.analysis", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load
