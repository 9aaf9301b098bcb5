"""Rectangular arrays of overdamped junctions, solved in the eigenmodes of their conductances.

    islands (r, c), rows x columns, junctions between neighbours; current enters in the first row and leaves in the last
    G φ' = I - Bᵀ [sin(B φ - A) + √(2 D) ξ],       G = Bᵀ B the Laplacian with free ends, and around the columns if they are periodic
    modes   a = Qᵀ φ:   a_k' = Q_kᵀ (I - Bᵀ sin)/λ_k + √(2 D/λ_k) ξ_k

Q is a cosine transform along rows and one along columns (or waves, where periodic): two small matrix products; the linear solve is a
division. Noise of one normal a bond has, after the solve, covariance G⁻¹: independent modes of variance 1/λ_k, which is how it is drawn. The uniform
mode, λ = 0, never moves: total current is conserved exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.sde.loop.trigonometry import sine
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["Grid", "grid_array"]

_MOST_ISLANDS = 2**16


@dataclass(frozen=True, eq=False)
class Grid:
    """A rectangular array and the way between its modes and its phases.

    Attributes:
        law: the process; its state are the modes but the uniform one, shape (rows·columns - 1,).
        rows, columns: islands.
        transform_rows, transform_columns: orthogonal matrices.
        eigenvalues: λ, shape (rows, columns), 0 for the uniform mode.
        bias: current per column over the critical one.
        frustration: flux quanta through each plaquette.
        is_periodic: whether the last column is joined to the first.
    """

    law: SDE
    rows: int
    columns: int
    transform_rows: np.ndarray
    transform_columns: np.ndarray
    eigenvalues: np.ndarray
    bias: float
    frustration: float = 0.0
    is_periodic: bool = True

    @property
    def gauge(self) -> np.ndarray:
        """The phase 2πf·column that a bond down the rows is turned by, shape (columns,)."""
        return 2 * np.pi * self.frustration * np.arange(self.columns)

    def phases(self, modes: Any) -> np.ndarray:
        """Return the phases of the islands, shape (..., rows, columns), from modes (..., rows·columns - 1)."""
        a = checks.numbers(modes, "modes")
        whole = np.concatenate([np.zeros((*a.shape[:-1], 1)), a], axis=-1).reshape(
            *a.shape[:-1], self.rows, self.columns
        )
        found: np.ndarray = self.transform_rows @ whole @ self.transform_columns.T
        return found

    def modes(self, phases: Any) -> np.ndarray:
        """Return the modes of phases (..., rows, columns)."""
        x = checks.numbers(phases, "phases")
        found = self.transform_rows.T @ x @ self.transform_columns
        flat: np.ndarray = found.reshape(*x.shape[:-2], -1)[..., 1:]
        return flat

    def voltage(self, first: Any, last: Any, time: float) -> np.ndarray:
        """Return the mean voltage over the array, per row of junctions, from modes at two times."""
        moved = self.phases(last) - self.phases(first)
        found: np.ndarray = (moved[..., 0, :].mean(-1) - moved[..., -1, :].mean(-1)) / time / (self.rows - 1)
        return found


@told
def grid_array(
    rows: int, columns: int, bias: float, *, noise: float = 0.0, frustration: float = 0.0, is_periodic: bool = True
) -> Grid:
    """Return a rectangular array; the law's parameters "bias" and "temperature" may be swept.

    Args:
        rows, columns: islands; current flows from the first row to the last.
        bias: current fed into each island of the first row, over the critical current of a junction.
        noise: D >= 0 of a junction.
        frustration: flux f through each plaquette in flux quanta; with periodic columns f·columns must be whole.
        is_periodic: join the last column to the first.

    References:
        newrock2000.

    Example:
        >>> grid = grid_array(4, 4, 0.5, noise=0.1)
        >>> grid.law.dim, grid.phases(np.zeros(15)).shape
        (15, (4, 4))
    """
    m, n = checks.integer(rows, "rows", least=2), checks.integer(columns, "columns", least=3 if is_periodic else 1)
    checks.require(m * n <= _MOST_ISLANDS, "rows", f"make at most {_MOST_ISLANDS} islands", m * n)
    f = checks.number(frustration, "frustration")
    checks.require(
        not is_periodic or abs(f * n - round(f * n)) < 1e-9,
        "frustration",
        "put a whole number of flux quanta around the columns",
        f,
    )
    d, i = checks.number(noise, "noise", least=0.0), checks.number(bias, "bias")
    (down, along), (across, around) = _chain(m, False), _chain(n, is_periodic)
    eigenvalues = along[:, None] + around[None, :]
    inverse = np.divide(1.0, eigenvalues, out=np.zeros_like(eigenvalues), where=eigenvalues > 1e-12)
    params: dict[str, Any] = {
        "bias": i,
        "rows": np.pad(down, ((1, 1), (0, 0))),
        "columns": np.pad(across.T, ((0, 0), (1, 1)), mode="wrap"),
        "rows_back": down.T.copy(),
        "columns_back": across,
        "inverse": inverse,
        "gauge": 2 * np.pi * f * np.arange(n),
    }
    drift = _GridDrift(is_periodic)
    if d == 0:
        law = SDE(drift, None, dim=m * n - 1, noise="none", params=params, name="grid", batched=True)
    else:
        params |= {"temperature": d, "root": np.sqrt(2 * inverse.ravel()[1:])}
        law = SDE(drift, _mode_noise, dim=m * n - 1, noise="additive", params=params, name="grid", batched=True)
    return Grid(law, m, n, down, across, eigenvalues, i, f, is_periodic)


def _chain(count: int, is_ring: bool) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal eigenvectors and eigenvalues of the Laplacian of a chain; the uniform one first, exactly."""
    laplacian = 2.0 * np.eye(count) - np.eye(count, k=1) - np.eye(count, k=-1)
    if is_ring:
        laplacian[0, -1] -= 1
        laplacian[-1, 0] -= 1
    else:
        laplacian[0, 0] = laplacian[-1, -1] = 1.0
    if count == 1:
        return np.ones((1, 1)), np.zeros(1)
    values, vectors = np.linalg.eigh(laplacian)
    vectors[:, 0] = 1 / np.sqrt(count)
    values[0] = 0.0
    return vectors, values


