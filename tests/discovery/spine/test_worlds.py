"""Worlds: who reads a document, and how an unknown option is refused."""

import pytest

from evolaw.discovery.lattices.world import Lattices
from evolaw.discovery.spine.worlds import refuse_unknown, register, world_of_document, worlds
from evolaw.errors import ArgumentError


def test_the_lattices_are_on_the_list_once() -> None:
    before = worlds()
    register(Lattices())
    assert worlds() == before
    assert sum(world.name == "lattices" for world in before) == 1


def test_a_document_finds_its_world() -> None:
    assert world_of_document({"space": "isotropic"}).name == "lattices"
    with pytest.raises(ArgumentError, match="of one of the worlds lattices"):
        world_of_document({"space": "nowhere"})


def test_an_unknown_option_is_refused_with_the_nearest() -> None:
    def world(recording, *, boundary=None, rng): ...

    refuse_unknown(world, {"rng": 0})
    with pytest.raises(ArgumentError, match="Did you mean boundary"):
        refuse_unknown(world, {"boundry": "torus"})
