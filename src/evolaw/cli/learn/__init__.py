"""``evolaw learn``: networks that learn the law of a recording, or of a rule, and what they are then found to hold.

`command` trains: one network, an ensemble, or a league of architectures, into a run directory that continues after a kill. What was
learned is not left as weights: `answers` says which rule it is, which windows the networks agree on and which are guesses.
"""
