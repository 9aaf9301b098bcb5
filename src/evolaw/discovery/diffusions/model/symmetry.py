r"""Declared symmetries: the law is the same after a rotation, a reflection or a translation of the state.

"rotation x, y"        two components turned together about the origin
"reflection"           x -> −x of all components; "reflection x" of those named, together
"translation p"        nothing depends on where p is; of several named nothing depends on a shift of them together

With x -> g(x) = Gx + s the drift and the diffusion matrix 2D of an equivariant law are those with

    f(g(x)) = G f(x),        D(g(x)) = G D(x) Gᵀ            for every x

which is linear in the coefficients. It is asked at as many places, drawn over the recorded range, as make all equations that can be independent
so, and the equations are handed on as rows (`equalities` says what follows from them). Hidden velocities turn and flip with their positions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evolaw import checks
from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["KINDS", "Symmetry", "read_symmetries", "symmetry_rows"]

KINDS = ("rotation", "reflection", "translation")

_SAID = re.compile(r"\s*([^\W\d]\w*)\s*:?\s*(.*?)\s*")
_ANGLES, _SHIFTS = (1.0, 0.7), (0.61, 1.13)
"""Radians, and shares of a component's size: nothing that is periodic in them stands in a library."""
_DIFFERENT = 1e-8
_SPARE = 20


