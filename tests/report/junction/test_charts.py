"""Figures of junctions: what is drawn are the numbers."""

import numpy as np
import pytest

import evolaw
from evolaw.josephson import Junction
from evolaw.josephson.arrays.sweeps import ArraySweep
from evolaw.josephson.curves.averages import Averages
from evolaw.josephson.curves.density import PhaseDensity
from evolaw.josephson.curves.hysteresis import HysteresisLoop
from evolaw.josephson.curves.results import Curve, IVCurve
from evolaw.josephson.curves.shapiro import ShapiroMap
from evolaw.josephson.curves.spectra import Spectrum
from evolaw.josephson.escapes.known_rates import TURNOVER
from evolaw.josephson.escapes.switching import SwitchingCurrents
from evolaw.josephson.fitting.results import JunctionFit, Parameter
from evolaw.josephson.formulas import escape_rate, thermal_switching

X = np.array([0.1, 0.2, 0.3])
JUNCTION = Junction(damping=0.5, noise=0.05)


def test_an_iv_curve_has_the_voltage_to_the_right():
    curve = IVCurve(JUNCTION, "I–V curve", X, X**2, 0.01 * X, X**2 + 0.01, "somewhere")
    axes = evolaw.draw(curve).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xdata(), X**2)
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), X)
    assert axes.get_xlabel() == r"$V\,/\,(I_c R)$"


SI = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)


def test_a_junction_in_si_units_has_its_axes_in_them():
    """Micro-volt and micro-ampere; the exact curve is a fine one, and passes through the points of the Fokker–Planck equation."""
    bias = np.array([0.5, 1.0, 1.5])
    exact = np.array([0.0134377, 0.4298793, 1.156668])
    axes = evolaw.draw(IVCurve(SI, "I–V curve", bias, exact, 0.01 * X, exact, "somewhere")).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("voltage (µV)", "current (µA)")
    np.testing.assert_allclose(axes.lines[0].get_data(), (10 * exact, bias))
    volt, ampere = axes.lines[-1].get_data()
    assert len(volt) == 200
    np.testing.assert_allclose(np.interp(bias, ampere, volt), 10 * exact, atol=1e-3)
    rates = evolaw.draw(Curve(SI, "escape rate", X, 1e-3 * X, 1e-4 * X, 1e-3 * X, "an eigenvalue")).axes[0]
    assert rates.get_ylabel() == "escape rate (1/s)" and rates.get_xlabel() == "current (nA)"
    lines = evolaw.draw(Curve(SI, "phase diffusion", X, X, 0.1 * X, X, "somewhere")).axes[0]
    assert lines.get_ylabel() == "linewidth (FWHM) (GHz)"


def test_the_spectrum_of_a_junction_in_si_units_is_in_hertz():
    axes = evolaw.draw(Spectrum(SI, 1.5, 1 + X, X, X, X[None], 1.0, 1.1, 0.1, 0.01, 0, X, 0.1)).axes[0]
    assert axes.get_xlabel() == "frequency (GHz)" and "GHz" in axes.get_title(loc="left")
    x, y = axes.lines[0].get_data()
    np.testing.assert_allclose(x, (1 + X) * 8.7731, rtol=1e-4)
    np.testing.assert_allclose(y * x, X * (1 + X) / (2 * np.pi), rtol=1e-6)


def test_a_loop_of_one_voltage_a_current_has_the_exact_curve_and_no_jumps():
    none = np.array([np.nan])
    loop = HysteresisLoop(SI, 1e-3, X, X, X, 0 * X, 0 * X, none, none, 0.0, 0.0, 0)
    (axes,) = evolaw.draw(loop).axes
    assert "no loop" in axes.get_title(loc="left") and "A/s" in axes.get_title(loc="left")
    assert axes.lines[-1].get_label() == "exact, at rest"


def test_points_in_doubt_are_open_and_the_legend_says_why():
    mask = np.array([False, True, False])
    curve = IVCurve(JUNCTION, "I–V curve", X, X**2, 0.01 * X, X**2, "somewhere", doubtful=mask, doubt="a sentence")
    axes = evolaw.draw(curve).axes[0]
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert any("in doubt" in word for word in words)
    opened = [line for line in axes.lines if line.get_markerfacecolor() == "white" and line.get_marker() == "o"]
    assert [line.get_xdata().tolist() for line in opened] == [[X[1] ** 2]]


@pytest.mark.parametrize("name", ["I–V curve", "phase diffusion"])
def test_the_exact_value_at_one_bias_is_a_mark(name):
    """It was a dashed line of one point, which nobody sees."""
    x = X[:1]
    axes = evolaw.draw(Curve(Junction(noise=0.3), name, x, x, 0.1 * x, x + 0.01, "somewhere")).axes[0]
    (known,) = (line for line in axes.lines if line.get_label().startswith("exact"))
    assert known.get_marker() == "x" and 0.11 in (*known.get_xdata(), *known.get_ydata())


def test_a_map_of_one_bias_or_one_amplitude_is_a_curve_with_its_errors():
    """One row of a map has no height; a single point was a line of no length."""
    for bias, amplitude in ((X[:1], X), (X, X[:1]), (X[:1], X[:1])):
        turns = np.full((bias.size, amplitude.size), 0.5)
        axes = evolaw.draw(ShapiroMap(Junction(noise=0.1), bias, amplitude, turns, 0.01 * turns, 0)).axes
        assert len(axes) == 1 and axes[0].lines[0].get_marker() == "o" and axes[0].collections


