"""Leaving the zero-voltage state: how often, how soon, and at which current of a ramp.

`known_rates` is the escape rate as well as it is known without sampling: exact, an eigenvalue, or the leading order, and how wrong that may be.
Measured from noise are `escape` rates, by waiting where escapes are frequent and by `splitting` where they are rare, times of `passage`, and
`switching` currents, whose ramps are followed step by step or, as slow as an experimenter's (`slow_ramps`), drawn from the integrated rate.
"""
