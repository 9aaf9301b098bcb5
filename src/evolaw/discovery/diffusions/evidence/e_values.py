r"""E-values from a Gaussian form, in natural units (u = θ / unit, σ its standard error with all other terms free).

    against "absent"     log E = log mean_g (1+g)^{-1/2} exp(t² g / (2 (1+g))),   t = θ̂/σ,  g = 1, 10, 100, 1000      [vovk2021]
    against "present"    log E = [ (δ − |û|)₊² − û² ] / (2σ²):  zero against every value of at least δ = 0.1 of the drift's size

With all other terms free both hold whatever the others are. The universal e-value, valid also under optional stopping and chosen
experiments, pits the average over laws against the best law without the term [wasserman2020]:

    log E = log Σ_S π_S ∫ L dN(0, κ²) − max_{S ∌ j} ½ h_Sᵀ J_S⁻¹ h_S
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.subsets import Subsets

__all__ = ["NEGLIGIBLE", "against_absent", "against_present", "universal"]

NEGLIGIBLE = 0.1
"""Share of the drift's size below which a term counts as absent."""

_SLABS = np.array([1.0, 10.0, 100.0, 1000.0])


def against_absent(form: GaussianForm, signs: np.ndarray | None = None) -> np.ndarray:
    """Return log e-values against every term being absent.

    Args:
        form: the form.
        signs: 1 or -1 where the sign of a term is known, else 0: the mean over g is then over half a normal distribution, a factor
            2 Φ(± t sqrt(g/(1+g))).
    """
    t = (form.estimate / form.error)[:, None]
    terms = -0.5 * np.log1p(_SLABS) + t**2 * _SLABS / (2 * (1 + _SLABS))
    if signs is not None:
        half = np.log(2) + log_ndtr(signs[:, None] * t * np.sqrt(_SLABS / (1 + _SLABS)))
        terms = terms + np.where(signs[:, None] != 0, half, 0.0)
    return np.logaddexp.reduce(terms, axis=1) - np.log(_SLABS.size)


def against_present(form: GaussianForm, least: float = NEGLIGIBLE) -> np.ndarray:
    """Return log e-values against every term having at least ``least`` of the drift's size."""
    value, error = np.abs(form.estimate / form.unit), form.error / form.unit
    return (np.maximum(least - value, 0) ** 2 - value**2) / (2 * error**2)


def universal(form: GaussianForm, subsets: Subsets) -> np.ndarray:
    """Return universal log e-values against every term being absent; `subsets` are those of the form."""
    best_without = np.where(subsets.members, -np.inf, subsets.maxima[:, None]).max(0)
    return subsets.log_average - best_without
