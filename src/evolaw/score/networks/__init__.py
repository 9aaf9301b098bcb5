"""Networks of a score, and what stands around them so that every noise level is learned equally well.

A network is called with one noisy state, a label of its noise level and, where it was made for it, a condition:

    net(x, label, condition) -> an array of the shape of x          label = ¼ log(s/a)

`mlp` is for vectors, `unet` for images and periodic fields; `embedding` turns the label into features both understand.
`preconditioning` scales what goes in and comes out so that a network sees and gives numbers of size one at every noise level.
Any callable pytree does as a network, one of Equinox's own for example. The networks here are *plans* first (`MLP(width=64)`):
frozen, printable, without weights; `draw` makes the weights when the shape of the data is known.
"""

import evolaw.learning  # noqa: F401  which says what to install where the extra is missing
