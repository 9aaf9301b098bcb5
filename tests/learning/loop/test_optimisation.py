"""Settings of a training: known again later, and refused by name where they cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evolaw.errors import ArgumentError
from evolaw.learning.loop.optimisation import Optimisation, settings_of

PACE = Optimisation(epochs=3, batches=5, learning_rate=0.1)


def test_settings_that_came_later_are_silent_at_their_default() -> None:
    assert list(settings_of(PACE)) == ["epochs", "batches", "learning_rate", "average", "patience"]
    assert settings_of(replace(PACE, widths=(0.1,)))["widths"] == [0.1]


@pytest.mark.parametrize(
    "wrong",
    [{"warmup": 99}, {"decay": "step"}, {"clip": 0.0}, {"weight_decay": -1}, {"widths": (0.5,)}, {"widths": 2.0}],
    ids=lambda wrong: "{0[0]} {0[1]}".format(*wrong.items()),
)
def test_a_bad_setting_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        replace(PACE, **wrong)
