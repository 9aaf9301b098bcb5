"""What speaks against the space itself, before any entry is decided.

`specification_tests` are the first look: contradictions, differences inside a symmetry orbit, wrong edges, drift in time. What fails is
explained by the simplest of `causes` that carries its own evidence (`diagnosis`): a part that contradicts the rest (`faults` finds it,
`parts` says what follows without it), skipped generations (`subsampling`), laws that see further than a window
(`larger_neighbourhoods` counted, `neighbourhood_networks` learned), or one kind of chance of three (`chance` on `noise_models`). Where
cells were misread, doubt goes another way (`behind_flips/`). `predictive_check` closes the investigation: the law found is run and
compared with the recording. A failing check names its cause; it never gives a bit.
"""
