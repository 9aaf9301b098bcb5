"""One loop that trains networks, whatever they see: batches in, checkpoints out, the same bytes after a kill.

`training` steps an optimiser over batches of a loss and keeps the state of many networks side by side; `checkpoints` is a training in
a run directory, committed as it goes and continued where it stopped; `serialization` writes networks as safetensors with a header
that says how they are built, and reads only classes that are already known. Nothing here may know what a batch means.
"""
