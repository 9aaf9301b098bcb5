"""The fast engine: boards as bits, 512 cells at a time, several generations for one journey through the memory.

`run` equals `stepping.step` repeated, bit for bit, for every deterministic law on 3x3 windows, on torus, plane and
reflecting boards of any size; a law becomes a short network of logic gates (`synthesis`), compiled for it (`native_kernel`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from functools import partial
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.automata.engine.llvm import address, aligned_words, on_all_cores
from evolaw.automata.engine.native_kernel import KINDS, TABLE_SIZES, Margins, sweep_function
from evolaw.automata.engine.netlists import Logic
from evolaw.automata.engine.packing import Stripes
from evolaw.automata.engine.synthesis import logic_of
from evolaw.automata.engine.totalistic import counting_windows
from evolaw.automata.grid.boundaries import Boundary, parse_boundary
from evolaw.automata.grid.neighbourhoods import WINDOWS
from evolaw.automata.rules.rule import Rule
from evolaw.devices import cores
from evolaw.errors import ShapeError
from evolaw.told import told

__all__ = ["WORTHWHILE", "Laws", "distinct_tables", "read_boards", "run", "supports"]

WORTHWHILE = 10_000_000
"""Cell updates from which compiling pays: below, the plain step is done sooner."""

_CACHE_WORDS = 80_000  # scratch of a core: 640 KB, to fit the second cache of common processors
_LONGEST_BLOCK = 32  # generations in one journey of a block
_CALL_UPDATES = 2.0**35  # cell updates in one native call, so that an interrupt is heard within a second
_FEW_LAWS = 4  # up to so many different laws each get code of their own
_LONG_RUN = {"counting": 2.0**36, "windows": 2.0**31}  # cell updates of one law from which its own code beats tables


@dataclass(frozen=True)
class Laws:
    """The laws of a run.

    Attributes:
        tables: values by 3x3 window, uint8, shape (laws, 512); or births and survivals by count, shape (laws, 18).
        single: whether one law was given for all boards, rather than one for each entry of the boards' first axis.
    """

    tables: np.ndarray
    single: bool

    @classmethod
    def read(cls, rules: Any) -> Laws:
        """Read the `rules` argument of `run`."""
        if isinstance(rules, np.ndarray):
            return cls._of_tables(rules)
        if isinstance(rules, Rule | str):
            return cls(_table(Rule(rules), "rules")[None], True)
        checks.require(isinstance(rules, Iterable), "rules", "be a rule, several, or their tables as an array", rules)
        found = [_table(Rule(rule), f"rules[{i}]") for i, rule in enumerate(rules)]
        checks.require(bool(found), "rules", "hold at least one rule", "empty")
        return cls(np.stack(found), False)

    @classmethod
    def _of_tables(cls, tables: np.ndarray) -> Laws:
        if tables.ndim != 2 or tables.shape[1] not in TABLE_SIZES.values() or not len(tables):
            wanted = "(laws, 18) of births and survivals by count, or (laws, 512) by window"
            raise ShapeError(f"Argument `rules`, as an array, must have shape {wanted}, but has {tables.shape}.")
        checks.require(bool(((tables == 0) | (tables == 1)).all()), "rules", "hold only 0 and 1 as an array", "others")
        return cls(tables.astype(np.uint8), False)

    def windows(self, law: int) -> np.ndarray:
        """Return the table of one law by window, shape (512,)."""
        table = self.tables[law]
        return table if table.size == WINDOWS else table[counting_windows()]


def supports(rule: Rule | str, boundary: str | Boundary = "torus") -> bool:
    """Return whether `run` takes this rule and boundary.

    Args:
        rule: a Rule or its text.
        boundary: see `boundaries`.

    Returns:
        True for deterministic rules of radius 1 in the plane on an unshifted torus, a plane or a reflecting board.

    Example:
        >>> supports("B3/S23"), supports("B3/S23~0.01"), supports("B3/S23", "torus+1,0")
        (True, False, False)
    """
    rule, edge = Rule(rule), parse_boundary(boundary)
    return rule.is_deterministic and rule.probabilities.shape == (WINDOWS,) and not (edge.dx or edge.dy)


@told
def run(
    rules: Any, boards: Any, steps: int, *, boundary: str | Boundary = "torus", device: str | None = None
) -> np.ndarray:
    """Return boards after some generations; the same as that many plain steps.

    Args:
        rules: one rule (a Rule or its text) for all boards; or a sequence of rules, one for each entry of the boards' first
            axis; or the same as an array of 0 and 1: (laws, 18), births for 0 to 8 living neighbours, then survivals; or
            (laws, 512), by 3x3 window.
        boards: states 0 and 1, shape (..., rows, cols); (laws, ..., rows, cols) for several rules. Boards with less axes
            than that, (rows, cols), are the start of every law.
        steps: number of generations.
        boundary: "torus", "plane" or "reflecting".
        device: where to compute: None or "cpu" is this engine's native code on all cores, "gpu" a GPU through JAX.

    Returns:
        uint8, the shape of ``boards`` (with the laws in front, if boards were shared).

    Raises:
        ArgumentError: the states are not binary, or `supports` says no, or there is no such device.
        ShapeError: boards and rules do not go together.

    Notes:
        A counting law needs 9 to 13 gates for 512 cells, an arbitrary one about 57. One law, or a few, are compiled (30
        to 300 ms, remembered); many laws at once are computed from their tables, 64 boards with 64 laws in every word.
        Boards that share words and rows of at least 8 words are the fastest: see `packing.Stripes`.

    References:
        fujita2015: bit-parallel Life, many generations a pass.

    Example:
        >>> glider = np.zeros((8, 8), np.uint8)
        >>> glider[[0, 1, 2, 2, 2], [1, 2, 0, 1, 2]] = 1
        >>> bool((run("B3/S23", glider, 32) == glider).all())
        True
    """
    laws, edge = Laws.read(rules), _unshifted(boundary)
    steps = checks.integer(steps, "steps", least=0)
    cells = read_boards(boards, laws)
    stack = cells.reshape(-1, *cells.shape[-2:])
    if not stack.size:
        return cells
    owners = np.repeat(np.arange(len(laws.tables)), len(stack) // len(laws.tables))
    engine = _run_native if checks.one_of(device or "cpu", "device", ("cpu", "gpu")) == "cpu" else _run_gpu
    return _run_laws(engine, laws, owners, stack, steps, edge.kind).reshape(cells.shape)


def distinct_tables(tables: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different rows of tables of 0 and 1, in rising order, and the number of each table's row among them.

    The same as `numpy.unique` of rows, with the bits of a row packed, which is twenty times quicker and more.

    Example:
        >>> rows, which = distinct_tables(np.array([[1, 0], [0, 1], [1, 0]], np.uint8))
        >>> rows.tolist(), which.tolist()
        ([[0, 1], [1, 0]], [1, 0, 1])
    """
    packed = np.ascontiguousarray(np.packbits(tables, axis=1))
    rows = packed.view(np.dtype((np.void, packed.shape[1])))[:, 0]
    _, first, which = np.unique(rows, return_index=True, return_inverse=True)
    return tables[first], which.ravel()


