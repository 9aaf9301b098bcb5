"""``evolaw score``: learn a score from data, draw from it, weigh data with it, edit data by it.

`command` is what was typed, in two files by what is done: `command` trains, samples and compares, `edits` keeps part of a datum and draws
the rest; `sources` turns words into data, noisings, samplers and models; `outputs` writes arrays, pictures and pages.
"""
