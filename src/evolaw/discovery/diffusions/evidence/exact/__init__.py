"""The exact likelihood of one component recorded in coarse steps, on a grid.

A step that is long against the motion has no simple law: the density of where it ends solves the Fokker–Planck equation. On `grid` the
component becomes a chain that jumps between neighbouring cells, `jump_chain` has its transition probabilities over one recorded step
together with their slopes in every coefficient, and `fokker_planck` climbs the likelihood with them and hands over the Gaussian form at
its top, as the estimating equations do.
"""
