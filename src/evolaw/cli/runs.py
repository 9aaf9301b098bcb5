"""``evolaw runs``: the run directories there are, what is in one, and whether every byte of it is still there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import terminal
from evolaw.report import language

if TYPE_CHECKING:
    from evolaw.storage import Run

__all__ = ["app", "list_all", "show", "verify"]

app = typer.Typer(no_args_is_help=True, help="List, show and verify run directories.")

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_all(
    folder: Annotated[Path | None, typer.Argument(help="Folder that holds run directories; by default runs.")] = None,
    as_json: _Json = False,
) -> None:
    """List the runs in a folder, newest first."""
    from evolaw import storage
    from evolaw.errors import StorageError

    if folder is not None and not folder.is_dir():
        raise StorageError(f"{folder} is not a directory. Runs are written by --out; name their folder here.")
    folder = folder or Path("runs")
    facts = [_facts_or_damage(run) for run in storage.list_runs(folder)]
    if as_json:
        terminal.document({"schema": 1, "folder": str(folder), "runs": facts})
        return
    if not facts:
        terminal.result(f"{folder} holds no runs.")
        return
    terminal.result("\n".join(_columns(facts)), is_said=True)


@app.command()
def show(
    path: Annotated[Path, typer.Argument(help="A run directory.")],
    figure: Annotated[
        Path | None,
        typer.Option("--figure", help="Draw what it holds: .svg, .pdf, .png; a trajectory as .gif, .mp4 too."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Show what was run, how far it got and what it holds."""
    from evolaw import display, storage

    if figure is not None:
        _draw(path, figure)
    run = storage.Run.open(path)
    facts = _facts(run) | {"manifest": run.manifest, "arrays": run.arrays(), "documents": _documents(run)}
    if as_json:
        written = {} if figure is None else {"figure": str(figure)}
        terminal.document({"schema": 1, **facts, **written})
        return
    about = {name: value for name, value in run.about.items() if isinstance(value, str | int | float)}
    lines = [
        ("state", facts["state"]),
        ("committed", f"{facts['cursor']} {run.about.get('unit', 'frames')}" if facts["cursor"] else None),
        ("created", facts["created"]),
        *about.items(),
        ("arrays", ", ".join(facts["arrays"]) or None),
        ("documents", ", ".join(facts["documents"]) or None),
        ("made with", ", ".join(f"{name} {number}" for name, number in run.manifest["made_with"].items())),
        ("figure", figure),
    ]
    terminal.result(display.lines(str(path), lines))
    if facts["state"] in ("interrupted", "failed") and run.about.get("resume"):
        terminal.result(f"  continue with: evolaw {run.about['resume']} {path}")


@app.command()
def verify(path: Annotated[Path, typer.Argument(help="A run directory.")], as_json: _Json = False) -> None:
    """Check every committed chunk against its checksum; exit code 5 when one is lost or damaged."""
    from evolaw import storage
    from evolaw.errors import CheckFailed

    faults = storage.Run.open(path).verify()
    if as_json:
        terminal.document({"schema": 1, "name": path.name, "intact": not faults, "faults": faults})
        raise typer.Exit(5 if faults else 0)
    if faults:
        raise CheckFailed("\n".join(faults))
    terminal.result(f"{path}: every committed byte is there.")


def _draw(path: Path, figure: Path) -> None:
    """Draw what a run holds; measurements of junctions are drawn by the verb that goes on with them."""
    from evolaw import checks, report, storage
    from evolaw.cli import arguments
    from evolaw.report.opening import load

    arguments.require_place(figure, moves=True)
    again = str(storage.Run.open(path).about.get("resume", ""))
    is_measured = again.startswith("junction")
    checks.require(
        not is_measured, "figure", "be left out here", str(figure), f"Write: evolaw {again} {path} --figure {figure}."
    )
    report.write_figure(load(path), figure)


def _columns(facts: list[dict[str, Any]]) -> list[str]:
    """A line a run; names and laws are the user's own and stay as they are."""

    def said(word: str) -> str:
        return language.label(word, language.spoken())

    rows = [(f["name"], said(f["state"]), said(f["kind"]), f["created"][:19], said(f["about"])) for f in facts]
    widths = [max(language.width(row[column]) for row in rows) for column in range(4)]
    padded = [
        [text + " " * (wide - language.width(text)) for text, wide in zip(row, widths, strict=False)] for row in rows
    ]
    return ["  ".join([*cells, row[-1]]) for cells, row in zip(padded, rows, strict=True)]


def _facts_or_damage(run: Run) -> dict[str, Any]:
    """The facts of a run; one damaged run does not hide the others."""
    from evolaw.errors import StorageError

    try:
        return _facts(run)
    except StorageError:
        about = "see: evolaw runs verify"
        return {"name": run.path.name, "state": "damaged", "cursor": 0, "kind": "", "created": "", "about": about}


def _facts(run: Run) -> dict[str, Any]:
    about = run.about
    return {
        "name": run.path.name,
        "state": run.state,
        "cursor": run.cursor,
        "kind": str(about.get("kind", "")),
        "created": str(run.manifest.get("created", "")),
        "about": str(about.get("law") or about.get("source") or ""),
    }


def _documents(run: Run) -> list[str]:
    ours = {"manifest.json", "progress.json", "checksums.jsonl", "records.jsonl", "lock"}
    return sorted(path.name for path in run.path.iterdir() if path.is_file() and path.name not in ours)
