"""How well a law forecasts imperfect frames: an ensemble of boards is rolled out from each frame to the next.

Where cells are missing or misread, no frame says where the next rollout must start. So B boards start it, drawn from what the
frames so far say, and they forecast the next frame:

    p_t(c)  = (#{boards alive at c after the generations in between} + 1/2) / (B + 1)            forecast
    q_t(c)  = p_t(c) (1 - eps) + (1 - p_t(c)) eps                                                of the reading
    log f   = sum over t, and over cells c seen at t, of log q_t(c) if read alive, log(1 - q_t(c)) if read dead
    x_t(c) ~ Bernoulli(p_t(c) P(reading | alive) / (… + (1 - p_t(c)) P(reading | dead)))         where c was seen
    x_t(c)  = its rolled-out value                                                              where c is missing

and so on from frame to frame. Before the first frame p is its density. Without memory, which serves searches among laws still far
from the truth, p is forgotten before every frame and its density put in its place. f is a forecast of the recording, frame by frame from its
past [dawid1984]: a probability of all that was seen after the first frame. It is not the law's exact likelihood, because readings
correct each cell of the boards by itself. Tests need not care: they compare f with its own values on recordings that a law made
(`replicas`), which is exact whatever f is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evolaw.arrays import MISSING
from evolaw.automata import stepping
from evolaw.automata.engine import bitpacked
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import edge_of
from evolaw.randomness import Stream
from evolaw.trajectory import Trajectory

__all__ = ["Ensemble", "Scene"]

_CELLS_AT_ONCE = 2**24
_LEAST_DENSITY = 0.01
_COMPANY = (np.bitwise_count(np.arange(WINDOWS)) == np.arange(5)[:, None]).astype(np.uint8)
_SURE = 1e-4
"""A reading called clean is wrong with this chance: a forecast that excludes it costs much, and not everything."""


@dataclass(frozen=True, eq=False)
class Scene:
    """One recording to forecast.

    Attributes:
        frames: 0, 1 and 255 for missing, shape (..., times, rows, cols); several copies share the missing cells.
        gaps: generations between frames.
        boundary: boundary of the boards.
    """

    frames: np.ndarray
    gaps: tuple[int, ...]
    boundary: str

    @classmethod
    def of(cls, recording: Trajectory, most_cells: int) -> Scene:
        """Take the first frames of a recording, as many as ``most_cells`` allows, but at least two."""
        frames = max(2, min(len(recording), most_cells // recording.values[0].size))
        gaps = tuple(np.diff(recording.times[:frames]).astype(int).tolist())
        return cls(recording.values[:frames], gaps, edge_of(recording))


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Recordings to forecast, and the boards that do it.

    Attributes:
        space: rule space.
        scenes: the recordings.
        flips: probability that a reading is wrong, below 1/2.
        boards: number B of boards.
        stream: draws them; the same numbers for every law, so that laws differ by what they do and not by luck.
    """

    space: RuleSpace
    scenes: tuple[Scene, ...]
    flips: float
    boards: int
    stream: Stream

    @property
    def cells(self) -> int:
        """Number of cells forecast."""
        return sum(int((scene.frames[..., 1:, :, :] != MISSING).sum()) for scene in self.scenes)

    def score(self, laws: np.ndarray, *, memory: bool = True) -> np.ndarray:
        """Return log f of the recordings.

        Args:
            laws: entry values 0 and 1, shape (laws, entries).
            memory: whether forecasts of earlier frames help to say where the boards of a later one start.

        Returns:
            Shape (laws,).

        Notes:
            Cost: boards x cells x generations cell updates a law on the bit engine, and as many comparisons a frame.
        """
        total = np.zeros(len(laws))
        for number, scene in enumerate(self.scenes):
            size = self._lanes(scene)
            for at in range(0, len(laws), size):
                tables = self.space.spread(laws[at : at + size]).astype(np.uint8)
                total[at : at + size] += self._forecast(number, tables, scene.frames[None], memory=memory)[0]
        return total

    def score_copies(self, laws: np.ndarray, copies: Sequence[np.ndarray]) -> np.ndarray:
        """Return log f of copies of the recordings, each law on its own.

        Args:
            laws: shape (laws, entries).
            copies: as from `replicas`.

        Returns:
            Shape (laws, copies).
        """
        number = copies[0].shape[1]
        tables = np.repeat(self.space.spread(laws).astype(np.uint8), number, axis=0)
        total = np.zeros(len(tables))
        for place, (scene, made) in enumerate(zip(self.scenes, copies, strict=True)):
            frames, size = made.reshape(-1, *made.shape[2:]), self._lanes(scene)
            for at in range(0, len(frames), size):
                part = slice(at, at + size)
                total[part] += self._forecast(place, tables[part], frames[part])[0]
        return total.reshape(-1, number)

    def replicas(self, laws: np.ndarray, copies: int, chance: np.random.Generator) -> list[np.ndarray]:
        """Let laws make the recordings again, from their own first frames on.

        A misread or missing cell of the first board is drawn alive with the probability that the density and its reading
        give it; then the law runs, and the later frames are read as the recording was: flipped with the same probability,
        missing at the same places.

        Returns:
            Copies of each recording, uint8 (laws, copies, times, rows, cols); all have the recorded first frame.
        """
        tables, made = self.space.spread(laws).astype(np.uint8), []
        for scene in self.scenes:
            first = scene.frames[0]
            alive = self._corrected(np.full(first.shape, self._density(first)), first)
            now = (chance.random((len(laws), copies, *first.shape), np.float32) < alive).astype(np.uint8)
            frames = [np.broadcast_to(first, now.shape)]
            for frame, gap in zip(scene.frames[1:], scene.gaps, strict=True):
                now = _rolled(tables, now, gap, scene.boundary)
                read = now ^ (chance.random(now.shape, np.float32) < self.flips) if self.flips else now
                frames.append(np.where(frame == MISSING, MISSING, read).astype(np.uint8))
            made.append(np.stack(frames, 2))
        return made

    def visits(self, law: np.ndarray) -> np.ndarray:
        """Return how often each entry is visited, a mean over the boards, shape (entries,)."""
        table = self.space.spread(law).astype(np.uint8)[None]
        return sum(
            (
                self.space.pool(self._forecast(number, table, scene.frames[None], count=True)[1])
                for number, scene in enumerate(self.scenes)
            ),
            np.zeros(len(self.space)),
        )

    def _lanes(self, scene: Scene) -> int:
        return max(1, _CELLS_AT_ONCE // (self.boards * scene.frames[0].size))

    def _density(self, frame: np.ndarray) -> float:
        seen = frame != MISSING
        read = float(frame[seen].mean()) if seen.any() else 0.5
        return float(np.clip((read - self.flips) / (1 - 2 * self.flips), _LEAST_DENSITY, 1 - _LEAST_DENSITY))

    def _corrected(self, forecast: np.ndarray, frame: np.ndarray) -> np.ndarray:
        """The probability of life after the reading, by Bayes' rule."""
        wrong = max(self.flips, _SURE)
        alive = forecast * np.choose(np.minimum(frame, 2), [wrong, 1 - wrong, 1.0])
        dead = (1 - forecast) * np.choose(np.minimum(frame, 2), [1 - wrong, wrong, 1.0])
        return (alive / (alive + dead)).astype(np.float32)

    def _forecast(
        self, number: int, tables: np.ndarray, frames: np.ndarray, *, memory: bool = True, count: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Forecast scene ``number``, frames (laws or 1, times, rows, cols); return log f, (laws,), and visits by window."""
        scene, lanes = self.scenes[number], len(tables)
        hidden = scene.frames == MISSING
        forecast = np.broadcast_to(np.float64(self._density(scene.frames[0])), (lanes, *hidden.shape[1:]))
        chance, ran = self.stream.generator(), None
        total, counts = np.zeros(lanes), np.zeros(WINDOWS)
        for time, gap in enumerate(scene.gaps):
            if not memory:
                forecast, ran = np.full(forecast.shape, self._density(scene.frames[time])), None
            alive = self._corrected(forecast, frames[:, time])
            drawn = chance.random((self.boards, *hidden.shape[1:]), np.float32) < alive[:, None]
            now = drawn.view(np.uint8)
            if ran is not None and hidden[time].any():
                now = np.where(hidden[time], ran, now)
            if count:
                counts += self._windows(tables[0], now[0], gap, scene.boundary)
            ran = _rolled(tables, now, gap, scene.boundary)
            forecast = (ran.sum(1, dtype=np.int32) + 0.5) / (self.boards + 1)
            reading = forecast * (1 - self.flips) + (1 - forecast) * self.flips
            after = frames[:, time + 1]
            right = np.where(after == 1, reading, 1 - reading)
            total += np.where(hidden[time + 1], 0.0, np.log(right)).sum((1, 2))
        return total, counts

    def _windows(self, table: np.ndarray, boards: np.ndarray, steps: int, boundary: str) -> np.ndarray:
        """How often each window occurs on the way, a mean over the boards."""
        counts = np.zeros(WINDOWS)
        for _ in range(steps):
            seen = stepping.windows(boards, boundary)
            counts += np.bincount(seen.ravel(), minlength=WINDOWS)
            boards = table[seen]
        return counts / len(boards)


def _rolled(tables: np.ndarray, boards: np.ndarray, steps: int, boundary: str) -> np.ndarray:
    """Run boards, (laws, ..., rows, cols), each by its law's table, without compiling any.

    The engine compiles laws that come few at a time, which pays in long runs; these are short, and every law comes a few times
    only. So a few laws get company.
    """
    if len(bitpacked.distinct_tables(tables)[0]) > len(_COMPANY):
        return bitpacked.run(tables, boards, steps, boundary=boundary)
    together = np.concatenate([tables, _COMPANY])
    padded = np.concatenate([boards, np.zeros((len(_COMPANY), *boards.shape[1:]), np.uint8)])
    return bitpacked.run(together, padded, steps, boundary=boundary)[: len(tables)]
