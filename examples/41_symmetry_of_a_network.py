"""A rule with a preferred direction, learned by a network without symmetry and by one that cannot express it.

Cells come alive beside a living western neighbour. The D4 network converges to the average over turned windows and stays wrong;
so test a recording for symmetry before a symmetric network is trained on it.
"""

import numpy as np

from evolaw import Rule, learning

west = (np.arange(512) >> 5) & 1
centre = (np.arange(512) >> 4) & 1
rule = Rule.from_table((west | centre).astype(np.uint8))
pairs = learning.window_pairs(learning.random_recordings(rule, boards=256, density=0.3, rng=0))

wrong = {}
for name, net in (("plain", learning.Cnn.random(rng=0)), ("D4", learning.GroupNet.random(rng=0))):
    law = learning.fit(net, pairs, rng=0, truth=rule)
    wrong[name] = law.read(rule).errors
    print(
        f"{name:5} network: {wrong[name]} windows wrong, asymmetry {learning.equivariance_error(net):.1e} before training"
    )

print(wrong["plain"] == 0, wrong["D4"] > 0)
# prints: True True
