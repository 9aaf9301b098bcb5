"""What all verbs of one junction share."""

import inspect
import json

import numpy as np

from evolaw.cli.junction import answers, escapes, fluctuations, voltages
from evolaw.cli.junction.verbs import Asked, measured
from evolaw.josephson import Junction
from evolaw.josephson.curves.results import Curve


def test_a_verb_has_the_options_of_the_junction_its_own_and_those_of_the_result():
    for verb in (voltages.iv, fluctuations.line, escapes.switching):
        names = list(inspect.signature(verb).parameters)
        assert names[:6] == ["ic", "r", "c", "temperature", "damping", "noise"]
        assert names[-5:] == ["seed", "out", "figure", "report", "as_json"] and "dt" in names


def test_what_was_typed_arrives(capsys):
    @measured("probe", "things")
    def probe(asked: Asked, size: int = 2) -> None:
        with asked.work() as work:
            assert work["out"] is None and callable(work["progress"])
        x = np.arange(1.0, 1.0 + size)
        asked.say(Curve(asked.junction, "escape rate", x, x, 0.1 * x, seed=asked.seed))

    typed = {"ic": None, "r": None, "c": None, "temperature": None, "damping": 0.5, "noise": 0.1}
    probe(**typed, size=3, seed=4, out=None, figure=None, report=None, as_json=True)
    facts = json.loads(capsys.readouterr().out)
    assert facts["rate"] == [1, 2, 3] and facts["seed"] == 4 and facts["junction"]["damping"] == 0.5


def test_a_table_has_both_kinds_of_units():
    junction = Junction.from_si(critical_current=1e-6, resistance=10.0, temperature=4.2)
    two = np.array([1.0, 2.0])
    curve = Curve(junction, "I–V curve", two, two, 0.1 * two, np.array([1.1, np.nan]), doubtful=np.array([False, True]))
    lines = answers.table(curve).splitlines()
    assert lines[0].split("  ")[-3:] == ["current (µA)", "voltage (µV)", "± 1 SE"] or "voltage (µV)" in lines[0]
    assert lines[1].split() == ["1", "1.00", "0.10", "1.1", "1", "10.0", "1.0"]
    assert lines[2].split() == ["2", "2.00", "0.20", "2", "20.0", "2.0", "(in", "doubt)"]
