"""The story of a rule: a black box with a secret, a thin recording of it, how far the evidence carries, one question more."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from evolaw.cli.demo.telling import Telling

if TYPE_CHECKING:
    import numpy as np

    from evolaw.automata.rules.rule import Rule
    from evolaw.cli.terminal import Progress
    from evolaw.discovery import Finding
    from evolaw.report.story import Chapter
    from evolaw.trajectory import Trajectory

__all__ = ["Secret", "play"]

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

        from evolaw.automata.evolution import evolve
        from evolaw.randomness import source
        from evolaw.trajectory import Trajectory

        start = source(self._seed).stream("start").chance(0, (_SIDE, _SIDE), _DENSITY).astype(np.uint8)
        run = evolve(self._rule, start, _FRAMES - 1)
        return Trajectory(run.values, run.times, run.axes, boundary="torus")

    def answer(self, board: np.ndarray, steps: int) -> np.ndarray:
        """Return what becomes of a board."""
        from evolaw.automata.evolution import evolve

        return evolve(self._rule, board, steps).final

    def reveal(self) -> Rule:
        """Return the rule, when everything has been said."""
        return self._rule


def play(seed: int, progress: Progress) -> Telling:
    """Find the rule behind a thin recording, ask one question, open the box."""
    from evolaw.automata.boxes.black_box import FunctionBox
    from evolaw.discovery import discover

    box = Secret(seed)
    recording = box.recording()
    first = discover(recording, "isotropic", rng=seed, progress=progress)
    second = discover(recording, "isotropic", box=FunctionBox(box.answer), ask=1, rng=seed, progress=progress)
    command = f"evolaw demo --seed {seed}"
    first = dataclasses.replace(
        first, source="a black box with a secret rule", facts={**first.facts, "command": command, "seed": seed}
    )
    secret, after = box.reveal(), second.of("undetermined")
    right = sum(entry.decision == _truth(secret, entry.name) for entry in second.entries)

    def write(path: Path, lang: str) -> Path:
        from evolaw import report

        page: Path = report.write(
            first, path, lang=lang, chapters=_chapters(first, second, secret, right, lang), command=command, seed=seed
        )
        return page

    text = (
        f"A black box moves a {_SIDE} x {_SIDE} torus. We have {_FRAMES} frames of it and do not know its rule.\n"
        f"\n{first!r}\n\n"
        f"The box was asked this one question. Still unknown: {len(after) or 'nothing'}. Its law: {second.law.most_probable}\n"
        f"The box opens: its secret was {secret}. Right: {right} of {len(second.entries)} entries."
    )
    document = first.to_json() | {"secret": str(secret), "right_after_one_question": right}
    return Telling(text, document, write, first.save, f"demo-{seed}")


def _chapters(first: Finding, second: Finding, secret: Rule, right: int, lang: str) -> list[Chapter]:
    """The question, the answer and the secret, below the finding."""
    from evolaw.report.story import Chapter
    from evolaw.report.wording import Words

    words = Words(lang)
    open_ = ", ".join(second.of("undetermined")) or words("demo.nothing")
    asked = first.next.says
    if lang != "en":
        asked = words("try.decides", count=words("unknown.count", count=first.next.decides))
    share = words("demo.right_of", right=right, total=len(second.entries))
    return [
        Chapter(words("demo.question"), says=(asked,)),
        Chapter(
            words("demo.answer"),
            says=(words("demo.one_question"),),
            law=second.law.most_probable,
            rows=((words("demo.open"), open_),),
        ),
        Chapter(
            words("demo.opens"),
            law=str(secret),
            says=(words("demo.lattice_opens"),),
            rows=((words("demo.right"), share),),
        ),
    ]


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
