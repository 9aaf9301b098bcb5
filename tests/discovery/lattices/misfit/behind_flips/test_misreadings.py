"""Misreadings that are not as declared: where they lie comes before how many they are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from evolaw.discovery.lattices.misfit.behind_flips.misreadings import doubt_misreadings

CASE = SimpleNamespace(channel=SimpleNamespace(flips=0.03), recordings=[SimpleNamespace(boundary="torus")])


@pytest.mark.parametrize(
    ("inferred", "residuals", "cause"),
    [
        (0.03, {"rim": 0.5, "rows 0 to 5": 1.0}, None),
        (0.06, {"rim": 0.5}, "flips"),
        (0.06, {"rim": 9.0}, "boundary"),
        (0.03, {"rim": 0.0, "rows 0 to 5": 9.0}, "region"),
        (0.03, {"rim": 0.0, "frames 3 to 5": -9.0}, "time"),
    ],
)
def test_the_cause_is_named(inferred: float, residuals: dict[str, float], cause: str | None) -> None:
    facts = {"cells_read": 20_000, "flips_inferred": inferred, "residuals": residuals}
    found = doubt_misreadings(CASE, facts)  # type: ignore[arg-type]
    assert (found and found[0]) == cause
    if found:
        assert not found[1].passed and found[1].name == cause
