"""Short text and escaped cards."""

from __future__ import annotations

import pytest

from evolaw import display
from evolaw.display import uncertain


def test_lines_are_aligned_and_leave_out_what_is_unknown() -> None:
    text = display.lines("Thing", [("a", 1), ("long", "x"), ("none", None)])
    assert text == "Thing\n  a     1\n  long  x"


def test_cards_escape_everything() -> None:
    html = display.card("<b>", [("<i>", "<u>"), ("gone", None)], "data:image/png;base64,'\"<")
    assert html.count("<b>") == html.count("<i>") == html.count("<u>") == 0
    assert "gone" not in html
    assert "&#x27;" in html


def test_a_result_is_drawn_by_whoever_draws() -> None:
    before = display._drawers[0]
    display.draws_with(lambda result, **options: (result, options))
    try:
        assert display.plot("result", title="t") == ("result", {"title": "t"})
    finally:
        display.draws_with(before)


def test_what_moves_is_shown_by_whoever_shows_it() -> None:
    before = display._showers[0]
    display.shows_with(lambda result: f"<i>{result}</i>")
    try:
        assert display.shown("film") == "<i>film</i>"
        assert display.card("t", [], below=display.shown("film")).endswith("<i>film</i></div>")
    finally:
        display.shows_with(before)


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (-1.9234, 0.0312, "-1.923 ± 0.031"),
        (-565.3, 26.4, "-565 ± 26"),
        (-3.1e-10, 6.3e-7, "(0.0 ± 6.3)e-07"),
        (1.0, 1.2e-16, "1 ± 1.2e-16"),
        (1.4355812, 2.6e-7, "1.43558120 ± 2.6e-07"),
        (0.1, 3e-5, "0.100000 ± 3.0e-05"),
        (1e-6, 1.04e-13, "1.00000000e-06 ± 1.0e-13"),
        (0.25, float("nan"), "0.25"),
        (4.006e-13, 2.1e-15, "(4.006 ± 0.021)e-13"),
        (-0.00964572, 0.0148, "-0.010 ± 0.015"),
        (-1009.4, 771.0, "-1010 ± 770"),
        (1.0, 0.0999, "1.00 ± 0.10"),
        (2.0, 0.0, "2 ± 0"),
        (0.5, float("inf"), "0.5 ± inf"),
        (2.5e9, 3.0e7, "(2.500 ± 0.030)e+09"),
    ],
)
def test_a_number_with_its_error_is_shown_in_powers_of_ten_where_units_make_them_small_or_large(
    value: float, error: float, shown: str
) -> None:
    assert uncertain(value, error) == shown
