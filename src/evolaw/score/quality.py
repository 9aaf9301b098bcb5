"""How like the data samples are, without a network: distances with their noise floor, and memorisation.

    energy      2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖                           zero in the mean for one distribution
    sliced W2   √ mean over directions θ of ∫ (F⁻¹_θX - F⁻¹_θY)²              with as many samples as data
    memory      median over samples of (distance to the nearest training datum)/(to the nearest held-out one, at equal numbers)

Each distance stands beside its *floor*: the same distance between held-out data and as many of the training data. A ratio of memory
well below one says that samples are copies. Intervals are bootstraps over samples.

References: szekely2013; bonneel2015 for slices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from evolaw import checks, display
from evolaw.randomness import source
from evolaw.told import told

__all__ = ["Likeness", "energy", "likeness", "memorisation", "sliced_w2"]

_MOST = 3000
_SLICES = 512
_RESAMPLES = 200


@dataclass(frozen=True)
class Likeness:
    """Samples against data.

    Attributes:
        energy, energy_floor: energy distance of samples and held-out data, and of training and held-out data.
        sliced, sliced_floor: sliced W2 likewise.
        memory: memorisation ratio with its interval (value, low, high); None without training data.
        count: samples compared.
    """

    energy: float
    energy_floor: float
    sliced: float
    sliced_floor: float
    memory: tuple[float, float, float] | None
    count: int

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        memory = None if self.memory is None else dict(zip(("ratio", "low", "high"), self.memory, strict=True))
        names = ("energy", "energy_floor", "sliced", "sliced_floor", "count")
        return {**{name: getattr(self, name) for name in names}, "memory": memory}

    def facts(self) -> list[tuple[str, str]]:
        """Return names and words, one for each line that is shown."""
        told = [
            ("samples", str(self.count)),
            ("energy distance", f"{self.energy:.3g}, between data {self.energy_floor:.3g}"),
            ("sliced W2", f"{self.sliced:.3g}, between data {self.sliced_floor:.3g}"),
        ]
        if self.memory is not None:
            memory = "{:.3g} [{:.3g}, {:.3g}]".format(*self.memory)
            told.append(("nearest datum", f"{memory} of the distance that held-out data have"))
        return told

    def __repr__(self) -> str:
        return display.lines("Likeness", self.facts())


@told
def likeness(samples: Any, train: Any, held: Any, *, rng: Any) -> Likeness:
    """Compare samples with data the model has not seen, beside what data of the training show.

    Args:
        samples, train, held: states, each of shape (count, *shape); as many of each as the fewest are compared, at most 3000.
        rng: seed of choices and directions.
    """
    parts = _alike(samples, train, held)
    for part, name in zip(parts, ("samples", "train", "held"), strict=True):
        checks.require(len(part) > 1, name, "hold two states at least, to compare them", len(part))
    seeded, count = source(rng), min(_MOST, *map(len, parts))
    chance = seeded.stream("likeness").generator()
    mine, seen, unseen = (part[chance.permutation(len(part))[:count]].reshape(count, -1) for part in parts)
    directions = seeded.stream("slices").generator().standard_normal((_SLICES, mine.shape[1]))
    return Likeness(
        energy(mine, unseen),
        energy(seen, unseen),
        sliced_w2(mine, unseen, directions),
        sliced_w2(seen, unseen, directions),
        memorisation(parts[0], parts[1], parts[2], rng=seeded),
        count,
    )


def _alike(samples: Any, train: Any, held: Any) -> list[np.ndarray]:
    """The three as arrays of numbers, each of shape (count, *shape) of one shape."""
    names = ("samples", "train", "held")
    parts = [checks.numbers(part, name) for part, name in zip((samples, train, held), names, strict=True)]
    for part, name in zip(parts, names, strict=True):
        checks.require(part.ndim > 0, name, "be an array, led by an axis of states", part)
        checks.require(
            part.shape[1:] == parts[1].shape[1:], name, f"be states of shape {parts[1].shape[1:]}", part.shape
        )
    return parts


def energy(one: Any, other: Any) -> float:
    """Return the energy distance of two samples, pairs of one point with itself left out.

    Example:
        >>> energy(np.zeros((3, 1)), np.ones((3, 1)))
        2.0
    """
    n, m = len(one), len(other)
    for part, name in ((one, "one"), (other, "other")):
        checks.require(len(part) > 1, name, "hold two states at least: the distance is one of pairs", len(part))
    within = cdist(one, one).sum() / (n * (n - 1)) + cdist(other, other).sum() / (m * (m - 1))
    return float(2 * cdist(one, other).mean() - within)


@told
def sliced_w2(one: Any, other: Any, directions: Any) -> float:
    """Return the sliced W2 distance of two samples of one size; directions need no length.

    Example:
        >>> sliced_w2(np.zeros((3, 1)), np.ones((3, 1)), np.ones((1, 1)))
        1.0
    """
    one, other, directions = (
        checks.numbers(part, name) for part, name in ((one, "one"), (other, "other"), (directions, "directions"))
    )
    good = one.ndim == directions.ndim == 2 and one.shape == other.shape and directions.shape[1] == one.shape[1]
    wanted = "have shape (count, dim) like the other, and directions (slices, dim)"
    checks.require(good, "one", wanted, (one.shape, other.shape, directions.shape))
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    ordered = [np.sort(part @ unit.T, 0) for part in (one, other)]
    return float(np.sqrt(((ordered[0] - ordered[1]) ** 2).mean()))


@told
def memorisation(samples: Any, train: Any, held: Any, *, rng: Any) -> tuple[float, float, float]:
    """Return how much nearer samples lie to training data than to held-out ones, with its 95 % bootstrap interval.

    The nearest of as many training data as there are held-out ones, so that one is the value of a model that copies nothing.
    """
    samples, train, held = _alike(samples, train, held)
    seeded = source(rng)
    chance = seeded.stream("memorisation").generator()
    count = min(len(train), len(held))
    chosen = [part[chance.permutation(len(part))[:count]].reshape(count, -1) for part in (train, held)]
    flat = samples[:_MOST].reshape(min(len(samples), _MOST), -1)
    near = [cdist(flat, part).min(1) for part in chosen]
    ratio = near[0] / np.maximum(near[1], 1e-12)
    again = [np.median(ratio[chance.integers(0, len(ratio), len(ratio))]) for _ in range(_RESAMPLES)]
    low, high = np.quantile(again, [0.025, 0.975])
    return float(np.median(ratio)), float(low), float(high)
