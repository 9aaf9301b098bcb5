"""Training steps a second of the same networks, losses and optimisers, here and in PyTorch.

    python -m benchmarks.bench_score_training --peer PYTHON [--rounds 5]

PYTHON is the interpreter of an environment that has torch. Both sides train an MLP 3 x 128 on points of the plane (batch 512) and a U-Net
(24, 48) on 8 x 8 images (batch 128), by denoising score matching on VP with EDM preconditioning, Adam, the gradient cut at norm 1, and an
average of the weights; two threads each, float32, weights from the same distributions. A round runs us, PyTorch in its plain mode and PyTorch compiled
(`torch.compile` of the loss); shown is the median of the rounds with its quartiles, and our ratio to either. Compilation and ten warm-up steps
are not counted. Where there is a card, both sides are on it. The peer's optimiser and average are the fused and the foreach ones.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

WORK = {"mlp": (512, 200), "unet": (128, 60)}
"""Batch, and steps a round."""

PEER = r"""
import json, math, sys, time, torch
from torch import nn
torch.set_num_threads(2); torch.manual_seed(0)
CARD = torch.cuda.is_available()
if CARD: torch.set_default_device("cuda")
kind, batch, steps, mode = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
FREQUENCIES = torch.logspace(math.log10(0.125), math.log10(8.0), 16)

class Embedding(nn.Module):
    def __init__(self, width):
        super().__init__(); self.line = nn.Linear(32, width)
    def forward(self, label):
        angles = 2 * math.pi * FREQUENCIES * label[:, None]
        return self.line(torch.cat([angles.cos(), angles.sin()], 1))

class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.told = nn.Linear(2, 128, bias=False), Embedding(128)
        self.second, self.third, self.last = nn.Linear(128, 128), nn.Linear(128, 128), nn.Linear(128, 2)
    def forward(self, x, label):
        h = nn.functional.silu(self.first(x) + self.told(label))
        h = nn.functional.silu(self.second(h))
        return self.last(nn.functional.silu(self.third(h)))

def normed(x): return x * torch.rsqrt((x * x).mean(1, keepdim=True) + 1e-6)

class Block(nn.Module):
    def __init__(self, before, after, told):
        super().__init__()
        self.first, self.second = nn.Conv2d(before, after, 3, padding=1), nn.Conv2d(after, after, 3, padding=1)
        self.steer = nn.Linear(told, 2 * before, bias=False)
        self.skip = nn.Identity() if before == after else nn.Conv2d(before, after, 1)
    def forward(self, x, told):
        scale, shift = self.steer(told)[:, :, None, None].chunk(2, 1)
        h = self.first(nn.functional.silu(normed(x) * (1 + scale) + shift))
        return self.skip(x) + self.second(nn.functional.silu(normed(h)))

class Unet(nn.Module):
    def __init__(self, a=24, b=48, told=48):
        super().__init__()
        self.told, self.entry = Embedding(told), nn.Conv2d(1, a, 3, padding=1)
        self.one, self.two, self.up = Block(a, a, told), Block(a, b, told), Block(a + b, a, told)
        self.leave = nn.Conv2d(a, 1, 3, padding=1)
    def forward(self, x, label):
        told = nn.functional.silu(self.told(label))
        kept = self.one(self.entry(x[:, None]), told)
        h = self.two(nn.functional.avg_pool2d(kept, 2), told)
        h = nn.functional.interpolate(h, scale_factor=2)
        return self.leave(nn.functional.silu(normed(self.up(torch.cat([h, kept], 1), told))))[:, 0]

net = Mlp() if kind == "mlp" else Unet()
data = torch.randn(2000, *((2,) if kind == "mlp" else (8, 8)))
shape = (-1,) + (1,) * (data.dim() - 1)
average = [p.detach().clone() for p in net.parameters()]
optimiser = torch.optim.Adam(net.parameters(), lr=2e-3, fused=True)
if kind == "unet": net = net.to(memory_format=torch.channels_last)

def loss_of(x0, u, z):
    b = torch.exp(torch.lerp(torch.tensor(-9.1), torch.tensor(10.05), u))  # e^-2λ, even in log-SNR
    sigma = torch.sqrt(b).clamp(0.01, 150.0)
    y = x0 + sigma.view(shape) * z
    total = sigma**2 + 1.0
    out = net(y * torch.rsqrt(total).view(shape), torch.log(sigma) / 4)
    found = y / total.view(shape) + (sigma * torch.rsqrt(total)).view(shape) * out
    weight = total / sigma**2
    return 0.5 * (weight * ((found - x0) ** 2).flatten(1).mean(1)).mean()

