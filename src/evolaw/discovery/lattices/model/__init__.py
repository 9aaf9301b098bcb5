"""What is reasoned about: the entries of a rule space, the recording and how it was taken, the posterior of an entry.

`rule_space` groups the 512 windows into entries; `observation` is the channel (every k-th generation, flips, missing cells); `intake`
checks recordings and known entries; `entry_posterior` turns counts into evidence for *present*, *absent* and *probabilistic*.
"""
