"""The table between score, data, noise, v and flow."""

import itertools

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.noising.conversions import FORMS, convert

DRAW = np.random.Generator(np.random.Philox(key=3))
X0, Z = DRAW.standard_normal((2, 5, 2, 3))
NOISINGS = [score.VP(), score.SubVP(), score.VE(), score.Rectified(), score.Cosine()]


def known(noising, t):
    """What each form is for a state made of known data and noise."""
    a, s, h = noising.scale(t), noising.std(t), 1e-6
    path = [noising.scale(t + k * h) * X0 + noising.std(t + k * h) * Z for k in (-1, 1)]
    forms = {"score": -Z / s, "data": X0, "noise": Z, "v": a * Z - s * X0, "flow": (path[1] - path[0]) / (2 * h)}
    return a * X0 + s * Z, forms


@pytest.mark.parametrize("noising", NOISINGS, ids=repr)
@pytest.mark.parametrize(("given", "wanted"), list(itertools.product(FORMS, FORMS)))
def test_every_form_gives_every_other(noising, given, wanted):
    x, forms = known(noising, 0.4)
    found = convert(forms[given], x, 0.4, noising, given=given, wanted=wanted)
    np.testing.assert_allclose(found, forms[wanted], rtol=2e-5, atol=2e-5)


def test_a_time_for_each_state():
    times, noising = np.linspace(0.1, 0.9, 5), score.VP()
    together = convert(X0, Z, times, noising, given="data", wanted="score")
    alone = [convert(X0[[i]], Z[[i]], times[i], noising, given="data", wanted="score")[0] for i in range(5)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_an_unknown_form_is_refused():
    with pytest.raises(ArgumentError, match="Did you mean noise"):
        convert(X0, Z, 0.1, score.VP(), given="nois", wanted="score")
