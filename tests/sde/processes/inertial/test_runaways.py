"""Escape at weak damping, where what leaves is taken out of the equation."""

import numpy as np
import pytest

from evolaw.errors import NotConverged
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck
from evolaw.sde.processes.inertial.runaways import Runaways


def junction(friction, temperature, bias, **options):
    return KineticFokkerPlanck(lambda x: bias - np.sin(x), friction, temperature, **options)


def of_finite_differences(friction, temperature, bias, places, speeds):
    """The escape rate by differences of sixth order on two periods of phase, absorbing by place: half a turn beyond either barrier."""
    from scipy.sparse import diags_array, eye_array, kron
    from scipy.sparse.linalg import splu

    def shifted(n, weights, sign, turns):
        straight = sum(w * (eye_array(n, k=k) + sign * eye_array(n, k=-k)) for k, w in weights.items())
        return straight + turns * sum(
            w * (eye_array(n, k=k - n) + sign * eye_array(n, k=n - k)) for k, w in weights.items()
        )

    first, second = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}, {1: 3 / 2, 2: -3 / 20, 3: 1 / 90}
    well, step = np.arcsin(bias), 4 * np.pi / places
    x = well - 2 * np.pi + step * np.arange(places)
    v, dv = np.linspace(-2.9, 4.3, speeds, retstep=True)
    beyond = np.clip(x - (np.pi - well + 1.5), 0, 1) + np.clip(-np.pi - well - 1.2 - x, 0, 1)
    edges = np.clip((np.abs(v - 0.7) - 3.6) / 0.6 + 1, 0, 1)
    slope = shifted(speeds, first, -1, 0) / dv
    bent = (shifted(speeds, second, 1, 0) - 49 / 18 * eye_array(speeds)) / dv**2
    still = friction * (slope @ diags_array(v) + temperature * bent) - diags_array(20 * edges)
    flow = kron(shifted(places, first, -1, 1) / step, diags_array(v)) + kron(diags_array(bias - np.sin(x)), slope)
    operator = kron(eye_array(places), still) - kron(diags_array(30 * beyond), eye_array(speeds)) - flow
    solve = splu(
        operator.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=1e-3, options={"SymmetricMode": True}
    ).solve
    state = np.exp(-((x[:, None] - well) ** 2 + v**2) / (2 * temperature)).ravel()
    for _ in range(4):
        image = solve(state / state.sum())
        state = image
    return -1 / image.sum()


@pytest.mark.slow
@pytest.mark.parametrize(("friction", "size", "close"), [(0.1, (140, 170), 1e-3), (0.03, (200, 240), 1e-4)])
def test_what_leaves_may_be_taken_out_by_place_instead(friction, size, close):
    found = junction(friction, 0.1, 0.5).escape_rate(close)
    assert found == pytest.approx(of_finite_differences(friction, 0.1, 0.5, *size), rel=close)


@pytest.mark.slow
@pytest.mark.parametrize(("friction", "temperature", "bias"), [(0.3, 0.1, 0.5), (0.2, 0.3, 0.05)])
def test_it_is_the_eigenvalue_of_the_whole_equation(friction, temperature, bias):
    """Which carries what leaves to f̄/γ and back: the mean over the same waves."""
    law = junction(friction, temperature, bias)
    whole = -np.mean([law.slowest((k + 0.5) / 12, 120, 45).real for k in range(6)])
    assert law.escape_rate(1e-5) == pytest.approx(whole, rel=3e-5)


@pytest.mark.slow
def test_the_other_way_round_is_the_same():
    law = KineticFokkerPlanck(lambda x: 0.5 + 0.2 * np.sin(2 * x) - np.sin(x), 0.1, 0.2)
    mirrored = KineticFokkerPlanck(lambda x: -0.5 + 0.2 * np.sin(2 * x) - np.sin(x), 0.1, 0.2)
    assert law.escape_rate(1e-2) == pytest.approx(mirrored.escape_rate(1e-2), rel=1e-6)


def test_the_speed_is_that_of_the_barrier():
    """Without losses c = √(2 ΔU), ΔU(0.5) = 0.6848532564 and S = 5.3342762639; no barrier, no wells."""
    away = Runaways.of(lambda x: 0.5 - np.sin(x), 1e-9, 0.1, 2 * np.pi)
    assert away.speed == pytest.approx(np.sqrt(2 * 0.6848532564), rel=1e-3)
    away = Runaways.of(lambda x: 0.5 - np.sin(x), 0.01, 0.1, 2 * np.pi)
    loss = 0.01 * 5.3342762639
    assert away.speed**2 / 2 == pytest.approx(0.6848532564 + loss + 5 * np.sqrt(2 * loss * 0.1), rel=1e-3)
    assert Runaways.of(lambda x: 1.5 - np.sin(x), 0.01, 0.1, 2 * np.pi).speed == np.inf


def test_a_layer_too_thin_is_refused():
    with pytest.raises(NotConverged, match="escape rate"):
        junction(1e-5, 0.1, 0.5).escape_rate()
