"""Where cells are: the numbering of a window's cells, its symmetries, and what lies beyond the edge of a board.

A window is nine bits, north-west first, row by row; its number is the place of the new state in a rule's table (`neighbourhoods`). The
edge of a board is a torus, a plane of dead cells, or one of the twisted surfaces of Golly's notation (`boundaries`). The plain step,
the engines and discovery all ask here, so that a cell's neighbour is decided in one place.
"""
