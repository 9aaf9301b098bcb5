"""The façade names what is there, loads it when asked, and says which extra is missing."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from evolaw import learning

WITHOUT = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "equinox" else real(name, *rest)
from evolaw.errors import MissingExtra
try:
    import evolaw.learning.windows.cnn
except MissingExtra as error:
    print(error)
"""


@pytest.mark.parametrize("name", learning.__all__)
def test_every_name_is_there(name: str) -> None:
    file = next(file for file, names in learning._NAMES.items() if name in names)
    module = importlib.import_module(f"evolaw.learning.{file}")
    assert getattr(learning, name) is getattr(module, name)
    assert name in module.__all__
    assert name in dir(learning)


def test_another_name_is_an_error() -> None:
    with pytest.raises(AttributeError, match="resnet"):
        _ = learning.resnet  # type: ignore[attr-defined]


def test_a_missing_package_names_its_extra() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "This needs the package equinox. Install it with: pip install 'evolaw[learn]'"
