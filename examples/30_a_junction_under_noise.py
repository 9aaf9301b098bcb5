"""What the study of a shunted junction under thermal fluctuations looks at [yuan2025], each picture with the exact curve over the simulated one.

Phase and supercurrent in closed form; the loop of the I–V curve; the running state and its birth; averages against damping and noise; the density of
the Fokker–Planck equation. Writes junction_under_noise.png.
"""

import numpy as np

from evolaw import josephson, sde
from evolaw.josephson import Junction, formulas
from evolaw.report.styles import new_figure, save, style

# 1. Phase and supercurrent: Runge–Kutta on the loop against tan(φ/2).
times = np.linspace(0, 25, 251)
solved = sde.solve(Junction().process(1.1), sde.RungeKutta4(), 0.0, times, dt=0.01, rng=None).values[0, :, 0]
exact_phase = formulas.phase(times, 1.1)

# 2. The sweep up and down at α = 0.3, without and with noise; clockwise with the voltage to the right.
loops = [
    josephson.hysteresis(Junction(damping=0.3, noise=d), 1.2, 2e-3, 0, points=60, paths=n)
    for d, n in ((0, 1), (0.02, 64))
]
retrapping = formulas.retrapping_current(0.3)

# 3. The running state on the cylinder, just above its birth in a homoclinic orbit and far above.
cycles = [formulas.limit_cycle(i, 0.5) for i in (formulas.retrapping_current(0.5) + 1e-5, 0.8, 1.2)]

# 4. Voltage against noise at three dampings: simulated, and from the Fokker–Planck equation.
noises = np.array([0.2, 0.5, 1.0])
sampled = {
    a: [josephson.iv_curve(Junction(damping=a, noise=d), [0.6], 0, paths=512, duration=100) for d in noises]
    for a in (1.0, 3.0)
}

# 5. The density of the phase.
density = josephson.phase_density(Junction(damping=1.0, noise=0.5), 0.6, 0, paths=20_000)

with style():
    figure = new_figure(9.6, 5.6)
    axes = figure.subplots(2, 3).ravel()
    axes[0].plot(times, np.sin(solved), label="solved")
    axes[0].plot(times, np.sin(exact_phase), "--", label="closed form")
    axes[0].set(title="1  supercurrent at i = 1.1", xlabel="t (1/w_c)", ylabel="I_s / I_c")
    for loop, words in zip(loops, ("D = 0", "D = 0.02"), strict=True):
        (line,) = axes[1].plot(loop.up, loop.bias, label=words)
        axes[1].plot(loop.down, loop.bias, color=line.get_color())
    axes[1].axhline(retrapping, color="#555555", ls=":", label="homoclinic i_r")
    axes[1].set(title=f"2  the loop, {loops[0].orientation}", xlabel="V / (I_c R)", ylabel="I / I_c")
    for cycle in cycles:
        axes[2].plot(cycle.phase, cycle.velocity, label=f"period {cycle.period:.1f}")
    axes[2].set(title="3  running states at α = 0.5", xlabel="φ", ylabel="φ'")
    for a, curves in sampled.items():
        v, e = np.array([c.voltage[0] for c in curves]), np.array([c.error[0] for c in curves])
        line = axes[3].errorbar(noises, v, yerr=2 * e, fmt="o", ms=3, label=f"α = {a:g}")
        axes[3].plot(noises, [c.exact[0] for c in curves], "--", color=line[0].get_color())
    axes[3].set(title="4  voltage against noise, i = 0.6", xlabel="D", ylabel="V / (I_c R)")
    axes[4].stairs(density.density, density.edges, fill=True, alpha=0.4, label="simulated")
    axes[4].plot(
        (density.edges[1:] + density.edges[:-1]) / 2, density.exact, "--", color="#D55E00", label="Fokker–Planck"
    )
    axes[4].set(title="5  density of the phase", xlabel="φ", ylabel="density", ylim=(0, None))
    bias = np.linspace(0.05, 1.6, 60)
    for d in (0.02, 0.1, 0.5):
        axes[5].plot(bias, formulas.uncertainty_ratio(bias, d), label=f"D = {d:g}")
    axes[5].set(title="6  uncertainty ratio, no capacitance", xlabel="i", ylabel="D_eff i / (D v)", yscale="log")
    for one in axes:
        one.legend(fontsize=7)
    save(figure, "junction_under_noise.png")

points = [c for curves in sampled.values() for c in curves]
worst = max(abs(c.voltage[0] - c.exact[0]) / c.error[0] for c in points)
print(
    f"phase within {np.abs(solved - exact_phase).max():.1e}; retraps at {loops[0].retrapping[0]:.3f}, homoclinic {retrapping:.3f}"
)
print(
    f"voltages at most {worst:.1f} standard errors from the Fokker–Planck equation; distance of densities {density.distance:.4f}"
)
print(
    np.abs(solved - exact_phase).max() < 1e-7
    and loops[0].area < 0
    and worst < 4
    and density.distance < 2 * density.expected_distance
)
# prints: True
