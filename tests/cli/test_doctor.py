"""`evolaw doctor`: facts to paste into a report of a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from evolaw.cli import doctor


def test_a_healthy_machine(evolaw: Callable[..., Any]) -> None:
    done = evolaw("doctor")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "evolaw can work here."
    assert "jax" in done.stdout


def test_json_has_everything(evolaw: Callable[..., Any]) -> None:
    facts = json.loads(evolaw("doctor", "--json").stdout)
    assert facts["schema"] == 1
    assert facts["healthy"] is True
    assert facts["cores"] >= 1
    assert set(facts) >= {"versions", "extras", "devices", "writable", "bgolly", "memory_bytes", "threads", "verdict"}


def test_a_missing_package_is_named(evolaw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_NEEDED", ("numpy", "no-such-package"))
    done = evolaw("doctor")
    assert done.returncode == 5
    assert "Not ready" in done.stdout
    assert "no-such-package" in done.stdout