def test_a_curve_of_rates_is_logarithmic():
    axes = evolaw.draw(Curve(JUNCTION, "escape rate", X, X, 0.1 * X, X, "theory")).axes[0]
    assert axes.get_yscale() == "log" and axes.get_xlabel() == r"$I\,/\,I_c$"


@pytest.mark.slow
def test_a_loop_has_both_branches():
    loop = HysteresisLoop(JUNCTION, 1e-3, X, X, 2 * X, 0 * X, 0 * X, np.array([0.9]), np.array([0.5]), -0.1, 0.0, 0)
    left = evolaw.draw(loop).axes[0]
    assert "clockwise" in left.get_title(loc="left")
    np.testing.assert_allclose(left.lines[1].get_xdata(), 2 * X)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", ["switching", "density", "spectrum", "map", "fit"])
def test_each_kind_is_drawn(kind, tmp_path):
    law = thermal_switching(0.5, 0.05, 1e-3)
    draw = np.random.default_rng(0)
    sampled = np.interp(draw.random(200), 1 - law.survival, law.bias)
    results = {
        "switching": SwitchingCurrents(JUNCTION, 1e-3, sampled, law, 0.2, 0),
        "density": PhaseDensity(JUNCTION, 0.5, np.linspace(0, 6.28, 4), X, X, X, 0.1, 0.01, 0.1, 0.01, 0.01, 0),
        "spectrum": Spectrum(JUNCTION, 1.5, 1 + X, X, X, X[None], 1.0, 1.1, 0.1, 0.01, 0),
        "map": ShapiroMap(JUNCTION, X, X[:2], np.ones((3, 2)), np.ones((3, 2)), 0),
        "fit": JunctionFit("rates", {"critical_current": Parameter(1.0)}, (), "", X, X, X, 0.1 * X, ("x", "y")),
    }
    figure = evolaw.draw(results[kind])
    evolaw.report.save(figure, tmp_path / "x.png")
    assert figure.axes and (tmp_path / "x.png").stat().st_size > 3000


def test_the_rate_behind_the_law_stands_over_that_of_the_histogram():
    """Mel'nikov and Meshkov's stood there whatever rate the law was integrated from."""
    law = thermal_switching(0.5, 0.05, 1e-3)
    sampled = np.interp(np.random.default_rng(0).random(200), 1 - law.survival, law.bias)
    known = SwitchingCurrents(JUNCTION, 1e-3, sampled, law, 0.2, 0, source="a better rate")
    (line,) = [one for one in evolaw.draw(known).axes[1].lines if one.get_label() == "a better rate"]
    x, y = line.get_data()
    np.testing.assert_allclose(y[::50], escape_rate(x[::50], 0.5, 0.05), rtol=5e-3)


def test_an_array_over_temperatures_and_averages_are_drawn(tmp_path):
    ones = np.ones(3)
    plane = {f"{name}{tail}": ones * 0.5 for name in ("energy", "vortices", "helicity") for tail in ("", "_error")}
    sweep = ArraySweep(0 * ones, X, ones, 0 * ones, ones, 0 * ones, ones, 4, 0, plane)
    figure = evolaw.draw(sweep)
    assert figure.axes[0].get_ylabel() == "helicity modulus Υ"
    np.testing.assert_allclose(figure.axes[0].lines[-1].get_ydata(), 2 * figure.axes[0].lines[-1].get_xdata() / np.pi)
    over_bias = ArraySweep(X, 0.1 * ones, ones, 0 * ones, X, 0 * ones, ones, 4, 0)
    assert evolaw.draw(over_bias).axes[0].get_xlabel() == r"$I\,/\,I_c$"
    averages = Averages(JUNCTION, X, {"voltage": (X, X, X), "sine": (X, X, np.full(3, np.nan))}, 0, np.zeros(3, bool))
    assert len(evolaw.draw(averages).axes) == 2


def test_the_exact_curve_without_capacitance_is_fine():
    curve = IVCurve(Junction(noise=0.1), "I–V curve", X, X**2, 0.01 * X, X**2, "Bessel")
    assert len(evolaw.draw(curve).axes[0].lines[-1].get_xdata()) == 200


def test_a_long_source_leaves_room_for_the_axes():
    """Two sources in one line of the legend were wider than the figure: the axes had no width left."""
    source = "Fokker–Planck eigenvalue; Mel'nikov–Meshkov below barriers of 4 D"
    found = Curve(Junction(damping=0.5, noise=0.2), "escape rate", X[:1], X[:1], 0.1 * X[:1], X[:1], source)
    figure = evolaw.draw(found)
    figure.draw_without_rendering()
    assert figure.axes[0].get_position().width > 0.5


def test_a_known_rate_beyond_the_line_is_a_mark():
    """At i = 0.5, D = 0.4 the leading order ends at 0.46: the point stood alone."""
    found = Curve(Junction(damping=0.5, noise=0.4), "escape rate", X[:1] + 0.4, X[:1], 0.1 * X[:1], X[:1], TURNOVER)
    marks = [line for line in evolaw.draw(found).axes[0].lines if line.get_marker() == "x"]
    assert [line.get_xdata().tolist() for line in marks] == [[0.5]]
