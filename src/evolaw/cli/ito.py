"""``evolaw ito``: what the calculus says of an equation: differentials, both forms, generator, Kolmogorov's equations, solutions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import arguments, completion, terminal

if TYPE_CHECKING:
    from evolaw.ito.systems import System

__all__ = ["Derived", "derive"]

_SECONDS = 60


@dataclass(frozen=True)
class Derived:
    """One thing that was derived.

    Attributes:
        key: its name in the JSON document.
        title: its heading.
        things: what `evolaw.ito.typeset` can write, one line each; or plain sentences.
        facts: what the JSON document says beside the text.
    """

    key: str
    title: str
    things: tuple[Any, ...]
    facts: Any = None


def derive(
    equation: Annotated[str, typer.Argument(help='As "dX = -theta X dt + sigma dW"; several are separated by ";".')],
    of: Annotated[
        list[str] | None, typer.Option("--of", help='A function whose differential is asked for, as "log(X)".')
    ] = None,
    real: Annotated[
        str, typer.Option("--real", help="Parameters that may have any sign, as mu,rho; all others are positive.")
    ] = "",
    correlation: Annotated[
        list[str] | None, typer.Option("--correlation", help="Correlation of two noises, as W1,W2=rho.")
    ] = None,
    interval: Annotated[
        str | None, typer.Option("--interval", help="Where X lives, as 0,oo; for one component.")
    ] = None,
    moments: Annotated[int, typer.Option("--moments", help="Highest order of the moment equations.")] = 2,
    typeset: Annotated[
        str | None,
        typer.Option(
            "--typeset", autocompletion=completion.among("latex", "typst"), help="Write mathematics as latex or typst."
        ),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw the formulas as a sheet: .svg, .pdf or .png.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Derive what Itô's calculus knows of an equation."""
    from evolaw import checks, ito

    if typeset is not None:
        checks.one_of(typeset, "typeset", ("latex", "typst"))
    checks.integer(moments, "moments", least=1, most=8)
    if figure is not None:
        arguments.require_place(figure)
    signed = tuple(name.strip() for name in real.split(",") if name.strip())
    law = ito.system(equation, real=signed, correlation=dict(map(_pair, correlation or ())) or None)
    names = {str(symbol): symbol for symbol in (*law.states, law.time, *law.parameters)}
    functions = [_function(text, law, names, signed) for text in of or ()]
    ends = None if interval is None else _ends(interval, names)
    derived = list(_derive(law, functions, ends, moments, _Attempts()))
    if figure is not None:
        _draw(derived, figure)
    write = _writer(typeset)
    if as_json:
        facts = {part.key: {"lines": [write(thing) for thing in part.things], **(part.facts or {})} for part in derived}
        head = {"schema": 1, "equation": equation, "calculus": law.calculus, "language": typeset or "text"}
        terminal.document(head | facts)
        return
    blocks = [
        "\n".join([f"{part.title}:", *(f"    {line}" for thing in part.things for line in write(thing).splitlines())])
        for part in derived
    ]
    terminal.result("\n".join(blocks))


def _derive(law: System, functions: list[Any], ends: Any, moments: int, attempt: _Attempts) -> Iterator[Derived]:
    """What is asked of every equation, in the order it is read."""
    import sympy

    from evolaw import ito

    yield attempt("ito", "Itô form", lambda: (ito.to_ito(law),))
    yield attempt("stratonovich", "Stratonovich form", lambda: (ito.to_stratonovich(law),))
    yield attempt("noise", "Noise", lambda: _noise(law))
    if functions:
        yield attempt("differentials", "Differentials", lambda: tuple(ito.differential(f, law) for f in functions))
    u = sympy.Function("u")(*law.states)
    yield attempt("generator", "Generator L u", lambda: (ito.generator(u, law),))
    yield attempt("backward", "Kolmogorov's backward equation", lambda: (ito.backward_equation(law),))
    yield attempt("forward", "Kolmogorov's forward equation (Fokker–Planck)", lambda: (ito.forward_equation(law),))
    yield attempt("stationary", "Stationary density", lambda: _stationary(law, ends))
    yield attempt("moments", "Moment equations", lambda: _moments(law, moments))
    yield attempt("solutions", "Existence and uniqueness", lambda: _solutions(law, ends))


def _draw(derived: list[Derived], figure: Path) -> None:
    """Write the formulas that were derived as a sheet of mathematics; what is said in words alone is on the terminal."""
    from evolaw.report.paper.formulas import Section, draw_formulas
    from evolaw.report.styles import save

    write = _writer("latex")
    sections = [
        Section(part.title, tuple((write(thing), not isinstance(thing, str)) for thing in part.things))
        for part in derived
        if not all(isinstance(thing, str) for thing in part.things)
    ]
    save(draw_formulas(sections), figure)


class _Attempts:
    """Parts that not every equation has, or that take longer than anybody waits: the reason stands in their place."""

    def __init__(self) -> None:
        self._end = time.monotonic() + _SECONDS

    def __call__(self, key: str, title: str, work: Callable[[], Any]) -> Derived:
        from evolaw.errors import ArgumentError

        if time.monotonic() > self._end:
            said = f"the {_SECONDS} s for symbolic work are used up; the equation is too long for it"
            return Derived(key, title, (f"not tried: {said}",), {"none": said})
        try:
            found = work()
        except ArgumentError as error:
            return Derived(key, title, (f"none: {error}",), {"none": str(error)})
        return found if isinstance(found, Derived) else Derived(key, title, found)


