"""Known numbers written into the state at every move: inpainting, colourisation, any orthogonal decoupling.

In coordinates u = M x, M orthogonal, some numbers of M x0 are known to be y. After every update to a time t the known numbers are

    u_known <- a(t) y + s(t) z,     z anew

(song2021, appendix I). The unknown ones follow the unconditional score, so a predictor alone is badly biased: at the time it moves, known and
unknown numbers carry noise that never met. It is the corrector that makes them agree. For two numbers of correlation 0.9 and y = 1.5
(truth: mean 1.350, variance 0.190), 1000 even steps of VP give 0.94 and 0.31 without a corrector, and with the rule "snr" 1.34 and 0.20 with one
correction a step, 1.35 and 0.195 with five. Where the steps fall counts as much: the numbers meet where the noise is as large as they are, and with two
corrections 200 steps even in time give 1.306, 200 even in log-SNR 1.349 (variance 0.195), which is why `inpaint` takes these. The rule's step follows the
size of the score down to the data, where the other rules hardly move: 1.15 and 0.24 by "ald" there. It needs the score's norm, which exact Gaussians know
and `evolaw.score.normed` measures for others, learned ones among them; without it "snr" is "ald".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.score.exact.carried import carried
from evolaw.score.noising.linear import Noising
from evolaw.score.samplers.backward import Backward, narrowed, shape_of
from evolaw.score.samplers.chains import ScoreScheme, normals
from evolaw.score.samplers.langevin import Langevin, PredictorCorrector
from evolaw.score.samplers.sampler import sample
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["Known", "Replacement", "colour_matrix", "colourise", "inpaint"]

_PASSED_ON = ("denoised", "score_norm", "mean", "covariance", "variance", "batched")
"""What a score may know besides, and one with known numbers then knows too."""


@carried("target", "values", "mask", "matrix")
@dataclass(frozen=True, eq=False, init=False)
class Known:
    """A score, and which numbers of M x0 are known.

    Args:
        target: the score of the data.
        values: y, of the shape of a state; only the known numbers count.
        mask: True where a number of M x0 is known, of the shape of a state.
        matrix: M, orthogonal: of shape (d, d), or (k, k) for the first axis of a state (channels); None for the identity.
        shape: of a state; None asks the target.
    """

    target: Any
    values: Any
    mask: Any
    matrix: Any
    shape: tuple[int, ...] = field(default=())

    def __init__(self, target: Any, values: Any, mask: Any, matrix: Any = None, *, shape: Any = None) -> None:
        found = shape_of(target, shape)
        mask = checks.shape(mask, "mask", found)
        checks.require(mask.dtype == bool, "mask", "hold True and False", f"of {mask.dtype}")
        checks.require(bool(mask.any() and not mask.all()), "mask", "hold both True and False", "all the same")
        values = checks.shape(values, "values", found).astype(float)
        checks.finite(np.where(mask, values, 0.0), "values")
        if matrix is not None:
            matrix = checks.numbers(matrix, "matrix")
            dim = mask.size
            sizes = ((dim, dim), (found[0], found[0]))
            checks.require(matrix.shape in sizes, "matrix", f"have shape {sizes[0]} or {sizes[1]}", matrix.shape)
            checks.require(
                bool(np.allclose(matrix @ matrix.T, np.eye(len(matrix)), atol=1e-8)),
                "matrix",
                "be orthogonal",
                "another",
            )
        for name, value in (
            ("target", target),
            ("values", np.where(mask, values, 0.0)),
            ("mask", mask),
            ("matrix", matrix),
            ("shape", found),
        ):
            object.__setattr__(self, name, value)

    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return the unconditional score."""
        return self.target.score(x, t, noising)

    def __getattr__(self, name: str) -> Any:
        if name in _PASSED_ON:
            return getattr(self.target, name)
        raise AttributeError(name)

    def turned(self, x: Any) -> Any:
        """Return M x for a raveled state."""
        if self.matrix is None:
            return x
        return (jnp.asarray(self.matrix, x.dtype) @ x.reshape(len(self.matrix), -1)).reshape(-1)

    def turned_back(self, u: Any) -> Any:
        """Return Mᵀ u for a raveled state."""
        if self.matrix is None:
            return u
        return (jnp.asarray(self.matrix, u.dtype).T @ u.reshape(len(self.matrix), -1)).reshape(-1)

    def written(self, x: Any, scale: Any, std: Any, z: Any) -> Any:
        """Return a raveled state with its known numbers at a y + s z."""
        there = scale * jnp.asarray(self.values, x.dtype).reshape(-1) + std * z
        return self.turned_back(jnp.where(jnp.asarray(self.mask).reshape(-1), there, self.turned(x)))


