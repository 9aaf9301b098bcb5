"""Many junctions as one law on the one loop.

`pairs` (two, coupled by phase, capacitance or resistance), `series` (a column with a common load), `ladders` (parallel junctions and rings, the
discrete long junction), `networks` (any graph, one linear solve), `grids` (rectangles, the solve in its eigenmodes); `order` measures
synchrony, constants of motion, vortices; `results` is a run with its order parameter, `sweeps` many at once, over biases and temperatures.
"""
