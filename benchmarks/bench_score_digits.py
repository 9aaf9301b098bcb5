"""Digits: how good a score model of at most 0.3 M parameters and five minutes of training on two cores is, against what must be beaten.

    python -m benchmarks.bench_score_digits [--net mlp|unet] [--out DIR] [--steps N] [--likelihood N] [--part choose|train|judge|baselines|all]

scikit-learn's 1797 digits, four fifths to train on, the rest held out, all of it the same in every run. The number of gradient steps is
chosen on a fifth of the training digits (part ``choose``: trained on the other four fifths, judged on that one), never on held-out ones. Bits per dimension are those of the
held-out digits with uniform noise over their 17 levels: of the model by the probability flow, with Hutchinson probes; of a Gaussian with
full covariance, of a Gaussian mixture and of a kernel density, each with the settings that a fifth of the training data choose. Samples of
each class are judged by a classifier trained on real training digits, and so are the held-out digits: that share is the floor of the errors.
Intervals of shares are Wilson's, 95 %. The U-Net is trained once, with classes; left untold, it is the density of all digits. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity
from sklearn.svm import SVC

from evolaw import score
from evolaw.score.data.pictures import to_levels

LEVELS = 17
NOISING = score.VP()
PLANS: dict[str, tuple[Any, float, tuple[str, ...]]] = {
    "mlp": (score.MLP(width=256, depth=3), 1e-3, ("plain", "classes")),
    "unet": (score.UNet((24, 48), embedding=64), 2e-3, ("classes",)),
}
"""Network, learning rate, and what it is trained as."""


def data() -> tuple[score.Pictures, score.Pictures]:
    return score.digits().split(0.8, rng=0)


def train(net: str, out: Path, steps: int) -> dict[str, Any]:
    """The MLP twice: told the class, for samples, and not, for the density of all digits together. The U-Net once, told."""
    known, _ = data()
    plan, rate, every = PLANS[net]
    found: dict[str, Any] = {"steps": steps, "seconds": 0.0, "processor_seconds": 0.0}
    for name in every:
        began = time.perf_counter(), time.process_time()
        model = score.fit(
            plan,
            known.values,
            NOISING,
            conditions=known.labels if name == "classes" else None,
            levels=2 / LEVELS,
            batch=128,
            schedule=score.pace(steps, rate, weight_decay=0.1),
            rng=0,
            out=out / name,
        )
        found["seconds"] += time.perf_counter() - began[0]
        found["processor_seconds"] += time.process_time() - began[1]
        found["weights"] = sum(int(leaf.size) for leaf in jax.tree.leaves(model.net) if hasattr(leaf, "size"))
    return found


def choose(counts: tuple[int, ...]) -> dict[str, Any]:
    """Bits per dimension of a fifth of the training digits after each number of steps, trained on the others."""
    known, _ = data()
    fitted, chosen = known.split(0.8, rng=1)
    found: dict[str, Any] = {}
    for steps in counts:
        began = time.process_time()
        model = score.fit(
            score.MLP(width=256, depth=3),
            fitted.values,
            NOISING,
            levels=2 / LEVELS,
            batch=128,
            schedule=score.pace(steps, 1e-3, weight_decay=0.1),
            rng=0,
        )
        found[str(steps)] = weighed(model, dequantised(chosen.values, 2), probes=2)
        found[str(steps)]["processor_seconds"] = time.process_time() - began
        print(json.dumps({steps: found[str(steps)]}), flush=True)
    return found


def weighed(model: score.ScoreModel, states: np.ndarray, probes: int) -> dict[str, Any]:
    """Bits per dimension of states, with what one state's own error is."""
    found = score.log_likelihood(
        model, NOISING, states, rng=0, divergence="hutchinson", probes=probes, rtol=1e-3, atol=1e-3, precision="float32"
    )
    return {**bits(found.values), "states": len(states), "error_of_one": float(found.error.mean())}


def dequantised(values: np.ndarray, seed: int) -> np.ndarray:
    return score.dequantised(to_levels(values, LEVELS), LEVELS, rng=seed)


def bits(logs: np.ndarray) -> dict[str, float]:
    found = score.bits_per_dim(logs, 64, LEVELS)
    return {"bits_per_dim": float(found.mean()), "error": float(found.std(ddof=1) / np.sqrt(len(found)))}


