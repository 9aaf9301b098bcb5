"""``evolaw doctor``: what this machine has, ready to paste into a report of a fault, and one line of verdict."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from evolaw.cli import terminal

__all__ = ["diagnose", "examine"]

_EXTRAS = {"learn": ("equinox", "optax", "safetensors")}
_NEEDED = (
    "jax",
    "jinja2",
    "llvmlite",
    "matplotlib",
    "numpy",
    "pillow",
    "rich",
    "scipy",
    "sympy",
    "typer",
    "xarray",
    "zarr",
)


def diagnose(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say what this machine has and whether evolaw can work here."""
    facts = examine()
    if as_json:
        terminal.document(facts)
    else:
        terminal.result(_text(facts))
    raise typer.Exit(0 if facts["healthy"] else 5)


def examine() -> dict[str, Any]:
    """Return the facts of `diagnose` as JSON values; ``healthy`` is False when something essential is missing."""
    from evolaw import devices

    faults = [f"the package {name} is missing; reinstall evolaw" for name in _missing(_NEEDED)]
    found, backend_fault = _devices()
    faults += [backend_fault] if backend_fault else []
    folders = {str(where): _writable(where) for where in (Path.cwd(), Path(tempfile.gettempdir()))}
    faults += [f"{where} cannot be written" for where, fine in folders.items() if not fine]
    advice = []
    if shutil.which("nvidia-smi") and found and all("cpu" in device.lower() for device in found):
        advice.append("there is an NVIDIA driver but JAX sees no GPU; install it with: pip install 'jax[cuda12]'")
    if not shutil.which("bgolly"):
        advice.append("bgolly is not installed; only needed to compare with Golly (Debian package golly)")
    return {
        "schema": 1,
        "healthy": not faults,
        "verdict": "evolaw can work here." if not faults else "Not ready: " + "; ".join(faults) + ".",
        "advice": advice,
        "versions": devices.versions(),
        "extras": {name: not _missing(packages) for name, packages in _EXTRAS.items()},
        "cores": devices.cores(),
        "threads": devices.settings(),
        "memory_bytes": devices.memory(),
        "disk_free_bytes": shutil.disk_usage(Path.cwd()).free,
        "devices": found,
        "writable": folders,
        "bgolly": shutil.which("bgolly"),
        "executable": sys.executable,
    }


def _missing(packages: tuple[str, ...]) -> list[str]:
    from importlib.metadata import PackageNotFoundError, version

    missing = []
    for package in packages:
        try:
            version(package)
        except PackageNotFoundError:
            missing.append(package)
    return missing


def _devices() -> tuple[list[str], str | None]:
    """The devices that JAX sees, and what is wrong when it cannot start."""
    try:
        from evolaw.devices import accelerators

        return accelerators(), None
    except Exception as error:  # whatever keeps JAX from starting is what the user wants to read
        return [], f"JAX cannot start: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _text(facts: dict[str, Any]) -> str:
    from evolaw import display
    from evolaw.arrays import byte_size

    versions = facts["versions"]
    lines = [
        ("python", f"{versions['python']} on {versions['platform']}"),
        (
            "packages",
            ", ".join(f"{name} {number}" for name, number in versions.items() if name not in ("python", "platform")),
        ),
        *(
            (f"extra {name}", "installed" if there else f"not installed; pip install 'evolaw[{name}]'")
            for name, there in facts["extras"].items()
        ),
        ("cores", facts["cores"]),
        ("memory", byte_size(facts["memory_bytes"]) if facts["memory_bytes"] else "unknown"),
        ("disk free", byte_size(facts["disk_free_bytes"])),
        ("devices", ", ".join(facts["devices"]) or "none"),
        ("settings", ", ".join(f"{name}={value}" for name, value in facts["threads"].items()) or None),
        ("writable", ", ".join(f"{where} {'yes' if fine else 'NO'}" for where, fine in facts["writable"].items())),
        ("bgolly", facts["bgolly"] or "not found"),
        *(("advice", sentence) for sentence in facts["advice"]),
    ]
    return display.lines(facts["verdict"], lines)
