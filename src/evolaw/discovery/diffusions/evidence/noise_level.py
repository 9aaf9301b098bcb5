r"""How much measurement noise there is, from the recording alone.

Where every component diffuses, second differences two steps apart share one noise value and nothing else:

    s² = ⟨ Δ²Y_k Δ²Y_{k+2} ⟩,        Δ²Y_k = Y_{k+2} − 2 Y_{k+1} + Y_k

because increments of a diffusion that do not overlap are uncorrelated, and because second differences of the drift's smooth part are
small. (The lag-1 product of first differences is not: it holds the drift's square.) A position whose velocity diffuses is smoother still,
and third differences three steps apart take that place: s² = −⟨ Δ³Y_k Δ³Y_{k+3} ⟩.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["NoiseLevel", "filter_gain", "noise_level"]

_FEWEST_SIGMAS = 2.0
"""A level this many standard errors above zero is believed. At 2 every fiftieth clean recording is treated as noisy, which costs it a
little precision; at 3 noise that biases a slope by a tenth is overlooked at 10⁴ points."""


@dataclass(frozen=True)
class NoiseLevel:
    """The measurement noise of one component.

    Attributes:
        sd: its standard deviation; 0 where there is none to be seen.
        z: how many standard errors s² lies above zero.
        diffusivity: rough D of the component, noise taken off; what `filter_gain` needs.
    """

    sd: float
    z: float
    diffusivity: float


def noise_level(recording: Recording, component: int, *, smooth: bool = False) -> NoiseLevel:
    """Estimate the measurement noise of one component.

    Args:
        recording: the recording.
        component: index of the component.
        smooth: whether the component is a position whose velocity diffuses.
    """
    order = 3 if smooth else 2
    products, squares, places = [], [], []
    for rows in recording.stretches():
        path = recording.columns[component][rows]
        differences = np.diff(path, order)
        products.append(differences[:-order] * differences[order:] * (-1.0) ** order)
        squares.append(np.diff(path) ** 2)
        places.append(path[order : order + max(differences.size - order, 0)])
    weights = _weights(np.concatenate(places), np.abs(np.concatenate(products)))
    mean, error = _mean_with_error(np.concatenate(products), weights, 2 * order)
    step = recording.step
    rough = float(np.mean(np.concatenate(squares)))
    believed = mean > _FEWEST_SIGMAS * error and mean > 0
    sd = float(np.sqrt(mean)) if believed else 0.0
    return NoiseLevel(sd, mean / error if error > 0 else 0.0, max(rough - 2 * sd**2, 0.02 * rough) / (2 * step))


def filter_gain(sd: float, diffusivity: float, step: float) -> float:
    r"""Return the gain of the best exponential filter of a Brownian motion seen through noise.

    .. math:: g = \frac{\sqrt{1 + 4ρ²} − 1}{2ρ²}, \quad ρ² = s²/(2 D Δt); \quad g = 1 \text{ without noise}.
    """
    if sd == 0:
        return 1.0
    ratio = sd**2 / (2 * diffusivity * step)
    return float((np.sqrt(1 + 4 * ratio) - 1) / (2 * ratio))


def _weights(place: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Weights 1/size² by where the path is: where the diffusion is weak the noise shows. They know the place alone, not the sign."""
    order = np.argsort(place, kind="stable")
    bins = np.array_split(order, max(1, min(20, place.size // 200)))
    weights = np.empty(place.size)
    for rows in bins:
        weights[rows] = 1 / max(float(np.mean(size[rows])), 1e-300) ** 2
    return weights / np.mean(weights)


def _mean_with_error(values: np.ndarray, weights: np.ndarray, lags: int) -> tuple[float, float]:
    """The weighted mean and its standard error where values up to ``lags`` apart hang together."""
    mean = float(np.mean(weights * values))
    rest = weights * (values - mean)
    variance = float(np.mean(rest**2))
    for lag in range(1, lags + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float(np.mean(rest[:-lag] * rest[lag:]))
    return mean, float(np.sqrt(max(variance, 0.1 * float(np.mean(rest**2))) / len(values)))
