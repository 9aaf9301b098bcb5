"""Existence and uniqueness: verdicts on equations whose truth is in the textbooks, and no verdict beyond the proof."""

from __future__ import annotations

import pytest

from evolaw.ito import examine, system


def verdicts(text: str) -> dict[str, str]:
    return {criterion.name: criterion.verdict for criterion in examine(system(text)).criteria}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("text", "unique", "for_ever"),
    [
        ("dX = -theta X dt + sigma dW", "yes: Lipschitz", "yes: Lipschitz"),
        ("dX = -sin(X) dt + s dW", "yes: Lipschitz", "yes: Lipschitz"),
        ("dX = (X - X^3) dt + s dW", "yes: smooth", "yes: Lyapunov"),
        ("dX = X^2 dt + dW", "yes: smooth", "no: it explodes with positive probability (Feller's test)"),
        ("dX = X^2 dW", "yes: smooth", "yes: Feller's test"),
        ("dX = a (b - X) dt + s sqrt(X) dW", "yes: Yamada-Watanabe", "yes: linear growth"),
        ("dX = 1/X dt + dW", "yes: smooth in intervals which no path leaves", "yes: Feller's test"),
        ("dX = a X dt - b X log(X) dt + s X dW", "yes: smooth in (0, oo), which no path leaves", "yes: Feller's test"),
        ("dX = 1/(4 X) dt + dW", "not proven", "not proven"),
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


@pytest.mark.parametrize(
    ("text", "for_ever"),
    [
        ("dX = (-1 - X) dt + sqrt(X) dW", "no: sqrt(X) is not defined beyond X = 0, which is passed"),
        ("dX = (2 - X) dt + sqrt(1 - X) dW", "no: sqrt(1 - X) is not defined beyond X = 1"),
        ("dX = (2 - X) dt + sqrt(X (1 - X)) dW", "no: sqrt(-X**2 + X) is not defined beyond X = 1"),
        ("dX = sqrt(X) dt + dW", "no: sqrt(X) is not defined beyond X = 0"),
        ("dX = X^(1/3) dt + dW", "no: X**(1/3) is not defined beyond X = 0"),
        ("dX = k (b - X) dt + s sqrt(X) dW", "yes: linear growth, if b*k >= 0"),
        ("dX = (Y - 1) dt + sqrt(X) dW1; dY = -Y dt + dW2", "not proven: sqrt(X) is not defined beyond X = 0"),
        ("dX = sqrt(Y) dt + dW1; dY = (1 - Y) dt + sqrt(Y) dW2", "yes: linear growth"),
        ("dX = (1/2 - X) dt + sqrt(X (1 - X)) dW", "yes: linear growth"),
        ("dX = X (1 - X) dt + sqrt(X) dW", "yes: Feller's test"),
        ("dX = sqrt(max(X, 0)) dW", "yes: linear growth"),
    ],
)
def test_paths_that_leave_what_a_root_is_defined_on_do_not_live_for_ever(text: str, for_ever: str) -> None:
    assert examine(system(text, real=("b",) if "b" in text else ())).global_.startswith(for_ever)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("dX = (1/2 - X) dt + sqrt(X (1 - X)) dW", "holds"),
        ("dX = X (1 - X) dt + X sqrt(X) dW", "holds"),
        ("dX = sqrt(max(X, 0)) dW", "holds"),
        ("dX = X^(1/3) dt + dW", "not proven"),
        ("dX = sqrt(abs(X))^(4/5) dW", "not proven"),
        ("dX = log(X) dt + dW", "not proven"),
    ],
)
def test_uniqueness_by_what_holds_on_bounded_sets(text: str, verdict: str) -> None:
    assert verdicts(text)["Yamada-Watanabe"] == verdict


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "drift", [pytest.param("1/cosh(X)", marks=pytest.mark.slow), "max(X, 0)", "log(1 + X^2)", "min(X, 1)"]
)
def test_more_coefficients_are_seen_to_be_harmless(drift: str) -> None:
    assert examine(system(f"dX = {drift} dt + dW")).global_.startswith("yes")
