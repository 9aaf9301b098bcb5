"""Words become a case, and wrong words a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.problem import pose, read_periods
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


def walk(dim: int = 1, count: int = 200) -> Trajectory:
    return Trajectory(
        np.random.default_rng(0).normal(size=(count, dim)).cumsum(0), np.arange(float(count)), ("times", "dim")
    )


def test_a_hidden_velocity_has_the_equation_and_its_position_is_known() -> None:
    case = pose(walk(), library="x, v", hidden="velocity")
    assert case.state == ("x", "v")
    assert case.known == {"x: v": 1.0}
    assert [term.name for term in case.drift["v"]] == ["x", "v"]
    assert case.asked == ("v",)


def test_a_whole_component_may_be_known() -> None:
    case = pose(walk(2), names=["p", "v"], library="v, sin(p)", known="p: v=1, p: *")
    assert case.asked == ("v",)
    assert case.known == {"p: v": 1.0}
    silent = pose(walk(2), names=["p", "v"], library="v, sin(p)", known="p: *")
    assert silent.targets == ("v",)


def test_a_component_that_only_turns_is_an_angle() -> None:
    case = pose(walk(), names=["p"], library="1, sin(p), cos(2p)")
    assert case.periods["p"] == pytest.approx(2 * np.pi)
    assert "x" not in pose(walk(), library="1, x, sin(x)").periods


def test_a_known_term_is_found_however_it_is_written() -> None:
    case = pose(walk(2), library="1, x*y", known="x: x y=2")
    assert case.known == {"x: x*y": 2.0}
    assert [term.name for term in case.split("x")[0]] == ["1"]


def test_periods_are_read() -> None:
    assert read_periods("p=2*pi", ["p"])["p"] == pytest.approx(2 * np.pi)
    with pytest.raises(ArgumentError, match="one of p"):
        read_periods("q=1", ["p"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"known": "x: *"}, "leave a component to ask about"),
        ({"noise": -1.0}, "noise"),
        ({"noise": [0.1, 0.2]}, "one for each of 1"),
        ({"hidden": "x"}, "a new name"),
        ({"library": "x: "}, "have a term for x"),
    ],
)
def test_wrong_words_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        pose(walk(), **options)  # type: ignore[arg-type]


def test_a_component_that_is_a_line_in_another_is_named() -> None:
    x = np.asarray(walk().values)
    track = Trajectory(np.concatenate([x, 3 * x - 1], 1), np.arange(200.0), ("times", "dim"))
    with pytest.raises(ArgumentError, match=r"y = -1 \+ 3 x exactly"):
        pose(track, library="poly:3")


def test_an_angle_is_read_as_one_without_being_told() -> None:
    """Recorded modulo 2π, or in degrees over several turns; an angle that only swings, and one whose library was given, stay as they are."""
    angle = np.cumsum(0.1 + 0.05 * np.random.default_rng(0).normal(size=3000))
    times = 0.1 * np.arange(3000)

    def periods(values: np.ndarray, unit: str = "", library: str | None = None) -> dict[str, float]:
        track = Trajectory(values, times, ("times",), about={"names": ["p"], "units": [unit]})
        return dict(pose(track, library=library).periods)

    assert periods(np.mod(angle, 2 * np.pi)) == {"p": 2 * np.pi}
    assert periods(np.degrees(angle), "deg") == {"p": 360.0}
    # Written with few digits it reaches 0 and 360 themselves; and where it never comes near them its unit says what a turn is.
    assert periods(np.round(np.mod(np.degrees(angle), 360.0)), "deg") == {"p": 360.0}
    assert periods(np.round(np.mod(np.degrees(angle), 360.0))) == {"p": 360.0}
    assert periods(0.995 * np.mod(np.degrees(angle), 360.0), "deg") == {"p": 360.0}
    assert periods(np.sin(angle), "rad") == {}
    assert periods(np.mod(angle, 2 * np.pi), library="1, p") == {}
    assert [term.name for term in pose(Trajectory(np.mod(angle, 2 * np.pi), times, ("times",))).drift["x"]][:3] == [
        "1",
        "sin(x)",
        "cos(x)",
    ]


def test_a_trajectory_brings_its_names_and_its_periods() -> None:
    """As `solve` writes them down of a process that declared them."""
    track = walk(2)
    track = Trajectory(
        track.values, track.times, track.axes, about={"names": ["phi", "v"], "periods": [2 * np.pi, None]}
    )
    case = pose(track)
    assert case.recording.names == ("phi", "v") and case.periods == {"phi": 2 * np.pi}
    assert "sin(phi)" in [term.name for term in case.drift["v"]]
    assert pose(track, names=["a", "b"], period="a=6").periods == {"a": 6.0}


@pytest.mark.slow
def test_a_simulated_junction_brings_its_names_and_its_period() -> None:
    """Nothing need be said of a trajectory that `solve` made: its process names the components and what is an angle."""
    from evolaw import sde
    from evolaw.ito import process
    from evolaw.josephson import Junction

    times = np.linspace(0, 20, 401)
    track = sde.solve(Junction(damping=0.5, noise=0.2).process(0.4), sde.BAOAB(), [0.0, 0.0], times, dt=0.05, rng=0)
    case = pose(track)
    assert case.recording.names == ("phi", "v") and case.periods == {"phi": 2 * np.pi}
    assert "sin(phi)" in [term.name for term in case.drift["v"]]
    assert pose(track, names=["a", "b"], period="a=6").periods == {"a": 6.0}
    voltage = sde.solve(process("dV = -V dt + 0.3 dW"), sde.EulerMaruyama(), 1.0, times, dt=0.05, rng=0)
    assert pose(voltage).recording.names == ("V",)


@pytest.mark.parametrize("names, clock", [(["x"], "t"), (["t"], "")])
def test_terms_read_the_time_where_no_component_is_called_so(names: list[str], clock: str) -> None:
    track = Trajectory(np.cumsum(np.random.default_rng(1).normal(size=60)), 2 + 0.5 * np.arange(60), ("times",))
    case = pose(track, names=names, library="1, cos(2t)", noise=0.1)
    assert case.clock == clock and case.recorded == tuple(names) and case.targets == tuple(names)
    at = case.drift[names[0]][1].values(list(case.recording.columns))
    assert np.allclose(at, np.cos(2 * (case.recording.times if clock else case.recording.columns[0])))
    assert case.noise[:1] == (0.1,) and case.noise[1:] == (0.0,) * len(clock)


def test_no_library_by_name_reads_the_time() -> None:
    path = np.cumsum(np.random.default_rng(2).normal(size=(60, 2)), 0)
    case = pose(Trajectory(path, np.arange(60.0), ("times", "dim")), library="x: poly:1; y: y, sin(t)", noise=0.0)
    assert [term.name for term in case.drift["x"]] == ["1", "x", "y"]
    assert case.state == ("x", "y", "t") and [case.known["t: 1"]] == [1.0]


def test_a_symmetry_is_refused_beside_terms_of_the_time() -> None:
    path = np.cumsum(np.random.default_rng(2).normal(size=(60, 2)), 0)
    with pytest.raises(ArgumentError, match="time"):
        pose(Trajectory(path, np.arange(60.0), ("times", "dim")), library="1, x, y, cos(t)", symmetry="rotation x, y")


def test_the_time_of_a_hidden_velocity_stands_between_position_and_velocity() -> None:
    path = np.cumsum(np.cumsum(np.random.default_rng(3).normal(size=60)))
    case = pose(Trajectory(path, np.arange(60.0), ("times",)), names=["q"], hidden="velocity", library="q, v, sin(t)")
    assert case.state == ("q", "t", "v") and case.drift["v"][2].components == (1,)
