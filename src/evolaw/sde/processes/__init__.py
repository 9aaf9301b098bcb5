"""The laws: dX = f(X, t) dt + g(X, t) dW, and what is known of them exactly.

`process` is the law itself (drift, diffusion, kind of noise, Itô or Stratonovich), `closures` lets coefficients carry arrays, and
`noise_kinds` tests numerically what a scheme relies on (scalar, diagonal, additive, commutative). `classics`, `langevin`,
`linear_systems` and `explicit_solutions` are the named ones; `exact_laws` and `gibbs` what they obey in closed form: transition,
stationary density, moments. The exact law is what every scheme is judged by.
"""
