"""Distributions whose score is known at every time of every noising: the yardstick of samplers, likelihoods and guidance.

    x(t) = a x0 + s z:      N(m, C)  ->  N(a m, a² C + s² I)          Σ w_k N(m_k, C_k)  ->  Σ w_k N(a m_k, a² C_k + s² I)

`normal` and `mixture` state score, divergence, Jacobian and log-density from one eigendecomposition; `empirical` is the ideal denoiser
of a finite set of points; `fields` are Gaussian laws of whole paths and lattices. All work on NumPy arrays in their own precision
and on JAX arrays within compiled loops, on states of any shape with the repetitions first.
"""
