"""From a text to a process that runs, with what is known exactly of it.

    process("dX = -theta X dt + sigma dW", {"theta": 2, "sigma": 1})     an equation and a number for each of its letters
    process("ornstein-uhlenbeck", {"theta": 2})                          a classic of `evolaw.sde.catalogue`

Where an equation is linear with constant coefficients its exact law is attached. Importing this file loads neither JAX nor
SymPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evolaw import checks
from evolaw.ito.notation.spelling import is_equation, name_of
from evolaw.sde import catalogue
from evolaw.told import told

if TYPE_CHECKING:
    from evolaw.ito.systems import System
    from evolaw.sde.processes.process import SDE

__all__ = ["equation", "is_equation", "process"]


@told
def process(text: str, values: Mapping[str, float] | None = None) -> SDE:
    """Return the process that a name or an equation stands for.

    Args:
        text: name of a classic, or an equation as `evolaw.ito.notation` describes.
        values: parameters by name, for a classic also by their usual letter.

    Raises:
        ArgumentError: no such process or parameter; the nearest name is suggested. ParseError: a faulty equation.

    Example:
        >>> process("dX = -theta X dt + dW", {"theta": 2.0}).exact.stationary_covariance().tolist()
        [[0.25]]
    """
    given = {name_of(name, "values"): value for name, value in (values or {}).items()}
    if is_equation(text):
        return equation(text, given)
    return catalogue.named(text, given)


@told
def equation(text: str, values: Mapping[str, float] | None = None) -> SDE:
    """Return an equation with a number for each of its letters as a process, its exact law attached where it has one.

    Args:
        text: as `evolaw.ito.notation` describes.
        values: a number for each parameter.

    Raises:
        ArgumentError: a letter without a number, a number without a letter. ParseError: a faulty equation.

    Example:
        >>> equation("dX = mu X dt + s X dW", {"mu": 0.1, "s": 0.2}).exact.mean(1.0, [2.0]).round(4).tolist()
        [2.2103]
    """
    from evolaw.ito.systems import system
    from evolaw.ito.translation import to_sde

    given = {name_of(name, "values"): checks.number(value, str(name)) for name, value in (values or {}).items()}
    symbols = system(text, real=_signed(given), known=tuple(given))
    _require_numbers(symbols, given)
    return to_sde(symbols, given, name=text.strip())


def _signed(values: Mapping[str, float]) -> tuple[str, ...]:
    """The parameters that are not positive, which the symbols must allow for; a word of another meaning is refused."""
    from evolaw.ito.notation.reader import FUNCTIONS, RESERVED

    for name in values:
        taken = name in RESERVED or name in FUNCTIONS or name in {"t", "pi"}
        checks.require(not taken, "values", "name parameters; this word has a meaning of its own", name)
    return tuple(name for name, value in values.items() if not value > 0)


def _require_numbers(symbols: System, values: Mapping[str, float]) -> None:
    missing = [str(symbol) for symbol in symbols.parameters if str(symbol) not in values]
    states = {str(state).lower(): str(state) for state in symbols.states}
    other = [f"{name} is not the state {states[name.lower()]}" for name in missing if name.lower() in states]
    fix = "Write, for example: " + " ".join(f"--set {name}=1" for name in missing)
    fix += f", in Python ito.process(text, {{{', '.join(f'{name!r}: 1.0' for name in missing)}}})."
    checks.require(
        not missing,
        "set",
        "give a number for every letter of the equation",
        f"without {', '.join(missing)}",
        f"Capitals matter: {', '.join(other)}; write the state as on the left." if other else fix,
    )
