"""What a network of a score is trained on: functions whose mean is least at the true score.

    denoising      ½ λ ‖s_θ(x_t, t) + z/s‖²        continuous time, its weights and its times; EDM's
    implicit       λ (∇·s_θ + ½ ‖s_θ‖²)            exact and sliced: no kernel is needed
    discrete       the losses of SMLD and DDPM     a number of noise levels
    mean_flow      ‖u - stop(v - (t - r) du/dt)‖²  the average velocity of one-step generation

Each is first a plain function of one state, to be read beside its formula and held against exact scores, and where it trains a network
an *objective*: a pytree that carries the data and is called with (network, rows, key), as `evolaw.learning.loop.training` asks.
"""

import evolaw.learning  # noqa: F401  which says what to install where the extra is missing
