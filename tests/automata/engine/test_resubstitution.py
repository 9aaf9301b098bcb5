"""Functions of five cells made of one another: every signal is what the pool says it is."""

from __future__ import annotations

import numpy as np

from evolaw.automata.engine.netlists import Network
from evolaw.automata.engine.resubstitution import Pool, normal

CELLS = (4, 0, 2, 8, 6)
POINTS = np.arange(32)


def evaluated(network: Network) -> dict[int, int]:
    """The table of every signal of a network on the five cells, by plain evaluation."""
    values = {cell: POINTS >> (4 - place) & 1 for place, cell in enumerate(CELLS)}
    for number, (table, a, b, c) in enumerate(network.gates):
        values[network.inputs + number] = table >> (4 * values[a] + 2 * values[b] + values[c]) & 1
    return {signal: int((value.astype(np.int64) << POINTS).sum()) for signal, value in values.items()}


def random_tables(count: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).integers(0, 2**32, count)
    return np.array([normal(int(table)) for table in drawn], np.uint32)


def made_all(wanted: np.ndarray) -> tuple[Pool, Network]:
    network = Network(9, [])
    pool = Pool(network, CELLS, np.random.default_rng(0))
    while len(left := np.setdiff1d(wanted, np.array(list(pool.signals), np.uint32))):
        pool.extend(left)
    return pool, network


def test_signals_are_what_the_pool_says() -> None:
    wanted = random_tables(16, 1)
    pool, network = made_all(wanted)
    tables = evaluated(network)
    assert {normal(tables[signal]) for signal in pool.signals.values()} == set(pool.signals)
    assert all(normal(tables[signal]) == table for table, signal in pool.signals.items())
    assert set(wanted.tolist()) <= set(pool.signals)


def test_two_gates_a_function_and_few_more() -> None:
    _, network = made_all(random_tables(32, 2))
    assert len(network.gates) <= 2 * 32 + 16  # sixteen to have signals enough; each function alone takes seven and more


def test_one_gate_where_one_does() -> None:
    network = Network(9, [])
    pool = Pool(network, CELLS, np.random.default_rng(0))
    cells = list(pool.signals)
    pool.extend(np.array([normal(cells[0] ^ cells[2] & cells[3])], np.uint32))
    assert len(network.gates) == 1


def test_the_normal_table() -> None:
    assert normal(0) == normal(0xFFFFFFFF) == 0
    assert normal(0x00000001) == 0xFFFFFFFE
    assert normal(0xFFFF0000) == 0xFFFF0000
