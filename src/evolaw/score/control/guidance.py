"""Guidance by a classifier, and without one.

    classifier         score(x | y) ≈ score(x) + w ∇_x log p_t(y | x)                 w = 1 is Bayes' rule
    classifier-free    score(x | y) ≈ (1 + w) score(x, y) - w score(x)                w = 0 is the conditional score

For other w the result is the score of no noised distribution: samples concentrate where the class is sure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import namespace, precise
from evolaw.score.exact.carried import carried
from evolaw.score.exact.mixture import GaussianMixture
from evolaw.score.noising.linear import Noising
from evolaw.told import told

__all__ = ["ClassifierFree", "ClassifierGuided", "component_classifier", "in_jax"]


def in_jax(function: Callable[[Any], Any], x: Any) -> Any:
    """Return a function of JAX arrays at x; for NumPy's arrays computed in their precision and given back as such."""
    if namespace(x) is jnp:
        return function(x)
    x = np.asarray(x)
    with precise("float32" if x.dtype == np.float32 else "float64"):
        return np.asarray(function(jnp.asarray(x if np.issubdtype(x.dtype, np.floating) else x.astype(float))))


@carried("target", "classifier")
@dataclass(frozen=True, eq=False)
class ClassifierGuided:
    """A score guided by a classifier:  score + w ∇ log p_t(y | x).

    Attributes:
        target: the score.
        classifier: object with ``log_probability(x, t, noising)``, the log-probability of the wanted class for states of shape
            (count, *shape), written with jax.numpy.
        weight: w.

    References:
        song2021, section 5; dhariwal2021.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> two = GaussianMixture([[-1.0], [1.0]], 0.1)
        >>> guided = ClassifierGuided(two, component_classifier(two, 1))
        >>> guided.score(np.array([[0.2]]), 0.3, VP()).round(4).tolist()  # some seconds; that of the component alone
        [[0.6677]]
    """

    target: Any
    classifier: Any
    weight: float = 1.0

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a state."""
        return tuple(self.target.shape)

    @property
    def batched(self) -> bool:
        """Whether the score is to see many states at once."""
        return bool(getattr(self.target, "batched", False))

    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return the guided score, of the shape of x."""

        def guided(x: Any) -> Any:
            slope = jax.grad(lambda x: self.classifier.log_probability(x, t, noising).sum())(x)
            return self.target.score(x, t, noising) + self.weight * slope

        return in_jax(guided, x)


@carried("conditional", "unconditional")
@dataclass(frozen=True, eq=False)
class ClassifierFree:
    """Classifier-free guidance:  (1 + w) score(x, y) - w score(x).

    Attributes:
        conditional, unconditional: two scores.
        weight: w.

    References:
        ho2022.

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> wide, narrow = Gaussian([0.0], 1.0), Gaussian([1.0], 1.0)
        >>> both = ClassifierFree(narrow, wide, 1.0)
        >>> bool(both.score(np.zeros((1, 1)), 0.0, VP()) == 2.0)
        True
    """

    conditional: Any
    unconditional: Any
    weight: float = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a state."""
        return tuple(self.conditional.shape)

    @property
    def batched(self) -> bool:
        """Whether the scores are to see many states at once."""
        return any(getattr(one, "batched", False) for one in (self.conditional, self.unconditional))

    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return the guided score, of the shape of x."""
        told, untold = (one.score(x, t, noising) for one in (self.conditional, self.unconditional))
        return (1 + self.weight) * told - self.weight * untold


@carried("mixture")
@dataclass(frozen=True, eq=False)
class _Component:
    mixture: Any
    number: int = field(default=0)

    def log_probability(self, x: Any, t: Any, noising: Noising) -> Any:
        # In logarithms: far from the component its share underflows, and its slope, which is what guides, would be none.
        return self.mixture.log_responsibilities(x, t, noising)[:, self.number]


@told
def component_classifier(mixture: GaussianMixture, number: int) -> Any:
    """Return the exact classifier of a mixture's component: the probability that x(t) = x came from it."""
    checks.require(isinstance(mixture, GaussianMixture), "mixture", "be a GaussianMixture", mixture)
    most = len(mixture.means) - 1
    return _Component(mixture, checks.integer(number, "number", least=0, most=most))
