"""Recordings with a known law, stepped finely by an independent few lines of NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evolaw.trajectory import Trajectory

Record = Callable[..., Trajectory]


@pytest.fixture
def record() -> Record:
    """Return a recorder: record(drift, diffusion, start, step, count, seed, fine=…, noise=…, paths=…)."""

    def run(
        drift: Callable[[np.ndarray], Any],
        diffusion: Callable[[np.ndarray], Any],
        start: list[float],
        step: float,
        count: int,
        seed: int,
        *,
        fine: int = 5,
        noise: float = 0.0,
        about: dict[str, Any] | None = None,
    ) -> Trajectory:
        rng = np.random.default_rng(seed)
        dim, h = len(start), step / fine
        x, values = np.array(start, float), np.empty((count + 1, len(start)))
        values[0] = x
        for k in range(count):
            for kick in rng.standard_normal((fine, dim)):
                x = x + h * np.asarray(drift(x)) + np.sqrt(2 * h * np.asarray(diffusion(x))) * kick
            values[k + 1] = x
        values = values + noise * rng.standard_normal(values.shape)
        return Trajectory(values, step * np.arange(count + 1), ("times", "dim"), about=about or {})

    return run


@pytest.fixture
def relaxation() -> Record:
    """Return a recorder of dx = -rate x dt + sqrt(2 D) dW from its exact transition law."""

    def run(rate: float, strength: float, step: float, count: int, seed: int, *, noise: float = 0.0) -> Trajectory:
        rng = np.random.default_rng(seed)
        decay = np.exp(-rate * step)
        kicks = np.sqrt(strength / rate * (1 - decay**2)) * rng.standard_normal(count)
        x = np.empty(count + 1)
        x[0] = np.sqrt(strength / rate) * rng.standard_normal()
        for k in range(count):
            x[k + 1] = decay * x[k] + kicks[k]
        return Trajectory(
            x[:, None] + noise * rng.standard_normal((count + 1, 1)), step * np.arange(count + 1), ("times", "dim")
        )

    return run
