r"""Whether what the drift leaves of the steps hangs on where the motion was before: then it has a memory longer than a step.

Successive remainders of a force that comes late, of a drive that goes on by itself, of a slow variable behind the recorded ones, hardly
hang together (`increment_tests`): each holds little of it. All together they do. The residuals of the fitted drift are tried, as by their
bins (`drift_tests`), with

    w_k = X_k − X_{k−l},        l = 3, 9, 27, 81, 243 rows, of every recorded component

which of a first-order law are independent of the step that follows. The statistic is judged by F with as many degrees of freedom below as
the motion came back. How much of the drift it is: |f̂|² = θ̂ᵀJθ̂ is what the recording says of the whole drift in the same units, so that

    share = sqrt( (χ² − ν)₊ / θ̂ᵀJθ̂ )
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import fdtrc

from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.misfit.drift_tests import DriftTest, Residuals
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["history_test", "share_of_drift"]

_LAGS = (3, 9, 27, 81, 243)
_LEAST_ROWS = 20
"""Lags of more than one row in so many are left out."""


def history_test(case: Case, residuals: Residuals, returns: int) -> DriftTest:
    """Return the test of what the drift leaves against where the motion was some time before.

    Args:
        case: the case; steps short against the dynamics.
        residuals: of the fitted drift.
        returns: how often its component came back, see `drift_tests.returns_of`.
    """
    recording = case.recording
    # With measurement noise two rows earlier, like every instrument.
    now = residuals.rows - 2 * any(case.noise)
    columns = []
    for lag in (lag for lag in _LAGS if lag * _LEAST_ROWS <= len(recording)):
        before = now - lag
        whole = (before >= 0) & (recording.within[before] == recording.within[residuals.rows])
        columns += [np.where(whole, path[now] - path[before], 0.0) for path in recording.columns]
    if not columns or not returns:
        return DriftTest(0.0, 0, 1.0, "")
    w = np.stack(columns, 1)
    size = np.sqrt(np.mean(w**2, 0))
    found = residuals.test(w[:, size > 0] / size[size > 0], "")
    if not found.freedom:
        return replace(found, p_value=1.0)
    return replace(found, p_value=float(fdtrc(found.freedom, returns, found.statistic / found.freedom)))


def share_of_drift(test: DriftTest, weighed: Weighed) -> float:
    """Return how large what the test found is beside the fitted drift, root mean square to root mean square."""
    if weighed.drift is None:
        return 0.0
    whole = float(np.sum((weighed.drift.root @ weighed.drift.estimate) ** 2))
    return float(np.sqrt(max(test.statistic - test.freedom, 0.0) / max(whole, 1e-300)))
