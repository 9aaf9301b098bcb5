"""Symmetry exact to rounding, against the definition of the group; the orbit table against enumeration."""

from __future__ import annotations

import itertools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.automata.rules.rule import Rule, entries, reflect_windows, rotate_windows
from evolaw.errors import ArgumentError
from evolaw.learning.windows.cnn import ACTIVATIONS, Cnn, on_boards, patches, read_logits
from evolaw.learning.windows.datasets import window_cells
from evolaw.learning.windows.equivariant import GROUPS, GroupNet, OrbitTable, equivariance_error, symmetries

BITS = 1 << np.arange(8, -1, -1)


def test_the_groups_are_groups_and_agree_with_the_rules() -> None:
    for group, order in (("D4", 8), ("C4", 4), ("none", 1)):
        turns = symmetries(group)
        assert turns.shape == (order, 9)
        table = {tuple(turn) for turn in turns}
        assert len(table) == order
        assert {tuple(a[b]) for a in turns for b in turns} == table
        assert (turns[0] == np.arange(9)).all()
    orbits = {frozenset((window_cells().astype(int)[w][symmetries("D4")] @ BITS).tolist()) for w in range(512)}
    assert len(orbits) == 102
    assert orbits == {frozenset(windows.tolist()) for windows in entries("isotropic").values()}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("widths", [(5,), (4, 3), (3, 4, 2)])
@pytest.mark.parametrize("group", GROUPS)
def test_group_networks_have_their_symmetry_to_rounding(group: str, widths: tuple[int, ...]) -> None:
    net = GroupNet.random(widths, group=group, rng=3)
    assert equivariance_error(net, group) < 1e-5
    logits = read_logits(net)
    with precise("float32"):
        assert logits == pytest.approx(np.asarray(eqx.filter_jit(net)(window_cells())), abs=1e-5)
    assert np.ptp(logits) > 0.1
    if group == "D4":
        assert np.array_equal(logits, logits[rotate_windows()])
        assert np.array_equal(logits, logits[reflect_windows()])
    elif group == "C4":
        assert np.array_equal(logits, logits[rotate_windows()])
        assert np.abs(logits - logits[reflect_windows()]).max() > 1e-3
    else:
        assert equivariance_error(net) > 1e-2


def test_group_layers_are_the_equations() -> None:
    """Lifting, one group layer and pooling, term by term."""
    net = GroupNet.random((2, 3), group="D4", activation="tanh", rng=7)
    turns, order = symmetries("D4"), 8
    lift, mix = np.asarray(net.lift, float), np.asarray(net.mixes[0], float)
    number = {tuple(turn): place for place, turn in enumerate(turns)}
    for window in (0, 5, 84, 311):
        cells = 2 * window_cells()[window] - 1
        hidden = np.tanh(
            [[sum(lift[i, k] * cells[turns[g][i]] for i in range(9)) for k in range(2)] for g in range(order)]
        )
        after = np.zeros((order, 3))
        for g, u in itertools.product(range(order), repeat=2):
            after[g] += hidden[number[tuple(turns[g][turns[u]])]] @ mix[u]
        expected = np.tanh(after).mean(0) @ np.asarray(net.readout[0]) + float(net.readout[1])
        assert float(eqx.filter_jit(net)(window_cells()[window])) == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "side", "steps"),
    [
        ("cnn", 33, 1),
        ("d4", 17, 2),
        *(
            pytest.param(*one, marks=pytest.mark.slow)
            for one in [("cnn", 17, 2), ("d4", 33, 1), ("table", 33, 1), ("table", 17, 2)]
        ),
    ],
)
def test_blocks_of_columns_have_the_slopes_of_the_plain_form(kind: str, side: int, steps: int) -> None:
    """`on_boards` takes blocks and computes hidden layers anew; the plain form differentiates all cells at once."""
    chance = np.random.default_rng(side)
    table = OrbitTable(jnp.asarray(chance.normal(0, 1, 102), jnp.float32), "isotropic")
    net = {"cnn": Cnn.random((4, 3), rng=1), "d4": GroupNet.random((3, 2), rng=1), "table": table}[kind]
    boards = jnp.asarray(chance.random((2, side, side)), jnp.float32)
    weights = jnp.asarray(chance.normal(size=boards.shape), jnp.float32)

    def plain(net, cells):
        logits = net(jnp.moveaxis(patches(cells), 0, -1))
        return logits if steps == 1 else net(jnp.moveaxis(patches(jax.nn.sigmoid(logits)), 0, -1))

    ways = [lambda n, b: (on_boards(n, b, steps) * weights).mean(), lambda n, b: (plain(n, b) * weights).mean()]
    (value, slope), (expected, naive) = (eqx.filter_jit(eqx.filter_value_and_grad(way))(net, boards) for way in ways)
    np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(on_boards(net, boards, steps), plain(net, boards), atol=1e-4)
    for ours, theirs in zip(jax.tree.leaves(slope), jax.tree.leaves(naive), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4 * float(jnp.abs(theirs).max()) + 1e-7)


