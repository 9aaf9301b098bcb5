"""A rule with a probability in it: births at three neighbours happen nine times out of ten, and one cell in a hundred flips.

From independent cells of density p the density one step later is known exactly, so the simulation can be checked against it.
"""

import numpy as np

from evolaw import automata

rule = automata.Rule("B3=0.9/S23~0.01")
p = 0.4
start = (np.random.default_rng(1).random((100, 64, 64)) < p).astype(np.uint8)  # a hundred independent boards
run = automata.evolve(rule, start, steps=1, rng=7)

alive = np.bitwise_count(np.arange(512))  # living cells of each 3x3 window
before_noise = (rule.probabilities * p**alive * (1 - p) ** (9 - alive)).sum()
expected = before_noise * (1 - rule.noise) + (1 - before_noise) * rule.noise

densities = run.final.mean(axis=(1, 2))
error = densities.std(ddof=1) / np.sqrt(len(densities))
print(f"{rule}: density {densities.mean():.4f} +- {error:.4f}, exactly {expected:.4f}")
print("within three standard errors:", abs(densities.mean() - expected) < 3 * error)

print(f"{expected:.6f}")
# prints: 0.348666
