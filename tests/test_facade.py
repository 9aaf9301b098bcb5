"""A folder's names load when they are first used, and no others are there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from evolaw.facade import facade


def test_names_load_from_their_files_and_files_without_names_are_public() -> None:
    public, load, listed = facade("evolaw", {"errors": ("ArgumentError", "EvolawError"), "checks": ()})
    assert public == listed() == ["ArgumentError", "EvolawError", "checks"]
    assert load("ArgumentError").__mro__[1:].count(load("EvolawError")) == 1
    assert load("checks").__name__ == "evolaw.checks"


def test_another_name_is_no_attribute() -> None:
    _, load, _ = facade("evolaw", {"errors": ("EvolawError",)})
    with pytest.raises(AttributeError, match="module 'evolaw' has no attribute 'errors'"):
        load("errors")


def test_a_list_of_names_loads_none_of_them() -> None:
    code = "import sys, evolaw.sde; dir(evolaw.sde); sys.exit('jax' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
