"""Statistics without stored paths: taken while the loop runs, merged in an order that chunking cannot change.

`moments` are running means, covariances and histograms at the saved times; `first_passage` watches every step for the crossing of a
level, with the chance that a bridge crossed between steps; `events` stops or counts paths where a condition first holds. Each number
carries its standard error.
"""
