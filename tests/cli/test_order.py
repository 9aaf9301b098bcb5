"""`evolaw order`: the order it measures is the declared one, and what has no order is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GBM = ("geometric-brownian-motion", "--set", "mu=1", "--set", "sigma=0.8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "process", "kind", "declared", "steps"),
    [
        ("euler-maruyama", GBM, "strong", 0.5, (16, 32, 64)),
        pytest.param("milstein", GBM, "strong", 1.0, (16, 32, 64), marks=pytest.mark.slow),
        ("euler-maruyama", GBM, "weak", 1.0, (16, 32, 64)),
        pytest.param(
            *("sra1", ("dX = sin(2 X) dt + (1 + 0.5 cos(3 t)) dW", "--start", "1"), "strong", 1.5, (32, 64, 128)),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_measured_order_is_the_declared_one(
    evolaw: Callable[..., Any],
    scheme: str,
    process: tuple[str, ...],
    kind: str,
    declared: float,
    steps: tuple[int, ...],
) -> None:
    """Within 0.25 and the band: coarse steps on few paths; the fine measurements are in tests/sde."""
    done = evolaw(
        "order", scheme, *process, "--kind", kind, "--steps", ",".join(map(str, steps)), "--paths", 2000, "--json"
    )
    facts = json.loads(done.stdout)
    (found,) = facts["orders"]
    assert (found["kind"], found["declared"]) == (kind, declared)
    assert abs(found["order"] - declared) < 0.25 + found["band"]
    assert found["band"] < 0.4
    assert found["dt"] == [1 / n for n in steps]
    assert facts["start"] == [1.0]


@pytest.mark.slow
def test_both_orders_and_a_figure(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw("order", "Milstein", *GBM, "--steps", "4,8,16", "--paths", 400, "--figure", "order.svg")
    assert done.returncode == 0
    assert "strong order" in done.stdout
    assert "weak order" in done.stdout
    assert "declared 1" in done.stdout
    assert "standard error" in done.stdout
    assert (tmp_path / "order.svg").read_text().startswith("<?xml")


@pytest.mark.slow
def test_a_scheme_without_paths_has_a_weak_order_only(evolaw: Callable[..., Any]) -> None:
    done = evolaw("order", "dri1", *GBM, "--steps", "1,2,4", "--paths", 200, "--json")
    assert [one["kind"] for one in json.loads(done.stdout)["orders"]] == ["weak"]
    assert "no strong order" in done.stderr
    assert evolaw("order", "dri1", *GBM, "--kind", "strong").returncode == 3


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("exact-step", "ornstein-uhlenbeck"), "Exact steps have no order"),
        (("sra1", *GBM), "use SRI1W1"),
        (("milstein", "dX = Y dW1; dY = X dW2"), "LevyMilstein"),
        (("milstein", *GBM, "--steps", "8,16"), "at least three rising numbers"),
        (("milstein", *GBM, "--steps", "8,16,x"), "--steps"),
        (("milstein", *GBM, "--time", "0"), "--time must be positive"),
        (("milstein", *GBM, "--kind", "both-ways"), "--kind"),
        (("milstein", *GBM, "--figure", "a.jpg"), "--figure"),
        (("milsten", *GBM), "Did you mean milstein"),
    ],
)
def test_what_has_no_answer_is_refused(evolaw: Callable[..., Any], arguments: tuple[str, ...], words: str) -> None:
    done = evolaw("order", *arguments)
    assert done.returncode == 3
    assert words in done.stderr
