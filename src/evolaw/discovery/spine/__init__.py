"""What discovery is in any world: evidence as e-values, decisions at an error rate, amendments, a finding.

    evidence    what speaks for and against an entry; a check that speaks against the space; a weighing of all
    decisions   present, absent, probabilistic, undetermined or conflict, by e-BH over the entries
    finding     the answer: entries, law, checks, next experiment; it prints, stores and draws itself

An *e-value* is a non-negative number with mean at most one under what it speaks against; products of e-values of successive data
are e-values, so evidence may be looked at, and questions chosen, at any time without spending the error rate. Nothing here knows
what an entry is: a window of a lattice and a term of an equation are decided by the same lines.
"""