@dataclass(frozen=True)
class Replacement(ScoreScheme):
    """Predictor–corrector sampling that writes the known numbers after every update; for a `Known`.

    Attributes:
        moves: predictor, corrector and their order.

    References:
        song2021, appendix I.2.

    Example:
        >>> Replacement().draws  # predictor, corrector, and one to write after each
        4
    """

    moves: PredictorCorrector = field(default_factory=PredictorCorrector)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the method."""
        return f"replacement, {self.moves.name}"

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return self.moves.draws + self.moves.corrections + 1

    @property
    def calls(self) -> int:  # type: ignore[override]
        """Calls of the score a step."""
        return self.moves.calls

    @property
    def spacing(self) -> str:  # type: ignore[override]
        """The grid its predictor likes."""
        return self.moves.spacing

    def refuses(self, process: SDE) -> str | None:
        """Return why the process is none of a `Known`; None when it is."""
        base = super().refuses(process)
        if base is None and not isinstance(process.drift.frame.join(process.params), Known):  # type: ignore[attr-defined]
            return "It writes known numbers: pass a score wrapped in evolaw.score.Known, or use evolaw.score.inpaint."
        return base

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the state after a prediction and corrections, known numbers written after each."""
        backward: Backward = process.drift  # type: ignore[assignment]
        noising, known = backward.noising, backward.frame.join(process.params)
        dim, moves, then = x.shape[0], self.moves, t + dt
        z = normals(noise, dt, dim)
        own, count = moves.predictor_draws, moves.corrections
        kicks, written = z[own : own + count], z[own + count :]

        def write(x: Any, time: Any, number: int) -> Any:
            return known.written(x, noising.scale(time), noising.std(time), written[number])

        def predict(x: Any, number: int) -> Any:
            share = Noise(noise.dW.reshape(-1, dim)[0]) if own else Noise()
            return write(moves.predictor.step(narrowed(process), t, x, dt, share, None)[0], then, number)

        def correct(x: Any, time: Any, number: int) -> Any:
            for k in range(count):
                x = moves.corrector.move(backward, time, x, kicks[k], process.params)
                x = write(x, time, number + k)
            return x

        if moves.order == "predictor first":
            return correct(predict(x, 0), then, 1), memory
        return predict(correct(x, t, 0), count), memory


@told
def inpaint(
    target: Any,
    noising: Noising,
    values: Any,
    mask: Any,
    *,
    count: int,
    steps: int,
    rng: Any,
    moves: PredictorCorrector | None = None,
    matrix: Any = None,
    shape: Any = None,
    **options: Any,
) -> Trajectory:
    """Draw states of which some numbers are known.

    Args:
        target: the score; a learned one as ``normed(model, noising, data, rng=…)``, see the module.
        noising, count, steps, rng, options: as of `evolaw.score.sample`.
        values: the known numbers, at their places in a state (of M x0, with a matrix).
        mask: True where a number is known.
        moves: predictor, corrector, and corrections a step; None for reverse diffusion with two by the rule "snr", on steps even in
            log-SNR unless ``spacing`` says otherwise.
        matrix: M, see `Known`.

    Returns:
        As `evolaw.score.sample`; the known numbers of ``final`` are exactly those given, and the last step has denoised the others.

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> pair = Gaussian(np.zeros(2), np.array([[1.0, 0.9], [0.9, 1.0]]))
        >>> x = inpaint(pair, VP(), [1.5, 0.0], [True, False], count=500, steps=100, rng=0).final  # some seconds
        >>> bool((x[:, 0] == 1.5).all()), bool(abs(x[:, 1].mean() - 1.35) < 0.1)
        (True, True)
    """
    known = Known(target, values, mask, matrix, shape=shape)
    if moves is None:
        moves = PredictorCorrector(corrector=Langevin("snr"), corrections=2)
        options.setdefault("spacing", "log_snr")
    drawn = sample(known, noising, Replacement(moves), count=count, steps=steps, rng=rng, **options)
    if options.get("last") == "none":
        return drawn
    whole = np.array(drawn.values)
    final = whole[:, -1].reshape(count, -1)
    whole[:, -1] = _written(known, final).reshape(count, *known.shape)
    facts = (drawn.law, drawn.scheme, drawn.boundary, drawn.seed, drawn.about)
    return Trajectory(whole, drawn.times, drawn.axes, *facts)


def _written(known: Known, x: np.ndarray) -> np.ndarray:
    """Rows with their known numbers at y."""
    mask, y = known.mask.reshape(-1), known.values.reshape(-1).astype(x.dtype)
    if known.matrix is None:
        return np.where(mask, y, x)
    blocks = x.reshape(len(x), len(known.matrix), -1)
    turned = np.einsum("ij,njk->nik", known.matrix, blocks).reshape(len(x), -1)
    turned = np.where(mask, y, turned).reshape(blocks.shape)
    return np.asarray(np.einsum("ji,njk->nik", known.matrix, turned).reshape(len(x), -1))


@told
def colour_matrix(channels: int) -> np.ndarray:
    """Return an orthogonal matrix whose first row takes the mean of the channels, times √channels.

    Example:
        >>> (colour_matrix(3) @ np.ones(3)).round(6).tolist()
        [1.732051, 0.0, 0.0]
    """
    channels = checks.integer(channels, "channels", least=2)
    start = np.concatenate([np.ones((channels, 1)), np.eye(channels)[:, 1:]], axis=1)
    q, _ = np.linalg.qr(start)
    q = q * np.sign(q[0, 0])
    q[:, 0] = 1 / np.sqrt(channels)
    return np.asarray(q.T)


@told
def colourise(
    target: Any, noising: Noising, grey: Any, *, count: int, steps: int, rng: Any, **options: Any
) -> Trajectory:
    """Draw images of shape (channels, rows, cols) whose channels have the given mean, shape (rows, cols).

    Notes:
        Inpainting of channel 0 in the coordinates of `colour_matrix`, which is √channels times the mean.

    References:
        song2021, appendix I.3.
    """
    shape = shape_of(target, options.pop("shape", None))
    checks.require(len(shape) == 3 and shape[0] > 1, "target", "have states of shape (channels, rows, cols)", shape)
    grey = checks.finite(checks.shape(grey, "grey", shape[1:]), "grey")
    mask, values = np.zeros(shape, bool), np.zeros(shape)
    mask[0], values[0] = True, np.sqrt(shape[0]) * grey
    matrix = colour_matrix(shape[0])
    return inpaint(
        target, noising, values, mask, count=count, steps=steps, rng=rng, matrix=matrix, shape=shape, **options
    )
