"""What both kinds of I–V fits ask of their points: a resistance to begin with, whether the curve fits, whether residuals are chance."""

from __future__ import annotations

import numpy as np
from scipy import stats

from evolaw import checks, display
from evolaw.josephson.fitting.results import Check

__all__ = ["goodness", "resistance_above", "runs_of_signs"]

_CLEAR, _ROUGH = 2.0, 0.1


def resistance_above(i: np.ndarray, v: np.ndarray) -> float:
    """Return the resistance far above the critical current."""
    top = np.abs(i) > 0.7 * np.abs(i).max()
    slope = float(np.median(v[top] / i[top]))
    noise = float(np.median(np.abs(v[top] / i[top] - slope)))
    checks.require(
        slope > _CLEAR * noise,
        "voltage",
        "rise with the current and stand clear of its scatter at the largest currents",
        f"{slope:.2g} ± {noise:.2g} Ohm there",
        "Measure above the critical current; are the columns or their units right?",
    )
    return slope


def goodness(fitted: np.ndarray, v: np.ndarray, sigma: np.ndarray, is_given: bool, free: int) -> Check:
    """Return whether the curve fits: χ² where errors are given, the scatter where they are not."""
    if not is_given:
        scatter = float(np.median(sigma))
        if scatter > _ROUGH * float(np.abs(v).max()):
            return Check(
                "does the curve fit?",
                False,
                f"No: the points lie {display.quantity(scatter, 'V', 2)} away from it, a tenth of the largest voltage and more. Are the columns or their units right?",
            )
        return Check(
            "does the curve fit?",
            None,
            f"The points scatter by {display.quantity(float(np.median(sigma)), 'V', 2)} around it; without errors in the file no test says more.",
        )
    square = float(np.sum(((fitted - v) / sigma) ** 2))
    p = float(stats.chi2.sf(square, free))
    says = f"χ² = {square:.1f} for {free} degrees of freedom (p = {p:.2g})" + (
        ", so it does." if p > 0.01 else ": the model is not the whole truth."
    )
    return Check("does the curve fit?", p > 0.01, says, p)


def runs_of_signs(i: np.ndarray, residual: np.ndarray) -> Check:
    """Return whether the residuals change sign as often as chance would, in the order of the currents (Wald and Wolfowitz).

    Only too few changes speak of a smooth part that is missing. Residuals of a fit change sign more often than errors do, for the
    curve goes through them: both tails together raised a false alarm in 3 of 24 fits.
    """
    sign = (residual[np.argsort(i)] > 0).astype(int)
    ups, n = int(sign.sum()), sign.size
    downs = n - ups
    if min(ups, downs) < 3:
        return Check("are the residuals chance?", None, "Too few points to tell.")
    runs = 1 + int(np.count_nonzero(np.diff(sign)))
    mean = 1 + 2 * ups * downs / n
    deviation = np.sqrt((mean - 1) * (mean - 2) / (n - 1))
    p = float(stats.norm.cdf((runs + 0.5 - mean) / deviation))  # half a run: the count is whole, the normal law is not
    says = f"{runs} runs of one sign where chance gives {mean:.1f} ± {deviation:.1f} (p = {p:.2g})"
    return Check(
        "are the residuals chance?",
        p > 0.01,
        says + ("." if p > 0.01 else ": a smooth part is missing from the model."),
        p,
    )
