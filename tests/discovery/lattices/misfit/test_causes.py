"""The list of causes is complete, and only two of them let entries be judged."""

import re
from pathlib import Path

import pytest

from evolaw.discovery.lattices.misfit import causes
from evolaw.discovery.lattices.misfit.causes import Diagnosis

FOLDER = Path(causes.__file__).parent


def test_every_cause_that_is_named_is_in_the_list() -> None:
    named = {
        word for file in FOLDER.glob("*.py") for word in re.findall(r'Diagnosis\("([^"]+)"', file.read_text("utf-8"))
    }
    listed = set(re.findall(r"^    (\w+(?: \w+)?)  ", causes.__doc__ or "", re.MULTILINE))
    assert len(named) > 8 and named <= listed


@pytest.mark.parametrize(("cause", "sound"), [("sound", True), ("coins", True), ("flips", False), ("unclear", False)])
def test_only_silence_and_coins_let_entries_be_judged(cause: str, sound: bool) -> None:
    assert Diagnosis(cause, ()).sound == sound
