"""The processes and schemes that have a name.

    named("ornstein-uhlenbeck", {"theta": 2.0})     a classic; its parameters by name or by their usual letter
    scheme("milstein"), fitting_scheme(process)     a method by its name; the best one that takes a process

Importing this file loads no JAX; what is asked for is loaded when it is asked for.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from evolaw import checks

if TYPE_CHECKING:
    from evolaw.sde.processes.process import SDE
    from evolaw.sde.schemes.scheme import Scheme

__all__ = ["PROCESSES", "SCHEMES", "Classic", "classic", "fitting_scheme", "named", "resembles", "scheme"]


@dataclass(frozen=True)
class Classic:
    """A process with a name.

    Attributes:
        maker: the function that makes it, of `evolaw.sde` or of the part named by ``home``.
        equation: how it is written.
        typical: parameters where none are given.
        letters: usual letter of a parameter -> its name.
        start: where it starts unless told otherwise.
        time: how long it runs unless told otherwise.
        home: the part of the package that has ``maker``.
    """

    maker: str
    equation: str
    typical: Mapping[str, float] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    start: tuple[float, ...] = (0.0,)
    time: float = 1.0
    home: str = "evolaw.sde"

    def make(self, values: Mapping[str, Any]) -> SDE:
        """Return the process with these parameters in place of the typical ones, its components named as the equation names them."""
        function = getattr(importlib.import_module(self.home), self.maker)
        made: SDE = function(**(dict(self.typical) | dict(values)))
        return replace(made, components=tuple(re.findall(r"d(\w+) =", self.equation)))

    def parameters(self) -> dict[str, Any]:
        """Return the parameters with the values they have when none are given."""
        function = getattr(importlib.import_module(self.home), self.maker)
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
    "rescaled-baoab": "RescaledBAOAB",
    "obabo": "OBABO",
    "exact-step": "ExactStep",
    "euler": "Euler",
    "heun": "Heun",
    "runge-kutta-4": "RungeKutta4",
}
"""The schemes by name, with the class of `evolaw.sde` each stands for."""

_AUTOMATIC = ("exact-step", "sra1", "sri1w1", "stochastic-heun", "milstein", "levy-milstein")


def classic(text: str) -> Classic | None:
    """Return the classic a text names, whatever its capitals, spaces and underscores; None when it names none.

    Example:
        >>> classic("Ornstein_Uhlenbeck").equation
        'dX = θ (m - X) dt + σ dW'
    """
    return PROCESSES.get(_full(text))


def resembles(text: str) -> bool:
    """Whether a text is the name of a classic, or a word much like one.

    Example:
        >>> resembles("ornstein-uhlenbek"), resembles("B3/S23"), resembles("life")
        (True, False, False)
    """
    return re.fullmatch(r"[^\W\d][\w\s–-]*", text) is not None and checks.nearest(_full(text), PROCESSES) is not None


def named(text: str, values: Mapping[str, float] | None = None) -> SDE:
    """Return the classic process of this name.

    Args:
        text: its name.
        values: parameters, by name or by their usual letter; what is left out has its typical value.

    Raises:
        ArgumentError: no such process or parameter; the nearest name is suggested.

    Example:
        >>> named("ornstein-uhlenbeck", {"theta": 2.0}).params["rate"]
        2.0
    """
    name = checks.one_of(_full(text), "process", PROCESSES)
    found, given = PROCESSES[name], dict[str, float]()
    known = found.parameters()
    for letter, value in (values or {}).items():
        parameter = found.letters.get(letter, letter)
        if parameter not in known:
            said = [*known, *found.letters]
            near = checks.nearest(letter, said)
            fix = f"Did you mean {near}?" if near else f"Its equation is {found.equation}."
            raise checks.refuse("set", f"name a parameter of {name}: {', '.join(known) or 'it has none'}", letter, fix)
        checks.require(
            parameter not in given, "set", "give each parameter once", f"{parameter} twice, once as {letter}"
        )
        given[parameter] = value
    return found.make(given)


def scheme(text: str) -> Scheme:
    """Return the scheme of this name, whatever its capitals, hyphens and spaces.

    Raises:
        ArgumentError: there is none; the nearest name is suggested.

    Example:
        >>> scheme("EulerMaruyama").strong_order["additive"]
        1.0
    """
    bare = {name.replace("-", ""): name for name in SCHEMES}
    name = bare.get(_plain(text).replace("-", ""), _plain(text))
    if name not in SCHEMES:
        # Of several names that begin so ("euler" for euler-maruyama) or are near, all are said.
        beginning = [known for known in SCHEMES if known.startswith(f"{name}-")]
        fix = f"Did you mean {' or '.join(beginning)}?" if beginning else ""
        if beginning:
            raise checks.refuse("scheme", f"be one of {', '.join(SCHEMES)}", text, fix)
    checks.one_of(name, "scheme", SCHEMES)
    return getattr(importlib.import_module("evolaw.sde"), SCHEMES[name])()


def fitting_scheme(equation: SDE) -> str:
    """Return the name of the best scheme that takes the process: exact steps where they are known, else a strong one."""
    for name in _AUTOMATIC:
        if scheme(name).refuses(equation) is None:
            return name
    return "euler-maruyama"


_SHORT = {
    "ou": "ornstein-uhlenbeck",
    "gbm": "geometric-brownian-motion",
    "black-scholes": "geometric-brownian-motion",
    "bm": "brownian-motion",
    "wiener": "brownian-motion",
    "wiener-process": "brownian-motion",
    "cir": "square-root",
    "cox-ingersoll-ross": "square-root",
    "vasicek": "ornstein-uhlenbeck",
}
"""What else classics are called."""


def _full(text: str) -> str:
    """The name of a classic, also by its usual abbreviation."""
    return _SHORT.get(_plain(text), _plain(text))


def _plain(text: str) -> str:
    return re.sub(r"[\s_–-]+", "-", text.strip().lower())
