"""Lines of labels and texts stand below each other in both languages."""

from __future__ import annotations

from evolaw.report.language import block, columns, width


def test_labels_keep_their_columns() -> None:
    said = block("Trajectory\n  seed        3\n  generation  4\n\n  run written to runs/a", "zh").split("\n")
    assert said[0] == "轨迹"
    starts = [width(line[: line.index(digit)]) for line, digit in zip(said[1:3], "34", strict=True)]
    assert starts[0] == starts[1]
    assert said[4] == "  运行目录已写到 runs/a"


def test_pictures_stay() -> None:
    picture = "x\n  ▀▄   █\n ▀      ▀"
    assert block(picture, "zh") == picture


def test_english_is_left_alone() -> None:
    assert block("  seed  3", "en") == "  seed  3"


def test_a_chinese_letter_is_two_columns_wide() -> None:
    assert width("规律") == 4 and width("law") == 3


def test_columns_are_said_each_by_itself() -> None:
    """Also in a table of a report: the remark behind a rule is its own column."""
    assert columns("B36/S23  (3 of 18 entries are guesses)", "zh") == "B36/S23  （18 项中有 3 项是猜测）"
    assert columns("B36/S23  (3 of 18 entries are guesses)", "en").endswith("are guesses)")
