"""Discovery from statistics alone: density, activity and clusters over time, where no board was kept.

`series` is the table; laws of the space are run under the same starts and tested by rank (`law_tests`, exact by exchangeability:
`exchangeability`); `series_evidence` turns laws that survive into evidence on entries. A recording can rule laws out this way, rarely
prove one; the answer says how many fit.
"""
