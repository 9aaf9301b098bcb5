"""Figures of arrays."""

import numpy as np

import evolaw
from evolaw.josephson.arrays.named import NamedArray
from evolaw.josephson.arrays.results import ArrayRun
from evolaw.josephson.arrays.sweeps import ArraySweep


def sweep(biases, noises, paths=4):
    bias, noise = (part.ravel() for part in np.meshgrid(biases, noises))
    error = np.full(bias.size, np.nan) if paths == 1 else 0.1 * bias
    return ArraySweep(bias, noise, bias, error, bias, error, bias, paths, 0)


def test_many_temperatures_leave_room_for_the_curves():
    """Eight lines below each other above two panels left a strip of the figure; ten looked like two."""
    figure = evolaw.draw(sweep([0.5, 1.0], np.linspace(0.1, 1, 10)))
    figure.draw_without_rendering()
    assert figure.axes[0].get_position().height > 0.4 and figure.axes[1].get_legend() is None
    looks = {
        (line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines if line.get_linestyle() != "None"
    }
    assert len(looks) == 10


def test_one_array_is_drawn_without_errors():
    figure = evolaw.draw(sweep([0.5, 1.0], [0.1], paths=1))
    figure.draw_without_rendering()
    assert figure.axes[0].lines[0].get_ydata().tolist() == [0.5, 1.0]
    named, x, nothing = NamedArray("pair"), np.linspace(0, 1, 3), np.full(3, np.nan)
    run = ArrayRun(named.law(0.5, 0.0), x, np.zeros((1, 3, 2)), np.zeros((1, 3, 2)), x, nothing, x, nothing, 0)
    (axes,) = evolaw.draw(run).axes
    assert axes.get_legend() is None and not axes.collections
