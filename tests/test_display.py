"""Short text and escaped cards."""

from __future__ import annotations

from evolaw import display


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
