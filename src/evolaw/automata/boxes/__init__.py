"""Black boxes: something that steps boards and may be questioned, but not looked into.

A question is a board and a number of generations; the answer is the board afterwards. A box is a Python callable or any external
command that reads one RLE file and writes another (`black_box`); where a box answers on a plane of its own, the question is placed
on it and the answer found again (`placement`). Discovery asks; nothing here knows why.
"""
