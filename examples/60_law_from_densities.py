"""A black box that shows nothing but the density of its boards: is it Life, or HighLife, which also gives birth at six neighbours?

Both laws are rolled out from starts like the recorded ones. What their runs cannot be told apart from stays possible; here the
series suffice. A second entry, births at eight neighbours, hardly ever occurs: it stays open, and the finding says so.
"""

import numpy as np

from evolaw import automata, discovery

start = (np.random.default_rng(3).random((30, 64, 64)) < 0.35).astype(np.uint8)  # thirty runs of the black box
series = discovery.series_of(automata.evolve("B36/S23", start, 40), ("density",), start_density=0.35)
print(series)

space = discovery.RuleSpace.named("outer-totalistic")
known = {name: int(name in ("B3", "S2", "S3")) for name in space.names if name not in ("B6", "B8")}
finding = discovery.discover_series(series, space, known=known, rng=0)
for name in ("B6", "B8"):
    print(f"{name}: {finding[name].decision}. {finding[name].why}")

print(f"B6 {finding['B6'].decision}, B8 {finding['B8'].decision}")
# prints: B6 present, B8 undetermined
