"""Black boxes: Golly questioned as one, and every misbehaviour answered with a sentence within its time."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from evolaw.automata.boxes.black_box import Box, CommandBox, FunctionBox
from evolaw.errors import ArgumentError, BoxError

GOLLY = "bgolly -q -q -a QuickLife -m {steps} -i {steps} -o {after} {before}"
HASHLIFE = "bgolly -q -q -a HashLife -m {steps} -i 1 -o {after}.mc {before}"
BOARD = np.random.default_rng(0).integers(0, 2, (8, 9), dtype=np.uint8)
needs_golly = pytest.mark.skipif(shutil.which("bgolly") is None, reason="bgolly (package golly) is not installed")


def life(board: np.ndarray, steps: int = 1, born: tuple[int, ...] = (3,)) -> np.ndarray:
    for _ in range(steps):
        neighbours = sum(np.roll(board, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - board
        board = ((board == 0) & np.isin(neighbours, born) | (board == 1) & np.isin(neighbours, (2, 3))).astype(np.uint8)
    return board


def script(folder: Path, body: str) -> str:
    """A Python script as a box; in it, `before`, `after` and `steps` are set."""
    file = folder / "box.py"
    file.write_text(f"import os, sys, time, pathlib\nbefore, after, steps = sys.argv[1:4]\n{body}\n")
    return f"{sys.executable} -S {file} {{before}} {{after}} {{steps}}"


@needs_golly
@pytest.mark.parametrize("command", [GOLLY, HASHLIFE])
def test_golly_is_asked_about_dense_boards_of_many_sizes(command: str) -> None:
    draw = np.random.default_rng(3)
    box: Box = CommandBox(command)
    for _ in range(25):
        rows, cols = int(draw.integers(6, 20)), int(draw.integers(6, 70))
        board = (draw.random((rows, cols)) < 0.4).astype(np.uint8)
        steps = int(draw.integers(1, 4))
        np.testing.assert_array_equal(box.answer(board, steps), life(board, steps))


@needs_golly
def test_golly_keeps_the_place_of_a_lonely_glider_only_in_macrocells() -> None:
    board = np.zeros((20, 31), np.uint8)
    board[[17, 18, 19, 19, 19], [29, 30, 28, 29, 30]] = 1
    np.testing.assert_array_equal(CommandBox(HASHLIFE).answer(board, 9), life(board, 9))
    with pytest.raises(BoxError, match="not where it lies"):
        CommandBox(GOLLY).answer(board, 9)
    assert CommandBox(GOLLY).answer(np.eye(6, 9, 8), 1).sum() == 0


@needs_golly
def test_a_rule_on_the_command_line_needs_its_grid() -> None:
    board = (np.random.default_rng(1).random((16, 16)) < 0.5).astype(np.uint8)
    right = CommandBox("bgolly -q -q -a QuickLife -r B36/S23:T{cols},{rows} -m {steps} -i 1 -o {after} {before}")
    np.testing.assert_array_equal(right.answer(board, 2), life(board, 2, (3, 6)))
    np.testing.assert_array_equal(CommandBox(GOLLY, rule="B36/S23").answer(board, 2), life(board, 2, (3, 6)))
    with pytest.raises(BoxError, match=r"needs the grid too, as in -r RULE:T\{cols\},\{rows\}"):
        CommandBox("bgolly -q -q -a QuickLife -r B36/S23 -m {steps} -i 1 -o {after} {before}").answer(board, 3)
    with pytest.raises(BoxError, match="torus of 5 x 5, but was asked"):
        CommandBox("bgolly -q -q -a QuickLife -r B36/S23:T5,5 -m {steps} -i 1 -o {after} {before}").answer(board, 3)


def test_a_script_that_copies_and_one_that_draws(tmp_path: Path) -> None:
    copying = CommandBox(script(tmp_path, "pathlib.Path(after).write_bytes(pathlib.Path(before).read_bytes())"))
    np.testing.assert_array_equal(copying.answer(BOARD, 3), BOARD)
    drawing = CommandBox(script(tmp_path, "open(after, 'w').write('.O\\nO.')").replace("{after}", "{after}.cells"))
    assert drawing.answer(np.zeros((2, 2)), 1).tolist() == [[0, 1], [1, 0]]


def test_the_question_is_rle_on_a_torus_in_a_private_folder(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    body = f"pathlib.Path({str(seen)!r}).write_text(os.getcwd() + chr(10) + steps + chr(10) + open(before).read())\n"
    body += "open(after, 'w').write('x = 0, y = 0' + chr(10) + '!')"
    assert CommandBox(script(tmp_path, body)).answer(BOARD, 7).sum() == 0
    folder, steps, header = seen.read_text().splitlines()[:3]
    assert (steps, header) == ("7", "x = 9, y = 8, rule = B3/S23:T9,8")
    assert not os.path.exists(folder)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("sys.stderr.write('no such rule'); sys.exit(3)", r"exit code 3\. It said: 'no such rule'\. Run it by hand"),
        ("os.kill(os.getpid(), 9)", "signal 9"),
        ("pass", r"wrote no after\.rle"),
        ("open(after, 'w')", r"after\.rle:1:1: The pattern does not end with !"),
        ("open(after, 'w').write('x = 9, y = 8\\n3o$9o')", "it was cut short"),
        ("open(after, 'w').write('rubbish')", r"cannot be read: after\.rle:1:1: 'r' means nothing"),
        ("open(after, 'wb').write(bytes(range(256)))", "cannot be read"),
        ("open(after, 'w').write('x = 9, y = 8\\n3o$9C!')", r"after\.rle:2:5: C is a state above 1"),
        ("open(after, 'w').write('x = 1000000000, y = 9\\no!')", "1000000000"),
        ("open(after, 'w').write('x = 3, y = 40\\n' + 'o$' * 40 + '!')", "40 x 1, larger than the torus of 8 x 9"),
        ("open(after, 'w').write('x = 9, y = 8, rule = B3/S23:P9,8\\no!')", "on a plane of 8 x 9"),
        ("open(after, 'w').write('#CXRLE Pos=90,90\\nx = 1, y = 1\\no!')", "outside the torus of 8 x 9"),
        ("os.mkfifo(after)", "something else than a plain file"),
        ("os.mkdir(after)", "something else than a plain file"),
        ("os.symlink('/dev/zero', after)", "something else than a plain file"),
        ("open(after, 'w').write(' ' * 1500000)", r"The answer has 1\.4 MiB, more than the 976\.6 KiB allowed"),
        ("import itertools\nfor _ in itertools.count(): print('y' * 100000)", r"The box wrote .*, more than twice"),
        ("f = open(after, 'w')\nwhile True: f.write('o' * 100000)", r"The box wrote .*, more than twice"),
    ],
)
def test_misbehaviour(tmp_path: Path, body: str, says: str) -> None:
    start = time.monotonic()
    with pytest.raises(BoxError, match=says):
        CommandBox(script(tmp_path, body), timeout=20, most_bytes=10**6).answer(BOARD, 1)
    assert time.monotonic() - start < 15


@pytest.mark.slow
def test_a_box_that_hangs_is_stopped_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    body = f"import subprocess\nchild = subprocess.Popen(['sleep', '60'])\nopen({str(pid)!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    start = time.monotonic()
    with pytest.raises(BoxError, match=r"did not answer within 1\.5 s and was stopped.*raise the time-out"):
        CommandBox(script(tmp_path, body), timeout=1.5).answer(BOARD, 1)
    assert time.monotonic() - start < 10
    child = int(pid.read_text())
    for _ in range(100):
        if not os.path.exists(f"/proc/{child}") or " Z " in Path(f"/proc/{child}/stat").read_text():
            return
        time.sleep(0.05)
    raise AssertionError("the child of the box is still alive")


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    with pytest.raises(BoxError):
        CommandBox(f"true {{before}} {{after}} {{steps}} ; touch {trap} $(touch {trap})").answer(BOARD, 1)
    assert not trap.exists()


def test_missing_and_forbidden_programs(tmp_path: Path) -> None:
    with pytest.raises(BoxError, match=r"'nonesuch' cannot be started: No such file.*Install the program"):
        CommandBox("nonesuch {before} {after} {steps}").answer(BOARD, 1)
    file = tmp_path / "plain"
    file.write_text("#!/bin/sh\n")
    file.chmod(stat.S_IRUSR)
    with pytest.raises(BoxError, match="Permission denied"):
        CommandBox(f"{file} {{before}} {{after}} {{steps}}").answer(BOARD, 1)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("box {before} {steps}", r"must contain \{after\}"),
        ("box {before} {after}", r"must contain \{steps\}"),
        ("", r"must contain \{before\}"),
        ("box {before} {aftr} {steps}", r"Did you mean \{after\}\?"),
        ("awk '{print}' {before} {after} {steps}", "using {print}.*script"),
        ("box {before} {} {after} {steps}", "using {}"),
        ("box '{before} {after} {steps}", "Close the quotation"),
        ("box {before} {after} {after}.mc {steps}", r"one \{after\} file"),
    ],
)
def test_commands_are_checked_at_once(command: str, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        CommandBox(command)


def test_questions_are_checked() -> None:
    box = FunctionBox(lambda board, steps: board)
    with pytest.raises(ArgumentError, match="`board` must hold 0 and 1"):
        box.answer(np.full((2, 2), 255), 1)
    with pytest.raises(ArgumentError, match="`steps`"):
        box.answer(BOARD, 0)
    with pytest.raises(ArgumentError, match="at least one cell"):
        box.answer(np.zeros((0, 3)), 1)
    with pytest.raises(ArgumentError, match="`timeout` must be positive"):
        CommandBox(GOLLY, timeout=0)


def test_a_function_answers() -> None:
    np.testing.assert_array_equal(FunctionBox(life).answer(BOARD, 2), life(BOARD, 2))
    assert FunctionBox(lambda board, steps: (board == 0).tolist()).answer(BOARD, 1).dtype == np.uint8


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda board, steps: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda board, steps: None, "must answer with a board"),
        (lambda board, steps: board[:-1], r"shape \(8, 9\)"),
        (lambda board, steps: board + 1, "hold 0 and 1 only"),
        (lambda board, steps: "text", "must answer with a board"),
        (lambda board, steps: [[1], [1, 2]], "must answer with a board"),
        (lambda: 0, "raised TypeError"),
    ],
)
def test_functions_that_misbehave(function: object, says: str) -> None:
    with pytest.raises(BoxError, match=says):
        FunctionBox(function).answer(BOARD, 1)  # type: ignore[arg-type]


def test_a_function_cannot_change_the_question() -> None:
    board = BOARD.copy()

    def spoil(cells: np.ndarray, steps: int) -> np.ndarray:
        cells[:] = 0
        return cells

    assert FunctionBox(spoil).answer(board, 1).sum() == 0
    np.testing.assert_array_equal(board, BOARD)
