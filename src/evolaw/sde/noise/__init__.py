"""Noise is addressed: each random number is a function of (seed, stream, step, path, component).

`variates` turns counters into uniform and normal numbers; `brownian` hands a step the increments it asks for, and gives a coarser grid
the sums of the finer one; `levy_areas` approximates the iterated integrals of several Brownian motions. Nothing depends on chunks,
batches, order or devices.
"""
