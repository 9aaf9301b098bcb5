"""Likelihoods of a network: the probability flow here and by score_sde's method, the same U-Net with the same weights on the same digits.

    python -m benchmarks.bench_score_digits --net unet --steps 2500 --part train --out RUN
    python -m benchmarks.bench_score_likelihood --run RUN/classes --peer PYTHON [--digits 64]

PYTHON is the interpreter of an environment that has torch and SciPy. The peer is score_sde's method rebuilt: SciPy's RK45 on the host with one step for all
digits, the divergence by Rademacher probes through reverse mode; one probe and 1e-5 as published, or others. First both networks are
asked for the same score. Each way is taken twice with other probes: an error is the root mean square of the difference over √2, and the second time is
the one shown. "At equal error" is the time times the square of the error, over ours: the variance of probes falls with their number.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from benchmarks.bench_score_digits import NOISING, data, dequantised
from evolaw import score

PEER = r"""
import json, math, os, sys, time, numpy as np, torch
from torch import nn
from torch.nn.functional import silu
from scipy.integrate import solve_ivp
torch.set_num_threads(min(2, len(os.sched_getaffinity(0)))); torch.manual_seed(0)
given = {k: torch.tensor(v, dtype=torch.float32) for k, v in np.load(sys.argv[1]).items()}
W = lambda name: given["net" + name]
f = torch.tensor(np.geomspace(0.125, 8.0, W(".embedding.label").shape[0] // 2), dtype=torch.float32)

def conv(x, name):
    k = W(name + ".kernel").permute(3, 2, 0, 1).contiguous()
    return nn.functional.conv2d(x, k, W(name + ".bias"), padding=k.shape[-1] // 2)

def normed(x): return x * torch.rsqrt((x * x).mean(1, keepdim=True) + 1e-6)

def block(x, told, name):
    scale, shift = (told @ W(name + ".steer"))[:, :, None, None].chunk(2, 1)
    h = conv(silu(normed(x) * (1 + scale) + shift), name + ".first")
    skip = conv(x, name + ".skip[0]") if "net" + name + ".skip[0].kernel" in given else x
    return skip + conv(silu(normed(h)), name + ".second")

def net(x, label):
    angles = 2 * math.pi * f * label[:, None]
    e = torch.cat([angles.cos(), angles.sin()], 1) @ W(".embedding.label") + W(".embedding.bias") + W(".embedding.told")[-1]
    told = silu(e)
    kept = block(conv(x[:, None], ".entry"), told, ".down[0][0]")
    h = nn.functional.interpolate(block(nn.functional.avg_pool2d(kept, 2), told, ".down[1][0]"), scale_factor=2)
    return conv(silu(normed(block(torch.cat([h, kept], 1), told, ".up[0][0]"))), ".leave")[:, 0]

def score(x, t):
    B = (0.1 * t + 0.5 * 19.9 * t * t).view(-1, 1, 1)
    a, s = torch.exp(-B / 2), torch.sqrt(-torch.expm1(-B))
    sigma, c = s / a, x / a - given["mean"]
    total = sigma**2 + given["spread"] ** 2
    out = net(c * torch.rsqrt(total), torch.log(sigma).view(-1) / 4)
    return (given["spread"] / sigma * torch.rsqrt(total) * out - c / total) / a

x0 = given["states"]; n = len(x0)
def likelihood(probes, tolerance):
    v = [torch.randint_like(x0, 0, 2) * 2 - 1 for _ in range(probes)]
    calls = 0
    def flow(t, y):
        nonlocal calls; calls += 1
        x = torch.tensor(y[: x0.numel()].reshape(x0.shape), dtype=torch.float32).requires_grad_(True)
        beta = 0.1 + 19.9 * t
        drift = -0.5 * beta * x - 0.5 * beta * score(x, torch.full((n,), float(t)))
        slope = torch.zeros(n)
        for k, probe in enumerate(v):
            (pulled,) = torch.autograd.grad((drift * probe).sum(), x, retain_graph=k + 1 < probes)
            slope = slope + (pulled * probe).flatten(1).sum(1) / probes
        return np.concatenate([drift.detach().numpy().ravel(), slope.numpy()])
    start = np.concatenate([x0.numpy().ravel(), np.zeros(n)])
    y = solve_ivp(flow, (1e-5, 1.0), start, rtol=tolerance, atol=tolerance, method="RK45").y[:, -1]
    z = y[: x0.numel()].reshape(n, -1)
    return y[x0.numel():] - (z**2).sum(1) / 2 - z.shape[1] / 2 * math.log(2 * math.pi), calls

print(json.dumps({"score": score(x0[:4], torch.tensor([0.01, 0.1, 0.5, 1.0])).detach().numpy().tolist(), "torch": torch.__version__}))
for probes, tolerance in ((1, 1e-5), (1, 1e-3), (1, 1e-2)):
    both = []
    for _ in range(2):
        began = time.perf_counter(), time.process_time()
        found, calls = likelihood(probes, tolerance)
        taken = time.perf_counter() - began[0], time.process_time() - began[1]
        both.append(found.tolist())
    way = f"score_sde, {probes} probe, {tolerance:g}"
    print(json.dumps({"way": way, "clock": taken[0], "processor": taken[1], "calls": calls, "values": both}), flush=True)
"""


def told(name: str, taken: tuple[float, float], both: Any, calls: float) -> dict[str, Any]:
    one, other = np.asarray(both)
    error = float(np.sqrt(((one - other) ** 2).mean() / 2))
    mean = float(((one + other) / 2).mean())
    row = {"way": name, "clock": taken[0], "processor": taken[1], "error": error, "mean": mean, "calls": calls}
    print(json.dumps(row), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--digits", type=int, default=64)
    given = parser.parse_args()
    model = score.ScoreModel.load(given.run)
    _, held = data()
    states = dequantised(held.values, 1)[: given.digits]

    rows = []
    for tolerance in (1e-3, 1e-2):
        both = []
        for seed in (0, 1):
            began = time.perf_counter(), time.process_time()
            found = score.log_likelihood(
                model,
                NOISING,
                states,
                rng=seed,
                divergence="hutchinson",
                probes=2,
                precision="float32",
                rtol=tolerance,
                atol=tolerance,
            )
            taken = time.perf_counter() - began[0], time.process_time() - began[1]
            both.append(found.values)
        calls = 7 * float(found.steps.mean())
        print(json.dumps({"tolerance's part": float(found.tolerance.mean())}))
        rows.append(told(f"evolaw, 2 probes, {tolerance:g}", taken, both, calls))
    leaves = jax.tree_util.tree_flatten_with_path(model.net)[0]
    arrays = {f"net{jax.tree_util.keystr(place)}": np.asarray(leaf) for place, leaf in leaves if hasattr(leaf, "shape")}
    arrays |= {"mean": np.asarray(model.frame.mean), "spread": np.asarray(model.frame.spread), "states": states}
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "given.npz", **arrays)
        command = [given.peer, "-c", PEER, str(Path(folder) / "given.npz")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    first, *others = (json.loads(line) for line in done.stdout.splitlines())
    same = np.abs(
        np.array(first["score"]) - model.score(states[:4].astype(np.float32), np.array([0.01, 0.1, 0.5, 1.0]))
    )
    print(json.dumps({"largest difference of scores": float(same.max()), "torch": first["torch"]}))
    rows += [told(row["way"], (row["clock"], row["processor"]), row["values"], row["calls"]) for row in others]
    best = min(rows[:2], key=lambda row: row["processor"] * row["error"] ** 2)
    for row in rows:
        ratios = {
            each: row[each] * row["error"] ** 2 / (best[each] * best["error"] ** 2) for each in ("clock", "processor")
        }
        print(json.dumps({"way": row["way"], "times ours at equal error": ratios}))


if __name__ == "__main__":
    main()
