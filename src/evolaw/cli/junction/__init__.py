"""``evolaw junction``: one sub-command a curve of a Josephson junction.

`numbers` reads the four numbers of a junction with their units, or two without, and the grids of biases; `command` and `array` hold the
sub-commands, each a call of `evolaw.josephson`; `fit` goes the other way, from a measured file to the four numbers. Whatever came
out, `answers` says it: to a person, as one JSON document, as a figure, and into a run directory that a kill does not undo.
"""
