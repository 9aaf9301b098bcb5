"""Steps longer than the motion's own time are doubted where no exact likelihood was found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.misfit.doubts import remedy
from evolaw.discovery.diffusions.misfit.fast_relaxation import doubt_steps
from evolaw.discovery.diffusions.problem import pose


@pytest.mark.parametrize(("step", "doubted"), [(3.0, True), (0.2, False)])
def test_moments_of_long_steps_are_doubted(relaxation: object, step: float, doubted: bool) -> None:
    case = pose(relaxation(1.0, 0.5, step, 3000, 1), library="1, x", noise=0.0)  # type: ignore[operator]
    weighed = weigh(case, "x", 4)
    found = doubt_steps(case, [weighed])
    assert (found is not None) == doubted
    assert doubt_steps(case, [replace(weighed, method="exact")]) is None
    if found is not None:
        assert not found.check.passed and found.check.p_value == 0.0 and found.opens("x: x") and found.opens("x: D 1")
        assert remedy(found.cause) is not None
