"""Measure the order of convergence of a scheme on a process, with its confidence band.

    strong:  e(h) = E |X_h(T) - X(T)|           on the same Brownian path          e(h) ~ h^γ
    weak:    e(h) = |E f(X_h(T)) - E f(X(T))|                                      e(h) ~ h^β

The noise of coarse steps is composed of that of the finest, so all step sizes see one path. The truth is the process's own
explicit solution where it is known, else the same scheme at steps four times as fine as the finest measured. The slope is a
weighted fit of log e against log h; its band comes from groups of paths that are fitted apart, so that errors of different h,
which share their paths, are not taken for independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from evolaw import checks, display, randomness
from evolaw.arrays import precise
from evolaw.sde.loop.solver import solve
from evolaw.sde.noise.brownian import increments
from evolaw.sde.processes.process import SDE, KnowsMean, KnowsPath
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Scheme
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["OrderEstimate", "declared_order", "order"]

_GROUPS = 20
_BEYOND = 4


@dataclass(frozen=True, eq=False, repr=False)
class OrderEstimate:
    """A measured order of convergence.

    Attributes:
        kind: "strong" or "weak".
        steps: numbers of steps, rising.
        dt: step sizes.
        errors, standard_errors: e(h) and its standard error for each step size.
        slope: the fitted order.
        band: half the width of its 95 % confidence interval.
        declared: what the scheme declares for this noise kind; None when it declares nothing.
        truth: "explicit solution" or "finer steps".
    """

    kind: str
    steps: np.ndarray
    dt: np.ndarray
    errors: np.ndarray
    standard_errors: np.ndarray
    slope: float
    band: float
    declared: float | None
    truth: str
    scheme: Any
    process: Any

    def _facts(self) -> list[tuple[str, Any]]:
        rows = ", ".join(
            f"{h:.3g}: {e:.2e} ± {s:.0e}" for h, e, s in zip(self.dt, self.errors, self.standard_errors, strict=True)
        )
        return [
            ("scheme", self.scheme),
            ("process", self.process),
            ("order", f"{self.slope:.2f} ± {self.band:.2f} {self.kind} (95 %), declared {self.declared}"),
            ("truth", self.truth),
            ("errors", rows),
        ]

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        return display.lines("OrderEstimate", self._facts())

    def _repr_html_(self) -> str:
        return display.card("OrderEstimate", self._facts())


@told
def order(
    scheme: Scheme,
    process: SDE,
    start: Any,
    time: float,
    *,
    rng: Any,
    kind: str = "strong",
    steps: tuple[int, ...] = (16, 32, 64, 128, 256),
    paths: int = 4000,
    of: Callable[[Any], Any] | None = None,
    begin: float = 0.0,
) -> OrderEstimate:
    """Measure the strong or weak order of a scheme on a process.

    Args:
        scheme: the method.
        process: the equation; `process.exact.pathwise(t, x0, w)` or, for the weak order, ``of``'s exact mean through
            `process.exact.mean` when ``of`` is None, serve as truth when they are known.
        start: state at ``begin``, the same for all paths.
        time: final time.
        rng: seed or source of chance.
        kind: "strong" or "weak".
        steps: numbers of steps to compare, rising, each a divisor of the last.
        paths: paths; standard errors fall with their square root.
        of: for the weak order, a function of one state that gives a number; None takes the sum of the components.
        begin: initial time.

    Raises:
        ArgumentError: the scheme has no paths but the strong order is asked for, or the steps do not divide.

    Notes:
        The weak order of a scheme that follows paths is measured by differences to the finer solution on the same paths,
        whose variance is small. Without paths (two- and three-point noise) the truth must be known in closed form, and the
        error bars are those of plain sampling.

    References:
        kloeden1992, sections 9.3 and 9.4.

    Example:
        >>> from evolaw.sde import SDE, EulerMaruyama
        >>> decay = SDE(lambda t, x, p: -x, lambda t, x, p: 0.5, noise="additive")
        >>> found = order(EulerMaruyama(), decay, 1.0, 1.0, rng=0, steps=(8, 16, 32), paths=500)
        >>> abs(found.slope - 1) < 0.2  # some seconds
        True
    """
    checks.one_of(kind, "kind", ("strong", "weak"))
    counts = np.array([checks.integer(n, "steps", least=1) for n in steps])
    finest = int(counts.max())
    checks.require(
        bool(counts.size > 2 and (np.diff(counts) > 0).all() and (finest % counts == 0).all()),
        "steps",
        "hold at least three rising numbers that divide the last one",
        steps,
    )
    pathless = not NoiseRequest.of(scheme).has_path
    checks.require(
        kind == "weak" or not pathless, "kind", f"be 'weak' for {scheme.name}, which follows no Brownian path", kind
    )
    source = randomness.source(rng)
    paths = checks.integer(paths, "paths", least=_GROUPS)
    measure = _Measure(scheme, process, start, begin, time, source, paths, finest)
    if kind == "strong":
        truth, words = measure.path_truth()
        samples = [np.linalg.norm(measure.ends(int(n)) - truth, axis=1) for n in counts]
    else:
        samples, words = _weak_samples(measure, of, counts, pathless)
    return _fitted(kind, np.array(samples), counts, (time - begin) / counts, words, scheme, process)


def declared_order(scheme: Scheme, process: SDE, kind: str) -> float | None:
    """Return the strong or weak order that a scheme declares for the noise kind of a process, or None."""
    declared = scheme.strong_order if kind == "strong" else scheme.weak_order
    if declared is None or isinstance(declared, int | float):
        return declared
    return declared.get(process.noise)


@dataclass(frozen=True)
class _Measure:
    """Solutions on the same paths with different steps."""

    scheme: Scheme
    process: SDE
    start: Any
    begin: float
    time: float
    source: randomness.Source
    paths: int
    finest: int

    def ends(self, steps: int, beyond: int = 1) -> np.ndarray:
        """Final states with so many steps, on the path whose finest increments are 1/(4 finest)."""
        weak = not NoiseRequest.of(self.scheme).has_path
        fine = 1 if weak else _BEYOND * self.finest // steps
        found = solve(
            self.process, self.scheme, self.start, [self.begin, self.time], paths=self.paths, rng=self.source,
            steps=steps, fine=fine,
        )  # fmt: skip
        return found.final

    def path_truth(self) -> tuple[np.ndarray, str]:
        """The true final states, and where they come from."""
        exact = self.process.exact
        if not isinstance(exact, KnowsPath):
            return self.ends(_BEYOND * self.finest), "finer steps"
        count = _BEYOND * self.finest
        span = self.time - self.begin
        drawn = increments(self.source, paths=self.paths, steps=count, dt=span / count, noises=self.process.noises or 1)
        with precise("float64"):
            x0 = np.broadcast_to(np.asarray(self.start, float), (self.process.dim,))
            ends = jax.vmap(lambda w: exact.pathwise(span, x0, w))(drawn.sum(axis=1))
            return np.asarray(ends).reshape(self.paths, self.process.dim), "explicit solution"


def _weak_samples(
    measure: _Measure, of: Callable[[Any], Any] | None, counts: np.ndarray, pathless: bool
) -> tuple[list[np.ndarray], str]:
    """Per path, f(X_h) less the truth; the mean over paths is the signed weak error."""
    function = of or (lambda x: x.sum())
    exact = measure.process.exact
    with precise("float64"):
        value = jax.jit(jax.vmap(function))
        ends = [np.asarray(value(measure.ends(int(n)))).reshape(-1) for n in counts]
        if pathless:
            checks.require(
                of is None and isinstance(exact, KnowsMean),
                "of",
                f"be None and the process have an exact mean: {measure.scheme.name} follows no path to compare on",
                of,
            )
            mean = np.asarray(exact.mean(measure.time - measure.begin, np.atleast_1d(np.asarray(measure.start, float))))
            return [end - float(mean.sum()) for end in ends], "explicit solution"
        truth, words = measure.path_truth()
        reference = np.asarray(value(truth)).reshape(-1)
    return [end - reference for end in ends], words


def _fitted(
    kind: str, samples: np.ndarray, counts: np.ndarray, dt: np.ndarray, truth: str, scheme: Any, process: Any
) -> OrderEstimate:
    """Fit the slope, and its band from a jackknife over groups of paths."""
    n = samples.shape[1]
    means, deviations = samples.mean(axis=1), samples.std(axis=1, ddof=1) / np.sqrt(n)
    errors = np.abs(means)
    checks.require(
        bool(np.all(np.isfinite(errors)) and np.all(errors > 0)),
        "start",
        "be one from which the scheme makes an error at every step size",
        f"one with the errors {', '.join(f'{error:g}' for error in errors)}",
        "From a state that stays where it is, such as 0 under multiplicative noise, nothing can be measured.",
    )
    weights = errors / np.maximum(deviations, np.finfo(float).tiny)
    weights = np.minimum(weights, 1e3 * weights.min())

    def slope(values: np.ndarray) -> float:
        logs = np.log(np.maximum(np.abs(values), np.finfo(float).tiny))
        return float(np.polyfit(np.log(dt), logs, 1, w=weights)[0])

    groups = np.array_split(np.arange(n), _GROUPS)
    without = np.array([slope(np.delete(samples, group, axis=1).mean(axis=1)) for group in groups])
    spread = np.sqrt((_GROUPS - 1) / _GROUPS * np.sum((without - without.mean()) ** 2))
    # 2.093 is the 97.5 % quantile of Student's t with 19 degrees of freedom.
    return OrderEstimate(
        kind, counts, dt, errors, deviations, slope(means), float(2.093 * spread),
        declared_order(scheme, process, kind), truth, scheme, process,
    )  # fmt: skip
