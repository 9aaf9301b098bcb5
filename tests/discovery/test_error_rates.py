"""Declared rates and stated probabilities, held over random laws, boards and densities."""

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.discovery import Finding, discover
from evolaw.discovery.lattices.model.rule_space import RuleSpace

ALPHA = 0.05


def random_case(space: RuleSpace, share: float, rng: np.random.Generator) -> tuple[np.ndarray, Finding]:
    """A law of the prior of `hypotheses` with a share of coins, watched on a small board; its truth and the finding."""
    theta = np.where(rng.random(len(space)) < share, rng.random(len(space)), rng.integers(0, 2, len(space)))
    size, steps, density = (
        # 512 entries are seen as often as 18 or 102 only on larger boards; on small ones no coin can be ruled out and nothing is decided.
        int(rng.choice([8, 12, 16, 24])) * (4 if len(space) == 512 else 1),
        int(rng.choice([1, 2, 4, 8, 16])),
        rng.choice([0.1, 0.3, 0.5]),
    )
    start = (rng.random((size, size)) < density).astype(np.uint8)
    start[0, 0] = 1
    seed = int(rng.integers(2**31))
    return theta, discover(evolve(space.rule(theta), start, steps, rng=seed), space, alpha=ALPHA, rng=seed)


def mistakes(theta: np.ndarray, finding: Finding) -> tuple[int, int]:
    """Numbers of wrong decisions and of decisions."""
    right = {"present": theta == 1, "absent": theta == 0, "probabilistic": (theta > 0) & (theta < 1)}
    verdicts = [right[entry.decision][place] for place, entry in enumerate(finding.entries) if entry.decision in right]
    return len(verdicts) - sum(map(bool, verdicts)), len(verdicts)


def false_share(space: str, share: float, laws: int, seed: int) -> tuple[float, float]:
    """Mean share of wrong among decided, and its standard error."""
    rng = np.random.default_rng(seed)
    counted = [mistakes(*random_case(RuleSpace.named(space), share, rng)) for _ in range(laws)]
    shares = np.array([bad / max(1, total) for bad, total in counted])
    assert sum(total for _, total in counted) > 0
    return float(shares.mean()), float(shares.std() / np.sqrt(laws))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("space", ["outer-totalistic", "isotropic"])
def test_deterministic_laws_are_never_decided_wrongly(space: str) -> None:
    assert false_share(space, 0.0, 25, 0) == (0.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("space", ["outer-totalistic", pytest.param("isotropic", marks=pytest.mark.slow)])
def test_laws_with_coins_keep_the_declared_rate(space: str) -> None:
    mean, error = false_share(space, 0.2, 15, 1)
    assert mean - 3 * error <= ALPHA


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("space", ["outer-totalistic", "isotropic", "general"])
def test_random_laws_keep_the_declared_rate(space: str, share: float) -> None:
    mean, _ = false_share(space, share, 50 if space == "general" else 200, 2)
    assert mean <= ALPHA


def calibration(laws: int, seed: int) -> None:
    """In every tenth of the stated probabilities the mean truth equals the mean statement within 4 standard errors.

    The laws are drawn from the stated prior without its deterministic part. Entries of one law share errors, hence the
    standard error is taken over laws; ten bins at 4 standard errors fail by chance with probability below 1e-3.
    """
    rng = np.random.default_rng(seed)
    space = RuleSpace.named("outer-totalistic")
    errors: list[list[float]] = [[] for _ in range(10)]
    for _ in range(laws):
        theta, finding = random_case(space, rng.random(), rng)
        stated = np.array([entry.probability for entry in finding.entries])
        for tenth in range(10):
            chosen = np.clip((10 * stated).astype(int), 0, 9) == tenth
            if chosen.any():
                errors[tenth].append(float((theta[chosen] - stated[chosen]).sum()))
    for sums in errors:
        assert abs(np.sum(sums)) <= 4 * np.sqrt(np.sum(np.square(sums))) + 1


@pytest.mark.slow
def test_stated_probabilities_are_calibrated() -> None:
    calibration(8, 3)


@pytest.mark.slow
def test_stated_probabilities_are_calibrated_over_many_laws() -> None:
    calibration(400, 4)