if mode == "compile": loss_of = torch.compile(loss_of)

def step():
    rows = torch.randint(0, len(data), (batch,))
    u = (torch.rand(()) + torch.arange(batch)) / batch
    loss = loss_of(data[rows], u, torch.randn(batch, *data.shape[1:]))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0, foreach=True)
    optimiser.step()
    torch._foreach_lerp_(average, [p.detach() for p in net.parameters()], 1e-3)

for _ in range(10): step()
if CARD: torch.cuda.synchronize()
began = time.perf_counter()
for _ in range(steps): step()
if CARD: torch.cuda.synchronize()
weights = sum(p.numel() for p in net.parameters())
print(json.dumps({"rate": steps / (time.perf_counter() - began), "weights": weights, "version": torch.__version__}))
"""


def ours(kind: str, batch: int, steps: int) -> dict:
    import jax
    import jax.numpy as jnp
    import numpy as np

    from evolaw.learning.loop.training import State, fitting_run
    from evolaw.score import MLP, VP, Denoising, UNet, pace
    from evolaw.score.networks.preconditioning import Preconditioning

    shape = (2,) if kind == "mlp" else (8, 8)
    plan = MLP() if kind == "mlp" else UNet((24, 48), embedding=48)
    chance = np.random.default_rng(0)
    data = jnp.asarray(chance.standard_normal((2000, *shape)), jnp.float32)
    net = plan.draw(shape, rng=0)
    frame = Preconditioning(jnp.zeros(shape if kind == "mlp" else ()), jnp.float32(1.0))
    loss = Denoising(data, None, frame, VP())
    state = State.begin(net, pace(steps * 50))
    key = jax.random.key(0)
    run = fitting_run(net, jnp.zeros((1, batch), jnp.int32), loss, key)

    def epoch(carry, first):
        rows = jnp.asarray(chance.integers(0, 2000, (steps, batch)), jnp.int32)
        return run(carry, rows, loss, state.schedule, key, jnp.int32(first))[0]

    carry = jax.block_until_ready(epoch(state.carry, 0))
    began = time.perf_counter()
    jax.block_until_ready(epoch(carry, steps))
    rate = steps / (time.perf_counter() - began)
    weights = sum(leaf.size for leaf in jax.tree.leaves(net) if hasattr(leaf, "size"))
    return {"rate": rate, "weights": int(weights), "version": jax.__version__}


def theirs(python: str, kind: str, batch: int, steps: int, mode: str) -> dict | None:
    given = [python, "-c", PEER, kind, str(batch), str(steps), mode]
    done = subprocess.run(given, capture_output=True, text=True, timeout=240, check=False)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--networks", nargs="+", choices=tuple(WORK), default=list(WORK))
    parser.add_argument("--ours", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ours:
        print(json.dumps(ours(given.ours[0], int(given.ours[1]), int(given.ours[2]))))
        return
    for kind in given.networks:
        batch, steps = WORK[kind]
        own = [sys.executable, "-m", "benchmarks.bench_score_training", "--peer", given.peer, "--ours", kind]
        rates: dict[str, list[float]] = {"evolaw": [], "plain": [], "compile": []}
        for _ in range(given.rounds):
            done = subprocess.run([*own, str(batch), str(steps)], capture_output=True, text=True, check=True)
            mine = json.loads(done.stdout.splitlines()[-1])
            rates["evolaw"].append(mine["rate"])
            for mode in ("plain", "compile"):
                if found := theirs(given.peer, kind, batch, steps, mode):
                    rates[mode].append(found["rate"])
                    other = found
        row = {"network": kind, "batch": batch, "weights": [mine["weights"], other["weights"]]}
        row |= {name: [round(value, 1) for value in quartiles(values)] for name, values in rates.items()}
        ours_at = statistics.median(rates["evolaw"])
        row["ratio"] = {mode: ours_at / statistics.median(rates[mode]) for mode in ("plain", "compile") if rates[mode]}
        row["versions"] = [mine["version"], other["version"]]
        print(json.dumps(row), flush=True)


def quartiles(values: list[float]) -> list[float]:
    """The quartiles of a few values; of one, itself."""
    return statistics.quantiles(values, n=4) if len(values) > 1 else values


if __name__ == "__main__":
    main()