def baselines() -> dict[str, Any]:
    """Settings chosen on a fifth of the training data; then fitted to all of them."""
    known, held = data()
    whole, test = (dequantised(part.values, seed).reshape(len(part), 64) for seed, part in ((0, known), (1, held)))
    cut = len(whole) * 4 // 5
    fit, choose = whole[:cut], whole[cut:]
    found = {}
    gaussian = GaussianMixture(1, reg_covar=1e-6).fit(whole)
    found["full-covariance Gaussian"] = bits(gaussian.score_samples(test))
    grid = [(count, kind, reg) for count in (5, 10, 20, 40) for kind in ("full", "diag") for reg in (1e-3, 1e-2, 3e-2)]
    tried = {
        (n, kind, reg): GaussianMixture(n, covariance_type=kind, reg_covar=reg, random_state=0, max_iter=60)
        .fit(fit)
        .score(choose)
        for n, kind, reg in grid
    }
    n, kind, reg = max(tried, key=tried.get)
    best = GaussianMixture(n, covariance_type=kind, reg_covar=reg, random_state=0, n_init=3).fit(whole)
    found["Gaussian mixture"] = {**bits(best.score_samples(test)), "chosen": f"{n} {kind} {reg:g}"}
    widths = {width: KernelDensity(bandwidth=width).fit(fit).score(choose) for width in np.geomspace(0.05, 0.6, 12)}
    width = max(widths, key=widths.get)
    found["kernel density"] = {
        **bits(KernelDensity(bandwidth=width).fit(whole).score_samples(test)),
        "chosen": f"{width:.3g}",
    }
    return found


def share(right: np.ndarray) -> dict[str, Any]:
    """A share with its 95 % interval (Wilson)."""
    n, p, z = len(right), float(np.mean(right)), 1.96
    middle, half = (p + z**2 / (2 * n)), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = ((middle + sign * half) / (1 + z**2 / n) for sign in (-1, 1))
    return {"share": p, "low": float(low), "high": float(high), "of": n}


def judge(net: str, run: Path, weigh: int, guidances: tuple[float, ...]) -> dict[str, Any]:
    known, held = data()
    plain, model = (score.ScoreModel.load(run / name) for name in (PLANS[net][2][0], "classes"))
    found: dict[str, Any] = {}
    classifier = SVC(gamma=0.02, C=10).fit(known.values.reshape(-1, 64), known.labels)
    found["held-out digits recognised"] = share(classifier.predict(held.values.reshape(-1, 64)) == held.labels)
    told = np.repeat(np.arange(10), 100)
    for guidance in guidances:
        began = time.perf_counter()
        drawn = [
            score.sample(
                model.given(digit, guidance),
                NOISING,
                score.DPMSolver(),
                count=100,
                steps=25,
                rng=digit,
                precision="float32",
            ).final
            for digit in range(10)
        ]
        samples = np.concatenate(drawn)
        row = share(classifier.predict(samples.reshape(-1, 64)) == told)
        row["sampling_seconds"] = time.perf_counter() - began
        chosen = np.random.default_rng(0).permutation(len(samples))
        row["likeness"] = score.likeness(samples[chosen], known.values, held.values, rng=0).to_json()
        found[f"samples recognised, guidance {guidance:g}"] = row
        print(json.dumps(found), flush=True)
    if weigh:
        began = time.perf_counter(), time.process_time()
        found["model"] = weighed(plain, dequantised(held.values, 1)[:weigh], probes=8 if net == "mlp" else 2)
        found["model"] |= {
            "seconds": time.perf_counter() - began[0],
            "processor_seconds": time.process_time() - began[1],
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("runs/bench-digits"))
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--net", choices=tuple(PLANS), default="mlp")
    parser.add_argument("--guidance", type=float, nargs="*", default=[0.0])
    parser.add_argument("--likelihood", type=int, default=359)
    parser.add_argument("--part", default="all")
    given = parser.parse_args()
    found: dict[str, Any] = {}
    if given.part in ("all", "choose"):
        found["chosen_on_training_digits"] = choose((3000, 6000, 12_000))
    if given.part in ("all", "train"):
        found["training"] = train(given.net, given.out, given.steps)
        print(json.dumps(found), flush=True)
    if given.part in ("all", "judge"):
        found |= judge(given.net, given.out, given.likelihood, tuple(given.guidance))
    if given.part in ("all", "baselines"):
        found["baselines"] = baselines()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
