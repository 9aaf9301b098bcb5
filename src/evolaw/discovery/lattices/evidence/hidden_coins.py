"""Coins that have not shown yet: whether the recording is long enough to tell them from certainties.

A coin that comes up otherwise once in a hundred throws looks like none for a long time. No recording tells it from a certainty when
it is thrown a few times, and no rule that decides on a few equal outcomes is free of this. What can be asked of a rule is that coins
buy no more errors than declared. Let a share s of the entries be coins that come up otherwise with probability d, a share a
coins of any bias, and the others certain. Then n outcomes of which k are alive have the probability

    P(n, k) = (1 - s - a) [k = 0 or k = n] / 2  +  s [d^k (1-d)^(n-k) + d^(n-k) (1-d)^k] / 2  +  a B(k+1, n-k+1)

and an entry with equal outcomes is a coin with probability W = 1 - (1 - s - a) / (2 P). A set of decisions stands if

    max over s, a, d >= c  of   (mean of W over the decisions)  x  L(s, a, d) / max L    <=   alpha,        L = product of the P

that is, if every law with coins under which more than alpha of the decisions would be wrong is made unlikely by the recording in the same
measure. Where no coin has shown, the greatest L is that of a deterministic law, L / max L the probability that all coins of a law stay
hidden, and the left side bounds the expected share of wrong decisions for every share and strength of coins, whatever entries they
are. Entries with fewest visits are given up first. With ``error="fwer"`` the mean is replaced by the probability of any wrong decision.

What it costs: with nearly equal visits the left side is at most 1 / (e c N) after N visits in all, so that about 1 / (e c alpha)
visits let everything be decided that one visit decides, 736 for c = .01 and alpha = .05. Fewer visits decide only what was seen often.
No rule does both: on recordings of N visits in which no coin has shown, one that decides everything errs on a share s of its
decisions with probability (1 - d)^(s N), which exceeds alpha / s for s = 1 / (c N) and fewer visits than that.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, xlogy

from evolaw.discovery.lattices.model.case import CHANCE, Case
from evolaw.discovery.lattices.model.window_counts import WindowCounts
from evolaw.discovery.spine.amendments import State, rewrite
from evolaw.discovery.spine.evidence import Evidence
from evolaw.discovery.spine.finding import TOO_SHORT

__all__ = ["give_up_coins", "standing", "visits_needed"]

_STRENGTHS, _SHARES, _OTHERS = 7, 32, 6
_CERTAIN = ("present", "absent")


def visits_needed(chance: float, alpha: float) -> int:
    """Return the number of visits, about evenly spread, after which coins hide no more than alpha of the decisions.

    Args:
        chance: c, the least probability of a coin's rarer side; 0 for a law declared deterministic, which needs none.
        alpha: declared error rate.

    Example:
        >>> visits_needed(0.01, 0.05), visits_needed(0.0, 0.05)
        (736, 0)
    """
    return int(np.ceil(1 / (np.e * chance * alpha))) if chance > 0 else 0


def standing(
    visits: np.ndarray,
    alive: np.ndarray,
    decided: np.ndarray,
    *,
    others: int = 0,
    certain: int = 0,
    alpha: float,
    error: str = "fdr",
    chance: float = CHANCE,
) -> np.ndarray:
    """Return which decisions "present" and "absent" stand though coins may hide.

    Args:
        visits: n of every free entry, shape (entries,).
        alive: k of every free entry.
        decided: which of them are decided present or absent; their outcomes are equal.
        others: how many decisions there are besides, "probabilistic" ones.
        certain: how many entries are known to be no coins.
        alpha: declared error rate.
        error: "fdr" or "fwer".
        chance: c, the least probability of a coin's rarer side, above 0.

    Notes:
        The maximum is taken over 7 strengths, 32 shares and, once a coin has shown, 6 shares of other coins; entries with equal
        counts are computed once.

    Example:
        >>> few, many = np.full(18, 5), np.full(18, 50)
        >>> [int(standing(n, n, n > 0, alpha=0.05).sum()) for n in (few, many)]
        [0, 18]
    """
    keep = np.zeros(decided.shape, bool)
    if not decided.any():
        return keep
    seen = visits > 0
    pairs, place, times = np.unique(
        np.stack([visits, alive], -1)[seen], axis=0, return_inverse=True, return_counts=True
    )
    (n, k), pair_of = pairs.T.astype(np.float64), np.zeros(visits.shape, np.int64)
    pair_of[seen] = place.ravel()
    d, s, a = _grid(chance, coins_shown=bool(((k > 0) & (k < n)).any()))
    with np.errstate(divide="ignore", invalid="ignore"):
        near, far = np.log(d), np.log1p(-d)
        coin = np.logaddexp(k * near + (n - k) * far, k * far + (n - k) * near) - np.log(2)
        sure = np.log1p(-np.minimum(s + a, 1)) + np.log(((k == 0) * 0.5) + ((k == n) * 0.5))
        log_p = np.logaddexp(np.logaddexp(sure, np.log(s) + coin), np.log(a) + betaln(k + 1, n - k + 1))
        log_l = log_p @ times + xlogy(certain, np.maximum(1 - s - a, 0)).ravel()
        wrong = -np.expm1(np.minimum(sure - log_p, 0.0))
    likely = np.exp(log_l - log_l.max())
    order = np.flatnonzero(decided)[np.argsort(-visits[decided], kind="stable")]
    share = np.nan_to_num(wrong[:, pair_of[order]], nan=1.0)
    if error == "fdr":
        risk = np.cumsum(share, 1) / (np.arange(1, order.size + 1) + others)
    else:
        risk = 1 - np.cumprod(1 - share, 1)
    stands = (risk * likely[:, None]).max(0) <= alpha
    # Entries seen equally often stand or fall together.
    last = np.append(visits[order][1:] != visits[order][:-1], True)
    reached = np.flatnonzero(stands & last)
    if reached.size:
        keep[order[: reached[-1] + 1]] = True
    return keep


def _grid(chance: float, *, coins_shown: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strengths d, shares s and shares a of laws with coins, each of shape (laws, 1)."""
    strengths = np.geomspace(min(chance, 0.5), 0.5, _STRENGTHS)
    shares = np.append(0.0, np.geomspace(0.002, 1.0, _SHARES))
    others = np.append(0.0, np.geomspace(0.01, 0.9, _OTHERS)) if coins_shown else np.zeros(1)
    d, s, a = (axis.reshape(-1, 1) for axis in np.meshgrid(strengths, shares, others, indexing="ij"))
    possible = (s + a <= 1).ravel()
    return d[possible], s[possible], a[possible]


