"""``evolaw simulate`` for stochastic differential equations: paths, their moments, and how they compare with the exact law.

`evolaw.sde.solve` does the work: it fills the run directory chunk by chunk, so that a resumed run ends in the same bytes, and
without a directory or a figure it stores no path at all.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import arguments, terminal
from evolaw.cli.simulate.process_settings import PathSettings
from evolaw.cli.simulate.process_summary import Summary, asked

if TYPE_CHECKING:
    from evolaw.storage import Run

__all__ = ["Wanted", "continue_paths", "simulate_paths"]


@dataclass(frozen=True)
class Wanted:
    """What is to come of the paths.

    Attributes:
        figure: file of the drawing, or of the film.
        report: file of the page.
        lang: language of the page.
        as_json: print one JSON document.
    """

    figure: Path | None = None
    report: Path | None = None
    lang: str = "en"
    as_json: bool = False

    def check(self) -> None:
        """Refuse files that cannot be written."""
        if self.figure is not None:
            arguments.require_place(self.figure, moves=True)
        if self.report is not None:
            arguments.require_page(self.report)

    @property
    def is_seen(self) -> bool:
        """Whether the paths themselves are looked at."""
        return self.figure is not None or self.report is not None


def simulate_paths(settings: PathSettings, out: Path | None, wanted: Wanted) -> None:
    """Simulate from the beginning and say what came out."""
    from evolaw.storage import Run

    wanted.check()
    if out is None:
        _tell(_solved(settings, None, wanted.is_seen), None, wanted)
        return
    process = settings.process
    header = {
        "kind": "trajectory",
        "axes": ["paths", "times", "dim"],
        "law": str(process),
        "scheme": settings.scheme,
        "boundary": None,
        "seed": settings.seed,
        "about": {"start": settings.start, "params": settings.values, "names": list(process.components or ())},
        "settings": asdict(settings),
        "resume": "simulate --resume",
    }
    arguments.announce(out, (settings.paths, len(settings.times), len(settings.start)), settings.precision)
    with Run.create(out, about=header) as run:
        summary = _fill(run, settings)
    _tell(summary, out, wanted)


def continue_paths(path: Path, wanted: Wanted) -> None:
    """Continue a run of `simulate_paths` at its last committed chunk."""
    from evolaw.errors import StorageError
    from evolaw.storage import Run

    wanted.check()
    try:
        settings = PathSettings(**Run.open(path).about["settings"])
    except TypeError as error:
        raise StorageError(f"{path} holds settings that this version does not know: {error}.") from None
    with Run.resume(path) as run:
        summary = _fill(run, settings)
    _tell(summary, path, wanted)


def _fill(run: Run, settings: PathSettings) -> Summary:
    try:
        summary = _solved(settings, run, True)
    except (KeyboardInterrupt, SystemExit):
        terminal.note(f"stopped after {run.cursor} committed paths; continue with: evolaw simulate --resume {run.path}")
        raise
    run.document("summary.json", summary.facts())
    return summary


def _solved(settings: PathSettings, run: Run | None, stored: bool) -> Summary:
    """The solution: a trajectory, or its statistics alone."""
    from evolaw.errors import NumericalError
    from evolaw.sde.loop.solver import solve

    with terminal.bar(f"simulating {settings.law[:32]}") as progress:
        try:
            found = solve(
                settings.process, settings.scheme, settings.start, settings.times, paths=settings.paths,
                rng=settings.seed, dt=settings.dt, precision=settings.precision, out=run,
                chunk=settings.chunk if stored else "auto", statistics=None if stored else asked(),
                progress=progress,
            )  # fmt: skip
        except NumericalError as error:
            return Summary(settings, error.partial, error)
    return Summary(settings, found)


def _tell(summary: Summary, place: Path | None, wanted: Wanted) -> None:
    """Print the result and draw it; lost paths are said before the numbers of the others, and end in an error."""
    from evolaw.errors import NumericalError

    if wanted.is_seen and summary.has_numbers:
        _show(summary, wanted)
    if summary.fault is not None:
        terminal.note(summary.warning)
    places = {"run": place, "figure": wanted.figure, "report": wanted.report}
    if wanted.as_json:
        written = {name: None if path is None else str(path) for name, path in places.items()}
        terminal.document(summary.facts() | written)
    else:
        terminal.result(summary.text(places))
    if summary.fault is not None:
        said = str(summary.fault).removesuffix(" The result is kept in the error's `partial`.")
        kept = "" if place is None else f" Every path is kept in {place}."
        raise NumericalError(f"{said} The numbers above are those of the other paths.{kept}", summary.result)


def _show(summary: Summary, wanted: Wanted) -> None:
    """Draw the paths, film them, or write their page."""
    from evolaw.report.figures import draw, save
    from evolaw.report.moving.animation import MOVING, animate
    from evolaw.report.moving.player import write_trajectory

    paths: Any = summary.result
    if wanted.figure is not None and wanted.figure.suffix.lstrip(".").lower() in MOVING:
        animate(paths, wanted.figure)
    elif wanted.figure is not None:
        save(draw(paths, density=True, title=summary.title), wanted.figure)
    if wanted.report is not None:
        command = shlex.join(["evolaw", *sys.argv[1:]])
        facts = [*summary.known(), ("seed", summary.settings.seed)]
        said = [(name, str(words)) for name, words in facts if words is not None]
        write_trajectory(paths, wanted.report, lang=wanted.lang, command=command, facts=said)
