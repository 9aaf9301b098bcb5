"""The one door: hand over what was recorded, and get back what is known of its law.

The door asks the data which world it is: frames of cells go to `lattices`, and every other world is found by what it owns
(`spine.worlds`). Each world has options of its own; a name that it does not know is refused with the nearest one it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from evolaw import checks
from evolaw.discovery.diffusions.world import Diffusions
from evolaw.discovery.lattices.world import Lattices
from evolaw.discovery.plain_arrays import read_plain
from evolaw.discovery.spine.facts import Facts
from evolaw.discovery.spine.finding import Finding
from evolaw.discovery.spine.worlds import register, worlds
from evolaw.told import told

__all__ = ["discover", "interrogate"]


@told
def discover(
    recording: Any, *positional: Any, axes: Sequence[str] | None = None, times: Any = None, **options: Any
) -> Finding:
    """Find the law behind a recording: what is decided, how surely, what stays open, what to try next.

    Args:
        recording: a Trajectory or several of one law; or None when only a box is to be asked. Its axes say which world it is:
            ("times", "rows", "cols"), maybe with boards before them, is a lattice; ("times", "dim"), maybe with paths before them, a
            trajectory of numbers. An array, a table of pandas, an array of xarray or of PyTorch becomes one (`plain_arrays`); what
            was guessed stands in the finding as "read as".
        positional: the space of laws, where the world takes it as second argument.
        axes: names of the axes of an array, in their order, as ("rows", "cols", "times"); None to guess.
        times: when each state of an array was seen; None for 0, 1, 2, …
        options: those of the world. All worlds know ``known`` (what is known beforehand), ``alpha`` (declared error rate), ``box``
            and ``ask`` (a black box, how many questions), ``rng`` (seed of all chance), ``progress``. Lattices also take
            ``observed``, ``boundary``, ``error``, ``evidence`` and ``simulator`` (`lattices.investigation.discover_lattice`),
            trajectories ``library``, ``diffusion``, ``names``, ``period``, ``noise`` and ``hidden``
            (`diffusions.investigation.discover_equation`).

    Raises:
        ArgumentError: the recording belongs to no world, an option is unknown to its world or wrong, or nothing can be learned.

    References:
        vovk2021; wang2022; wasserman2020.

    Example:
        >>> import numpy as np
        >>> from evolaw.automata import evolve
        >>> start = np.random.default_rng(0).integers(0, 2, (32, 32))
        >>> discover(evolve("B3/S23", start, 10), rng=0).law.most_probable
        'B3/S23'
    """
    read = read_plain(recording, axes, times)
    if read is not None:
        found = discover(read.recording, *positional, **options)
        return replace(found, facts=Facts(**found.facts, read_as=read.notes)) if read.notes else found
    for name, value in (("axes", axes), ("times", times)):
        checks.require(value is None, name, "be left out: the recording says its own", value)
    for world in worlds():
        if world.owns(recording):
            whole: Finding = world.discover(recording, *positional, **options)
            return whole
    kinds = "; or ".join(world.says for world in worlds())
    axes = getattr(recording, "axes", None)
    given = type(recording).__name__ if axes is None else f"one with the axes {', '.join(axes)}"
    raise checks.refuse("recording", f"be {kinds}", given)


@told
def interrogate(box: Any, space: Any = "outer-totalistic", *, questions: int = 1, rng: Any, **options: Any) -> Finding:
    """Ask a black box until its law stands or the questions are used up.

    When all is decided but some entry was seen only once, one more question looks a second time at each.

    Args:
        box: the black box.
        space: space of laws. `Finding.continue_with` goes on from a finding.
        questions: the most questions to ask.
        rng: seed.
        options: as for `discover`.

    Example:
        >>> from evolaw.automata import step
        >>> from evolaw.automata.boxes.black_box import FunctionBox
        >>> interrogate(FunctionBox(lambda board, steps: step("B36/S23", board)), rng=0).law.most_probable
        'B36/S23'
    """
    return discover(None, space, box=box, ask=questions, rng=rng, **options)


register(Lattices())
register(Diffusions())
