"""The one loop: every process, every scheme, every statistic goes through it.

`solver.solve` checks what it was given and fixes the `time_grid`; `execution_plan` chooses how the work is laid out (chunks of paths,
lanes, cores); `integrate` is the compiled chunk: draw noise by address, step, save, feed the statistics. While steps are made the
state is held as the processor likes it (`state_layout`): where components meet, the step is traced once and carried out number by number
(`scalarization`), and what never changes is computed before the loop (`loop_invariants`). `results` joins chunks, commits them to disk
and continues a run after a kill. Results depend on none of these choices.
"""
