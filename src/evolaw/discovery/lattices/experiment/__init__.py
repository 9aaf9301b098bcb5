"""The next experiment: the board whose answer decides most.

Where the start is free, one step of an 8 x 64 torus shows each of the 512 windows exactly once (`coverings`). Where it is not, or
generations are skipped or cells are misread, boards are scored by the expected evidence on the entries that are open (`questions`).
"""
