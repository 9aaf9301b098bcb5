r"""One dimension, coarse steps: the exact likelihood, from the Fokker–Planck equation on a grid.

    ∂_t p = −∂_x (f p) + ∂²_x (D p),        P = exp(Δt Q),        log L = Σ_k log p(X_{k+1} | X_k)

Q is a Markov chain on cells that keeps probability. With z = h f/D at the wall between two cells its rates are

    i → i+1:  B(−z) D_i / h²,        i+1 → i:  B(z) D_{i+1} / h²,        B(z) = 1 − z/2  where |z| < 1.8,  z/(e^z − 1) beyond

central differences where they are positive, which add nothing to D; the rates of Scharfetter and Gummel where they would not be, which
stay positive and widen D by z²/12 of itself (out where nothing was recorded that is harmless, elsewhere the grid is refused).

Recorded steps are laid on the grid once (`grid`), so that log L = Σ N_ij log p_ij. Score and expected information are taken along functions
that are orthonormal on the recording (`jump_chain`), at the law averaged over subsets: a law fitted freely would be wild where nothing was
recorded. Drift and diffusion coefficients move together until they settle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evolaw.discovery.diffusions.evidence.diffusivity import Drift, Strength
from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.exact.grid import CENTRAL, Grid, grid_of, residual_strength
from evolaw.discovery.diffusions.evidence.exact.jump_chain import JumpChain
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm, from_information
from evolaw.discovery.diffusions.evidence.moment_equations import triangle
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.model.expressions import Term

__all__ = ["Further", "further_terms", "successive_product", "weigh_exactly"]

_ROUNDS = 10
_SETTLED = 0.05
"""Scoring has settled when the last change, measured by the information, is this small a coefficient."""
_FASTEST = 64.0
_COST = 2.0
"""Nats a coefficient that the average over laws may lie below the likeliest one."""
_SMALLEST = 1e-14
"""Chances below this are rounding; a step that has no more is not told from one that has none."""


def weigh_exactly(case: Case, target: str, weighed: Weighed) -> Weighed:
    """Return the component weighed by the exact likelihood of its steps, starting from what moment equations say.

    Where scoring does not settle within `_ROUNDS` rounds, ``weighed`` is returned as it was.

    Notes:
        Cost: one decomposition and p + q products of matrices of at most 240 x 240 a round.
    """
    law = _Law.of(case, target, weighed)
    theta = law.first @ _mean(weighed.drift)
    eta = law.better_start(theta, law.second @ _estimate(weighed.diffusion))
    pace = law.pace(theta, eta)
    theta, eta = pace * theta, pace * eta
    for _ in range(_ROUNDS):
        at = np.concatenate([theta, eta])
        likelihood, score, information = law.score(at)
        if not np.isfinite(information).all() or not np.isfinite(score).all():
            return weighed
        moved = at + np.linalg.solve(information, score)
        eta_moved = law.improved(theta, eta, moved[theta.size :] - eta, likelihood)
        form = law.drift_form(moved, information)
        theta_moved = law.held_back(theta, law.first @ _mean(form) - theta, eta_moved, likelihood)
        change = np.concatenate([theta_moved, eta_moved]) - at
        theta, eta = theta_moved, eta_moved
        if change @ information @ change <= _SETTLED * at.size:
            diffusion = law.diffusion_form(moved, information)
            return _answer(case, target, weighed, form, diffusion)
    return weighed


def successive_product(case: Case, target: str, weighed: Weighed) -> float:
    """Return the mean product of two successive steps under the law that `weigh_exactly` found, from the recorded states.

    E[(X_{k+1} − X_k)(X_{k+2} − X_{k+1})] = Σ_i π_i Σ_j P_ij (c_j − c_i) Σ_l P_jl (c_l − c_j), π the recorded shares of the cells c.
    """
    law = _Law.of(case, target, weighed)
    reduced = [law.first @ _estimate(weighed.drift), law.second @ _estimate(weighed.diffusion)]
    chances, centres = law.chances(np.concatenate(reduced)), law.grid.centres
    apart = centres[None, :] - centres[:, None]
    if law.grid.periodic:
        turn = law.grid.width * len(centres)
        apart = (apart + turn / 2) % turn - turn / 2
    steps = chances * apart
    shares = law.grid.counts.sum(1).clip(0.0)
    return float(shares / shares.sum() @ steps @ steps.sum(1))


@dataclass(frozen=True)
class Further:
    """What the likelihood says of terms that were not asked for.

    Attributes:
        statistic, freedom: χ² of the score test and its degrees of freedom.
        size: root of the mean square over the recording of what they would add beyond the fitted terms, as a share of sqrt(D) in a drift and
            of D in a diffusion coefficient.
    """

    statistic: float
    freedom: int
    size: float


def further_terms(
    case: Case, target: str, weighed: Weighed, drift: tuple[Term, ...], diffusion: tuple[Term, ...]
) -> tuple[Further | None, Further | None]:
    r"""Try further terms of drift and of diffusion on a law that `weigh_exactly` found, without fitting it again.

    With the score s and the information I of all coefficients at the fitted law, e the further ones of drift or of diffusion, n all others,

        s_e' = s_e − I_en I_nn⁻¹ s_n,      I_e' = I_ee − I_en I_nn⁻¹ I_ne,      χ² = s_e'ᵀ I_e'⁻¹ s_e'

    (Neyman's C(α): it needs the fitted ones only near the truth). The others hold the further ones of the other kind too, so that a drift
    that lacks terms is not taken for a diffusion coefficient that varies. The coefficients of each kind stand in a triangle, further ones
    last, in which the sum of their squares over the recording is that of δf/sqrt(D), and of δD/D.
    """
    wider = replace(
        case,
        drift={**case.drift, target: (*case.drift[target], *drift)},
        diffusion={**case.diffusion, target: (*case.diffusion[target], *diffusion)},
    )
    law = _Law.of(wider, target, weighed)
    theta = law.first @ np.concatenate([_estimate(weighed.drift), np.zeros(len(drift))])
    eta = law.second @ np.concatenate([_estimate(weighed.diffusion), np.zeros(len(diffusion))])
    _, score, information = law.score(np.concatenate([theta, eta]))
    places = np.arange(score.size)
    kinds = (theta.size - len(drift) <= places) & (places < theta.size), score.size - len(diffusion) <= places
    first, second = (_further(score, information, kind, law.samples) for kind in kinds)
    return first, second


def _further(score: np.ndarray, information: np.ndarray, tried: np.ndarray, samples: int) -> Further | None:
    if not tried.any():
        return None
    across = information[np.ix_(~tried, tried)]
    held = np.linalg.solve(information[np.ix_(~tried, ~tried)], np.column_stack([score[~tried], across]))
    left = score[tried] - across.T @ held[:, 0]
    known = information[np.ix_(tried, tried)] - across.T @ held[:, 1:]
    change = np.linalg.solve(known, left)
    return Further(float(left @ change), int(tried.sum()), float(np.linalg.norm(change)) / np.sqrt(samples))


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

    grid: Grid
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
        grid, columns = grid_of(case, target, weighed), case.recording.columns
        level = residual_strength(case, weighed)
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

    def chain(self, reduced: np.ndarray) -> JumpChain:
        """The chain of one recorded step."""
        f, centre, wall = self._coefficients(reduced)
        z = self.grid.width * f / wall
        here, there = self._sides(np.maximum(centre, self.least))
        scale = self.grid.width**-2
        return JumpChain(_bernoulli(-z) * here * scale, _bernoulli(z) * there * scale, self.grid.step, self.grid.joined)

    def slopes(self, reduced: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """How the rates of `chain` change with each reduced coefficient."""
        f, centre, wall = self._coefficients(reduced)
        h, z = self.grid.width, self.grid.width * f / wall
        here, there = self._sides(np.maximum(centre, self.least))
        found = []
        for column in (self.walls[0] @ np.linalg.inv(self.first)).T:
            dz = h * column / wall
            found.append((-_bernoulli_slope(-z) * dz * here / h**2, _bernoulli_slope(z) * dz * there / h**2))
        if self.second.size:
            inverse = np.linalg.inv(self.second)
            for c, w in zip((self.ends[0] @ inverse).T, (self.ends[1] @ inverse).T, strict=True):
                moved = self._sides(c * (centre > self.least))
                dz = -z / wall * w * (wall > self.least)
                up = -_bernoulli_slope(-z) * dz * here + _bernoulli(-z) * moved[0]
                found.append((up / h**2, (_bernoulli_slope(z) * dz * there + _bernoulli(z) * moved[1]) / h**2))
        return found

    def _coefficients(self, reduced: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """f at the walls, D at the centres (before it is kept from falling too low) and at the walls."""
        count = len(self.first)
        theta = np.linalg.solve(self.first, reduced[:count])
        eta = np.linalg.solve(self.second, reduced[count:]) if self.second.size else np.zeros(0)
        centre, wall, held_centre, held_wall = self.ends
        return (
            self.walls[0] @ theta + self.walls[1],
            centre @ eta + held_centre,
            np.maximum(wall @ eta + held_wall, self.least),
        )

    def _sides(self, at_centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values of the cells to the left and to the right of each wall."""
        here = np.arange(len(self.grid.walls))
        return at_centres[here], at_centres[(here + 1) % len(at_centres)]

    def chances(self, reduced: np.ndarray) -> np.ndarray:
        """P of one recorded step, at least `_SMALLEST`."""
        return np.maximum(self.chain(reduced).chances, _SMALLEST)

    def better_start(self, theta: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """The given diffusion coefficients, or those nearest to a constant where these make the recording likelier."""
        if not eta.size:
            return eta
        both = [self.likelihood(self.chances(np.concatenate([theta, start]))) for start in (eta, self.constant)]
        return eta if both[0] >= both[1] else self.constant

    def pace(self, theta: np.ndarray, eta: np.ndarray) -> float:
        """How many times as fast the law runs where the recording is likeliest, in powers of two.

        Steps longer than a relaxation leave moment equations with the stationary law run too slowly: drift and diffusion too small alike.
        """
        fastest, best = 1.0, self.likelihood(self.chances(np.concatenate([theta, eta])))
        while fastest < _FASTEST and self.second.size:
            found = self.likelihood(self.chances(2 * fastest * np.concatenate([theta, eta])))
            if found <= best:
                break
            fastest, best = 2 * fastest, found
        return fastest

    def improved(self, theta: np.ndarray, eta: np.ndarray, change: np.ndarray, before: float) -> np.ndarray:
        """Go as far along ``change`` as the likelihood does not fall: full, then halves of it."""
        for share in (1.0, 0.5, 0.25, 0.125, 0.0625) if eta.size else ():
            new = eta + share * change
            if self.likelihood(self.chances(np.concatenate([theta, new]))) >= before - 1e-9:
                return new
        return eta

    def held_back(self, theta: np.ndarray, change: np.ndarray, eta: np.ndarray, before: float) -> np.ndarray:
        """Go as far along ``change`` as the likelihood does not fall by more than averaging over laws may cost."""
        for share in (1.0, 0.5, 0.25, 0.125, 0.0625):
            new = theta + share * change
            if self.likelihood(self.chances(np.concatenate([new, eta]))) >= before - _COST * theta.size:
                return new
        return new

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
        count, grid, chain = len(self.first), self.grid, self.chain(at)
        middle = np.maximum(chain.chances, _SMALLEST)
        # A fiftieth of the standard error that one step in each direction would leave, about sqrt(2) over sqrt(Δt).
        sizes = [0.02 * (np.sqrt(2 / grid.step) if i < count else max(abs(at[i]), 1.0)) for i in range(at.size)]
        slopes = np.stack([slope.ravel() for slope in chain.slopes(self.slopes(at), sizes)])
        slopes[:, middle.ravel() <= 10 * _SMALLEST] = 0.0
        score = slopes @ (grid.counts / middle).ravel()
        weighted = slopes * np.sqrt(grid.counts.sum(1)[:, None].clip(0.0) / middle).ravel()
        information = weighted @ weighted.T
        # Where the information vanishes nothing is learned; a share of 1e-12 of the largest keeps the step finite.
        information = information + 1e-12 * np.trace(information) * np.eye(at.size)
        return self.likelihood(middle), score, information


def _marginal(information: np.ndarray, count: int) -> np.ndarray:
    """The information on the first ``count`` coefficients when the others are unknown: the Schur complement."""
    if count == len(information):
        return information
    a, b, c = information[:count, :count], information[:count, count:], information[count:, count:]
    return a - b @ np.linalg.solve(c, b.T)


def _spread(terms: tuple[Term, ...], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    return features(terms, [grid.centres]), features(terms, [grid.walls])


def _fixed(terms: tuple[tuple[Term, float], ...], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    values = np.array([value for _, value in terms])
    centre, wall = _spread(tuple(term for term, _ in terms), grid)
    return centre @ values, wall @ values


#####
def _bernoulli(z: np.ndarray) -> np.ndarray:
    """B(z), without overflow on either side."""
    z = np.clip(z, -500, 500)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.abs(z) < CENTRAL, 1 - z / 2, z / np.expm1(z))


def _bernoulli_slope(z: np.ndarray) -> np.ndarray:
    """dB/dz."""
    z = np.clip(z, -500, 500)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        b = z / np.expm1(z)
        return np.where(np.abs(z) < CENTRAL, -0.5, np.where(z == 0, -0.5, b / z - b * b * np.exp(z) / z))
