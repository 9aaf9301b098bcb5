"""``evolaw explore`` writes its page, or serves it to this machine until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from evolaw.automata.evolution import evolve
from evolaw.discovery import discover


def test_the_page_is_written_as_one_file(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw("explore", "HighLife", "--report", "page.html", "--lang", "zh", "--seed", 3)
    assert (done.code if hasattr(done, "code") else done.returncode) == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert 'value="B36/S23"' in page and '<html lang="zh">' in page and 'value="3"' in page


def test_a_finding_brings_its_law_and_its_next_experiment(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    board = (np.random.default_rng(0).random((12, 12)) < 0.1).astype(np.uint8)
    found = discover(evolve("B3/S23", board, 3), "outer-totalistic", rng=0)
    found.save(tmp_path / "run")
    assert evolaw("explore", "run", "--report", "page.html").returncode == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert found.next is not None and found.next.rle.splitlines()[-1] in page
    assert found.law.most_probable in page


def test_what_is_no_rule_is_a_sentence(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw("explore", "B9/S", "--report", "page.html")
    assert done.returncode == 3 and "at most 8 neighbours" in done.stderr
    assert not (tmp_path / "page.html").exists()
    assert evolaw("explore", "--report", "nowhere/page.html").returncode == 3
    assert evolaw("explore", "--seed", 100, "--report", "page.html").returncode == 3


def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    # A background job is born with Ctrl-C ignored; whoever sits at a terminal is not.
    listens = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{listens}; from evolaw.cli.main import run; raise SystemExit(run(['explore', 'B36/S23']))"
    words = [sys.executable, "-c", program]
    served = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    try:
        address = served.stdout.readline().split()[-1]  # type: ignore[union-attr]
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert 'value="B36/S23"' in answer.read().decode()
        served.send_signal(signal.SIGINT)
        _, err = served.communicate(timeout=20)
    finally:
        served.kill()
        served.communicate()
    assert served.returncode == 0 and "Traceback" not in err and "Only this machine" in err
