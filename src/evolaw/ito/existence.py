"""Has the equation a solution, is it the only one, does it live for ever?  What can be proven, and what cannot.

Five classical criteria are tried on the Itô form, on the whole of R^dim:

    smooth            f and G are continuously differentiable: a unique strong solution up to a possible explosion
    Lipschitz         all first derivatives are bounded: a unique strong solution for all times
    linear growth     |f| + |G| <= K (1 + |x|): no explosion
    Lyapunov          2 x.f + trace(G rho G^T) <= K (1 + |x|^2): no explosion (V = 1 + |x|^2 satisfies L V <= K V)
    Yamada-Watanabe   one dimension: f locally Lipschitz, g locally Hölder 1/2: pathwise uniqueness up to a possible explosion

and, for scalar autonomous systems, Feller's test (`evolaw.ito.feller`). Where a coefficient holds a root of a state, no verdict
reaches further than the paths stay where it is a real number (`evolaw.ito.domain.edges`). A bound is *proven* from the form of the
expressions (sums, products, powers, bounded functions). What is not found to hold is "fails" only where the form shows a
counterexample (a polynomial of degree 2 or more is not Lipschitz); else it is "not proven", which is no verdict.

References: oksendal2003, theorem 5.2.1; khasminskii2012, theorem 3.5; yamada1971, theorem 1; karatzas1991, section 5.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from evolaw import display
from evolaw.ito.calculus import to_ito
from evolaw.ito.domain import Edge, edges, intervals, natural_interval, time_limits
from evolaw.ito.feller import Boundary, feller_test
from evolaw.ito.patience import bounded, tidy
from evolaw.ito.systems import System
from evolaw.ito.texts import reads
from evolaw.told import told

__all__ = ["Criterion", "ExistenceReport", "examine"]

_BOUNDED = (sympy.sin, sympy.cos, sympy.tanh, sympy.atan, sympy.sign, sympy.Heaviside)
_SMOOTH = (sympy.sin, sympy.cos, sympy.tanh, sympy.atan, sympy.exp, sympy.sinh, sympy.cosh, sympy.asinh)


@dataclass(frozen=True)
class Criterion:
    """One criterion: its name, "holds", "fails" or "not proven", and why."""

    name: str
    verdict: str
    why: str


@dataclass(frozen=True)
class ExistenceReport:
    """What can be said about the solutions.

    Attributes:
        criteria: the criteria in the order of this file.
        boundaries: Feller's test at both ends of the natural interval, then of the others, for scalar autonomous systems
            with noise.
        unique: a sentence about uniqueness.
        global_: a sentence about life for ever.
    """

    criteria: tuple[Criterion, ...]
    boundaries: tuple[Boundary, ...]
    unique: str
    global_: str

    def __str__(self) -> str:
        facts = [(c.name, f"{c.verdict}: {c.why}") for c in self.criteria]
        several = len({boundary.interval for boundary in self.boundaries}) > 1
        ends = [
            ("Feller's test", f"on ({end.interval[0]}, {end.interval[1]}), {end}" if several else str(end))
            for end in self.boundaries
        ]
        return display.lines("Solutions", [("unique", self.unique), ("for ever", self.global_), *facts, *ends])


@told
@reads
@bounded
def examine(system: System, interval: tuple[object, object] | None = None) -> ExistenceReport:
    """Examine existence and uniqueness.

    Args:
        system: the law.
        interval: for scalar systems, where X lives, handed to Feller's test; without it every interval on which the
            noise does not vanish is judged, the natural one first.

    Example:
        >>> from evolaw.ito.systems import system
        >>> report = examine(system("dX = (X - X^3) dt + s dW"))
        >>> report.unique, report.global_
        ('yes: smooth', 'yes: Lyapunov')
    """
    law = to_ito(system)
    criteria = (_smooth(law), _lipschitz(law), _growth(law), _lyapunov(law), _yamada_watanabe(law))
    scalar = law.dim == 1 and law.is_autonomous and law.covariance_rate[0] != 0
    ends = _ends(law, interval) if scalar else ()
    held = {criterion.name for criterion in criteria if criterion.verdict == "holds"}
    unique = _unique(law, held, ends)
    found = edges(law)
    for_ever = _while_defined(_for_ever(held, ends, found), found, ends, law.states)
    limits = time_limits(law)
    if limits:
        entry, time = limits[0]
        before = time != 0
        unique = f"{unique}, before t = {time}" if before and unique.startswith("yes") else "not proven"
        for_ever = f"not proven {'beyond' if before else 'from'} t = {time}, where {entry} is infinite or not defined"
    return ExistenceReport(criteria, ends, unique, for_ever)


def _ends(law: System, interval: tuple[object, object] | None) -> tuple[Boundary, ...]:
    """Feller's test at the ends of the interval, or of every one, the natural one first."""
    if interval is not None:
        return feller_test(law, interval)
    first = natural_interval(law)
    others = [each for each in intervals(law) if each != first]
    return tuple(end for each in (first, *others) for end in feller_test(law, each))


