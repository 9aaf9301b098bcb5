"""What every test file shares: memory is given back where a worker has grown.

JAX keeps each compiled program for as long as the process lives; a worker that runs file after file would keep those of all of
them, several gigabytes. The programs of one file are of little use to the next, so they are dropped between files, but only once
they weigh something: small files go on sharing what is compiled.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOO_MUCH = 0.8 * 2**30


@pytest.fixture(autouse=True, scope="module")
def memory_is_given_back() -> Iterator[None]:
    """Drop what JAX has compiled when the worker holds more than 0.8 GiB after a file of tests."""
    yield
    jax = sys.modules.get("jax")
    if jax is not None and _resident() > TOO_MUCH:
        jax.clear_caches()
        gc.collect()
        with contextlib.suppress(OSError, AttributeError):  # glibc keeps what is freed, unless it is told to give it back
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def _resident() -> float:
    """Bytes of memory in use; where the system does not tell, enough to drop the caches after every file."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return float("inf")
