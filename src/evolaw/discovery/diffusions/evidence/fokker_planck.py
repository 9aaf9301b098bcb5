r"""One dimension, coarse steps: the exact likelihood, from the Fokker–Planck equation on a grid.

    ∂_t p = −∂_x (f p) + ∂²_x (D p),        P = exp(Δt Q),        log L = Σ_k log p(X_{k+1} | X_k)

Q is a Markov chain on cells that keeps probability. With z = h f/D at the wall between two cells its rates are

    i → i+1:  B(−z) D_i / h²,        i+1 → i:  B(z) D_{i+1} / h²,        B(z) = 1 − z/2  where |z| < 1.8,  z/(e^z − 1) beyond

central differences where they are positive, which add nothing to D; the rates of Scharfetter and Gummel where they would not be, which
stay positive and widen D by z²/12 of itself (out where nothing was recorded that is harmless, elsewhere the grid is refused).

Recorded steps are laid on the grid once, by cubic weights in both directions, so that log L = Σ N_ij log p_ij. Score and expected
information are taken by central differences along functions that are orthonormal on the recording, at the law averaged over subsets: a
law fitted freely would be wild where nothing was recorded. Drift and diffusion coefficients move together until they settle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw.discovery.diffusions.evidence.diffusivity import Drift, Strength
from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm, from_information
from evolaw.discovery.diffusions.evidence.moment_equations import triangle
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.model.expressions import Term

__all__ = ["fits_on_grid", "weigh_exactly"]

_CELLS = (101, 240)
_CELLS_A_STEP = 6.0
"""Cells that the noise of one step should cover."""
_LEAST_CELLS_A_STEP = 2.5
_PADDING = 0.08
_CENTRAL = 1.8
_MOST_STEEP = 0.05
_ROUNDS = 10
_SETTLED = 0.05
"""Scoring has settled when the last change, measured by the information, is this small a coefficient."""
_SMALLEST = 1e-290


@dataclass(frozen=True, eq=False)
class _Grid:
    """Cells on an interval or a circle, with the counted steps of the recording."""

    centres: np.ndarray
    walls: np.ndarray
    width: float
    periodic: bool
    counts: np.ndarray
    step: float


def fits_on_grid(case: Case, target: str, weighed: Weighed) -> bool:
    """Whether the recording is one component, clean, evenly sampled, and its steps wide enough for a grid to resolve."""
    if len(case.recording.names) != 1 or case.hidden or any(case.noise) or not weighed.strength.terms:
        return False
    if not case.split(target)[0] or case.recording.force is not None or case.recording.heat is not None:
        return False
    steps = np.concatenate([np.diff(case.recording.times[rows]) for rows in case.recording.stretches()])
    if np.ptp(steps) > 1e-4 * case.recording.step:
        return False
    low, high = _range(case, target)
    spread = _spread_of_steps(case, weighed)
    if spread < _LEAST_CELLS_A_STEP * (high - low) / _CELLS[1]:
        return False
    width = (high - low) / _cells(high - low, spread)
    drift = np.abs(weighed.fitted.at(case.recording.columns))
    strength = np.maximum(weighed.strength(case.recording.columns), spread**2 / (2 * case.recording.step))
    return float(np.mean(drift * width > _CENTRAL * strength)) <= _MOST_STEEP


def weigh_exactly(case: Case, target: str, weighed: Weighed) -> Weighed:
    """Return the component weighed by the exact likelihood of its steps, starting from what moment equations say.

    Where scoring does not settle within `_ROUNDS` rounds, ``weighed`` is returned as it was.

    Notes:
        Cost: 2 (p + q) matrix exponentials of at most 240 x 240 a round.
    """
    law = _Law.of(case, target, weighed)
    theta = law.first @ _mean(weighed.drift)
    eta = law.better_start(theta, law.second @ _estimate(weighed.diffusion))
    for _ in range(_ROUNDS):
        at = np.concatenate([theta, eta])
        likelihood, score, information = law.score(at)
        if not np.isfinite(information).all() or not np.isfinite(score).all():
            return weighed
        moved = at + np.linalg.solve(information, score)
        eta_moved = law.improved(theta, eta, moved[theta.size :] - eta, likelihood)
        form = law.drift_form(moved, information)
        theta_moved = law.first @ _mean(form)
        change = np.concatenate([theta_moved, eta_moved]) - at
        theta, eta = theta_moved, eta_moved
        if change @ information @ change <= _SETTLED * at.size:
            diffusion = law.diffusion_form(moved, information)
            return _answer(case, target, weighed, form, diffusion)
    return weighed


def _mean(form: GaussianForm | None) -> np.ndarray:
    return np.array([]) if form is None else weigh_subsets(form).mean * form.unit


def _estimate(form: GaussianForm | None) -> np.ndarray:
    return np.array([]) if form is None else form.estimate


def _answer(case: Case, target: str, weighed: Weighed, form: GaussianForm, diffusion: GaussianForm | None) -> Weighed:
    free, known = case.split(target)
    _, held = case.split(target, diffusion=True)
    fitted = Drift((*free, *(t for t, _ in known)), np.array([*form.estimate, *(v for _, v in known)]))
    eta = np.array([*_estimate(diffusion), *(v for _, v in held)])
    strength = Strength(weighed.strength.terms, eta, weighed.strength.least)
    return Weighed(target, form, diffusion, fitted, strength, weighed.residuals, "exact")


@dataclass(frozen=True, eq=False)
class _Law:
    """The likelihood of the counted steps as a function of reduced coefficients.

    Attributes:
        grid: cells with the counted steps.
        first, second: R of the drift's and the diffusion's terms.
        walls: free drift terms at the walls; known part there.
        ends: free diffusion terms at the centres and at the walls; known parts there.
        names: of the free terms.
        constant: reduced diffusion coefficients nearest to a constant one, that of the residuals.
        least: smallest D.
        samples: steps counted.
    """

    grid: _Grid
    first: np.ndarray
    second: np.ndarray
    walls: tuple[np.ndarray, np.ndarray]
    ends: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    constant: np.ndarray
    least: float
    samples: int

    @classmethod
    def of(cls, case: Case, target: str, weighed: Weighed) -> _Law:
        free, known = case.split(target)
        loose, held = case.split(target, diffusion=True)
        grid, columns = _grid(case, target, weighed), case.recording.columns
        level = _residual_strength(case, weighed)
        # Weighed as the moment equations see it, never below a fifth of what the residuals say on average.
        strength = np.maximum(weighed.strength(columns), 0.2 * min(level, float(np.median(weighed.strength(columns)))))
        first = triangle(features(free, columns) / np.sqrt(strength)[:, None])
        psi = features(loose, columns)
        second = triangle(psi / strength[:, None]) if loose else np.zeros((0, 0))
        constant = second @ np.linalg.lstsq(psi, np.full(len(psi), level), rcond=None)[0] if loose else np.zeros(0)
        centre, wall = _spread(loose, grid)
        return cls(
            grid,
            first,
            second,
            (_spread(free, grid)[1], _fixed(known, grid)[1]),
            (centre, wall, *_fixed(held, grid)),
            (tuple(t.name for t in free), tuple(t.name for t in loose)),
            constant,
            min(weighed.strength.least, 0.05 * level),
            len(case.recording.starts(0, 1)),
        )

    def chances(self, reduced: np.ndarray) -> np.ndarray:
        """P of one recorded step."""
        count = len(self.first)
        theta = np.linalg.solve(self.first, reduced[:count])
        eta = np.linalg.solve(self.second, reduced[count:]) if self.second.size else np.zeros(0)
        centre, wall, held_centre, held_wall = self.ends
        return _chances(
            self.grid,
            self.walls[0] @ theta + self.walls[1],
            np.maximum(centre @ eta + held_centre, self.least),
            np.maximum(wall @ eta + held_wall, self.least),
        )

    def better_start(self, theta: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """The given diffusion coefficients, or those nearest to a constant where these make the recording likelier."""
        if not eta.size:
            return eta
        both = [self.likelihood(self.chances(np.concatenate([theta, start]))) for start in (eta, self.constant)]
        return eta if both[0] >= both[1] else self.constant

    def improved(self, theta: np.ndarray, eta: np.ndarray, change: np.ndarray, before: float) -> np.ndarray:
        """Go as far along ``change`` as the likelihood does not fall: full, then halves of it."""
        for share in (1.0, 0.5, 0.25, 0.125, 0.0625) if eta.size else ():
            new = eta + share * change
            if self.likelihood(self.chances(np.concatenate([theta, new]))) >= before - 1e-9:
                return new
        return eta

    def likelihood(self, chances: np.ndarray) -> float:
        """log L up to a constant."""
        return float(np.sum(self.grid.counts * np.log(chances)))

    def drift_form(self, moved: np.ndarray, information: np.ndarray) -> GaussianForm:
        """The Gaussian form of the drift's terms, the diffusion's unknown."""
        count = len(self.first)
        inner = _marginal(information, count)
        return from_information(self.names[0], moved[:count], inner, self.first, self.samples)

    def diffusion_form(self, moved: np.ndarray, information: np.ndarray) -> GaussianForm | None:
        """The Gaussian form of the diffusion's terms, the drift's unknown."""
        if not self.second.size:
            return None
        count = len(self.first)
        order = np.r_[count : moved.size, 0:count]
        inner = _marginal(information[np.ix_(order, order)], len(self.second))
        return from_information(self.names[1], moved[count:], inner, self.second, self.samples)

    def score(self, at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """log L, its gradient and the expected information in the reduced coefficients."""
        count, grid, chances = len(self.first), self.grid, self.chances
        middle = chances(at)
        slopes = []
        for place in range(at.size):
            # A fiftieth of the standard error that one step in each direction would leave, about sqrt(2) over sqrt(Δt).
            size = 0.02 * (np.sqrt(2 / grid.step) if place < count else max(abs(at[place]), 1.0))
            change = np.zeros(at.size)
            change[place] = size
            slopes.append((chances(at + change) - chances(at - change)) / (2 * size))
        visits = grid.counts.sum(1)
        ratio = grid.counts / middle
        score = np.array([np.sum(ratio * slope) for slope in slopes])
        weighted = visits[:, None] / middle
        information = np.array([[np.sum(weighted * a * b) for a in slopes] for b in slopes])
        # Where the information vanishes nothing is learned; a share of 1e-12 of the largest keeps the step finite.
        information = (information + information.T) / 2 + 1e-12 * np.trace(information) * np.eye(at.size)
        return self.likelihood(middle), score, information


def _marginal(information: np.ndarray, count: int) -> np.ndarray:
    """The information on the first ``count`` coefficients when the others are unknown: the Schur complement."""
    if count == len(information):
        return information
    a, b, c = information[:count, :count], information[:count, count:], information[count:, count:]
    return a - b @ np.linalg.solve(c, b.T)


def _cells(length: float, spread: float) -> int:
    return int(np.clip(_CELLS_A_STEP * length / spread, *_CELLS))


def _residual_strength(case: Case, weighed: Weighed) -> float:
    """D from the mean square of what the drift leaves of the steps: rough, but never negative."""
    return float(np.nanmean(weighed.residuals**2)) / (2 * case.recording.step)


def _spread_of_steps(case: Case, weighed: Weighed) -> float:
    """The standard deviation of one step's noise where it is small: at the 5 % point of D, or from residuals if D̂ fails there."""
    at = weighed.strength(case.recording.columns)
    level = _residual_strength(case, weighed)
    failed = float(np.mean(at <= weighed.strength.least * (1 + 1e-9))) > 0.2
    trusted = level if failed else float(np.quantile(at, 0.05))
    return float(np.sqrt(2 * trusted * case.recording.step))


