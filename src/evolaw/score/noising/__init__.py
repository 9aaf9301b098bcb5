"""How data become noise: linear stochastic differential equations with a Gaussian kernel, in closed form.

    dx = r(t) x dt + g(t) dw          x(t) | x(0) ~ N(a(t) x(0), s(t)² I)          0 <= t <= T

With ȧ = r a, two of the four functions decide the other two:

    r = ȧ / a          g² = d(s²)/dt - 2 r s² = a² d(s²/a²)/dt          λ = log(a / s),     g²/s² = -2 dλ/dt

The last line says that times spread evenly over log-SNR are those importance sampling of the likelihood weight asks for, and
that a chain from t to a later t' has the exact transition x' = ρ x + √(s'² - ρ² s²) z with ρ = a'/a. `linear` states this once;
`song` holds the equations of the paper (VE, VP, sub-VP), `schedules` the later ones and those of a user's own functions,
`scaled` tells any of them in the unit of the data.
`conversions` turns score, data, noise and velocity into one another, `time_grids` says where the steps of a sampler fall.
"""
