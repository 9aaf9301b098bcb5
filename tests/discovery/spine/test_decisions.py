"""Decisions: e-BH against its definition, its error rate, the guard against coins."""

import numpy as np
import pytest

from evolaw.discovery.spine.decisions import decide, settled
from evolaw.discovery.spine.evidence import Evidence
from evolaw.errors import ArgumentError


def item(
    present: float, absent: float, probability: float, visits: float = 5, basis: str = "likelihood", **more: float
) -> Evidence:
    return Evidence("B3", basis, visits, present, absent, probability, (0.0, 1.0), "", **more)


def test_settled_is_the_largest_set_of_the_definition() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        e = np.exp(rng.normal(2, 3, rng.integers(1, 12)))
        k = max((k for k in range(1, e.size + 1) if (e >= e.size / (0.05 * k)).sum() >= k), default=0)
        expected = e >= e.size / (0.05 * k) if k else np.zeros(e.size, bool)
        assert np.array_equal(settled(np.log(e), 0.05), expected)
        assert np.array_equal(settled(np.log(e), 0.05, "fwer"), e >= e.size / 0.05)


def test_net_agreeing_visits_of_the_reference() -> None:
    """Among 102 entries at alpha 0.05, one entry alone needs 3, 4, 6, 9 net agreeing visits at eps .05, .1, .2, .3."""
    for eps, visits in ((0.05, 3), (0.1, 4), (0.2, 6), (0.3, 9)):
        for n, expected in ((visits - 1, False), (visits, True)):
            log_e = np.zeros(102)
            log_e[0] = n * np.log((1 - eps) / eps)
            assert settled(log_e, 0.05)[0] == expected


def test_false_discovery_rate_holds_under_optional_stopping() -> None:
    """Likelihood ratios of noisy bits, stopped when most is decided; alpha 0.1. The bound is 3 standard errors above."""
    rng = np.random.default_rng(2)
    shares = []
    for _ in range(300):
        truth = rng.integers(0, 2, 20)
        log_e = np.zeros(20)
        for _ in range(60):
            seen = truth ^ (rng.random(20) < 0.3)
            log_e += np.where(seen == 1, 1, -1) * np.log(0.7 / 0.3)
            fallen = settled(np.abs(log_e), 0.1)
            if fallen.sum() >= 15:
                break
        wrong = fallen & ((log_e > 0) != (truth == 1))
        shares.append(wrong.sum() / max(1, fallen.sum()))
    assert np.mean(shares) < 0.1 + 3 * np.std(shares) / np.sqrt(300)


def test_every_kind_of_decision() -> None:
    inf = np.inf
    evidence = [
        item(inf, -3, 0.999),
        item(-3, inf, 0.001),
        item(inf, inf, 0.4),
        item(0.5, -0.5, 0.6),
        item(inf, -0.7, 0.9, neither=0.2),
        item(0, 0, 1.0, basis="known"),
        item(0, 0, 0.0, basis="known"),
        item(0, 0, 0.3, basis="known"),
        item(inf, 0, 0.0, basis="known"),
    ]
    assert decide(evidence, 0.05) == [
        "present", "absent", "probabilistic", "undetermined", "undetermined", "present", "absent", "probabilistic", "conflict",
    ]  # fmt: skip


def test_an_entry_without_a_visit_is_never_decided() -> None:
    assert decide([item(np.inf, -np.inf, 1.0, visits=0)], 0.05) == ["undetermined"]


def test_fwer_asks_more_than_fdr() -> None:
    evidence = [item(np.inf, -0.7, 0.995, neither=0.003)] + [item(0, 0, 0.5)] * 101
    assert decide(evidence, 0.05)[0] == "present"
    assert decide(evidence, 0.05, "fwer")[0] == "undetermined"


@pytest.mark.parametrize(("alpha", "error"), [(0, "fdr"), (1, "fdr"), (1.5, "fdr"), (0.05, "x")])
def test_impossible_rates_are_refused(alpha: float, error: str) -> None:
    with pytest.raises(ArgumentError):
        decide([item(0, 0, 0.5)], alpha, error)


@pytest.mark.parametrize("error", ["fdr", "fwer"])
@pytest.mark.parametrize("count", [1, 3, 18, 102])
def test_an_e_value_on_its_bar_counts(count: int, error: str) -> None:
    log_e = np.zeros(count)
    log_e[0] = np.log(count) - np.log(0.05)
    assert settled(log_e, 0.05, error).tolist() == [True] + [False] * (count - 1)
    log_e[0] -= 1e-9
    assert not settled(log_e, 0.05, error).any()
