"""What a law of a lattice is, and how people write it.

`rule` is the law: 512 probabilities, one a window, compared by value whatever its notation. `tables` makes them from counting
entries, Hensel letters (`hensel`) or windows. `reading` turns the notations of the field into a rule (B3/S23, 23/3, MAP…, W30, B2-a/S12)
with a `cursor` that knows where in the text an error stands; `writing` gives the shortest notation back. Nothing here moves a board.
"""
