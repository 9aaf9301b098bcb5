"""A learned score: a preconditioned network as an object with ``score(x, t, noising)``, like the exact ones.

    score(x, t) = (a D(x/a; s/a) - x)/s²                      D: the denoiser of `evolaw.score.networks.preconditioning`

computed as the pull (D - y)/σ² over a, so that no digit is lost at small noise. The denoiser knows nothing of a and s but their ratio, so the score is that of any noising, and not only of the one it was trained with;
noise levels outside those of the training are answered by the network's extrapolation.
"""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, display, storage
from evolaw.arrays import namespace
from evolaw.errors import ShapeError, StorageError
from evolaw.learning.loop import checkpoints
from evolaw.learning.loop.averaging import exponent, reconstruct
from evolaw.learning.loop.serialization import load_like
from evolaw.score.learned import records
from evolaw.score.networks.preconditioning import Preconditioning
from evolaw.score.noising.conversions import like_states
from evolaw.score.noising.linear import Noising

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["KIND", "ScoreModel", "write_model"]

KIND = "score model"
"""What the manifest of such a run says it holds."""
_NETWORKS = "networks.safetensors"


class ScoreModel(eqx.Module):
    """A trained network as a score.

    Attributes:
        batched: samplers call it with many states at once, see `evolaw.score.samplers.backward`.
        net: the network, called with (x, label) or (x, label, condition).
        frame: mean and spread of the data it was trained on.
        noising: the noising it was trained with.
        shape: of a state.
        classes: number of classes it knows; 0 for none.
        numbers: or how many numbers a condition has; 0 for none.
        condition: what is told to the network: one condition for all states, or one each, led by the axis of states.
        weight: w of classifier-free guidance, (1 + w) told - w not told; 0 for none.
        history: (epoch, loss, seconds) of the training.
        unseen: classes below ``classes`` of which the training had no state; they cannot be asked for.

    Example:
        >>> from evolaw.score.learned.fit import fit
        >>> from evolaw.score.networks.mlp import MLP
        >>> from evolaw.score.noising.song import VP
        >>> data = np.random.default_rng(0).standard_normal((256, 2))
        >>> model = fit(MLP(width=8, depth=1), data, VP(), steps=20, rng=0)
        >>> model.score(np.zeros((3, 2)), 0.5, VP()).shape  # some seconds
        (3, 2)
    """

    kind: ClassVar[str] = KIND
    batched: ClassVar[bool] = True
    net: Any
    frame: Preconditioning
    noising: Any = eqx.field(static=True)
    shape: tuple[int, ...] = eqx.field(static=True)
    classes: int = eqx.field(static=True, default=0)
    numbers: int = eqx.field(static=True, default=0)
    condition: Any = None
    weight: float = eqx.field(static=True, default=0.0)
    history: tuple[tuple[int, float, float], ...] = eqx.field(static=True, default=())
    unseen: tuple[int, ...] = eqx.field(static=True, default=())

    # -- as a score -------------------------------------------------------------------------------------------------------

    def score(self, x: Any, t: Any, noising: Noising | None = None) -> Any:
        """Return ∇ log p_t(x), of the shape of x.

        Args:
            x: states, shape (count, *shape), of NumPy or JAX.
            t: a time, or one for each state.
            noising: the noising; None for that of the training.
        """
        x, a, s = self._scaled(x, t, noising)
        return (self._pulled(x / a, s / a) / a).astype(x.dtype)

    def denoised(self, x: Any, t: Any, noising: Noising | None = None) -> Any:
        """Return D = E[x0 | x(t) = x], of the shape of x; arguments as for `score`."""
        x, a, s = self._scaled(x, t, noising)
        return ((x + s**2 / a * self._pulled(x / a, s / a)) / a).astype(x.dtype)

    @property
    def mean(self) -> np.ndarray:
        """Mean of the data, of the shape of a state."""
        return np.broadcast_to(np.asarray(self.frame.mean, float), self.shape)

    @property
    def covariance(self) -> np.ndarray:
        """One variance for every number of a state, of its shape: what a prior is corrected by."""
        return np.full(self.shape, float(self.frame.spread) ** 2)

    def given(self, condition: Any, weight: float = 0.0) -> Self:
        """Return the score of the data under a condition.

        Args:
            condition: a class from 0 on, or an array of classes, one a state; for a model of vectors one vector, or one a state.
            weight: of classifier-free guidance; it sharpens what the condition asks for, and the result is then no longer the
                score of any noised distribution.

        Raises:
            ArgumentError: the model was trained without conditions, or with others.
        """
        weight = checks.number(weight, "weight", least=-1.0)
        if self.classes:
            told = np.asarray(condition)
            right = np.issubdtype(told.dtype, np.integer) and told.ndim <= 1 and told.size > 0
            right = right and bool(((told >= 0) & (told < self.classes)).all())
            wanted = (
                f"be a class from 0 to {self.classes - 1}, or one for each state: this model was trained with those"
            )
            checks.require(right, "condition", wanted, condition)
            strange = sorted(set(np.unique(told).tolist()) & set(self.unseen))
            checks.require(not strange, "condition", "be a class that the training data had states of", strange[:5])
            return self.changed(condition=jnp.asarray(told, jnp.int32), weight=weight)
        if not self.numbers:
            raise checks.refuse("condition", "be left out: this model was trained without conditions", condition)
        told = checks.finite(np.asarray(condition, np.float32), "condition")
        wanted = f"be {self.numbers} numbers, or as many for each state: this model was trained with those"
        checks.require(told.ndim in (1, 2) and told.shape[-1] == self.numbers, "condition", wanted, told.shape)
        checks.require(weight == 0, "weight", "be 0: without classes nothing was left untold in the training", weight)
        return self.changed(condition=jnp.asarray(told))

    def changed(self, **fields: Any) -> Self:
        """Return the model with some attributes changed."""
        return type(self)(**({field.name: getattr(self, field.name) for field in dataclass_fields(self)} | fields))

    def _scaled(self, x: Any, t: Any, noising: Noising | None) -> tuple[Any, Any, Any]:
        """The states with a and s, shaped to multiply them."""
        chosen, xp = self.noising if noising is None else noising, namespace(x, t)
        x = xp.asarray(x)
        x = x if np.issubdtype(x.dtype, np.floating) else x.astype(float)
        if x.shape[1:] != self.shape:
            wanted = ", ".join(map(str, self.shape))
            raise ShapeError(f"Argument `x` must have shape (count, {wanted}), but is of shape {x.shape}.")
        a, s = (like_states(xp.asarray(part), x) for part in (chosen.scale(t), chosen.std(t)))
        return x, a, s

    def _pulled(self, y: Any, sigma: Any) -> Any:
        """(D - y)/σ² for states y = x/a; computed in the network's own precision, whatever y has."""
        states, level = (jnp.asarray(part).astype(jnp.float32) for part in (y, sigma))
        if not isinstance(y, np.ndarray):
            return self._pull(states, level)
        with jax.default_matmul_precision("highest"):
            return np.asarray(_compiled(self, states, level))

    def _pull(self, y: jax.Array, sigma: jax.Array) -> jax.Array:
        """(D - y)/σ² for many states; sigma is a number or one for each."""
        return _of_many(self, y, sigma)

    # -- as a file --------------------------------------------------------------------------------------------------------

    def save(self, path: str | Path, *, about: dict[str, Any] | None = None) -> Path:
        """Write a run directory that `load` reads back; one that exists is refused."""
        header = {"kind": self.kind, "model": records.describe_model(self), **(about or {})}
        with storage.Run.create(path, about=header, whole=True) as run:
            for epoch, loss, seconds in self.history:
                run.record({"member": 0, "epoch": epoch, "loss": loss, "seconds": seconds})
            write_model(run, self)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path, net: Any = None, *, width: float | None = None) -> Self:
        """Read a run directory that `save` or `fit` wrote.

        Args:
            path: the run.
            net: a network like the trained one, for a user's own that the file cannot build; its weights are replaced.
            width: relative width of another average of the weights, reconstructed from the snapshots of a training that kept some.

        Raises:
            StorageError: the training is not finished, the run is damaged, or it holds another architecture than ``net``.
        """
        run = storage.Run.open(path)
        kind = run.about.get("kind")
        checks.require(kind == cls.kind, "path", f"be the run of a {cls.kind}", f"a run of {kind}")
        checkpoints.require_finished(run)
        facts = records.read_model(run.about.get("model"))
        nets = checkpoints.stored_networks(run) if net is None else (load_like(net, run.path / _NETWORKS),)
        if len(nets) != 1:
            raise StorageError(f"{path} holds {len(nets)} networks and not one.")
        chosen = nets[0] if width is None else _reconstructed(run, width)
        lines = checkpoints.histories(run, [0])[0]
        history = tuple((int(line["epoch"]), float(line["loss"]), float(line["seconds"])) for line in lines)
        frame = Preconditioning(jnp.asarray(run.read("mean")), jnp.asarray(run.read("spread")).reshape(()))
        model = cls(chosen, frame, **facts, history=history)
        _require_answers(model, path)
        return model

    # -- as a picture -----------------------------------------------------------------------------------------------------

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the training."""
        return display.plot(self, **options)

    def _facts(self) -> list[tuple[str, Any]]:
        known = self.classes - len(self.unseen)
        told = f"{known} classes" if self.classes else f"{self.numbers} numbers" if self.numbers else None
        size = sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(self.net, eqx.is_array)))
        last = self.history[-1] if self.history else None
        return [
            ("network", f"{_one_line(self.net)}, {size} weights"),
            ("noising", self.noising),
            ("states", f"of shape {self.shape}"),
            ("conditions", told),
            ("training", None if last is None else f"{last[0]} epochs, loss {last[1]:.4g}"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {_one_line(self.net)}"

    def __repr__(self) -> str:
        return display.lines(type(self).__name__, self._facts())

    def _repr_html_(self) -> str:
        return display.card(type(self).__name__, self._facts())


def _require_answers(model: ScoreModel, path: str | Path) -> None:
    """Refuse a network that does not answer the states which its run speaks of, such as one put there from another run."""
    states, level = jax.ShapeDtypeStruct((1, *model.shape), np.float32), jax.ShapeDtypeStruct((), np.float32)
    told = jnp.zeros((), jnp.int32) if model.classes else jnp.zeros(model.numbers) if model.numbers else None
    try:
        found = jax.eval_shape(model.changed(condition=told)._pull, states, level).shape[1:]
        says = f"gives {found}"
    except Exception as error:
        found, says = None, f"fails on one ({type(error).__name__})"
    if found != model.shape:
        raise StorageError(
            f"{path} holds another architecture: its states are of shape {model.shape}, and its network, {_one_line(model.net)}, "
            f"{says}. Copy or train it again."
        )


def write_model(run: storage.Run, model: ScoreModel) -> None:
    """Write network, mean and spread of a model into a run that is open."""
    mean = np.asarray(model.frame.mean)
    axes = tuple(f"state {k + 1}" for k in range(mean.ndim))
    frame = {"mean": (mean, axes), "spread": (np.asarray(model.frame.spread).reshape(1), ("one",))}
    checkpoints.write_result(run, [model.net], frame)


def _of_many(model: ScoreModel, y: jax.Array, sigma: jax.Array) -> jax.Array:
    """(D - y)/σ² for many states; sigma is a number or one for each."""
    sigma = sigma.reshape(-1) if sigma.ndim else sigma
    each, frame = (0 if sigma.ndim else None), model.frame
    if model.condition is None:
        return jax.vmap(lambda y, sigma: frame.pull(model.net, y, sigma), (0, each))(y, sigma)
    condition = jnp.asarray(model.condition)
    own = 0 if condition.ndim == (1 if model.classes else 2) else None
    if own == 0 and condition.shape[0] != y.shape[0]:
        raise ShapeError(
            f"Argument `x` must hold {condition.shape[0]} states, one for each condition, but holds {y.shape[0]}."
        )

    def one(y: jax.Array, sigma: jax.Array, condition: jax.Array) -> jax.Array:
        return frame.pull(model.net, y, sigma, condition)

    told = jax.vmap(one, (0, each, own))(y, sigma, condition)
    if not model.weight:
        return told
    plain = jax.vmap(one, (0, each, None))(y, sigma, jnp.asarray(model.classes))
    return (1 + model.weight) * told - model.weight * plain


@eqx.filter_jit
def _compiled(model: ScoreModel, y: jax.Array, sigma: jax.Array) -> jax.Array:
    return model._pull(y, sigma)


def _reconstructed(run: storage.Run, width: float) -> Any:
    kept = checkpoints.snapshots(run)
    facts = run.about.get("training", {})
    widths, batches = facts.get("widths", []), int(facts.get("batches", 1))
    if not kept or not widths:
        raise StorageError(f"{run.path} kept no averages to reconstruct others from: train with widths=(0.05, 0.1).")
    rows = [(epoch * batches, exponent(each)) for epoch, _ in kept for each in widths]
    nets = [net for _, averages in kept for net in averages]
    return reconstruct(nets, np.array(rows, float), rows[-1][0], width)


def _one_line(net: Any) -> str:
    said = str(net).splitlines()[0]
    return said if len(said) <= 60 else type(net).__name__
