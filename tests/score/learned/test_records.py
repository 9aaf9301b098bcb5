"""Every noising with numbers comes back from its description; what is none is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evolaw.errors import StorageError
from evolaw.score.learned.records import NOISINGS, describe_noising, read_model, read_noising
from evolaw.score.noising.scaled import Scaled
from evolaw.score.noising.schedules import FromKernel
from evolaw.score.noising.song import VE, VP


@pytest.mark.parametrize("kind", NOISINGS.values(), ids=list(NOISINGS))
def test_a_noising_comes_back(kind: Any) -> None:
    described = json.loads(json.dumps(describe_noising(kind())))
    assert read_noising(described) == kind()


def test_settings_are_kept() -> None:
    noising = VE(0.5, 7.0, end=2.0)
    assert read_noising(describe_noising(noising)) == noising != VE()
    scaled = Scaled(noising, 1e-3)
    assert read_noising(json.loads(json.dumps(describe_noising(scaled)))) == scaled


def test_functions_of_the_users_own_are_named_and_not_made() -> None:
    import jax.numpy as jnp

    mine = FromKernel(lambda t: jnp.ones_like(t), lambda t: t, least=0.01)
    with pytest.raises(StorageError, match=r"FromKernel.*no file can make it again"):
        read_noising(describe_noising(mine))


@pytest.mark.parametrize(
    "facts",
    [
        None,
        {},
        {"name": "VP"},
        {"name": "VP", "settings": {"beta": 1}},
        {"name": "VP", "settings": {"beta_min": -1}},
        {"name": "os"},
        {"name": "Scaled", "settings": {"noising": {"name": "VP", "settings": {}}}},
        {"name": "Scaled", "settings": {"noising": {"name": "VP", "settings": {}}, "unit": "small"}},
        {"name": "Scaled", "settings": {"noising": {"name": "Scaled", "settings": {}}, "unit": 1.0}},
    ],
)
def test_damage_is_refused(facts: Any) -> None:
    with pytest.raises(StorageError):
        read_noising(facts)
    with pytest.raises(StorageError):
        read_model({"noising": facts, "shape": [2], "classes": 0, "numbers": 0})


@pytest.mark.parametrize("lost", ["shape", "classes", "numbers", "noising"])
def test_a_missing_fact_is_refused(lost: str) -> None:
    facts: dict[str, Any] = {"noising": describe_noising(VP()), "shape": [2], "classes": 0, "numbers": 0}
    assert read_model(facts)["shape"] == (2,)
    with pytest.raises(StorageError, match="does not say"):
        read_model({name: value for name, value in facts.items() if name != lost})
