"""The procedure of discovery by rollout: some entries known, one recording that shows only every third generation.

Nothing can be counted, and laws drawn blindly lead nowhere. A network that knows the symmetry of the grid is trained through the
skipped generations, its known entries held fixed; it proposes laws, which evolve with each open entry present and absent, and
are compared with the recording until one fits. Then every entry is doubted: its other value is fixed, and all others may change
to make up for it. The law is no Life: a random one of the 2^102 isotropic laws.
"""

import numpy as np

from evolaw import automata, discovery
from evolaw.learning import orbit_simulator

chance = np.random.default_rng(1001)
space = discovery.RuleSpace.named("isotropic")
law = chance.integers(0, 2, 102)
start = (chance.random((32, 32)) < 0.4).astype(np.uint8)
recording = automata.evolve(space.rule(law), start, 21, every=3)  # eight frames
known = {space.names[place]: int(law[place]) for place in chance.permutation(102)[:31]}

finding = discovery.discover(recording, space, known=known, evidence="rollout", simulator=orbit_simulator, rng=0)
decided = [entry for entry in finding.entries if entry.basis == "rollout"]
print(decided[0].name, decided[0].decision, decided[0].why)

right = sum((entry.decision == "present") == law[space.index(entry.name)] for entry in decided)
print(f"{len(decided)} of {102 - len(known)} open entries decided, {right} of them right")
# prints: 71 of 71 open entries decided, 71 of them right
