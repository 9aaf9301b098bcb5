"""How equations are written: text to symbols, without evaluating anything.

    spelling   one spelling for what is written in many: superscripts, Greek letters, signs, dots
    tokens     words with their columns
    reader     one expression: what can mean one thing is read, the rest is told both ways to write it
    langevin   derivatives and white noise as a system of first order
    grammar    whole systems: their states, drift, noises and calculus

The names load when they are first used: telling an equation from a rule loads no SymPy.
"""

from __future__ import annotations

from evolaw.facade import facade

_NAMES: dict[str, tuple[str, ...]] = {
    "grammar": ("Equations", "read_equations", "read_expression"),
    "reader": ("FUNCTIONS", "RESERVED"),
    "spelling": ("is_equation", "name_of", "spell"),
}

__all__, __getattr__, __dir__ = facade("evolaw.ito.notation", _NAMES)
