"""A particle in one well: nothing decided with all terms free, both terms with the others known, and the stiffness either way."""

import numpy as np

from evolaw import discovery, sde

law = sde.SDE(lambda t, x, p: x - x**3, 0.2, noise="additive")  # D = 0.02, a barrier twelve times as high
track = sde.solve(law, sde.SRA1(), 1.0, 0.02 * np.arange(10_001), steps=20_000, rng=1)

free = discovery.discover(track, names=["x"], library="poly:5", rng=0)
told = discovery.discover(track, names=["x"], library="poly:5", known="x: 1=0, x^2=0, x^4=0, x^5=0", rng=0)
stiffness = next(item for item in free.law.combinations if item["kind"] == "stiffness")
print([entry.decision for entry in free.entries[:6]])
print(stiffness["says"])
print(told.law.decided()[0])
print(told["x: x"].decision, told["x: x^3"].decision, free.next.kind)
# prints: present present restart
