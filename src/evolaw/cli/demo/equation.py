"""The story of an equation: a particle that never leaves its well, what its track tells, and the one experiment that tells the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli.demo.telling import Telling

if TYPE_CHECKING:
    import numpy as np

    from evolaw.cli.terminal import Progress
    from evolaw.discovery import EntryFinding, Finding
    from evolaw.report.story import Chapter
    from evolaw.trajectory import Trajectory

__all__ = ["Particle", "play"]

_STEP, _COUNT = 0.02, 8000
_LIBRARY = "1, x, x^2, x^3, x^4, x^5"


class Particle:
    """A black box: a particle in a double well, dx = (a x − b x³) dt + sqrt(2 D) dW, with numbers drawn from the seed.

    The numbers stay inside. What leaves the box are tracks: one of its own, from the bottom of a well, and answers to experiments.
    """

    def __init__(self, seed: int) -> None:
        from evolaw.randomness import source

        draw = source(seed).stream("secret").generator()
        self._seed, self._asked = seed, 0
        self._rate, self._cubic = round(float(draw.uniform(0.8, 1.2)), 2), round(float(draw.uniform(0.8, 1.2)), 2)
        # A barrier of a²/4b, some twelve times D: no crossing in a recording of this length.
        self._strength = round(self._rate**2 / self._cubic / 50, 3)

    def recording(self) -> Trajectory:
        """Return a track from the bottom of the right well."""
        import numpy as np

        from evolaw.trajectory import Trajectory

        start = np.array([np.sqrt(self._rate / self._cubic)])
        times = _STEP * np.arange(_COUNT + 1)
        return Trajectory(self.record(start, {}, times), times, ("times", "dim"), about={"names": ["x"]})

    def record(self, start: np.ndarray | None, controls: Mapping[str, Any], times: np.ndarray) -> np.ndarray:
        """Return the track from a start, under controls."""
        import numpy as np

        from evolaw.sde import SDE, SRA1, solve

        params = {
            "rate": self._rate,
            "cubic": self._cubic,
            "force": float((controls.get("force") or {}).get("x", 0.0)),
            "scale": float(np.sqrt(2 * self._strength * controls.get("noise", 1.0))),
        }
        law = SDE(_drift, _scale, noise="additive", params=params)
        self._asked += 1
        first = 0.0 if start is None else start
        steps = 2 * (len(times) - 1)
        track = solve(law, SRA1(), first, times - times[0], rng=self._seed, steps=steps, first_path=self._asked)
        return np.asarray(track.values)[0]

    def reveal(self) -> dict[str, float]:
        """Return every coefficient that is not zero, by its entry, when everything has been said."""
        return {"x: x": self._rate, "x: x^3": -self._cubic, "x: D 1": self._strength}


# Functions of the module, not of a call: the loop compiles them once for all tracks.
def _drift(t: Any, x: Any, p: Any) -> Any:
    return p["rate"] * x - p["cubic"] * x**3 + p["force"]


def _scale(t: Any, x: Any, p: Any) -> Any:
    return p["scale"]


def play(seed: int, progress: Progress) -> Telling:
    """Find the equation behind a recording, carry out the experiment that it asks for, open the box."""
    from evolaw.discovery import discover
    from evolaw.discovery.diffusions.experiment.track_box import FunctionTrackBox

    box = Particle(seed)
    track = box.recording()
    first = discover(track, library=_LIBRARY, rng=seed)
    second = discover(track, library=_LIBRARY, box=FunctionTrackBox(box.record), ask=1, rng=seed, progress=progress)
    secret = box.reveal()
    command = f"evolaw demo equation --seed {seed}"
    first = dataclasses.replace(
        first, source="a particle that stays in its well", facts={**first.facts, "command": command, "seed": seed}
    )
    wrong = [entry.name for entry in second.entries if not _is_true(entry, secret)]

    def write(path: Path, lang: str) -> Path:
        from evolaw import report

        page: Path = report.write(
            first, path, lang=lang, chapters=_chapters(first, second, secret, lang), command=command, seed=seed
        )
        return page

    text = (
        f"A particle was recorded {len(track)} times and never left its well. We do not know its equation.\n"
        f"\n{first!r}\n\n"
        f"The experiment was made. The equation now: {second.law.decided()[0]}\n"
        f"Still open: {_names(second) or 'nothing'}. Decided wrongly: {', '.join(wrong) or 'nothing'}.\n"
        f"The box opens: its secret was {_words(secret)}"
    )
    after = {"law": second.law.to_json(), "open": list(second.of("undetermined"))}
    document = first.to_json() | {"secret": secret, "decided_wrongly": wrong, "after_one_experiment": after}
    return Telling(text, document, write, first.save, f"demo-equation-{seed}")


def _is_true(entry: EntryFinding, secret: Mapping[str, float]) -> bool:
    """Whether a decision about a term agrees with the equation; an open one cannot be wrong."""
    return entry.decision == "undetermined" or entry.decision == ("present" if entry.name in secret else "absent")


def _words(secret: Mapping[str, float]) -> str:
    a, b, d = secret.values()
    return f"dx = ({a:g}*x - {-b:g}*x^3) dt + sqrt(2*({d:g})) dW"


def _names(finding: Finding) -> str:
    """The entries left open."""
    return ", ".join(finding.of("undetermined"))


def _chapters(first: Finding, second: Finding, secret: Mapping[str, float], lang: str) -> list[Chapter]:
    """The experiment, the equation after it and the secret, below the finding."""
    from markupsafe import Markup

    from evolaw.report import language
    from evolaw.report.equations.page import set_terms
    from evolaw.report.story import Chapter
    from evolaw.report.wording import Words

    words, terms = Words(lang), set_terms([entry.name for entry in second.entries])
    rows = []
    for name, value in secret.items():
        low, high = second[name].interval
        hit = words("demo.inside" if low <= value <= high else "demo.outside")
        rows.append((terms[name], f"{value:.4g}; [{low:.3g}, {high:.3g}], {hit}"))
    left = Markup(words("equation.between")).join(terms[name] for name in second.of("undetermined"))
    asked = words.says(first.next.says) if first.next is not None else words("demo.nothing")
    return [
        Chapter(words("demo.question"), says=(asked,)),
        Chapter(
            words("demo.answer"),
            law=language.label(second.law.decided()[0], lang),
            says=(words("demo.equation_asked"),),
            rows=((words("demo.open"), left or words("demo.nothing")),),
        ),
        Chapter(words("demo.opens"), law=_words(secret), says=(words("demo.equation_opens"),), rows=tuple(rows)),
    ]
