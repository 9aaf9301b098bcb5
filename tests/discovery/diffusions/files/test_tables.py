"""Tables as people write them, and the place of every fault."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from evolaw.discovery.diffusions.files import tables
from evolaw.discovery.diffusions.files.tables import parse_table, read_table
from evolaw.errors import ParseError


@pytest.mark.parametrize("mark", [",", "\t", ";", " "])
def test_any_separator_is_read(mark: str) -> None:
    table = parse_table(
        mark.join(["time", "x", "y"]) + "\n" + "\n".join(mark.join(row) for row in (["0", "1", "2"], ["1", "3", "4"]))
    )
    assert table.names == ("x", "y")
    assert table.values.tolist() == [[1, 2], [3, 4]]


def test_units_stand_in_the_heading() -> None:
    table = parse_table("# made today\nx [mV],Time (s),Speed of wind\n1,0,3\n2,0.5,\n")
    assert (table.names, table.units, table.time_unit) == (("x", "Speed_of_wind"), ("mV", ""), "s")
    assert table.times.tolist() == [0, 0.5]
    assert np.isnan(table.values[1, 1])


def test_a_column_tells_paths_apart() -> None:
    table = parse_table("run,t,x\n7,0,1\n7,1,2\n9,0,3\n")
    assert table.paths.tolist() == [0, 0, 1]
    assert table.values.ravel().tolist() == [1, 2, 3]


def test_without_a_header_the_first_column_is_the_time() -> None:
    table = parse_table("0 1.5\n1 2.5\n")
    assert (table.names, table.times.tolist()) == (("x",), [0, 1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t,x\n0,1\n1,two\n", r":3:2: 'two' is no number"),
        ("t,x\n0,1\n1\n", r":3: The line has 1 fields"),
        ("a,b\n0,1\n", "No column is called t or time"),
        ("t\n0\n1\n", "times and no component"),
        (",t,x\n0.5,0,1\n1.5,1,2\n", "first column has no heading and is no count"),
        ("t,x\n", "no line of numbers"),
        ("", "no line"),
        ("t,x\n,1\n", r":2: The time is missing"),
    ],
)
def test_every_fault_has_its_place(text: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        parse_table(text)


def test_a_table_larger_than_the_memory_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.csv"
    path.write_text("t,x\n0,1\n")
    os.truncate(path, 20 * 10**9)  # 10⁹ rows, none of them on the disk
    monkeypatch.setattr(tables, "memory_limit", lambda: 10**10)
    with pytest.raises(ParseError, match="would take more than"):
        read_table(path)


def test_headings_of_tracking_programs_and_of_climate_tables_are_known() -> None:
    tracks = parse_table("TRACK_ID,FRAME,POSITION_X\n3,0,1.5\n3,1,1.6\n7,0,0.5\n7,1,0.4\n")
    assert tracks.paths.tolist() == [0, 0, 1, 1] and tracks.times.tolist() == [0, 1, 0, 1]
    assert tracks.names == ("POSITION_X",)
    assert parse_table("year,index\n1900,1\n1901,2\n").times.tolist() == [1900, 1901]
    # What is called t is the time even where a date stands before it.
    assert parse_table("date,t,x\n5,0,1\n6,1,2\n").times.tolist() == [0, 1]


def test_marks_of_spreadsheets_mean_nothing() -> None:
    """Quotes around fields, and a mark behind the last one of every line."""
    table = parse_table('"t","x (mV)",\n"0","1.5",\n"0.1","-2",\n')
    assert (table.times.tolist(), table.values.tolist(), table.names) == ([0, 0.1], [[1.5], [-2]], ("x",))
    assert np.isnan(parse_table("t,x,y\n0,1,\n1,2,\n").values[:, 1]).all()


def test_decimals_and_dates_of_spreadsheets() -> None:
    """Semicolons with decimal commas, as Excel writes in much of Europe; dates as the times, to their last digit."""
    table = parse_table("t;x (mV)\n0,5;-1,25\n1,5;2e-3\n")
    assert table.times.tolist() == [0.5, 1.5] and table.values[:, 0].tolist() == [-1.25, 0.002]
    with pytest.raises(ParseError, match="is no number"):
        parse_table("t;x\n0,5;1.000,5\n1,5;2\n")
    for mark in ",;\t":
        lines = ["x", "date"], ["1.5", "2026-02-28 23:59:59.5"], ["2.5", "2026-03-01T00:00:00Z"], ["3", "2026/03/01"]
        table = parse_table("\n".join(mark.join(line) for line in lines[:3]))
        assert table.times.tolist() == [0.0, 0.5] and (table.time_unit, table.names) == ("s", ("x",))
        assert table.values[:, 0].tolist() == [1.5, 2.5]
    with pytest.raises(ParseError, match="2026-13-01"):
        parse_table("date,x\n2026-13-01,1\n2026-12-02,2\n")


ROWS = ((0.0, 1.5), (0.25, 2.5), (0.5, -1.0), (0.75, 4.0))


@pytest.mark.parametrize(
    ("head", "lines", "times", "names", "said"),
    [
        (",t,x", [f"{k},{t},{x}" for k, (t, x) in enumerate(ROWS)], [0, 0.25, 0.5, 0.75], ("x",), "counts the rows"),
        (
            '"","t","x"',
            [f'"{k}",{t},{x}' for k, (t, x) in enumerate(ROWS, 1)],
            [0, 0.25, 0.5, 0.75],
            ("x",),
            "left out",
        ),
        (
            "Unnamed: 0,t,x",
            [f"{7 * k},{t},{x}" for k, (t, x) in enumerate(ROWS)],
            [0, 0.25, 0.5, 0.75],
            ("x",),
            "left out",
        ),
        (",x", [f"{t},{x}" for t, x in ROWS], [0, 0.25, 0.5, 0.75], ("x",), "was read as the time"),
        (",0,1", [f"{k},{x},{t}" for k, (t, x) in enumerate(ROWS)], [0, 1, 2, 3], ("x", "y"), "was read as the time"),
        ("x", [f"{x}" for _, x in ROWS], [0, 1, 2, 3], ("x",), "one unit of time"),
        ("1.5", ["2.5", "-1", "4"], [0, 1, 2, 3], ("x",), "one unit of time"),
        (
            "clock,u",
            [f"{t},{x}" for t, x in ROWS],
            [0, 0.25, 0.5, 0.75],
            ("u",),
            "clock, the only one that rises evenly",
        ),
        ("time_ms,x", [f"{t},{x}" for t, x in ROWS], [0, 0.25, 0.5, 0.75], ("x",), ""),
        ("时间（秒）,x（mV）", [f"{t},{x}" for t, x in ROWS], [0, 0.25, 0.5, 0.75], ("x",), ""),
    ],
)
def test_what_is_unambiguous_is_read_and_said(
    head: str, lines: list[str], times: list[float], names: tuple[str, ...], said: str
) -> None:
    """Row numbers of pandas and R, columns without names, one column alone, a clock of another name, units within headings."""
    table = parse_table("\n".join([head, *lines]) + "\n")
    assert table.times.tolist() == times and table.names == names
    assert table.values[:, 0].tolist() == [x for _, x in ROWS]
    assert said in " ".join(table.notes) and bool(table.notes) == bool(said)


def test_two_clocks_are_not_chosen_between() -> None:
    lines = "\n".join(f"{k},{2 * k},{k % 2}" for k in range(5))
    with pytest.raises(ParseError, match="No column is called t or time; there are a, b, c"):
        parse_table(f"a,b,c\n{lines}\n")
