"""Native vector code made while the program runs: write LLVM's language, compile it in milliseconds, call it on all cores.

A law becomes straight-line logic on vectors of 64-bit words, so the code for one law is short and is compiled afresh for it;
that costs 20 to 60 ms, against seconds for a compiler of Python functions.

`Writer` collects instructions: every call of `op` names one value. `compile_functions` turns the text into callables, which
release Python's lock while they run; `on_all_cores` shares a range of work items among threads.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from evolaw.automata.engine.gates import Operations, three_inputs
from evolaw.devices import cores

__all__ = ["Writer", "address", "aligned_words", "compile_functions", "has_three_input_logic", "on_all_cores"]

_INTRINSICS = """
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
"""
_TERNARY = "declare <8 x i64> @llvm.x86.avx512.pternlog.q.512(<8 x i64>, <8 x i64>, <8 x i64>, i32)\n"
_ATTRIBUTES = 'attributes #0 = { nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512" }\n'


class Writer:
    """Writes functions in LLVM's language.

    Args:
        ternary: use the processor's instruction for any logic function of three inputs; else and, or, exclusive or.

    Attributes:
        lanes: 64-bit words in a vector.
        vector: the vector's type.
    """

    def __init__(self, ternary: bool) -> None:
        self.ternary = ternary
        self.lanes = 8 if ternary else 4
        self.vector = f"<{self.lanes} x i64>"
        ones = "<" + ", ".join(["i64 -1"] * self.lanes) + ">"
        self._operations = Operations(
            both=lambda a, b: self.op(f"and {self.vector} {a}, {b}"),
            unlike=lambda a, b: self.op(f"xor {self.vector} {a}, {b}"),
            opposite=lambda a: self.op(f"xor {self.vector} {a}, {ones}"),
            none="zeroinitializer",
        )
        self._lines: list[str] = []
        self._count = 0
        self._block = "entry"

    def op(self, text: str) -> str:
        """Write one instruction and return the name of its value."""
        name = self._name("v")
        self._lines.append(f"  {name} = {text}")
        return name

    def do(self, text: str) -> None:
        """Write one instruction that has no value."""
        self._lines.append("  " + text)

    def function(self, name: str, pointers: Sequence[str], integers: Sequence[str], body: Callable[[], None]) -> None:
        """Write a function of pointers and 64-bit integers, which ``body`` may use under their names (``%name``)."""
        arguments = [f"ptr %{p}" for p in pointers] + [f"i64 %{i}" for i in integers]
        self._lines.append(f"define void @{name}({', '.join(arguments)}) #0 {{")
        self._mark("entry")
        body()
        self._lines += ["  ret void", "}"]

    def loop(
        self,
        start: str,
        stop: str,
        carried: Sequence[tuple[str, str]],
        body: Callable[[str, list[str]], Sequence[str]],
        step: int = 1,
    ) -> list[str]:
        """Write ``for i in range(start, stop, step)``.

        Args:
            start: first value of i.
            stop: bound of i.
            carried: type and first value of each variable that passes from one round to the next.
            body: writes one round; gets i and the variables, returns their new values.
            step: increment of i.

        Returns:
            The variables after the last round.
        """
        number = self._name("")[1:]
        before, head, done = self._block, f"head{number}", f"done{number}"
        some = self.op(f"icmp slt i64 {start}, {stop}")
        self.do(f"br i1 {some}, label %{head}, label %{done}")
        self._mark(head)
        index = f"%i{number}"
        inside = [f"%p{number}_{j}" for j in range(len(carried))]
        place = len(self._lines)
        after = body(index, inside)
        following = self.op(f"add i64 {index}, {step}")
        more = self.op(f"icmp slt i64 {following}, {stop}")
        last = self._block
        phis = [f"  {index} = phi i64 [ {start}, %{before} ], [ {following}, %{last} ]"]
        phis += [
            f"  {name} = phi {kind} [ {first}, %{before} ], [ {new}, %{last} ]"
            for name, (kind, first), new in zip(inside, carried, after, strict=True)
        ]
        self._lines[place:place] = phis
        self.do(f"br i1 {more}, label %{head}, label %{done}")
        self._mark(done)
        return [
            self.op(f"phi {kind} [ {first}, %{before} ], [ {new}, %{last} ]")
            for (kind, first), new in zip(carried, after, strict=True)
        ]

    def add(self, a: str, b: str | int) -> str:
        """Add two integers."""
        return self.op(f"add i64 {a}, {b}")

    def multiply(self, a: str, b: str | int) -> str:
        """Multiply two integers."""
        return self.op(f"mul i64 {a}, {b}")

    def choose(self, relation: str, a: str, b: str, then: str, otherwise: str, kind: str = "i64") -> str:
        """Return ``then`` where the integers a and b stand in LLVM's ``relation`` (slt, sgt, eq, ...)."""
        holds = self.op(f"icmp {relation} i64 {a}, {b}")
        return self.op(f"select i1 {holds}, {kind} {then}, {kind} {otherwise}")

    def at(self, pointer: str, words: str | int) -> str:
        """Return the address ``words`` 64-bit words after ``pointer``."""
        return self.op(f"getelementptr i64, ptr {pointer}, i64 {words}")

    def word(self, pointer: str, words: str | int = 0) -> str:
        """Load one word."""
        return self.op(f"load i64, ptr {self.at(pointer, words)}")

    def lanes_at(self, pointer: str, words: str | int = 0) -> str:
        """Load a vector from an address that need not be aligned."""
        return self.op(f"load {self.vector}, ptr {self.at(pointer, words)}, align 8")

    def everywhere(self, word: str) -> str:
        """Return the vector whose lanes all hold ``word``."""
        one = self.op(f"insertelement {self.vector} poison, i64 {word}, i32 0")
        zeros = ", ".join(["i32 0"] * self.lanes)
        return self.op(f"shufflevector {self.vector} {one}, {self.vector} poison, <{self.lanes} x i32> <{zeros}>")

    def copy(self, target: str, source: str, size: str) -> None:
        """Copy ``size`` bytes between places that do not overlap."""
        self.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")

    def logic(self, table: int, a: str, b: str, c: str) -> str:
        """Apply a logic function of three inputs, bit by bit: bit 4 a + 2 b + c of ``table`` is its value."""
        if self.ternary:
            kind = self.vector
            return self.op(
                f"call {kind} @llvm.x86.avx512.pternlog.q.512({kind} {a}, {kind} {b}, {kind} {c}, i32 {table})"
            )
        return three_inputs(self._operations, table, a, b, c)

    def text(self) -> str:
        """Return all functions written."""
        return "\n".join(self._lines) + "\n" + _INTRINSICS + (_TERNARY if self.ternary else "") + _ATTRIBUTES

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"%{letter}{self._count}"

    def _mark(self, label: str) -> None:
        self._lines.append(f"{label}:")
        self._block = label


