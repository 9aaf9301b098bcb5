"""The search against running every law."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery.lattices.evidence.constraints import OPEN, Film, Knowledge
from evolaw.discovery.lattices.evidence.exhaustive import surviving
from evolaw.discovery.lattices.evidence.version_space import Search, explore, sift
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def pair(seed: int, gap: int, size: int, density: float) -> Trajectory:
    rng = np.random.default_rng(seed)
    law = (rng.random(18) < 0.4).astype(np.int8)
    start = (rng.random((size, size)) < density).astype(np.uint8)
    return evolve(SPACE.rule(law), start, gap, every=gap)


def search(recordings: list[Trajectory], **limits: int) -> Search:
    films, cells = zip(*map(Film.of, recordings), strict=True)
    nothing = Knowledge(np.full(18, OPEN, np.int8), list(cells))
    return sift(SPACE, list(films), nothing, generator=np.random.default_rng(0), **({"nodes": 10**5} | limits))


def laws(found: Search) -> set[bytes]:
    """All laws of the cubes, one by one."""
    single: set[bytes] = set()
    for cube in found.cubes:
        free = np.flatnonzero(cube == OPEN)
        for code in range(2**free.size):
            law = cube.copy()
            law[free] = code >> np.arange(free.size) & 1
            single.add(law.tobytes())
    return single


@pytest.mark.parametrize(
    ("gap", "size", "density"),
    [(1, 8, 0.3), (2, 8, 0.35), (2, 16, 0.1), pytest.param(3, 8, 0.35, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("seed", range(2))
def test_the_cubes_are_exactly_the_surviving_laws(gap: int, size: int, density: float, seed: int) -> None:
    recording = pair(seed, gap, size, density)
    found = search([recording])
    survivors = surviving([recording], SPACE, np.full(18, np.nan))
    assert found.finished
    assert laws(found) == {law.astype(np.int8).tobytes() for law in survivors}
    assert sum(2 ** int((cube == OPEN).sum()) for cube in found.cubes) == len(survivors)


def test_films_sift_one_another() -> None:
    rng = np.random.default_rng(5)
    films = [evolve("B3/S23", rng.integers(0, 2, (6, 6), dtype=np.uint8), 2, every=2) for _ in range(2)]
    together = laws(search(films))
    assert together == laws(search(films[:1])) & laws(search(films[1:]))


def test_a_stopped_search_says_so() -> None:
    recording = pair(0, 3, 8, 0.35)
    assert not search([recording], nodes=5).finished
    stopped = search([recording], most=1)
    assert not stopped.finished
    assert len(stopped.cubes) == 1


def test_the_order_of_the_search_does_not_matter() -> None:
    film, cells = Film.of(pair(1, 2, 8, 0.35))
    found = [
        explore(
            SPACE,
            [film],
            Knowledge(np.full(18, OPEN, np.int8), [cells]),
            nodes=10**5,
            generator=np.random.default_rng(seed),
        )
        for seed in (1, 2)
    ]
    assert laws(found[0]) == laws(found[1])
