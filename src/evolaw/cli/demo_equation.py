"""``evolaw demo equation``: a particle that never leaves its well, what its track tells, and the one experiment that tells the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import terminal

if TYPE_CHECKING:
    import numpy as np

    from evolaw.trajectory import Trajectory

__all__ = ["Particle", "demonstrate_equation"]

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

    def reveal(self) -> str:
        """Return the equation, when everything has been said."""
        return f"dx = ({self._rate:g} x − {self._cubic:g} x³) dt + sqrt(2·{self._strength:g}) dW"


# Functions of the module, not of a call: the loop compiles them once for all tracks.
def _drift(t: Any, x: Any, p: Any) -> Any:
    return p["rate"] * x - p["cubic"] * x**3 + p["force"]


def _scale(t: Any, x: Any, p: Any) -> Any:
    return p["scale"]


def demonstrate_equation(out: Path, runs: Path, seed: int, lang: str, as_json: bool) -> None:
    """Find what a stuck particle tells of its equation, let it be started again elsewhere, and look again."""
    from evolaw.discovery import discover
    from evolaw.discovery.diffusions.experiment.track_box import FunctionTrackBox
    from evolaw.report import write

    box = Particle(seed)
    track = box.recording()
    with terminal.bar("discovering") as progress:
        first = discover(track, library=_LIBRARY, rng=seed, progress=progress)
        second = discover(track, library=_LIBRARY, box=FunctionTrackBox(box.record), ask=1, rng=seed, progress=progress)
    origin = {"command": f"evolaw demo equation --seed {seed}", "seed": seed}
    first = dataclasses.replace(first, source="a particle that stays in its well", facts=first.facts | origin)
    page = write(first, out, lang=lang, **origin)
    folder = next(path for number in range(1000) if not (path := runs / f"equation-{seed}-{number}").exists())
    run = first.save(folder)
    if as_json:
        terminal.document(
            first.to_json()
            | {"report": str(page), "run": str(run), "secret": box.reveal(), "after": second.law.to_json()}
        )
        return
    terminal.result(
        f"A particle was recorded {len(track)} times and never left its well. We do not know its equation.\n"
        f"\n{first!r}\n\n"
        f"The experiment was made. The equation now: {second.law.decided()[0]}\n"
        f"Still open: {', '.join(second.of('undetermined')) or 'nothing'}.\n"
        f"The box opens: its secret was {box.reveal()}\n"
        f"\nreport  {page}   (open it in a browser)\nrun     {run}"
    )
