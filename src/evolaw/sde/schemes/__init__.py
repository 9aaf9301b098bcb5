"""One step of each method; the formula is the code.

A `scheme` declares what noise a step needs, its strong and weak orders and the kinds of noise it is for, and writes one pure
``step(process, t, x, dt, noise, memory) -> (x, memory)`` of one path. Euler–Maruyama and Heun stand beside the declaration; `milstein` needs
Lévy areas; `strong_runge_kutta` reads its coefficients from `strong_tableaux`; `weak_runge_kutta`, `weak_stratonovich` and `weak_euler` use
three-point noise; `implicit` and `splitting` are for stiff drifts and inertia; `exact_stepping` draws from the transition itself.
`batch_products` holds the small matrix products that many paths share.
"""