def _unique(law: System, held: set[str], ends: tuple[Boundary, ...]) -> str:
    reasons = [name for name in ("Lipschitz", "smooth", "Yamada-Watanabe") if name in held]
    if reasons:
        return f"yes: {reasons[0]}"
    inside = all(_is_smooth(entry, law.states, on_interval=True) for entry in _entries(law))
    if ends and inside and all(end.reached is False for end in ends):
        # Between its ends a root, a logarithm or a fraction is smooth, as its zeros and poles are ends.
        left, right = ends[0].interval
        alone = all(end.interval == (left, right) for end in ends)
        return (
            f"yes: smooth in ({left}, {right}), which no path leaves"
            if alone
            else "yes: smooth in intervals which no path leaves"
        )
    return "not proven"


def _for_ever(held: set[str], ends: tuple[Boundary, ...], found: list[Edge]) -> str:
    reasons = [name for name in ("Lipschitz", "linear growth", "Lyapunov") if name in held]
    if reasons:
        return f"yes: {reasons[0]}"
    exploding = [end for end in ends if end.end.is_infinite and end.reached is True]
    if exploding:
        left, right = exploding[0].interval
        alone = all(end.interval == (left, right) for end in ends)
        where = "" if alone else f" from starts in ({left}, {right})"
        return f"no:{where} it explodes with positive probability (Feller's test)"
    outer = {end.end for end in ends if end.end.is_infinite and end.reached is False}
    # Smooth on the whole line, a solution ends at infinity only: what it does at the zeros of its noise does not matter.
    inside = "smooth" in held and outer == {sympy.oo, -sympy.oo}
    kept = {edge.place[1] for edge in found if edge.holds}
    if ends and (inside or all(end.reached is False or end.end in kept for end in ends)):
        return "yes: Feller's test"
    return "not proven"


def _while_defined(
    for_ever: str, found: list[Edge], ends: tuple[Boundary, ...], states: tuple[sympy.Symbol, ...]
) -> str:
    """The sentence about life for ever, as far as paths stay where the coefficients are real numbers."""
    if not for_ever.startswith("yes"):
        return for_ever
    reached = {end.end: end.reached for end in ends}
    open_, conditions = None, []
    for edge in found:
        state, value = edge.place
        here = reached.get(value)
        if edge.holds or here is False:
            continue
        if edge.holds is False and here is True:
            return (
                f"no: {edge.entry} is not defined beyond {state} = {value}, which is passed with positive probability"
            )
        if edge.holds is None and edge.inward is not None and not edge.inward.free_symbols & set(states):
            conditions.append(f"{edge.inward} >= 0")
        else:
            open_ = open_ or f"not proven: {edge.entry} is not defined beyond {state} = {value}"
    if open_:
        return open_
    return f"{for_ever}, if {' and '.join(conditions)}" if conditions else for_ever


def _entries(law: System) -> list[sympy.Expr]:
    return [*law.drift, *law.diffusion]


def _smooth(law: System) -> Criterion:
    rough = [entry for entry in _entries(law) if not _is_smooth(entry, law.states)]
    if rough:
        return Criterion("smooth", "not proven", f"{rough[0]} may fail to be differentiable on the whole space")
    return Criterion("smooth", "holds", "every coefficient is continuously differentiable")


