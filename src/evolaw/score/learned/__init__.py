"""Scores that were learned: a network, what it was trained on, and the law it stands for.

`model` is the learned score: an object with ``score(x, t, noising)`` like every exact one, saved and loaded with its weights; `fit`
trains it in a run directory that survives a kill; `intake` checks what is given to train on; `records` is what a run says of it. A
`ScoreModel` goes wherever a score goes: samplers, likelihoods, guidance.
"""

import evolaw.learning  # noqa: F401  which says what to install where the extra is missing