def read_boards(boards: Any, laws: Laws) -> np.ndarray:
    """Return checked boards as uint8, with the laws as first axis if there are several.

    Args:
        boards: the `boards` argument of `run`.
        laws: the laws that will move them.

    Raises:
        ArgumentError: a state is neither 0 nor 1.
        ShapeError: the axes do not fit.
    """
    cells = np.asarray(boards)
    if cells.ndim < 2 or 0 in cells.shape[-2:]:
        raise ShapeError(
            f"Argument `boards` must have shape (..., rows, cols) with no empty side, but has {cells.shape}."
        )
    if cells.dtype != np.uint8:
        checks.require(cells.dtype.kind in "biuf", "boards", "hold the states 0 and 1", f"of type {cells.dtype}")
        checks.require(
            bool(((cells == 0) | (cells == 1)).all()), "boards", "hold only the states 0 and 1", "other states"
        )
        cells = cells.astype(np.uint8)
    checks.require(int(cells.max(initial=0)) <= 1, "boards", "hold only the states 0 and 1", int(cells.max(initial=0)))
    if laws.single:
        return cells
    if cells.ndim == 2:
        return np.broadcast_to(cells, (len(laws.tables), *cells.shape))
    if len(cells) != len(laws.tables):
        raise ShapeError(
            f"Argument `boards` must have a first axis of {len(laws.tables)}, one entry for each rule, but has {cells.shape}."
        )
    return cells


def _table(rule: Rule, name: str) -> np.ndarray:
    checks.require(rule.is_deterministic, name, "be without chance", str(rule), "Use `evolution.evolve`.")
    table = rule.table
    checks.require(table.shape == (WINDOWS,), name, "look at 3x3 windows", str(rule), "Use `evolution.evolve`.")
    return table


def _unshifted(boundary: str | Boundary) -> Boundary:
    edge = parse_boundary(boundary)
    checks.require(not (edge.dx or edge.dy), "boundary", "have no shift here", str(edge), "Use `evolution.evolve`.")
    return edge


Engine = Callable[[Logic | str, np.ndarray, int, str, np.ndarray | None], np.ndarray]
"""(network or form of tables, boards, steps, boundary, tables by board) -> boards."""


