"""Critical current, resistance and effective temperature from a measured I–V curve.

    without hysteresis   V = I_c R v(I/I_c, β_c, D) + V_0;  I_c, R, C, T, V_0 by least squares            (`single_valued`)
    with hysteresis      I_c from below by the switching current; I_r/I_c gives α, hence C; R from V = I_c R v_run(I/I_c, α) coming down

Noise switches below I_c and retraps above I_r, and both make β_c ~ (4 I_c/π I_r)² too small: with hysteresis I_c and C are bounded from below.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats
from scipy.interpolate import PchipInterpolator

from evolaw import checks, display
from evolaw.josephson.fitting.groups import Groups
from evolaw.josephson.fitting.residuals import goodness, resistance_above
from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter
from evolaw.josephson.fitting.single_valued import fit_single_valued, rough_curve
from evolaw.josephson.formulas.limit_cycle import end_of_bistability, retrapping_current, running_voltage
from evolaw.josephson.units import Scales
from evolaw.told import told

__all__ = ["fit_voltage"]

_MOVES, _FLOOR, _APART = 0.1, 0.02, 0.15
_JUMP, _NEAR = 0.7, 1.05
_ABOVE, _ENOUGH, _PLACES = 1.2, 10, 40
_MANY, _CUTS = 2000, 8


@told
def fit_voltage(
    current: Any,
    voltage: Any,
    error: Any = None,
    *,
    capacitance: float | None = None,
    temperature: float | None = None,
) -> JunctionFit:
    """Fit an I–V curve in SI units.

    Args:
        current, voltage: in ampere and volt, in any order and of either sign; of a junction with hysteresis both sweeps, up and down.
        error: standard errors of the voltages; None takes them from the scatter.
        capacitance: C in farad, 0 for none, where it is known: it narrows the other intervals. None fits it too.
        temperature: of the bath, to compare the effective one with.

    Returns:
        The fit; ``fit.junction`` is the junction where all numbers are known.

    Raises:
        ArgumentError: fewer than six points, none above the critical current, a straight line, one sweep of a junction that has two states; a capacitance for a curve with hysteresis, which tells it.

    Example:
        >>> from evolaw.josephson.formulas import mean_voltage
        >>> i = np.linspace(0.05, 3, 40) * 1e-6
        >>> v = 1e-5 * mean_voltage(i / 1e-6, 0.1761963)
        >>> fit = fit_voltage(i, v + 1e-9 * np.cos(7e7 * i * i / 1e-6), capacitance=0.0)
        >>> abs(fit.parameters["temperature"].value - 4.2) < 0.05
        True
    """
    i = checks.shape(checks.numbers(current, "current"), "current", ("points",))
    v = checks.shape(checks.numbers(voltage, "voltage"), "voltage", i.shape)
    checks.require(i.size >= 6, "current", "hold at least six points", i.size)
    s = None if error is None else checks.shape(checks.numbers(error, "error"), "error", i.shape)
    checks.require(s is None or bool(np.all(s > 0)), "error", "be positive", "not everywhere")
    checks.require(capacitance is None or capacitance >= 0, "capacitance", "be zero or positive, in farad", capacitance)
    different = int(np.unique(i).size)
    checks.require(different >= 6, "current", "hold at least six points at different currents", different)
    states = _States.of(i, v)
    if states.are_two:
        why = "be left out for a curve with hysteresis, which tells it"
        checks.require(capacitance is None, "capacitance", why, capacitance)
        return _hysteretic(i, v, s, states, temperature)
    states.require_no_jump()
    if i.size <= _MANY:
        return fit_single_valued(i, v, s, temperature, capacitance)
    groups = _straight_groups(i, v, s)
    found = fit_single_valued(*groups.means, temperature, capacitance, groups.count if s is None else None)
    said = f"{i.size} points are averaged in {groups.count.size} groups of neighbouring currents"
    return replace(found, read_as=(said,))


def _straight_groups(i: np.ndarray, v: np.ndarray, s: np.ndarray | None) -> Groups:
    """Groups of neighbouring currents, cut where the curve bends: so many points say no more one by one, and take minutes."""
    groups = Groups.of(i, v, s)
    for _ in range(_CUTS):
        finer = groups.straightened(rough_curve(*groups.means, groups.count))
        if finer is groups:
            break
        groups = finer
    return groups


# -- two voltages a current -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _States:
    """Points at rest and points that move, whatever the order they were swept in and the sign of the current.

    Attributes:
        x, y: |I| and the voltage along it.
        share: of the voltage that the resistance far above would have, V/(I R).
        moves: which move: a tenth of that and more.
        switched, retrapped: the largest current at rest, the smallest in motion.
    """

    x: np.ndarray
    y: np.ndarray
    share: np.ndarray
    moves: np.ndarray
    switched: float
    retrapped: float

    @classmethod
    def of(cls, i: np.ndarray, v: np.ndarray) -> _States:
        x, y = np.abs(i), v * np.where(i < 0, -1.0, 1.0)
        resistance = resistance_above(i, v)
        share = y / np.maximum(resistance * x, 1e-12 * resistance * x.max())
        moves = (share > _MOVES) & (y > _FLOOR * float(y.max()))
        return cls(
            x, y, share, moves, float(np.max(x[~moves], initial=0.0)), float(np.min(x[moves], initial=float(x.max())))
        )

    @property
    def are_two(self) -> bool:
        """Whether, at the same currents, some points rest and others move, further apart than those at rest scatter."""
        both = (self.x >= self.retrapped) & (self.x <= self.switched)
        rest, runs = self.share[both & ~self.moves], self.share[both & self.moves]
        if min(rest.size, runs.size) < 2:
            return False
        gap = float(np.quantile(runs, 0.25) - np.quantile(rest, 0.75))
        return gap > max(_APART, 3 * float(np.subtract(*np.quantile(rest, [0.75, 0.25]))))

    def require_no_jump(self) -> None:
        """Refuse a voltage that jumps where no curve of one state does: one sweep of a junction that has two."""
        # One point on the way may be a mean of both states; at no current the share is noise over nothing.
        beyond = self.x[self.moves & (self.share > _JUMP)]
        above = float(np.min(beyond, initial=np.inf))
        clean = self.switched <= self.retrapped and not np.any(self.share[self.x > above] < _MOVES)
        checks.require(
            not (clean and self.switched < above < _NEAR * self.switched),
            "voltage",
            "come from a sweep up and one down, both in one file, where it jumps",
            f"that of one sweep, with a jump at {display.quantity(self.switched, 'A')}: the junction is underdamped",
        )


def _hysteretic(i: np.ndarray, v: np.ndarray, s: np.ndarray | None, states: _States, bath: float | None) -> JunctionFit:
    """Take I_c from the switching, α from the retrapping, R from the points that move, by the noiseless running state."""
    switched, retrapped = states.switched, states.retrapped
    # Near the retrapping the shape hangs on α, which noise made too large.
    far = states.moves & (states.x > _ABOVE * retrapped)
    here = far if np.count_nonzero(far) >= _ENOUGH else states.moves & (states.x > 1.02 * retrapped)
    order = np.argsort(states.x[here], kind="stable")
    x, y = states.x[here][order], states.y[here][order]
    checks.require(x.size >= 5, "current", "hold at least five points on the branch that comes down", x.size)
    retrapping, damping = _damping_table()
    spacing = float(np.median(np.diff(np.unique(states.x))))
    alpha, *edges = (
        float(np.interp(min((retrapped + k * spacing) / switched, 0.9999), retrapping, damping)) for k in (0, -1, 1)
    )
    weight = 1 / s[here][order] if s is not None else np.ones(x.size)
    resistance, fitted, sigma, half = _resistance(x, y, weight, s is not None, switched, alpha)
    # The true α is smaller, by how much one sweep does not say.
    other = _resistance(x, y, weight, s is not None, switched, alpha / 2)[0]
    low, high = sorted((resistance, other))
    # A retrapping that is a point higher or lower; one that noise made too high, as a switching too low, leaves C above this.
    capacities = [Scales.of_reduced(a, 0.0, switched, resistance).capacitance for a in (alpha, *edges)]
    parameters = {
        "critical_current": Parameter(switched, switched, None),
        "resistance": Parameter(resistance, low - half, high + half),
        "capacitance": Parameter(capacities[0], min(capacities), None),
        "temperature": Parameter(None, basis="undetermined"),
    }
    at, below = (display.quantity(x, "A") for x in (switched, retrapped))
    said = (
        goodness(fitted, y, sigma, s is not None, x.size - 1),
        Check(
            "is it underdamped?", True,
            f"Yes: it switches at {at} and retraps at {below}, so α = {alpha:.3g}, β_c = {alpha**-2:.3g}.",
        ),
        Check(
            "is the excess noise thermal?", None,
            "A hysteretic I–V curve does not tell: noise lowers the switching current, which bounds I_c from below only.",
        ),
    )  # fmt: skip
    advice = (
        "A histogram of at least 1000 switching currents at one ramp rate gives the effective temperature, and I_c, "
        f"which one sweep bounds from below only, by the switching at {at}."
    )
    extra = {"switched": switched, "retrapped": retrapped, "bath": bath}
    return JunctionFit("iv", parameters, said, advice, x, y, fitted, sigma, ("current (A)", "voltage (V)"), extra)


def _resistance(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, is_given: bool, critical: float, alpha: float
) -> tuple[float, np.ndarray, np.ndarray, float]:
    """R, the fitted voltages, the errors of points, and half of R's interval: linear in R, once the running state of α is known."""
    least = 1.0001 * float(retrapping_current(alpha))
    places = np.maximum(np.geomspace(x[0], x[-1], _PLACES) / critical, least)
    there = places if x.size > _PLACES else np.maximum(x / critical, least)
    speed = np.asarray(running_voltage(there, alpha))
    shape = critical * (
        PchipInterpolator(places, speed)(np.maximum(x / critical, least)) if x.size > _PLACES else speed
    )
    resistance = float(np.sum(shape * y * weight**2) / np.sum((shape * weight) ** 2))
    fitted, free = shape * resistance, x.size - 1
    sigma = 1 / weight if is_given else np.full(x.size, float(np.sqrt(np.sum((fitted - y) ** 2) / free)))
    half = float(stats.t.ppf(0.975, free) / np.sqrt(np.sum((shape / sigma) ** 2)))
    return resistance, fitted, sigma, half


def _damping_table() -> tuple[np.ndarray, np.ndarray]:
    """Retrapping current and damping, both rising, to read one from the other."""
    a = np.concatenate([[1e-4], np.linspace(0.02, end_of_bistability() - 1e-4, 60)])
    return np.asarray(retrapping_current(a)), a
