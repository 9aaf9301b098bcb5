"""Samples that obey: classes, known parts, colours, linear measurements.

    score(x | y) = score(x) + ∇ log p_t(y | x)

What is put in place of the last term is the whole difference. `guidance` takes it from a classifier or from two scores, `inverse` from
approximations of p_t(y | x) for y = A x + n; both are scores again, so that every sampler, flow and likelihood takes them. `replacement`
writes the known numbers into the state at every move (inpainting, colourisation, any orthogonal decoupling). `particles` corrects the
approximations by weights. The truth for Gaussian mixtures, `GaussianMixture.given`, is what all are held against.
"""
