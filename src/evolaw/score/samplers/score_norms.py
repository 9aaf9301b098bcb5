"""The size of a score at every time, measured on data: what the rule "snr" of the correctors asks for.

    norm(t) = √(E‖score(x_t, t)‖² / d),      x_t = a x0 + s z

measured at 33 log-SNR and read between them by straight lines in log norm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import namespace
from evolaw.score.exact.carried import carried
from evolaw.score.noising.linear import Noising
from evolaw.score.samplers.backward import shape_of
from evolaw.told import told

__all__ = ["Normed", "normed"]

_LEVELS = 33
_PASSED_ON = ("denoised", "mean", "covariance", "variance", "divergence", "log_density", "batched")


@carried("target", "levels", "logs")
@dataclass(frozen=True, eq=False)
class Normed:
    """A score with its norm; see `normed`.

    Attributes:
        target: the score.
        levels: log-SNR, rising.
        logs: log norms there.
        shape: of a state.
    """

    target: Any
    levels: Any
    logs: Any
    shape: tuple[int, ...] = field(default=())

    def __getattr__(self, name: str) -> Any:
        if name in _PASSED_ON:
            return getattr(self.target, name)
        raise AttributeError(name)

    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return the target's score."""
        return self.target.score(x, t, noising)

    def score_norm(self, t: Any, noising: Noising) -> Any:
        """Return √(E‖score‖²/d) at a time."""
        xp = namespace(t, self.levels)
        return xp.exp(xp.interp(noising.log_snr(t), self.levels, self.logs))


@told
def normed(target: Any, noising: Noising, data: Any, *, rng: Any, shape: Any = None) -> Normed:
    """Return the score with its norm measured on data.

    Args:
        target: the score.
        noising: the noising.
        data: states, shape (count, *shape); some hundreds are enough, as the norm is an average over their numbers too.
        rng: seed or source of the noise.

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> unit = Gaussian(np.zeros(4), 1.0)
        >>> found = normed(unit, VP(), unit.sample(500, rng=0), rng=1)
        >>> bool(abs(found.score_norm(0.3, VP()) - 1) < 0.1)
        True
    """
    shape = shape_of(target, shape)
    data = checks.finite(checks.shape(data, "data", ("count", *shape)), "data").astype(float)
    draw = randomness.source(rng).stream("score norms").generator()
    levels = np.linspace(float(noising.log_snr(noising.end)), float(noising.log_snr(noising.least)), _LEVELS)
    norms = []
    for t in np.asarray(noising.time_of_log_snr(levels)):
        x = float(noising.scale(t)) * data + float(noising.std(t)) * draw.standard_normal(data.shape)
        norms.append(float(np.sqrt((np.asarray(target.score(x, float(t), noising), float) ** 2).mean())))
    return Normed(target, levels, np.log(checks.finite(np.array(norms), "target")), shape)
