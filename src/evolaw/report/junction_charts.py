"""Figures of junctions: measured points with their errors over the exact curve."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from evolaw.report.styles import CYCLE, legend_above, new_figure

__all__ = [
    "draw_array",
    "draw_array_sweep",
    "draw_averages",
    "draw_curve",
    "draw_density",
    "draw_fit",
    "draw_hysteresis",
    "draw_map",
    "draw_spectrum",
    "draw_switching",
]

_FEW = 25
_EXACT: dict[str, Any] = {"color": CYCLE[1], "lw": 1.5, "ls": (0, (4, 3)), "zorder": 3}
_SOUND: dict[str, Any] = {
    "fmt": "o",
    "ms": 3.5,
    "color": CYCLE[0],
    "capsize": 2,
    "label": "simulated, ± 2 standard errors",
}
_DOUBTED = _SOUND | {"mfc": "white", "label": "in doubt: began at rest, and too short for passage to running"}
_AXES = {
    "I–V curve": (r"$V\,/\,(I_c R)$", r"$I\,/\,I_c$"),
    "escape rate": (r"$I\,/\,I_c$", "escape rate"),
    "phase diffusion": (r"$I\,/\,I_c$", r"$D_{\mathrm{eff}}$ = half-width of the line"),
    "passage time": (r"$I\,/\,I_c$", "passage time"),
}


def draw_curve(curve: Any) -> Figure:
    """Points with two standard errors over the exact curve; an I–V curve has the voltage to the right and the current upwards."""
    figure = new_figure(5.4, 3.6)
    axes = figure.add_subplot()
    right, upwards = _AXES.get(curve.name, (curve.label, curve.name))
    turned = curve.name == "I–V curve"
    if not turned and curve.name in _AXES:
        upwards = f"{upwards} ({'1/' * (curve.name == 'passage time')}{_unit(curve.junction.damping)})"
    masked = np.zeros(curve.value.size, bool) if curve.doubtful is None else curve.doubtful
    for mask, look in ((~masked, _SOUND), (masked, _DOUBTED)):
        if not mask.any():
            continue
        value, error, at = curve.value[mask], 2 * curve.error[mask], curve.abscissa[mask]
        if turned:
            axes.errorbar(value, at, xerr=error, **look)
        else:
            axes.errorbar(at, value, yerr=error, **look)
    if turned and curve.junction.damping is None and curve.junction.has_closed_form and curve.exact is not None:
        from evolaw.josephson.formulas import mean_voltage

        fine = np.linspace(curve.abscissa[0], curve.abscissa[-1], 200)
        axes.plot(mean_voltage(fine, curve.junction.noise), fine, label=f"exact: {curve.source}", **_EXACT)
    elif curve.name == "phase diffusion" and curve.junction.damping is None and curve.exact is not None:
        from evolaw.josephson.formulas import effective_diffusion

        fine = np.linspace(curve.abscissa[0], curve.abscissa[-1], 150)
        axes.plot(fine, effective_diffusion(fine, curve.junction.noise), label=f"exact: {curve.source}", **_EXACT)
    elif curve.exact is not None:
        # A point that is out of reach breaks the line: nothing is known there. Of few points only the crosses are exact.
        pair = (curve.exact, curve.abscissa)
        axes.plot(
            *(pair if turned else pair[::-1]),
            marker="x" if curve.value.size < _FEW else "",
            ms=5,
            label=f"known: {curve.source}" if curve.name == "escape rate" else f"exact: {curve.source}",
            **_EXACT,
        )
    if curve.name == "escape rate":
        axes.set_yscale("log")
    _finish(axes, right, upwards)
    return figure


def draw_hysteresis(loop: Any) -> Figure:
    """Both branches in the plane of voltage and current, and where single junctions switched and retrapped."""
    figure = new_figure(6.8, 3.6)
    left, right = figure.subplots(1, 2, width_ratios=[1.7, 1])
    for name, v, e, colour in (
        ("up", loop.up, loop.up_error, CYCLE[0]),
        ("down", loop.down, loop.down_error, CYCLE[1]),
    ):
        left.plot(v, loop.bias, color=colour, label=f"bias {name}")
        words = "± 2 standard errors" if name == "up" and np.any(e) else None
        left.fill_betweenx(loop.bias, v - 2 * e, v + 2 * e, color=colour, alpha=0.25, lw=0, label=words)
    left.set_title(f"di/dt = {loop.rate:g}: {loop.orientation}")
    _finish(left, r"$V\,/\,(I_c R)$", r"$I\,/\,I_c$")
    for name, values, colour in (("switching", loop.switching, CYCLE[0]), ("retrapping", loop.retrapping, CYCLE[1])):
        known = values[np.isfinite(values)]
        if known.size > 1:
            right.hist(known, bins=20, orientation="horizontal", color=colour, alpha=0.6, label=name)
        elif known.size:
            right.axhline(known[0], color=colour, label=name)
    right.set_ylim(left.get_ylim())
    _finish(right, "junctions", "")
    return figure


def draw_switching(found: Any) -> Figure:
    """The histogram of switching currents over the law, and the escape rate recovered from it over that behind the law."""
    figure = new_figure(7.0, 3.4)
    left, right = figure.subplots(1, 2)
    count = found.currents.size
    words = f"{count} ramps, followed" if found.method == "simulation" else f"{count} ramps, drawn from the law"
    left.hist(found.currents, bins=40, density=True, color=CYCLE[0], alpha=0.5, label=words)
    left.plot(
        found.law.bias,
        found.law.density,
        label="integrated rate" + ("" if found.is_slow else ":\ntoo fast a ramp for it"),
        **_EXACT,
    )
    spread = found.currents.std()
    left.set_xlim(found.currents.min() - spread, found.currents.max() + spread)
    _finish(left, "switching current / $I_c$", "density")
    rates = found.rates(16)
    some = (rates.switched > 0) & np.isfinite(rates.rate)
    x, y, top = rates.bias[some], rates.rate[some], rates.high[some]
    sides = (y - rates.low[some], np.where(np.isfinite(top), top, y) - y)
    right.errorbar(x, y, yerr=sides, fmt="o", ms=3.5, capsize=2, color=CYCLE[0], label="from the histogram, 95 %")
    law = found.law
    # No rate where the barrier is below D, and none to be read where hardly a ramp is left.
    highest = min(rates.bias[-1], 1 - 0.66 * found.junction.noise ** (2 / 3))
    read = (law.bias >= rates.bias[0]) & (law.bias <= highest) & (law.survival > 1e-6)
    right.plot(law.bias[read], found.rate * law.density[read] / law.survival[read], label=found.source, **_EXACT)
    right.set_yscale("log")
    _finish(right, r"$I\,/\,I_c$", f"escape rate ({_unit(found.junction.damping)})")
    return figure


def draw_density(found: Any) -> Figure:
    """The histogram of the phase over the Fokker–Planck density."""
    figure = new_figure(5.4, 3.2)
    axes = figure.add_subplot()
    seen = "in doubt: began at rest, and too short for passage to running" if found.doubt else "simulated"
    axes.stairs(found.density, found.edges, fill=True, color=CYCLE[0], alpha=0.4, label=seen)
    axes.plot((found.edges[1:] + found.edges[:-1]) / 2, found.exact, label="exact: Fokker–Planck", **_EXACT)
    axes.set_title(
        f"i = {found.bias:g}: ⟨cos φ⟩ = {found.cosine:.4f} ± {found.cosine_error:.4f}, exact {found.exact_cosine:.4f}"
    )
    axes.set_ylim(bottom=0)
    _finish(axes, "phase φ", "density")
    return figure


def draw_spectrum(found: Any) -> Figure:
    """The power spectrum over the exact one, or, where there is none, over the Lorentzian of the measured width."""
    figure = new_figure(5.4, 3.2)
    axes = figure.add_subplot()
    # As far as there is power: a millionth of the largest is the taper's.
    seen = found.power > 1e-6 * found.power.max()
    near = slice(None, int(np.flatnonzero(seen)[-1]) + 1)
    x, w = found.frequency[near], found.half_width
    axes.plot(x, found.power[near], color=CYCLE[0], lw=0.8, label="simulated")
    if found.exact is not None:
        axes.plot(x, found.exact[near], label="exact: Fokker–Planck", **_EXACT)
    else:
        top = found.power.max() * w**2
        axes.plot(x, top / ((x - found.centre) ** 2 + w**2), label=f"Lorentzian, half-width {w:.3g}", **_EXACT)
    axes.set_yscale("log")
    title = f"i = {found.bias:g}: half-width {w:.3g} ± {found.half_width_error:.1g}"
    if found.exact_half_width is not None:
        title = (
            f"i = {found.bias:g}: half-width {w:.3g} ± {found.half_width_error:.1g}, exact {found.exact_half_width:.3g}"
        )
    axes.set_title(title)
    unit = _unit(found.junction.damping)
    _finish(axes, f"frequency ω ({unit})", f"power of cos φ (1/{unit})")
    return figure


def draw_map(found: Any) -> Figure:
    """Turns a period of the drive over amplitude and bias."""
    figure = new_figure(5.6, 4.2)
    axes = figure.add_subplot()
    if found.turns.shape[1] == 1:
        axes.plot(found.turns[:, 0], found.bias, color=CYCLE[0])
        _finish(axes, r"$V\,/\,(\hbar W/2e)$", r"$I\,/\,I_c$")
        return figure
    image = axes.pcolormesh(found.amplitude, found.bias, found.turns, cmap="cividis", rasterized=True)
    figure.colorbar(image, label=r"$V\,/\,(\hbar W/2e)$")
    axes.set_xlabel("drive amplitude / $I_c$")
    axes.set_ylabel(r"$I\,/\,I_c$")
    return figure


def draw_array(found: Any) -> Figure:
    """The order parameter of an array over time."""
    figure = new_figure(5.4, 3.0)
    axes = figure.add_subplot()
    count = found.phase.shape[0]
    axes.plot(found.times, found.order, color=CYCLE[0], label="mean over the arrays" if count > 1 else None)
    if count > 1:
        low, high = (np.clip(found.order + k * found.order_error, 0, 1) for k in (-2, 2))
        axes.fill_between(found.times, low, high, alpha=0.25, lw=0, color=CYCLE[0], label="± 2 standard errors")
    axes.set_ylim(0, 1.05)
    unit = _unit(found.law.params.get("friction"))
    _finish(axes, f"time (1/{unit})", r"order parameter $|\langle e^{i\varphi}\rangle|$")
    return figure


def draw_array_sweep(found: Any) -> Figure:
    """What was measured of an array over the temperatures, or over the biases where these were varied; one line a value of the other."""
    names = (
        ["helicity", "vortices", "energy"]
        if "helicity" in found.plane and not np.any(found.bias)
        else ["voltage", "order"]
    )
    over_bias = np.unique(found.bias).size > 1
    x, other = (found.bias, found.noise) if over_bias else (found.noise, found.bias)
    figure = new_figure(3.4 * len(names), 3.2)
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(names))), names, strict=True):
        value, error = found.column(name)
        for k, fixed in enumerate(np.unique(other)):
            here = other == fixed
            words = f"{'D' if over_bias else 'i'} = {fixed:g}"
            axes.errorbar(
                x[here],
                value[here],
                yerr=2 * error[here],
                fmt="o-",
                ms=3.5,
                capsize=2,
                color=CYCLE[k % len(CYCLE)],
                label=words,
            )
        if name == "helicity":
            line = np.linspace(0, x.max(), 50)
            axes.plot(line, 2 * line / np.pi, label=r"$2D/\pi$, the jump", **_EXACT)
            axes.set_ylim(-0.05, 1.05)
        _finish(axes, r"$I\,/\,I_c$" if over_bias else r"$D = k_B T\,/\,E_J$", _NAMES[name])
    return figure


def draw_averages(found: Any) -> Figure:
    """Each average over the bias, over its exact curve."""
    names = list(found.columns)
    figure = new_figure(3.2 * ((len(names) + 1) // 2), 5.4)
    for axes, name in zip(figure.subplots(2, (len(names) + 1) // 2).ravel(), names, strict=False):
        value, error, exact = found.columns[name]
        for mask, look, words in (
            (~found.doubtful, _SOUND, "simulated"),
            (found.doubtful, _DOUBTED, "in doubt: began at rest"),
        ):
            if mask.any():
                axes.errorbar(found.bias[mask], value[mask], yerr=2 * error[mask], **(look | {"label": words}))
        if np.isfinite(exact).any():
            axes.plot(found.bias, exact, label="exact", **_EXACT)
        _finish(axes, r"$I\,/\,I_c$", name)
    for spare in figure.axes[len(names) :]:
        spare.remove()
    return figure


_NAMES = {
    "helicity": "helicity modulus Υ",
    "vortices": "vortices per plaquette",
    "energy": "energy per bond / $E_J$",
    "voltage": r"$V\,/\,(I_c R)$",
    "order": "order parameter",
}
_PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: ""}


def draw_fit(fit: Any) -> Figure:
    """The data with the fitted curve, and the residuals in standard errors below."""
    figure = new_figure(5.8, 4.6)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    order = np.argsort(fit.x)
    top.errorbar(fit.x, fit.measured, yerr=2 * fit.error, fmt="o", ms=3, color=CYCLE[0], label="measured")
    top.plot(fit.x[order], fit.fitted[order], label="fitted", **_EXACT)
    if fit.kind == "rates":
        top.set_yscale("log")
    _finish(top, "", "")
    _in_units(top.yaxis, fit.labels[1], fit.measured)
    bottom.axhline(0, color="#8a8f99", lw=0.8)
    bottom.plot(fit.x, (fit.measured - fit.fitted) / fit.error, "o", ms=3, color=CYCLE[0])
    _in_units(bottom.xaxis, fit.labels[0], fit.x)
    bottom.set_ylabel("residual / error")
    return figure


def _unit(damping: Any) -> str:
    """The unit of frequencies: the plasma frequency, or without capacitance the characteristic one."""
    return r"$\omega_c$" if damping is None else r"$\omega_p$"


def _in_units(axis: Axis, label: str, values: Any) -> None:
    """Label an axis, its numbers in a readable part of their unit: "current (A)" becomes "current (µA)", and 1e-6 becomes 1."""
    named = re.fullmatch(r"(.*) \(([AV])\)", label)
    power = 3 * int(np.floor(np.log10(np.max(np.abs(values)) or 1.0) / 3)) if named else 0
    if named is None or power not in _PREFIXES:
        axis.set_label_text(label)
        return
    axis.set_label_text(f"{named[1]} ({_PREFIXES[power]}{named[2]})")
    axis.set_major_formatter(lambda value, _: f"{value / 10.0**power:g}".replace("-", "−"))


def _finish(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if axes.get_legend_handles_labels()[1]:
        legend_above(axes, 1)
