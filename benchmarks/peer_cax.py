"""CAX on a board, for `bench_automata`; run by the interpreter that has it: BEFORE.npy AFTER.npy GENERATIONS.

Prints CAX's version and the median seconds of the run, compiling not included.
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
seconds = []
for _ in range(3):
    begin = time.perf_counter()
    answer = jax.block_until_ready(final(system(state, num_steps=generations)))
    seconds.append(time.perf_counter() - begin)
np.save(after, np.asarray(answer)[..., 0].round().astype(np.uint8))
print(importlib.metadata.version("cax"), statistics.median(seconds))
