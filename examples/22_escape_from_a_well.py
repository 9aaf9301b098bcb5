"""How long until heat carries a particle over a barrier: first passages of paths against the integral for the mean time."""

import numpy as np

from evolaw import sde

well = sde.double_well(barrier=1.0, temperature=0.4)
over = sde.FirstPassage(lambda t, x, p: -x[0])  # inside while x < 0; crossings between two steps are found too
found = sde.solve(well, sde.SRA1(), -1.0, [0, 40], steps=4000, paths=4000, rng=0, statistics=over).results[0]

times = np.where(found.met, found.times, 40.0)
mean = times[found.met].sum() + (~found.met).sum() * 40.0
rate = found.met.sum() / mean  # of an exponential time, censored at the end
exact = well.exact.mean_passage(-1.0, 0.0)
print(
    f"{found.met.sum()} of {len(times)} paths got over; mean time {1 / rate:.2f} ± {1 / rate / np.sqrt(found.met.sum()):.2f}"
)
print(
    f"exactly {exact:.2f}; Kramers' formula for a high barrier {0.5 / well.exact.kramers_rate(minimum=-1.0, maximum=0.0):.2f}"
)
print(bool(abs(1 / rate / exact - 1) < 0.06))
# prints: True
