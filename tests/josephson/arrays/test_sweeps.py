"""Arrays over biases and temperatures; in equilibrium two-dimensional ones are the XY model."""

import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, fokker_planck, grid_array, ladder, phase_pair, series_array, sweep_array
from evolaw.josephson.arrays.order import vortices


def plane(size):
    return lambda i, d: grid_array(size, size, i, noise=d)


def metropolis(size, temperature, sweeps, draw):
    """The same averages of the XY model by single rotations, without a line of ours: free rows, closed columns."""
    x, kept = np.zeros((size, size)), []
    for sweep in range(sweeps):
        for colour in (0, 1):
            mask = (np.add.outer(np.arange(size), np.arange(size)) + sweep + colour) % 2 == 0
            for _ in range(2):
                new = x + draw.uniform(-1.5, 1.5, x.shape) * np.sqrt(min(temperature, 1.0))
                gain = np.zeros_like(x)
                for shift in (1, -1):
                    other = np.roll(x, shift, axis=1)
                    gain += np.cos(new - other) - np.cos(x - other)
                    other = np.roll(x, shift, axis=0)
                    inside = np.ones(size, bool)
                    inside[0 if shift == 1 else -1] = False
                    gain += inside[:, None] * (np.cos(new - other) - np.cos(x - other))
                taken = mask & (draw.random(x.shape) < np.exp(np.minimum(gain / temperature, 0.0)))
                x = np.where(taken, new, x)
        if sweep >= sweeps // 5:
            side, down = x - np.roll(x, -1, axis=1), x[:-1] - x[1:]
            bonds = side.size + down.size
            energy = (bonds - np.cos(side).sum() - np.cos(down).sum()) / bonds
            stiff = (np.cos(side).sum() - np.sin(side).sum() ** 2 / temperature) / x.size
            kept.append((energy, np.abs(vortices(x)).mean(), stiff))
    parts = np.array(kept)[: len(kept) // 20 * 20].reshape(20, -1, 3).mean(1)
    return parts.mean(0), parts.std(0, ddof=1) / np.sqrt(20)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["series", "plane"])
def test_a_set_is_the_array_alone(kind):
    """The stack of parameters that differ: the first set has the averages of an array by itself."""

    def column(i, d):
        return series_array(3, i, inductance=1.0, resistance=1.0, capacitance=1.0, noise=d)

    make, dim, count = (column, 5, 3) if kind == "series" else (plane(3), 8, 9)
    start = np.linspace(0, 1, dim)
    found = sweep_array(make, [0.5, 1.5], [0.1, 0.2], start, 4.0, 0, junctions=count, paths=2, dt=0.1)
    assert found.bias.tolist() == [0.5, 1.5, 0.5, 1.5] and found.noise.tolist() == [0.1, 0.1, 0.2, 0.2]
    alone = sweep_array(make, 0.5, 0.1, start, 4.0, 0, junctions=count, paths=2, dt=0.1)
    np.testing.assert_allclose(found.order[0], alone.order[0], atol=1e-9)
    assert found.voltage[1] > found.voltage[0] and "locked" in repr(found)


def test_without_noise_biases_are_swept_too():
    """A stiff ladder far above its critical current turns as one junction: V = √(i² - 1) at strong damping."""
    from dataclasses import replace

    def make(i, d):
        return replace(ladder(2, i, damping=20.0, noise=d, inductance=1.0), diffusion=None, noise="none", noises=0)

    found = sweep_array(make, [0.5, 2.0], 0.0, np.zeros(4), 800.0, 0, junctions=2, dt=0.05)
    np.testing.assert_allclose(found.voltage, [0.0, np.sqrt(3)], atol=0.05)
    assert found.locked.tolist() == [1.0, 1.0]


