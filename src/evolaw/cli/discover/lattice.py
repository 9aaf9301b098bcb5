"""``evolaw discover FRAMES``: the door for frames of cells, and for statistics of them over time."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import terminal

if TYPE_CHECKING:
    from evolaw.discovery import Finding
    from evolaw.discovery.lattices.model.observation import Channel
    from evolaw.trajectory import Trajectory

__all__ = ["find_rule", "name_of"]


def find_rule(
    sources: list[Path],
    space: str,
    *,
    every: int | None,
    flip: str | None,
    boundary: str | None,
    cells: dict[str, float | None] | None = None,
    chance: float | None = None,
    **options: Any,
) -> Finding:
    """Read, then discover; ``options`` go to `discover` as they are."""
    from evolaw import checks
    from evolaw.automata.files.recordings import holds_boards
    from evolaw.discovery import discover
    from evolaw.discovery.lattices.model.rule_space import SPACES

    checks.one_of(space, "space", SPACES)
    if any(source.suffix.lower() == ".csv" and not holds_boards(source) for source in sources):
        unused = {"every": every, "flip": flip, "boundary": boundary, "chance": chance, **(cells or {})}
        return _from_statistics(sources, space, unused, **options)
    recordings = _recordings(sources, cells or {})
    observed = _observed(recordings, every, flip)
    options |= {"observed": observed, "boundary": boundary} | ({} if chance is None else {"chance": chance})
    finding = discover(recordings or None, space, **options)
    return dataclasses.replace(finding, source=name_of(sources)) if sources else finding


def _recordings(sources: list[Path], cells: dict[str, float | None]) -> list[Trajectory]:
    """Read the sources; files that hold one board each are the frames of one recording. What the readers chose is said."""
    from evolaw.automata.files.frames import FRAME_SUFFIXES, read_frames
    from evolaw.automata.files.recordings import read_recording

    many = len(sources) > 1 and all(source.is_file() and source.suffix.lower() in FRAME_SUFFIXES for source in sources)
    alive, threshold = cells.get("alive"), cells.get("threshold")
    if many:
        read = [read_frames(sources, alive=alive, threshold=threshold)]
    else:
        read = [read_recording(source, alive=alive, threshold=threshold) for source in sources]
    for recording in read:
        for sentence in recording.about.get("read_as", ()):
            terminal.note(sentence)
    return read


def _from_statistics(
    sources: list[Path],
    space: str,
    unused: dict[str, Any],
    *,
    box: Any = None,
    ask: int = 0,
    evidence: str = "auto",
    **options: Any,
) -> Finding:
    """Discover from one table of statistics; what can only be said of boards is refused, not ignored."""
    from evolaw import checks
    from evolaw.discovery.lattices.selection import GROUNDS
    from evolaw.discovery.lattices.series.series import read_series
    from evolaw.discovery.lattices.series.series_evidence import discover_series

    checks.one_of(evidence, "evidence", GROUNDS)
    checks.require(len(sources) == 1, "source", "be one table of statistics, or recordings", name_of(sources))
    for name, value in (unused | {"box": box, "ask": ask or None}).items():
        checks.require(value is None, name, "be left out for a table of statistics, which says it all itself", value)
    return dataclasses.replace(discover_series(read_series(sources[0]), space, **options), source=str(sources[0]))


def name_of(sources: list[Path]) -> str:
    """The recordings as a finding names them."""
    return ", ".join(str(source) for source in sources)


def _share(value: str, flip: str) -> float:
    """A share of flips as it was typed."""
    from evolaw import checks

    try:
        share = float(value)
    except ValueError:
        raise checks.refuse("flip", "be a probability or auto, or update: followed by one of them", flip) from None
    return checks.probability(share, "flip", most=0.45)


def _observed(recordings: list[Trajectory], every: int | None, flip: str | None) -> Channel | None:
    """What the first recording says of itself, with --every and --flip in the place of what they name; None without them."""
    from evolaw import checks
    from evolaw.discovery.lattices.model.observation import AUTO, of_recording

    given: dict[str, Any] = {}
    if every is not None:
        given["every"] = every
    if flip is not None:
        on, _, value = flip.rpartition(":")
        given["on"] = checks.one_of(on or "observation", "flip", ("observation", "update"))
        given["flips"] = AUTO if value == AUTO else _share(value, flip)
    return dataclasses.replace(of_recording(recordings[0]), **given) if given and recordings else None
