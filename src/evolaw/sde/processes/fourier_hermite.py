"""The Fokker–Planck equation of inertial motion on a circle (Klein–Kramers), in Fourier modes and Hermite functions.

    dX = V dt,   dV = (f(X) - γ V) dt + √(2 γ D) dW,     f(x + L) = f(x),    k = 2π/L

    p(x, v) = Σ_n c_n(x) h_n(v),    h_n = He_n(y) e^{-y²/4}/√(n! √2π),    y = (v - u)/w        (orthonormal in y)
    ∂p/∂t = -v ∂_x p - f ∂_v p + γ ∂_v (v p) + γ D ∂_v² p
    v h_n = u h_n + w [√(n+1) h_{n+1} + √n h_{n-1}],    ∂_v h_n = [√n h_{n-1} - √(n+1) h_{n+1}]/2w

Hermite functions, not Hermite polynomials times a Maxwellian: a density that is a thermal one somewhere else by s thermal velocities has
coefficients below 1 here and of e^{s²/2} there, where junctions with weak noise or little damping cancel to nothing. N functions reach
|y| < 2√N in velocity and √N/w in its wave number: the width w is where both suffice. One sparse system for n <= N and Fourier modes
|m| <= K; both are raised until the moments stand still, and an answer whose mass leaks at the edges faster than the slowest state relaxes
is refused.
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
from evolaw.sde.processes.inertial.hermite_functions import HermiteFunctions
from evolaw.sde.processes.inertial.runaways import larger, leaving_rate
from evolaw.sde.processes.inertial.sparse_factors import factored, nearest_zero

__all__ = ["KineticFokkerPlanck"]

_MOST_UNKNOWNS = 60_000
_BLOCH = 12
_VECTORS, _MOST_VECTORS, _SAME = 40, 320, 1e-7
_REACH, _WAVES = 6.0, 8.2
"""Thermal velocities beyond those that the force drives at, and wave numbers of a thermal density, at which the first size ends."""
_ROUNDING, _LEAST_SHARE = 1e-14, 1e-6


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
        NotConverged: so many unknowns do not suffice, or two states live so long side by side that their shares are not known; its
            ``partial`` is the last answer's moments, or None.

    Notes:
        0.05 to 2 s. About 4 R/√D orders are needed for velocities that range over ±R: 100 at γ = 1 and D = 0.01, or γ = 0.1 and D = 0.1.

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
        object.__setattr__(self, "_modes", force_modes(self.force, self.period) or {0: 0j})

    # -- stationary -------------------------------------------------------------------------------------------------------

    @cached_property
    def coefficients(self) -> np.ndarray:
        """The stationary Fourier modes of c_n, shape (N + 1, 2 K + 1), for a mass of 1."""
        if self.size is not None:
            return self._stationary(*self.size)[0]
        orders, modes = self.first_size()
        before: np.ndarray | None = None
        # It takes two answers to see that they agree: none is begun where a second has no room.
        while before is not None or self.fits(*larger(orders, modes)):
            if not self.fits(orders, modes):
                break
            found, leak, slowest = self._stationary(orders, modes)
            marks = self._marks(found)
            if before is not None and np.abs(marks - before).max() < self.tolerance * (1 + np.abs(marks).max()):
                # Two states that hardly know of each other share the mass as rounding and the edges will.
                if leak + _ROUNDING > _LEAST_SHARE * slowest:
                    raise NotConverged(
                        f"The Fokker–Planck equation with friction {self.friction:g} and temperature {self.temperature:g} has two states that "
                        f"take {1 / slowest:.2g} units of time to know of each other: their shares are not found. Raise the temperature, or sweep.",
                        marks,
                    )
                return found
            before = marks
            orders, modes = larger(orders, modes)
        raise NotConverged(
            f"The Fokker–Planck equation with friction {self.friction:g} and temperature {self.temperature:g} is not solved by "
            f"{self.unknowns} unknowns: its moments still change. Raise the friction or the temperature, or simulate.",
            before,
        )

    @property
    def mean_velocity(self) -> float:
        """⟨V⟩."""
        return float(self._marks(self.coefficients)[0].real)

    @property
    def mean_square_velocity(self) -> float:
        """⟨V²⟩."""
        return float(self._marks(self.coefficients)[1].real)

    def moment(self, n: int) -> complex:
        """Return ⟨e^{jknX}⟩."""
        modes = self.coefficients.shape[1] // 2
        return complex(np.conj(self._modes_of_places(self.coefficients)[modes + n])) if abs(n) <= modes else 0j

    @cached_property
    def density(self) -> SampledDensity:
        """The stationary density of X on one period."""
        series = self._modes_of_places(self.coefficients)
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
        table = self.coefficients
        modes = table.shape[1] // 2
        waves = np.exp(2j * np.pi / self.period * np.arange(-modes, modes + 1) * x[..., None])
        total = np.zeros(x.shape)
        for row, function in zip(table, self._velocities(len(table) - 1).values(v), strict=True):
            total += function * (waves @ row).real
        return total / self.period

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
        orders, modes = self._size
        matrix, n = self._operator(orders, modes, 0.0), np.arange(-modes, modes + 1)
        heights = self._velocities(orders).thermal(speed, self.temperature)
        state = (heights[:, None] * np.exp(-2j * np.pi / self.period * n * start)).ravel().astype(complex)
        rows, now = [], 0.0
        for time in asked:
            if time > now:
                state = expm_multiply(matrix * (time - now), state)
                now = time
            rows.append(self._marks(state.reshape(orders + 1, -1)))
        mean, square, moment = np.array(rows).T
        return {"mean_velocity": mean.real, "mean_square_velocity": square.real, "moment": np.conj(moment)}

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
        orders, modes = self._size
        mean = self.moment(n).real
        state = (times_cosine(self.coefficients, n) - mean * self.coefficients).ravel()
        tau = 1 / (1 + abs(self.mean_velocity))
        matrix = self._operator(orders, modes, 0.0)
        solve = factored((eye_array(matrix.shape[0], format="csc") - tau * matrix).tocsc()).solve
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
                seen = known.reshape(k + 1, orders + 1, -1)[:, :, modes + n] @ self._velocities(orders).mass
                found = size * _carried(reduced, seen, span, many)
                if before is not None and np.abs(found - before).max() < _SAME * abs(found[0]):
                    return found
                before = found
        raise NotConverged(
            f"The autocorrelation at friction {self.friction:g} and temperature {self.temperature:g} is not carried by {_MOST_VECTORS} vectors. "
            "Raise the friction or the temperature, or simulate."
        )

    def relaxation_rate(self) -> float:
        """Return the rate at which the slowest deviation from the stationary state dies out."""
        from scipy.sparse.linalg import LinearOperator, eigs

        matrix, modes = self._with_mass(*self._size), self._size[1]
        factors = factored(matrix)

        def back(state: np.ndarray) -> np.ndarray:
            found: np.ndarray = factors.solve(_without_mass(state, modes))
            return found

        inverse = LinearOperator(matrix.shape, matvec=back, dtype=complex)
        first = np.cos(np.arange(matrix.shape[0])) + 0j
        values = 1 / eigs(inverse, k=3, which="LM", v0=first, return_eigenvectors=False, tol=1e-8)
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
        orders, modes = self._size
        still = self.coefficients.ravel()
        # The operator is linear in the wave number: a difference is its derivative.
        change = self._operator(orders, modes, 1.0) - self._operator(orders, modes, 0.0)
        matrix = self._with_mass(orders, modes)
        factors, right = factored(matrix), self._mass_of(change @ still) * still - change @ still
        right[modes] = 0.0
        bent = factors.solve(right)
        bent = bent + factors.solve(right - matrix @ bent)
        return float(-self._mass_of(change @ bent).real) * (self.period / (2 * np.pi)) ** 2

    def slowest(self, wave: float, orders: int, modes: int) -> complex:
        """Return the eigenvalue nearest 0 of the operator on Bloch waves of number q."""
        return nearest_zero(self._operator(orders, modes, wave))

    def slip_rates(self, most: int = 3, size: tuple[int, int] | None = None) -> dict[int, float]:
        """Return the rates of slips by s periods, s = -most … most but 0, for rare escapes from one well a period.

        With -λ(q) the eigenvalue nearest 0 on Bloch waves, λ(q) = Σ_s Γ_s (1 - e^{-2πj q s}). Their sum is the escape rate, right up to
        relative corrections of the order of the rate times the relaxation time.
        """
        orders, modes = size or self._size
        waves = (np.arange(_BLOCH) + 0.5) / _BLOCH - 0.5
        values = np.array([-self.slowest(q, orders, modes) for q in waves if q < 0])
        whole = np.concatenate([values, np.conj(values[::-1])])
        return {
            s: float(-np.mean(whole * np.exp(2j * np.pi * waves * s)).real) for s in range(-most, most + 1) if s != 0
        }

    def escape_rate(self, accuracy: float = 1e-6) -> float:
        """Return the rate of leaving a well for good, the mean of λ(q) over q.

        Args:
            accuracy: relative; orders and modes are raised until two rates agree to it.

        Raises:
            NotConverged: so many unknowns do not suffice; its ``partial`` is the last rate.

        Notes:
            What runs away is taken out (`runaways`), so that weak damping needs few velocities: at γ = 0.03, D = 0.1 and a barrier of 7 D
            about 100 orders, a second in all to 10⁻³. The layer at the barrier's energy gets thinner with √γ: at γ = 0.003 it is out of reach.

        Example:
            >>> weak = KineticFokkerPlanck(lambda x: 0.3 - np.sin(x), 0.05, 0.3)
            >>> round(weak.escape_rate(1e-3), 5)  # some seconds
            0.00163
        """
        return leaving_rate(self, checks.positive(accuracy, "accuracy"), _BLOCH // 2)

    # -- inside ---------------------------------------------------------------------------------------------------------

    @property
    def _size(self) -> tuple[int, int]:
        """Hermite orders and Fourier modes of the stationary state."""
        return len(self.coefficients) - 1, self.coefficients.shape[1] // 2

    @cached_property
    def velocities(self) -> tuple[float, float]:
        """The middle of the velocities that matter, and how far they reach from it.

        Without noise they lie between the smallest and the largest f/γ; a running state stays within √(2 ΔU) of f̄/γ, a resting one
        of 0, ΔU being the swing of the periodic part of the potential.
        """
        force = np.broadcast_to(np.asarray(self.force(np.arange(512) * (self.period / 512)), float), (512,))
        mean = float(force.mean())
        swing = float(np.sqrt(2 * np.ptp(np.cumsum(force - mean)) * self.period / 512))
        low, high = float(force.min()), float(force.max())
        states = [mean / self.friction, *([0.0] if low < 0 < high else [])]
        least = max(min(states) - swing, low / self.friction)
        most = min(max(states) + swing, high / self.friction)
        return (most + least) / 2, (most - least) / 2 + _REACH * float(np.sqrt(self.temperature))

    def _velocities(self, orders: int) -> HermiteFunctions:
        """The Hermite functions, as wide as velocities and wave numbers need; with more of them both reach further."""
        middle, reach = self.velocities
        return HermiteFunctions(orders, middle, float(np.sqrt(reach * np.sqrt(self.temperature) / (2 * _WAVES))))

    def first_size(self) -> tuple[int, int]:
        """Return Hermite orders and Fourier modes that may suffice: the first that the stationary state is looked for with."""
        heat = float(np.sqrt(self.temperature))
        return int(12 + _WAVES * self.velocities[1] / (2 * heat)), int(14 + 6 / heat * self.period / (2 * np.pi))

    def fits(self, orders: int, modes: int) -> bool:
        return (orders + 1) * (2 * modes + 1) <= self.unknowns

    def _modes_of_places(self, table: np.ndarray) -> np.ndarray:
        """The Fourier modes of the density of places."""
        found: np.ndarray = self._velocities(len(table) - 1).mass @ table
        return found

    def _marks(self, table: np.ndarray) -> np.ndarray:
        """⟨V⟩, ⟨V²⟩ and ⟨e^{-jkX}⟩."""
        functions, modes = self._velocities(len(table) - 1), table.shape[1] // 2
        pushed = functions.velocity @ table[:, modes]
        mass = functions.mass
        return np.array([mass @ pushed, mass @ (functions.velocity @ pushed), mass @ table[:, modes + 1]])

    def _mass_of(self, state: np.ndarray) -> complex:
        orders, modes = self._size
        return complex(self._velocities(orders).mass @ state.reshape(orders + 1, -1)[:, modes])

    def _stationary(self, orders: int, modes: int) -> tuple[np.ndarray, float, float]:
        """The stationary coefficients, the rate at which their mass leaks at the edges of the series, and the slowest rate of relaxation."""
        matrix = self._with_mass(orders, modes)
        factors, right = factored(matrix), np.zeros(matrix.shape[0], complex)
        right[modes] = 1.0
        solved = factors.solve(right)
        # Pivots were chosen for sparsity: one refinement makes up for it.
        solved = solved + factors.solve(right - matrix @ solved)
        leak = abs((self._operator(orders, modes, 0.0)[[modes]] @ solved)[0]) * self._velocities(orders).mass[0]
        # Powers of the inverse on what has no mass: where one state is slow, two of them tell how slow.
        powers = [_without_mass(np.cos(np.arange(solved.size)), modes)]
        for _ in range(3):
            powers.append(_without_mass(factors.solve(powers[-1]), modes))
        slowest = np.linalg.norm(powers[2]) / np.linalg.norm(powers[3])
        return solved.reshape(orders + 1, 2 * modes + 1), float(leak), float(slowest)

    def _with_mass(self, orders: int, modes: int) -> Any:
        """The operator with the mass in place of its row (n, m) = (0, 0), which follows from the others."""
        from scipy.sparse import csr_array, vstack

        matrix, width = self._operator(orders, modes, 0.0).tocsr(), 2 * modes + 1
        mass = self._velocities(orders).mass
        places = np.flatnonzero(mass) * width + modes
        row = csr_array((mass[mass != 0], (np.zeros_like(places), places)), shape=(1, matrix.shape[1]))
        return vstack([matrix[:modes], row, matrix[modes + 1 :]]).tocsc()

    def _operator(self, orders: int, modes: int, wave: float) -> Any:
        """The matrix of dc/dt; unknowns are numbered Hermite order by Hermite order."""
        from scipy.sparse import eye_array, kron

        functions = self._velocities(orders)
        slope, push = self.waves(modes, wave)
        losses = functions.losses(self.friction, self.temperature)
        total = kron(losses, eye_array(2 * modes + 1)) - kron(functions.slope, push) - kron(functions.velocity, slope)
        return total.tocsc()

    def waves(self, modes: int, wave: float) -> tuple[Any, Any]:
        """Return the matrices of ∂_x and of f among Fourier modes on Bloch waves of number q."""
        from scipy.sparse import diags_array

        width = 2 * modes + 1
        slope = diags_array([2j * np.pi / self.period * (np.arange(-modes, modes + 1) + wave)], offsets=[0])
        push = diags_array(
            [np.full(width - abs(m), c) for m, c in self._modes.items()],
            offsets=[-m for m in self._modes],
            shape=(width, width),
        )
        return slope, push


def _without_mass(state: np.ndarray, place: int) -> np.ndarray:
    """A right-hand side whose solution has no mass."""
    right = np.array(state, complex).ravel()
    right[place] = 0.0
    return right


def _carried(reduced: np.ndarray, row: np.ndarray, every: float, count: int) -> np.ndarray:
    """The real part of row · exp(A t) e_1 at t = 0, every, 2 every, …"""
    from scipy.linalg import expm

    step, state, found = expm(reduced * every), np.eye(len(row))[0].astype(complex), np.empty(count)
    for k in range(count):
        found[k] = (row @ state).real
        state = step @ state
    return found
