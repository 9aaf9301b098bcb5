"""Options of ``evolaw discover`` and ``evolaw ask``, declared once.

The first half speaks of frames of cells, the panel "Trajectories" of trajectories of numbers; what is given decides, where a file could be
either, which door it goes through.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli import completion

__all__ = [
    "Alive",
    "Alpha",
    "Boundary",
    "Chance",
    "Diffusion",
    "Every",
    "Flip",
    "Hidden",
    "Json",
    "Known",
    "Library",
    "Names",
    "Noise",
    "Period",
    "Seed",
    "Sources",
    "Space",
    "Symmetry",
    "Threshold",
]

Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="SOURCE...",
        help="Recordings of one automaton: states (.npz, .npy, .mat, .csv), a film (.gif, .tif), a folder of frames (patterns or "
        "pictures), the frames themselves, or a run directory; or a .csv of statistics over time. "
        "Or trajectories of numbers: .csv, .tsv, .npz, .npy, .mat, .parquet, .zarr.",
    ),
]
Space = Annotated[
    str,
    typer.Option(
        "--space",
        autocompletion=completion.among("outer-totalistic", "isotropic", "general", "elementary"),
        help="outer-totalistic, isotropic or general, of cells of two states or of cells that age; elementary for lines of cells.",
    ),
]
Known = Annotated[
    str | None, typer.Option("--known", help="Entries known beforehand, as B3,S2=0; of an equation 'x: x=1; y: *'.")
]
Every = Annotated[
    int | None, typer.Option("--every", help="Generations between frames; by default the times in the recording.")
]
Flip = Annotated[
    str | None,
    typer.Option(
        "--flip",
        help="Probability that a cell was read wrongly, or auto to estimate it; update:0.02 or update:auto if the automaton errs.",
    ),
]
Boundary = Annotated[
    str | None,
    typer.Option(
        "--boundary",
        autocompletion=completion.among("torus", "plane", "reflecting", "window"),
        help="Edge of the board: torus, torus+dx,dy, plane, reflecting, or window, where it is a part of a larger world and its edge "
        "unknown; by default the recording's.",
    ),
]
_TRAJECTORY = "Trajectories"
Names = Annotated[
    str | None, typer.Option("--names", help="Names of the components, x,y.", rich_help_panel=_TRAJECTORY)
]
Library = Annotated[
    str | None,
    typer.Option(
        "--library",
        help="Drift terms: '1, x, x^3, sin(x)', poly:5, harmonics:3, or 'x: 1, x; y: y'; t is the time.",
        rich_help_panel=_TRAJECTORY,
    ),
]
Diffusion = Annotated[
    str | None,
    typer.Option("--diffusion", help="Terms of the diffusion, likewise; by default 1.", rich_help_panel=_TRAJECTORY),
]
Period = Annotated[
    str | None, typer.Option("--period", help="Periods of angles: 'p=2*pi'.", rich_help_panel=_TRAJECTORY)
]
Noise = Annotated[
    str | None,
    typer.Option("--noise", help="Measurement noise: auto, or its standard deviation.", rich_help_panel=_TRAJECTORY),
]
Hidden = Annotated[
    str | None,
    typer.Option("--hidden", help="velocity, where positions were recorded; or its name.", rich_help_panel=_TRAJECTORY),
]
Symmetry = Annotated[
    str | None,
    typer.Option(
        "--symmetry",
        help="What leaves the law the same: 'rotation x, y', 'reflection x', 'translation p'; several between semicolons.",
        rich_help_panel=_TRAJECTORY,
    ),
]
Alive = Annotated[
    float | None, typer.Option("--alive", help="The value, or grey level, that means alive; all others are dead.")
]
Threshold = Annotated[
    float | None, typer.Option("--threshold", help="Values, or grey levels, above this one are alive, all others dead.")
]
Chance = Annotated[
    float | None,
    typer.Option(
        "--chance",
        help="Coins that come up otherwise at least so often buy no wrong decisions beyond --alpha, by default .01; "
        "0 declares the law deterministic, so that one look decides.",
    ),
]
Alpha = Annotated[float, typer.Option("--alpha", help="Declared rate of wrong decisions.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of all chance in the search.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
