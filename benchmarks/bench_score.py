"""Sampling and likelihood with an exact score and with a small network, against PyTorch, azula, diffusers and score_sde's own loop.

The interpreter that has the peers is named by the environment variable EVOLAW_PEERS_PYTHON; `peer_score.py` runs in it, right after ours, on
the same machine and the same mixture: 8 components on a circle. Peers draw 100 of the 1000 Euler–Maruyama steps, and their time is
multiplied by 10. The U-Net (24, 48) on 8 x 8 has weights of the same distributions on both sides, the plain network the same weights. Of seconds by the clock and of the processor the second hang less on what else a machine does. Both sides use single precision and the same network weights. What
was drawn is compared in mean and variance before a time is believed.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.measuring import Row, alternate
from evolaw import score, sde
from evolaw.score.exact.carried import carried
from evolaw.score.networks.preconditioning import Preconditioning

COUNT, STEPS, POINTS, REPEATS = 10_000, 1000, 1000, 5
IMAGES = 512
MLP_STEPS, PEER_STEPS = 100, 100
"""Peers make 100 of the 1000 steps, each of which costs the same; their seconds are multiplied by 10."""
VP = score.VP()
_ANGLES = np.arange(8) * np.pi / 4
MIXTURE = score.GaussianMixture(4 * np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1), 0.05)


@carried("weights")
@dataclass(frozen=True, eq=False)
class Network:
    """A 3 x 128 SiLU network on (x, t), for a score."""

    weights: Any
    shape: tuple[int, ...] = (2,)
    batched: bool = True

    def score(self, x: Any, t: Any, noising: Any) -> Any:
        """Return the network's output for states of shape (count, 2)."""
        h = jnp.concatenate([x, jnp.broadcast_to(jnp.asarray(t, x.dtype), (len(x), 1))], 1)
        for weight in self.weights[:-1]:
            h = jax.nn.silu(h @ jnp.asarray(weight, x.dtype))
        return h @ jnp.asarray(self.weights[-1], x.dtype)


def _layers() -> list[np.ndarray]:
    draw = np.random.Generator(np.random.Philox(key=0))
    sizes = [3, 128, 128, 128, 2]
    return [(draw.standard_normal((a, b)) / np.sqrt(a)).astype(np.float32) for a, b in itertools.pairwise(sizes)]


def _ours(layers: list[np.ndarray], points: np.ndarray) -> dict[str, Any]:
    network = Network(tuple(layers))
    field = score.ScoreModel(
        score.UNet((24, 48), embedding=48).draw((8, 8), rng=0),
        Preconditioning(jnp.zeros(()), jnp.float32(1.0)),
        VP,
        (8, 8),
    )

    def drawn(target: Any, scheme: Any, steps: int, **options: Any) -> np.ndarray:
        options = {"count": COUNT, "precision": "float32"} | options
        return score.sample(target, VP, scheme, steps=steps, rng=0, **options).final

    return {
        "em": lambda: drawn(MIXTURE, sde.EulerMaruyama(), STEPS, last="none"),
        "dpm": lambda: drawn(MIXTURE, score.DPMSolver(), 20, last="none"),
        "mlp": lambda: drawn(network, sde.EulerMaruyama(), MLP_STEPS, last="none", prior="plain"),
        "unet": lambda: drawn(field, score.DPMSolver(), 20, last="none", count=IMAGES),
        "nll": lambda: score.log_likelihood(MIXTURE, VP, points).values,
        "nll, float32": lambda: score.log_likelihood(MIXTURE, VP, points, precision="float32").values,
        "nll, 1e-2": lambda: score.log_likelihood(MIXTURE, VP, points, rtol=1e-2, atol=1e-2).values,
    }


def run() -> list[Row]:
    """Time ours, then the peers, and return one row a peer."""
    layers, points = _layers(), MIXTURE.sample(POINTS, rng=3)
    works = _ours(layers, points)
    taken = alternate(works, REPEATS)
    exact = MIXTURE.log_density(points)
    said = {name: work() for name, work in works.items()}
    rows: list[Row] = [
        {
            "work": name,
            "who": "evolaw",
            "seconds": taken[name].clock,
            "of the processor": taken[name].processor,
            "mean": float(said[name].mean()),
            "variance": float(said[name].var()),
            "remark": f"error {float(np.abs(said[name] - exact).mean()):.1e} nats" if name.startswith("nll") else "",
        }
        for name in works
    ]
    flops = 2 * sum(layer.size for layer in layers) * COUNT * MLP_STEPS
    place = next(k for k, row in enumerate(rows) if row["work"] == "mlp")
    rows[place] = rows[place] | {
        "remark": f"{flops / taken['mlp'].clock / 1e9:.0f} GFLOP/s in products, {_ceiling():.0f} in one alone"
    }
    return rows + _peers(layers, points, taken, exact)


def _ceiling() -> float:
    """GFLOP/s of a product of matrices of the network's shape, in one call."""
    a, b = jnp.ones((COUNT, 128), jnp.float32), jnp.ones((128, 128), jnp.float32)
    product = jax.jit(lambda a, b: a @ b)
    taken = alternate({"product": lambda: product(a, b).block_until_ready()}, 20)["product"].clock
    return 2 * COUNT * 128 * 128 / taken / 1e9


def _peers(layers: list[np.ndarray], points: np.ndarray, taken: Any, exact: np.ndarray) -> list[Row]:
    python = os.environ.get("EVOLAW_PEERS_PYTHON")
    if python is None:
        return [{"work": "peers", "remark": "missing: EVOLAW_PEERS_PYTHON names no interpreter"}]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.npz"
        arrays = {f"layer {k}": layer for k, layer in enumerate(layers)}
        for works, steps in (("em dpm nll unet", PEER_STEPS), ("mlp", MLP_STEPS)):
            np.savez(
                path,
                means=MIXTURE.means.astype(np.float32),
                weights=MIXTURE.weights.astype(np.float32),
                variance=0.05,
                count=COUNT,
                steps=steps,
                log_snr_times=score.time_grid(VP, 20, "log_snr"),
                likelihood_points=points.astype(np.float32),
                likelihoods=exact,
                images=IMAGES,
                **arrays,
            )
            command = [python, str(Path(__file__).parent / "peer_score.py"), str(path), "3", works]
            for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
                rows += _row(line.split("\t"), taken)
    return rows


def _row(cells: list[str], taken: Any) -> list[Row]:
    if cells[0] == "versions":
        return [{"work": "versions", "remark": cells[1]}]
    if cells[0] == "failed":
        return [{"work": cells[1], "who": cells[2], "remark": cells[3]}]
    work, who, *times, mean, variance, remark = cells
    seconds, processor = (float(time) * (STEPS / PEER_STEPS if work == "em" else 1) for time in times)
    return [
        {
            "work": work,
            "who": who,
            "seconds": seconds,
            "of the processor": processor,
            "evolaw faster, clock": seconds / taken[work].clock,
            "evolaw faster, processor": processor / taken[work].processor,
            "mean": float(mean),
            "variance": float(variance),
            "remark": remark,
        }
    ]
