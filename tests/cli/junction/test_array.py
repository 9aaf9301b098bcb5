"""`evolaw junction array`: the same seed, the same array."""

import json


def test_a_seed_fixes_start_biases_and_noise(evolaw):
    arguments = (
        "junction",
        "array",
        "--kind",
        "ring",
        "--size",
        4,
        "--fluxons",
        1,
        "--noise",
        0.1,
        "--spread",
        0.1,
        "--duration",
        3,
        "--json",
    )
    one, two, other = (json.loads(evolaw(*arguments, "--seed", seed).stdout) for seed in (1, 1, 2))
    assert one["velocity"] == two["velocity"] != other["velocity"]
