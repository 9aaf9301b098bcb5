"""Results on stdout, the rest on stderr."""

from __future__ import annotations

import json

import pytest

from evolaw.cli import terminal


def test_documents_are_one_json_value(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.document({"law": "演化", "value": 1.5})
    out, err = capsys.readouterr()
    assert json.loads(out) == {"law": "演化", "value": 1.5}
    assert err == ""


def test_numbers_json_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        terminal.document({"value": float("nan")})


def test_progress_is_silent_when_short_and_sparse_when_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 10.0, 40.0, 50.0, 80.0])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    with terminal.bar("counting") as progress:
        for done in (1, 2, 3, 4):
            progress(done, 8, "frames")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "counting: 2 of 8 (frames), about 120 s left",
        "counting: 4 of 8 (frames), about 80 s left",
    ]
