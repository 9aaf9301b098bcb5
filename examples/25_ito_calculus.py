"""The stock market in symbols: Itô's rule, both calculi, the density of a velocity, and from symbols to a run."""

import sympy

from evolaw import ito, sde

stock = ito.system("dX = mu X dt + sigma X dW", real=("mu",))
print(ito.differential(sympy.log(stock.states[0]), stock))
print(ito.to_stratonovich(stock))

velocity = ito.system("dX = -theta X dt + sigma dW")
print(ito.stationary_density(velocity).density)
print(ito.examine(ito.system("dX = X^2 dt + dW")).global_)

process = ito.to_sde(stock, {"mu": 0.05, "sigma": 0.2})
print(sde.solve(process, sde.Milstein(), 1.0, [0, 1], steps=100, paths=3, rng=0))
print(ito.typeset(ito.differential(stock.states[0] ** 2, stock), "typst"))
# prints: dif (X^(2)) = X^(2) (2 mu + sigma^(2)) dif t + 2 X^(2) sigma dif W