def _noise(law: System) -> Derived:
    from evolaw.ito import classify

    found = classify(law)
    said = [f"{found.noise}, {'linear' if found.is_linear else 'nonlinear'} coefficients"]
    said += [f"columns {j + 1} and {k + 1} do not commute: {list(vector)}" for j, k, vector in found.brackets]
    facts = {"kind": found.noise, "commutative": found.is_commutative, "linear": found.is_linear}
    return Derived("noise", "Noise", tuple(said), facts | {"autonomous": found.is_autonomous})


def _stationary(law: System, ends: Any) -> Derived:
    import sympy

    from evolaw.ito import stationary_density

    found = stationary_density(law, ends)
    place = f"on ({found.interval[0]}, {found.interval[1]})"
    facts = {"exists": found.exists, "interval": [str(end) for end in found.interval]}
    if found.density is not None:
        p = sympy.Function("p")(*law.states)
        return Derived("stationary", f"Stationary density {place}", (sympy.Eq(p, found.density),), facts)
    said = f"none exists: {found.why}" if found.exists is False else "its integral was not found; up to a factor"
    return Derived("stationary", f"Stationary density {place}", (said, found.unnormalised), facts)


def _moments(law: System, order: int) -> Derived:
    import sympy

    from evolaw.ito import moment_equations

    found = moment_equations(law, order)
    higher = [str(sympy.prod(x**k for x, k in zip(law.states, powers, strict=True))) for powers in found.higher]
    closing = () if found.is_closed else (f"not closed: they need E of {', '.join(higher)}",)
    return Derived("moments", "Moment equations", (*found.equations, *closing), {"closed": found.is_closed})


def _solutions(law: System, ends: Any) -> Derived:
    from evolaw.ito import examine

    report = examine(law, ends)
    facts = {
        "unique": report.unique,
        "for_ever": report.global_,
        "criteria": [{"name": c.name, "verdict": c.verdict, "why": c.why} for c in report.criteria],
        "boundaries": [str(boundary) for boundary in report.boundaries],
    }
    return Derived("solutions", "Existence and uniqueness", tuple(str(report).splitlines()[1:]), facts)


def _writer(language: str | None) -> Callable[[Any], str]:
    """Mathematics in this language, plain text for None; sentences stay sentences."""
    import sympy
    from sympy.printing.str import StrPrinter

    from evolaw.ito import typeset

    class Plain(StrPrinter):
        """One line of text: u_XX for a partial derivative, E[X] for a mean."""

        def _print_Equality(self, expr: sympy.Eq) -> str:
            return f"{self._print(expr.lhs)} = {self._print(expr.rhs)}"

        def _print_Function(self, expr: sympy.Function) -> str:
            name = expr.func.__name__
            if name == "E":
                return f"E[{self._print(expr.args[0])}]"
            return name if name in ("u", "p") else str(super()._print_Function(expr))

        def _print_Derivative(self, expr: sympy.Derivative) -> str:
            if expr.expr.func.__name__ == "E":
                return f"d{self._print(expr.expr)}/dt"
            return f"{self._print(expr.expr)}_" + "".join(str(x) * int(count) for x, count in expr.variable_count)

    def write(thing: Any) -> str:
        if isinstance(thing, str):
            return thing
        if language is not None:
            return typeset(thing, language)
        return str(Plain().doprint(thing)) if isinstance(thing, sympy.Basic) else str(thing)

    return write


def _function(text: str, law: System, names: dict[str, Any], signed: tuple[str, ...]) -> Any:
    """Read a function of the states and the time."""
    from evolaw import checks, ito

    function = ito.read_expression(text, names, real=signed, states=tuple(map(str, law.states)))
    moving = {*law.states, law.time}
    known = ", ".join(sorted(map(str, moving)))
    checks.require(bool(function.free_symbols & moving), "of", f"depend on one of {known}", text)
    return function


def _pair(text: str) -> tuple[tuple[str, str], Any]:
    """Read W1,W2=rho."""
    from evolaw import checks

    left, equals, value = text.partition("=")
    names = tuple(name.strip() for name in left.split(","))
    checks.require(bool(equals) and len(names) == 2, "correlation", "be two noises and a value, as W1,W2=0.5", text)
    try:
        return (names[0], names[1]), float(value)
    except ValueError:
        return (names[0], names[1]), value.strip()


def _ends(text: str, names: dict[str, Any]) -> tuple[Any, Any]:
    """Read an interval such as 0,oo."""
    import sympy

    from evolaw import checks, ito

    parts = text.split(",")
    checks.require(len(parts) == 2, "interval", "be two ends, as 0,oo or -1,1", text)
    known = names | {"oo": sympy.oo, "inf": sympy.oo}
    left, right = (ito.read_expression(part, known) for part in parts)
    checks.require(left != right, "interval", "have different ends", text)
    return left, right
