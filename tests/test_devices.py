"""What the machine has, against what the system says of itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evolaw import devices


def test_cores_are_those_this_process_may_use() -> None:
    program = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nfrom evolaw import devices; print(devices.cores())"
    if hasattr(os, "sched_setaffinity"):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout == "1\n"
    assert 1 <= devices.cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("limit", "kept"), [("1000000", 1_000_000), ("max", None), ("", None)])
def test_a_container_may_have_less_memory_than_its_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, kept: int | None
) -> None:
    monkeypatch.setattr(devices, "_CGROUP_MEMORY", tmp_path / "none")
    whole = devices.memory()
    (tmp_path / "memory.max").write_text(limit)
    monkeypatch.setattr(devices, "_CGROUP_MEMORY", tmp_path / "memory.max")
    assert devices.memory() == (kept or whole)


def test_the_versions_name_what_results_depend_on() -> None:
    assert {"python", "platform", "evolaw", "jax", "llvmlite", "numpy", "scipy", "zarr"} == set(devices.versions())


def test_settings_of_the_shell_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert devices.settings()["OMP_NUM_THREADS"] == "3"
    assert devices.accelerators()[0].startswith(("cpu:0", "gpu:0", "cuda:0", "tpu:0"))


def test_linear_algebra_keeps_to_one_thread_inside() -> None:
    import threadpoolctl

    with devices.one_thread():
        inside = [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    assert inside and set(inside) == {1}