def _range(case: Case, target: str) -> tuple[float, float]:
    x = case.recording.columns[0]
    low, high = float(x.min()), float(x.max())
    if target in case.periods and high - low > case.periods[target]:
        return 0.0, case.periods[target]
    pad = _PADDING * (high - low)
    terms = (*case.drift[target], *case.diffusion.get(target, ()))

    def sound(at: float) -> bool:
        with np.errstate(all="ignore"):
            return bool(np.isfinite(features(terms, [np.array([at])])).all())

    # A term such as sqrt(x) has an end beyond which it is not a number: the grid stops before it.
    down, up = (
        next((p for p in (pad, pad / 4, pad / 32, 0.0) if sound(edge + s * p)), 0.0)
        for edge, s in ((low, -1), (high, 1))
    )
    return low - down, high + up


def _grid(case: Case, target: str, weighed: Weighed) -> _Grid:
    low, high = _range(case, target)
    periodic = (low, high) == (0.0, case.periods.get(target))
    cells = _cells(high - low, _spread_of_steps(case, weighed))
    width = (high - low) / cells
    centres = low + width * (np.arange(cells) + 0.5)
    walls = low + width * (np.arange(cells) + 1.0)
    starts = case.recording.starts(0, 1)
    x = case.recording.columns[0]
    places = [(values - low) / width - 0.5 for values in (x[starts], x[starts + 1])]
    (i, a), (j, b) = (_cubic(place, cells, periodic) for place in places)
    counts = np.zeros((cells, cells))
    for k in range(4):
        for l in range(4):
            np.add.at(counts, (i[k], j[l]), a[k] * b[l])
    return _Grid(centres, walls if periodic else walls[:-1], width, periodic, counts, case.recording.step)


