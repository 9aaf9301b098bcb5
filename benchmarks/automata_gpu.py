"""The bit engine on a GPU: ``python -m benchmarks.automata_gpu [--device gpu] [--largest 65536] [--quick]``.

Needs numpy and jax only, with the project's ``src`` on PYTHONPATH. First the array code is compared with the plain step on random
boards, on the device itself; then every load is compiled, warmed up, and timed to the end of the computation. Boards are
drawn and stay on the device. Cells a second is rows x cols x boards x generations / median seconds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.measuring import Row, machine, show
from evolaw.automata.engine import jax_kernel
from evolaw.automata.engine.netlists import Logic
from evolaw.automata.engine.packing import Stripes
from evolaw.automata.engine.synthesis import logic_of
from evolaw.automata.engine.totalistic import counting_windows
from evolaw.automata.rules.rule import Rule, entries
from evolaw.automata.stepping import step
from evolaw.devices import cores

REPEATS = 7
TARGET_SECONDS = 0.5  # a timed call does as many generations as this takes


def random_rule(space: str, seed: int) -> Rule:
    chance, table = np.random.default_rng(seed), np.zeros(512, np.uint8)
    for windows in entries(space).values():
        table[windows] = chance.integers(2)
    return Rule.from_table(table)


def check(device: str) -> None:
    """Equal to the plain step, or stop."""
    rules = (Rule("B3/S23"), random_rule("isotropic", 1), random_rule("general", 2))
    shapes = ((1, 64, 512), (3, 10, 77), (70, 16, 33), (1, 2, 1))

    def is_right(case: tuple[str, tuple[int, ...], Rule]) -> bool:
        boundary, shape, rule = case
        cells = np.random.default_rng(0).integers(0, 2, shape, dtype=np.uint8)
        expected = cells
        for _ in range(5):
            expected = step(rule, expected, boundary=boundary)
        found = jax_kernel.run_arrays(logic_of(rule.table.tobytes()), cells, 5, boundary, None, device)
        return np.array_equal(found, expected)

    cases = [
        (boundary, shape, rule) for boundary in ("torus", "plane", "reflecting") for shape in shapes for rule in rules
    ]
    with ThreadPoolExecutor(cores()) as pool:  # most of it is the compiler's work
        for (boundary, shape, rule), right in zip(cases, pool.map(is_right, cases), strict=True):
            if not right:
                sys.exit(f"WRONG: {rule} on {shape}, {boundary}")
    chance = np.random.default_rng(0)
    tables = chance.integers(0, 2, (70, 18), dtype=np.uint8)
    cells = chance.integers(0, 2, (70, 8, 40), dtype=np.uint8)
    found = jax_kernel.run_arrays("counting", cells, 5, "torus", tables, device)
    for table, start, end in zip(tables, cells, found, strict=True):
        for _ in range(5):
            start = step(Rule.from_table(table[counting_windows()]), start)
        if not np.array_equal(start, end):
            sys.exit("WRONG: one law a board")
    print("equal to the plain step: 36 boards by network, 70 by tables")


def random_words(stripes: Stripes, phases: int, seed: int) -> jax_kernel.Phases:
    """Random cells, drawn as words on the device; valid where stripes are filled by the columns."""
    shape = (stripes.groups, 2, stripes.rows // phases, stripes.words)
    keys = jax.random.split(jax.random.key(seed), phases)
    return tuple(jax.random.bits(key, shape, jnp.uint32) for key in keys)


def population(words: jax_kernel.Phases) -> int:
    """Living cells; counted by row on the device, added up in 64 bits here."""
    rows = [jnp.sum(jax.lax.population_count(part), axis=-1, dtype=jnp.uint32) for part in words]
    return sum(int(np.asarray(row).astype(np.int64).sum()) for row in rows)


def timed(move: Callable[[int], jax_kernel.Phases]) -> tuple[int, float, float, jax_kernel.Phases]:
    """Generations in a call, median seconds, spread between quartiles in seconds, and the last state."""
    steps = 256
    while True:
        begin = time.perf_counter()
        jax.block_until_ready(move(steps))
        taken = time.perf_counter() - begin
        if taken > TARGET_SECONDS / 4:
            break
        steps *= 2
    seconds = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        state = jax.block_until_ready(move(steps))
        seconds.append(time.perf_counter() - begin)
    quartiles = statistics.quantiles(seconds, n=4)
    return steps, statistics.median(seconds), quartiles[2] - quartiles[0], state


def measure(
    what: str, law: Logic | str, stripes: Stripes, tables: np.ndarray | None = None, phases: int | None = None
) -> Row:
    masks = np.zeros((stripes.groups, 0), np.uint64) if tables is None else stripes.board_masks(tables)
    phases = phases or jax_kernel.phases_for(law, stripes)
    words, halves = random_words(stripes, phases, 1), jax_kernel.half_words(masks)
    mover = jax_kernel.mover(law, stripes, "torus")
    begin = time.perf_counter()
    jax.block_until_ready(mover(words, halves, 256))
    compiled = time.perf_counter() - begin
    steps, seconds, spread, state = timed(lambda count: mover(words, halves, count))
    cells = stripes.boards * stripes.rows * stripes.cols
    print(
        f"{what}, {stripes.boards} x {stripes.rows} x {stripes.cols}: {cells * steps / seconds:.3g} cells/s", flush=True
    )
    return {
        "what": what,
        "boards": f"{stripes.boards} x {stripes.rows} x {stripes.cols}",
        "generations": steps,
        "seconds": seconds,
        "quartiles apart": spread,
        "first call s": compiled,
        "cells/s": cells * steps / seconds,
        "density": population(state) / cells,
    }


def sizes(device: str, largest: int, quick: bool) -> list[Row]:
    life = logic_of(Rule("B3/S23").table.tobytes())
    rows = []
    with jax.default_device(jax_kernel.device_named(device)):
        side = 4096
        while side <= largest:
            rows.append(measure("Life", life, Stripes.fitting(1, side, side)))
            side *= 2
        middle = Stripes.fitting(1, min(largest, 16384), min(largest, 16384))
        for phases in (1, 2, 4, 16):
            rows.append(measure(f"Life, rows dealt to {phases} arrays", life, middle, phases=phases))
        for text in ("B36/S23", "B3678/S34678", "B2-a/S12", "B3/S2-i34q"):
            rows.append(measure(text, logic_of(Rule(text).table.tobytes()), middle))
        for space in ("outer-totalistic", "isotropic", "general"):
            rows.append(measure(f"random {space}", logic_of(random_rule(space, 5).table.tobytes()), middle))
        rows.append(measure("Life, many boards", life, Stripes.fitting(65536, 64, 64)))
        chance = np.random.default_rng(3)
        laws = 256 if quick else 16384
        tables = np.repeat(chance.integers(0, 2, (laws, 18), dtype=np.uint8), 16, axis=0)
        rows.append(
            measure(f"{laws} counting laws x 16 boards", "counting", Stripes.fitting(16 * laws, 64, 64), tables)
        )
    return rows


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--device", default="gpu", choices=jax_kernel.DEVICES)
    reader.add_argument("--largest", type=int, default=65536)
    reader.add_argument("--quick", action="store_true", help="a small sample of laws")
    asked = reader.parse_args()
    print(machine())
    print(f"device: {jax_kernel.device_named(asked.device).device_kind}")
    check(asked.device)
    rows = sizes(asked.device, asked.largest, asked.quick)
    show("automata on the device", rows)
    sweep = rows[-1]
    whole = 2**18 * 16 * 64 * 64 * 4096 / float(sweep["cells/s"])  # type: ignore[arg-type]
    print(f"\nall 262,144 counting laws x 16 boards of 64 x 64 x 4096 generations at this speed: {whole:.1f} s")


if __name__ == "__main__":
    main()