@dataclass(frozen=True)
class Symmetry:
    """One declared symmetry.

    Attributes:
        kind: one of `KINDS`.
        names: the components it moves, all together.
    """

    kind: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        word = "along" if self.kind == "translation" else "of"
        return f"{self.kind} {word} {', '.join(self.names)}"

    def moves(
        self, state: Sequence[str], hidden: Mapping[str, str], sizes: np.ndarray
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return (G, s) of some of its members, none of them the identity; ``hidden`` names the velocity of a position."""
        places = [state.index(name) for name in self.names]
        speeds = [state.index(hidden[name]) for name in self.names if name in hidden]
        one, rest = np.eye(len(state)), np.zeros(len(state))
        if self.kind == "translation":
            at = np.isin(np.arange(len(state)), places)
            return [(one, np.where(at, share * sizes[places[0]], 0.0)) for share in _SHIFTS]
        if self.kind == "reflection":
            flipped = one.copy()
            flipped[[*places, *speeds], [*places, *speeds]] = -1.0
            return [(flipped, rest)]
        return [(_turned(one, [pair for pair in (places, speeds) if pair], angle), rest) for angle in _ANGLES]


def read_symmetries(
    given: str | Sequence[str] | None, recording: Recording, periods: Mapping[str, float]
) -> tuple[Symmetry, ...]:
    """Read declared symmetries.

    Args:
        given: as the docstring of this file says, several between semicolons or in a list.
        recording: whose components they move.
        periods: period by component, for angles.

    Raises:
        ArgumentError: a symmetry that the components cannot have.

    Example:
        >>> from evolaw.trajectory import Trajectory
        >>> from evolaw.discovery.diffusions.model.recording import gather
        >>> walk = np.cumsum(np.random.default_rng(0).normal(size=(60, 2)), 0)
        >>> plane = gather(Trajectory(walk, np.arange(60.0), ("times", "dim")))
        >>> [str(item) for item in read_symmetries("rotation; reflection x", plane, {})]
        ['rotation of x, y', 'reflection of x']
    """
    parts = given.split(";") if isinstance(given, str) else list(given or ())
    return tuple(_read(part, recording, periods) for part in parts if part.strip())


def symmetry_rows(
    symmetries: Sequence[Symmetry],
    state: Sequence[str],
    hidden: Mapping[str, str],
    columns: Sequence[np.ndarray],
    drift: Mapping[str, Sequence[Term]],
    diffusion: Mapping[str, Sequence[Term]],
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows a with a · coefficients = 0 where drift and diffusion are equivariant, and the size of every term.

    Args:
        symmetries: the declared ones.
        state: names of the whole state.
        hidden: name of the hidden velocity by its position.
        columns: recorded values of every component of the state, which places are drawn about.
        drift, diffusion: terms of each component; the coefficients stand in the order of the state and then of its terms, the drift's first.
    """
    first, second = (
        [(state.index(name), term) for name in state for term in terms.get(name, ())] for terms in (drift, diffusion)
    )
    sizes = np.array([float(np.sqrt(np.mean(np.square(column)))) or 1.0 for column in columns])
    at = _places(columns, sizes, [term for _, term in (*first, *second)])
    found = []
    for entries, equations in ((first, _drift_rows), (second, _diffusion_rows)):
        moved = [
            equations(entries, g, at, list(g @ np.stack(at) + s[:, None]))
            for symmetry in symmetries
            for g, s in symmetry.moves(state, hidden, sizes)
        ]
        term_sizes = np.array([float(np.sqrt(np.mean(term.values(at) ** 2))) or 1.0 for _, term in entries])
        found.append((_independent(moved, term_sizes), term_sizes))
    (one, first_sizes), (two, second_sizes) = found
    rows = np.zeros((len(one) + len(two), len(first) + len(second)))
    rows[: len(one), : len(first)] = one
    rows[len(one) :, len(first) :] = two
    return rows, np.concatenate([first_sizes, second_sizes])


def _read(part: str, recording: Recording, periods: Mapping[str, float]) -> Symmetry:
    said = _SAID.fullmatch(part)
    kind = checks.one_of(said[1] if said else part.strip(), "symmetry", KINDS)
    named = [name for name in re.split(r"[,\s]+", said[2]) if name] if said else []
    angles = [name for name in recording.names if name in periods]
    usual = {"rotation": recording.names, "reflection": recording.names, "translation": tuple(angles)}[kind]
    names = tuple(checks.one_of(name, "symmetry", recording.names) for name in named) or usual
    shown = f"{kind} {', '.join(names)}".strip()
    if kind == "translation":
        checks.require(
            bool(names), "symmetry", "name the component that a translation moves, as in 'translation p'", part
        )
    if kind == "rotation":
        checks.require(
            len(set(names)) == 2,
            "symmetry",
            "name the two components that a rotation turns",
            shown,
            f"There are {', '.join(recording.names)}; say 'rotation x, y' with two of them.",
        )
        turning = [name for name in names if name in periods]
        checks.require(
            not turning, "symmetry", "turn two lengths", f"{shown}, where {turning[0] if turning else ''} is an angle"
        )
    units = [recording.units[recording.names.index(name)] for name in names] if recording.units else []
    if kind != "reflection":
        checks.require(
            len(set(units)) < 2, "symmetry", "move components of one unit", f"{shown} in {' and '.join(units)}"
        )
    return Symmetry(kind, tuple(dict.fromkeys(names)))


def _turned(one: np.ndarray, pairs: Sequence[Sequence[int]], angle: float) -> np.ndarray:
    turned = one.copy()
    for i, j in pairs:
        turned[np.ix_([i, j], [i, j])] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return turned


def _places(columns: Sequence[np.ndarray], sizes: np.ndarray, terms: Sequence[Term]) -> list[np.ndarray]:
    """States all over the box, not along what was recorded: on a cycle x²+y² is a number, and would be taken for one."""
    chance, count = np.random.default_rng(0), len(terms) + _SPARE
    low = [0.3 if column.min() > 0 else -1.7 for column in columns]
    drawn = [size * chance.uniform(bottom, 1.7, 20 * count) for size, bottom in zip(sizes, low, strict=True)]
    sound = np.flatnonzero(np.isfinite([term.values(drawn) for term in terms]).all(0))[:count]
    checks.require(sound.size == count, "symmetry", "be asked of terms that are numbers", "terms that mostly are none")
    return [column[sound] for column in drawn]


def _drift_rows(
    entries: Sequence[tuple[int, Term]], g: np.ndarray, at: list[np.ndarray], to: list[np.ndarray]
) -> np.ndarray:
    """f_l(g(x)) − Σ_k G_lk f_k(x), one row a place and component l."""
    size, count = len(g), len(at[0])
    rows = np.zeros((size, count, len(entries)))
    for place, (i, term) in enumerate(entries):
        rows[i, :, place] += term.values(to)
        rows[:, :, place] -= g[:, i, None] * term.values(at)
    return rows.reshape(-1, len(entries))


def _diffusion_rows(
    entries: Sequence[tuple[int, Term]], g: np.ndarray, at: list[np.ndarray], to: list[np.ndarray]
) -> np.ndarray:
    """D_lm(g(x)) − Σ_k G_lk G_mk D_k(x), one row a place and pair l, m: off the diagonal D has nothing."""
    size, count = len(g), len(at[0])
    rows = np.zeros((size, size, count, len(entries)))
    for place, (i, term) in enumerate(entries):
        rows[i, i, :, place] += term.values(to)
        rows[:, :, :, place] -= np.outer(g[:, i], g[:, i])[:, :, None] * term.values(at)
    return rows.reshape(-1, len(entries))


def _independent(parts: Sequence[np.ndarray], sizes: np.ndarray) -> np.ndarray:
    """Few rows that say the same; a term that is no number where it is moved to can have no coefficient."""
    if not parts or not sizes.size:
        return np.zeros((0, sizes.size))
    rows = np.concatenate(parts)
    nowhere = ~np.isfinite(rows).all(0)
    _, values, right = np.linalg.svd(np.where(nowhere, 0.0, rows) / sizes, full_matrices=False)
    kept = right[values > _DIFFERENT * np.sqrt(len(rows))] * sizes
    return np.concatenate([kept, np.eye(sizes.size)[nowhere]])
