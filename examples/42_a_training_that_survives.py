"""A training in a run directory is stopped in the middle, goes on to the same bytes, and comes back with its networks."""

import tempfile
from pathlib import Path

import numpy as np

import evolaw
from evolaw import learning

pairs = learning.window_pairs(learning.random_recordings("B36/S23", boards=512, size=32, rng=1))
nets = [learning.Cnn.random((16,), rng=seed) for seed in range(2)]
place = Path(tempfile.mkdtemp())


def stop(done: int, total: int, words: str) -> None:
    if done == 5:
        raise KeyboardInterrupt


try:
    learning.fit(nets, pairs, rng=0, out=place / "run", progress=stop)
except KeyboardInterrupt:
    print("stopped;", evolaw.storage.Run.open(place / "run").cursor, "epochs are kept")
learning.fit(nets, pairs, rng=0, out=place / "run")  # the same call goes on where the other stopped
undisturbed = learning.fit(nets, pairs, rng=0)

law = evolaw.load(place / "run")
print("the same bytes:", np.array_equal(law.logits, undisturbed.logits))
print("networks:", *law.nets)
start = np.random.default_rng(3).integers(0, 2, (64, 64)).astype(np.uint8)
print(
    "evolves like HighLife:",
    np.array_equal(law.evolve(start, 100).final, evolaw.automata.evolve("B36/S23", start, 100).final),
)

starts = np.random.default_rng(4).integers(0, 2, (40, 32, 32)).astype(np.uint8)
print(learning.rollout_statistics(law, "B36/S23", starts, 20, rng=0).smallest > 0.001)
# prints: True
