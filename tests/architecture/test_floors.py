"""The house keeps its floors: parsed from the imports, nothing is run.

A file stands on a path. Where the paths of two files part, the two names are *rooms* of one folder; an import is an arrow between
rooms. At the top the floors say which way arrows go; inside every folder, however deep, they may form no circle.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "evolaw"
TESTS = Path(__file__).resolve().parents[1]

GROUND = [
    *("facade", "errors", "checks", "told", "devices", "arrays", "randomness"),
    *("textfiles", "documents", "storage", "display"),
]
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
MOST_FILES = 16
SHORTEST_IDEA = 240
BY_NAME = {
    "facade.py": "the names of a folder load when they are first used",
    "__init__.py": "the façade loads its parts when they are first named",
    "report/opening.py": "a stored result loads its own wing",
    "report/figures.py": "whoever holds such a result has loaded its file; nobody else pays for JAX",
    "randomness.py": "asks whether JAX is loaded, and does not load it",
    "learning/loop/serialization.py": "a stored network names the file of its class",
    "sde/catalogue.py": "a named process loads when it is asked for",
}
"""Files that may import by a name made at run time, each with its reason."""

OPEN_CIRCLES: set[str] = set()
"""Folders whose rooms still form a circle."""

Place = tuple[str, ...]


def files_of(source: Path) -> dict[Place, Path]:
    """Every module by its place below ``source``; a package stands for its ``__init__``."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        place = path.relative_to(source).with_suffix("").parts
        if place[-1] != "__main__":
            found[place[:-1] if place[-1] == "__init__" else place] = path
    return found


