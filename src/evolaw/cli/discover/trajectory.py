"""``evolaw discover TRACK``: the door for trajectories of numbers, and how the program tells them from frames of cells."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evolaw.discovery import Finding

__all__ = ["find_equation", "is_trajectory", "kind_of"]

_MOST_COMPONENTS = 6
_MOST_LINES = 50
_MOST_BYTES = 2**16
"""A file without an end of line is one line, however large."""


def is_trajectory(sources: Sequence[Path], lattice: Mapping[str, Any], equation: Mapping[str, Any]) -> bool:
    """Whether the sources go to the door for trajectories.

    Args:
        sources: what was named.
        lattice, equation: the options given that only the one or the other door knows.

    Raises:
        ArgumentError: options of both doors, or sources of both kinds.
        ParseError: options of a trajectory, and nothing is there.
    """
    from evolaw import checks
    from evolaw.textfiles import missing

    gone = [source for source in sources if equation and not os.path.exists(source)]
    if gone:  # else its name would be taken for cells, and the option of a trajectory blamed
        raise missing(gone[0])
    kinds = {kind_of(source) for source in sources}
    names = ", ".join(map(str, sources))
    if lattice and equation:
        one, other = next(iter(lattice)), next(iter(equation))
        raise checks.refuse(
            "options",
            "be those of one door",
            f"--{one} (frames of cells) with --{other} (a trajectory)",
            f"Use 'evolaw discover {names} --{one} …' or 'evolaw discover {names} --{other} …'.",
        )
    if kinds == {"either"}:
        if not lattice and not equation:
            raise checks.refuse(
                "source",
                "be frames of cells or a trajectory, and could be either",
                names,
                f"Use 'evolaw discover {names} --space outer-totalistic --boundary torus' for cells, or "
                f"'evolaw discover {names} --library poly:3' for a trajectory.",
            )
        return bool(equation)
    checks.require(not {"lattice", "trajectory"} <= kinds, "source", "be all of one kind", names)
    return "trajectory" in kinds


def find_equation(sources: Sequence[Path], *, box: str | None, box_timeout: float, **options: Any) -> Finding:
    """Read the trajectories and discover their equation; options are those of `discover_equation`, as text."""
    import dataclasses

    from evolaw.discovery.diffusions.experiment.track_box import CommandTrackBox
    from evolaw.discovery.diffusions.files.tracks import read_tracks
    from evolaw.discovery.diffusions.investigation import discover_equation
    from evolaw.discovery.spine.facts import Facts

    asked = None if box is None else CommandTrackBox(box, timeout=box_timeout)
    tracks = [track for source in sources for track in read_tracks(source)]
    names = options.pop("names")
    given = None if names is None else [name.strip() for name in names.split(",")]
    found = discover_equation(tracks, names=given, noise=_noise(options.pop("noise")), box=asked, **options)
    chosen = list(dict.fromkeys(note for track in tracks for note in track.about.get("read_as", ())))
    facts = Facts(**found.facts, read_as=chosen) if chosen else found.facts
    return dataclasses.replace(found, source=", ".join(map(str, sources)), facts=facts)


def _noise(text: str) -> str | float | list[float]:
    """ "auto", one number, or one for each component."""
    from evolaw import checks

    if text.strip() == "auto":
        return "auto"
    values = [checks.number(part.strip(), "noise", least=0.0) for part in text.split(",")]
    return values[0] if len(values) == 1 else values


def kind_of(source: Path) -> str:
    """ "lattice", "trajectory" or "either", from the name and the first bytes; what does not exist is left to the readers."""
    if source.is_dir():
        return _kind_of_folder(source)
    suffix = source.suffix.lower()
    if suffix == ".npz":
        return _kind_of_archive(source)
    if suffix in (".npy", ".mat"):
        return _kind_of_array(source)
    if suffix in (".csv", ".tsv", ".txt"):
        from evolaw.automata.files.recordings import holds_boards, refuse_dressed_boards

        if holds_boards(source):
            return "lattice"
        refuse_dressed_boards(source)
        return _kind_of_table(source) if suffix == ".csv" else "trajectory"
    return "trajectory" if suffix in (".dat", ".parquet", ".zarr", ".nc") else "lattice"


def _kind_of_array(path: Path) -> str:
    """Cells are 0 and 1 of any type, or whole numbers with two axes beside time; real numbers in three may be grey boards or paths."""
    from evolaw.automata.files.archives import header_of, read_array
    from evolaw.automata.files.matlab import read_matlab, shape_of
    from evolaw.automata.files.stacks import are_cells
    from evolaw.errors import ParseError

    is_plain = path.suffix.lower() == ".npy"
    try:
        shape, is_whole = header_of(path) if is_plain else shape_of(path)
        if not (is_whole and len(shape) > 2) and are_cells(read_array(path) if is_plain else read_matlab(path)[0]):
            return "lattice"
    except ParseError:
        return "trajectory"  # whose reader says what is wrong
    if len(shape) < 3:
        return "trajectory"
    return "lattice" if is_whole else "either" if min(shape) > _MOST_COMPONENTS else "trajectory"


def _kind_of_folder(folder: Path) -> str:
    if folder.suffix == ".zarr":
        return "trajectory"
    if not (folder / "manifest.json").exists():
        return "lattice"
    from evolaw import storage

    axes = storage.Run.open(folder).about.get("axes") or ()
    return "trajectory" if "times" in axes and "rows" not in axes and "cells" not in axes else "lattice"


def _kind_of_archive(path: Path) -> str:
    """Boards are called states, or are the only array of cells with three axes; other arrays are trajectories by their names."""
    from evolaw.automata.files.recordings import name_of_states
    from evolaw.errors import ParseError

    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()[:1000]}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return "lattice"
    if "states" not in names:
        is_path = bool(names & {"values", "x", "X", "positions", "data"})
        with suppress(ParseError):  # the reader of trajectories says what is wrong
            is_path = is_path and name_of_states(path) is None
        return "trajectory" if is_path else "lattice"
    return "either" if "values" in names else "lattice"


def _kind_of_table(path: Path) -> str:
    """A table of statistics of a lattice says the size of its board in a comment and begins with run,time."""
    from evolaw.textfiles import first_lines

    if not path.is_file():
        return "lattice"
    lines = first_lines(path, _MOST_BYTES)[:_MOST_LINES]
    comments = " ".join(line for line in lines if line.startswith("#"))
    if "rows" in comments and "cols" in comments:
        return "lattice"
    header = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return "either" if header.replace(" ", "").startswith("run,time,density") else "trajectory"
