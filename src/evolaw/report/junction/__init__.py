"""What is seen of junctions: their figures, and the page of a measured result.

`charts` draws curves, loops, maps and histograms, `array_charts` arrays, `fit_charts` a fit; `looks` is what they share. `numbers` makes the
tables of a result, each number with its error and the closed form beside it, `verdict` what holds, what is in doubt and what to do next;
`page` puts them on one page.
"""
