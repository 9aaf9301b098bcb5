"""What a network says, and what its filters are, on networks whose answer is known."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.automata.rules.rule import Rule, entries
from evolaw.learning.windows.cnn import Cnn, Quadratic, read_logits
from evolaw.learning.windows.equivariant import GroupNet, OrbitTable
from evolaw.learning.windows.interpretation import explain_filters, match_solutions, read_rule, response_curve


def table_of(rule: str, strength: float = 3.0) -> OrbitTable:
    return OrbitTable(jnp.where(jnp.asarray(Rule(rule).table == 1), strength, -strength), "general")


def test_a_network_is_read_as_its_rule() -> None:
    readout = read_rule(Cnn.life(), truth="B3/S23")
    assert readout.rule == Rule("B3/S23")
    assert readout.errors == 0
    assert readout.margin == pytest.approx(0.5)
    assert readout.equivariance_error == 0
    assert readout.probabilities == pytest.approx(1 / (1 + np.exp(-readout.logits)))
    assert "0 of those seen" in repr(readout)
    assert "B3/S23" in readout._repr_html_()
    assert read_rule(Cnn.life()).errors is None


@pytest.mark.slow
def test_errors_are_split_into_seen_and_unseen() -> None:
    visited = np.ones(512, bool)
    births = entries("outer-totalistic")["B6"]
    visited[births[:5]] = False
    readout = read_rule(table_of("B36/S23"), visited=visited, truth="B3/S23")
    assert readout.window_errors == (len(births) - 5, 5)
    names = {name for name, windows in entries("isotropic").items() if set(windows) <= set(births)}
    assert set(readout.wrong[0]) | set(readout.wrong[1]) == names
    seen = {name for name in names if visited[entries("isotropic")[name]].any()}
    assert set(readout.wrong[0]) == seen


def test_the_margin_is_the_weakest_window() -> None:
    logits = np.full(512, -2.0)
    logits[7], logits[8] = 0.25, 4.0
    readout = read_rule(OrbitTable(jnp.asarray(logits, jnp.float32), "general"))
    assert readout.margin == 0.25
    assert readout.rule.space == "general"


def test_response_curves_of_counting_networks_have_no_spread() -> None:
    mean, spread = response_curve(read_rule(Quadratic.life()))
    counts = np.arange(9)
    for centre in (0, 1):
        assert mean[centre] == pytest.approx(5 / 8 - (counts + centre / 2 - 3) ** 2, abs=1e-4)
    assert spread.max() < 1e-4
    assert response_curve(read_rule(Cnn.random((8,), rng=0)))[1][:, 1:8].min() > 0


def test_the_canonical_filters_are_recognised_in_any_order_scale_and_sign() -> None:
    for name, filters in (("relu", ["n", "n + c"]), ("tanh", ["n", "n + c/2"])):
        life = Cnn.life(name)
        shuffled = eqx.tree_at(
            lambda n: (n.weights[0], n.weights[1]), life, (-3 * life.weights[0][:, ::-1], life.weights[1][::-1])
        )
        for net in (life, shuffled):
            found = explain_filters(net)
            assert sorted(each.nearest for each in found) == filters
            assert [each.cosine for each in found] == pytest.approx([1.0, 1.0])
            assert [each.symmetric_share for each in found] == pytest.approx([1.0, 1.0])
            assert found[0].strength == 1.0
    (parabola,) = explain_filters(Quadratic.life())
    assert (parabola.nearest, round(parabola.cosine, 6)) == ("n + c/2", 1.0)


def test_shares_of_a_filter_worked_out_by_hand() -> None:
    """f = 1 on the north cell alone: P f = 1/4 on four edge cells, |P f|^2 = 1/4; Q f = 1/8 on the ring, |Q f|^2 = 1/8."""
    net = Cnn.random((1,), rng=0)
    north = jnp.zeros((9, 1)).at[1, 0].set(1.0)
    (found,) = explain_filters(eqx.tree_at(lambda n: n.weights[0], net, north))
    assert found.symmetric_share == pytest.approx(0.25)
    assert found.symmetrisation_error == pytest.approx(np.sqrt(0.75))
    assert found.totalistic_share == pytest.approx(0.125)
    assert found.cosine == pytest.approx(1 / np.sqrt(8))
    assert found.weights.shape == (3, 3)


def test_filters_of_group_networks_and_tables_without_filters() -> None:
    assert len(explain_filters(GroupNet.random((5, 3), rng=0))) == 5
    assert len(explain_filters(GroupNet.random((4,), rng=0))) == 4
    assert explain_filters(OrbitTable.flat()) == []


def test_a_dead_filter_does_not_divide_by_zero() -> None:
    net = Cnn.random((2,), rng=0)
    dead = eqx.tree_at(lambda n: n.weights[0], net, net.weights[0].at[:, 1].set(0))
    weakest = explain_filters(dead)[-1]
    assert weakest.strength == 0
    assert weakest.cosine == 0
    assert np.array_equal(read_logits(dead).shape, (512,))


def test_unseen_entries_have_no_seen_window() -> None:
    visited = np.zeros(512, bool)
    windows = entries("isotropic")
    visited[windows["B3a"][0]] = visited[windows["S2c"]] = True
    assert read_rule(Cnn.life()).unseen_entries is None
    assert read_rule(Cnn.life(), visited=visited).unseen_entries == [n for n in windows if n not in ("B3a", "S2c")]


def test_the_canonical_solutions_are_matched_in_any_order_scale_and_sign() -> None:
    for name, net in (("relu", Cnn.life()), ("tanh", Cnn.life("tanh")), ("quadratic", Quadratic.life())):
        weights = net.weights[0] if isinstance(net, Cnn) else net.filter[:, None]
        turned = Cnn.random((weights.shape[1] + 1,), rng=0)
        # Reversed, scaled and of the other sign, beside a filter that hardly counts.
        first = jnp.concatenate([-3 * weights[:, ::-1], turned.weights[0][:, :1]], axis=1)
        last = jnp.ones_like(turned.weights[1]).at[-1].set(1e-3)
        mixed = eqx.tree_at(lambda n: (n.weights[0], n.weights[1]), turned, (first, last))
        found = match_solutions(explain_filters(mixed))
        assert found[name] == pytest.approx(1.0, abs=1e-6)
        assert max(found.values()) == next(iter(found.values()))
        if name != "quadratic":
            assert next(iter(found)) in (name, "quadratic")


def test_a_pairing_uses_each_filter_once() -> None:
    """Two filters n: the pair (n, n + c) is matched by n and n, cosines 1 and 8/sqrt(72)."""
    net = Cnn.random((2,), rng=0)
    ring = jnp.ones((9, 2)).at[4].set(0)
    found = match_solutions(explain_filters(eqx.tree_at(lambda n: n.weights[0], net, ring)))
    assert found["relu"] == pytest.approx((1 + 8 / np.sqrt(72)) / 2)
    assert match_solutions([]) == {}
    assert list(match_solutions(explain_filters(Quadratic.life()))) == ["quadratic"]


def test_strength_is_the_norm_times_what_leaves() -> None:
    """Filters of norms 2 and 1 with outgoing weights (3, 4) and (0, 20): strengths 10 and 20."""
    net = Cnn.random((2, 2), rng=0)
    first = jnp.zeros((9, 2)).at[0, 0].set(2.0).at[1, 1].set(1.0)
    last = jnp.array([[3.0, 4.0], [0.0, 20.0]])
    strong, weak = explain_filters(eqx.tree_at(lambda n: (n.weights[0], n.weights[1]), net, (first, last)))
    assert (strong.strength, weak.strength) == (1.0, pytest.approx(0.5))
    assert weak.weights[0, 0] == 2.0
    group = GroupNet.random((2, 3), rng=0)
    mixes = jnp.zeros((8, 2, 3)).at[1, 0, 2].set(3.0).at[2, 0, 0].set(4.0).at[0, 1, 0].set(20.0)
    strong, weak = explain_filters(eqx.tree_at(lambda n: (n.lift, n.mixes[0]), group, (first, mixes)))
    assert (strong.strength, weak.strength) == (1.0, pytest.approx(0.5))


def test_response_curves_are_mean_and_standard_deviation_of_each_count() -> None:
    logits = np.random.default_rng(1).normal(size=512).astype(np.float32).astype(float)
    mean, spread = response_curve(read_rule(OrbitTable(jnp.asarray(logits, jnp.float32), "general")))
    for centre in (0, 1):
        for count in range(9):
            group = [logits[w] for w in range(512) if w >> 4 & 1 == centre and w.bit_count() - centre == count]
            assert mean[centre, count] == pytest.approx(np.mean(group))
            assert spread[centre, count] == pytest.approx(np.std(group))