def _lipschitz(law: System) -> Criterion:
    for entry in _entries(law):
        for x in law.states:
            slope = tidy(sympy.diff(entry, x))
            if _is_bounded(slope, law.states):
                continue
            verdict = "fails" if slope.is_polynomial(*law.states) else "not proven"
            return Criterion("Lipschitz", verdict, f"the derivative of {entry} by {x} is {slope}")
    return Criterion("Lipschitz", "holds", "all first derivatives are bounded")


def _growth(law: System) -> Criterion:
    for entry in _entries(law):
        degree = _degree(entry, law.states)
        if degree is None or degree > 1:
            verdict = "fails" if entry.is_polynomial(*law.states) and law.dim == 1 else "not proven"
            return Criterion("linear growth", verdict, f"{entry} is not seen to grow at most linearly")
    return Criterion("linear growth", "holds", "every coefficient grows at most linearly")


def _lyapunov(law: System) -> Criterion:
    if any(not _is_smooth(entry, law.states) and _degree(entry, law.states) is None for entry in _entries(law)):
        return Criterion("Lyapunov", "not proven", "a coefficient may be singular somewhere")
    pull = 2 * sum(x * f for x, f in zip(law.states, law.drift, strict=True)) + law.covariance_rate.trace()
    pull = sympy.expand(pull)
    if not pull.is_polynomial(*law.states):
        if (degree := _degree(pull, law.states)) is not None and degree <= 2:
            return Criterion("Lyapunov", "holds", f"2 x.f + |G|^2 = {pull} grows at most quadratically")
        return Criterion("Lyapunov", "not proven", f"2 x.f + |G|^2 = {pull} is not a polynomial")
    terms = sympy.Poly(pull, *law.states).terms()
    top = max((sum(powers) for powers, _ in terms), default=0)
    # In one dimension the leading term alone rules at infinity; in more, every term beyond the quadratic ones must pull in.
    steep = [(p, c) for p, c in terms if sum(p) > 2 and (law.dim > 1 or sum(p) == top)]
    if all(coefficient.is_negative and all(k % 2 == 0 for k in powers) for powers, coefficient in steep):
        return Criterion("Lyapunov", "holds", f"2 x.f + |G|^2 = {pull} <= K (1 + |x|^2)")
    return Criterion("Lyapunov", "not proven", f"2 x.f + |G|^2 = {pull} has terms that may push outwards")


def _yamada_watanabe(law: System) -> Criterion:
    name = "Yamada-Watanabe"
    if law.dim != 1 or len(law.noises) != 1:
        return Criterion(name, "not proven", "it speaks of one state and one noise")
    x, f, g = law.states, law.drift[0], law.diffusion[0]
    if not (_is_hoelder(f, 1, x) or _is_bounded(tidy(sympy.diff(f, x[0])), x)):
        return Criterion(name, "not proven", f"the drift {f} is not seen to be Lipschitz")
    if not (_is_hoelder(g, sympy.Rational(1, 2), x) or _is_bounded(tidy(sympy.diff(g, x[0])), x)):
        return Criterion(name, "not proven", f"the noise {g} is not seen to be Hölder 1/2")
    return Criterion(
        name, "holds", "the drift is locally Lipschitz and the noise locally Hölder 1/2 where they are defined"
    )


def _is_bounded(e: sympy.Expr, states: tuple[sympy.Symbol, ...]) -> bool:
    """Whether the form of ``e`` shows that it is bounded on the whole space."""
    if not e.free_symbols & set(states) or isinstance(e, _BOUNDED):
        return True
    if e.is_Add or e.is_Mul:
        return all(_is_bounded(part, states) for part in e.args) or _is_bounded_fraction(e, states)
    if isinstance(e, sympy.Max | sympy.Min):
        return all(_is_bounded(part, states) for part in e.args)
    if e.is_Pow:
        if e.exp.is_positive:
            return _is_bounded(e.base, states)
        return bool(e.exp.is_negative) and _is_away_from_zero(e.base)
    if isinstance(e, sympy.exp):
        return (-e.args[0]).is_nonnegative is True
    return False


def _is_bounded_fraction(e: sympy.Expr, states: tuple[sympy.Symbol, ...]) -> bool:
    """A fraction whose numerator grows no faster than its denominator, which stays away from zero; one state only."""
    top, bottom = sympy.fraction(sympy.together(e))
    if len(states) != 1 or not bottom.free_symbols & set(states) or not _is_away_from_zero(bottom):
        return False
    above, below = _degree(top, states), _degree(bottom, states)
    return above is not None and below is not None and above <= below and _is_even_sum(bottom, states[0])


