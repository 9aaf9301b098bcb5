"""Markov chains on finitely many states: structure, stationary laws, passage, paths, estimates.

Chain, JumpChain                          discrete and continuous time: classes, periods, stationary laws
hitting_probabilities, hitting_times      passage
simulate, simulate_jumps                  paths
estimate, estimate_rates                  from paths back to the chain
lattice_chain                             a probabilistic automaton on a small board as a chain
"""

from evolaw.markov.chain_estimates import ChainEstimate, estimate, estimate_rates
from evolaw.markov.chain_paths import simulate, simulate_jumps
from evolaw.markov.chains import Chain, JumpChain
from evolaw.markov.hitting import hitting_probabilities, hitting_times
from evolaw.markov.lattice_chains import lattice_chain

__all__ = [
    "Chain",
    "ChainEstimate",
    "JumpChain",
    "estimate",
    "estimate_rates",
    "hitting_probabilities",
    "hitting_times",
    "lattice_chain",
    "simulate",
    "simulate_jumps",
]
