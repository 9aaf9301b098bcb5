"""Worker processes: what is forked says so instead of waiting, what is spawned gets its work and its results through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FORKED = """
import os, sys, warnings
import numpy as np
warnings.simplefilter("ignore")
from evolaw.errors import ForkedProcess

board = (np.random.default_rng(0).random((2048, 2048)) < 0.4).astype(np.uint8)

def paths():
    from evolaw import sde
    process = sde.SDE(lambda t, x, p: -x, lambda t, x, p: 1.0, noise="scalar")
    return sde.solve(process, sde.EulerMaruyama(), 1.0, [0, 1], steps=4, paths=8, rng=0).values

def cells():
    from evolaw.automata.evolution import evolve
    return evolve("B3/S23", board, 4).final

def network():
    from evolaw.learning.windows.cnn import Cnn, read_logits
    return read_logits(Cnn.life())

works = {"paths": paths, "cells": cells, "network": network}
work = works[sys.argv[1]]
before = work()
child = os.fork()
if child == 0:
    try:
        print("same" if np.array_equal(work(), before) else "other", flush=True)
    except ForkedProcess as error:
        print("refused:", error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("parent", np.array_equal(work(), before))
"""


@pytest.mark.parametrize(
    ("work", "says"),
    [("paths", "get_context('spawn')"), ("cells", "same"), pytest.param("network", "spawn", marks=pytest.mark.slow)],
)
def test_a_forked_process_does_not_hang(work: str, says: str) -> None:
    """Where JAX has worked, the child says that spawn is needed; the native kernels work in it with threads of its own."""
    done = subprocess.run([sys.executable, "-c", FORKED, work], capture_output=True, text=True, timeout=60)
    child, parent = done.stdout.splitlines()
    assert says in child, done
    assert parent == "parent True"


SPAWNED = """
import multiprocessing, sys
import numpy as np
from evolaw import sde
from evolaw.automata.evolution import evolve
from evolaw.discovery import discover

def board(seed):
    return (np.random.default_rng(seed).random((16, 16)) < 0.4).astype(np.uint8)

def work(seed):
    run = evolve("B3/S23", board(seed), 5)
    return run, discover(run, "outer-totalistic", rng=0)

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        ((run, finding),) = pool.map(work, [3])
    here, found = work(3)
    assert np.array_equal(run.values, here.values) and not run.values.flags.writeable
    assert finding.to_json() == found.to_json()
    print("through")
"""


@pytest.mark.slow
def test_results_come_through_from_spawned_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SPAWNED)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert done.stdout == "through\n", done.stderr