def _is_even_sum(bottom: sympy.Expr, x: sympy.Symbol) -> bool:
    """Whether ``bottom`` is a polynomial, or a power of one, with positive coefficients and even powers only."""
    base = bottom.base if bottom.is_Pow else bottom
    if not base.is_polynomial(x):
        return False
    return all(powers[0] % 2 == 0 and c.is_positive for powers, c in sympy.Poly(base, x).terms())


def _is_away_from_zero(e: sympy.Expr) -> bool:
    """Whether ``e`` is a positive number plus what is never negative."""
    if e.is_number or not e.is_Add:
        plain = e.is_number or e.is_Symbol or isinstance(e, sympy.cosh) or (e.is_Pow and _is_away_from_zero(e.base))
        return bool(e.is_positive) and plain
    constant = sum(
        (part for part in e.args if part.is_number or (part.is_Symbol and part.is_positive)), sympy.Integer(0)
    )
    rest = e - constant
    return bool(constant.is_positive) and rest.is_nonnegative is True


def _degree(e: sympy.Expr, states: tuple[sympy.Symbol, ...]) -> sympy.Expr | None:
    """A number d with |e| <= K (1 + |x|)^d, read off the form of ``e``; None when none is seen."""
    if not e.free_symbols & set(states) or _is_bounded(e, states):
        return sympy.Integer(0)
    if e in states:
        return sympy.Integer(1)
    if e.is_Add or e.is_Mul:
        degrees = [degree for part in e.args if (degree := _degree(part, states)) is not None]
        if len(degrees) < len(e.args):
            return None
        return sympy.Max(*degrees) if e.is_Add else sympy.Add(*degrees)
    if e.is_Pow and e.exp.is_number and e.exp.is_positive:
        inside = _degree(e.base, states)
        return None if inside is None else inside * e.exp
    if isinstance(e, sympy.Abs | sympy.asinh | sympy.Max | sympy.Min):
        degrees = [_degree(part, states) for part in e.args]
        return None if None in degrees else sympy.Max(*degrees)
    if isinstance(e, sympy.log) and _is_away_from_zero(
        e.args[0]
    ):  # |log y| <= K + y for y >= c > 0, and less for a power of it
        inside = _degree(e.args[0], states)
        return None if inside is None else sympy.Min(inside, 1)
    return None


def _is_smooth(e: sympy.Expr, states: tuple[sympy.Symbol, ...], *, on_interval: bool = False) -> bool:
    """Whether the form of ``e`` shows that it is continuously differentiable on the whole space, or between zeros and poles only."""
    if not e.free_symbols & set(states) or e in states:
        return True
    if e.is_Add or e.is_Mul or isinstance(e, _SMOOTH):
        parts = e.args
    elif isinstance(e, sympy.log):
        parts = e.args if on_interval or _is_away_from_zero(e.args[0]) else ()
    elif isinstance(e, sympy.tan):
        parts = e.args if on_interval else ()
    elif e.is_Pow and not e.exp.free_symbols & set(states):
        natural = bool(e.exp.is_integer and e.exp.is_positive)
        parts = (e.base,) if natural or on_interval or _is_away_from_zero(e.base) else ()
    else:
        parts = ()
    return bool(parts) and all(_is_smooth(part, states, on_interval=on_interval) for part in parts)


def _is_hoelder(e: sympy.Expr, order: sympy.Expr | int, states: tuple[sympy.Symbol, ...]) -> bool:
    """Whether the form of ``e`` shows that it is Hölder continuous of an order <= 1 on bounded sets, where it is defined."""
    if _is_smooth(e, states):
        return True
    if e.is_Add or e.is_Mul or isinstance(e, sympy.Abs | sympy.Max | sympy.Min):
        return all(_is_hoelder(part, order, states) for part in e.args)
    if e.is_Pow and e.exp.is_number and e.exp.is_positive:
        # |a^p - b^p| <= |a - b|^p for p <= 1; for p > 1 a power is Lipschitz on bounded sets.
        return _is_hoelder(e.base, order / sympy.Min(1, e.exp), states) if e.exp >= order else False
    return False
