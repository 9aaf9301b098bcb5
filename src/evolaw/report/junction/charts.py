"""Figures of junctions: measured points with their errors over the exact curve."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evolaw import display
from evolaw.josephson.escapes.known_rates import TURNOVER
from evolaw.josephson.fitting.inertial_curve import inertial_voltage, is_within_reach
from evolaw.josephson.formulas import (
    effective_diffusion,
    escape_rate,
    mean_voltage,
    retrapping_current,
    running_voltage,
)
from evolaw.report.junction.looks import EXACT, FEW, VOLTAGE, bias_axis, finish, frequency_unit
from evolaw.report.styles import CYCLE, new_figure

__all__ = [
    "draw_averages",
    "draw_curve",
    "draw_density",
    "draw_hysteresis",
    "draw_map",
    "draw_spectrum",
    "draw_switching",
]

_SOUND: dict[str, Any] = {
    "fmt": "o",
    "ms": 3.5,
    "color": CYCLE[0],
    "capsize": 2,
    "label": "simulated, ± 2 standard errors",
}
_DOUBTED = _SOUND | {"mfc": "white", "label": "in doubt: began at rest, and too short for passage to running"}
_AXES = {
    "I–V curve": VOLTAGE,
    "escape rate": "escape rate",
    "phase diffusion": r"$D_{\mathrm{eff}}$ = half-width of the line",
    "passage time": "passage time",
}


def draw_curve(curve: Any) -> Figure:
    """Points with two standard errors over the exact curve; an I–V curve has the voltage to the right and the current upwards.

    A junction made from SI units has its axes in them.
    """
    figure = new_figure(5.4, 3.6)
    axes = figure.add_subplot()
    turned = curve.name == "I–V curve"
    (ampere, bias_name), (unit, name) = bias_axis(curve.junction, curve.abscissa), _value_axis(curve)
    masked = np.zeros(curve.value.size, bool) if curve.doubtful is None else curve.doubtful
    for mask, look in ((~masked, _SOUND), (masked, _DOUBTED)):
        if not mask.any():
            continue
        value, error, at = unit * curve.value[mask], 2 * unit * curve.error[mask], ampere * curve.abscissa[mask]
        if turned:
            axes.errorbar(value, at, xerr=error, **look)
        else:
            axes.errorbar(at, value, yerr=error, **look)
    for bias, value, look in _exact_lines(curve):
        pair = (ampere * bias, unit * value)
        axes.plot(*(pair[::-1] if turned else pair), **look)
    if curve.name == "escape rate":
        axes.set_yscale("log")
    names = (bias_name, name)
    finish(axes, *(names[::-1] if turned else names))
    return figure


def _value_axis(curve: Any) -> tuple[float, str]:
    """The same for the values of a curve."""
    if not curve.units():
        name = _AXES.get(curve.name, curve.name)
        if curve.name in _AXES and curve.name != "I–V curve":
            name = f"{name} ({'1/' * (curve.name == 'passage time')}{frequency_unit(curve.junction.damping)})"
        return 1.0, name
    name, unit, factor = curve.units()[0]
    size, prefix = display.engineering(float(np.max(np.abs(curve.value))) * factor) if unit.isalpha() else (1.0, "")
    return factor / size, f"{name} ({prefix}{unit})"


def _exact_lines(curve: Any) -> list[tuple[np.ndarray, np.ndarray, dict[str, Any]]]:
    """What is known beside the points, each as biases, values and look: a fine curve where one is quickly had, else the values at the points.

    A point that is out of reach breaks the line: nothing is known there. Few points are not joined: between them nothing was computed.
    """
    junction, lines = curve.junction, []
    ends, words = (float(curve.abscissa[0]), float(curve.abscissa[-1])), f"exact: {curve.source}"
    if curve.name == "escape rate":
        # In one line two sources are wider than the figure, and leave no room for its axes.
        sources = curve.source.replace("; ", ";\n")
        words = f"known: {sources}"
        low, high = max(ends[0] - 0.1, 0.0), min(ends[1] + 0.1, 1 - junction.noise ** (2 / 3))
        if curve.exact is not None and high > low and curve.value.size < FEW:
            fine = np.linspace(low, high, 120)
            words_of_line = words if curve.source == TURNOVER else TURNOVER
            look = EXACT if curve.source == TURNOVER else EXACT | {"color": "#8a8f99", "ls": ":"}
            lines.append(
                (fine, np.asarray(escape_rate(fine, junction.damping, junction.noise)), look | {"label": words_of_line})
            )
            if curve.source == TURNOVER and ends[1] <= high:
                return lines
    fine, is_line = np.linspace(*ends, 200), curve.exact is not None and ends[1] > ends[0]
    if is_line and curve.name == "I–V curve" and (voltage := _exact_voltage(junction, fine)) is not None:
        lines.append((fine, voltage, EXACT | {"label": words}))
    elif is_line and curve.name == "phase diffusion" and junction.damping is None:
        lines.append((fine, np.asarray(effective_diffusion(fine, junction.noise)), EXACT | {"label": words}))
    elif curve.exact is not None:
        few = curve.value.size < FEW
        look = {"marker": "x" if few else "", "ms": 5, "label": words} | ({"ls": ""} if few else {})
        lines.append((curve.abscissa, curve.exact, EXACT | look))
    return lines


def _exact_voltage(junction: Any, bias: np.ndarray) -> np.ndarray | None:
    """V/(I_c R) of one state a current, where a closed form or a continued fraction has it at once."""
    if junction.noise == 0 or not junction.has_closed_form:
        return None
    if junction.damping is None:
        return np.asarray(mean_voltage(bias, junction.noise))
    beta = junction.damping**-2
    return inertial_voltage(bias, beta, junction.noise) if is_within_reach(beta, junction.noise) else None


def draw_hysteresis(loop: Any) -> Figure:
    """Both branches in the plane of voltage and current over what is known of them, and where single junctions switched and retrapped."""
    ampere, upwards = bias_axis(loop.junction, loop.bias)
    volt, rightwards = 1.0, VOLTAGE
    words, scales = f"di/dt = {loop.rate:g} {frequency_unit(loop.junction.damping)}", loop.junction.scales
    if scales is not None:
        size, prefix = display.engineering(float(np.max(loop.up)) * scales.voltage_unit)
        volt, rightwards = scales.voltage_unit / size, f"voltage ({prefix}V)"
        steep, prefix = display.engineering(ramp := loop.rate * scales.critical_current / scales.time_unit)
        words = f"dI/dt = {ramp / steep:.4g} {prefix}A/s"
    two = not loop.is_single_valued
    figure = new_figure(6.8 if two else 5.4, 3.6)
    left, *right = np.atleast_1d(figure.subplots(1, 1 + two, width_ratios=[1.7, 1][: 1 + two]))
    for name, v, e, colour in (
        ("up", loop.up, loop.up_error, CYCLE[0]),
        ("down", loop.down, loop.down_error, CYCLE[1]),
    ):
        left.plot(volt * v, ampere * loop.bias, color=colour, label=f"bias {name}")
        e = np.nan_to_num(e)
        seen = "± 2 standard errors" if name == "up" and np.any(e) else None
        low, high = volt * (v - 2 * e), volt * (v + 2 * e)
        left.fill_betweenx(ampere * loop.bias, low, high, color=colour, alpha=0.25, lw=0, label=seen)
    known = _known_branch(loop)
    if known is not None:
        bias, value, name = known
        left.plot(volt * value, ampere * bias, **(EXACT | {"color": "#555555", "lw": 1.2, "label": name}))
    orientation = "no loop" if loop.orientation == "none" else loop.orientation
    left.set_title(f"{words}: {orientation}")
    finish(left, rightwards, upwards)
    if two:
        _jumps(right[0], loop, ampere)
        right[0].set_ylim(left.get_ylim())
    return figure


def _known_branch(loop: Any) -> tuple[np.ndarray, np.ndarray, str] | None:
    """What stands beside a sweep: the exact curve where there is one voltage a current, else the running state without noise."""
    fine = np.linspace(0, float(loop.bias[-1]), 200)
    if loop.is_single_valued:
        value = _exact_voltage(loop.junction, fine)
        return None if value is None else (fine, value, "exact, at rest")
    if not loop.junction.has_closed_form:
        return None
    least = float(retrapping_current(loop.junction.damping))
    # A dozen points: the period near the birth of the running state is long to compute, and the curve is nearly straight above it.
    fine = np.linspace(1.02 * least, max(fine[-1], 1.05 * least), 12)
    value = np.asarray(running_voltage(fine, loop.junction.damping))
    return np.append(least, fine), np.append(0.0, value), "running, without noise"


def _jumps(axes: Axes, loop: Any, ampere: float) -> None:
    """Histograms of the currents at which single junctions switched and retrapped."""
    for name, values, colour in (("switching", loop.switching, CYCLE[0]), ("retrapping", loop.retrapping, CYCLE[1])):
        known = ampere * values[np.isfinite(values)]
        if known.size > 1:
            axes.hist(known, bins=20, orientation="horizontal", color=colour, alpha=0.6, label=name)
        elif known.size:
            axes.axhline(known[0], color=colour, label=name)
    finish(axes, "junctions", "")


def draw_switching(found: Any) -> Figure:
    """The histogram of switching currents over the law, and the escape rate recovered from it over that behind the law."""
    figure = new_figure(7.0, 3.4)
    left, right = figure.subplots(1, 2)
    ampere, current = bias_axis(found.junction, found.currents)
    scales, law = found.junction.scales, found.law
    hertz, rate_name = (
        (1.0, frequency_unit(found.junction.damping)) if scales is None else (1 / scales.time_unit, "1/s")
    )
    count = found.currents.size
    words = f"{count} ramps, followed" if found.method == "simulation" else f"{count} ramps, drawn from the law"
    left.hist(ampere * found.currents, bins=40, density=True, color=CYCLE[0], alpha=0.5, label=words)
    left.plot(
        ampere * law.bias,
        law.density / ampere,
        label="integrated rate" + ("" if found.is_slow else ":\ntoo fast a ramp for it"),
        **EXACT,
    )
    spread = found.currents.std()
    left.set_xlim(ampere * (found.currents.min() - spread), ampere * (found.currents.max() + spread))
    if scales is None:
        finish(left, "switching current / $I_c$", "density")
    else:
        unit = current[current.index("(") + 1 : -1]
        finish(left, f"switching current ({unit})", f"density (1/{unit})")
    rates = found.rates(16)
    some = (rates.switched > 0) & np.isfinite(rates.rate)
    x, y, top = ampere * rates.bias[some], hertz * rates.rate[some], hertz * rates.high[some]
    sides = (y - hertz * rates.low[some], np.where(np.isfinite(top), top, y) - y)
    right.errorbar(x, y, yerr=sides, fmt="o", ms=3.5, capsize=2, color=CYCLE[0], label="from the histogram, 95 %")
    # No rate where the barrier is below D, and none to be read where hardly a ramp is left.
    highest = min(rates.bias[-1], 1 - 0.66 * found.junction.noise ** (2 / 3))
    read = (law.bias >= rates.bias[0]) & (law.bias <= highest) & (law.survival > 1e-6)
    known = hertz * found.rate * law.density[read] / law.survival[read]
    right.plot(ampere * law.bias[read], known, label=found.source, **EXACT)
    right.set_yscale("log")
    finish(right, current, f"escape rate ({rate_name})")
    return figure


def draw_density(found: Any) -> Figure:
    """The histogram of the phase over the Fokker–Planck density."""
    figure = new_figure(5.4, 3.2)
    axes = figure.add_subplot()
    seen = "in doubt: began at rest, and too short for passage to running" if found.doubt else "simulated"
    axes.stairs(found.density, found.edges, fill=True, color=CYCLE[0], alpha=0.4, label=seen)
    axes.plot((found.edges[1:] + found.edges[:-1]) / 2, found.exact, label="exact: Fokker–Planck", **EXACT)
    axes.set_title(
        f"i = {found.bias:g}: ⟨cos φ⟩ = {found.cosine:.4f} ± {found.cosine_error:.4f}, exact {found.exact_cosine:.4f}"
    )
    axes.set_ylim(bottom=0)
    finish(axes, "phase φ", "density")
    return figure


def draw_spectrum(found: Any) -> Figure:
    """The power spectrum over the exact one, or, where there is none, over the Lorentzian of the measured width; in hertz from SI units."""
    figure = new_figure(5.4, 3.2)
    axes = figure.add_subplot()
    # As far as there is power: a millionth of the largest is the taper's.
    seen = found.power > 1e-6 * found.power.max()
    near = slice(None, int(np.flatnonzero(seen)[-1]) + 1)
    hertz, unit, name = 1.0, frequency_unit(found.junction.damping), "frequency ω"
    if found.junction.scales is not None:
        top = found.frequency[near][-1] / (2 * np.pi * found.junction.scales.time_unit)
        size, prefix = display.engineering(top)
        hertz, unit, name = top / found.frequency[near][-1] / size, f"{prefix}Hz", "frequency"
    # A power per radian becomes one per hertz: 2π of the former in one of the latter.
    share = 1.0 if found.junction.scales is None else 1 / (2 * np.pi * hertz)
    x, w = hertz * found.frequency[near], hertz * found.half_width
    axes.plot(x, share * found.power[near], color=CYCLE[0], lw=0.8, label="simulated")
    if found.exact is not None:
        axes.plot(x, share * found.exact[near], label="exact: Fokker–Planck", **EXACT)
    else:
        line = share * found.power.max() * w**2 / ((x - hertz * found.centre) ** 2 + w**2)
        axes.plot(x, line, label=f"Lorentzian, half-width {w:.3g}", **EXACT)
    axes.set_yscale("log")
    title = f"i = {found.bias:g}: half-width {display.uncertain(w, hertz * found.half_width_error)}"
    if found.exact_half_width is not None:
        title += f", exact {hertz * found.exact_half_width:.4g}"
    axes.set_title(f"{title} {unit}")
    finish(axes, f"{name} ({unit})", f"power of cos φ (1/{unit})")
    return figure


def draw_map(found: Any) -> Figure:
    """Turns a period of the drive over amplitude and bias."""
    figure = new_figure(5.6, 4.2)
    axes = figure.add_subplot()
    ampere, current = bias_axis(found.junction, np.append(found.bias, found.amplitude))
    if found.junction.drive is not None:
        axes.set_title(f"W = {found.drive_words.replace('ω_p', '$ω_p$').replace('ω_c', '$ω_c$')}")
    volts, is_reduced = r"$V\,/\,(\hbar W/2e)$", found.junction.scales is None
    strength = "drive amplitude / $I_c$" if is_reduced else f"drive amplitude ({current[9:-1]})"
    x, y = ampere * found.amplitude, ampere * found.bias
    if 1 in found.turns.shape:
        _draw_cut(axes, found, x, y)
        finish(axes, *((volts, current) if x.size == 1 else (strength, volts)))
        return figure
    image = axes.pcolormesh(x, y, found.turns, cmap="cividis", rasterized=True)
    figure.colorbar(image, label=volts)
    axes.set_xlabel(strength)
    axes.set_ylabel(current)
    return figure


def _draw_cut(axes: Axes, found: Any, amplitude: np.ndarray, bias: np.ndarray) -> None:
    """A map of one amplitude as an I–V curve, of one bias as the voltage over the amplitude; without noise the bars are one turn over all periods."""
    turns, error = found.turns.ravel(), found.error.ravel()
    look: dict[str, Any] = {"color": CYCLE[0], "lw": 1.0, "marker": "o" if turns.size < FEW else ""}
    words = "± 2 standard errors" if found.junction.noise else "± one turn over the periods counted"
    bars: dict[str, Any] = {"elinewidth": 0.8, "capsize": 2 if turns.size < FEW else 0, "ms": 3.5, "label": words}
    share = 2 if found.junction.noise else 1
    if amplitude.size == 1:
        axes.errorbar(turns, bias, xerr=share * error, **look, **bars)
    else:
        axes.errorbar(amplitude, turns, yerr=share * error, **look, **bars)


def draw_averages(found: Any) -> Figure:
    """Each average over the bias, over its exact curve."""
    names = list(found.columns)
    ampere, current = bias_axis(found.junction, found.bias)
    figure = new_figure(3.2 * ((len(names) + 1) // 2), 5.4)
    for axes, name in zip(figure.subplots(2, (len(names) + 1) // 2).ravel(), names, strict=False):
        value, error, exact = found.columns[name]
        for mask, look, words in (
            (~found.doubtful, _SOUND, "simulated"),
            (found.doubtful, _DOUBTED, "in doubt: began at rest"),
        ):
            if mask.any():
                at, bars = ampere * found.bias[mask], 2 * error[mask]
                axes.errorbar(at, value[mask], yerr=bars, **(look | {"label": words}))
        if np.isfinite(exact).any():
            is_line = found.bias.size >= FEW or ("balance" in name and found.bias.size > 1)
            few = {} if is_line else {"ls": "", "marker": "x", "ms": 5}
            axes.plot(ampere * found.bias, exact, label="exact", **(EXACT | few))
        finish(axes, current, _AVERAGES.get(name, name).format(frequency_unit(found.junction.damping)))
    for spare in figure.axes[len(names) :]:
        spare.remove()
    return figure


_AVERAGES = {
    "voltage": VOLTAGE,
    "sine": "⟨sin φ⟩",
    "cosine": "⟨cos φ⟩",
    "square velocity": r"⟨φ′²⟩ ({}²)",
    "entropy production": r"entropy production ($k_B$ {})",
    "current balance": "current balance ($I_c$)",
    "power balance": r"power balance",
}
