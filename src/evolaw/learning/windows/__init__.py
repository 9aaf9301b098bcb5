"""Networks of lattices: one small network at every cell, so a function of nine cells or a little more.

A network whose reach is one window is a function of 512 windows: a batch of boards is two histograms, and read out the network *is* a
rule. `datasets` makes the histograms; `cnn` and `equivariant` are the networks; `learned_law` trains them and wraps them as a law that
evolves like any rule; `interpretation` reads the rule and explains the weights; `rollouts` holds the learned law beside the truth;
`orbit_tables` are networks with known entries held fixed, for discovery; `receptive_fields` see further than a window;
`architecture_study` asks how often which architecture finds the law.
"""
