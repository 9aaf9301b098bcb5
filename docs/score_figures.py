"""Draw the two figures of score.md: ``python docs/score_figures.py``; closed forms and one small run, a few seconds.

`score_names.png`: the variance of x(t) under VE, VP and sub-VP for data of variance 0.3, 1 and 4. `score_flow.png`: the same mixture carried
back to the data by the probability-flow ODE and by the reverse SDE, from the same states at T.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from evolaw import score, sde

FOLDER = Path(__file__).parent


def names() -> None:
    """The variances that give the equations their names."""
    t = np.linspace(0, 1, 400)
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.0), layout="constrained")
    noisings = (
        ("VE explodes", score.VE(0.01, 5.0)),
        ("VP preserves", score.VP()),
        ("sub-VP stays below VP", score.SubVP()),
    )
    for axis, (title, noising) in zip(axes, noisings, strict=True):
        for start, colour in ((0.3, "#0072b2"), (1.0, "#009e73"), (4.0, "#d55e00")):
            variance = noising.scale(t) ** 2 * start + noising.std(t) ** 2
            axis.plot(t, variance, color=colour, label=f"data variance {start:g}")
            if isinstance(noising, score.SubVP):
                above = score.VP().scale(t) ** 2 * start + score.VP().std(t) ** 2
                axis.plot(t, above, color=colour, lw=0.8, ls=":")
        axis.set(title=title, xlabel="t", ylim=(0, 28) if isinstance(noising, score.VE) else (0, 4.2))
    axes[0].set_ylabel("variance of x(t)")
    axes[1].legend(frameon=False, fontsize=8)
    axes[2].annotate("dotted: VP", (0.55, 2.2), fontsize=8)
    figure.savefig(FOLDER / "score_names.png", dpi=130)


def flow() -> None:
    """Paths of the ODE and of the SDE with equal marginals."""
    target = score.GaussianMixture([[-1.5], [0.5], [2.0]], 0.02, [2, 1, 2])
    noising, count = score.VP(), 30
    both = {
        "probability-flow ODE: one line from each state": score.sample(
            target, noising, score.DPMSolver(), count=count, steps=200, rng=4, keep=201, last="none"
        ),
        "reverse SDE: the same states, other paths": score.sample(
            target, noising, sde.EulerMaruyama(), count=count, steps=1000, rng=4, keep=1001, last="none"
        ),
    }
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.6), sharey=True, layout="constrained")
    times, places = np.linspace(1e-3, 1, 240), np.linspace(-3.2, 3.2, 240)
    density = np.stack([np.exp(target.log_density(places[:, None], t, noising)) for t in times], 1)
    for axis, (title, path) in zip(axes, both.items(), strict=True):
        axis.pcolormesh(times, places, density**0.4, cmap="Greys", shading="auto", rasterized=True)
        axis.plot(path.times, path.values[:, :, 0].T, color="#0072b2", lw=0.6)
        axis.plot(np.full(count, 1.0), path.values[:, 0, 0], "o", color="#d55e00", ms=3)
        axis.set(title=title, xlabel="t (sampling goes from right to left)", xlim=(0, 1.02), ylim=(-3.2, 3.2))
    axes[0].set_ylabel("x")
    figure.savefig(FOLDER / "score_flow.png", dpi=130)


if __name__ == "__main__":
    names()
    flow()
