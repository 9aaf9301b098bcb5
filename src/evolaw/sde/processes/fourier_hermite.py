"""The Fokker–Planck equation of inertial motion on a circle (Klein–Kramers), in Fourier and Hermite space.

    dX = V dt,   dV = (f(X) - γ V) dt + √(2 γ D) dW,     f(x + L) = f(x),    k = 2π/L

    p(x, v) = g(v) Σ_n c_n(x) He_n((v - u)/√D)/√(n!),     g = N(u, D)
    dc_n/dt = -√D [√n ∂_x c_{n-1} + √(n+1) ∂_x c_{n+1}] - (u ∂_x + γ n) c_n + √(n/D) (f - γ u) c_{n-1}
    ⟨v⟩ = u + √D ∫ c_1,   ⟨(v - u)²⟩ = D (∫ c_0 + √2 ∫ c_2),   ∫ c_0 = 1

u is the middle of the velocities that the force drives at, f̄/γ, or, where a resting and a running state live side by side, between them: a
velocity of s thermal ones away from u takes s² orders, with coefficients of e^{s²/2} that cancel.
Solved as one sparse system for Hermite orders n <= N and Fourier modes |m| <= K. Both are raised until the moments stand still:
low friction and weak noise need many, and too few give a wrong answer that looks like one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.errors import NotConverged
from evolaw.sde.processes.fokker_planck import SampledDensity, force_modes, times_cosine

__all__ = ["KineticFokkerPlanck"]

_MOST_UNKNOWNS = 60_000
_HOPELESS, _LARGE = 1e15, 1e9
_BLOCH = 12
_MOSTLY = 0.8
_VECTORS, _MOST_VECTORS, _SAME = 40, 320, 1e-7


@dataclass(frozen=True, eq=False)
class KineticFokkerPlanck:
    """The Klein–Kramers equation of dX = V dt, dV = (f(X) - γ V) dt + √(2 γ D) dW on a circle.

    Attributes:
        force: f(x), NumPy in and out, periodic and smooth.
        friction: γ > 0.
        temperature: D > 0.
        period: L.
        size: Hermite orders and Fourier modes (N, K); None raises them until the moments are stable to ``tolerance``.
        tolerance: of ⟨v⟩, ⟨v²⟩ and the first Fourier moment.
        unknowns: the most there may be, 60 000; fewer give up sooner.

    Raises:
        NotConverged: so many unknowns do not suffice, or coefficients cancel to nothing (friction or noise too low); its ``partial`` is the
            last answer's moments, or None.

    Notes:
        0.1 to 2 s. (N, K) = (70, 35) gives 10 digits for γ >= 0.5 and D >= 0.2; γ = 0.2 needs (110, 50).

    References:
        risken1996, sections 10.1 and 11.5.

    Example:
        >>> junction = KineticFokkerPlanck(lambda x: 0.5 - np.sin(x), 1.0, 0.5)
        >>> round(junction.mean_velocity, 10), round(junction.mean_square_velocity, 10)
        (0.1353910159, 0.567695508)
    """

    force: Callable[[np.ndarray], Any]
    friction: float
    temperature: float
    period: float = 2 * np.pi
    size: tuple[int, int] | None = None
    tolerance: float = 1e-10
    unknowns: int = _MOST_UNKNOWNS
    _modes: dict[int, complex] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        checks.positive(self.friction, "friction")
        checks.positive(self.temperature, "temperature")
        checks.positive(self.period, "period")
        object.__setattr__(self, "_modes", force_modes(self.force, self.period))

    # -- stationary -------------------------------------------------------------------------------------------------------

    @cached_property
    def coefficients(self) -> np.ndarray:
        """The stationary Fourier modes of c_n, shape (N + 1, 2 K + 1), those of c_0 normalised to 1."""
        return self._solved[1]

    @cached_property
    def _solved(self) -> tuple[float, np.ndarray]:
        """The velocity that the Hermite functions are centred at, and the coefficients: the first of `_centres` that converges."""
        if self.size is not None:
            centre = self._centres()[0]
            return centre, self._stationary(*self.size, centre)
        last: NotConverged | None = None
        for centre in self._centres():
            try:
                return centre, self._converged(centre)
            except NotConverged as failed:
                last = failed
        raise last or NotConverged("There is no velocity to centre at.", None)

    def _converged(self, centre: float) -> np.ndarray:
        """The coefficients around a velocity, at a size from which on they do not change."""
        orders, modes = self._first_size()
        last, before, was_large = None, None, False
        # It takes two answers to see that they agree: none is begun where a second has no room.
        while before is not None or self._fits(*_larger(orders, modes)):
            if not self._fits(orders, modes):
                break
            now = self._stationary(orders, modes, centre)
            marks, top = self._marks(now), float(np.abs(now).max())
            # Two agreements in a row: one may be chance where the first answers are all wrong.
            if before is not None and np.abs(marks - before).max() < self.tolerance * (1 + np.abs(marks).max()):
                return now
            last, before = now, marks
            # The mass is 1: coefficients that large cancel, and take all digits with them at any size.
            if top > _HOPELESS or (top > _LARGE and was_large):
                break
            was_large = top > _LARGE
            orders, modes = _larger(orders, modes)
        raise NotConverged(
            f"The Fokker–Planck equation with friction {self.friction:g} and temperature {self.temperature:g} is not solved by "
            f"{self.unknowns} unknowns: its moments still change. Raise the friction or the temperature, or simulate.",
            None if last is None else self._marks(last),
        )

    @property
    def mean_velocity(self) -> float:
        """⟨V⟩."""
        return float(self._drift + np.sqrt(self.temperature) * self._mode(1, 0).real)

    @property
    def mean_square_velocity(self) -> float:
        """⟨V²⟩ = D (1 + √2 ∫ c_2) + 2 u ⟨V⟩ - u²."""
        around = self.temperature * (1 + np.sqrt(2) * self._mode(2, 0).real)
        return float(around + self._drift * (2 * self.mean_velocity - self._drift))

    def moment(self, n: int) -> complex:
        """Return ⟨e^{jknX}⟩."""
        modes = self.coefficients.shape[1] // 2
        return complex(np.conj(self._mode(0, n))) if abs(n) <= modes else 0j

    @cached_property
    def density(self) -> SampledDensity:
        """The stationary density of X on one period."""
        series = self.coefficients[0]
        modes = len(series) // 2
        points = 8 * modes
        n, k = np.arange(-modes, modes + 1), 2j * np.pi / self.period

        def at(x: np.ndarray) -> np.ndarray:
            found: np.ndarray = (np.exp(k * n * x[..., None]) @ series).real / self.period
            return found

        places = np.arange(points) * (self.period / points)
        return SampledDensity(places, at(places), at)

    def joint_density(self, x: Any, v: Any) -> np.ndarray:
        """Return p(x, v) at places x and velocities v, which broadcast."""
        x, v = np.broadcast_arrays(np.asarray(x, float), np.asarray(v, float))
        modes = self.coefficients.shape[1] // 2
        waves = np.exp(2j * np.pi / self.period * np.arange(-modes, modes + 1) * x[..., None])
        z = (v - self._drift) / np.sqrt(self.temperature)
        total = np.zeros(x.shape)
        older, old = np.zeros(x.shape), np.ones(x.shape)
        for n, row in enumerate(self.coefficients):
            total += old * (waves @ row).real
            # He_{n+1}/√(n+1)! = (z He_n/√n! - √n He_{n-1}/√(n-1)!)/√(n+1)
            older, old = old, (z * old - np.sqrt(n) * older) / np.sqrt(n + 1)
        return total * np.exp(-z * z / 2) / np.sqrt(2 * np.pi * self.temperature) / self.period

    # -- in time, and escape --------------------------------------------------------------------------------------------

    def relaxation(self, times: Any, start: float, speed: float = 0.0) -> dict[str, np.ndarray]:
        """Return ⟨v⟩, ⟨v²⟩ and ⟨e^{jkX}⟩ at the given times after a thermal start at one place.

        Args:
            times: rising, from 0 on.
            start: place at time 0; velocities are N(speed, D).
            speed: mean velocity at time 0.

        Notes:
            Exact in time (the exponential of the operator).
        """
        from scipy.sparse.linalg import expm_multiply

        asked = checks.increasing(np.asarray(times, float), "times")
        checks.require(asked[0] >= 0, "times", "begin at 0 or later", asked[0])
        orders, modes = (len(self.coefficients) - 1, self.coefficients.shape[1] // 2)
        matrix = self._operator(orders, modes, 0.0)
        n = np.arange(-modes, modes + 1)
        shift = (speed - self._drift) / np.sqrt(self.temperature)
        # A Gaussian moved by s has Hermite moments s^n/√n!.
        heights = np.cumprod(np.concatenate([[1.0], shift / np.sqrt(np.arange(1, orders + 1))]))
        state = (heights[:, None] * np.exp(-2j * np.pi / self.period * n * start)).ravel().astype(complex)
        rows, now = [], 0.0
        for time in asked:
            if time > now:
                state = expm_multiply(matrix * (time - now), state)
                now = time
            rows.append(state.reshape(orders + 1, -1).copy())
        table = np.array(rows)
        mean = self._drift + np.sqrt(self.temperature) * table[:, 1, modes].real
        around = self.temperature * (1 + np.sqrt(2) * table[:, 2, modes].real)
        return {
            "mean_velocity": mean,
            "mean_square_velocity": around + self._drift * (2 * mean - self._drift),
            "moment": np.conj(table[:, 0, modes + 1]),
        }

    def autocorrelation(self, every: float, count: int, harmonic: int = 1) -> np.ndarray:
        """Return ⟨cos nkX(t) cos nkX(0)⟩ - ⟨cos nkX⟩² in the stationary state at t = 0, every, 2 every, …, shape (count,).

        Args:
            every: time between two values.
            count: how many.
            harmonic: n.

        Raises:
            NotConverged: 320 vectors do not carry it.

        Notes:
            p cos nkX, carried on by the exponential of the operator in the space of its images under (1 - τ A)⁻¹, τ = 1/(1 + |⟨v⟩|): the
            operator's own powers would see its fastest rates, which do not matter. Right to 10⁻⁷ of the first value; one factorisation.

        References:
            vandeneshof2006.

        Example:
            >>> oscillator = KineticFokkerPlanck(lambda x: 0.5 - np.sin(x), 1.0, 0.5)
            >>> here = oscillator.autocorrelation(0.5, 2)
            >>> bool(0 < here[1] < here[0] < 0.5)
            True
        """
        from scipy.sparse import eye_array

        span, many = checks.positive(every, "every"), checks.integer(count, "count", least=1)
        n = checks.integer(harmonic, "harmonic", least=1)
        orders, modes = (len(self.coefficients) - 1, self.coefficients.shape[1] // 2)
        mean = self.coefficients[0, modes + n].real
        state = (times_cosine(self.coefficients, n) - mean * self.coefficients).ravel()
        tau = 1 / (1 + abs(self.mean_velocity))
        matrix = self._operator(orders, modes, 0.0)
        solve = _factored((eye_array(matrix.shape[0], format="csc") - tau * matrix).tocsc()).solve
        size = float(np.linalg.norm(state))
        basis = np.empty((_MOST_VECTORS + 1, state.size), complex)
        basis[0], small = state / size, np.zeros((_MOST_VECTORS + 1, _MOST_VECTORS), complex)
        before: np.ndarray | None = None
        for k in range(_MOST_VECTORS):
            new, known = solve(basis[k]), basis[: k + 1]
            # Twice: one pass leaves what rounding makes of nearly parallel images.
            for _ in range(2):
                shares = known.conj() @ new
                small[: k + 1, k] += shares
                new = new - shares @ known
            small[k + 1, k] = np.linalg.norm(new)
            basis[k + 1] = new / small[k + 1, k]
            if (k + 1) % _VECTORS == 0:
                reduced = (np.eye(k + 1) - np.linalg.inv(small[: k + 1, : k + 1])) / tau
                found = size * _carried(reduced, known[:, modes + n], span, many)
                if before is not None and np.abs(found - before).max() < _SAME * abs(found[0]):
                    return found
                before = found
        raise NotConverged(
            f"The autocorrelation at friction {self.friction:g} and temperature {self.temperature:g} is not carried by {_MOST_VECTORS} vectors. "
            "Raise the friction or the temperature, or simulate."
        )

    def relaxation_rate(self) -> float:
        """Return the rate at which the slowest deviation from the stationary state dies out.

        The mass c_00 never changes: without its row and column the operator has no eigenvalue 0, and the rates are its others.
        """
        from scipy.sparse.linalg import LinearOperator, eigs

        orders, modes = (len(self.coefficients) - 1, self.coefficients.shape[1] // 2)
        inner, right = self._inner(orders, modes)
        inverse = LinearOperator(inner.shape, matvec=_factored(inner).solve, dtype=complex)
        values = 1 / eigs(inverse, k=3, which="LM", v0=right + 1.0, return_eigenvectors=False, tol=1e-8)
        return float(np.min(-values.real))

    def effective_diffusion(self) -> float:
        """Return D_eff = lim Var[X(t) - X(0)]/(2 t), the half-width of the line that the motion radiates.

        The eigenvalue nearest 0 on Bloch waves is μ(q) = -jkq ⟨v⟩ - (kq)² D_eff + …; its second order is a perturbation, with the
        stationary state on the right, the mass on the left, and one linear solve between them.

        Example:
            >>> free = KineticFokkerPlanck(lambda x: 0.3 + 0 * x, 0.5, 0.2)
            >>> round(free.effective_diffusion(), 8)
            0.4
        """
        orders, modes = (len(self.coefficients) - 1, self.coefficients.shape[1] // 2)
        still = self.coefficients.ravel()
        # The operator is linear in the wave number: a difference is its derivative.
        change = self._operator(orders, modes, 1.0) - self._operator(orders, modes, 0.0)
        moved = change @ still
        inner, _ = self._inner(orders, modes)
        keep = np.arange(still.size) != modes
        right = -(moved - moved[modes] * still)[keep]
        factors = _factored(inner)
        bent = factors.solve(right)
        bent = bent + factors.solve(right - inner @ bent)
        second = (change @ np.insert(bent, modes, 0.0))[modes]
        return float(-second.real) * (self.period / (2 * np.pi)) ** 2

    def slowest(self, wave: float, orders: int, modes: int) -> complex:
        """Return the eigenvalue nearest 0 of the operator on Bloch waves of number q."""
        from scipy.sparse import identity
        from scipy.sparse.linalg import LinearOperator, eigs

        matrix = self._operator(orders, modes, wave)
        # A shift just above 0: the operator itself is singular for q = 0.
        shift = 1e-12
        solve = _factored((matrix - shift * identity(matrix.shape[0], format="csc")).tocsc()).solve
        inverse = LinearOperator(matrix.shape, matvec=solve, dtype=complex)
        first = np.ones(matrix.shape[0], complex)
        value = eigs(inverse, k=1, which="LM", v0=first, return_eigenvectors=False, tol=1e-12)[0]
        return complex(shift + 1 / value)

    def slip_rates(self, most: int = 3, size: tuple[int, int] | None = None) -> dict[int, float]:
        """Return the rates of slips by s periods, s = -most … most but 0, for rare escapes from one well a period.

        With -λ(q) the eigenvalue nearest 0 on Bloch waves, λ(q) = Σ_s Γ_s (1 - e^{-2πj q s}). Their sum is the escape rate, right up to
        relative corrections of the order of the rate times the relaxation time.
        """
        orders, modes = size or (len(self.coefficients) - 1, self.coefficients.shape[1] // 2)
        waves = (np.arange(_BLOCH) + 0.5) / _BLOCH - 0.5
        values = np.array([-self.slowest(q, orders, modes) for q in waves if q < 0])
        whole = np.concatenate([values, np.conj(values[::-1])])
        return {
            s: float(-np.mean(whole * np.exp(2j * np.pi * waves * s)).real) for s in range(-most, most + 1) if s != 0
        }

    def escape_rate(self, size: tuple[int, int] | None = None) -> float:
        """Return the rate of leaving a well for good, the mean of λ(q) over q."""
        orders, modes = size or (len(self.coefficients) - 1, self.coefficients.shape[1] // 2)
        waves = (np.arange(_BLOCH // 2) + 0.5) / _BLOCH
        return float(np.mean([-self.slowest(q, orders, modes).real for q in waves]))

    # -- inside ---------------------------------------------------------------------------------------------------------

    @property
    def _drift(self) -> float:
        """u, the velocity that the Hermite functions are centred at."""
        return self._solved[0]

    def _centres(self) -> list[float]:
        """Velocities to centre at, the likeliest first: f̄/γ, the middle of what the force drives at, half of it, and rest.

        Off the centre by s thermal velocities coefficients of e^{s²/2} cancel: the middle of all velocities reaches furthest. Where a resting
        and a running state live side by side it lies between them.
        """
        values = np.asarray(self.force(np.arange(512) * (self.period / 512)), float) + np.zeros(512)
        low, high = float(values.min()), float(values.max())
        middle, swing = (low + high) / 2 / self.friction, (high - low) / 2 / self.friction
        if abs(middle) < 1e-12 * (1 + swing):
            return [0.0]
        if self.size is not None and abs(middle) < swing:
            return [0.0]
        shares = (1.0, 0.65, 0.5, 0.0) if abs(middle) > _MOSTLY * swing else (0.5, 0.65, 1.0, 0.0)
        return [share * middle for share in shares]

    def _first_size(self) -> tuple[int, int]:
        weak = 1 / np.sqrt(self.temperature)
        modes = int(16 + 5 * weak * self.period / (2 * np.pi))
        orders = int(16 + 6 * weak / np.sqrt(self.friction) * min(1.0, 1 / self.friction) ** 0.5)
        return orders, modes

    def _fits(self, orders: int, modes: int) -> bool:
        return (orders + 1) * (2 * modes + 1) <= self.unknowns

    def _marks(self, coefficients: np.ndarray) -> np.ndarray:
        modes = coefficients.shape[1] // 2
        return np.array([coefficients[1, modes], coefficients[2, modes], coefficients[0, modes + 1]])

    def _mode(self, order: int, n: int) -> complex:
        table = self.coefficients
        return complex(table[order, table.shape[1] // 2 + n])

    def _stationary(self, orders: int, modes: int, centre: float) -> np.ndarray:
        """Solve with the row of (n, m) = (0, 0) replaced by c_00 = 1: that unknown is taken out of the system."""
        inner, right = self._inner(orders, modes, centre)
        factors = _factored(inner)
        solved = factors.solve(right)
        # Pivots were chosen for sparsity: one refinement makes up for it.
        solved = solved + factors.solve(right - inner @ solved)
        return np.insert(solved, modes, 1.0).reshape(orders + 1, 2 * modes + 1)

    def _inner(self, orders: int, modes: int, centre: float | None = None) -> tuple[Any, np.ndarray]:
        """The operator without the row and column of c_00, and what that column does to the others, on the right-hand side."""
        matrix = self._operator(orders, modes, 0.0, centre)
        keep = np.flatnonzero(np.arange(matrix.shape[0]) != modes)
        return matrix[keep][:, keep].tocsc(), -matrix[keep][:, [modes]].toarray()[:, 0]

    def _operator(self, orders: int, modes: int, wave: float, centre: float | None = None) -> Any:
        """The matrix of dc/dt; unknowns are numbered Hermite order by Hermite order."""
        from scipy.sparse import diags_array, eye_array, kron

        k = 2 * np.pi / self.period
        drift = self._drift if centre is None else centre
        n = np.arange(orders + 1)
        slope = diags_array([1j * k * (np.arange(-modes, modes + 1) + wave)], offsets=[0])
        width = 2 * modes + 1
        pushes = self._modes | {0: self._modes.get(0, 0j) - self.friction * drift}
        push = diags_array(
            [np.full(width - abs(m), c) for m, c in pushes.items()],
            offsets=[-m for m in pushes],
            shape=(width, width),
        )
        root = np.sqrt(n[1:].astype(float))
        down = diags_array([root], offsets=[-1], shape=(orders + 1, orders + 1))
        up = diags_array([root], offsets=[1], shape=(orders + 1, orders + 1))
        heat = np.sqrt(self.temperature)
        damp = diags_array([-self.friction * n.astype(float)], offsets=[0])
        total = kron(down, push / heat - heat * slope) - heat * kron(up, slope) + kron(damp, eye_array(width))
        if drift:
            total = total - drift * kron(eye_array(orders + 1), slope)
        return total.tocsc()


def _carried(reduced: np.ndarray, row: np.ndarray, every: float, count: int) -> np.ndarray:
    """The real part of row · exp(A t) e_1 at t = 0, every, 2 every, …"""
    from scipy.linalg import expm

    step, state, found = expm(reduced * every), np.eye(len(row))[0].astype(complex), np.empty(count)
    for k in range(count):
        found[k] = (row @ state).real
        state = step @ state
    return found


def _larger(orders: int, modes: int) -> tuple[int, int]:
    return int(orders * 1.45) + 2, int(modes * 1.25) + 2


def _factored(matrix: Any) -> Any:
    """LU factors. Each unknown meets its neighbours only: pivots near the diagonal keep them so, ten times quicker than any pivot."""
    from scipy.sparse.linalg import splu

    return splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=1e-3, options={"SymmetricMode": True})
