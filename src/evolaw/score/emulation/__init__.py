"""A score model as a law of motion: trained on pairs (x(t), x(t+Δ)), it draws x(t+Δ) given x(t).

    y = (x(t+Δ) - x(t) - m_Δ)/s_Δ            learned: the score of y at every noise level, given x(t)
    step:  z ~ N(0, I)  ->  y = G(z | x)     along the probability flow, or by a network trained on the CRPS
           x(t+Δ) = x(t) + m_Δ + s_Δ y

One step is a *scheme* on the one loop of `evolaw.sde`, and what it steps is a *process* whose drift and diffusion are read out of the same
network; so everything that simulates, keeps, resumes and measures a stochastic equation does so with a learned law.

`law` is that law, `generators` are the two ways from noise to a step, `training` learns them, `judgement` holds a law against steps it has
not seen, and against itself: two steps of Δ against one of 2Δ.
"""

import evolaw.learning  # noqa: F401  which says what to install where the extra is missing