def give_up_coins(case: Case, state: State, counts: WindowCounts | None = None) -> State:
    """Open the decisions that coins which have not shown yet could make wrong too often.

    Args:
        case: what was weighed; its ``chance`` is the least probability of a coin's rarer side.
        state: what holds. Evidence that proves a law found between frames is not asked: it takes the law to be deterministic.
        counts: visits and outcomes of every entry; by default those of the whole case.
    """
    counted = np.array([item.basis in ("counted", "likelihood") and not item.is_proof for item in state.evidence])
    free = case.free & counted
    if not free.any():
        return state
    decisions = np.array(state.decisions)
    settled = np.isin(decisions, _CERTAIN)
    visits = np.array([item.visits for item in state.evidence], np.float64)
    # Behind flips outcomes are weighed, not seen: what was decided counts as its visits with one outcome, what was not is left out.
    if counts is None:
        counts = case.counts if case.channel.is_clean else _as_decided(decisions, visits)
    used = free & (settled | (case.channel.is_clean and state.cause in ("sound", "coins")))
    shown = bool((counts.mixed & used).any())
    chance = CHANCE if shown and not case.chance else case.chance
    if not chance:
        return state
    kept = np.zeros(len(decisions), bool)
    kept[used] = standing(
        counts.visits[used],
        counts.alive[used],
        settled[used],
        others=int((free & (decisions == "probabilistic")).sum()),
        certain=int(np.isin(case.known, (0.0, 1.0)).sum()),
        alpha=case.alpha,
        error=case.error,
        chance=chance,
    )
    lost = free & settled & ~kept
    if not lost.any():
        return state
    blame = _blame(chance, int(counts.visits[used].sum()), case.alpha, shown)

    def change(place: int, item: Evidence, decision: str) -> tuple[str, str] | None:
        return ("undetermined", f"{item.why} {blame}") if lost[place] else None

    return rewrite(state, change)


def _as_decided(decisions: np.ndarray, visits: np.ndarray) -> WindowCounts:
    return WindowCounts(visits, np.where(decisions == "present", visits, 0.0))


def _blame(chance: float, seen: int, alpha: float, shown: bool) -> str:
    more = max(visits_needed(chance, alpha) - seen, 0)
    cure = f"about {more} more looks at cells" if more else "more looks at the entries seen seldom"
    declared = "" if shown else ", or --chance 0 where the law is known to be deterministic"
    return f"{TOO_SHORT} that come up otherwise once in {1 / chance:.3g} times: it takes {cure}{declared}."
