"""How much better is a better scheme? The strong orders of three of them, measured on one stock market."""

from evolaw import sde

stock = sde.geometric_brownian_motion(growth=1.0, volatility=0.8)
orders = []
for scheme in (sde.EulerMaruyama(), sde.Milstein(), sde.SRI1W1()):
    found = sde.order(scheme, stock, 1.0, 1.0, rng=0, steps=(16, 32, 64), paths=2000)
    print(
        f"{scheme.name:16} {found.slope:.2f} ± {found.band:.2f}, declared {found.declared}, error {found.errors[-1]:.1e}"
    )
    orders.append(round(2 * found.slope) / 2)

print(orders)
# prints: [0.5, 1.0, 1.5]
