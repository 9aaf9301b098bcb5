"""Learning: the league, two steps with shared weights, what symmetry buys, baselines on the same data, and speed against PyTorch.

The interpreter that has PyTorch and scikit-learn is named by the environment variable EVOLAW_PEERS_PYTHON.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.measuring import Row
from evolaw import discover
from evolaw.analysis.estimates import wilson
from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule, entries
from evolaw.automata.stepping import windows
from evolaw.discovery.lattices.model.observation import Channel
from evolaw.learning.loop.training import State, run_epoch
from evolaw.learning.windows.architecture_study import run_league
from evolaw.learning.windows.cnn import Cnn, WindowNet, on_boards
from evolaw.learning.windows.datasets import WindowPairs, biased_recording, board_pairs, random_recordings, window_pairs
from evolaw.learning.windows.equivariant import GroupNet, _quotients, symmetries
from evolaw.learning.windows.learned_law import fit
from evolaw.learning.windows.objective import CrossEntropy, Schedule
from evolaw.trajectory import Trajectory

LIFE = Rule("B3/S23")
BOARDS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
SEEDS = 16
Recordings = Trajectory | list[Trajectory]


def run() -> list[Row]:
    return [*league(), *two_steps(), *speed(), *symmetry(), *baselines()]


def league() -> list[Row]:
    """Who finds Life within eight epochs, over 64 seeds."""
    found = run_league(seeds=64, rng=0)
    rows: list[Row] = [
        {
            "what": f"league: {standing.name}",
            "weights": standing.parameters,
            "found Life": f"{standing.successes}/{found.seeds}",
            "95 % interval": "{:.2f} to {:.2f}".format(*standing.rate[1:]),
            "epochs, half": standing.epochs(0.5) or "-",
            "epochs, 95 %": standing.epochs(0.95) or "-",
            "seconds": standing.seconds,
        }
        for standing in found.standings
    ]
    return [*rows, {"what": "league: all trainings", "seconds": found.seconds, "remark": found.epoch}]


def two_steps(seeds: int = 64, draws: int = 4) -> list[Row]:
    """Life from frames two generations apart, weights shared: single draws, and the best of four by training loss."""
    single = best = 0
    begun = time.perf_counter()
    for seed in range(seeds):
        pairs = board_pairs(random_recordings(LIFE, 256, size=16, steps=2, rng=seed), 2)
        nets = [Cnn.random(rng=100 * seed + draw) for draw in range(draws)]
        law = fit(nets, pairs, schedule=Schedule(epochs=16, learning_rate=0.03), rng=seed)
        right = [law.rule(member) == LIFE for member in range(draws)]
        single += sum(right)
        best += right[int(np.argmin([records[-1].loss for records in law.history]))]
    seconds = time.perf_counter() - begun
    return [
        {
            "what": f"two steps, default net: {name}",
            "found Life": f"{count}/{total}",
            "95 % interval": "{:.2f} to {:.2f}".format(*wilson(count, total)),
            "seconds": seconds,
        }
        for name, count, total in (
            ("one draw", single, seeds * draws),
            (f"best of {draws} by training loss", best, seeds),
        )
    ]


# -- what symmetry buys -----------------------------------------------------------------------------------------------


def symmetry(kinds: Sequence[tuple[str, Rule, Callable[..., Recordings]]] | None = None) -> list[Row]:
    """Boards needed for 0 wrong windows, by learner, on dense and on biased recordings."""
    rows: list[Row] = []
    for kind, law, record in kinds or KINDS:
        tables = [cumulative(window_pairs(record(law, seed))) for seed in range(SEEDS)]
        visits = np.stack(tables)  # (seeds, numbers of boards, 512)
        pooled = np.stack([visits[..., turn] for turn in window_turns()]).sum(0)
        wrong = {
            "plain CNN": wrong_windows(law, visits, plain_net),
            "augmented CNN": wrong_windows(law, pooled, plain_net),
            "D4 net": wrong_windows(law, visits, symmetric_net),
            "table, 512 windows": (visits == 0).sum(-1),
            "table, 102 orbits": (pooled == 0).sum(-1),
        }
        for name, table in wrong.items():
            needed = boards_needed(table)
            predicted = {"table, 512 windows": 512, "table, 102 orbits": 102}.get(name)
            rows.append(
                {
                    "what": f"{name}: {kind}",
                    **needed,
                    "predicted": predicted_boards(predicted, cells=64 if record is small else 1024)
                    if predicted and record is not biased
                    else "",
                }
            )
    return rows


def plain_net(seed: int) -> WindowNet:
    return Cnn.random(rng=seed)


def symmetric_net(seed: int) -> WindowNet:
    return GroupNet.random(rng=seed)


def dense(law: Rule, seed: int) -> Trajectory:
    return random_recordings(law, max(BOARDS), size=32, density=0.38, rng=seed)


def small(law: Rule, seed: int) -> Trajectory:
    return random_recordings(law, max(BOARDS), size=8, density=0.38, rng=seed)


def biased(law: Rule, seed: int) -> list[Trajectory]:
    return [biased_recording(law, size=32, density=0.15, steps=20, rng=1000 * seed + k) for k in range(max(BOARDS))]


def random_isotropic() -> Rule:
    chance, table = np.random.default_rng(2), np.zeros(512, np.uint8)
    for part in entries("isotropic").values():
        table[part] = chance.integers(2)
    return Rule.from_table(table)


KINDS = (
    ("Life, dense, 8 x 8, density 0.38, 1 step", LIFE, small),
    ("Life, dense, 32 x 32, density 0.38, 1 step", LIFE, dense),
    ("Life, biased, 32 x 32, density 0.15, 20 steps", LIFE, biased),
    ("a random isotropic law, dense, 32 x 32, density 0.38, 1 step", random_isotropic(), dense),
)


def cumulative(pairs: WindowPairs) -> np.ndarray:
    """Visits by the first so many boards, shape (len(BOARDS), 512)."""
    return np.stack([pairs.visits[pairs.boards < boards].sum(0) for boards in BOARDS])


def window_turns() -> np.ndarray:
    """For every element of D4 the window that each window turns into, shape (8, 512)."""
    bits = 1 << np.arange(8, -1, -1)
    cells = (np.arange(512)[:, None] & bits) > 0
    return np.stack([cells[:, turn] @ bits for turn in symmetries("D4")])


def wrong_windows(law: Rule, visits: np.ndarray, draw: Callable[[int], WindowNet], epochs: int = 250) -> np.ndarray:
    """Train on every recording at once, every window it shows counting alike; wrong windows, shape (seeds, numbers)."""
    seeds, numbers, _ = visits.shape
    schedule = Schedule(epochs=epochs, batches=1)
    seen = jnp.asarray((visits > 0).reshape(-1, 1, 512), jnp.float32)
    births = seen * jnp.asarray(law.table, jnp.float32)
    states = [State.begin(draw(seed), schedule) for seed in range(seeds) for _ in range(numbers)]
    carry = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[state.carry for state in states])

    @eqx.filter_jit
    def epoch(carry, batches):
        return eqx.filter_vmap(lambda mine, dealt: run_epoch(mine, dealt, CrossEntropy(), schedule)[0])(carry, batches)

    for _ in range(epochs):
        carry = epoch(carry, (seen, births))
    alive = eqx.filter_jit(eqx.filter_vmap(lambda net: net.window_logits() > 0))(carry[0])
    return (np.asarray(alive) != (law.table == 1)).sum(-1).reshape(seeds, numbers)


def boards_needed(wrong: np.ndarray) -> Row:
    """Smallest number of boards from which on nothing is wrong: median over seeds with a 95 % interval by order statistics."""
    first = []
    for row in wrong:
        faulty = np.flatnonzero(row)
        last = int(faulty[-1]) if faulty.size else -1
        first.append(BOARDS[last + 1] if last + 1 < len(BOARDS) else np.inf)
    ordered = np.sort(first)
    half = 0.98 * np.sqrt(len(ordered))  # 1.96 standard deviations of a binomial count with p = 1/2
    low, high = (int(np.clip(round(len(ordered) / 2 + side * half), 0, len(ordered) - 1)) for side in (-1, 1))
    middle, ends = float(ordered[(len(ordered) - 1) // 2]), (ordered[low], ordered[high])
    shown = [f"> {max(BOARDS)}" if np.isinf(value) else f"{value:.0f}" for value in (middle, *ends)]
    return {
        "boards needed, median": shown[0],
        "its 95 % interval": f"{shown[1]} to {shown[2]}",
        "seeds that need more": f"{int(np.isinf(ordered).sum())}/{len(ordered)}",
    }


def predicted_boards(classes: int, density: float = 0.38, cells: int = 1024) -> str:
    """Boards at which 1/2 class is still unseen on average, cells taken as independent: sum (1 - P)^N = 1/2."""
    alive = np.bitwise_count(np.arange(512))
    chance = density**alive * (1 - density) ** (9 - alive)
    if classes == 102:
        chance = np.array([chance[part].sum() for part in entries("isotropic").values()])
    low, high = 1.0, 1e9
    while high / low > 1.001:
        middle = np.sqrt(low * high)
        low, high = (middle, high) if ((1 - chance) ** middle).sum() > 0.5 else (low, middle)
    return f"{high / cells:.1f}"


# -- baselines --------------------------------------------------------------------------------------------------------


def baselines() -> list[Row]:
    """Wrong windows of 512 on the same recordings, mean over 4 of each; 0 is the law itself."""
    rows: list[Row] = []
    for kind, record in (
        ("1 board 64 x 64, density 0.38, 10 steps", lambda seed: film(64, 0.38, 10, 0.0, seed)),
        ("1 board 64 x 64, density 0.10, 20 steps", lambda seed: film(64, 0.10, 20, 0.0, seed)),
        ("same, 2 % of cells misread", lambda seed: film(64, 0.38, 10, 0.02, seed)),
    ):
        recordings = [record(seed) for seed in range(4)]
        pairs = [window_pairs(recording) for recording in recordings]
        visits, births = (np.stack([getattr(p, name).sum(0) for p in pairs]) for name in ("visits", "births"))
        noisy = "misread" in kind
        answers = {
            "table, 512 windows": births * 2 > visits,
            "table, 102 orbits": orbit_table(visits, births),
            "CNN": learned(pairs, plain_net, noisy),
            "D4 net": learned(pairs, symmetric_net, noisy),
            **(denoised(recordings) if noisy else {}),
            **regressions(visits, births),
        }
        for name, alive in answers.items():
            wrong = (alive != (LIFE.table == 1)).sum(-1)
            seen = visits > 0
            rows.append(
                {
                    "what": f"{name}: {kind}",
                    "wrong windows of 512": float(wrong.mean()),
                    "of them seen": float(((alive != (LIFE.table == 1)) & seen).sum(-1).mean()),
                    "recordings with none wrong": f"{int((wrong == 0).sum())}/{len(wrong)}",
                }
            )
    return rows


def film(size: int, density: float, steps: int, flips: float, seed: int) -> Trajectory:
    chance = np.random.default_rng(seed)
    run = evolve(LIFE, (chance.random((size, size)) < density).astype(np.uint8), steps)
    values = run.values ^ (chance.random(run.values.shape) < flips)
    return Trajectory(values.astype(np.uint8), run.times, run.axes, boundary="torus")


def orbit_table(visits: np.ndarray, births: np.ndarray) -> np.ndarray:
    """Majority over each isotropic entry; what was never seen is called dead."""
    alive = np.zeros(visits.shape, bool)
    for part in entries("isotropic").values():
        alive[:, part] = (2 * births[:, part].sum(-1) > visits[:, part].sum(-1))[:, None]
    return alive


def learned(pairs: list[WindowPairs], draw: Callable[[int], WindowNet], noisy: bool) -> np.ndarray:
    schedule = Schedule(epochs=16, balance=0.0 if noisy else 1.0)
    laws = [fit(draw(seed), each, schedule=schedule, chance=noisy, rng=seed) for seed, each in enumerate(pairs)]
    return np.stack([law.rule().table == 1 for law in laws])


def denoised(recordings: list[Trajectory]) -> dict[str, np.ndarray]:
    found = [discover(each, "isotropic", observed=Channel(flips=0.02), rng=0).to_json() for each in recordings]
    tables = [Rule(each["law"]["most_probable"]).table == 1 for each in found]
    return {"de-noised table (discover), 102 orbits": np.stack(tables)}


def regressions(visits: np.ndarray, births: np.ndarray) -> dict[str, np.ndarray]:
    python = os.environ.get("EVOLAW_PEERS_PYTHON")
    if not python:
        return {}
    with tempfile.TemporaryDirectory() as name:
        counts, answers = Path(name) / "counts.npz", Path(name) / "answers.npz"
        np.savez(counts, visits=visits, births=births)
        command = [python, str(Path(__file__).parent / "peer_sklearn.py"), str(counts), str(answers)]
        subprocess.run(command, check=True, timeout=600)
        with np.load(answers) as found:
            return {key: found[key] == 1 for key in found.files}


# -- speed ------------------------------------------------------------------------------------------------------------


def speed(rounds: int = 3, steps: int = 20) -> list[Row]:
    """Steps a second on batches of 32 boards 32 x 32: ours from boards through histograms, ours on boards, and PyTorch."""
    nets = {
        "CNN-small 1-16-1": Cnn.random((16,), rng=0),
        "CNN 1-64-64-1": Cnn.random((64, 64), rng=0),
        "D4 net, 8 and 8": GroupNet.random((8, 8), rng=0),
    }
    recording = random_recordings(LIFE, 256, size=32, rng=0)
    before, after = (recording.values[:, k].reshape(8, 32, 32, 32) for k in (0, 1))
    ours = {(name, way): stepper(net, way) for name, net in nets.items() for way in ("histogram", "boards")}
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {key: [] for key in ours}
    theirs: dict[str, list[tuple[float, float]]] = {name: [] for name in nets}
    firsts, version = {key: work(before[0], after[0]) for key, work in ours.items()}, "missing: EVOLAW_PEERS_PYTHON"
    python = os.environ.get("EVOLAW_PEERS_PYTHON")
    agree = True
    for _ in range(rounds):
        for key, work in ours.items():
            clocks = []
            for k in range(steps):
                clock, processor = time.perf_counter(), time.process_time()
                work(before[k % 8], after[k % 8])
                clocks.append((time.perf_counter() - clock, time.process_time() - processor))
            taken[key].append(tuple(1 / statistics.median(column) for column in zip(*clocks, strict=True)))  # type: ignore[arg-type]
        if python:
            version, answers = torch_steps(python, nets, before, after, steps)
            for name, (first, clock, processor) in answers.items():
                theirs[name].append((clock, processor))
                agree &= abs(first - firsts[name, "boards"]) < 1e-4 and abs(first - firsts[name, "histogram"]) < 1e-4
    rows: list[Row] = []
    for (name, way), speeds in taken.items():
        clock, processor = np.median(speeds, axis=0)
        row: dict[str, object] = {
            "what": f"{name}: evolaw, {way}",
            "steps/s": float(clock),
            "steps/s a core": float(processor),
        }
        if theirs[name]:
            peer = np.median(theirs[name], axis=0)
            row |= {"times PyTorch, clock": float(clock / peer[0]), "times PyTorch, a core": float(processor / peer[1])}
            row["remark"] = (
                f"PyTorch {version}: {peer[0]:.0f} steps/s; {'equal first loss' if agree else 'LOSSES DIFFER'}"
            )
        else:
            row["remark"] = version
        rows.append(row)
    return rows


def stepper(net: WindowNet, way: str) -> Callable[[np.ndarray, np.ndarray], float]:
    """A training step as a function of the boards before and after, which returns the loss before the step."""
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-3))
    state = State.begin(net)
    carried = [state.net, optimiser.init(eqx.filter(state.net, eqx.is_array))]

    def loss_of(net: WindowNet, first: jax.Array, second: jax.Array) -> jax.Array:
        if way == "boards":
            logits = on_boards(net, first)
            return jnp.mean(jax.nn.softplus(logits) - second * logits)
        logits = net.window_logits()
        return (first @ jax.nn.softplus(logits) - second @ logits) / first.sum()

    @eqx.filter_jit
    def advance(net, memory, first, second):
        loss, slope = eqx.filter_value_and_grad(loss_of)(net, first, second)
        updates, memory = optimiser.update(slope, memory)
        return eqx.apply_updates(net, updates), memory, loss

    def work(before: np.ndarray, after: np.ndarray) -> float:
        if way == "boards":
            first, second = before.astype(np.float32), after.astype(np.float32)
        else:
            numbers = windows(before)
            first = np.bincount(numbers.ravel(), minlength=512).astype(np.float32)
            second = np.bincount(numbers[after == 1], minlength=512).astype(np.float32)
        carried[0], carried[1], loss = advance(*carried, first, second)
        return float(loss)

    return work


def torch_steps(
    python: str, nets: dict[str, WindowNet], before: np.ndarray, after: np.ndarray, steps: int
) -> tuple[str, dict[str, tuple[float, float, float]]]:
    arrays: dict[str, np.ndarray] = {"before": before, "after": after, "names": np.array(list(nets))}
    arrays |= {"places": np.argsort(symmetries("D4"), axis=1), "quotients": _quotients("D4")}
    for name, net in nets.items():
        if isinstance(net, GroupNet):
            arrays |= {f"{name} lift": net.lift, f"{name} mix": net.mixes[0], f"{name} readout": net.readout[0]}
        elif isinstance(net, Cnn):
            arrays |= {f"{name} weight {k}": weight for k, weight in enumerate(net.weights)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "boards.npz"
        np.savez(path, **{key: np.asarray(value) for key, value in arrays.items()})
        command = [python, str(Path(__file__).parent / "peer_torch.py"), str(path), str(steps)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    version, *lines = done.stdout.strip().splitlines()
    answers = {}
    for line in lines:
        *words, first, clock, processor = line.split(" ")
        answers[" ".join(words)] = (float(first), float(clock), float(processor))
    return version, answers
