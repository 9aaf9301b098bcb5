"""The committed tables are the ones the code declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolaw.errors import ArgumentError
from evolaw.report.tables import PAGES, page
from evolaw.sde import catalogue

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_the_generated_one(name: str) -> None:
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == page(name), (
        f"run: evolaw explain {name} > docs/{name}.md"
    )


def test_every_row_is_there_and_speaks_of_itself() -> None:
    schemes, processes = page("schemes"), page("processes")
    assert all(f"| `{name}` |" in schemes for name in catalogue.SCHEMES)
    assert all(f"| `{name}` |" in processes for name in catalogue.PROCESSES)
    rows = {line.split("|")[1].strip(" `"): line for line in schemes.splitlines() if line.startswith("| `")}
    assert "| 0.5, additive 1 | 1 |" in rows["euler-maruyama"]
    assert "| – | 2 | three-point variables |" in rows["dri1"]
    assert "module" not in schemes
    assert "`rate` (theta) = 1" in processes


def test_other_tables_are_refused() -> None:
    with pytest.raises(ArgumentError, match="schemes"):
        page("scheme")