@dataclass(frozen=True)
class _GridDrift:
    """Currents of the bonds from phases, gathered at the islands, divided by λ in modes; of a batch of arrays, which are products of matrices.

    Islands have a margin on every side: those on the other side where columns are periodic, else some that no current comes from. So
    all bonds are differences of two cuts of one array, without a place where a row begins or ends, which would keep the compiler from
    vectors: 16 arrays of 32 x 32 islands take 0.67 of the processor's time, other programs running (AVX2).
    """

    is_periodic: bool

    def __call__(self, t: Any, modes: Any, p: Any) -> Any:
        m, n = p["inverse"].shape
        a = jnp.pad(modes, ((0, 0), (1, 0))).reshape(-1, m, n)
        phase = p["rows"] @ (a @ p["columns"])
        # Down the rows, with the gauge; the current that leaves an island counts negative, and the first and the last are fed.
        edge = _ends(m + 1)[:, None]
        down = (1 - edge) * sine(phase[:, :-1, 1:-1] - phase[:, 1:, 1:-1] - p["gauge"]) + edge * p["bias"]
        side = sine(phase[:, 1:-1, :-1] - phase[:, 1:-1, 1:])
        if not self.is_periodic:
            side = side * (1 - _ends(n + 1))
        gathered = down[:, :-1] - down[:, 1:] + side[..., :-1] - side[..., 1:]
        slowed = p["inverse"] * (p["rows_back"] @ (gathered @ p["columns_back"]))
        return slowed.reshape(-1, m * n)[:, 1:]


def _ends(count: int) -> np.ndarray:
    """1 at both ends, 0 between."""
    ends = np.zeros(count)
    ends[[0, -1]] = 1.0
    return ends


def _mode_noise(t: Any, modes: Any, p: Any) -> Any:
    return jnp.sqrt(p["temperature"]) * p["root"]
