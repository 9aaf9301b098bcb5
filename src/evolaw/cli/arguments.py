"""The processes and schemes that have a name on the command line, and how a text becomes a process.

    ornstein-uhlenbeck                        a classic; --set gives its parameters, by name or by their usual letter
    "dX = -theta X dt + sigma dW"             an equation; --set gives a number for each of its letters

Importing this file loads neither JAX nor SymPy; what is asked for is loaded when it is asked for.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from evolaw import checks

if TYPE_CHECKING:
    from evolaw.sde.processes.process import SDE
    from evolaw.sde.schemes.scheme import Scheme

__all__ = [
    "PROCESSES",
    "SCHEMES",
    "Classic",
    "classic_name",
    "component_names",
    "fitting_scheme",
    "is_equation",
    "names_process",
    "process",
    "read_settings",
    "scheme",
]


@dataclass(frozen=True)
class Classic:
    """A process with a name.

    Attributes:
        maker: the function of `evolaw.sde` that makes it.
        equation: how it is written.
        typical: parameters where none are given.
        letters: usual letter of a parameter -> its name.
        start: where it starts unless told otherwise.
        time: how long it runs unless told otherwise.
    """

    maker: str
    equation: str
    typical: Mapping[str, float] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    start: tuple[float, ...] = (0.0,)
    time: float = 1.0

    def make(self, values: Mapping[str, Any]) -> SDE:
        """Return the process with these parameters in place of the typical ones."""
        function = getattr(importlib.import_module("evolaw.sde"), self.maker)
        return function(**(dict(self.typical) | dict(values)))

    def parameters(self) -> dict[str, Any]:
        """Return the parameters with the values they have when none are given."""
        function = getattr(importlib.import_module("evolaw.sde"), self.maker)
        known = {name: p.default for name, p in inspect.signature(function).parameters.items() if name != "dim"}
        return known | dict(self.typical)


PROCESSES = {
    "brownian-motion": Classic("brownian_motion", "dX = μ dt + s dW", letters={"mu": "drift", "s": "scale"}),
    "geometric-brownian-motion": Classic(
        "geometric_brownian_motion",
        "dX = μ X dt + σ X dW",
        {"growth": 0.05, "volatility": 0.2},
        {"mu": "growth", "sigma": "volatility"},
        start=(1.0,),
    ),
    "brownian-bridge": Classic(
        "brownian_bridge",
        "dX = (b - X)/(T - t) dt + s dW",
        letters={"b": "end", "T": "duration", "s": "scale"},
    ),
    "ornstein-uhlenbeck": Classic(
        "ornstein_uhlenbeck",
        "dX = θ (m - X) dt + σ dW",
        {"rate": 1.0, "scale": 1.0},
        {"theta": "rate", "m": "level", "mu": "level", "sigma": "scale"},
        start=(1.0,),
        time=3.0,
    ),
    "integrated-ornstein-uhlenbeck": Classic(
        "integrated_ornstein_uhlenbeck",
        "dY = V dt, dV = -β V dt + s dW",
        {"friction": 1.0, "amplitude": 1.0},
        {"beta": "friction", "s": "amplitude"},
        start=(0.0, 0.0),
        time=3.0,
    ),
    "harmonic-oscillator": Classic(
        "harmonic_oscillator",
        "dX = V dt, dV = (A cos Ωt - ω² X - γ V) dt + s dW",
        {"frequency": 1.0, "damping": 0.5, "amplitude": 1.0},
        {
            "omega": "frequency",
            "gamma": "damping",
            "s": "amplitude",
            "A": "drive",
            "Omega": "drive_frequency",
        },
        start=(1.0, 0.0),
        time=10.0,
    ),
    "square-root": Classic(
        "square_root",
        "dX = a (b - X) dt + σ √X dW",
        {"rate": 1.0, "level": 1.0, "scale": 0.5},
        {"a": "rate", "b": "level", "sigma": "scale"},
        start=(1.0,),
        time=3.0,
    ),
    "double-well": Classic(
        "double_well",
        "dX = 4 U/a² (1 - (X/a)²) X dt + √(2 D) dW",
        letters={"U": "barrier", "a": "width", "D": "temperature"},
        start=(-1.0,),
        time=20.0,
    ),
    "hyperbolic-sine": Classic("hyperbolic_sine", "dX = (X/2 + √(X²+1)) dt + √(X²+1) dW"),
    "hyperbolic-tangent": Classic(
        "hyperbolic_tangent",
        "dX = -(a + b² X)(1 - X²) dt + b (1 - X²) dW",
        letters={"a": "pull", "b": "scale"},
    ),
    "iterated-integral": Classic("iterated_integral", "dX1 = dW1, dX2 = X1 dW2", start=(0.0, 0.0)),
    "modulated-noise": Classic(
        "modulated_noise",
        "dX = -θ X dt + s (1 + c cos Ωt) dW",
        letters={"theta": "rate", "s": "scale", "c": "depth", "Omega": "frequency"},
        start=(1.0,),
        time=3.0,
    ),
}
"""The classic processes by name."""

SCHEMES = {
    "euler-maruyama": "EulerMaruyama",
    "milstein": "Milstein",
    "levy-milstein": "LevyMilstein",
    "stochastic-heun": "StochasticHeun",
    "sra1": "SRA1",
    "sra3": "SRA3",
    "shark": "ShARK",
    "sri1w1": "SRI1W1",
    "sri2w1": "SRI2W1",
    "sri2": "SRI2",
    "srs2": "SRS2",
    "weak-euler": "WeakEuler",
    "platen": "Platen",
    "ri6": "RI6",
    "dri1": "DRI1",
    "rs1": "RS1",
    "rs2": "RS2",
    "drift-implicit-euler": "DriftImplicitEuler",
    "tamed-euler": "TamedEuler",
    "baoab": "BAOAB",
    "obabo": "OBABO",
    "exact-step": "ExactStep",
}
"""The schemes by name, with the class of `evolaw.sde` each stands for."""

_AUTOMATIC = ("exact-step", "sra1", "sri1w1", "stochastic-heun", "milstein", "levy-milstein")
_EQUATION = re.compile(r"\s*d\s*[^\W\d]\w*\s*=")


def is_equation(text: str) -> bool:
    """Whether a text is written like an equation.

    Example:
        >>> is_equation("dX = dW"), is_equation("B3/S23")
        (True, False)
    """
    return _EQUATION.match(text) is not None


def classic_name(text: str) -> str | None:
    """Return the classic a text names, whatever its capitals, spaces and underscores; None when it names none.

    Example:
        >>> classic_name("Ornstein_Uhlenbeck")
        'ornstein-uhlenbeck'
    """
    name = _plain(text)
    return name if name in PROCESSES else None


def names_process(text: str) -> bool:
    """Whether a text means a process and not an automaton: an equation, a classic, or a word much like a classic.

    Example:
        >>> names_process("ornstein-uhlenbek"), names_process("B3/S23"), names_process("life")
        (True, False, False)
    """
    word = re.fullmatch(r"[^\W\d][\w\s–-]*", text) is not None
    return is_equation(text) or (word and checks.nearest(_plain(text), PROCESSES) is not None)


def component_names(text: str, dim: int) -> list[str]:
    """Return the names of the components, as they stand in the equation of a process.

    Example:
        >>> component_names("dX = V dt; dV = -X dt + dW", 2)
        ['X', 'V']
    """
    classic = PROCESSES.get(classic_name(text) or "")
    names = re.findall(r"d\s*([^\W\d]\w*)\s*=", classic.equation if classic else text)
    return names if len(names) == dim else [f"X{k + 1}" for k in range(dim)]


def read_settings(words: Sequence[str]) -> dict[str, float]:
    """Read ``--set name=number`` options.

    Raises:
        ArgumentError: a word is not of this form, or a name is set twice.

    Example:
        >>> read_settings(["theta=2", "sigma = 0.5"])
        {'theta': 2.0, 'sigma': 0.5}
    """
    values: dict[str, float] = {}
    for word in words:
        name, equals, number = (part.strip() for part in word.partition("="))
        checks.require(bool(name and equals), "set", "be name=number, as in --set theta=2", word)
        checks.require(name not in values, "set", "give each parameter once", f"{name} twice")
        values[name] = checks.number(number, f"set {name}")
    return values


def process(text: str, values: Mapping[str, float]) -> SDE:
    """Return the process that a name or an equation stands for.

    Args:
        text: name of a classic, or an equation as `evolaw.ito.notation` describes.
        values: parameters by name, for a classic also by their usual letter.

    Raises:
        ArgumentError: no such process or parameter; the nearest name is suggested. ParseError: a faulty equation.

    Notes:
        Where an equation is linear with constant coefficients its exact law is attached.
    """
    if is_equation(text):
        return _from_equation(text, values)
    name = classic_name(text) or checks.one_of(_plain(text), "process", PROCESSES)
    classic = PROCESSES[name]
    known, given = classic.parameters(), {}
    for letter, value in values.items():
        parameter = classic.letters.get(letter, letter)
        if parameter not in known:
            said = [*known, *classic.letters]
            near = checks.nearest(letter, said)
            fix = f"Did you mean {near}?" if near else f"Its equation is {classic.equation}."
            raise checks.refuse("set", f"name a parameter of {name}: {', '.join(known) or 'it has none'}", letter, fix)
        checks.require(
            parameter not in given, "set", "give each parameter once", f"{parameter} twice, once as {letter}"
        )
        given[parameter] = value
    return classic.make(given)


def scheme(text: str) -> Scheme:
    """Return the scheme of this name, whatever its capitals, hyphens and spaces.

    Raises:
        ArgumentError: there is none; the nearest name is suggested.
    """
    bare = {name.replace("-", ""): name for name in SCHEMES}
    name = bare.get(_plain(text).replace("-", ""), _plain(text))
    checks.one_of(name, "scheme", SCHEMES)
    return getattr(importlib.import_module("evolaw.sde"), SCHEMES[name])()


def fitting_scheme(equation: SDE) -> str:
    """Return the name of the best scheme that takes the process: exact steps where they are known, else a strong one."""
    for name in _AUTOMATIC:
        if scheme(name).refuses(equation) is None:
            return name
    return "euler-maruyama"


def _from_equation(text: str, values: Mapping[str, float]) -> SDE:
    from evolaw.ito.linearity import linear_law
    from evolaw.ito.systems import system
    from evolaw.ito.translation import to_sde

    signed = tuple(name for name, value in values.items() if not value > 0)
    symbols = system(text, real=signed)
    missing = [str(symbol) for symbol in symbols.parameters if str(symbol) not in values]
    checks.require(
        not missing,
        "set",
        "give a number for every letter of the equation",
        f"without {', '.join(missing)}",
        "Write, for example: " + " ".join(f"--set {name}=1" for name in missing),
    )
    law = linear_law(symbols, {str(symbol): values[str(symbol)] for symbol in symbols.parameters})
    made = to_sde(symbols, values, name=text.strip())
    return made if law is None else replace(made, law=_Known(law))


@dataclass(frozen=True, eq=False)
class _Known:
    """The law of one set of parameters, which the command line never changes."""

    law: Any

    def __call__(self, params: Any) -> Any:
        return self.law


def _plain(text: str) -> str:
    return re.sub(r"[\s_–-]+", "-", text.strip().lower())
