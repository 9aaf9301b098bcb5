"""The one catalogue of messages: what the program says, in the language of who reads it.

Everything is written in English where it arises, and stored so: a finding, an error, a remark is the same document everywhere. On its
way to a person it passes this room, which finds the English sentence among its entries, with what stands in their gaps, and
says it in the chosen language; what is already Chinese, a number, a name or an entry passes as it is.

    ground, commands, lattices, equations, junctions, networks, figures .toml     sentences, by the part that says them
    labels.toml                                                                  single words at axes and line beginnings
    ../labels.toml, ../vocabulary.toml                                           the words of pages, and of `evolaw explain`

`catalogue` finds and fills the entries, `choice` knows which language is spoken, `layout` keeps tables of text straight.
"""

from __future__ import annotations

from evolaw.report.language.catalogue import label, sentence
from evolaw.report.language.choice import LANGUAGES, chosen, speak, speaking, spoken
from evolaw.report.language.layout import block, columns, width

__all__ = ["LANGUAGES", "block", "chosen", "columns", "label", "sentence", "speak", "speaking", "spoken", "width"]
