"""``evolaw demo``: one story for every world, each under a minute and with its page.

`command` is what was typed; `lattice`, `equation`, `junction`, `score` and `learn` each keep a secret, find it from what leaves the box,
and open the box at the end. `telling` is what a story hands over to be printed and written.
"""
