"""The explorer's kernels in plain JavaScript are the library's laws: same text, same table; same seed, same boards; same exact curves."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.files.rle import parse_rle, write_rle
from evolaw.automata.rules.generations import Generations, lattice_law
from evolaw.automata.rules.rule import Rule
from evolaw.errors import ParseError
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.randomness import source
from evolaw.report.explorer.page import write_explorer

LAWS = [
    *("B3/S23", "b36s23", "23/3", "B3_S23", "B2-a/S12", "B2ce3aiy/S2-i34q", "B/S012345678", "B1357/S1357", "S23/B3"),
    *("B13/S13V", "B2/S34H", "b2/s013v", "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA"),
    *("W30", "W110", "W0", "w255", "W110,101=0.5", "R5,C0,M1,S34..58,B34..45,NM", "R2,C2,M0,S2..5,B3,NN", "R3,C0,M1,S5-9,12=0.5,B7,NC"),
    *("R1,C0,M0,S2,3,B3,NN", "B3/S2=0.9,3", "B2ac=0.5,3/S23~0.01", "Life", "day & night", "B3/S23~1e-3", "R7,C0,M0,S40..60,B30=.25,NC"),
    *("B2a2a/S", "B33/S", "MAPEKVE3w", "MAPHmlphg==~.5"),
    *("/2/3", "345/2/4", "B2-a/S23/C9", "2/13/4V", "R2,C5,M1,S3..8,B3..5,NM", "B1=0.4/S/3", "star wars", "B3/S23/2"),
]  # fmt: skip
WRONG = ["", "B9/S", "B3S23B4", "B2z/S", "B3/S23/1", "/2/256", "/2/3~0.1", "/2/", "MAPxx", "W256", "R0,C0,M0,S1,B1,NM", "B3/S2=2", "B3/S23~", "R2,S1", "B3/S23:T3,3", "W110,11=1", "hello"]  # fmt: skip


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    place = write_explorer(tmp_path_factory.mktemp("explorer") / "page.html")
    opened = browser.open(place.as_uri(), 1280, 900, False)
    yield opened
    assert opened.complaints() == []
    opened.close()


def table_of(rule: Rule) -> list[float]:
    return [float(chance) for chance in rule.probabilities.ravel()]


@pytest.mark.parametrize("text", LAWS)
def test_a_text_means_the_same_law(page: Any, text: str) -> None:
    read = page.run(
        f"(() => {{ const law = readLaw({json.dumps(text)}, facts); return [...law.table, law.noise, law.states]; }})()"
    )
    law = lattice_law(text)
    rule = law.alive if isinstance(law, Generations) else law
    if rule.neighbourhood == "moore" and len(read) not in (514,):
        pytest.fail("a rule of windows must have 512 numbers")
    assert read == [*table_of(rule), rule.noise, law.states]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_rule_is_refused_in_a_sentence(page: Any, text: str) -> None:
    with pytest.raises(ParseError):
        lattice_law(text)
    said = page.run(
        f"(() => {{ try {{ readLaw({json.dumps(text)}, facts); return null; }} catch (fault) {{ return said(fault); }} }})()"
    )
    assert said and "Error" not in said and "undefined" not in said and "{" not in said


def run_in_page(page: Any, text: str, board: np.ndarray, steps: int, boundary: str, seed: int) -> np.ndarray:
    rows, cols = (1, *board.shape)[-2:]
    cells = page.run(
        f"""(() => {{ const law = readLaw({json.dumps(text)}, facts); let cells = Uint8Array.from({board.ravel().tolist()});
        for (let time = 0; time < {steps}; time += 1)
          cells = stepBoard(law, cells, {rows}, {cols}, "{boundary}", given.keys.update[{seed}], time);
        return [...cells]; }})()"""
    )
    return np.array(cells, np.uint8).reshape(board.shape)


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
@pytest.mark.parametrize("text", LAWS)
def test_boards_after_many_steps_are_those_of_the_library(page: Any, text: str, boundary: str) -> None:
    """Chance included: it is addressed, so that the same seed gives the same boards."""
    rule, chance = lattice_law(text), np.random.default_rng(len(text))
    board = chance.integers(0, min(rule.states, 4), (23,) if rule.neighbourhood == "line" else (17, 23)).astype(
        np.uint8
    )
    expected = evolve(rule, board, 12, boundary=boundary, rng=5).final
    assert np.array_equal(run_in_page(page, text, board, 12, boundary, 5), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (3, 1)])
def test_boards_smaller_than_a_window_meet_themselves_as_in_the_library(page: Any, shape: tuple[int, int]) -> None:
    board = np.ones(shape, np.uint8)
    for boundary in ("torus", "plane", "reflecting"):
        for text in ("B3/S23", "R3,C0,M1,S5-9,B3..7,NC"):
            expected = evolve(text, board, 2, boundary=boundary).final
            assert np.array_equal(run_in_page(page, text, board, 2, boundary, 0), expected), (text, boundary)


def test_a_random_start_is_that_of_the_command(page: Any) -> None:
    cells = page.run('[...soup(given.keys.start[3], 20 * 30, 0.35)].join("")')
    expected = source(3).stream("start").chance(0, (20, 30), 0.35).astype(np.uint8)
    assert np.array_equal(np.array(list(cells), np.uint8).reshape(20, 30), expected)


def test_patterns_go_in_and_out_as_the_library_writes_them(page: Any) -> None:
    chance = np.random.default_rng(2)
    for shape in ((1, 1), (5, 9), (40, 33)):
        board = (chance.random(shape) < 0.3).astype(np.uint8)
        text = write_rle(board, rule="B3/S23", topology="torus")
        read = page.run(
            f"(() => {{ const r = readRle({json.dumps(text)}, 1e5); return [r.rows, r.cols, [...r.cells], r.rule, r.boundary]; }})()"
        )
        assert read == [*shape, board.ravel().tolist(), "B3/S23", "torus"]
        written = page.run(
            f'writeRle(Uint8Array.from({board.ravel().tolist()}), {shape[0]}, {shape[1]}, "B3/S23", "torus")'
        )
        back = parse_rle(written)
        assert np.array_equal(back.board, board)
        assert back.grid is not None and (back.grid.rows, back.grid.cols) == shape
    for states in (3, 40, 255):
        board = np.where(chance.random((9, 31)) < 0.5, 0, chance.integers(0, states, (9, 31))).astype(np.uint8)
        text = write_rle(board, rule=f"B2/S/{states}", topology="torus")
        assert page.run(f"[...readRle({json.dumps(text)}, 1e5).cells]") == board.ravel().tolist()
        written = page.run(
            f'writeRle(Uint8Array.from({board.ravel().tolist()}), 9, 31, "B2/S/{states}", "torus", {states})'
        )
        assert np.array_equal(parse_rle(written).board, board)
    for text in ("", "x = 3", "x = 2, y = 1\n3o!", "x = 2, y = 2\n2o", "x = 9999, y = 9999\n!", "x = 2, y = 1\nqq!"):
        said = page.run(
            f"(() => {{ try {{ readRle({json.dumps(text)}, 1e5); return null; }} catch (fault) {{ return said(fault); }} }})()"
        )
        assert said and "{" not in said, text


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.35, 1.0, 4.0])
def test_the_mean_voltage_is_the_exact_one(page: Any, noise: float) -> None:
    """The continued fraction here, quadrature there: two roads to one number, to 1e-12 of the critical voltage."""
    biases = [0.0, 0.2, 0.9, 1.0, 1.3, 1.8, 5.0, -0.7]
    found = page.run(f"{biases}.map((i) => meanVoltage(i, {noise}))")
    assert found == pytest.approx(np.asarray(mean_voltage(biases, noise)).tolist(), abs=1e-12)


def test_simulated_voltages_lie_about_the_exact_ones(page: Any) -> None:
    """Sixteen means, each within 4.5 standard errors: a false alarm once in 9,000 changes of the code."""
    found = page.run(
        "[0.2, 0.6, 0.9, 1.0, 1.1, 1.3, 1.5, 1.8].flatMap((i, k) => [0.1, 0.5].map((d) => [i, d, simulateVoltage(i, d, given.keys.noise[k])]))"
    )
    for bias, noise, answer in found:
        gap = answer["value"] - float(mean_voltage(bias, noise))
        assert abs(gap) < 4.5 * answer["error"] + 3e-4, (bias, noise, answer)


def test_exact_laws_of_processes_are_the_library_s(page: Any) -> None:
    from evolaw import sde

    cases = {
        "ornstein-uhlenbeck": ({"rate": 0.7, "level": 0.4, "scale": 0.6, "start": -1.3, "time": 1.7}, sde.ornstein_uhlenbeck),
        "geometric-brownian-motion": ({"growth": -0.2, "volatility": 0.5, "start": 1.4, "time": 1.7}, sde.geometric_brownian_motion),
    }  # fmt: skip
    for name, (p, make) in cases.items():
        exact = make(**{key: value for key, value in p.items() if key not in ("start", "time")}).exact
        mean, variance = page.run(
            f"(() => {{ const p = {json.dumps(p)}, x = PROCESSES['{name}']; return [x.mean(p.time, p), x.variance(p.time, p)]; }})()"
        )
        assert mean == pytest.approx(float(exact.mean(p["time"], [p["start"]])[0]), rel=1e-12)
        assert variance == pytest.approx(float(np.ravel(exact.covariance(p["time"], [p["start"]]))[0]), rel=1e-12)
    p = {"barrier": 0.8, "width": 1.2, "temperature": 0.3, "start": 1.0, "time": 5.0}
    exact = sde.double_well(barrier=0.8, width=1.2, temperature=0.3).exact
    places = [-2.0, -1.2, -0.3, 0.0, 0.7, 1.3]
    found = page.run(
        f"(() => {{ const d = PROCESSES['double-well'].density({json.dumps(p)}); return {places}.map(d); }})()"
    )
    assert found == pytest.approx(exact.stationary_density(np.array(places)).tolist(), rel=1e-9)


def test_simulated_paths_lie_about_the_exact_law(page: Any) -> None:
    """Mean and deviation of 4000 paths of 400 steps, each within 4.5 standard errors and the bias of the step."""
    for name in ("ornstein-uhlenbeck", "geometric-brownian-motion"):
        found = page.run(
            f"""(() => {{ const process = PROCESSES['{name}'], p = Object.fromEntries(Object.entries(process.sliders).map(([k, v]) => [k, v.value]));
            const run = simulatePaths(process, p, 4000, 400, given.keys.noise[11]);
            return [run.means.at(-1), run.deviations.at(-1), process.mean(p.time, p), Math.sqrt(process.variance(p.time, p))]; }})()"""
        )
        mean, deviation, exact_mean, exact_deviation = found
        assert abs(mean - exact_mean) < 4.5 * exact_deviation / math.sqrt(4000) + 0.005
        assert abs(deviation / exact_deviation - 1) < 4.5 * 1.5 / math.sqrt(2 * 4000) + 0.01


def test_the_density_of_a_process_holds_one(page: Any) -> None:
    whole = page.run(
        """Object.values(PROCESSES).map((process) => { const p = Object.fromEntries(Object.entries(process.sliders).map(([k, v]) => [k, v.value]));
        const d = process.density(p); let sum = 0; for (let k = 0; k < 40000; k += 1) sum += d(-10 + k * 0.0005 * 1) * 0.0005; return sum; })"""
    )
    assert whole == pytest.approx([1.0, 1.0, 1.0], abs=2e-3)


def test_drawing_stepping_and_pasting_by_keyboard_and_pointer(look: Callable[..., Any], tmp_path: Path) -> None:
    page = look(write_explorer(tmp_path / "page.html"))
    page.run("find('#clear').click()")
    assert page.run("find('#alive').textContent") == "0"
    page.run("find('#cells').focus()")
    for key in ("ArrowRight", " ", "ArrowRight", " ", "ArrowRight", " "):
        page.press(key)
    assert page.run("[find('#alive').textContent, board.cells[32 * 64 + 34]]") == ["3", 1]
    page.run("find('#step').click()")
    assert page.run("[board.cells[31 * 64 + 34], board.cells[33 * 64 + 34], find('#generation').textContent]") == [
        1,
        1,
        "1",
    ]
    box = page.run("(({left, top, width}) => [left, top, width])(find('#cells').getBoundingClientRect())")
    for kind, x in (("mousePressed", 10.5), ("mouseMoved", 11.5), ("mouseReleased", 11.5)):
        x, y = box[0] + x * box[2] / 64, box[1] + 5.5 * box[2] / 64
        page.tell("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)
    assert page.run("[board.cells[5 * 64 + 10], board.cells[5 * 64 + 11]]") == [1, 1]
    question = "x = 8, y = 4, rule = B36/S23:T8,4\n3o2b3o$o2bob2o$8o$2bo2bo!"
    page.run(f"find('#rle').value = {json.dumps(question)}; find('#load').click()")
    assert page.run("[board.rows, board.cols, find('#law').value, find('#boundary').value]") == [
        4,
        8,
        "B36/S23",
        "torus",
    ]
    assert page.run("find('#size').selectedOptions[0].textContent") == "4 × 8"
    expected = evolve("B36/S23", parse_rle(question).board, 1).final
    page.run("find('#step').click()")
    assert page.run("[...board.cells]") == expected.ravel().tolist()
    page.run("find('#law').value = 'W110'; find('#law').dispatchEvent(new Event('input'))")
    page.run("find('#fill').click(); find('#step').click()")
    first = page.run("[...board.cells.slice(0, 16)]")
    assert first[8:] == evolve("W110", np.array(first[:8]), 1).final.tolist()
    page.run("find('#law').value = 'B9'; find('#law').dispatchEvent(new Event('input'))")
    assert "at most 8" in page.run("find('#law-says').textContent")
    for name in ("double-well", "geometric-brownian-motion"):
        page.run(f"find('#process').value = '{name}'; find('#process').dispatchEvent(new Event('change'))")
        assert "±" in page.run("find('#process-says').textContent")
    page.run(
        "find('#junction-sliders input').value = 1.5; find('#junction-sliders input').dispatchEvent(new Event('input'))"
    )
    assert "i = 1.5" in page.run("find('#junction-says').textContent")
    assert page.complaints() == []


def test_cells_that_age_are_drawn_pasted_and_counted_apart(look: Callable[..., Any], tmp_path: Path) -> None:
    """What is alive is counted, what ages is told by its colour, and a rule of two states knows no ages."""
    page = look(write_explorer(tmp_path / "page.html", rule="/2/3"))
    assert "3 states" in page.run("find('#law-says').textContent")
    assert page.run("find('#bench .ageing').parentElement.hidden") is False
    text = "x = 4, y = 3, rule = 345/2/4:T4,3\nA.B$2.AC!"
    page.run(f"find('#rle').value = {json.dumps(text)}; find('#load').click()")
    assert page.run("[find('#law').value, find('#alive').textContent, [...board.cells]]") == [
        "345/2/4",
        "2",
        parse_rle(text).board.ravel().tolist(),
    ]
    tones = page.run("cellTones(find('#bench'), 4).map((tone) => tone.map(Math.round).join())")
    assert len(set(tones)) == 5
    shown = page.run("[...canvas.getContext('2d').getImageData(0, 0, 4, 1).data].filter((_, k) => k % 4 < 3).join()")
    assert shown == ",".join(tones[place] for place in (1, 0, 3, 0))
    page.run("find('#law').value = 'B3/S23'; find('#law').dispatchEvent(new Event('input'))")
    assert page.run("[...board.cells]") == (parse_rle(text).board == 1).ravel().astype(int).tolist()
    assert page.run("find('#bench .ageing').parentElement.hidden") is True
    page.run("find('#rle').value = 'x = 2, y = 1, rule = B3/S23\\nBA!'; find('#load').click()")
    assert "2 states" not in page.run("find('#rle-says').textContent")
    assert "3 states" in page.run("find('#rle-says').textContent")
    assert page.complaints() == []
