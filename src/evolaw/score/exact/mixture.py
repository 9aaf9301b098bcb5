"""A mixture of Gaussians, noised: score, divergence, Jacobian, log-density, draws, and its posterior under a linear observation.

With C_k = Q_k diag(λ_k) Q_kᵀ, v_k = a² λ_k + s², y_k = Q_kᵀ(x - a m_k) and N_k the density of component k,

    log p      = log Σ w_k N_k                                log N_k = -½ Σ_i (y_ki²/v_ki + log 2π v_ki)
    r          = softmax(log w_k + log N_k)                   u_k = -Q_k (y_k / v_k)
    score      = Σ r_k u_k
    div score  = Σ r_k (‖u_k‖² - Σ_i 1/v_ki) - ‖score‖²
    Jacobian   = Σ r_k (u_k u_kᵀ - Q_k diag(1/v_k) Q_kᵀ) - score scoreᵀ

Where all components have one diagonal covariance, what is square in x is the same for all of them and cancels: with c the mean of the m_k,
n_k = m_k - c and y = x - a c,

    r          = softmax(log w_k + (a/v) n_k · (y - a n_k/2))            n̄ = Σ r_k n_k
    score      = (a n̄ - y)/v                                 div score  = Σ_i ((a/v_i)² (Σ r_k n_ki² - n̄_i²) - 1/v_i)

which is half the work, and as well conditioned as x itself is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import namespace, read_only
from evolaw.score.exact.asked import asked
from evolaw.score.exact.carried import carried
from evolaw.score.exact.shares import logs_of_one_covariance, mean_by_distance, mean_of_one_covariance, softmax
from evolaw.score.noising.linear import Noising

__all__ = ["GaussianMixture", "spectrum_of"]

_LOG_2PI = math.log(2 * math.pi)


@carried("means", "eigenvalues", "rotations", "log_weights")
@dataclass(frozen=True, eq=False, init=False)
class GaussianMixture:
    """Σ_k w_k N(m_k, C_k) on states of any shape.

    Args:
        means: shape (components, *shape).
        covariances: one for each component or one for all: a number, a variance for each of the d numbers of a state, or a
            matrix (d, d); so of shape (), (components,), (components, d) or (components, d, d).
        weights: positive; normalised here. None for equal ones.

    Notes:
        A state of shape ``shape`` is raveled in C order into d numbers; covariances speak of these. Cost of a score a state:
        O(components · d), times d more where covariances are not diagonal.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> two = GaussianMixture([[-1.0], [1.0]], 0.01)
        >>> two.score(np.array([[0.5]]), 0.0, VP()).round(3).tolist()
        [[50.0]]
    """

    means: Any
    eigenvalues: Any
    rotations: Any
    log_weights: Any
    shape: tuple[int, ...] = field(default=())

    def __init__(self, means: Any, covariances: Any, weights: Any = None) -> None:
        means = checks.numbers(means, "means")
        checks.require(means.ndim >= 1 and means.size > 0, "means", "have shape (components, *shape)", means.shape)
        count, shape = means.shape[0], means.shape[1:]
        flat = means.reshape(count, -1)
        values, rotations = spectrum_of(covariances, count, flat.shape[1])
        weights = np.ones(count) if weights is None else checks.shape(weights, "weights", (count,)).astype(float)
        good = bool(np.isfinite(weights).all() and (weights > 0).all())
        checks.require(good, "weights", "be positive and finite", weights)
        log_weights = np.log(weights / weights.sum())
        for name, value in (
            ("means", flat),
            ("eigenvalues", values),
            ("rotations", rotations),
            ("log_weights", log_weights),
            ("shape", shape),
        ):
            object.__setattr__(self, name, value)

    # -- at a time of a noising -------------------------------------------------------------------------------------------

    @asked
    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return ∇ log p_t(x), of the shape of x.

        Args:
            x: states, shape (count, *shape).
            t: a time, or one for each state.
            noising: the noising.
        """
        if self._is_shared:
            flat, apart, a, variances = self._shared_mean(x, t, noising)
            return ((a * apart - flat) / variances).astype(flat.dtype).reshape(x.shape)
        if self.rotations is None:
            flat, centres, variances, levels = self._levels(x, t, noising)
            return mean_by_distance(flat, centres, 1 / variances, levels).astype(flat.dtype).reshape(x.shape)
        flat, shares, pulls, _ = self._parts(x, t, noising)
        return (shares[..., None] * pulls).sum(1).astype(flat.dtype).reshape(x.shape)

    @asked
    def denoised(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return D = E[x0 | x(t) = x] = Σ r_k (m_k + a C_k (a² C_k + s²)⁻¹ (x - a m_k)), of the shape of x; well at a = 0 too."""
        if self._is_shared:
            flat, apart, a, variances = self._shared_mean(x, t, noising)
            data = self.means.mean(0) + apart + (a * self.eigenvalues / variances) * (flat - a * apart)
            return data.astype(flat.dtype).reshape(x.shape)
        flat, shares, pulls, _ = self._parts(x, t, noising)
        xp, a = namespace(flat, self.means), _kernel(t, noising)[0]
        a = a.reshape(-1, 1, 1).astype(flat.dtype) if getattr(a, "ndim", 0) else a
        if self.rotations is None:
            spread = self.eigenvalues * pulls
        else:
            turned = xp.einsum("nki,kij->nkj", pulls, self.rotations) * self.eigenvalues
            spread = xp.einsum("nkj,kij->nki", turned, self.rotations)
        return (shares[..., None] * (self.means - a * spread)).sum(1).astype(flat.dtype).reshape(x.shape)

    @asked
    def log_density(self, x: Any, t: Any = 0.0, noising: Noising | None = None) -> Any:
        """Return log p_t(x), shape (count,); of the data themselves without a noising."""
        logs, flat, _, _ = self._components(x, t, noising)
        return _logsumexp(logs).astype(flat.dtype)

    @asked
    def divergence(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return Σ_i ∂_i score_i = Δ log p_t(x), shape (count,)."""
        if self._is_shared:
            parts = self._shared_parts(x, t, noising)
            flat, a, variances, _, apart, _ = parts
            shares = softmax(logs_of_one_covariance(*parts))
            spread = (shares[..., None] * apart**2).sum(1) - (shares[..., None] * apart).sum(1) ** 2
            traces = self._sum_over_numbers(1 / variances)
            return ((spread * (a / variances) ** 2).sum(-1) - traces).astype(flat.dtype)
        flat, shares, pulls, variances = self._parts(x, t, noising)
        score = (shares[..., None] * pulls).sum(1)
        traces = self._sum_over_numbers(1 / variances)
        return ((shares * ((pulls**2).sum(-1) - traces)).sum(-1) - (score**2).sum(-1)).astype(flat.dtype)

    @asked
    def jacobian(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return the Hessian of log p_t at each state, shape (count, d, d)."""
        flat, shares, pulls, variances = self._parts(x, t, noising)
        xp, d = namespace(flat, self.means), flat.shape[1]
        score = (shares[..., None] * pulls).sum(1)
        precisions = xp.broadcast_to(1 / variances, (*pulls.shape[:1], *variances.shape[1:-1], d))
        precisions = xp.broadcast_to(precisions, pulls.shape)
        if self.rotations is None:
            inverse = (shares[..., None] * precisions).sum(1)[:, :, None] * xp.eye(d)
        else:
            inverse = xp.einsum("nk,kij,nkj,klj->nil", shares, self.rotations, precisions, self.rotations)
        outer = xp.einsum("nk,nki,nkj->nij", shares, pulls, pulls)
        return (outer - inverse - score[:, :, None] * score[:, None, :]).astype(flat.dtype)

    @asked
    def responsibilities(self, x: Any, t: Any = 0.0, noising: Noising | None = None) -> Any:
        """Return the probability of each component given x(t) = x, shape (count, components)."""
        logs, _, _, _ = self._components(x, t, noising)
        return softmax(logs)

    @asked
    def log_responsibilities(self, x: Any, t: Any = 0.0, noising: Noising | None = None) -> Any:
        """Return the logarithms of `responsibilities`, which stay finite where these underflow."""
        logs, _, _, _ = self._components(x, t, noising)
        return logs - _logsumexp(logs)[:, None]

    # -- the data ---------------------------------------------------------------------------------------------------------

    @property
    def weights(self) -> np.ndarray:
        """The weights, shape (components,)."""
        return np.exp(self.log_weights)

    @property
    def covariances(self) -> np.ndarray:
        """The covariances, shape (components, d, d)."""
        count, d = self.means.shape
        values = np.broadcast_to(self.eigenvalues, (count, d))
        if self.rotations is None:
            return values[:, :, None] * np.eye(d)
        return np.einsum("kij,kj,klj->kil", self.rotations, values, self.rotations)

    @property
    def mean(self) -> np.ndarray:
        """Mean of the mixture, of shape ``shape``."""
        return np.asarray((self.weights @ self.means).reshape(self.shape))

    @cached_property
    def covariance(self) -> np.ndarray:
        """Covariance of the raveled mixture, shape (d, d)."""
        apart = self.means - self.weights @ self.means
        between = np.einsum("k,ki,kj->ij", self.weights, apart, apart)
        return read_only(np.einsum("k,kij->ij", self.weights, self.covariances) + between)

    @property
    def variances(self) -> np.ndarray:
        """The variances of directions: of each component, and of the whole; one row."""
        return np.concatenate([np.ravel(self.eigenvalues), np.linalg.eigvalsh(self.covariance)])

    def sample(self, count: int, *, rng: Any, t: float = 0.0, noising: Noising | None = None) -> np.ndarray:
        """Draw independent states of p_t, shape (count, *shape).

        Example:
            >>> GaussianMixture([[0.0], [9.0]], 1e-6).sample(3, rng=1).round(1).shape
            (3, 1)
        """
        count = checks.integer(count, "count", least=1)
        generator = randomness.source(rng).stream("mixture").generator()
        which = generator.choice(len(self.means), count, p=self.weights / self.weights.sum())
        normals = generator.standard_normal((count, self.means.shape[1]))
        a, variance = _kernel(t, noising)
        values = np.broadcast_to(self.eigenvalues, self.means.shape)[which]
        spread = normals * np.sqrt(a**2 * values + variance)
        if self.rotations is not None:
            spread = np.einsum("nij,nj->ni", self.rotations[which], spread)
        return np.asarray(a * self.means[which] + spread).reshape(count, *self.shape)

    def given(self, matrix: Any, observed: Any, variance: Any) -> GaussianMixture:
        """Return the law of the data given y = A x + n with n ~ N(0, R): again a mixture.

            K_k = C_k Aᵀ (A C_k Aᵀ + R)⁻¹       m_k' = m_k + K_k (y - A m_k)       C_k' = (I - K_k A) C_k
            w_k' ∝ w_k N(y; A m_k, A C_k Aᵀ + R)

        Args:
            matrix: A, shape (numbers observed, d).
            observed: y.
            variance: R: a number, a variance for each observed number, or a matrix.

        Example:
            >>> pair = GaussianMixture(np.zeros((1, 2)), np.array([[[1.0, 0.9], [0.9, 1.0]]]))
            >>> pair.given([[1.0, 0.0]], [1.5], 1e-12).mean.round(3).tolist()
            [1.5, 1.35]
        """
        A = checks.finite(checks.shape(matrix, "matrix", ("observed", self.means.shape[1])), "matrix").astype(float)
        y = checks.finite(checks.shape(observed, "observed", (len(A),)), "observed").astype(float)
        R = checks.numbers(variance, "variance")
        R = R if R.ndim == 2 else np.eye(len(A)) * R
        covariances = self.covariances
        S = A @ covariances @ A.T + R
        gain = np.linalg.solve(S, A @ covariances).transpose(0, 2, 1)
        apart = y - self.means @ A.T
        means = self.means + np.einsum("kij,kj->ki", gain, apart)
        kept = np.eye(self.means.shape[1]) - gain @ A
        # Joseph's form: positive whatever is rounded.
        after = kept @ covariances @ kept.transpose(0, 2, 1) + gain @ R @ gain.transpose(0, 2, 1)
        _, log_determinant = np.linalg.slogdet(S)
        square = np.einsum("ki,ki->k", apart, np.linalg.solve(S, apart[..., None])[..., 0])
        logs = self.log_weights - (square + log_determinant) / 2
        weights = np.exp(logs - logs.max())
        return GaussianMixture(means.reshape(-1, *self.shape), after, np.maximum(weights, 1e-300))

    def __repr__(self) -> str:
        return f"GaussianMixture of {len(self.means)} components on states of shape {self.shape}"

    # -- the formulas of the module -----------------------------------------------------------------------------------------

    def _flat(self, x: Any) -> Any:
        xp = namespace(x, self.means)
        x = xp.asarray(x)
        checks.require(
            x.ndim == 1 + len(self.shape) and x.shape[1:] == self.shape,
            "x",
            f"have shape (count, {', '.join(map(str, self.shape))})",
            f"of shape {x.shape}",
        )
        kind = x.dtype if np.issubdtype(x.dtype, np.floating) else float
        return x.astype(kind).reshape(len(x), self.means.shape[1])

    def _levels(self, x: Any, t: Any, noising: Noising | None) -> tuple[Any, Any, Any, Any]:
        """x raveled, a m_k, v and log w_k - ½ Σ_i log 2π v_ki; those of each state on the first axis."""
        flat = self._flat(x)
        a, variance = (
            part.reshape(-1, 1, 1).astype(flat.dtype) if getattr(part, "ndim", 0) else part
            for part in _kernel(t, noising)
        )
        variances = a**2 * self.eigenvalues + variance
        variances = variances if getattr(variances, "ndim", 0) == 3 else variances[None]
        xp = namespace(flat, self.means, variances)
        levels = self.log_weights - self._sum_over_numbers(xp.log(variances) + _LOG_2PI) / 2
        centres = a * self.means
        return flat, centres if centres.ndim == 3 else centres[None], variances, levels

    def _components(self, x: Any, t: Any, noising: Noising | None) -> tuple[Any, Any, Any, Any]:
        """log w_k N_k, shape (count, components), with x raveled, y and v."""
        flat, centres, variances, levels = self._levels(x, t, noising)
        turned = flat[:, None, :] - centres
        if self.rotations is not None:
            turned = namespace(flat, self.means).einsum("nki,kij->nkj", turned, self.rotations)
        # Multiplied by their inverse, which is one number for all states: divisions are what a score would spend its time on.
        return levels - (turned**2 * (1 / variances)).sum(-1) / 2, flat, turned, variances

    def _parts(self, x: Any, t: Any, noising: Noising) -> tuple[Any, Any, Any, Any]:
        logs, flat, turned, variances = self._components(x, t, noising)
        pulls = -turned * (1 / variances)
        if self.rotations is not None:
            pulls = namespace(flat, self.means).einsum("nkj,kij->nki", pulls, self.rotations)
        return flat, softmax(logs), pulls, variances

    @property
    def _is_shared(self) -> bool:
        """Whether all components have one diagonal covariance."""
        return self.rotations is None and len(self.eigenvalues) == 1

    def _shared_parts(self, x: Any, t: Any, noising: Noising) -> tuple[Any, Any, Any, Any, Any, Any]:
        """x raveled, a, v, c, n_k and log w_k of the module, for one diagonal covariance; those of each state on the first axis."""
        flat = self._flat(x)
        a, variance = (
            part.reshape(-1, 1).astype(flat.dtype) if getattr(part, "ndim", 0) else part for part in _kernel(t, noising)
        )
        centre = self.means.mean(0)
        return flat, a, a**2 * self.eigenvalues + variance, centre, self.means - centre, self.log_weights

    def _shared_mean(self, x: Any, t: Any, noising: Noising) -> tuple[Any, Any, Any, Any]:
        """y, n̄, a and v of the module."""
        parts = self._shared_parts(x, t, noising)
        flat, a, variances, centre, _, _ = parts
        return flat - a * centre, mean_of_one_covariance(*parts), a, variances

    def _sum_over_numbers(self, value: Any) -> Any:
        """Σ_i of what stands for each number, or once for all numbers alike."""
        d = self.means.shape[1]
        return value[..., 0] * d if value.shape[-1] == 1 else value.sum(-1)


def spectrum_of(covariances: Any, count: int, d: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Return eigenvalues, shape (count or 1, d or 1), and rotations (count, d, d), None where all covariances are diagonal."""
    given = checks.numbers(covariances, "covariances")
    if given.shape == (d, d) == (count, d) and d > 1:
        raise checks.refuse(
            "covariances",
            f"say whether its {d} rows are variances of the components or one matrix for all",
            f"of shape {given.shape}, which could be both",
            f"Pass shape ({count}, {d}, {d}).",
        )
    if given.shape in ((count, d, d), (d, d)):
        whole = np.broadcast_to(given, (count, d, d))
        checks.require(
            bool(np.allclose(whole, whole.transpose(0, 2, 1), rtol=1e-8, atol=1e-12)),
            "covariances",
            "be symmetric",
            "not symmetric",
        )
        rotations: np.ndarray | None
        values, rotations = np.linalg.eigh((whole + whole.transpose(0, 2, 1)) / 2)
        diagonals = np.einsum("kii->ki", whole)
        if np.array_equal(whole, diagonals[:, :, None] * np.eye(d)):
            values, rotations = diagonals, None
    elif given.shape in ((), (count,)):
        values, rotations = given.reshape(-1, 1), None
    elif given.shape == (count, d):
        values, rotations = given, None
    else:
        raise checks.refuse(
            "covariances",
            f"have shape (), ({count},), ({count}, {d}) or ({count}, {d}, {d})",
            f"of shape {given.shape}",
        )
    floor = -1e-10 * max(1.0, float(np.abs(values).max()))
    checks.require(bool((values >= floor).all()), "covariances", "have no negative eigenvalue", float(values.min()))
    values = np.maximum(values, 0.0)
    if rotations is None and np.array_equal(values, np.broadcast_to(values[:, :1], values.shape)):
        values = values[:, :1]
    if rotations is None and np.array_equal(values, np.broadcast_to(values[:1], values.shape)):
        values = values[:1]
    return values, rotations


def _kernel(t: Any, noising: Noising | None) -> tuple[Any, Any]:
    """a and s² at a time; 1 and 0 for the data themselves."""
    if noising is None:
        return 1.0, 0.0
    return noising.scale(t), noising.std(t) ** 2


def _logsumexp(logs: Any) -> Any:
    xp = namespace(logs)
    top = logs.max(-1)
    return top + xp.log(xp.exp(logs - top[..., None]).sum(-1))
