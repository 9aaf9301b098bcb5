"""How a solution is computed: what is drawn, how many steps and paths go together, and in which form steps are made.

None of it changes the noise of a path. Beside each number stands what was measured: nanoseconds of a core a path-step, float32,
Ornstein–Uhlenbeck under Euler–Maruyama where nothing else is said (2026-11-27, AVX-512; more in benchmarks/sde.md).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.extend import core

from evolaw import checks, devices
from evolaw.sde.loop.integrate import Plan
from evolaw.sde.loop.path_slots import Slots, slots_of
from evolaw.sde.loop.scalarization import taken_apart
from evolaw.sde.loop.time_grid import Grid
from evolaw.sde.noise.brownian import Drawing
from evolaw.sde.noise.levy_areas import area_terms
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, Scheme

__all__ = ["batch_for", "is_apart", "like", "plan_of", "slots_for", "structure_of"]

_BLOCK = 1024
"""Paths of one summary. 256, 1024, 4096: 0.67, 0.68, 0.65, so that it may as well be what float32 sums well."""
_FEW_PATHS = 256
"""Below, noise is drawn ahead of the steps. Inside them and ahead: 64 paths 1.2 and 1.6, 128 paths 3.3 and 1.9, 256 paths 2.0 and 2.2,
1024 paths 1.0 and 1.7; by the clock of a quiet machine it was ahead for few paths."""
_CACHE = 512 * 1024
"""Bytes of states and keys of a chunk. Half a megabyte is 32,768 paths: 0.55; 16,384 paths 0.58; 8,192 paths 0.63."""
_DEVICE = 2**30
"""The same on an accelerator: an eighth of the smallest that is used, so that two chunks and their results fit. Not measured."""
_NOISE_AHEAD = 262_144
"""Normals that lie ready. 65,536, 262,144, 1,048,576 on Lorenz: 4.3, 4.6, 4.7: anything that stays in the second cache."""
_ROW = 128
"""Bytes of normals that a single path draws at once. 64, 128, 256: 9.4, 8.5, 9.6."""
_BATCH, _FEWEST, _BATCH_NUMBERS = 2048, 32, 32_768
"""Paths of a batched process that go together: as many as have this many numbers, between the two."""
_SHARED_NUMBERS = 4096
"""Numbers from which on a core is worth a batch of its own. Sixteen arrays of 32 x 32 junctions as two batches, not one, on two quiet cores (AVX2): 0.76
by the clock, 0.86 of the processor's time."""
_DEVICE_BATCH, _DEVICE_BATCH_NUMBERS = 2**18, 2**22
"""The same on an accelerator, where a batch is one call of the network and layers of some hundred numbers a state must fit."""
_GROUPS = {
    NoiseRequest.NONE: 8,  # as with increments
    NoiseRequest.INCREMENTS: 8,  # 4, 8, 16: 0.83, 0.64, 0.69; a group of 8 uses up three blocks of words
    NoiseRequest.INTEGRALS: 4,  # 2, 4, 8 under SRI1W1: 3.6, 2.7, 2.4; 8 takes longer to compile for larger systems
    NoiseRequest.AREAS: 1,  # an area is a loop of its own
    NoiseRequest.THREE_POINTS: 16,  # 8, 16: 0.33, 0.28; both words of a block
    NoiseRequest.TWO_POINTS: 8,  # 4, 8, 16: 0.17, 0.20, 0.19 busy; on a quiet machine 8 was ahead of 2 by 12 %
    NoiseRequest.NORMALS: 4,  # 2, 4, 8, exact steps: 1.4, 1.0, 0.9
}
"""Steps written out in a turn of the loop."""
_LARGEST_BODY = 1200
"""Operations of a turn. 100, 400, 1200, 4000 under SRI1W1: 5.8, 3.7, 2.7, 3.0."""
_SHORT_BODY = 75
"""The same for a single path. 10, 75, 600 under SRI1W1: 98, 90, 134."""
_LEAST_IN_PAIRS = 2
"""Steps a turn from which pairs gain, Van der Pol: 8 a turn 0.9 against 2.0 without pairs, 4 1.3 against 2.4, 2 1.5 against 2.4."""
_MOST_IN_PAIRS = 80
"""Numbers of a step up to which they gain: what two numbers share is computed for each of them. Drifts of sums of products with 44, 92, 172
numbers 0.53, 0.76, 1.01 of the time without pairs; scores of mixtures with 72, 97, 247 numbers 0.84, 3.0, 6.8."""
# fmt: off
_LIBRARY = frozenset([
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cosh", "digamma", "erf_inv", "erfc", "expm1", "igamma",
    "lgamma", "log1p", "pow", "rem", "sinh", "tan",
])
"""For these the compiler calls a function number by number, and a long turn that holds one has no vectors: junctions whose sine was the
library's ran at a fifth of the rate."""
# fmt: on
_SMALL_WORK = 4_000_000
"""Path-steps times noises below which nothing is written out. At 10^6: 6.6 against 2.0, but the first solution 0.99 s against 1.07."""
_FEW_STEPS = 20_000
"""Steps from which work is not small, however few the paths. One path of 40,000: 53 against 61 a step."""


