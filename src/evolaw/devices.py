"""What this machine has: cores, memory, accelerators, settings, versions; asked in one place."""

from __future__ import annotations

import os
import platform
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from evolaw.errors import ForkedProcess

__all__ = ["accelerators", "cores", "memory", "on_cpu", "one_thread", "require_unforked", "settings", "versions"]

_PACKAGES = ("evolaw", "jax", "llvmlite", "numpy", "scipy", "zarr")
_SETTINGS = ("OMP_NUM_THREADS", "XLA_FLAGS", "JAX_PLATFORMS", "CUDA_VISIBLE_DEVICES")
_at_work: list[int] = []
"""The process in which JAX has worked for us."""

_CGROUP_MEMORY = Path("/sys/fs/cgroup/memory.max")


def cores() -> int:
    """Return how many processor cores this process may use, at least 1.

    Example:
        >>> cores() >= 1
        True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> int | None:
    """Return the bytes of memory of the machine, or of the container where that is less; None where neither is told."""
    try:
        found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    try:
        return min(found, int(_CGROUP_MEMORY.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no container, or one without a limit
        return found


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which NumPy's and SciPy's linear algebra runs on one thread, where threadpoolctl is there to say so.

    Many products of small matrices gain nothing from threads, and on a machine that others use they wait for each other: a second becomes
    a minute.

    Example:
        >>> with one_thread():
        ...     pass
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


def accelerators() -> list[str]:
    """Return the devices that JAX computes on, such as "cpu:0 cpu"; this loads JAX.

    Raises:
        RuntimeError: JAX cannot start on the platform it was told to use.
    """
    import jax

    return [f"{device.platform}:{device.id} {device.device_kind}" for device in jax.devices()]


def on_cpu() -> bool:
    """Return whether JAX computes on the processor, and not on an accelerator, where nothing else is said; this loads JAX.

    Example:
        >>> on_cpu() == accelerators()[0].startswith("cpu")
        True
    """
    import jax

    return bool(jax.default_backend() == "cpu")


def require_unforked() -> None:
    """Refuse to let JAX work in a process that was forked from one in which it has; called before JAX works.

    Raises:
        ForkedProcess: this is such a process.
    """
    if not _at_work:
        _at_work.append(os.getpid())
    elif _at_work[0] != os.getpid():
        raise ForkedProcess


def settings() -> dict[str, str]:
    """Return the settings of the environment that change how many threads and which devices are used."""
    return {name: os.environ[name] for name in _SETTINGS if name in os.environ}


def versions() -> dict[str, str]:
    """Return the versions of Python, the platform and the packages a result depends on."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
