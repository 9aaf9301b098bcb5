"""Doubt where cells were misread: no window contradicts another outright, as every outcome may be a misreading.

What is wrong with the space shows as chance here, in three ways. Misreadings that do not lie everywhere alike are no misreadings
(`misreadings`): they mark a place, a time or an edge with a law of its own. What is alive in one half of the recording and dead in the
other looks like a coin (`halves`). And so does an entry whose windows behave in two ways, which a wider space tells apart
(`space_refinement`).
"""
