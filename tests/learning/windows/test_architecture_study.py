"""The league counts what it says it counts, and the default network does what the project promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.analysis.estimates import wilson
from evolaw.automata.rules.rule import Rule
from evolaw.errors import ArgumentError, StorageError
from evolaw.learning.loop.training import State
from evolaw.learning.windows import architecture_study
from evolaw.learning.windows.architecture_study import ARCHITECTURES, League, Standing, run_league
from evolaw.learning.windows.cnn import read_logits, size
from evolaw.learning.windows.datasets import random_recordings, window_pairs
from evolaw.learning.windows.objective import Schedule, train
from evolaw.randomness import source


def standing(errors: list[list[int]]) -> Standing:
    table = np.array(errors)
    found = np.array(
        [0 if row[-1] else len(row) - next((k for k, e in enumerate(row[::-1]) if e), len(row)) + 1 for row in table]
    )
    return Standing("x", "x", 1, found, table, table * 0.1, 1.0)


@pytest.mark.slow
def test_every_architecture_draws_and_can_differ() -> None:
    for name, architecture in ARCHITECTURES.items():
        net = architecture.draw(1)
        assert read_logits(net).shape == (512,)
        if name != "orbit-table":
            assert not np.array_equal(read_logits(net), read_logits(architecture.draw(2)))
    assert size(ARCHITECTURES["cnn2-x1"].draw(0)) == 23
    assert size(ARCHITECTURES["cnn3-x1"].draw(0)) == 25
    assert size(ARCHITECTURES["quadratic"].draw(0)) == 11


def test_rates_and_epochs() -> None:
    mine = standing([[3, 0, 0], [0, 0, 0], [5, 2, 1], [0, 4, 0]])
    assert mine.found.tolist() == [2, 1, 0, 3]
    assert mine.successes == 3
    assert mine.rate == (0.75, *wilson(3, 4))
    assert [mine.epochs(share) for share in (0.25, 0.5, 0.75, 1.0)] == [1, 2, 3, None]


@pytest.mark.slow
def test_seeds_trained_together_are_the_seeds_trained_alone() -> None:
    """The same recording, batches and weights give the same errors epoch by epoch as the plain loop."""
    league = run_league(names=["cnn2-x2", "quadratic"], seeds=3, epochs=3, batches=4, boards=8, size=16, rng=5)
    for mine in league.standings:
        architecture = ARCHITECTURES[mine.name]
        for place in range(3):
            number = source(5).stream(f"seed {place}").key[0]
            pairs = window_pairs(random_recordings("B3/S23", 32, size=16, rng=number))
            schedule = Schedule(3, 4, architecture.learning_rate)
            state = State.begin(architecture.draw(number), schedule)
            records = [record for _, record in train(state, pairs, rng=number, truth="B3/S23")]
            assert mine.loss[place] == pytest.approx([record.loss for record in records], rel=1e-3)
            assert np.abs(mine.errors[place] - [record.window_errors for record in records]).max() <= 2


@pytest.mark.slow
def test_found_means_right_from_then_on() -> None:
    league = run_league(names=["cnn2-x4"], seeds=8, epochs=6, batches=16, boards=16, rng=1)
    (mine,) = league.standings
    assert mine.found.max() > 1  # else nothing is tested below
    for found, errors in zip(mine.found, mine.errors, strict=True):
        if found:
            assert not errors[found - 1 :].any()
            assert found == 1 or errors[found - 2]
        else:
            assert errors[-1]
    again = run_league(names=["cnn2-x4"], seeds=8, epochs=6, batches=16, boards=16, rng=1)
    assert np.array_equal(again.standings[0].errors, mine.errors)


@pytest.mark.slow
def test_the_default_network_finds_life_within_eight_epochs() -> None:
    """16 seeds here, 64 in the slow test: at a true rate of 99 % three failures of 16 have probability 0.0005."""
    league = run_league(names=["cnn2-x8"], seeds=16, rng=0)
    assert league.standings[0].successes >= 14


@pytest.mark.slow
def test_the_league_shows_itself() -> None:
    told: list[str] = []
    league = run_league(
        "B36/S23",
        ["orbit-table"],
        seeds=2,
        epochs=2,
        batches=8,
        rng=0,
        progress=lambda done, total, words: told.append(words),
    )
    assert isinstance(league, League)
    assert told[-1] == "orbit-table"
    text = repr(league)
    assert "B36/S23, 2 seeds, 2 epochs" in text
    assert "256 boards of 32 x 32 at density 0.38, in 8 batches of 32" in text
    document = league.to_json()
    assert document["standings"][0]["parameters"] == 102
    assert document["standings"][0]["interval"] == list(league.standings[0].rate[1:])
    assert league.seconds > 0


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ArgumentError, match="names"):
        run_league(names=["resnet"], rng=0)
    with pytest.raises(ArgumentError, match="seeds"):
        run_league(seeds=0, rng=0)
    with pytest.raises(ArgumentError, match="probabilities"):
        run_league(Rule("B3/S2=0.5,3"), ["cnn2-x1"], seeds=1, rng=0)


@pytest.mark.slow
def test_the_promise_of_the_default_network_in_64_seeds() -> None:
    """At least 95 % of seeds within eight epochs, the lower end of the interval above 90 %."""
    (mine,) = run_league(names=["cnn2-x8"], seeds=64, rng=0).standings
    rate, low, _ = mine.rate
    assert rate >= 0.95
    assert low >= 0.9


SMALL: dict[str, Any] = {"seeds": 3, "epochs": 2, "batches": 4, "boards": 4, "size": 8, "rng": 3}


def same(one: League, other: League) -> bool:
    """All but the seconds."""
    rows = [
        [(s.name, s.says, s.parameters, s.found.tolist(), s.errors.tolist(), s.loss.tolist()) for s in league.standings]
        for league in (one, other)
    ]
    return rows[0] == rows[1] and repr(one) == repr(other)


@pytest.mark.slow
def test_a_league_goes_on_by_architecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["cnn2-x1", "quadratic", "orbit-table"]
    whole = run_league(names=names, **SMALL)
    trained: list[str] = []
    really = architecture_study._stand

    def stand(name: str, *given: Any) -> Standing:
        trained.append(name)
        if trained == ["cnn2-x1", "quadratic"]:
            raise KeyboardInterrupt
        return really(name, *given)

    monkeypatch.setattr(architecture_study, "_stand", stand)
    with pytest.raises(KeyboardInterrupt):
        run_league(names=names, **SMALL, out=tmp_path / "run")
    with pytest.raises(StorageError, match="not finished: 1 architectures are committed"):
        League.load(tmp_path / "run")
    again = run_league(names=names, **SMALL, out=tmp_path / "run", about={"source": "x"})
    assert trained == ["cnn2-x1", "quadratic", "quadratic", "orbit-table"]
    assert same(again, whole)
    assert same(run_league(names=names, **SMALL, out=tmp_path / "run"), whole)
    assert len(trained) == 4
    for change in ({"seeds": 2}, {"epochs": 3}, {"rng": 4}, {"size": 9}, {"names": names[:2]}, {"rule": "B36/S23"}):
        with pytest.raises(StorageError, match="another training"):
            run_league(**({"names": names} | SMALL | change), out=tmp_path / "run")


@pytest.mark.slow
def test_a_league_comes_back_from_its_run(tmp_path: Path) -> None:
    league = run_league(names=["orbit-table"], **SMALL)
    assert same(League.load(league.save(tmp_path / "run")), league)
    with pytest.raises(StorageError, match="already exists"):
        league.save(tmp_path / "run")
    random_recordings("B3/S23", 1, size=4, rng=1).save(tmp_path / "other")
    with pytest.raises(ArgumentError, match="run of a league"):
        League.load(tmp_path / "other")


def test_a_league_beyond_memory_is_refused_at_once() -> None:
    with pytest.raises(ArgumentError, match=r"seeds.*memory.*Take fewer seeds"):
        run_league(seeds=10**8, rng=0)