def _run_laws(engine: Engine, laws: Laws, owners: np.ndarray, stack: np.ndarray, steps: int, kind: str) -> np.ndarray:
    """Run boards of several laws: each law by code of its own if that pays, else all by tables."""
    distinct, which = distinct_tables(laws.tables)
    which = which[owners]
    updates = float(stack.size) * steps / len(distinct)
    form, tables = _narrowest(distinct)
    if len(distinct) > _FEW_LAWS and updates < _LONG_RUN[form]:
        return engine(form, stack, steps, kind, tables[which])
    different = Laws(distinct, False)
    result = np.empty(stack.shape, np.uint8)
    for law in range(len(distinct)):
        mine = which == law
        network = logic_of(different.windows(law).tobytes())
        if mine.all():
            return engine(network, stack, steps, kind, None)
        result[mine] = engine(network, stack[mine], steps, kind, None)
    return result


def _narrowest(tables: np.ndarray) -> tuple[str, np.ndarray]:
    """Tables by count if all laws only count, else by window; with the name of the form."""
    if tables.shape[1] == WINDOWS:
        entries = np.empty((len(tables), TABLE_SIZES["counting"]), np.uint8)
        entries[:, counting_windows()] = tables
        if not np.array_equal(entries[:, counting_windows()], tables):
            return "windows", tables
        tables = entries
    return "counting", tables


def _run_native(law: Logic | str, stack: np.ndarray, steps: int, kind: str, tables: np.ndarray | None) -> np.ndarray:
    stripes = Stripes.fitting(*stack.shape)
    masks = np.zeros((1, 0), np.uint64) if tables is None else stripes.board_masks(tables)
    words = stripes.spread(stack)
    if steps:
        words = _Plan.of(stripes, kind, steps).follow(sweep_function(law), words, masks, steps)
    return stripes.gather(words)


def _run_gpu(law: Logic | str, stack: np.ndarray, steps: int, kind: str, tables: np.ndarray | None) -> np.ndarray:
    from evolaw.automata.engine.jax_kernel import run_arrays

    return run_arrays(law, stack, steps, kind, tables, "gpu")


@dataclass(frozen=True)
class _Plan:
    """How a run is cut into blocks of rows and generations."""

    stripes: Stripes
    kind: str
    slabs: int
    slab_rows: int
    halo: int
    most_steps: int
    resident: bool

    @classmethod
    def of(cls, stripes: Stripes, kind: str, steps: int) -> _Plan:
        rows, stride = stripes.rows, stripes.stride
        fitting_rows = _CACHE_WORDS // (2 * stride)
        vectors = stripes.groups * rows * stripes.padded_words // 8
        is_small = rows + 2 <= fitting_rows and (stripes.groups >= cores() or vectors < 4096)
        if kind == "reflecting" or is_small:
            most = max(1, int(_CALL_UPDATES / (64 * stripes.groups * rows * stripes.padded_words)))
            return cls(stripes, kind, 1, rows, 1, most, True)
        halo = min(max(fitting_rows // 10, 1), _LONGEST_BLOCK, steps)
        slab_rows = max(min(fitting_rows - 2 * halo, -(-rows * stripes.groups // cores())), 2 * halo, 16)
        slabs = -(-rows // min(slab_rows, rows))
        if stripes.groups % cores():  # else some cores would wait for the others at the end of every journey
            slabs = min(-(-slabs // cores()) * cores(), rows)
        slab_rows = -(-rows // slabs)
        return cls(stripes, kind, -(-rows // slab_rows), slab_rows, halo, halo, False)

    def follow(self, function: Callable[..., None], now: np.ndarray, masks: np.ndarray, steps: int) -> np.ndarray:
        """Move the packed boards on; ``now`` may be overwritten."""
        stripes = self.stripes
        other = stripes.empty()
        margins = astuple(Margins.of(stripes, self.kind))
        scratch_words = 2 * (self.slab_rows + 2 * self.halo) * stripes.stride + stripes.stride + 16
        scratch: dict[int, np.ndarray] = {}
        shape = (
            stripes.rows,
            stripes.words,
            stripes.padded_words,
            stripes.stride,
            self.slabs,
            self.slab_rows,
            self.halo,
        )

        def work(source: np.ndarray, target: np.ndarray, part: int, first: int, last: int) -> None:
            if first not in scratch:
                scratch[first] = aligned_words(scratch_words)
            places = (address(source), address(target), address(scratch[first]), address(masks))
            how = (part, int(self.resident), KINDS[self.kind], masks.shape[1])
            function(*places, *shape, *how, *margins, first, last)

        while steps:
            part = min(steps, self.most_steps)
            on_all_cores(partial(work, now, other, part), stripes.groups * self.slabs)
            now, other = other, now
            steps -= part
        return now
