"""`evolaw junction fit`: the four numbers back from a file."""

import json

import numpy as np
import pytest

from evolaw.josephson.formulas import mean_voltage


@pytest.mark.slow
def test_a_measured_curve_gives_its_numbers(evolaw):
    i = np.linspace(0.1, 3, 30)
    v = 10 * mean_voltage(i, 0.1761963) + 0.02 * np.random.default_rng(0).standard_normal(30)
    with open("iv.csv", "w") as file:
        file.write("current (uA), voltage (uV)\n")
        file.writelines(f"{a:.6f}, {b:.6f}\n" for a, b in zip(i, v, strict=True))
    done = evolaw("junction", "fit", "iv.csv", "--temperature", "4.2 K", "--json", "--figure", "fit.png")
    facts = json.loads(done.stdout)
    low, high = facts["parameters"]["temperature"]["interval"]
    assert low < 4.3 and high > 4.1 and facts["parameters"]["capacitance"]["value"] is None
    assert facts["next"]["says"] and facts["junction"]["si"]["resistance"] > 9.9
    text = evolaw("junction", "fit", "iv.csv").stdout
    assert "critical current" in text and "is the excess noise thermal?" in text


def test_a_file_without_units_is_refused_with_its_line(evolaw):
    with open("iv.csv", "w") as file:
        file.write("current, voltage (uV)\n1,2\n2,3\n3,4\n")
    done = evolaw("junction", "fit", "iv.csv")
    assert done.returncode == 3 and "iv.csv:1:1" in done.stderr and "no unit" in done.stderr
