"""Moving pictures: `playback` packs a recording into bits, `player` shows any trajectory as a page or in a notebook, `animation` writes
GIF and MP4 files.
"""
