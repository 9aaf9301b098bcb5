"""A particle in a warm liquid: sample its velocity, and hold mean and variance against the exact ones."""

import numpy as np

from evolaw import sde

particle = sde.ornstein_uhlenbeck(rate=2.0, scale=0.8)
times = np.linspace(0, 2, 5)
found = sde.solve(particle, sde.SRA1(), 1.0, times, steps=200, paths=100_000, rng=0, statistics=sde.Moments())

print(found)
law = particle.exact
for k, t in enumerate(times):
    exact = law.mean(t, [1.0])[0], law.covariance(t, [1.0])[0, 0]
    mean, error, variance = found.mean[k, 0], found.mean_error[k, 0], found.variance[k, 0]
    print(
        f"t {t:.1f}  mean {mean:.4f} ± {error:.4f}, exact {exact[0]:.4f}   variance {variance:.4f}, exact {exact[1]:.4f}"
    )

away = abs(found.mean[1:, 0] - law.mean(times[1:], [1.0])[:, 0]) / found.mean_error[1:, 0]
print(bool(away.max() < 4))
# prints: True
