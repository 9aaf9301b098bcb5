"""What a score says of the density: log-likelihoods by the probability flow, and what else its invertibility gives.

    log p_ε(x) = log π(x_T) + ∫_ε^T ∇·f̃ dt,        f̃ = r x - ½ g² score,        ∇·f̃ = r d - ½ g² ∇·score

`flow` follows states (encode, decode, interpolate) and `density` the integral along; `bits` turns nats into bits per dimension, `bound` is
the bound that training minimises. Every number comes with its error, and the error says what it is made of.
"""
