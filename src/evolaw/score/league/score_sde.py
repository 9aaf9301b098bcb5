"""The steps of the code score_sde, rebuilt with their tables, as a peer to compare with; faults included.

Its times are linspace(1, ε, N), its updates N, each said to be 1/N long; a table is read at floor(t (N - 1)/T).

    Euler–Maruyama       x - [f - g² score]/N + g √(1/N) z
    reverse diffusion    VP: (2 - √(1-β_i)) x + β_i score + √β_i z,  β_i = β̄_i/N;      VE: x + (σ_i² - σ_i-1²) score + …,  σ_-1 = 0
    ancestral            VP: (x + β_i score)/√(1-β_i) + √β_i z

β_i > 1 where N < 20: the root is of a negative number, and the samples are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from evolaw.score.noising.song import VE
from evolaw.score.samplers.backward import Backward
from evolaw.score.samplers.chains import ScoreScheme, normals
from evolaw.score.samplers.langevin import Langevin
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise

__all__ = ["TableSampler", "table_times"]


def table_times(noising: Any, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where the N updates begin, linspace(1, ε, N), and their nominal lengths, -1/N."""
    return np.linspace(noising.end, noising.least, steps), np.full(steps, -noising.end / steps)


@dataclass(frozen=True)
class TableSampler(ScoreScheme):
    """A predictor of score_sde, with a corrector before it.

    Attributes:
        predictor: "euler_maruyama", "reverse_diffusion" or "ancestral".
        size: N of the tables.
        corrector: None, or the corrector.
    """

    name: ClassVar[str] = "score_sde"
    predictor: str = "reverse_diffusion"
    size: int = 1000
    corrector: Langevin | None = None

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return 1 if self.corrector is None else 2

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the state after a correction and an update."""
        backward: Any = process.drift
        z = normals(noise, dt, x.shape[0])
        if self.corrector is not None:
            x = self.corrector.move(backward, t, x, z[-1], process.params)
        value = backward.score(t, x, process.params)
        return getattr(self, f"_{self.predictor}")(backward, t, x, value, z[0]), memory

    def _euler_maruyama(self, backward: Backward, t: Any, x: Any, value: Any, z: Any) -> Any:
        g2 = backward.noising.squared_diffusion(t)
        return x - (backward.noising.rate(t) * x - g2 * value) / self.size + jnp.sqrt(g2 / self.size) * z

    def _place(self, backward: Backward, t: Any) -> Any:
        return jnp.floor(t * (self.size - 1) / backward.noising.end + 1e-9).astype(int)

    def _betas(self, backward: Backward, t: Any) -> Any:
        noising: Any = backward.noising
        ends = noising.beta_min / self.size, noising.beta_max / self.size
        return jnp.linspace(*ends, self.size)[self._place(backward, t)]

    def _reverse_diffusion(self, backward: Backward, t: Any, x: Any, value: Any, z: Any) -> Any:
        if isinstance(backward.noising, VE):
            place = self._place(backward, t)
            table = backward.noising.std(jnp.linspace(0.0, backward.noising.end, self.size))
            below = jnp.where(place == 0, 0.0, table[jnp.maximum(place - 1, 0)])
            variance = table[place] ** 2 - below**2
            return x + variance * value + jnp.sqrt(variance) * z
        beta = self._betas(backward, t)
        return (2 - jnp.sqrt(1 - beta)) * x + beta * value + jnp.sqrt(beta) * z

    def _ancestral(self, backward: Backward, t: Any, x: Any, value: Any, z: Any) -> Any:
        beta = self._betas(backward, t)
        return (x + beta * value) / jnp.sqrt(1 - beta) + jnp.sqrt(beta) * z
