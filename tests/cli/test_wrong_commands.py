"""A wrong command gets one sentence, in the language of who typed it, and the exit code of its kind."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

USAGE, INPUT = 2, 3

WRONG: list[tuple[str, int, str]] = [
    # words that no verb, option or value has
    ("discovr", USAGE, "discover"),
    ("simulat B3/S23", USAGE, "simulate"),
    ("runs lst", USAGE, "list"),
    ("junction vi", USAGE, "vi"),
    ("score draw", USAGE, "draw"),
    ("--verion", USAGE, "--version"),
    ("discover a.npz --spce isotropic", USAGE, "--space"),
    ("discover a.npz --reprot a.html", USAGE, "--report"),
    ("simulate B3/S23 --step 10", USAGE, "--steps"),
    ("simulate B3/S23 --size", USAGE, "--size"),
    ("simulate B3/S23 --json=yes", USAGE, "--json"),
    ("explain torus plane", USAGE, "plane"),
    ("report", USAGE, "source"),
    ("ask", USAGE, "SOURCE"),
    ("order milstein", USAGE, "PROCESS"),
    ("runs show", USAGE, "path"),
    ("ito", USAGE, "equation"),
    # values that are no numbers, or beyond what is asked
    ("simulate B3/S23 --steps x", USAGE, "--steps"),
    ("simulate B3/S23 --every 1.5", USAGE, "--every"),
    ("discover a.npz --alpha much", USAGE, "--alpha"),
    ("discover a.npz --ask -1", USAGE, "--ask"),
    ("simulate B3/S23 --steps -3", INPUT, "--steps"),
    ("discover nothing.csv --library poly:3", INPUT, "no such file"),
    ("simulate B3/S23 --every 0", INPUT, "--every"),
    ("simulate B3/S23 --steps 10 --every 3", INPUT, "--every"),
    ("simulate B3/S23 --density 1.5", INPUT, "--density"),
    ("simulate B3/S23 --noise 2", INPUT, "--noise"),
    ("simulate B3/S23 --size 0", INPUT, "--size"),
    ("simulate B3/S23 --size 3x4x5", INPUT, "--size"),
    ("simulate B3/S23 --size 99999999", INPUT, "--size"),
    ("simulate B3/S23 --seed -1", INPUT, "--seed"),
    ("discover a.npz --alpha 2", INPUT, "--alpha"),
    ("discover a.npz --flip 0.9", INPUT, "--flip"),
    ("discover a.npz --every 0", INPUT, "--every"),
    ("demo --seed -1", INPUT, "--seed"),
    # values of which no end would be seen, or that say nothing here
    ("simulate B3/S23 --steps 99999999999 --size 8", INPUT, "--steps"),
    ("discover a.npz --every 100000", INPUT, "from 1 to 64"),
    ("simulate 'dX = -X dt + dW' --dt 1e-300", INPUT, "--dt"),
    ("simulate 'dX = -X dt + dW' --set X=1", INPUT, "must be left out"),
    ("simulate W30 --start 0102", INPUT, "0 and 1"),
    ("discover a.npz --box cat --ask 1", INPUT, "--box"),
    ("discover a.npz --threshold nan", INPUT, "--threshold"),
    # names that are not among those there are
    ("discover a.npz --space isotropc", INPUT, "isotropic"),
    ("discover a.npz --boundary torsu", INPUT, "torus"),
    ("discover a.npz --evidence rolout", INPUT, "rollout"),
    ("discover a.npz --known B9", INPUT, "B9"),
    ("discover a.npz --known B3=0.5x", INPUT, "--known"),
    ("simulate B3/S23 --start glidr", INPUT, "glider"),
    ("simulate B3/S23 --boundary torsu", INPUT, "torus"),
    ("simulate ornstein-uhlenbek", INPUT, "ornstein-uhlenbeck"),
    ("simulate ornstein-uhlenbeck --scheme milstien", INPUT, "milstein"),
    ("simulate ornstein-uhlenbeck --set speed=2", INPUT, "--set"),
    ("simulate ornstein-uhlenbeck --set rate", INPUT, "--set"),
    ("explain undeterminate", INPUT, "undetermined"),
    ("explain B2z", INPUT, "B2a"),
    ("demo equaton", INPUT, "equation"),
    ("demo --lang fr", INPUT, "--lang"),
    ("learn B3/S23 --net cnm", INPUT, "cnn"),
    # laws that cannot be read
    ("simulate B3/S2x", INPUT, "letters a c e i k n"),
    ("simulate B3S23/", INPUT, "B3"),
    ("simulate W300", INPUT, "255"),
    ("simulate 'dX = -X dt + X'", INPUT, "dW"),
    ("simulate 'dX = -theta X dt + dW'", INPUT, "--set theta=1"),
    ("simulate 'dX = -X dt + sin dW'", INPUT, "sin"),
    ("simulate 'dX = X dt + X dW'", INPUT, "--start"),
    ("ito 'X = 3'", INPUT, "dX"),
    ("ito 'dX = -X dt + dW' --typeset word", INPUT, "latex"),
    ("order exact-step ornstein-uhlenbeck", INPUT, "SCHEME"),
    # habits of other programs
    ("simulate 'dX = -X dt + sqrt(2*D)*randn'", INPUT, "the noise is dW"),
    ("simulate 'dX = -X dt + sqrt(D)*randn(1)'", INPUT, "the noise is dW"),
    ("simulate 'dX = -X dt + 0.1 * torch.randn(1)'", INPUT, "without a module"),
    ("simulate 'dX = -\\theta X dt + dW'", INPUT, "theta"),
    ("simulate 'dX = -X dt + dB'", INPUT, "write them for dB"),
    ("simulate 'dX = (X > 0) dt + dW'", INPUT, "sign(X)"),
    ("simulate 'rule 30'", INPUT, "W30"),
    ("simulate 'dX = -X dt + dW' --method milstein", USAGE, "--scheme"),
    ("simulate 'dX = -X dt + dW' --tspan 10", USAGE, "--time"),
    ("discover track.csv --library 'poly(3)'", INPUT, "poly:3"),
    ("discover track.csv --library fourier", INPUT, "harmonics:3"),
    ("fit a.npz", USAGE, "evolaw discover"),
    ("train a.npz", USAGE, "evolaw learn"),
    ("plot a.npz", USAGE, "--figure"),
    ("help", USAGE, "evolaw --help"),
    # files that are not there, or are something else
    ("discover nothing.npz", INPUT, "nothing.npz"),
    ("discover notes.txt", INPUT, "notes.txt"),
    ("discover torn.npz", INPUT, "torn.npz"),
    ("discover still.npz", INPUT, "random board"),
    ("discover one.npz", INPUT, "two frames"),
    ("discover levels.npz", INPUT, "--threshold"),
    ("simulate torn.rle", INPUT, "torn.rle"),
    ("report nowhere", INPUT, "nowhere"),
    ("runs show nowhere", INPUT, "nowhere"),
    ("simulate --resume nowhere", INPUT, "nowhere"),
    ("discover good.npz --report missing/a.html", INPUT, "--report"),
    ("discover good.npz --out taken", INPUT, "taken"),
    ("junction fit notes.txt", INPUT, "notes.txt"),
    # paths that a shell left empty or did not replace
    ("discover ''", INPUT, "SOURCE"),
    ("discover a.npz ' '", INPUT, "SOURCE"),
    ("ask ''", INPUT, "SOURCE"),
    ("report ''", INPUT, "SOURCE"),
    ("runs list ''", INPUT, "FOLDER"),
    ("runs verify ''", INPUT, "PATH"),
    ("junction fit ''", INPUT, "CURVE.CSV"),
    ("learn good.npz --out ''", INPUT, "--out"),
    ("simulate B3/S23 --out=", INPUT, "--out"),
    ("simulate B3/S23 --rle ''", INPUT, "--rle"),
    ("simulate --resume ''", INPUT, "--resume"),
    ("score train ''", INPUT, "empty"),
    ("discover '*.gif'", INPUT, "pattern"),
    ("discover 'good.npz '", INPUT, "blank"),
    ("discover '~/x.npz'", INPUT, "in full"),
    ("discover god.npz", INPUT, "good.npz"),
    ("discover -x.npy", USAGE, "./-x.npy"),
    ("junction fit taken", INPUT, "folder"),
    # words that do not go together
    ("discover", INPUT, "SOURCE"),
    ("discover good.npz --ask 3", INPUT, "--box"),
    ("discover good.npz --library poly:3", INPUT, "--library"),
    ("simulate B3/S23 --paths 10", INPUT, "--paths"),
    ("simulate ornstein-uhlenbeck --size 8", INPUT, "--size"),
    ("simulate", INPUT, "LAW"),
]
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,} ){3,}[A-Za-z]{2,}\b")
"""Four English words in a row; names, values and code stand between quotes and are taken out before."""


@pytest.fixture(autouse=True)
def files(elsewhere: None, tmp_path: Path) -> None:
    """What the commands name: recordings of every fault, notes, a torn pattern, a directory that is taken."""
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "good.npz", states=rng.integers(0, 2, (5, 8, 8), dtype=np.uint8))
    np.savez(tmp_path / "a.npz", states=rng.integers(0, 2, (5, 8, 8), dtype=np.uint8))
    np.savez(tmp_path / "still.npz", states=np.zeros((5, 8, 8), np.uint8))
    np.savez(tmp_path / "one.npz", states=rng.integers(0, 2, (1, 8, 8), dtype=np.uint8))
    np.savez(tmp_path / "levels.npz", states=rng.integers(0, 200, (5, 8, 8), dtype=np.uint8))
    (tmp_path / "track.csv").write_text("t,x\n" + "".join(f"{k},{k % 7}\n" for k in range(40)), encoding="utf-8")
    (tmp_path / "torn.npz").write_bytes((tmp_path / "good.npz").read_bytes()[:100])
    (tmp_path / "notes.txt").write_text("what we did on Monday\n", encoding="utf-8")
    (tmp_path / "torn.rle").write_text("x = 3, y = 3, rule = B3/S23\nbo$2bo$3o", encoding="utf-8")
    np.save(tmp_path / "-x.npy", np.zeros(3))
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").write_text("mine", encoding="utf-8")


def test_there_are_seventy_five() -> None:
    assert len(WRONG) >= 75
    assert len({command for command, *_ in WRONG}) == len(WRONG)


@pytest.mark.parametrize(("command", "code", "needle"), WRONG, ids=[command for command, *_ in WRONG])
def test_a_wrong_command_gets_one_sentence(evolaw: Callable[..., Any], command: str, code: int, needle: str) -> None:
    said = {
        lang: evolaw(*shlex.split(command), *(["--lang", lang] if "--lang" not in command else []))
        for lang in ("en", "zh")
    }
    for lang, done in said.items():
        assert done.returncode == code, (lang, done.stderr)
        assert done.stdout == "", lang
        assert done.stderr.count("[usage]" if code == USAGE else "]: ") == 1, (lang, done.stderr)
        assert "Traceback" not in done.stderr
        if lang == "en" or needle.startswith("--"):
            assert needle in done.stderr, (lang, done.stderr)
    if "--lang" not in command:
        message = said["zh"].stderr.split("]: ", 1)[1].split("\n  ")[0]
        assert re.search("[\u4e00-\u9fff]", message), message
        bare = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\([^)]*\)", "", message)
        assert not ENGLISH.search(bare), message


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("simulate Ｂ３６／Ｓ２３ --size １２×１６ --steps 2", "simulate B36/S23 --size 12x16 --steps 2"),
        ("simulate 生命游戏 --size 12，16 --steps 2", "simulate B3/S23 --size 12x16 --steps 2"),
        ("ito 'dX ＝ －θ .* X.^2 dt ＋ dW'", "ito 'dX = -theta X^2 dt + dW'"),
    ],
)
def test_what_a_chinese_keyboard_or_matlab_writes_is_understood(
    evolaw: Callable[..., Any], typed: str, meant: str
) -> None:
    said = [evolaw(*shlex.split(command)) for command in (typed, meant)]
    assert said[0].returncode == 0 and said[0].stdout == said[1].stdout