def test_turned_boards_give_turned_logits() -> None:
    net = GroupNet.random((4, 4), rng=2)
    board = np.random.default_rng(0).random((20, 20)).astype(np.float32)
    twice = jax.jit(lambda cells: on_boards(net, cells, 2))
    logits = np.asarray(twice(board))
    for turn in (np.rot90, np.flipud, np.fliplr, np.transpose):
        np.testing.assert_allclose(twice(turn(board).copy()), turn(logits), atol=1e-5)


def test_a_plain_network_is_not_symmetric_and_life_is() -> None:
    assert equivariance_error(Cnn.random((8,), rng=0)) > 0.1
    assert equivariance_error(Cnn.life()) == 0


@pytest.mark.slow
@pytest.mark.parametrize("space, count", [("outer-totalistic", 18), ("isotropic", 102), ("general", 512)])
def test_the_orbit_table_is_the_exact_expectation(space: str, count: int) -> None:
    """Against all 512 windows of nine independent cells."""
    chance = np.random.default_rng(1)
    table = OrbitTable(jnp.asarray(chance.normal(0, 2, count), jnp.float32), space)
    probabilities = chance.random((6, 9))
    probabilities[0] = (0, 1, 0, 1, 1, 0, 0, 1, 0)
    cells = window_cells()
    weights = np.prod(np.where(cells == 1, probabilities[:, None], 1 - probabilities[:, None]), axis=-1)
    life = weights @ (1 / (1 + np.exp(-read_logits(table))))
    expected = np.log(life) - np.log1p(-life)
    with precise("float32"):
        found = np.asarray(table(jnp.asarray(probabilities, jnp.float32)))
    np.testing.assert_allclose(found, expected, atol=2e-5)
    for name, windows in entries(space).items():
        assert len(set(read_logits(table)[windows])) == 1, name


@pytest.mark.slow
def test_the_orbit_table_keeps_its_tails() -> None:
    """Far out, 1 - p must not be rounded away: a logit of 30 stays one."""
    table = OrbitTable(jnp.full(102, 30.0), "isotropic")
    assert np.asarray(table(jnp.asarray(window_cells()))) == pytest.approx(np.full(512, 30.0), rel=1e-4)


def test_the_flat_table_knows_nothing_and_can_hold_every_isotropic_rule() -> None:
    assert (read_logits(OrbitTable.flat()) == 0).all()
    rule = Rule("B2-a/S12")
    logits = [10.0 * rule.table[windows[0]] - 5 for windows in entries("isotropic").values()]
    table = OrbitTable(jnp.asarray(logits), "isotropic")
    assert np.array_equal(read_logits(table) > 0, rule.table == 1)
    assert str(table) == "OrbitTable(isotropic)"


def test_lifting_can_tell_what_one_symmetric_kernel_cannot() -> None:
    """2c from 2n: two corners along an edge or across. A D4-invariant kernel gives both the same sum."""
    names = entries("isotropic")
    adjacent, opposite = int(names["B2c"][0]), int(names["B2n"][0])
    logits = read_logits(GroupNet.random((8,), rng=1))
    assert abs(logits[adjacent] - logits[opposite]) > 1e-3
    kernel = np.random.default_rng(0).normal(size=9)[symmetries("D4")].mean(0)
    assert window_cells()[adjacent] @ kernel == pytest.approx(window_cells()[opposite] @ kernel)


@pytest.mark.slow
def test_bad_arguments_are_named() -> None:
    with pytest.raises(ArgumentError, match="group"):
        GroupNet.random((4,), group="D8", rng=0)
    with pytest.raises(ArgumentError, match="activation"):
        GroupNet.random((4,), activation="x", rng=0)
    with pytest.raises(ArgumentError, match="space"):
        OrbitTable.flat("hexagonal")
    assert str(GroupNet.random((4, 2), group="C4", rng=0)) == "GroupNet(4, 2; C4, relu)"
    assert "relu" in ACTIVATIONS
