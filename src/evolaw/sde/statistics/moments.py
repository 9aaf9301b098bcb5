"""Statistics that are taken while paths run, so that no path need be stored.

An observer looks at all paths of a chunk at every saved time and gives one summary for each block of paths, the blocks on the
last axis; summaries are merged on the host in double precision, in the order of the paths. The blocks do not depend on the
chunks, hence neither does the result, to the last bit. Where parameters are swept, every array of a result has the sets on a
first axis of its own.

    mean   m = Σ n_b m_b / n
    C      = Σ (C_b + n_b (m_b - m)(m_b - m)ᵀ) / n                     [chan1983]
    errors   sd(m_i) = sqrt(C_ii / n),   sd(C_ij) = sqrt((E(d_i d_j)² - C_ij²) / n) with d = x - m
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, display
from evolaw.sde.processes.parameter_sweep import over_paths

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

__all__ = ["Histogram", "HistogramResult", "Moments", "MomentsResult", "Statistics"]


_TOGETHER = 64
_FEW = 8


@dataclass(frozen=True)
class Moments:
    """Mean and covariance of the state, or of a function of it, at every saved time.

    Attributes:
        of: function (t, x, p) -> shape (k,) of one path; None observes the state. Periodic components come unwrapped.
        covariance: False keeps the variances only, for states of many components.

    Example:
        >>> Moments(of=lambda t, x, p: x**2).covariance
        True
    """

    of: Callable[[Any, Any, Any], Any] | None = None
    covariance: bool = True

    def observe(self, process: Any, t: Any, x: Any, valid: Any, block: int) -> Any:
        """Return (count, mean, second, fourth) of each block: central sums of one chunk, shape (dim, paths)."""
        if self.of is not None:
            of = self.of
            value = over_paths(process, lambda one, state: jnp.atleast_1d(of(t, state, one.params)), x)
            x = value.astype(x.dtype)
        x = jnp.where(valid, x, 0).reshape(x.shape[0], -1, block)
        valid = valid.reshape(-1, block)
        count = valid.sum(-1).astype(x.dtype)
        mean = _sum(x) / jnp.maximum(count, 1)
        d = jnp.where(valid, x - mean[..., None], 0)
        if self.covariance and len(d) > _FEW:
            # Products of matrices: all pairs of components of all paths at once would fill the memory.
            return count, mean, _pairs(d), _pairs(d * d)
        products = d[:, None] * d[None, :] if self.covariance else d * d
        return count, mean, _sum(products), _sum(products * products)

    def merge(self, total: Any, summary: Any) -> Any:
        """Add the summaries of a chunk to what was gathered before; the blocks are merged 64 by 64, wherever chunks end."""
        parts = [np.moveaxis(np.asarray(part, np.float64), -1, 0) for part in summary]
        merged, waiting = (None, parts) if total is None else (total[0], _one_after_other(total[1], parts))
        while len(waiting[0]) >= _TOGETHER:
            merged = self._merged(merged, [part[:_TOGETHER] for part in waiting])
            waiting = [part[_TOGETHER:] for part in waiting]
        return merged, waiting

    def finish(self, total: Any) -> MomentsResult:
        """Turn the sums into mean and covariance with their standard errors."""
        merged, waiting = total
        count, mean, second, fourth = self._merged(merged, waiting) if len(waiting[0]) else merged
        n = count[..., None]
        wide = n[..., None] if self.covariance else n
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # a variance may be beyond every number
            covariance = second / (wide - 1)
            spread = np.maximum(fourth / wide - (second / wide) ** 2, 0)
            variance = np.diagonal(covariance, axis1=-2, axis2=-1) if self.covariance else covariance
            return MomentsResult(
                count, mean, np.sqrt(variance / n), covariance, np.sqrt(spread / wide), np.array(variance)
            )

    def _merged(self, before: Any, blocks: Any) -> list[np.ndarray]:
        """Count, mean, second and fourth sums of all blocks together, and of what was merged before."""
        if before is not None:
            blocks = _one_after_other([part[None] for part in before], blocks)
        count, mean, second, fourth = map(np.ascontiguousarray, blocks)
        n, weight = count.sum(0), count[..., None]
        whole = (weight * mean).sum(0) / np.maximum(n, 1)[..., None]
        shift = mean - whole
        with np.errstate(invalid="ignore", over="ignore"):
            products = shift[..., :, None] * shift[..., None, :] if self.covariance else shift * shift
            weight = weight[..., None] if self.covariance else weight
            # The fourth sums stay about their own block's mean: an error of one part in a block's size, in an error bar.
            return [n, whole, (second + weight * products).sum(0), fourth.sum(0)]


class MomentsResult(NamedTuple):
    """Mean and covariance over the paths with their standard errors; the saved times come first in every shape.

    Attributes:
        paths: finite paths, shape (times,).
        mean, mean_error: shape (times, dim).
        covariance, covariance_error: shape (times, dim, dim), or (times, dim) when only variances were kept.
        variance: shape (times, dim).
    """

    paths: np.ndarray
    mean: np.ndarray
    mean_error: np.ndarray
    covariance: np.ndarray
    covariance_error: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class Histogram:
    """Counts of one component in bins at every saved time.

    Attributes:
        edges: edges of the bins, rising; a value at an inner edge belongs to the bin above it.
        component: which component; periodic ones come unwrapped unless ``wrapped``.
        wrapped: count the value within its period.

    Example:
        >>> len(Histogram(np.linspace(-1, 1, 11)).edges)
        11
    """

    edges: tuple[float, ...]
    component: int = 0
    wrapped: bool = False

    def __post_init__(self) -> None:
        edges = checks.increasing(self.edges, "edges")
        checks.require(edges.size > 1, "edges", "hold at least two values", edges.size)
        object.__setattr__(self, "edges", tuple(float(edge) for edge in edges))
        checks.integer(self.component, "component", least=0)

    def observe(self, process: Any, t: Any, x: Any, valid: Any, block: int) -> Any:
        """Return the counts below, in and above the bins, whole numbers, shape (bins + 2, blocks)."""
        value = x[self.component]
        if self.wrapped:
            checks.require(
                process.periods is not None and process.periods[self.component] is not None,
                "wrapped",
                f"be False for component {self.component}, which is not periodic",
                True,
            )
            value = value % process.periods[self.component]
        place = jnp.searchsorted(jnp.asarray(self.edges, x.dtype), value, side="right")
        blocks = jnp.arange(value.size, dtype=jnp.int32) // block
        counts = jnp.zeros((len(self.edges) + 1, value.size // block), jnp.int32)
        return counts.at[place, blocks].add(valid.astype(jnp.int32))

    def merge(self, total: Any, summary: Any) -> Any:
        """Add the counts of a chunk."""
        return np.asarray(summary, np.int64).sum(axis=-1) + (0 if total is None else total)

    def finish(self, total: Any) -> HistogramResult:
        """Turn counts into a density with standard errors."""
        count = total.sum(axis=-1)
        widths = np.diff(self.edges)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = total[..., 1:-1] / count[..., None]
            error = np.sqrt(share * (1 - share) / count[..., None])
        return HistogramResult(
            np.array(self.edges), total[..., 1:-1], total[..., 0], total[..., -1], share / widths, error / widths
        )


class HistogramResult(NamedTuple):
    """Counts and density at every saved time.

    Attributes:
        edges: shape (bins + 1,).
        counts: shape (times, bins).
        below, above: counts outside the edges, shape (times,).
        density, density_error: probability density and its standard error, shape (times, bins).
    """

    edges: np.ndarray
    counts: np.ndarray
    below: np.ndarray
    above: np.ndarray
    density: np.ndarray
    density_error: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Statistics:
    """What was measured while paths ran.

    Attributes:
        times: saved times.
        paths: number of paths, of which ``lost`` did not stay finite.
        results: one result an observer, in the order they were asked for.
        law, scheme, seed: where it comes from.
        sweep: the swept parameters, nested as they were given; None without a sweep.
    """

    times: np.ndarray
    paths: int
    lost: int
    results: tuple[Any, ...]
    law: Any
    scheme: Any
    seed: int | None
    sweep: Mapping[str, Any] | None = None

    @property
    def moments(self) -> MomentsResult:
        """The result of the first `Moments` asked for."""
        return self._first(MomentsResult, "Moments()")

    @property
    def histogram(self) -> HistogramResult:
        """The result of the first `Histogram` asked for."""
        return self._first(HistogramResult, "Histogram(edges)")

    @property
    def mean(self) -> np.ndarray:
        """Mean at the saved times, shape (times, dim)."""
        return self.moments.mean

    @property
    def mean_error(self) -> np.ndarray:
        """Standard error of the mean, shape (times, dim)."""
        return self.moments.mean_error

    @property
    def variance(self) -> np.ndarray:
        """Variance at the saved times, shape (times, dim)."""
        return self.moments.variance

    @property
    def covariance(self) -> np.ndarray:
        """Covariance at the saved times, shape (times, dim, dim)."""
        return self.moments.covariance

    @property
    def covariance_error(self) -> np.ndarray:
        """Standard error of the covariance, of its shape."""
        return self.moments.covariance_error

    def to_xarray(self) -> xarray.Dataset:
        """Return the moments as an xarray Dataset: ``mean``, ``mean_error`` and ``variance`` over times and components.

        Example:
            >>> from evolaw import sde
            >>> walk = sde.brownian_motion()
            >>> found = sde.solve(walk, sde.EulerMaruyama(), 0.0, [0, 1], steps=4, paths=9, rng=0, statistics=sde.Moments())  # some seconds
            >>> dict(found.to_xarray().sizes)
            {'times': 2, 'dim': 1}
        """
        import xarray

        axes = ("times", "dim") if self.sweep is None else ("sets", "times", "dim")
        numbers = {name: (axes, np.asarray(getattr(self, name))) for name in ("mean", "mean_error", "variance")}
        facts = {"paths": self.paths, "lost": self.lost, "law": str(self.law), "scheme": str(self.scheme)}
        return xarray.Dataset(numbers, {"times": self.times}, facts | {"seed": str(self.seed)})

    def _first(self, kind: type, asked: str) -> Any:
        for result in self.results:
            if isinstance(result, kind):
                return result
        raise checks.refuse("statistics", f"hold {asked} for this question", [type(r).__name__ for r in self.results])

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure."""
        return display.plot(self, **options)

    def _facts(self) -> list[tuple[str, Any]]:
        facts: list[tuple[str, Any]] = [
            ("law", self.law),
            ("scheme", self.scheme),
            ("seed", self.seed),
            ("paths", f"{self.paths}" + (f", {self.lost} lost" if self.lost else "")),
            ("times", f"{self.times[0]:g} … {self.times[-1]:g}"),
        ]
        if self.sweep is not None:
            facts.append(("sweep", ", ".join(self.sweep)))
        elif any(isinstance(result, MomentsResult) for result in self.results):
            pairs = zip(self.mean[-1][:4], self.mean_error[-1][:4], strict=True)
            facts.append(("mean", ", ".join(display.uncertain(m, e) for m, e in pairs)))
            facts.append(("variance", ", ".join(f"{v:.6g}" for v in self.variance[-1][:4])))
        return facts

    def __repr__(self) -> str:
        return display.lines("Statistics", self._facts())

    def _repr_html_(self) -> str:
        return display.card("Statistics", self._facts())


def _sum(values: Any) -> Any:
    """Sum over the last axis, halving it again and again.

    A tree of additions loses few digits, and unlike a library sum it adds in the same order whatever the other axes are.
    """
    size = values.shape[-1]
    whole = 1 << (size - 1).bit_length()
    values = jnp.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, whole - size)])
    while whole > 1:
        whole //= 2
        values = values[..., :whole] + values[..., whole:]
    return values[..., 0]


def _pairs(values: Any) -> Any:
    """Σ_k v_ik v_jk within each block, shape (dim, dim, blocks), from (dim, blocks, paths of a block)."""
    blocks = jnp.moveaxis(values, 1, 0)
    products = jax.lax.map(lambda one: jnp.matmul(one, one.T, precision="highest"), blocks)
    return jnp.moveaxis(products, 0, -1)


def _one_after_other(first: Any, second: Any) -> list[np.ndarray]:
    """The blocks of two summaries."""
    return [np.concatenate(both) for both in zip(first, second, strict=True)]
