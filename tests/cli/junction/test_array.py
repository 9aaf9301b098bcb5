"""`evolaw junction array`: the same seed, the same array; grids of biases and temperatures."""

import json
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_seed_fixes_start_biases_and_noise(evolaw):
    words = [
        "junction",
        "array",
        "--kind",
        "ring",
        "--size",
        "4",
        "--fluxons",
        "1",
        "--noise",
        "0.1",
        "--spread",
        "0.1",
        "--duration",
        "3",
        "--json",
    ]
    one, two, other = (json.loads(evolaw(*words, "--seed", seed).stdout) for seed in (1, 1, 2))
    assert one["velocity"] == two["velocity"] != other["velocity"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("--kind ladder --size 3 --bias 0.2 --noise 0.1 --duration 4", "order"),
        ("--kind series --size 4 --duration 4", "locked"),
    ],
)
def test_an_array_is_one_document(evolaw, words, name):
    facts = json.loads(evolaw("junction", "array", *words.split(), "--json", "--figure", "x.svg").stdout)
    assert facts["schema"] == 1 and name in facts and Path(facts["figure"]).exists()


@pytest.mark.slow
def test_a_plane_over_temperatures_has_its_vortices(evolaw):
    words = "junction array --kind grid --size 4 --bias 0 --noise 0.3,3 --duration 12 --dt 0.1 --paths 8 --json --figure xy.png"
    facts = json.loads(evolaw(*words.split()).stdout)
    assert facts["noise"] == [0.3, 3.0] and facts["vortices"][0] < facts["vortices"][1]
    assert facts["helicity"][0] > facts["helicity"][1] and Path(facts["figure"]).stat().st_size > 5000


@pytest.mark.slow
def test_a_column_over_biases_and_noises(evolaw):
    words = (
        "junction array --kind series --size 3 --bias 1.2,2 --noise 0.1:0.2:2 --duration 4 --dt 0.1 --paths 4 --out run"
    )
    done = evolaw(*words.split())
    assert done.returncode == 0 and "voltage" in done.stdout and done.stdout.count("±") == 8
    assert "at most" in evolaw("junction", "array", "--bias", "0:1:100", "--noise", "0.1:1:100").stderr
    assert "flux" in evolaw("junction", "array", "--flux", "0.5").stderr


@pytest.mark.slow
def test_too_long_a_step_for_an_array_is_named_with_one_that_would_do(evolaw):
    """It ended with φ' = -3e255 and an order of 1."""
    done = evolaw("junction", "array", "--dt", "5")
    assert done.returncode == 3 and "--dt must be so short" in done.stderr and "Use --dt 0.5" in done.stderr
