"""From noise back to data: the reverse-time processes, and one step of every sampler.

    dx = [r x - ½(1 + η²) g² ∇log p_t] dt + η g dw̄          dt < 0,  from T down to ε

η = 1 is Anderson's reverse SDE, η = 0 the probability-flow ODE; all of them have the marginals p_t [anderson1982; song2021, equations 6
and 13; the family: karras2022]. `reverse` makes them processes, so that every scheme of `evolaw.sde` is a sampler. What the papers call
samplers are further schemes on the same loop: `chains` (ancestral, reverse diffusion, DDIM), `langevin` (correctors, annealed Langevin,
predictor–corrector), `multistep` (DPM-Solver++), `edm`. `sample` draws the prior, runs the loop and takes the last step.

Two times of a step are called now (t) and then (s < t); ρ = a_t/a_s and ν = s_t² - ρ² s_s² are ratio and variance of the exact chain
from s to t, so that nothing here can take the root of 1 - β with β > 1, whatever the number of steps.
"""
