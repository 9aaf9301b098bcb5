"""CAX on a board, for `bench_automata`; run by the interpreter that has it: BEFORE.npy AFTER.npy GENERATIONS.

Prints CAX's version and the median seconds of the run, on the clock and of the processor, compiling not included.
"""

import importlib.metadata
import statistics
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from cax.cs.life import Life
from flax import nnx

before, after, generations = sys.argv[1], sys.argv[2], int(sys.argv[3])
birth, survival = Life.birth_survival_from_string("B3/S23")
system = Life(birth=birth, survival=survival, rngs=nnx.Rngs(0))
state = jnp.asarray(np.load(before), jnp.float32)[..., None]


def final(result):
    return result[0] if isinstance(result, tuple) else result


answer = jax.block_until_ready(final(system(state, num_steps=generations)))
clocks, processors = [], []
for _ in range(3):
    clock, processor = time.perf_counter(), time.process_time()
    answer = jax.block_until_ready(final(system(state, num_steps=generations)))
    clocks.append(time.perf_counter() - clock)
    processors.append(time.process_time() - processor)
np.save(after, np.asarray(answer)[..., 0].round().astype(np.uint8))
print(importlib.metadata.version("cax"), statistics.median(clocks), statistics.median(processors))
