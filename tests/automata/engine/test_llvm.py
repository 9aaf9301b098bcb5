"""Compiled vector code against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.engine.llvm import (
    Writer,
    address,
    aligned_words,
    compile_functions,
    cores,
    has_three_input_logic,
    on_all_cores,
)


@pytest.mark.parametrize("ternary", [False, True])
def test_all_gates_of_three_inputs(ternary: bool) -> None:
    if ternary and not has_three_input_logic():
        pytest.skip("the processor has no AVX-512")
    w = Writer(ternary)

    def body() -> None:
        a, b, c = (w.lanes_at("%inputs", w.lanes * i) for i in range(3))
        for table in range(256):
            w.do(f"store {w.vector} {w.logic(table, a, b, c)}, ptr {w.at('%outputs', w.lanes * table)}, align 8")

    w.function("gates", ["inputs", "outputs"], [], body)
    gates = compile_functions(w, {"gates": 2})["gates"]
    inputs, outputs = aligned_words(3 * w.lanes), aligned_words(256 * w.lanes)
    patterns = (0xF0, 0xCC, 0xAA)  # all eight inputs in the lowest byte of every word
    for i, pattern in enumerate(patterns):
        inputs[w.lanes * i : w.lanes * (i + 1)] = pattern
    gates(address(inputs), address(outputs))
    expected = np.repeat(np.arange(256), w.lanes)
    np.testing.assert_array_equal(outputs & np.uint64(255), expected)


@pytest.mark.parametrize(("start", "stop", "step"), [(0, 10, 1), (0, 10, 3), (5, 5, 1), (7, 3, 1)])
def test_loop_counts_as_range(start: int, stop: int, step: int) -> None:
    w = Writer(False)

    def body() -> None:
        total = w.loop("%start", "%stop", [("i64", "0")], lambda i, state: [w.add(state[0], i)], step=step)[0]
        w.do(f"store i64 {total}, ptr %out")

    w.function("total", ["out"], ["start", "stop"], body)
    out = aligned_words(1)
    compile_functions(w, {"total": 3})["total"](address(out), start, stop)
    assert out[0] == sum(range(start, stop, step))


@pytest.mark.parametrize("items", [0, 1, 2, 7, 100])
def test_all_items_are_shared_out_once(items: int) -> None:
    seen: list[int] = []
    on_all_cores(lambda first, last: seen.extend(range(first, last)), items)
    assert sorted(seen) == list(range(items))


def test_a_failure_in_a_thread_is_heard() -> None:
    def fail(first: int, last: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        on_all_cores(fail, 8)


def test_words_are_aligned_and_zero() -> None:
    words = aligned_words(100)
    assert address(words) % 64 == 0
    assert words.shape == (100,)
    assert not words.any()
    assert cores() >= 1
