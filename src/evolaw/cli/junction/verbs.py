"""What all verbs of one junction share: its four numbers, the seed, where the result goes; and the way from what was typed to what is said.

A verb is a function of an `Asked` and of its own options. `measured` makes a command of it: with the options of the junction before its own
ones and those of the result behind them, the run directory opened before the work, and the junction made.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

from evolaw.cli import terminal
from evolaw.cli.junction import answers
from evolaw.cli.junction.answers import Place
from evolaw.cli.junction.numbers import junction_of
from evolaw.cli.junction.options import (
    Capacitance,
    Critical,
    Damping,
    Figure,
    Json,
    Noise,
    Out,
    Report,
    Resistance,
    Seed,
    Temperature,
)

if TYPE_CHECKING:
    from evolaw.josephson.junction import Junction

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
    "report": (Report, None),
    "as_json": (Json, False),
}


@dataclass(frozen=True)
class Asked:
    """What was asked for beside a verb's own options.

    Attributes:
        junction: that was typed.
        seed: of the noise.
        place: where the result goes.
        counted: what the progress bar counts.
    """

    junction: Junction
    seed: int
    place: Place
    counted: str

    @contextmanager
    def work(self) -> Iterator[dict[str, Any]]:
        """Give what every curve takes: the bar that it moves and the run that it fills."""
        with terminal.bar(self.counted) as progress:
            yield {"progress": progress, "out": self.place.run}

    def say(self, found: Any) -> None:
        """Say a result where it was asked for."""
        answers.say(found, self.place)


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
            with answers.kept(verb, typed) as place:
                if place.found is not None:
                    answers.say(place.found, place)
                    return
                junction = junction_of(**{name: typed[name] for name in _JUNCTION})
                measure(Asked(junction, typed["seed"], place, counted), **{name: typed[name] for name in own})

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
