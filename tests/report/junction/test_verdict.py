"""What a result is worth: how far it lies from what is known, how often chance reaches as far, what to type next."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evolaw.josephson import Junction
from evolaw.josephson.curves.results import IVCurve
from evolaw.report.junction.verdict import Distance, distance, heads, next_command, typed
from evolaw.report.wording import Words

X = np.array([0.5, 1.0, 1.5])
SI = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)


def curve(far: float = 1.0, junction: Junction = SI, **more) -> IVCurve:
    exact = X / 2
    return IVCurve(
        junction, "I–V curve", X, exact + far * 0.01 * np.array([1, -0.5, 0]), 0.01 + 0 * X, exact, "theory", **more
    )


@pytest.mark.parametrize(
    ("far", "says"), [(1.0, "Within 1 standard"), (2.9, "Far: 2.9"), (6.0, "No: 6 standard errors")]
)
def test_what_lies_too_far_off_is_said_to_lie_too_far_off(far, says):
    assert heads(curve(far), Words("en"))[0].fact.startswith(says)


def test_chance_is_that_of_the_farthest_of_several():
    """1.96 standard errors: one number in 20; of two at least one in 10.25 %, by 1 - 0.95²."""
    assert Distance(1.959964, 1, "").chance == pytest.approx(0.05, rel=1e-5)
    assert Distance(1.959964, 2, "").chance == pytest.approx(0.0975, rel=1e-5)
    assert Distance(40.0, 3, "").chance < 1e-300 and Distance(0.0, 3, "").chance == 1


def test_without_noise_there_is_no_chance_to_speak_of():
    assert distance(curve(junction=Junction())) is None
    assert heads(curve(junction=Junction()), Words("en"))[2].fact == "Half the step, twice the time"


def test_a_junction_is_typed_as_the_command_line_reads_it():
    from evolaw.cli.junction.numbers import junction_of

    options = dict(re.findall(r'--(\w+) "([^"]+)"', typed(SI)))
    assert junction_of(**options, damping=None, noise=None) == SI
    assert next_command(curve(), "iv") == ("diffusion", f"evolaw junction diffusion {typed(SI)}")
    assert next_command(curve(junction=Junction()), "iv")[1] == "evolaw junction shapiro --noise 0"
