"""Trajectories from files as people have them, with the names and units that stand in them.

`tracks` is the door: it tells tables of text, NumPy, MATLAB, Parquet, Zarr and run directories apart, and gives trajectories. `tables`
reads the text ones: a column of times, a column a component, maybe one that says which path. Files are from strangers: sizes are
bounded before memory is taken, and what cannot be read is a sentence with its line.
"""
