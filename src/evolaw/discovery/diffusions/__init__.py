r"""From a trajectory to its equation: which terms of drift and diffusion are present, absent, undetermined.

    dX_i = Σ_j θ_ij φ_j(X) dt + sqrt(2 Σ_k η_ik ψ_k(X)) dW_i            (Itô)

    problem        what a person says becomes a case: libraries, what is known, angles, noise, a hidden velocity
    model/         terms, libraries, the recording in one piece
    evidence/      moment equations -> Gaussian form -> e-values and probabilities; the exact likelihood in one dimension
    misfit/        what speaks against any such equation, with its cause
    combinations   what is determined where single terms are not
    law            the equation as text, LaTeX, Typst, and as an SDE
    experiment/    what to record next
    investigation  the whole

Estimation is linear in the terms. With any z known at time t_k, Σ z_k [ΔX_k − ∫ φ(X)·θ ds] is a martingale at the truth; the integral is
taken by Adams–Moulton weights on later points, which are unbiased for their own conditional means. That one idea serves coarse steps
(more nodes), measurement noise (z from a filter that ended before, terms whose mean over the noise is φ) and hidden velocities
(differences that share no noise). What a recording cannot tell apart stays undetermined: a particle that never left its well gives the
stiffness there, and no single power of x.
"""
