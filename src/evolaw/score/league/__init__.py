"""How good samplers are when the score is exact: on Gaussian data without any chance, on mixtures with samples.

`affine` follows mean and covariance of a sampler's output through its own steps, which on Gaussian data are affine maps: the distance
to the truth is then a number without sampling error. `score_sde` rebuilds the steps of that code, faults included, as a peer to compare
with. `table` is the league itself.
"""