@cache
def has_three_input_logic() -> bool:
    """Return whether the processor computes any logic function of three inputs in one instruction (AVX-512)."""
    import llvmlite.binding as llvm

    return bool(llvm.get_host_cpu_features().get("avx512f", False))


def compile_functions(writer: Writer, signatures: Mapping[str, int]) -> dict[str, Callable[..., None]]:
    """Compile what ``writer`` holds for this processor.

    Args:
        writer: the functions.
        signatures: name of each function wanted and the number of its arguments.

    Returns:
        The functions, to be called with addresses and integers; they live as long as they are referred to.
    """
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(writer.text())
    module.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
    )
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    functions: dict[str, Callable[..., None]] = {}
    for name, count in signatures.items():
        function: Any = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * count)(engine.get_function_address(name))
        function.engine = engine  # the machine code dies with its engine
        functions[name] = function
    return functions


def on_all_cores(work: Callable[[int, int], None], items: int) -> None:
    """Call ``work(first, last)`` on ranges that together are 0 to ``items``, one range a core."""
    parts = min(items, cores())
    if parts <= 1:
        work(0, items)
        return
    bounds = [items * part // parts for part in range(parts + 1)]
    futures = [_threads(os.getpid()).submit(work, first, last) for first, last in pairwise(bounds)]
    for future in futures:
        future.result()


def aligned_words(count: int) -> np.ndarray:
    """Return ``count`` zero words, uint64, that begin on a cache line."""
    store = np.zeros(count + 8, dtype=np.uint64)
    skip = (-store.ctypes.data % 64) // 8
    return store[skip : skip + count]


def address(array: np.ndarray) -> int:
    """Return where the elements of ``array`` begin in memory."""
    return int(array.ctypes.data)


@cache
def _threads(process: int) -> ThreadPoolExecutor:
    """The threads of this process; one that was forked has none of those it was forked from."""
    return ThreadPoolExecutor(max_workers=cores(), thread_name_prefix="evolaw-bits")