@pytest.mark.slow
def test_in_equilibrium_it_is_the_xy_model():
    """8 x 8 at three temperatures: energy, vortices and helicity within 4 errors of Metropolis's; 1 of 1000 other seeds."""
    found = sweep_array(plane(8), 0.0, [0.6, 0.9, 1.3], np.zeros(63), 160.0, 0, junctions=64, paths=48, dt=0.05)
    for k, d in enumerate(found.noise):
        value, error = metropolis(8, d, 6000, np.random.default_rng(k))
        for place, name in enumerate(("energy", "vortices", "helicity")):
            ours, own = found.column(name)
            # The step of Heun's scheme moves averages by O(h²), 0.002 here.
            assert abs(ours[k] - value[place]) < 4 * np.hypot(own[k], error[place]) + 0.002, (name, d)


@pytest.mark.slow
def test_vortices_unbind_where_berezinskii_kosterlitz_and_thouless_say():
    """16 x 16: the helicity modulus crosses 2D/π between D = 0.85 and 1.05 (0.893 in an infinite array); vortices multiply tenfold."""
    temperatures = np.array([0.5, 0.7, 0.85, 1.05, 1.3])
    found = sweep_array(plane(16), 0.0, temperatures, np.zeros(255), 300.0, 0, junctions=256, paths=12, dt=0.08)
    stiff, error = found.column("helicity")
    jump = 2 * temperatures / np.pi
    assert np.all(stiff[:3] > jump[:3] + 2 * error[:3]) and np.all(stiff[3:] < jump[3:] - 2 * error[3:])
    # Spin waves alone: Υ = 1 - D/4 - …
    assert stiff[0] == pytest.approx(1 - 0.5 / 4 - 0.5**2 / 32, abs=0.03)
    whirls = found.column("vortices")[0]
    assert whirls[0] < 1e-3 and whirls[4] > 10 * whirls[2] / 2 and np.all(np.diff(whirls) > 0)


@pytest.mark.slow
def test_a_fully_frustrated_array_has_its_checkerboard_and_critical_current():
    """f = 1/2, cooled in steps: vortices on every other plaquette, 1 - √½ a bond; it rests below √2 - 1 a junction and runs above."""
    state = 0.01 * np.random.default_rng(0).standard_normal(143)
    for d in (0.5, 0.4, 0.3, 0.2, 0.1, 0.02):
        law = grid_array(12, 12, 0.0, noise=d, frustration=0.5).law
        state = sde.solve(law, sde.StochasticHeun(), state, [0.0, 150.0], dt=0.08, rng=1).values[0, -1]

    def make(i, d):
        return grid_array(12, 12, i, frustration=0.5)

    found = sweep_array(make, [0.0, 0.33, 0.5], 0.0, state, 300.0, 0, junctions=144, dt=0.08)
    assert found.column("vortices")[0][0] == pytest.approx(0.5, abs=0.03)
    assert found.column("energy")[0][0] == pytest.approx(1 - np.sqrt(0.5), abs=0.03)
    assert found.voltage[:2] == pytest.approx([0, 0], abs=1e-6) and found.voltage[2] > 0.03


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        sweep_array(plane(3), 0.0, [0.0, 0.1], np.zeros(8), 1.0, 0, junctions=9)
    with pytest.raises(ArgumentError, match="bias"):
        sweep_array(plane(3), [0.2, 0.1], 0.1, np.zeros(8), 1.0, 0, junctions=9)


@pytest.mark.slow
def test_voltages_of_junctions_that_rotate_together_are_exact_within_their_errors():
    """Two that know nothing of each other, under weak noise from one state: by the ends alone 7 errors off. False alarm: 3e-4."""
    biases, junction = [1.3, 1.5, 1.7, 2.0], Junction(damping=5.74, noise=0.0176)
    exact = np.array([fokker_planck(junction, i).voltage for i in biases])
    found = sweep_array(
        lambda i, d: phase_pair(5.74, d, 0.0, i), biases, 0.0176, np.zeros(4), 200.0, 0, junctions=2, paths=512, dt=0.05
    )
    assert np.abs((found.voltage - exact) / found.voltage_error).max() < 4
