"""Evidence from windows: counted where they were seen, inferred where they were misread, hidden or skipped.

`counting` serves clean consecutive frames. Behind misread cells the visits of each window are recovered by inverting the channel
(`flip_channel`, `denoising`, with `belief_propagation` for the frames themselves, and `update_noise` where only new states are misread).
Behind missing cells and skipped generations every cell is a constraint on the law (`constraints`); laws that no solution supports are
ruled out by search (`version_space`, `exhaustive`), and `proofs` says which entries that settles; `missing_cells` and `skipped_frames`
are the kinds of evidence on top. Proof comes before sampling: a search that did not finish decides nothing.
"""
