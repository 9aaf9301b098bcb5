"""What every test file shares: memory is given back where a worker has grown, and a gate has an end.

JAX keeps each compiled program for as long as the process lives; a worker that runs file after file would keep those of all of
them, several gigabytes. The programs of one file are of little use to the next, so they are dropped between files, but only once
they weigh something: small files go on sharing what is compiled. (Dropping at 0.8 GiB took a tenth more of the processor; keeping
compiled programs on disk, for both workers, saved nothing beyond this.)

Python looks through everything that lives again and again for circles that nobody holds, and what a worker has imported never becomes
one: it is set aside once, and the rest is looked through less often (a seventh of the processor's time, where equations are traced).

Half of the processor's time of the quick tests went into XLA's making machine code of programs that run for a millisecond. They ask for
its older generator, and for the code of a program in one piece: the same programs, in two thirds of the time. Slow tests, whatever is
run with ``-m`` or with ``XLA_FLAGS`` set (``XLA_FLAGS= make test``), and processes that tests start are compiled as users have it.

An example in a docstring that says "# some seconds" is slow.

A gate must end. ``--budget SECONDS`` starts no test after that time and names the files it left out; which files come first turns from
day to day, so that none is left out always.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from evolaw import devices

TOO_MUCH = 2.2 * 2**30
QUICKLY = "--xla_cpu_parallel_codegen_split_count=1 --xla_cpu_use_fusion_emitters=false"
gc.set_threshold(5_000, 20, 20)
_BEGAN = time.monotonic()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--budget``."""
    parser.addoption("--budget", type=float, default=float("inf"), help="seconds after which no further test is begun")


def pytest_configure(config: pytest.Config) -> None:
    """Ask for machine code quickly, where only quick tests run; said by whoever loads JAX while tests are collected."""
    # XLA ends a process that names a switch it does not know: other versions may have given these up.
    is_known = metadata.version("jaxlib").startswith("0.10.")
    if is_known and config.getoption("markexpr") == "not slow" and "XLA_FLAGS" not in os.environ:
        os.environ["XLA_FLAGS"] = QUICKLY


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test marked ``sampled(n)`` keep every n-th set of arguments quick; with a budget, begin at another file each day."""
    met: Counter[tuple[str, str]] = Counter()
    for item in items:
        if isinstance(item, pytest.DoctestItem) and any(
            "# some seconds" in part.source for part in item.dtest.examples
        ):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("processor") is not None and not devices.on_cpu():
            item.add_marker(pytest.mark.skip(reason="speaks of how a processor computes"))
        sampled = item.get_closest_marker("sampled")
        if sampled is not None:
            test = (item.nodeid.partition("::")[0], getattr(item, "originalname", item.name))
            if met[test] % sampled.args[0]:
                item.add_marker(pytest.mark.slow)
            met[test] += 1
    if config.getoption("--budget") == float("inf"):
        return
    files = list(dict.fromkeys(item.nodeid.partition("::")[0] for item in items))
    first = time.gmtime().tm_yday * 37 % max(len(files), 1)
    rank = {file: place for place, file in enumerate(files[first:] + files[:first])}
    items.sort(key=lambda item: rank[item.nodeid.partition("::")[0]])


def pytest_collection_finish(session: pytest.Session) -> None:
    """Set aside what was imported: no search for unused memory goes through it again; and take back what XLA has read."""
    if os.environ.get("XLA_FLAGS") == QUICKLY:
        if "jax" in sys.modules:
            sys.modules["jax"].devices()
        del os.environ["XLA_FLAGS"]
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out, naming its file, when the budget is spent."""
    budget = item.config.getoption("--budget")
    if time.monotonic() - _BEGAN > budget:
        file = item.nodeid.partition("::")[0]
        pytest.skip(f"{file} left out: the budget of {budget:g} s is spent; make test-slow runs everything")


@pytest.fixture(autouse=True, scope="module")
def memory_is_given_back() -> Iterator[None]:
    """Drop what JAX has compiled when the worker holds more than 2.2 GiB after a file of tests."""
    yield
    jax = sys.modules.get("jax")
    if jax is not None and _resident() > TOO_MUCH:
        jax.clear_caches()
        gc.collect()
        with contextlib.suppress(
            OSError, AttributeError
        ):  # glibc keeps what is freed, unless it is told to give it back
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def _resident() -> float:
    """Bytes of memory in use; where the system does not tell, enough to drop the caches after every file."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return float("inf")
