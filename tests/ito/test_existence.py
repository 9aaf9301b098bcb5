"""Existence and uniqueness: verdicts on equations whose truth is in the textbooks, and no verdict beyond the proof."""

from __future__ import annotations

import pytest

from evolaw.ito import examine, system


def verdicts(text: str) -> dict[str, str]:
    return {criterion.name: criterion.verdict for criterion in examine(system(text)).criteria}


@pytest.mark.parametrize(
    ("text", "unique", "for_ever"),
    [
        ("dX = -theta X dt + sigma dW", "yes: Lipschitz", "yes: Lipschitz"),
        ("dX = -sin(X) dt + s dW", "yes: Lipschitz", "yes: Lipschitz"),
        ("dX = (X - X^3) dt + s dW", "yes: smooth", "yes: Lyapunov"),
        ("dX = X^2 dt + dW", "yes: smooth", "no: it explodes with positive probability (Feller's test)"),
        ("dX = X^2 dW", "yes: smooth", "yes: Feller's test"),
        ("dX = a (b - X) dt + s sqrt(X) dW", "yes: Yamada-Watanabe", "yes: linear growth"),
        ("dX = 1/X dt + dW", "not proven", "yes: Feller's test"),
        ("dX = (Y - X) dt + dW1; dY = (X - Y - X Z) dt + dW2; dZ = (X Y - Z) dt + dW3", "yes: smooth", "yes: Lyapunov"),
        ("dX = X/(1 + X^2) dt + dW", "yes: Lipschitz", "yes: Lipschitz"),
        (
            "dX = abs(X)^(1/4) dW",
            "not proven",
            "yes: linear growth",
        ),  # Girsanov's example of several solutions is of this kind
        ("dX = X Y dt + dW1; dY = dW2", "yes: smooth", "not proven"),
    ],
)
def test_known_equations(text: str, unique: str, for_ever: str) -> None:
    report = examine(system(text))
    assert (report.unique, report.global_) == (unique, for_ever)


def test_failing_is_said_only_where_it_is_shown() -> None:
    assert verdicts("dX = X^2 dt + dW")["Lipschitz"] == "fails"
    assert verdicts("dX = exp(X) dt + dW")["Lipschitz"] == "not proven"
    assert verdicts("dX = sqrt(abs(X)) dt + dW")["smooth"] == "not proven"


def test_hoelder_exponents() -> None:
    assert verdicts("dX = abs(X)^(1/2) dW")["Yamada-Watanabe"] == "holds"
    assert verdicts("dX = abs(X)^(2/5) dW")["Yamada-Watanabe"] == "not proven"


def test_the_report_reads_as_text() -> None:
    text = str(examine(system("dX = a (b - X) dt + s sqrt(X) dW")))
    assert "unique" in text and "Feller's test" in text


@pytest.mark.parametrize(
    ("text", "unique", "for_ever"),
    [
        ("dX = -X^2 dt + X dW", "yes: smooth", "no: from starts in (-oo, 0) it explodes with positive probability"),
        ("dX = X/(1 - t) dt + dW", "yes: Lipschitz, before t = 1", "not proven beyond t = 1"),
        ("dX = -X/(1 - t) dt + dW", "yes: Lipschitz, before t = 1", "not proven beyond t = 1"),
        ("dX = X/t dt + dW", "not proven", "not proven from t = 0"),
        ("dX = -X dt + (1 - X^2) dW", "yes: smooth", "yes: Feller's test"),
        ("dX = r X (1 - X/K) dt + s X dW", "yes: smooth", "no: from starts in (-oo, 0)"),
    ],
)
def test_every_interval_and_every_time_is_judged(text: str, unique: str, for_ever: str) -> None:
    report = examine(system(text))
    assert report.unique == unique
    assert report.global_.startswith(for_ever)


def test_an_interval_that_is_named_is_judged_alone() -> None:
    report = examine(system("dX = -X^2 dt + X dW"), (0, float("inf")))
    assert report.global_ == "yes: Feller's test"
