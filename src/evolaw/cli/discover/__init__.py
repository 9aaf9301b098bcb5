"""``evolaw discover``: one verb for every recording; what was recorded says which world it belongs to.

`command` takes the options of both worlds (`options`, shared with ``evolaw ask``) and shows what was found; `trajectory` tells trajectories
of numbers from frames of cells and is the door for them, `lattice` the door for frames.
"""
