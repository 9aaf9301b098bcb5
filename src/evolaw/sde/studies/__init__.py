"""Studies that need many solutions: the order of a scheme, and a mean at a given accuracy for the least work.

`convergence` measures strong and weak orders on nested grids of one Brownian path; `multilevel` sums differences of levels with the
number of paths that balances their variances.
"""
