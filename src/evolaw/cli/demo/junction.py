"""The story of a junction: a noisy current–voltage curve, the four numbers behind it with their intervals, the junction itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli.demo.telling import Telling
from evolaw.report import language

if TYPE_CHECKING:
    import numpy as np

    from evolaw.cli.terminal import Progress
    from evolaw.josephson import Junction
    from evolaw.josephson.fitting.results import JunctionFit
    from evolaw.report.story import Chapter

__all__ = ["Sample", "play"]

_POINTS, _PATHS, _DURATION, _VOLTMETER = 30, 1024, 200.0, 2e-8
_UNITS = {"critical_current": "A", "resistance": "Ohm", "temperature": "K"}


class Sample:
    """A box: a junction without capacitance whose critical current, resistance and temperature were drawn by chance.

    The junction stays inside. What leaves the box is a measured curve: simulated from its noise, and read by a voltmeter with 20 nV of its own.
    """

    def __init__(self, seed: int) -> None:
        from evolaw.randomness import source

        self._seed, draw = seed, source(seed).stream("junction").generator().uniform
        self._numbers = {
            "critical_current": float(draw(0.5e-6, 2e-6)),
            "resistance": float(draw(5.0, 20.0)),
            "temperature": float(draw(2.0, 8.0)),
        }

    def curve(self, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
        """Return currents in ampere and voltages in volt."""
        import numpy as np

        from evolaw import josephson
        from evolaw.randomness import source

        junction: Junction = josephson.Junction.from_si(**self._numbers)
        bias = np.linspace(0.1, 3, _POINTS)
        measured = josephson.iv_curve(
            junction,
            bias,
            self._seed,
            paths=_PATHS,
            duration=_DURATION,
            exact=False,
            progress=lambda done, total: progress(done, total, "measuring"),
        )
        current, voltage, _ = measured.in_si()
        noise = source(self._seed).stream("voltmeter").generator().normal(0, _VOLTMETER, _POINTS)
        return np.asarray(current), np.asarray(voltage) + noise

    def reveal(self) -> dict[str, float]:
        """Return critical current, resistance and temperature in SI, when everything has been said."""
        return dict(self._numbers)


def play(seed: int, progress: Progress) -> Telling:
    """Measure a curve of the sample, fit its numbers, open the box."""
    from evolaw.josephson.fitting.voltage_fit import fit_voltage

    box = Sample(seed)
    current, voltage = box.curve(progress)
    fit = fit_voltage(current, voltage, capacitance=0.0)
    secret = box.reveal()
    hits = {name: _hit(fit, name, value) for name, value in secret.items()}

    def write(path: Path, lang: str) -> Path:
        from evolaw.report.story import write_story
        from evolaw.report.wording import Words

        title, command = Words(lang)("demo.junction_title"), f"evolaw demo junction --seed {seed}"
        return write_story(path, title, _chapters(fit, secret, hits, lang), lang=lang, command=command, seed=seed)

    named = {name: language.label(name.replace("_", " "), language.spoken()) for name in secret}
    opened = ", ".join(f"{named[name]} {value:.5g} {_UNITS[name]}" for name, value in secret.items())
    text = (
        f"A junction was measured at {_POINTS} currents, by a voltmeter with 20 nV of noise. It has no capacitance; we do not know its numbers.\n"
        f"\n{fit!r}\n\n"
        f"The box opens: {opened}. Inside their intervals: {sum(hits.values())} of {len(hits)}."
    )
    return Telling(text, {"schema": 1, **fit.document(), "secret": secret, "inside": hits, "seed": seed}, write)


def _hit(fit: JunctionFit, name: str, value: float) -> bool:
    """Whether the interval of a number holds the true one."""
    found = fit.parameters[name]
    return found.low is not None and found.high is not None and found.low <= value <= found.high


def _chapters(fit: JunctionFit, secret: dict[str, float], hits: dict[str, bool], lang: str) -> list[Chapter]:
    from evolaw.report.figures import draw
    from evolaw.report.story import Chapter
    from evolaw.report.wording import Words, with_unit

    words = Words(lang)

    def number(name: str) -> str:
        found = fit.parameters[name]
        if found.value is None or found.low is None or found.high is None:
            return words("demo.undetermined")
        value, low, high = (with_unit(number, _UNITS[name]) for number in (found.value, found.low, found.high))
        return f"{value}  [{low}, {high}]"

    def verdict(name: str, value: float) -> str:
        return f"{with_unit(value, _UNITS[name])} · {words('demo.inside' if hits[name] else 'demo.outside')}"

    checks: tuple[Any, ...] = fit.checks
    return [
        Chapter(
            words("demo.box"),
            law="dφ = (i − sin φ) dt + √(2D) dW",
            says=(words("demo.junction_box", points=_POINTS), words("demo.junction_question")),
        ),
        Chapter(
            words("demo.answer"),
            says=(words("demo.junction_answer"),),
            rows=tuple((words(f"demo.{name}"), number(name)) for name in secret),
            figure=draw(fit),
        ),
        Chapter(words("demo.checks"), rows=tuple((words.says(check.name), words.says(check.says)) for check in checks)),
        Chapter(words("try.title"), says=(words.says(fit.next_measurement),)),
        Chapter(
            words("demo.opens"),
            says=(words("demo.junction_opens"),),
            rows=tuple((words(f"demo.{name}"), verdict(name, value)) for name, value in secret.items()),
        ),
    ]
