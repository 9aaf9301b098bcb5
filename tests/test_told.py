"""A plain value in place of an object is named; the caller's own failures pass through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from evolaw.errors import ArgumentError, StorageError, Unforeseen
from evolaw.told import told


@told
def stem(path: Path | None, times: int = 1) -> str:
    return path.stem * times  # type: ignore[union-attr]


@told
def applied(function: Any, value: Any) -> Any:
    return function(value)


@pytest.mark.parametrize(("value", "says"), [(3, "`path` must be of type Path | None, but is 3"), ([1], "`path`")])
def test_a_plain_value_that_does_not_fit_is_named(value: Any, says: str) -> None:
    with pytest.raises(ArgumentError, match=says.replace("|", r"\|")) as caught:
        stem(value)
    assert isinstance(caught.value.__cause__, AttributeError)


def test_what_works_is_left_alone() -> None:
    assert stem(Path("a/b.c"), 2) == "bb"


def test_the_callers_own_failures_pass_through() -> None:
    def mine(value: Any) -> Any:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as caught:
        applied(mine, "text")
    assert not isinstance(caught.value, ArgumentError)


def test_a_wrong_call_is_told_by_python() -> None:
    with pytest.raises(TypeError, match="unexpected keyword"):
        stem(Path("a"), tims=3)  # type: ignore[call-arg]


def test_a_call_without_chance_is_told_what_to_pass() -> None:
    @told
    def outer(**options: Any) -> Any:
        def inner(*, rng: Any) -> Any:
            return rng

        return inner(**options)

    assert outer(rng=3) == 3
    with pytest.raises(ArgumentError, match=r"`rng` must be given.*Pass rng=0"):
        outer()


@told
def doubled(values: Any, times: int = 2) -> Any:
    return list(values) * times + values.tolist()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((np.zeros(2), "a"), "`times` must be of type int"),
        ((np.zeros(2), np.zeros(3)), "`times` must be of type int"),
        (("ab\x1b", 2), "`values` must have the attribute `tolist`, but is 'ab.*x1b'"),
    ],
)
def test_any_value_is_named_without_its_control_characters(given: tuple[Any, ...], says: str) -> None:
    with pytest.raises(ArgumentError, match=says) as caught:
        doubled(*given)
    assert "\x1b" not in str(caught.value)


def test_a_failure_with_arguments_that_fit_is_told_apart_as_a_fault_to_report() -> None:
    @told
    def third(values: list[int]) -> int:
        return values[2]

    with pytest.raises(Unforeseen, match="please report it") as caught:
        third([1])
    assert caught.value.exit_code == 1 and isinstance(caught.value.__cause__, IndexError)
    with pytest.raises(ArgumentError, match="`values` must be of type") as named:
        third(3)  # type: ignore[arg-type]
    assert named.value.exit_code == 3


class Mover(Protocol):
    """Whatever moves."""

    def move(self) -> int: ...


class Train:
    def move(self) -> int:
        return 1


def test_what_offers_a_protocol_is_not_blamed_for_the_fault_of_another() -> None:
    @told
    def arrive(mover: Mover | str, hours: list[float]) -> float:
        return mover.move() * hours[1]  # type: ignore[union-attr]

    with pytest.raises(Unforeseen):
        arrive(Train(), [1.0])
    with pytest.raises(ArgumentError, match="`mover` must be of type"):
        arrive(3, [1.0, 2.0])  # type: ignore[arg-type]


def test_a_generator_is_told_when_it_is_run() -> None:
    @told
    def halves(value: float) -> Any:
        yield value / 2

    with pytest.raises(ArgumentError, match="`value` must be of type float"):
        next(halves("a"))  # type: ignore[arg-type]


def test_a_file_that_cannot_be_read_is_a_storage_error(tmp_path: Path) -> None:
    @told
    def first(path: Path) -> str:
        return path.read_text()

    with pytest.raises(StorageError, match="cannot be read or written: Is a directory"):
        first(tmp_path)


@told
def scaled(x: Any, y: Any = 1.0, name: str = "", count: int = 1) -> Any:
    return np.sort(np.asarray(x, float) + np.asarray(y, float), axis=-1)[..., -1] * count


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("one",), "`x` must be a number, or an array of numbers, but is 'one'"),
        (([1.0], b"a"), "`y` must be a number, or an array of numbers"),
        (([], np.ones(3)), r"`x` must hold at least one value, but is \[\]"),
        ((np.zeros(0),), "`x` must hold at least one value"),
        ((1.0,), "`x` must be an array, but is 1.0"),
        (
            (np.ones((2, 3)), np.ones(4)),
            r"`y` must go together with `x` of shape \(2, 3\), but is of shape \(4,\)",
        ),
    ],
)
def test_what_numpy_says_of_arrays_is_pinned_to_the_argument(given: tuple[Any, ...], says: str) -> None:
    assert scaled([1, 2], [[3], [4]], "a").tolist() == [5, 6]
    with pytest.raises(ArgumentError, match=says) as caught:
        scaled(*given)
    assert not isinstance(caught.value, Unforeseen)


def test_what_an_argument_lacks_is_named_and_what_we_lack_is_not() -> None:
    @told
    def width(noise: Any, own: Any) -> Any:
        return own.missing if noise is None else noise.half_width

    with pytest.raises(ArgumentError, match="`noise` must have the attribute `half_width`"):
        width(lambda: 1, None)

    @told
    def inner(noise: Any) -> Any:
        return object().missing  # type: ignore[attr-defined]

    with pytest.raises(Unforeseen, match="fault of evolaw"):
        inner([1])


def test_what_does_not_fit_into_the_memory_is_no_fault_of_ours() -> None:
    @told
    def squared(count: int) -> Any:
        return np.empty((count, count))

    with pytest.raises(
        ArgumentError, match=r"needs more memory than there is .*Unable to allocate.*fewer paths"
    ) as caught:
        squared(10**9)
    assert not isinstance(caught.value, Unforeseen)


@pytest.mark.parametrize(
    ("work", "given", "says"),
    [
        (lambda a, b: 1.0 * a + b, (np.array([object()]), 1.0), "`a` must be a number, or an array of numbers"),
        (lambda a, b: np.asarray(b, float) * a, (1.0, (1, "a")), "`b` must be a number, or an array of numbers"),
        (lambda a, b: 1.5 * a, ("x", 1.0), "`a` must be a number, or an array of numbers, but is 'x'"),
        (lambda a, b: [each.axes for each in a], ("xyz", 1.0), "`a` must have the attribute `axes`, but is 'xyz'"),
        (lambda a, b: [each.axes for each in a], ([1, 2], 1.0), "`a` must have the attribute `axes`"),
        (lambda a, b: np.asarray(b, float), (1.0, int), "`b` must be a number, or an array of numbers"),
        (lambda a, b: list(a), (1.0, "b"), "`a` must be a list, but is 1.0"),
        (lambda a, b: b[0], ("a", 3), "`b` must be an array, or a list, but is 3"),
        (lambda a, b: b(a), (1.0, [2]), "`b` must be a function"),
        (lambda a, b: list(a), (1.0, 2.0), "fault of evolaw"),
    ],
)
def test_what_python_says_of_an_object_is_pinned_to_the_argument_where_one_alone_can_be_meant(
    work: Any, given: tuple[Any, Any], says: str
) -> None:
    @told
    def function(a: Any, b: Any) -> Any:
        return work(a, b)

    monkey = told.__globals__["_OURS"]
    told.__globals__["_OURS"] = (*monkey, str(Path(__file__).resolve()))
    try:
        with pytest.raises(ArgumentError, match=says):
            function(*given)
    finally:
        told.__globals__["_OURS"] = monkey


def test_a_library_reached_through_a_link_is_still_a_library(tmp_path: Path) -> None:
    """A home or an environment behind a symbolic link: frames carry the name that was typed."""
    (tmp_path / "linked").symlink_to(sys.prefix, target_is_directory=True)
    python = tmp_path / "linked" / Path(sys.executable).relative_to(sys.prefix)
    program = (
        "import numpy as np\nfrom evolaw.told import told\n"
        "@told\ndef largest(x):\n    return np.sort(np.asarray(x, float), axis=-1)[-1]\n"
        "try:\n    largest(1.0)\nexcept Exception as error:\n    print(error)\n"
    )
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("Argument `x` must be an array, but is 1.0"), done.stdout + done.stderr
