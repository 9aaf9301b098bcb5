"""Drift and diffusion are weighed for each other."""

from __future__ import annotations

import numpy as np

from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.problem import pose


def test_weights_by_the_diffusion_narrow_the_drifts_error(record: object) -> None:
    """With D growing a hundredfold over the recording, weighing by 1/D beats equal weights, and stays unbiased (4.5 errors)."""
    law = (lambda x: -x, lambda x: 0.02 + x**2)
    track = record(*law, [0.5], 0.01, 20_000, 1)  # type: ignore[operator]
    equal = weigh(pose(track, library="1, x", diffusion="1", noise=0.0), "x").drift
    weighted = weigh(pose(track, library="1, x", diffusion="1, x, x^2", noise=0.0), "x").drift
    assert equal is not None and weighted is not None
    assert weighted.error[0] < 0.8 * equal.error[0]
    assert np.abs((weighted.estimate - [0, -1]) / weighted.error).max() < 4.5


def test_known_terms_narrow_the_rest(record: object) -> None:
    track = record(lambda x: x - x**3, lambda x: [0.02], [1.0], 0.02, 6000, 2)  # type: ignore[operator]
    free = weigh(pose(track, library="poly:5"), "x").drift
    told = weigh(pose(track, library="poly:5", known="x: 1=0, x^2=0, x^4=0, x^5=0"), "x").drift
    assert free is not None and told is not None
    assert told.names == ("x", "x^3")
    assert told.error[0] < 0.01 * free.error[1]
