"""From one distribution to another: Schrödinger bridges, and one-step generation.

A Schrödinger bridge is the diffusion dx = b dt + σ dw from p_0 to p_1 that is nearest to σ times Brownian motion. Its coupling of ends is the
entropic transport plan of cost ½‖x0 - x1‖² at temperature σ²; between its ends it is a Brownian bridge:

    x_t | x0, x1 ~ N((1-t) x0 + t x1, σ² t (1-t) I)          b(t, x) = (E[x1 | x_t = x] - x)/(1 - t)

`normal` has it in closed form for Gaussians, `sinkhorn` for points and grids; `fitting` learns it from samples by iterative proportional
fitting (DSB), iterative Markovian fitting (DSBM) or simulation-free regression ([SF]²M), with `regression` for the drifts. `average_velocity`
is MeanFlow's field for mixtures, from which one step generates.
"""
