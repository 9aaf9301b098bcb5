"""The speed of automata: laws as logic gates, boards as bits, kernels compiled from both.

A rule of two states is a Boolean function of nine inputs. `synthesis` turns its table into a short network of gates: counting laws
through adders (`totalistic`), any other by Shannon's expansion over the window (`shannon`), and then gates that compute what another
gate already has are taken out (`resubstitution`); `netlists` is the network, `gates` what a network costs and computes. A board is
packed 64 cells a word (`packing`), and the network is carried out on words: as native code written in LLVM's language (`llvm`) inside a
loop nest that keeps several generations in cache (`native_kernel`), or as array code for accelerators (`jax_kernel`). `bitpacked` is
the door: it chooses, splits and counts. Everything here equals `automata.stepping` bit for bit, and the tests say so on random input.
"""
