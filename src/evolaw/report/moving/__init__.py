"""Moving pictures of trajectories.

`playback` packs a recording into bits and picks the frames of a strip for paper; `player` shows any trajectory as a page or in a notebook,
boards to play, lines of cells as space and time, paths as lines, never larger than a page may be; `animation` writes GIF and
MP4 files.
"""
