"""Patterns and recordings as files: every format that is read or written, bounded before memory is taken.

`patterns` gathers the formats: `rle`, `plaintext`, `macrocell` are one file each, `formats` tells them apart, `archives` opens stacks of
frames in ``.npz``, `recordings` makes a trajectory of a file or a folder of frames, `collection` holds the named patterns that come
with the package, and `boards` reads the few cells a person types. A reader says which line of which file it could not read, what
was required and what to do; a file is never read in part.
"""
