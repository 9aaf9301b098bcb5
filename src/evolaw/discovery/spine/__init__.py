"""What discovery is in any world: evidence as e-values, decisions at an error rate, amendments, a finding.

    evidence        what speaks for and against an entry; a check that speaks against the space; a weighing of all
    e_values        their arithmetic: products, means, p-values, dependence
    decisions       present, absent, probabilistic, undetermined or conflict, by e-BH over the entries
    amendments      State -> State: what failed checks do to decisions, step by step
    investigation   one pass: weigh, decide, doubt, write the law, run it, ask
    closed_loop     the passes with a black box between them
    finding         the answer: entries, law, checks, next experiment; it prints, stores and draws itself
    worlds          the kinds of things that move, each with its own laws and questions

An *e-value* is a non-negative number with mean at most one under what it speaks against; products of e-values of successive data
are e-values, so evidence may be looked at, and questions chosen, at any time without spending the error rate. Nothing here knows
what an entry is: a window of a lattice and a term of an equation are decided by the same lines.

A new world brings an `investigation.Inquiry` (its recordings, its space, `weigh`, doubts as amendments, a law and a question that
write themselves) and a `worlds.World` that the door `discovery.discover` hands recordings to.
"""
