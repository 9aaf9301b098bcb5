"""Patterns and recordings as files: every format that is read or written, bounded before memory is taken.

One board: `rle`, `plaintext`, `macrocell`, `mcell`, packed or not (`compressed`), told apart by `formats`. A recording: `recordings` reads
states in arrays (`archives`, `matlab`, text), which `stacks` turns into boards, folders and lists of boards (`frames`) and films
(`images`). `collection` holds the named patterns that come with the package, and `boards` says what a pattern is. A reader says which
line of which file it could not read, what was required and what to do; a file is never read in part, and what a reader had to
choose it says.
"""
