"""``evolaw demo``: a black box with a secret rule, a thin recording of it, and how far the evidence carries."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evolaw.cli import terminal

if TYPE_CHECKING:
    import numpy as np

    from evolaw.automata.rules.rule import Rule
    from evolaw.trajectory import Trajectory

__all__ = ["Secret", "demonstrate"]

_SIDE, _DENSITY, _FRAMES, _CHANGES = 32, 0.12, 16, 5


class Secret:
    """A black box: the Game of Life with a few entries changed by chance; nobody is told which.

    The rule stays inside. What leaves the box are boards: a thin recording of its own, and answers to questions.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._rule = _mutant(seed)

    def recording(self) -> Trajectory:
        """Return a short recording from a thin soup, without a word about the rule."""
        import numpy as np

        from evolaw.automata.stepping import evolve
        from evolaw.randomness import source
        from evolaw.trajectory import Trajectory

        start = source(self._seed).stream("start").chance(0, (_SIDE, _SIDE), _DENSITY).astype(np.uint8)
        run = evolve(self._rule, start, _FRAMES - 1)
        return Trajectory(run.values, run.times, run.axes, boundary="torus")

    def answer(self, board: np.ndarray, steps: int) -> np.ndarray:
        """Return what becomes of a board."""
        from evolaw.automata.stepping import evolve

        return evolve(self._rule, board, steps).final

    def reveal(self) -> Rule:
        """Return the rule, when everything has been said."""
        return self._rule


def demonstrate(
    what: Annotated[
        str, typer.Argument(help="rule, a board moved by a secret rule; or equation, a stuck particle.")
    ] = "rule",
    out: Annotated[Path, typer.Option("--out", help="HTML page to write.")] = Path("report.html"),
    runs: Annotated[Path, typer.Option("--runs", help="Folder for the run directory.")] = Path("runs"),
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another secret.")] = 0,
    lang: Annotated[str, typer.Option("--lang", help="Language of the page: en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find the secret law of a black box from a thin recording, then ask it one question."""
    from evolaw import checks

    if checks.one_of(what, "what", ("rule", "equation")) == "equation":
        from evolaw.cli.demo_equation import demonstrate_equation

        demonstrate_equation(out, runs, seed, lang, as_json)
        return
    from evolaw.automata.boxes.black_box import FunctionBox
    from evolaw.discovery import discover
    from evolaw.report import write

    box = Secret(seed)
    recording = box.recording()
    with terminal.bar("discovering") as progress:
        first = discover(recording, "isotropic", rng=seed, progress=progress)
        second = discover(recording, "isotropic", box=FunctionBox(box.answer), ask=1, rng=seed, progress=progress)
    origin = {"command": f"evolaw demo --seed {seed}", "seed": seed}
    first = dataclasses.replace(first, source="a black box with a secret rule", facts=first.facts | origin)
    page = write(first, out, lang=lang, **origin)
    run = first.save(_free(runs, f"demo-{seed}"))
    secret = box.reveal()
    right = sum(entry.decision == _truth(secret, entry.name) for entry in second.entries)
    if as_json:
        written = {"report": str(page), "run": str(run), "secret": str(secret), "right_after_one_question": right}
        terminal.document(first.to_json() | written)
        return
    after = second.of("undetermined")
    terminal.result(
        f"A black box moves a {_SIDE} x {_SIDE} torus. We have {_FRAMES} frames of it and do not know its rule.\n"
        f"\n{first!r}\n\n"
        f"The box was asked this one question. Still unknown: {len(after) or 'nothing'}. Its law: {second.law.most_probable}\n"
        f"The box opens: its secret was {secret}. Right: {right} of {len(second.entries)} entries.\n"
        f"\nreport  {page}   (open it in a browser)\nrun     {run}"
    )


def _mutant(seed: int) -> Rule:
    """Life with a few of its 102 isotropic entries changed; birth from nothing or one neighbour is left out, lest it floods."""
    import numpy as np

    from evolaw.automata.rules.rule import Rule
    from evolaw.automata.rules.rule import entries as entries_of
    from evolaw.randomness import source

    entries = entries_of("isotropic")
    names = [name for name in entries if name[:2] not in ("B0", "B1", "B2")]
    table = np.array(Rule("B3/S23").table)
    for name in source(seed).stream("secret").generator().choice(names, _CHANGES, replace=False):
        table[entries[name]] ^= 1
    return Rule.from_table(table)


def _truth(rule: Rule, entry: str) -> str:
    from evolaw.automata.rules.rule import entries as entries_of

    return "present" if rule.table[entries_of("isotropic")[entry][0]] else "absent"


def _free(folder: Path, name: str) -> Path:
    """The first directory name of this stem that is not taken."""
    number, path = 1, folder / name
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path
