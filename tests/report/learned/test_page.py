"""The page of a learned law: whole, offline, escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evolaw.automata.rules.rule import entries
from evolaw.errors import ArgumentError
from evolaw.learning.windows.architecture_study import League, Standing
from evolaw.learning.windows.cnn import Cnn
from evolaw.learning.windows.interpretation import explain_filters
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.learning.windows.objective import Record
from evolaw.learning.windows.rollouts import Beside
from evolaw.report.learned.page import render_learned, write_learned


def life() -> LearnedLaw:
    logits = np.asarray(Cnn.life().window_logits())[None]
    return LearnedLaw(logits, np.ones(512, int), ((Record(1, 0.1, 0, (1.0, 1.0), 0.5),),), (Cnn.life(),))


@pytest.mark.slow
def test_the_page_says_law_weights_and_how_to_make_it_again(tmp_path: Path) -> None:
    law = life()
    parts = {"source": "<b>x</b>", "law": law, "readout": law.read("B3/S23"), "filters": explain_filters(law.nets[0])}
    page = render_learned(**parts, remark="mind <this>", command="evolaw learn x", seed=7)  # type: ignore[arg-type]
    assert "B3/S23" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "mind &lt;this&gt;" in page
    assert "evolaw learn x" in page
    assert "<dd>7</dd>" in page
    assert page.count("<img") == 3
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)
    assert page.count("<script") == 1
    (sheet,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert f"sha256-{base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}" in page
    written = write_learned(tmp_path / "page.html", **parts)
    assert written.read_text(encoding="utf-8") == render_learned(**parts)  # type: ignore[arg-type]


def test_the_page_of_a_league() -> None:
    found = np.array([1, 0])
    standing = Standing("cnn2-x8", "two layers", 177, found, np.zeros((2, 3), int), np.ones((2, 3)), 1.0)
    page = render_learned(source="B3/S23", league=League("B3/S23", "1024 boards", 2, 3, (standing,)))
    assert "1/2" in page
    assert "1024 boards" in page
    assert page.count("<img") == 1


@pytest.mark.slow
def test_law_and_truth_stand_beside_each_other() -> None:
    starts = np.random.default_rng(0).integers(0, 2, (8, 8, 8)).astype(np.uint8)
    law = life()
    page = render_learned(
        source="x", law=law, readout=law.read("B3/S23"), beside=Beside.of(law, "B3/S23", starts, 3, rng=0)
    )
    assert "Beside the truth" in page
    assert re.search(r"density p = [01][.\d]*, activity p = ", page)


@pytest.mark.slow
def test_what_was_never_seen_or_is_wrong_is_named() -> None:
    visited = np.ones(512, int)
    visited[entries("isotropic")["B6a"]] = 0
    law = replace(life(), visited=visited)
    page = render_learned(source="x", law=law, readout=law.read("B36a/S23"))
    assert "1 of 102: B6a" in page
    assert "<dt>Entries wrong</dt><dd>B6a</dd>" in page
    whole = render_learned(source="x", law=life(), readout=life().read("B3/S23"))
    assert "Entries never seen" not in whole
    assert "Entries wrong" not in whole
    assert "all 512" in whole


@pytest.mark.slow
def test_the_page_in_chinese() -> None:
    law = life()
    page = render_learned(
        source="x", law=law, readout=law.read("B3/S23"), filters=explain_filters(law.nets[0]), lang="zh"
    )
    assert '<html lang="zh">' in page
    assert "网络所持的规律" in page
    words = re.sub(
        r"<[^>]*>", " ", re.sub(r"<(style|script)>.*?</\1>|<dd>.*?</dd>|<table>.*?</table>", " ", page, flags=re.DOTALL)
    )
    assert not re.findall(r"\b(?:the|and|of|network|window)\b", words), "an English word was left in the Chinese page"
    with pytest.raises(ArgumentError, match="lang"):
        render_learned(source="x", lang="fr")
