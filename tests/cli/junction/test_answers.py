"""What is said of a curve."""

import json

import numpy as np
import pytest

from evolaw.cli.junction import answers
from evolaw.cli.main import run as command
from evolaw.errors import ArgumentError, StorageError
from evolaw.josephson import Junction
from evolaw.josephson.curves.results import Curve, IVCurve
from evolaw.storage import Run, Series


def typed(out, **more):
    return {"bias": "0.5", "seed": 3, "out": out, "figure": None, "as_json": True} | more


def test_a_document_holds_what_json_can(capsys, tmp_path):
    out = tmp_path / "run"
    x = np.array([0.1, 0.2])
    curve = IVCurve(Junction(noise=0.1), "I–V curve", x, x, x, np.array([1.0, np.nan]), "theory", seed=3)
    with answers.kept("iv", typed(out)) as place:
        answers.say(curve, place)
    facts = json.loads(capsys.readouterr().out)
    assert facts["exact"] == [1.0, None] and facts["seed"] == 3 and facts["junction"]["damping"] is None
    assert json.loads((out / "result.json").read_text())["exact"] == [1.0, None]


def test_a_place_in_the_way_is_refused_before_the_work(tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(StorageError, match="already exists"), answers.kept("iv", typed(tmp_path)):
        raise AssertionError("work was done")
    with pytest.raises(ArgumentError, match="figure"), answers.kept("iv", typed(None, figure=tmp_path / "x.gif")):
        raise AssertionError("work was done")


def test_a_run_that_refused_an_argument_leaves_its_place_free(tmp_path):
    with pytest.raises(ValueError), answers.kept("iv", typed(tmp_path / "run")):
        raise ValueError("no")
    with answers.kept("iv", typed(tmp_path / "run", bias="0.7")) as place:
        assert place.run.about["settings"] == {"bias": "0.7", "seed": 3}
    with pytest.raises(StorageError, match="differs in bias"), answers.kept("iv", typed(tmp_path / "run")):
        raise AssertionError("work was done")


@pytest.mark.slow
def test_a_run_that_was_killed_before_its_first_commit_goes_on(tmp_path, monkeypatch):
    """What is solved is written down before the first chunk; the same command was told that the directory exists."""
    words = ["junction", "iv", "--noise", "0.5", "--bias", "0.5", "--paths", "8", "--duration", "5"]
    path = tmp_path / "run"

    def killed(*given):
        raise KeyboardInterrupt

    append = Series.append
    monkeypatch.setattr(Series, "append", killed)
    assert command([*words, "--out", str(path)]) == 130
    assert (path / "solution.json").is_file() and Run.open(path).cursor == 0
    monkeypatch.setattr(Series, "append", append)
    assert command([*words[:-1], "6", "--out", str(path)]) == 3, "another measurement"
    assert command([*words, "--out", str(path)]) == 0
    assert command([*words, "--out", str(tmp_path / "whole")]) == 0
    assert Run.open(path).verify() == [] and Run.open(path).state == "done"
    assert (path / "result.json").read_text() == (tmp_path / "whole" / "result.json").read_text()


def test_small_rates_and_their_units_stand_in_the_table():
    """A known rate of 3e-19 was printed as 0, and rates of 1e8 a second as "n1/s" or "M1/s"."""
    junction = Junction.from_si(critical_current=1e-5, resistance=1.0, capacitance=1e-12, temperature=4.2)
    x = np.array([0.5])
    rows = answers.table(Curve(junction, "escape rate", x, 5e-19 * x, 2e-19 * x, 6e-19 * x, "theory"))
    assert "escape rate (1/s)" in rows and "3e-19" in rows
    plain = answers.table(Curve(junction, "I–V curve", x, 0 * x, 1e-5 * x, 1e-16 * x, "theory"))
    assert "e-17" not in plain


def test_a_table_has_no_digit_that_the_error_does_not_allow():
    """0.3690644 ± 0.001 was printed."""
    x = np.array([0.5, 1.0])
    found = Curve(
        Junction(noise=0.1), "I–V curve", x, np.array([0.00071152, 0.3690644]), np.array([7.9e-5, 0.001]), None, ""
    )
    rows = [row.split() for row in answers.table(found).splitlines()[1:]]
    assert rows == [["0.5", "7.12e-04", "7.9e-05"], ["1", "0.3691", "0.0010"]]
