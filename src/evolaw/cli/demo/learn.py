"""The story of a learned law: a small network sees boards before and after one step, and is then read as a rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli.demo.telling import Telling

if TYPE_CHECKING:
    from evolaw.automata.rules.rule import Rule
    from evolaw.cli.terminal import Progress

__all__ = ["play"]

_BOARDS, _SIDE, _CHANGES = 1024, 32, 2
_EPOCHS = 12


def play(seed: int, progress: Progress) -> Telling:
    """Train a network on boards of a secret rule, read it as a rule, open the box."""
    from evolaw import learning

    secret = _secret(seed)
    recording = learning.random_recordings(secret, boards=_BOARDS, size=_SIDE, density=0.38, rng=seed)
    # Windows are to count alike however rarely a board shows them: the law is certain.
    law = learning.fit(
        learning.Cnn.random((16,), rng=seed),
        learning.window_pairs(recording),
        schedule=learning.Schedule(epochs=_EPOCHS, balance=1.0),
        rng=seed,
        truth=secret,
        progress=progress,
    )
    readout = law.read(secret)
    wrong = readout.window_errors or (0, 0)
    facts: dict[str, Any] = {"source": f"{_BOARDS} boards of a secret rule", "truth": secret, "chance": False}
    facts |= {"command": f"evolaw demo learn --seed {seed}", "seed": seed}

    def write(path: Path, lang: str) -> Path:
        from evolaw.cli.learn.answers import report_learned

        return report_learned(law, facts, path, lang)

    text = (
        f"A network sees {_BOARDS} boards of {_SIDE} x {_SIDE} cells before and after one step of a secret rule.\n"
        f"\n{law!r}\n{readout!r}\n\n"
        f"Read as a rule it says {readout.rule}.\n"
        f"The box opens: its secret was {secret}. Windows it gets wrong: {sum(wrong)} of 512."
    )
    document = {"schema": 1, "rule": str(readout.rule), "secret": str(secret), "seed": seed}
    document |= {"windows_wrong": {"seen": wrong[0], "unseen": wrong[1]}}
    return Telling(text, document, write, law.save, f"demo-learn-{seed}")


def _secret(seed: int) -> Rule:
    """The Game of Life with two entries changed by chance; birth from few neighbours is left out, lest boards fill."""
    import numpy as np

    from evolaw.automata.rules.rule import Rule, entries
    from evolaw.randomness import source

    windows = entries("outer-totalistic")
    names = [name for name in windows if name[1] >= "3"]
    table = np.array(Rule("B3/S23").table)
    for name in source(seed).stream("secret to learn").generator().choice(names, _CHANGES, replace=False):
        table[windows[name]] ^= 1
    return Rule.from_table(table)
