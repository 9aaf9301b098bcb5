"""``evolaw simulate``: one verb for every law that moves; the text of the law says which world it belongs to.

`command` reads the options, `lattice` runs rules on boards, `process` runs equations and named processes with the choices that
`process_settings` makes of what was typed; `process_summary` says what came out.
"""