@cache
def imports(path: Path) -> list[tuple[str, int]]:
    """Every imported module with its line; lazy and type-checking imports count: an import is a dependence of thought."""
    return list(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def arrows(source: Path) -> Iterator[tuple[Place, Place, int]]:
    """Yield (importing place, imported place, line) for every import of ours."""
    places = files_of(source)
    for mine, path in places.items():
        for name, line in imports(path):
            target = tuple(name.split("."))
            if target[0] != "evolaw":
                continue
            theirs = target[1:]
            while theirs and theirs not in places:
                theirs = theirs[:-1]
            yield mine, theirs, line


def rooms(source: Path) -> dict[Place, dict[str, dict[str, list[str]]]]:
    """Folder -> room -> room it needs -> the imports that say so."""
    found: dict[Place, dict[str, dict[str, list[str]]]] = {}
    places = files_of(source)
    for mine, theirs, line in arrows(source):
        if places[mine].name == "__init__.py":  # a façade gathers what stands below it
            continue
        for depth, (one, other) in enumerate(zip(mine, theirs, strict=False)):
            if one != other:
                said = f"{'/'.join(mine)}:{line} -> {'/'.join(theirs)}"
                found.setdefault(mine[:depth], {}).setdefault(one, {}).setdefault(other, []).append(said)
                break
    return found


def circle(graph: dict[str, dict[str, list[str]]]) -> list[str]:
    """The rooms of a circle with the imports that close it, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        trail = error.args[1]
        return [said for later, earlier in zip(trail[1:], trail, strict=False) for said in graph[later][earlier][:3]]
    return []


def façade_imports(source: Path) -> list[str]:
    """Imports of a folder's own ``__init__`` from a file inside it: the façade stands above what it gathers."""
    return [
        f"{'/'.join(mine)}:{line} imports evolaw.{'.'.join(theirs)}"
        for mine, theirs, line in arrows(source)
        if len(mine) > len(theirs) and mine[: len(theirs)] == theirs and theirs
    ]


PLACES = files_of(SOURCE)
FILES = list(PLACES.values())
MODULES = [path for path in FILES if path.name != "__init__.py"]
FOLDERS = sorted({place[:depth] for place in PLACES for depth in range(len(place))})


@cache
def our_rooms() -> dict[Place, dict[str, dict[str, list[str]]]]:
    """The rooms of the house; read by the first test that asks, not by everybody who collects tests."""
    return rooms(SOURCE)


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def allowed(mine: str, theirs: str) -> bool:
    """Whether a part at the top may import another."""
    if mine in GROUND and theirs in GROUND:
        return GROUND.index(theirs) < GROUND.index(mine)
    return FLOORS[theirs] < FLOORS[mine]


def test_every_part_has_a_floor() -> None:
    unknown = sorted({place[0] for place in PLACES if place} - set(FLOORS))
    assert not unknown, f"give these a floor in tests/architecture and ARCHITECTURE.md: {unknown}"


def test_imports_go_down() -> None:
    climbing = [
        said
        for mine, needs in our_rooms()[()].items()
        for theirs, where in needs.items()
        if not allowed(mine, theirs)
        for said in where
    ]
    assert not climbing, f"an import goes down a floor, never up or sideways: {climbing}"


@pytest.mark.parametrize("folder", FOLDERS, ids="/".join)
def test_the_rooms_of_a_folder_form_no_circle(folder: Place) -> None:
    found = circle(our_rooms().get(folder, {}))
    assert bool(found) == ("/".join(folder) in OPEN_CIRCLES), f"a circle, or one that is no longer there: {found}"


@pytest.mark.slow
def test_nobody_imports_the_folder_they_stand_in() -> None:
    assert not façade_imports(SOURCE)


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({"sde/loop/solver.py": "from evolaw.report import figures", "report/figures.py": ""}, "climb"),
        ({"sde/loop/solver.py": "def f():\n    from evolaw.cli.main import run", "cli/main.py": ""}, "climb"),
        ({"sde/a/x.py": "from evolaw.sde.b.y import Z", "sde/b/y.py": "from evolaw.sde.a import x"}, "circle"),
        ({"sde/x.py": "from evolaw.sde.a.y import Z", "sde/a/y.py": "import evolaw.sde.x"}, "circle"),
        (
            {"sde/a/x.py": "from evolaw.sde import solve", "sde/__init__.py": "from evolaw.sde.a.x import solve"},
            "façade",
        ),
        (
            {"sde/a/x.py": "from evolaw.sde.b.y import Z", "sde/b/y.py": "from evolaw import checks", "checks.py": ""},
            "",
        ),
    ],
)
def test_these_tests_see(tmp_path: Path, files: dict[str, str], wrong: str) -> None:
    """A house with one fault, for every kind of fault: out of a sub-folder, lazily, and through a façade."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "__init__.py").touch()
    for folder in [path for path in tmp_path.rglob("*") if path.is_dir()]:
        (folder / "__init__.py").touch()
    found = rooms(tmp_path)
    climbs = [(a, b) for a, needs in found.get((), {}).items() for b in needs if not allowed(a, b)]
    circles = [each for graph in found.values() for each in circle(graph)]
    seen = {"climb": bool(climbs), "circle": bool(circles), "façade": bool(façade_imports(tmp_path))}
    assert {name for name, is_seen in seen.items() if is_seen} == ({wrong} if wrong else set())


def test_imports_by_a_made_up_name_are_listed() -> None:
    pattern = re.compile(r"import_module\(|sys\.modules|__import__\(")
    using = {
        name_of(path)
        for path in FILES
        if any(pattern.search(line) and ">>>" not in line for line in path.read_text(encoding="utf-8").splitlines())
    }
    assert using == set(BY_NAME), f"new, or no longer: {sorted(using ^ set(BY_NAME))}"


@pytest.mark.slow
def test_nobody_imports_the_package_from_inside() -> None:
    for path in FILES:
        names = {name for name, _ in imports(path)}
        assert "evolaw" not in names, f"{name_of(path)} imports the façade it belongs to"


@pytest.mark.slow
def test_jax_is_used_through_its_public_face() -> None:
    for path in FILES:
        for name, line in imports(path):
            assert not name.startswith(PRIVATE_JAX), f"{name_of(path)}:{line} imports {name}"


@pytest.mark.slow
def test_learning_packages_stay_in_their_folders() -> None:
    for place, path in PLACES.items():
        for name, line in imports(path):
            if name.split(".")[0] in {"equinox", "optax"}:
                assert place[0] in LEARNERS, f"{name_of(path)}:{line} imports {name} outside {sorted(LEARNERS)}"


def test_names_say_something() -> None:
    for path in MODULES:
        assert path.stem not in FORBIDDEN_NAMES, f"{name_of(path)} has a name that says nothing"


def test_no_folder_is_a_corridor() -> None:
    for folder in {path.parent for path in MODULES}:
        count = sum(path.parent == folder for path in MODULES)
        assert count <= MOST_FILES, f"{name_of(folder)} holds {count} files: which rooms does it have?"


def test_every_folder_says_its_idea() -> None:
    for path in FILES:
        if path.name == "__init__.py":
            said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            assert len(said) >= SHORTEST_IDEA, (
                f"{name_of(path)} says its idea in {len(said)} characters; take a few sentences"
            )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_file_has_tests(path: Path) -> None:
    folder = TESTS / path.relative_to(SOURCE).parent
    assert list(folder.glob(f"test_{path.stem}*.py")), f"{name_of(path)} has no tests/**/test_{path.stem}.py"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
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


@pytest.mark.slow
def test_no_user_error_is_an_assert() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Assert), f"{path.name}:{node.lineno} uses assert"


@pytest.mark.slow
def test_every_cited_key_is_in_the_bibliography() -> None:
    known = set(re.findall(r"@\w+\{(\w+)", (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")))
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                cited = set(re.findall(r"\b[a-z]{3,}(?:18|19|20)\d\d\b", ast.get_docstring(node) or ""))
                assert cited <= known, f"{path.name} cites {sorted(cited - known)}; add them to docs/references.bib"


def sections(text: str) -> Iterable[tuple[str, str]]:
    """The parts of the map: a heading as ``**sde/loop/.**`` and what stands under it."""
    for match in re.finditer(r"^\*\*([a-z/]*?)/?\.\*\*(.*?)(?=^\*\*[a-z/]+\.\*\*|^#|^CONTRIBUTING)", text, re.M | re.S):
        yield match[1], match[2]


def test_the_map_names_every_file() -> None:
    text = dict(sections((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")))
    missing = []
    for place, path in PLACES.items():
        if path.name == "__init__.py":
            continue
        where = [folder for folder in ("/".join(place[:depth]) for depth in range(1, len(place))) if folder in text]
        own = text[where[-1]] if where else text["ground"]
        missing += [] if f"`{path.stem}`" in own else [name_of(path)]
    assert not missing, f"say in ARCHITECTURE.md, under the folder's own heading, what these are for: {missing}"


def test_the_map_names_no_file_that_is_not_there() -> None:
    """The journeys are told with paths: each is a file of the house."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|toml|css))`", text))
    missing = sorted(name for name in told if not (SOURCE / name).exists() and not (ROOT / name).exists())
    assert len(told) > 40 and not missing, f"no such file: {missing}"
