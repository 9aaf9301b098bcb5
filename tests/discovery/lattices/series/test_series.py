"""Tables of statistics: measured right, read back exactly, and every fault named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.analysis import measure_clusters
from evolaw.automata import evolve
from evolaw.discovery.lattices.series.series import (
    STATISTICS,
    Series,
    measure,
    parse_series,
    read_series,
    series_of,
    write_series,
)
from evolaw.errors import ArgumentError, EvolawError, ParseError

GOOD = "# rows=8 cols=8 start_density=0.5\nrun,time,density\n0,1,0.25\n0,2,0.2\n1,1,0.3\n1,2,0.1\n"


def a_recording(boundary: str = "torus", boards: int = 3) -> object:
    start = np.random.default_rng(2).integers(0, 2, (boards, 7, 9), dtype=np.uint8)
    return evolve("B3/S23", start, 4, boundary=boundary)


def slow_blocks(board: np.ndarray, wrap: bool) -> np.ndarray:
    rows, cols = board.shape
    counts = np.zeros(16)
    for row in range(rows if wrap else rows - 1):
        for col in range(cols if wrap else cols - 1):
            below, right = (row + 1) % rows, (col + 1) % cols
            a, b, c, d = board[row, col], board[row, right], board[below, col], board[below, right]
            counts[8 * a + 4 * b + 2 * c + d] += 1
    return counts / counts.sum()


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
def test_statistics_are_those_of_a_slow_count(boundary: str) -> None:
    recording = a_recording(boundary)
    series = series_of(recording, STATISTICS, start_density=0.5)
    assert series.values.shape == (3, 4, len(STATISTICS))
    clusters = measure_clusters(recording)
    np.testing.assert_allclose(series.values[..., 2].mean(0), clusters.number.value[1:])
    for run, film in enumerate(recording.split()):
        for time in range(1, 5):
            board, before = film.values[time], film.values[time - 1]
            density, activity, _, *blocks = series.values[run, time - 1]
            assert density == pytest.approx(board.mean())
            assert activity == pytest.approx((board != before).mean())
            np.testing.assert_allclose(blocks, slow_blocks(board, boundary == "torus"))


def test_boards_of_bytes_do_not_overflow() -> None:
    assert measure(np.ones((300, 300), np.uint8), None, ["density", "block15", "clusters"], "torus").tolist() == [
        1,
        1,
        pytest.approx(1 / 90000),
    ]


@pytest.mark.parametrize("boundary", ["torus", "plane"])
def test_a_table_reads_back_exactly(boundary: str, tmp_path) -> None:
    series = series_of(a_recording(boundary), ("density", "activity", "block3"), start_density=0.1 + 0.2)
    path = tmp_path / "series.csv"
    path.write_text(write_series(series), encoding="utf-8")
    again = read_series(path)
    assert (again.names, again.rows, again.cols, again.boundary) == (series.names, 7, 9, boundary)
    assert again.start_density == series.start_density
    assert np.array_equal(again.values, series.values) and np.array_equal(again.times, series.times)


def test_lines_may_come_in_any_order_and_generation_0_is_left_out() -> None:
    lines = GOOD.splitlines()
    shuffled = "\n".join([*lines[:2], *reversed(lines[2:]), "0,0,0.5", "1,0,0.5"])
    assert np.array_equal(parse_series(shuffled).values, parse_series(GOOD).values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not say rows"),
        ("# rows=8 cols=8\nrun,time,density\n0,1,0.2\n", "start_density"),
        ("# rows=8 cols=8 start_density=0.5\n", "holds no line"),
        ("# rows=8 cols=8 start_density=0.5\nrun,time,density\n", "no line below"),
        ("# rows=eight cols=8 start_density=0.5\nrun,time,density\n0,1,0.2\n", "rows must be a number"),
        (GOOD.replace("density\n0", "heat\n0"), "heat"),
        (GOOD.replace("run,time", "time,run"), "table:2: The first line must be run,time"),
        (GOOD.replace("run,time,density", "run,time,density,density").replace(",0.", ",0.1,0."), "each once"),
        (GOOD.replace("0,2,0.2", "0,2"), "table:4: The line has 2 cells instead of 3"),
        (GOOD.replace("0,2,0.2", "0,2,abc"), "table:4: .*no number"),
        (GOOD.replace("0,2,0.2", "0,2,nan"), "not finite"),
        (GOOD.replace("0,2,0.2", "0,2,1.5"), "shares"),
        (GOOD.replace("0,2,0.2\n", ""), "run 0 lacks time 2"),
        (GOOD + "1,2,0.1\n", "Run 1 has two lines for time 2"),
        (GOOD.replace("0,2,", "0,2.5,").replace("1,2,", "1,2.5,"), "generations"),
        (GOOD.replace("rows=8", "rows=0"), "rows"),
        (GOOD.replace("rows=8", "rows=99999999"), "rows"),
        (GOOD.replace("0.5\n", "0.5 boundary=ball\n"), "boundary"),
    ],
)
def test_faults_are_named(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parse_series(text)


def test_a_wide_empty_table_is_refused_before_memory_is_taken() -> None:
    lines = "".join(f"{i},{i + 1},0.5\n" for i in range(30_000))
    with pytest.raises(ParseError, match="lacks time"):
        parse_series("# rows=8 cols=8 start_density=0.5\nrun,time,density\n" + lines)


def test_files_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(ParseError, match="no such file"):
        read_series(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParseError, match="is no UTF-8 text"):
        read_series(tmp_path / "bytes.csv")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.text(alphabet="0123456789.,#=-e\n xyé", max_size=6), st.integers(0, 8))
def test_damaged_tables_end_in_a_sentence_or_in_a_table(place: int, inserted: str, dropped: int) -> None:
    try:
        series = parse_series(GOOD[:place] + inserted + GOOD[place + dropped :])
    except EvolawError as error:
        assert str(error).startswith("table") and str(error)[-1] in ".?"
    else:
        assert series.values.min() >= 0 and series.values.max() <= 1


def test_what_is_no_series_is_refused() -> None:
    with pytest.raises(ArgumentError, match="names"):
        Series((), np.array([1]), np.zeros((1, 1, 0)), 8, 8, 0.5)
    with pytest.raises(ArgumentError, match="times"):
        Series(("density",), np.array([0, 1]), np.zeros((1, 2, 1)), 8, 8, 0.5)
    with pytest.raises(ArgumentError, match="generations"):
        series_of(evolve("B3/S23", np.ones((4, 4), np.uint8), 4, every=2), start_density=1.0)


def test_a_series_says_what_it_is() -> None:
    assert "8 x 8, torus, start density 0.5" in repr(parse_series(GOOD))
