"""Print the oldest versions that pyproject.toml admits, as requirements for pip: what ``make test-oldest`` installs.

Packages of the program and of its extras are pinned to their lower bounds; what only the tests need may be of any age.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

told = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
ours = [
    *told["project"]["dependencies"],
    *(one for extra in told["project"]["optional-dependencies"].values() for one in extra),
]
print("\n".join(sorted({one.replace(">=", "==") for one in ours}) + told["dependency-groups"]["test"]))