def structure_of(process: SDE) -> tuple[Any, Any]:
    """What a process is apart from the values of its parameters; hashable."""
    leaves, tree = jax.tree.flatten(process)
    return tree, tuple((np.shape(leaf), getattr(leaf, "dtype", None) or np.result_type(leaf)) for leaf in leaves)


def like(tree: Any, leaves: Any) -> SDE:
    """A process of the given structure, with ones for parameters."""
    process: SDE = jax.tree.unflatten(tree, [np.ones(shape, kind) for shape, kind in leaves])
    return process


def plan_of(
    process: SDE,
    scheme: Scheme,
    grid: Grid,
    paths: int,
    asked: tuple[Any, ...] | None,
    dtype: np.dtype,
    fine: int,
    sets: int = 1,
) -> Plan:
    """Decide how to compute a solution.

    Args:
        process, scheme: what is solved, and how.
        grid: the steps.
        paths: number of paths, of each set in a sweep.
        asked: statistics, or None to store the paths.
        dtype: of the states.
        fine: finer steps in each step's noise.
        sets: number of parameter sets.

    Raises:
        ArgumentError: weak noise was to be composed of finer steps.
    """
    marks = np.concatenate([grid.first, grid.last])
    tree, leaves = structure_of(process)
    return _plan_of(
        tree, leaves, scheme, grid.lengths is None, int(marks[-1]), int(np.gcd.reduce(marks)), float(np.abs(grid.dt).max()),  # type: ignore[arg-type]
        paths, asked, dtype, fine, sets, devices.on_cpu(),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _plan_of(
    tree: Any,
    leaves: Any,
    scheme: Scheme,
    is_even: bool,
    steps: int,
    divisor: int,
    longest: float,
    paths: int,
    asked: tuple[Any, ...] | None,
    dtype: np.dtype,
    fine: int,
    sets: int,
    on_cpu: bool,
) -> Plan:
    """`plan_of`, once for equal solutions; ``divisor`` divides the number of every step at which a time is saved."""
    process, needs = like(tree, leaves), NoiseRequest.of(scheme)
    checks.require(
        fine == 1 or not needs.is_weak,
        "fine",
        f"be 1 for {scheme.name}: weak noise belongs to no path and has no sum",
        fine,
    )
    # Blocks are for statistics; without them a batch of a large network may be smaller.
    block, paths = 1 if process.batched and asked is None else min(_BLOCK, paths), paths * sets
    noises = needs.noises(process)
    terms = area_terms(noises, longest / fine) if needs is NoiseRequest.AREAS else 1
    drawing = Drawing(needs, noises, dtype.name, terms, fine)
    observers = tuple(one for one in asked or () if hasattr(one, "observe"))
    watchers = tuple(one for one in asked or () if hasattr(one, "update"))
    step = _step_of(tree, leaves, scheme, drawing)  # type: ignore[arg-type]
    small = paths * max(1, noises) * steps < _SMALL_WORK and steps < _FEW_STEPS
    # A written-out body runs faster and compiles slower: small work is done sooner without. Components that meet one
    # another are computed anew for each component that needs them, step by step, until nothing is gained.
    ample = 1 if process.batched else _turn(needs, paths, step.length * max(1, noises), False)
    paired = (
        step.mixes and on_cpu and process.dim == 2 and fine == 1 and not (small or watchers) and paths >= _FEW_PATHS
        and (needs is NoiseRequest.NONE or needs.is_of_normals) and ample >= _LEAST_IN_PAIRS and step.forgets
        and step.numbers <= _MOST_IN_PAIRS
    )  # fmt: skip
    one_by_one = fine > 1 or small or (step.mixes and on_cpu and not paired) or process.batched
    group = 1 if one_by_one else _turn(needs, paths, step.length * max(1, noises), bool(watchers))
    # Noise is drawn ahead of steps of one length only.
    words = bool(drawing.per_word) and group < 2 * drawing.per_word and is_even
    shortest, ahead = max(16, group), 0
    if words:
        # A turn that used up its word would be a loop of one turn, out of which XLA takes all that the word decides.
        group = min(group, drawing.per_word // 2)
        # A block of words, and no more: 16, 64, 256 steps under DRI1 with three noises took 36, 43, 43.
        shortest = ahead = 2 * drawing.per_word
    elif (
        needs.is_of_normals
        and is_even
        and fine == 1
        and on_cpu
        and (paths < _FEW_PATHS or (step.mixes and not (small or paired)))
    ):
        ahead = max(shortest, _power_of_two(_NOISE_AHEAD // (noises * paths)))
        if paths == noises == 1 and not (one_by_one or watchers):
            # Noise for a few steps is one short vector, and fills the time in which a step waits for the one before. It
            # needs a loop that XLA compiles into one function: one that touches less than a kilobyte in a turn.
            shortest = ahead = _ROW // (dtype.itemsize * (2 if needs is NoiseRequest.INTEGRALS else 1))
            group = min(ahead, _power_of_two(_SHORT_BODY // max(1, step.length)))
    # One number with parameters of its own: as an array of one component it would change its shape where they meet, and the
    # compiler cuts the step in pieces there (a junction at 64 biases: 3.6 ns a step of a core, 1.9 at one).
    apart = step.mixes or (step.can_be_apart and sets > 1 and process.dim == 1 and not words)
    # No further than the paths go.
    ahead = min(ahead, max(shortest, 2 ** int(np.ceil(np.log2(max(1, steps))))))
    aligned = divisor % group == 0
    return Plan(scheme, drawing, observers, watchers, asked is None, block, group, aligned, ahead, words, apart, paired)


def _turn(needs: NoiseRequest, paths: int, work: int, is_watched: bool) -> int:
    """Steps written out in a turn of the loop; ``work`` counts the operations of one."""
    # With few paths a loop has little to do beside counting, and more of it is worth writing out.
    most = _GROUPS[needs] * (2 if paths < _FEW_PATHS else 1)
    if needs is NoiseRequest.TWO_POINTS and paths < _BLOCK:
        # XLA would cut a longer turn into two tasks, which cost more than one.
        most = 4
    # What watches every step makes the step long; written out many times it would only take long to compile.
    return min(most, 2 if is_watched else most, _power_of_two(_LARGEST_BODY // max(1, work)))


def _power_of_two(number: int) -> int:
    """The largest power of two that is not above a number, at least 1."""
    return int(2 ** (max(1, number).bit_length() - 1))


def is_apart(process: SDE, scheme: Scheme, drawing: Drawing) -> bool:
    """Return whether the steps of a solution are worth taking apart; see `evolaw.sde.loop.state_layout`."""
    return _step_of(*structure_of(process), scheme, drawing).mixes  # type: ignore[arg-type]


class _StepFacts(NamedTuple):
    """What a plan needs to know of a step.

    Attributes:
        length: operations of its trace.
        numbers: numbers it computes where it can be carried out number by number; else 0.
        can_be_apart: whether it can be carried out number by number.
        mixes: whether that is worth it: components meet, the noise has a matrix, or something is a pass of its own.
        forgets: whether a turn of the loop may begin from the state alone: its memory is nothing, or something that the state decides, and
            nothing is computed of the state that the compiler calls a library for.
    """

    length: int
    numbers: int
    can_be_apart: bool
    mixes: bool
    forgets: bool


@lru_cache(maxsize=64)
def _step_of(tree: Any, leaves: Any, scheme: Any, drawing: Drawing) -> _StepFacts:
    """The facts of a step, traced once."""
    process, dtype = like(tree, leaves), np.dtype(drawing.dtype)
    x, t = np.zeros(process.dim, dtype), np.zeros((), dtype)
    noise = _blank_noise(drawing, drawing.noises, dtype)

    def one(x: Any, t: Any, noise: Any, memory: Any) -> Any:
        return scheme.step(process, t, x, t, noise, memory)

    example = (x, t, noise, jax.eval_shape(lambda: scheme.start(process, t, x)))
    trace = jax.make_jaxpr(one)(*example).jaxpr
    if drawing.needs is NoiseRequest.AREAS:  # its area is a matrix already, and better left one
        return _StepFacts(len(trace.eqns), 0, False, False, False)
    # A network would be taken apart into its weights.
    apart = None if process.batched else taken_apart(one, *example)
    meets = apart is not None and any(sources - {place} for place, sources in enumerate(apart.mixes))
    has_matrix = process.noises not in (0, 1) and jax.eval_shape(process.diffusion_at, t, x).ndim == 2
    begun = jax.make_jaxpr(lambda t, x: scheme.start(process, t, x))(t, x).jaxpr
    sees_time = any(begun.invars[0] in (v for v in one.invars if isinstance(v, core.Var)) for one in begun.eqns)
    forgets = getattr(scheme, "remembers_the_state", example[-1] is None) and not sees_time
    is_light = not _calls_library(trace, set(trace.invars[:1]))
    mixes = apart is not None and (meets or has_matrix or apart.has_passes)
    numbers = 0 if apart is None else apart.numbers
    return _StepFacts(len(trace.eqns), numbers, apart is not None, mixes, forgets and is_light)


def _calls_library(trace: Any, changing: set[Any]) -> bool:
    """Whether something is computed of the state, whose variables are given, for which the compiler calls a function number by number."""
    for equation in trace.eqns:
        seen = [v in changing if isinstance(v, core.Var) else False for v in equation.invars]
        if not any(seen):
            continue
        if str(equation.primitive) in _LIBRARY:
            return True
        inner = equation.params.get("jaxpr")
        if hasattr(inner, "jaxpr"):
            pairs = zip(inner.jaxpr.invars, seen, strict=True)
            if _calls_library(inner.jaxpr, {variable for variable, is_seen in pairs if is_seen}):
                return True
        changing.update(equation.outvars)
    return False


def _blank_noise(drawing: Drawing, m: int, dtype: np.dtype) -> Any:
    if drawing.needs is NoiseRequest.NONE:
        return Noise()
    vector = np.zeros(m, dtype)

    def matrix() -> np.ndarray:
        return np.zeros((m, m), dtype)

    return Noise(
        vector,
        vector if drawing.needs is NoiseRequest.INTEGRALS else None,
        matrix() if drawing.needs is NoiseRequest.AREAS else None,
        matrix() if drawing.needs is NoiseRequest.THREE_POINTS and m > 1 else None,
    )


def batch_for(dim: int) -> int:
    """Return how many states of ``dim`` numbers go through a network together.

    Example:
        >>> batch_for(64) <= batch_for(2)
        True
    """
    most, numbers = (_BATCH, _BATCH_NUMBERS) if devices.on_cpu() else (_DEVICE_BATCH, _DEVICE_BATCH_NUMBERS)
    return min(most, max(_FEWEST, _power_of_two(numbers // dim)))


def _shared_out(batch: int, paths: int, dim: int) -> int:
    """A batch, or what there is of it shared among the cores, where the parts are still large."""
    part = -(-paths // devices.cores())
    return part if devices.on_cpu() and part < batch and part * dim >= _SHARED_NUMBERS else batch


def slots_for(
    plan: Plan, process: SDE, paths: int, chunk: int | str, *, sets: int = 1, swept: int = 0, first_path: int = 0
) -> Slots:
    """Lay out the paths in chunks.

    Args:
        plan, process: what is solved.
        paths: paths of each set.
        chunk: paths a chunk, or "auto".
        sets, swept: number of parameter sets, and of numbers in which they differ.
        first_path: number of the first path.
    """
    if isinstance(chunk, str):
        checks.one_of(chunk, "chunk", ("auto",))
        # Parameters are read once a turn, and one or two beside the state make no difference (measured with 8,192 to 32,768 paths).
        width = np.dtype(plan.drawing.dtype).itemsize * (2 * process.dim + 2 * plan.drawing.noises + max(0, swept - 2))
        if plan.drawing.needs is NoiseRequest.AREAS:
            width *= plan.drawing.noises
        # Words are few and need no room: DRI1 with two noises, chunks of 8,192, 32,768 and 65,536 paths 105, 76 and 74 ms (AVX2).
        share = 4 if plan.words else 0.5 if plan.apart and plan.ahead else 1
        room = share * _CACHE if devices.on_cpu() else _DEVICE
        wanted = _power_of_two(int(room // width))
        if process.batched:
            wanted = _shared_out(batch_for(process.dim), sets * paths, process.dim)
    else:
        wanted = checks.integer(chunk, "chunk", least=1)
    return slots_of(sets=sets, paths=paths, first_path=first_path, block=plan.block, wanted=wanted)