def _cubic(place: np.ndarray, cells: int, periodic: bool) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Four neighbouring cells of every place and the weights of the cubic through them."""
    base = np.floor(place).astype(int)
    if not periodic:
        base = np.clip(base, 1, cells - 3)
    u = place - base
    weights = [
        -u * (u - 1) * (u - 2) / 6,
        (u + 1) * (u - 1) * (u - 2) / 2,
        -(u + 1) * u * (u - 2) / 2,
        (u + 1) * u * (u - 1) / 6,
    ]
    cells_at = [base + k for k in (-1, 0, 1, 2)]
    return [at % cells for at in cells_at] if periodic else cells_at, weights


def _spread(terms: tuple[Term, ...], grid: _Grid) -> tuple[np.ndarray, np.ndarray]:
    return features(terms, [grid.centres]), features(terms, [grid.walls])


def _fixed(terms: tuple[tuple[Term, float], ...], grid: _Grid) -> tuple[np.ndarray, np.ndarray]:
    values = np.array([value for _, value in terms])
    centre, wall = _spread(tuple(term for term, _ in terms), grid)
    return centre @ values, wall @ values


def _bernoulli(z: np.ndarray) -> np.ndarray:
    """B(z), without overflow on either side."""
    z = np.clip(z, -500, 500)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.abs(z) < _CENTRAL, 1 - z / 2, z / np.expm1(z))


def _chances(grid: _Grid, drift: np.ndarray, centre: np.ndarray, wall: np.ndarray) -> np.ndarray:
    """P of one recorded step; ``drift`` and ``wall`` stand at the walls to the right of each cell."""
    from scipy.linalg import expm

    cells = len(centre)
    here = np.arange(len(wall))
    there = (here + 1) % cells
    z = grid.width * drift / wall
    rates = np.zeros((cells, cells))
    rates[here, there] += _bernoulli(-z) * centre[here] / grid.width**2
    rates[there, here] += _bernoulli(z) * centre[there] / grid.width**2
    rates[np.arange(cells), np.arange(cells)] = -rates.sum(1)
    return np.maximum(expm(grid.step * rates), _SMALLEST)
