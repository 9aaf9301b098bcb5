"""The phase of a junction in its stationary state: density, Fourier moments, equilibrium averages.

P(φ) = (1/2π) Σ_n p_n e^{jnφ},   p_n = ⟨e^{-jnφ}⟩ = I_{n+iν}(z)/I_{iν}(z),   ν = i/D, z = 1/D            (no capacitance)
r_n = p_n/p_{n-1} = -(j/2)/((i - jnD) - (j/2) r_{n+1}),  downwards from r = 0                       (stable for every D)
⟨sin φ⟩ = i - v,       at i = 0 and for any damping ⟨cos φ⟩ = I_1(z)/I_0(z), ⟨φ'²⟩ = D
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from evolaw import checks
from evolaw.told import told

__all__ = ["equilibrium_cosine", "mean_cosine", "mean_sine", "phase_density", "phase_moments"]

_MOST = 2_000_000


@told
def phase_moments(bias: float, noise: float, count: int = 1) -> np.ndarray:
    """Return p_1 … p_count, p_n = ⟨e^{-jnφ}⟩, of an overdamped junction.

    Args:
        bias: i, any sign.
        noise: D > 0.
        count: how many.

    Raises:
        ArgumentError: the noise is not positive, or below 1e-10.

    References:
        risken1996, section 11.3.

    Example:
        >>> complex(np.round(phase_moments(0.5, 0.2)[0], 10))
        (0.7006924725-0.4751661101j)
    """
    i, d = checks.number(bias, "bias"), checks.positive(noise, "noise")
    count = checks.integer(count, "count", least=1)
    # Where the phase sits still the moments die out at n ~ 1/√D, where it runs like a power below 1; near i = 1 at n ~ D^{-1/3}.
    start = int(count + 40 + 9 / np.sqrt(d))
    checks.require(start < _MOST, "noise", f"need at most {_MOST} moments", noise)
    ratio = 0j
    ratios = np.empty(count, complex)
    for n in range(start, 0, -1):
        ratio = -0.5j / ((i - 1j * n * d) - 0.5j * ratio)
        if n <= count:
            ratios[n - 1] = ratio
    return np.cumprod(ratios)


@told
def mean_cosine(bias: Any, noise: Any) -> np.ndarray | float:
    """Return ⟨cos φ⟩ = Re p_1 of an overdamped junction.

    Example:
        >>> round(mean_cosine(0.0, 0.5), 8)
        0.69777466
    """
    return _over(lambda i, d: phase_moments(i, d)[0].real, bias, noise)


@told
def mean_sine(bias: Any, noise: Any) -> np.ndarray | float:
    """Return ⟨sin φ⟩ = -Im p_1, the mean supercurrent of an overdamped junction in units of I_c.

    Example:
        >>> from evolaw.josephson.formulas.voltage import mean_voltage
        >>> round(mean_sine(0.5, 0.2) + mean_voltage(0.5, 0.2), 12)
        0.5
    """
    return _over(lambda i, d: -phase_moments(i, d)[0].imag, bias, noise)


@told
def phase_density(phase: Any, bias: float, noise: float) -> np.ndarray:
    """Return the stationary density of the phase on the circle, per radian, at phases of any shape.

    Args:
        phase: φ.
        bias: i.
        noise: D > 0.

    Example:
        >>> x = np.arange(64) * 2 * np.pi / 64
        >>> round(float(phase_density(x, 1.2, 0.3).mean() * 2 * np.pi), 12)
        1.0
    """
    places = checks.numbers(phase, "phase")
    count = int(24 + 9 / np.sqrt(checks.positive(noise, "noise")))
    waves = np.exp(1j * np.arange(1, count + 1) * places[..., None])
    density: np.ndarray = (1 + 2 * (waves @ phase_moments(bias, noise, count)).real) / (2 * np.pi)
    return density


@told
def equilibrium_cosine(noise: Any) -> np.ndarray | float:
    """Return ⟨cos φ⟩ = I_1(1/D)/I_0(1/D) at zero bias, for any damping.

    Example:
        >>> round(equilibrium_cosine(1.0), 8)
        0.44638997
    """
    d = checks.numbers(noise, "noise")
    checks.require(bool(np.all(d > 0)), "noise", "be positive", float(np.min(d, initial=1.0)))
    found = special.i1e(1 / d) / special.i0e(1 / d)
    return found if np.ndim(found) else float(found)


def _over(function: Any, bias: Any, noise: Any) -> np.ndarray | float:
    found = np.vectorize(function, otypes=[float])(checks.numbers(bias, "bias"), checks.numbers(noise, "noise"))
    return found if found.ndim else float(found)
