"""`evolaw ito`: textbook results, in text, LaTeX, Typst and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sympy
import typst

OU = "dX = -theta X dt + sigma dW"


def document(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_the_stock_market(evolaw: Callable[..., Any]) -> None:
    """d log X = (mu - sigma²/2) dt + sigma dW [oksendal2003, section 5.1], and nothing stationary."""
    facts = document(
        evolaw("ito", "dX = mu X dt + sigma X dW", "--of", "log(X)", "--of", "X^2", "--real", "mu", "--json")
    )
    assert facts["differentials"]["lines"][0] == "d(log(X)) = (mu - sigma**2/2) dt + (sigma) dW"
    assert facts["differentials"]["lines"][1] == "d(X**2) = (X**2*(2*mu + sigma**2)) dt + (2*X**2*sigma) dW"
    assert facts["stratonovich"]["lines"] == ["dX = (X*(2*mu - sigma**2)/2) dt + (X*sigma) ∘ dW"]
    assert (facts["noise"]["kind"], facts["noise"]["linear"]) == ("diagonal", True)
    assert facts["solutions"]["unique"] == "yes: Lipschitz"
    assert facts["moments"] == {
        "lines": ["dE[X]/dt = mu*E[X]", "dE[X**2]/dt = (2*mu + sigma**2)*E[X**2]"],
        "closed": True,
    }


def test_the_velocity_of_a_particle(evolaw: Callable[..., Any]) -> None:
    facts = document(evolaw("ito", OU, "--json"))
    assert facts["generator"]["lines"] == ["-X*theta*u_X + sigma**2*u_XX/2"]
    assert facts["backward"]["lines"] == ["-X*theta*u_X + sigma**2*u_XX/2 + u_t = 0"]
    assert facts["forward"]["lines"] == ["p_t = X*theta*p_X + sigma**2*p_XX/2 + theta*p"]
    assert facts["stationary"]["exists"] is True
    X, theta, sigma = sympy.symbols("X theta sigma", positive=True)
    density = sympy.sympify(
        facts["stationary"]["lines"][0].removeprefix("p = "), {"theta": theta, "sigma": sigma, "X": X}
    )
    assert sympy.simplify(density - sympy.exp(-theta * X**2 / sigma**2) * sympy.sqrt(theta / sympy.pi) / sigma) == 0


@pytest.mark.slow
def test_what_does_not_exist_is_said(evolaw: Callable[..., Any]) -> None:
    explodes = document(evolaw("ito", "dX = X^2 dt + dW", "--json"))
    assert explodes["solutions"]["for_ever"].startswith("no: it explodes")
    assert explodes["moments"]["closed"] is False
    pair = document(evolaw("ito", "dX = dW1; dY = X dW2", "--correlation", "W1,W2=rho", "--json"))
    assert pair["noise"]["kind"] == "general"
    assert "one state" in pair["stationary"]["none"]
    assert pair["stratonovich"]["lines"] == ["dX = (1) ∘ dW1; dY = (-rho/2) dt + (X) ∘ dW2"]
    rough = evolaw("ito", "dX = sin(X) dt + dW")
    assert "none: " in rough.stdout


def test_the_text_names_its_parts(evolaw: Callable[..., Any]) -> None:
    done = evolaw("ito", "dX = a (b - X) dt + s sqrt(X) dW", "--interval", "0,oo", "--moments", 3)
    for words in (
        "Itô form:", "Stratonovich form:", "Noise:", "Generator L u:", "Fokker–Planck", "Stationary density on (0, oo):",
        "dE[X**3]/dt", "Yamada-Watanabe  holds", "0: reached iff 2*a*b/s**2 < 1",
    ):  # fmt: skip
        assert words in done.stdout
    assert "Differentials" not in done.stdout


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("latex", (r"dX = - X \theta dt + \sigma dW", r"\frac{\partial}{\partial t} p", r"\sqrt{\pi} \sigma")),
        ("typst", ("dif X = (- X theta) dif t + sigma dif W", "(partial p(t, X))/(partial t) =", "sqrt(pi)")),
    ],
)
def test_mathematics_is_typeset(evolaw: Callable[..., Any], language: str, words: tuple[str, ...]) -> None:
    lines = [line for part in document(evolaw("ito", OU, "--typeset", language, "--json")).values() if isinstance(part, dict)
             for line in part["lines"]]  # fmt: skip
    text = "\n".join(lines).replace(r"\left(- X \theta\right)", r"- X \theta").replace(r"(- X \theta)", r"- X \theta")
    for word in words:
        assert word in text


def test_typst_compiles(evolaw: Callable[..., Any]) -> None:
    facts = document(evolaw("ito", "dX = a (b - X) dt + s sqrt(X) dW", "--typeset", "typst", "--json"))
    names = ("ito", "stratonovich", "generator", "backward", "forward", "stationary", "moments")
    page = "\n\n".join(f"$ {line} $" for name in names for line in facts[name]["lines"])
    assert typst.compile(page.encode())


def test_the_formulas_are_drawn(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw("ito", "dX = -theta X dt + sigma dW", "--figure", "sheet.svg")
    assert done.returncode == 0, done.stderr
    drawn = (tmp_path / "sheet.svg").read_text(encoding="utf-8")
    assert "Stratonovich form" in drawn and r"$dX = (- X \theta) \,dt + \sigma \,dW$" in drawn and "Noise" not in drawn
    assert "film" in evolaw("ito", "dX = dW", "--figure", "sheet.gif").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dX = X +) dt",), "equation:1:9"),
        (("dX = sqr(X) dt",), "Did you mean sqrt"),
        ((OU, "--of", "log(x)"), "depend on one of X, t"),
        ((OU, "--of", "log("), "equation"),
        ((OU, "--typeset", "html"), "--typeset"),
        ((OU, "--moments", 0), "--moments"),
        ((OU, "--interval", "0"), "--interval"),
        ((OU, "--interval", "1,1"), "different ends"),
        ((OU, "--correlation", "W1=2"), "--correlation"),
        ((OU, "--correlation", "W1,W2=0.5"), "--correlation"),
        (("dX = dW1 + dW2", "--correlation", "W1,W2=2"), "lie in [-1, 1]"),
    ],
)
def test_faults_are_named(evolaw: Callable[..., Any], arguments: tuple[str, ...], words: str) -> None:
    done = evolaw("ito", *arguments)
    assert done.returncode == 3
    assert words in done.stderr
