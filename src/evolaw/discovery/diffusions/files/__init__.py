"""Trajectories from files as people have them: tables of text, NumPy, MATLAB, Parquet, Zarr, run directories."""
