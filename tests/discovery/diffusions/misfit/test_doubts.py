"""Of several failed checks the widest, or the least likely by chance, is the cause."""

from __future__ import annotations

from evolaw.discovery.diffusions.misfit.doubts import Doubt, _cause
from evolaw.discovery.spine.evidence import Check


def doubt(cause: str, p_value: float) -> Doubt:
    return Doubt(Check(f"{cause} of x", False, p_value, ""), cause, "x", "drift")


def test_of_a_law_that_changes_and_a_library_too_small_the_less_likely_by_chance_is_the_cause() -> None:
    """A change of law makes the drift miss its bins as well; what is worst of all stands first, and wider causes before both."""
    assert _cause([doubt("library", 2e-5), doubt("drifting", 2e-18)]) == "drifting"
    assert _cause([doubt("library", 1e-9), doubt("drifting", 1e-4)]) == "library"
    assert _cause([doubt("library", 1e-9), doubt("memory", 1e-4)]) == "memory"
    assert _cause([]) is None
