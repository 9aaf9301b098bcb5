"""The site has a page for every part of the package."""

from __future__ import annotations

import ast
from pathlib import Path

import evolaw

HOOK = Path(__file__).resolve().parents[1] / "docs" / "reference_pages.py"


def test_every_part_has_its_page_in_the_reference() -> None:
    wings = next(
        ast.literal_eval(node.value)
        for node in ast.parse(HOOK.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "WINGS"
    )
    missing = {f"evolaw.{part}" for part in evolaw._PARTS} - set(wings)
    assert not missing, f"name these in docs/reference_pages.py: {sorted(missing)}"
