"""What speaks against the space itself, before any entry is decided.

`specification_tests` are the first look: contradictions, differences inside a symmetry orbit, wrong edges, drift in time. What fails is
explained by the simplest cause that carries its own evidence (`diagnosis`): misread cells (`noise_models`), skipped generations
(`subsampling`), a smaller space with the answer in a larger one (`space_refinement`), laws that see further than a window
(`larger_neighbourhoods` counted, `neighbourhood_networks` learned). `predictive_check` closes the investigation: the law found is run
and compared with the recording. A failing check names its cause; it never gives a bit.
"""
