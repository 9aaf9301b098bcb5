"""What all verbs of one junction share: its four numbers, the seed, where the result goes; and the way from what was typed to what is said.

A verb is a function of an `Asked` and of its own options. `measured` makes a command of it: with the options of the junction before its own
ones and those of the result behind them, the run directory opened before the work, and the junction made.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from evolaw.cli import terminal
from evolaw.cli.junction import answers
from evolaw.cli.junction.numbers import junction_of
from evolaw.cli.junction.options import (
    Capacitance,
    Critical,
    Damping,
    Figure,
    Json,
    Noise,
    Out,
    Resistance,
    Seed,
    Temperature,
)

if TYPE_CHECKING:
    from evolaw.josephson.junction import Junction
    from evolaw.storage import Run

__all__ = ["Asked", "measured"]

_JUNCTION: dict[str, Any] = {
    "ic": Critical,
    "r": Resistance,
    "c": Capacitance,
    "temperature": Temperature,
    "damping": Damping,
    "noise": Noise,
}
_RESULT: dict[str, tuple[Any, Any]] = {
    "seed": (Seed, 0),
    "out": (Out, None),
    "figure": (Figure, None),
    "as_json": (Json, False),
}


@dataclass(frozen=True)
class Asked:
    """What was asked for beside a verb's own options.

    Attributes:
        junction: that was typed.
        seed: of the noise.
        run: the open run directory, or None.
        figure, as_json: as typed.
        counted: what the progress bar counts.
    """

    junction: Junction
    seed: int
    run: Run | None
    figure: Path | None
    as_json: bool
    counted: str

    @contextmanager
    def work(self) -> Iterator[dict[str, Any]]:
        """Give what every curve takes: the bar that it moves and the run that it fills."""
        with terminal.bar(self.counted) as progress:
            yield {"progress": progress, "out": self.run}

    def say(self, found: Any, arrays: Mapping[str, Any], **facts: Any) -> None:
        """Say a result: arrays and facts into the document, the result itself to the reader."""
        answers.say(found, self.junction, arrays, {"seed": self.seed, **facts}, self.run, self.figure, self.as_json)

    def say_curve(self, found: Any, name: str) -> None:
        """Say a curve: a table of its abscissa, values, errors and exact values, in SI units too where the junction has them."""
        arrays = {"bias": found.abscissa, name: found.value, "error": found.error}
        if found.exact is not None:
            arrays["exact"] = found.exact
        if found.doubtful is not None:
            arrays["doubtful"] = found.doubtful
        if not self.as_json:
            terminal.result(answers.table(found, name))
        physical = {q.name: q.document() for q in found.physical()}
        facts = {"source": found.source or None, "gap": found.gap, "doubt": found.doubt or None}
        self.say(found, arrays, **facts, **({"physical": physical} if physical else {}))


def measured(verb: str, counted: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function of an `Asked` and of options.

    Args:
        verb: its name, kept in the run so that ``evolaw junction resume`` can go on.
        counted: what its progress bar counts.
    """

    def made(measure: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(measure).parameters)[1:]

        @functools.wraps(measure)
        def command(**typed: Any) -> None:
            with answers.kept(verb, typed) as run:
                junction = junction_of(**{name: typed[name] for name in _JUNCTION})
                asked = Asked(junction, typed["seed"], run, typed["figure"], typed["as_json"], counted)
                measure(asked, **{name: typed[name] for name in own})

        parameters = _parameters(measure, own)
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del command.__wrapped__  # its signature would be taken for that of the command
        return command

    return made


def _parameters(measure: Callable[..., None], own: list[str]) -> list[inspect.Parameter]:
    """The options of the junction, the function's own, and those of the result."""
    declared = inspect.signature(measure).parameters
    # Of the first, the Asked, only the name is known here without loading what computes.
    hints = get_type_hints(measure, localns={"Asked": Asked}, include_extras=True)
    kind = inspect.Parameter.KEYWORD_ONLY
    found = [inspect.Parameter(name, kind, default=None, annotation=shown) for name, shown in _JUNCTION.items()]
    found += [inspect.Parameter(n, kind, default=declared[n].default, annotation=hints[n]) for n in own]
    return found + [inspect.Parameter(n, kind, default=d, annotation=shown) for n, (shown, d) in _RESULT.items()]
