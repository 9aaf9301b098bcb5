"""Discovery on lattices: from frames of cells to the rule that moves them.

`investigation` looks, doubts the space, weighs, decides, checks and asks; `selection` picks the cheapest evidence that suffices. The
parts stand in folders: `model` (the entries, how a recording was taken, its counts), `evidence` (what is known of each entry where
windows can be counted or solved for), `rollout` (laws run from frame to frame, where they cannot), `series` (where only statistics
were recorded), `misfit` (what speaks against the space itself), `experiment` (the question that decides most).
"""
