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
    done = evolaw("junction", "fit", "iv.csv", "--c", "0 F", "--temperature", "4.2 K", "--json", "--figure", "fit.png")
    facts = json.loads(done.stdout)
    low, high = facts["parameters"]["temperature"]["interval"]
    assert low < 4.3 and high > 4.1 and facts["parameters"]["capacitance"]["value"] == 0
    assert facts["next"]["says"] and facts["junction"]["si"]["resistance"] > 9.9
    text = evolaw("junction", "fit", "iv.csv", "--c", "0 F").stdout
    assert "critical current" in text and "is the excess noise thermal?" in text


def test_a_file_without_units_is_refused_with_its_line(evolaw):
    with open("iv.csv", "w") as file:
        file.write("current, voltage (uV)\n1,2\n2,3\n3,4\n")
    done = evolaw("junction", "fit", "iv.csv")
    assert done.returncode == 3 and "iv.csv:1:1" in done.stderr and "no unit" in done.stderr


def test_what_must_be_known_is_asked_for_by_its_option(evolaw):
    with open("sw.csv", "w") as file:
        file.write("switching current (uA)\n" + "\n".join(f"{9 + 0.001 * k}" for k in range(30)))
    for words, says in (
        ((), "--r must be given"),
        (("--r", "10 Ohm", "--ramp", "3 uA/s"), "--c must be given"),
        (("--r", "10", "--c", "1 pF"), "--r must be a resistance with its unit"),
        (("--ramp", "-3 uA/s", "--r", "10 Ohm", "--c", "1 pF"), "--ramp must be positive"),
    ):
        done = evolaw("junction", "fit", "sw.csv", *words)
        assert done.returncode == 3 and says in done.stderr.replace("Argument `resistance`", "--r")


@pytest.mark.slow
def test_a_curve_of_another_thing_is_refused_without_a_warning(evolaw, recwarn):
    """All below the critical current; a unit that changes within the column of currents."""
    with open("below.csv", "w") as file:
        file.write("current (uA), voltage (uV)\n" + "\n".join(f"{k / 40}, {0.001 * (-1) ** k}" for k in range(1, 31)))
    done = evolaw("junction", "fit", "below.csv")
    assert done.returncode == 3 and "above the critical current" in done.stderr
    with open("mixed.csv", "w") as file:
        file.write("current (uA), voltage (uV)\n")
        file.writelines(f"{k / 10 if k < 16 else k / 1e4}, {max(k - 10, 0)}\n" for k in range(1, 31))
    done = evolaw("junction", "fit", "mixed.csv")
    assert done.returncode == 3 and "mixed.csv:17:1" in done.stderr and "unit change" in done.stderr
    assert not recwarn.list
