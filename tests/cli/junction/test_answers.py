"""What is said of a curve."""

import json

import numpy as np
import pytest

from evolaw.cli.junction import answers
from evolaw.errors import ArgumentError
from evolaw.josephson import Junction


class Told:
    def __repr__(self) -> str:
        return "told"


def test_a_document_holds_what_json_can(capsys, tmp_path):
    out = tmp_path / "run"
    answers.say(Told(), Junction(noise=0.1), {"x": np.array([1.0, np.inf])}, {"seed": 3}, out, None, True)
    facts = json.loads(capsys.readouterr().out)
    assert facts["x"] == [1.0, None] and facts["seed"] == 3 and facts["junction"]["damping"] is None
    assert json.loads((out / "result.json").read_text())["x"] == [1.0, None]


def test_a_place_in_the_way_is_refused_before_the_work(tmp_path):
    with pytest.raises(ArgumentError, match="out"):
        answers.check_places(tmp_path, None)
