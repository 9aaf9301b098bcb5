"""Things to touch: a board, a process, a junction, whose laws are moved while one looks.

`page` is the explorer as one HTML file; its kernels are written again in plain JavaScript and held against the library by tests.
`server` shows it on this machine alone: one address with a secret in it, nothing to write, nothing to read but the page.
"""
