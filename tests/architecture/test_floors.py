"""The house keeps its floors: parsed from the imports, nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "evolaw"
TESTS = Path(__file__).resolve().parents[1]

GROUND = ["errors", "checks", "arrays", "randomness", "documents", "storage", "display"]
FLOORS = {
    **dict.fromkeys(GROUND, 0),
    "trajectory": 1,
    "markov": 2,
    "automata": 2,
    "sde": 2,
    "analysis": 2,
    "ito": 3,
    "josephson": 3,
    "learning": 3,
    "score": 4,
    "discovery": 4,
    "report": 5,
    "cli": 6,
}
LEARNERS = {"learning", "score"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "misc"}
PRIVATE_JAX = ("jax.experimental", "jax.core", "jax.interpreters", "jax.lib", "jax._src", "jaxlib")

FILES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__main__.py")
MODULES = [path for path in FILES if path.name != "__init__.py"]


def part(path: Path) -> str:
    """The folder, or for a file at the top its own name."""
    inside = path.relative_to(SOURCE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every imported module with its line; type-checking imports count, an import is a dependence of thought."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def our_imports(path: Path) -> Iterator[tuple[list[str], int]]:
    for name, line in imports(path):
        if name.startswith("evolaw."):
            yield name.split(".")[1:], line


def test_every_part_has_a_floor() -> None:
    unknown = sorted({part(path) for path in FILES} - set(FLOORS) - {"__init__"})
    assert not unknown, f"give these a floor in tests/architecture and ARCHITECTURE.md: {unknown}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_down(path: Path) -> None:
    mine = part(path)
    if mine == "__init__":
        return
    for target, line in our_imports(path):
        theirs = target[0]
        if theirs == mine or theirs == "__version__":
            continue
        assert theirs in FLOORS, f"{path.name}:{line} imports evolaw.{theirs}, which has no floor"
        down = FLOORS[theirs] < FLOORS[mine]
        if mine in GROUND and theirs in GROUND:
            down = GROUND.index(theirs) < GROUND.index(mine)
        assert down, (
            f"{path.name}:{line}: {mine} (floor {FLOORS[mine]}) may not import {theirs} (floor {FLOORS[theirs]})"
        )


@pytest.mark.parametrize("folder", sorted({part(p) for p in FILES if len(p.relative_to(SOURCE).parts) > 1}))
def test_no_circle_inside_a_folder(folder: str) -> None:
    files = {path.stem: path for path in MODULES if part(path) == folder}
    edges = {
        name: {t[1] for t, _ in our_imports(path) if t[0] == folder and len(t) > 1 and t[1] in files}
        for name, path in files.items()
    }

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        for following in edges[name]:
            walk(following, (*trail, name))

    for name in files:
        walk(name, ())


def test_nobody_imports_the_package_from_inside() -> None:
    for path in FILES:
        names = {name for name, _ in imports(path)}
        assert "evolaw" not in names, f"{path.name} imports the façade it belongs to"


def test_jax_is_used_through_its_public_face() -> None:
    for path in FILES:
        for name, line in imports(path):
            assert not name.startswith(PRIVATE_JAX), f"{path.name}:{line} imports {name}"


def test_learning_packages_stay_in_their_folders() -> None:
    for path in FILES:
        for name, line in imports(path):
            if name.split(".")[0] in {"equinox", "optax"}:
                assert part(path) in LEARNERS, f"{path.name}:{line} imports {name} outside {sorted(LEARNERS)}"


def test_names_are_unique_and_say_something() -> None:
    seen: dict[str, Path] = {}
    for path in MODULES:
        assert path.stem not in FORBIDDEN_NAMES, f"{path} has a name that says nothing"
        assert path.stem not in seen, f"{path} and {seen[path.stem]} share a name"
        seen[path.stem] = path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_file_has_tests(path: Path) -> None:
    folder = TESTS / path.relative_to(SOURCE).parent
    assert list(folder.glob(f"test_{path.stem}*.py")), f"{path.relative_to(SOURCE)} has no tests/**/test_{path.stem}.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_public_names_are_declared_and_documented(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path.name} has no docstring"
    declared: set[str] = set()
    public: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            declared = {ast.literal_eval(element) for element in node.value.elts}  # type: ignore[attr-defined]
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            public[node.name] = node
    assert set(public) <= declared, f"{path.name}: __all__ lacks {sorted(set(public) - declared)}"
    for name, node in public.items():
        assert ast.get_docstring(node), f"{path.name}: {name} has no docstring"  # type: ignore[arg-type]


def test_no_user_error_is_an_assert() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Assert), f"{path.name}:{node.lineno} uses assert"


def test_every_cited_key_is_in_the_bibliography() -> None:
    known = set(re.findall(r"@\w+\{(\w+)", (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")))
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                cited = set(re.findall(r"\b[a-z]{3,}(?:18|19|20)\d\d\b", ast.get_docstring(node) or ""))
                assert cited <= known, f"{path.name} cites {sorted(cited - known)}; add them to docs/references.bib"


def test_the_map_names_every_file() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [str(path.relative_to(SOURCE)) for path in MODULES if f"`{path.stem}`" not in text]
    assert not missing, f"say in ARCHITECTURE.md what these are for: {missing}"
