"""The native function that moves striped boards on: several generations of a block of rows while it lies in the cache.

A block is copied to scratch memory with as many rows more on each side as generations follow; each generation makes the valid
part one row shorter at both ends, and what is left at the end is the block. A board that fits into the cache as a whole is
*resident*: it has one row more on each side, renewed every generation, and stays for all generations.

Inside a generation a vector's column is followed down the rows, so that what a row contributes (its carried signals, see
`networks`) is computed once and used for the three rows it touches. After a generation the margins of its rows are renewed:
this is where stripes meet and where the boundary enters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from evolaw.automata.engine.llvm import Writer, compile_functions, has_three_input_logic
from evolaw.automata.engine.netlists import SELECT, Gate, Logic
from evolaw.automata.engine.packing import Stripes
from evolaw.automata.engine.totalistic import counting_rows, counting_sum

__all__ = ["KINDS", "TABLE_SIZES", "Margins", "sweep_function"]

KINDS = {"torus": 0, "plane": 1, "reflecting": 2}
"""Number of each boundary; a reflecting board must be resident."""

TABLE_SIZES = {"counting": 18, "windows": 512}
"""Words a group of boards needs when each board has its own law: births and survivals by count, or all windows."""

_CHUNK_ROWS = 64  # rows a column is followed down before the next column: three columns of them fit the first cache
_SIZES = ("rows", "words", "width", "stride", "slabs", "slab_rows", "halo", "steps", "resident", "kind", "table_size")


@dataclass(frozen=True)
class Margins:
    """Where the words at the two ends of a row come from; masks hold one bit a board.

    west margin = (last word << 1, but for first stripes) | ((row[west_word] >> west_shift) & west_on)
    east margin = (first word >> 1, but for last stripes) | ((row[east_word] << east_shift) & east_on)
    If the columns do not fill the stripes, the first column too many is set to what lies beyond the edge:
    row[patch_word] = (row[patch_word] & patch_keep) | ((row[east_word] << east_shift) & patch_on)
    """

    inner_west: int
    inner_east: int
    west_word: int
    west_shift: int
    west_on: int
    east_word: int
    east_shift: int
    east_on: int
    patch_word: int
    patch_keep: int
    patch_on: int

    @classmethod
    def of(cls, stripes: Stripes, kind: str) -> Margins:
        """Return the margins of boards under the boundary "torus", "plane" or "reflecting"."""
        whole = (1 << 64) - 1
        last = stripes.cols - 1
        west_stripe, west_word = stripes.place(last if kind == "torus" else 0)
        east_stripe, east_word = stripes.place(0 if kind == "torus" else last)
        alive_outside = kind != "plane"
        first_mask, last_mask = stripes.stripe_mask(0), stripes.stripe_mask(stripes.stripes - 1)
        if stripes.cols == stripes.stripes * stripes.words:
            beyond, patch_word, patched, east_on = stripes.stripes - 1, 0, 0, last_mask
        else:
            (beyond, patch_word), east_on = stripes.place(stripes.cols), 0
            patched = stripes.stripe_mask(beyond)
        return cls(
            inner_west=whole ^ first_mask,
            inner_east=whole ^ last_mask,
            west_word=west_word,
            west_shift=west_stripe,
            west_on=first_mask * alive_outside,
            east_word=east_word,
            east_shift=beyond - east_stripe,
            east_on=east_on * alive_outside,
            patch_word=patch_word,
            patch_keep=whole ^ patched,
            patch_on=patched * alive_outside,
        )


Signals = list[str]
Rows = tuple[Callable[[Signals], Signals], Callable[[Signals], str]]
"""What a row carries, from its west, centre and east vectors; and the next state, from what three rows carry."""


@lru_cache(maxsize=256)
def sweep_function(law: Logic | str, ternary: bool | None = None) -> Callable[..., None]:
    """Compile the sweep for one law, or for laws given by tables.

    Args:
        law: a network; or "counting" or "windows" for one law a board, see `TABLE_SIZES`.
        ternary: use instructions of three inputs; None asks the processor.

    Returns:
        ``sweep(source, target, scratch, tables, *sizes, *margins, first, last)`` with addresses, then rows, words, width,
        stride, slabs, slab_rows, halo, steps, resident, kind, table_size, then the fields of `Margins`, then the range of
        blocks (group * slabs + slab). Scratch holds 2 (slab_rows + 2 halo) stride words, then stride + 16 zeros.

    Notes:
        20 to 60 ms for one law, 0.3 s for "windows". Results are remembered.
    """
    w = Writer(has_three_input_logic() if ternary is None else ternary)
    _write_generation(w, law)
    _write_margins(w)
    _write_sweep(w)
    count = 4 + len(_SIZES) + len(Margins.__dataclass_fields__) + 2
    return compile_functions(w, {"sweep": count})["sweep"]


def _write_generation(w: Writer, law: Logic | str) -> None:
    """generation(source, target, tables, low, high, width, stride): rows low to high, from row 0 of both places."""

    def body() -> None:
        of_row, of_cell = _logic_rows(w, law) if isinstance(law, Logic) else _table_rows(w, law)

        def load(pointer: str) -> Signals:
            return of_row([w.lanes_at(pointer, offset) for offset in (-1, 0, 1)])

        def chunk(first: str, _: Signals) -> Signals:
            end = w.add(first, _CHUNK_ROWS)
            last = w.choose("slt", end, "%high", end, "%high")
            skipped = w.multiply(first, "%stride")

            def column(word: str, _: Signals) -> Signals:
                offset = w.add(skipped, word)
                here = w.at("%source", offset)
                above = load(w.at(here, w.op("sub i64 0, %stride")))
                carried = [*above, *load(here)]

                def row(_: str, state: Signals) -> Signals:
                    *signals, source, target = state
                    below = load(source)
                    next_state = of_cell([*signals, *below])
                    w.do(f"store {w.vector} {next_state}, ptr {target}, align 8")
                    return [*signals[len(below) :], *below, w.at(source, "%stride"), w.at(target, "%stride")]

                start = [(w.vector, signal) for signal in carried]
                start += [("ptr", w.at(here, "%stride")), ("ptr", w.at("%target", offset))]
                w.loop(first, last, start, row)
                return []

            w.loop("0", "%width", [], column, step=w.lanes)
            return []

        w.loop("%low", "%high", [], chunk, step=_CHUNK_ROWS)

    w.function("generation", ["source", "target", "tables"], ["low", "high", "width", "stride"], body)


def _gates(w: Writer, gates: Sequence[Gate], inputs: Signals) -> Signals:
    signals = list(inputs)
    for table, a, b, c in gates:
        signals.append(w.logic(table, signals[a], signals[b], signals[c]))
    return signals


def _logic_rows(w: Writer, logic: Logic) -> Rows:
    def of_row(cells: Signals) -> Signals:
        signals = _gates(w, logic.row, cells)
        return [signals[signal] for signal in logic.carried]

    return of_row, lambda carried: _gates(w, logic.cell, carried)[logic.output]


def _table_rows(w: Writer, kind: str) -> Rows:
    def entry(number: int) -> str:
        return w.everywhere(w.word("%tables", number))

    def by_window(cells: Signals) -> str:
        def chosen(place: int, windows: int) -> str:
            if place == 9:
                return entry(windows)
            low, high = chosen(place + 1, 2 * windows), chosen(place + 1, 2 * windows + 1)
            return w.logic(SELECT, cells[place], high, low)

        return chosen(0, 0)

    if kind == "windows":
        return list, by_window

    row_gates, carried = counting_rows()
    sum_gates, bits = counting_sum()
    entries = [entry(number) for number in range(TABLE_SIZES["counting"])]

    def of_row(cells: Signals) -> Signals:
        signals = _gates(w, row_gates, cells)
        return [signals[signal] for signal in carried]

    def by_count(rows: Signals) -> str:
        signals = _gates(w, sum_gates, rows)
        centre = rows[5]
        leaves = (
            [entries[0]] + [w.logic(SELECT, centre, entries[8 + n], entries[n]) for n in range(1, 9)] + [entries[17]]
        )
        for bit in bits:
            n = signals[bit]
            pairs = [leaves[i : i + 2] for i in range(0, len(leaves), 2)]
            leaves = [w.logic(SELECT, n, pair[1], pair[0]) if len(pair) == 2 else pair[0] for pair in pairs]
        return leaves[0]

    return of_row, by_count


def _write_margins(w: Writer) -> None:
    """margins(board, low, high, words, stride, fields of Margins): renew the margins of rows low to high."""
    fields = list(Margins.__dataclass_fields__)

    def body() -> None:
        def row(number: str, _: Signals) -> Signals:
            here = w.at("%board", w.multiply(number, "%stride"))

            def set_word(place: str, value: str) -> None:
                w.do(f"store i64 {value}, ptr {w.at(here, place)}")

            def masked(value: str, mask: str) -> str:
                return w.op(f"and i64 {value}, %{mask}")

            def either(a: str, b: str) -> str:
                return w.op(f"or i64 {a}, {b}")

            beyond = w.op(f"shl i64 {w.word(here, '%east_word')}, %east_shift")
            patched = either(masked(w.word(here, "%patch_word"), "patch_keep"), masked(beyond, "patch_on"))
            set_word("%patch_word", patched)
            last, first = w.word(here, w.add("%words", -1)), w.word(here)
            before = w.op(f"lshr i64 {w.word(here, '%west_word')}, %west_shift")
            west = either(masked(w.op(f"shl i64 {last}, 1"), "inner_west"), masked(before, "west_on"))
            east = either(masked(w.op(f"lshr i64 {first}, 1"), "inner_east"), masked(beyond, "east_on"))
            set_word("-1", west)
            set_word("%words", east)
            return []

        w.loop("%low", "%high", [], row)

    w.function("margins", ["board"], ["low", "high", "words", "stride", *fields], body)


def _write_sweep(w: Writer) -> None:
    fields = list(Margins.__dataclass_fields__)

    def renew(board: str, low: str, high: str) -> None:
        constants = ", ".join(f"i64 %{name}" for name in ("words", "stride", *fields))
        w.do(f"call void @margins(ptr {board}, i64 {low}, i64 {high}, {constants})")

    def body() -> None:
        row_bytes = w.multiply(w.add("%words", 2), 8)
        local_rows = w.add("%slab_rows", w.multiply("%halo", 2))
        size = w.multiply(local_rows, "%stride")
        one, two = w.at("%scratch", 8), w.at("%scratch", w.add(size, 8))  # row 0, word 0; before it its west margin
        dead = w.at("%scratch", w.add(w.multiply(size, 2), 8))
        group_words = w.multiply("%rows", "%stride")

        def row_at(board: str, row: str) -> str:
            return w.at(board, w.multiply(row, "%stride"))

        def copy_row(target: str, source: str, size: str = row_bytes) -> None:
            """With both margins."""
            w.copy(w.at(target, -1), w.at(source, -1), size)

        torus = str(KINDS["torus"])
        is_torus = w.op(f"icmp eq i64 %kind, {torus}")
        is_resident = w.op("icmp eq i64 %resident, 1")
        renewed = w.op(f"select i1 {is_resident}, i64 {row_bytes}, i64 0")
        renewed = w.choose("eq", "%kind", str(KINDS["plane"]), "0", renewed)

        def block(item: str, _: Signals) -> Signals:
            group, slab = w.op(f"sdiv i64 {item}, %slabs"), w.op(f"srem i64 {item}, %slabs")
            board = w.add(w.multiply(group, group_words), 8)
            source, target = w.at("%source", board), w.at("%target", board)
            table = w.at("%tables", w.multiply(group, "%table_size"))
            first = w.multiply(slab, "%slab_rows")
            end = w.add(first, "%slab_rows")
            last = w.choose("slt", end, "%rows", end, "%rows")
            count = w.op(f"sub i64 {last}, {first}")
            all_rows = w.add(count, w.multiply("%halo", 2))
            shift = w.op(f"sub i64 {first}, %halo")

            def fetch(row: str, _: Signals) -> Signals:
                wanted = w.add(row, shift)
                remainder = w.op(f"srem i64 {wanted}, %rows")
                wrapped = w.choose("slt", remainder, "0", w.add(remainder, "%rows"), remainder)
                is_inside = w.op(f"icmp eq i64 {wanted}, {wrapped}")
                exists = w.op(f"or i1 {is_torus}, {is_inside}")
                found = w.op(f"select i1 {exists}, ptr {row_at(source, wrapped)}, ptr {dead}")
                copy_row(row_at(one, row), found)
                copy_row(row_at(two, row), dead)
                return []

            w.loop("0", all_rows, [], fetch)
            renew(one, "0", all_rows)
            low_edge = w.op(f"sub i64 0, {shift}")
            high_edge = w.add(low_edge, "%rows")

            bottom = w.add(count, "%halo")
            opposite = [w.add(bottom, -1), "%halo"]
            mirrored = [*reversed(opposite)]

            def generation(step: str, state: Signals) -> Signals:
                now, after = state
                done = w.add(step, 1)
                low, high = done, w.op(f"sub i64 {all_rows}, {done}")
                # rows outside a plane stay dead because they are never computed
                clipped_low = w.choose("sgt", low, low_edge, low, low_edge)
                clipped_high = w.choose("slt", high, high_edge, high, high_edge)
                low = w.op(f"select i1 {is_torus}, i64 {low}, i64 {clipped_low}")
                high = w.op(f"select i1 {is_torus}, i64 {high}, i64 {clipped_high}")
                low = w.op(f"select i1 {is_resident}, i64 %halo, i64 {low}")
                high = w.op(f"select i1 {is_resident}, i64 {bottom}, i64 {high}")
                for outside, across, same in zip((w.add("%halo", -1), bottom), opposite, mirrored, strict=True):
                    seen = w.op(f"select i1 {is_torus}, i64 {across}, i64 {same}")
                    copy_row(row_at(now, outside), row_at(now, seen), renewed)
                w.do(
                    f"call void @generation(ptr {now}, ptr {after}, ptr {table}, i64 {low}, i64 {high}, "
                    "i64 %width, i64 %stride)"
                )
                renew(after, low, high)
                return [after, now]

            final = w.loop("0", "%steps", [("ptr", one), ("ptr", two)], generation)[0]

            def deliver(row: str, _: Signals) -> Signals:
                copy_row(row_at(target, w.add(row, first)), row_at(final, w.add(row, "%halo")))
                return []

            w.loop("0", count, [], deliver)
            return []

        w.loop("%first", "%last", [], block)

    w.function("sweep", ["source", "target", "scratch", "tables"], [*_SIZES, *fields, "first", "last"], body)
