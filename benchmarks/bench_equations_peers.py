"""Other tools beside `discover_equation`, on the same recordings in one run: which drift terms each calls present, and how long it takes.

    python benchmarks/bench_equations_peers.py --conditions long,coarse [--systems ou,hopf] [--folder RECORDINGS]

Needs pysindy, kramersmoyal, pydaddy (with setuptools < 81) and StochasticForceInference, each where it is installed; what is missing is left
out and said. Recordings are those of `equation_systems`, or NAME_CONDITION.npz in a folder with the same names. A tool that calls a term
in or out has an error in a recording where an absent term is in or a true one is out; a tool that may leave a term open has none there.
Peers get what they can use: the library, and of a hidden velocity the central difference of the position.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import io
import os
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from bench_equations import weigh_one
from equation_systems import TOLD, recordings

from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.model.library import read_libraries

Verdict = dict[str, float]
"""Coefficient by entry, of the terms called present."""


class _Task:
    """One recording: every path, step, state and terms."""

    def __init__(self, name: str, values: np.ndarray, step: float) -> None:
        self.name, self.values, self.step = name, values, step
        self.system = system = TOLD[name]
        self.paths = [self._state(path) for path in values]
        self.names = system.names
        asked = {entry.split(":")[0] for entry in system.truth if ": D " not in entry}
        self.asked = [component for component in system.names if component in asked]
        self.terms: Mapping[str, tuple[Term, ...]] = read_libraries(system.library, system.names, self.asked)

    def _state(self, path: np.ndarray) -> np.ndarray:
        """The state that peers are given."""
        seen = path[:, : len(self.system.recorded)]
        if not self.system.hidden:
            return seen
        speed = (seen[2:] - seen[:-2]) / (2 * self.step)
        return np.concatenate([seen[1:-1], speed], 1)

    def features(self, path: np.ndarray, component: str) -> np.ndarray:
        """All terms of one component at every row."""
        return np.stack([term.values(list(path.T)) for term in self.terms[component]], 1)


def _regression(task: _Task, component: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    place = task.names.index(component)
    rows = np.concatenate([task.features(path[:-1], component) for path in task.paths])
    rates = np.concatenate([np.diff(path[:, place]) / task.step for path in task.paths])
    return rows, rates, [f"{component}: {term.name}" for term in task.terms[component]]


def sindy(task: _Task, *, ensemble: bool) -> Verdict | None:
    """STLSQ on increments, alone or the terms that 60 % of 50 bagged fits have."""
    import pysindy

    found: Verdict = {}
    for component in task.asked:
        rows, rates, names = _regression(task, component)
        optimiser = pysindy.STLSQ(threshold=0.1)
        if ensemble:
            optimiser = pysindy.EnsembleOptimizer(optimiser, bagging=True, n_models=50)
        optimiser.fit(rows, rates[:, None])
        values = np.ravel(optimiser.coef_)
        if ensemble:
            kept = np.mean(np.abs(np.squeeze(np.array(optimiser.coef_list))) > 1e-12, 0) > 0.6
            values = np.where(kept, values, 0.0)
        found |= {name: float(v) for name, v in zip(names, values, strict=True) if abs(v) > 1e-12}
    return found


def kramers_moyal(task: _Task) -> Verdict | None:
    """Kernel estimate of the drift in one dimension, and weighted least squares on it, |t| > 3."""
    if len(task.names) > 1 or len(task.paths) > 1:
        return None
    from kramersmoyal import km

    x = task.paths[0][:, 0]
    moments, edges = km(x, powers=2)
    drift, at = moments[1] / task.step, edges[0]
    weights = np.histogram(x, np.append(at - (at[1] - at[0]) / 2, at[-1]))[0].astype(float)[: at.size]
    rows = np.stack([term.values([at]) for term in task.terms[task.asked[0]]], 1)
    good = np.isfinite(rows).all(1) & np.isfinite(drift) & (weights > 0)
    root = np.sqrt(weights[good])
    a, b = rows[good] * root[:, None], drift[good] * root
    values = np.linalg.lstsq(a, b, rcond=None)[0]
    left = np.sum((b - a @ values) ** 2) / max(1, good.sum() - values.size)
    error = np.sqrt(np.abs(np.diag(np.linalg.pinv(a.T @ a))) * left)
    names = [f"{task.asked[0]}: {term.name}" for term in task.terms[task.asked[0]]]
    return {n: float(v) for n, v, e in zip(names, values, error, strict=True) if abs(v) > 3 * e}


def pydaddy_fit(task: _Task) -> Verdict | None:
    """Polynomials in one dimension, order and threshold by its own cross-validation."""
    if len(task.names) > 1 or len(task.paths) > 1 or not task.system.library.startswith("poly"):
        return None
    import pydaddy

    described = pydaddy.Characterize([task.paths[0][:, 0]], t=task.step, show_summary=False)
    fitted = described.fit("F", order=5, tune=True)
    names = ["1", "x", "x^2", "x^3", "x^4", "x^5"]
    return {f"x: {n}": float(v) for n, v in zip(names, np.ravel(fitted.coeffs), strict=False) if abs(v) > 1e-12}


def force_inference(task: _Task) -> Verdict | None:
    """Linear stochastic force inference with PASTIS, p = 0.05; trajectories of one length."""
    import jax
    import jax.numpy as jnp
    import SFI

    from evolaw.discovery.diffusions.model.expressions import FUNCTIONS, evaluate

    jax.config.update("jax_enable_x64", True)
    table = {name: getattr(jnp, {"asinh": "arcsinh", "atan": "arctan"}.get(name, name)) for name in FUNCTIONS}
    slots = [(task.names.index(c), c, term) for c in task.asked for term in task.terms[c]]

    def basis(x):  # type: ignore[no-untyped-def]
        columns = []
        for place, _, term in slots:
            value = evaluate(term.tree, [x[i] for i in range(len(task.names))], table)
            columns.append(jnp.zeros(len(task.names)).at[place].set(value))
        return jnp.stack(columns, -1)

    stacked = np.stack(task.paths, 1) if len(task.paths) > 1 else task.paths[0]
    if stacked.ndim == 3:
        stacked = np.concatenate(task.paths)  # joined: the tool takes one trajectory here, and the joins are few
    collection = SFI.TrajectoryCollection.from_arrays(X=stacked, dt=task.step)
    inference = SFI.OverdampedLangevinInference(collection)
    inference.compute_diffusion_constant()
    inference.infer_force_linear(SFI.statefunc.make_basis(basis, dim=len(task.names), rank=1, n_features=len(slots)))
    inference.sparsify_force(criterion="PASTIS", p=0.05)
    support = np.asarray(inference.force_support, int)
    values = np.ravel(inference.force_coefficients)
    return {f"{slots[s][1]}: {slots[s][2].name}": float(v) for s, v in zip(support, values, strict=True)}


TOOLS: dict[str, Callable[[_Task], Verdict | None]] = {
    "pysindy STLSQ(0.1)": lambda task: sindy(task, ensemble=False),
    "pysindy ensemble of 50": lambda task: sindy(task, ensemble=True),
    "kramersmoyal + least squares": kramers_moyal,
    "pydaddy": pydaddy_fit,
    "SFI linear + PASTIS": force_inference,
}


def score(task: _Task, verdict: Verdict, absent: set[str] | None = None) -> tuple[int, int, int]:
    """(right, wrong, missing): ``absent`` are the terms called absent, all others where a tool leaves none open."""
    truth = {entry: value for entry, value in task.system.truth.items() if ": D " not in entry}
    right = sum(truth.get(entry, 0.0) * value > 0 for entry, value in verdict.items())
    gone = set(truth) - set(verdict) if absent is None else set(truth) & absent
    return right, len(verdict) - right, len(gone)


def own(task: _Task) -> dict[str, tuple[int, int, int]]:
    """Both grades of `discover_equation`."""
    line = weigh_one(task.system, task.values, task.step, run=True)
    found = {}
    for grade, bases in (("evolaw, likelihood", ("likelihood",)), ("evolaw, both grades", ("likelihood", "assumed"))):
        chosen = [e for e in line["entries"] if ": D " not in e[0] and e[2] in bases]
        present = {e[0]: e[3] for e in chosen if e[1] == "present"}
        found[grade] = score(task, present, {e[0] for e in chosen if e[1] == "absent"})
    return found


def tasks(options: argparse.Namespace, condition: str) -> list[_Task]:
    """The recordings of one condition."""
    found = []
    for name in options.systems.split(","):
        system = TOLD[name]
        step, count = getattr(system, "long" if condition == "noisy" else condition)
        if options.folder:
            with np.load(Path(options.folder) / f"{name}_{condition}.npz") as file:
                values, times = file["values"], file["times"]
            values, step = values[None] if values.ndim == 2 else values, float(times[1] - times[0])
        else:
            values = recordings(system, step, count, 1, options.seed, system.long[0] / 10)[0]
            if condition == "noisy":
                values = values + system.noise * np.random.default_rng(options.seed).standard_normal(values.shape)
        found.append(_Task(name, values, step))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conditions", default="long,short,coarse,noisy")
    parser.add_argument("--systems", default=",".join(TOLD))
    parser.add_argument("--folder", default="")
    parser.add_argument("--seed", type=int, default=20261127)
    options = parser.parse_args()
    for package in ("pysindy", "kramersmoyal", "pydaddy", "StochasticForceInference"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            print(package, importlib.metadata.version(package))
    print(
        "\n| condition | tool | recordings | no error | true found | wrong | missing | median s | first s |\n|---|---|---|---|---|---|---|---|---|"
    )
    for condition in options.conditions.split(","):
        rows: dict[str, list[tuple[int, int, int, int, float]]] = defaultdict(list)
        for task in tasks(options, condition):
            true = sum(": D " not in entry for entry in task.system.truth)
            for tool, run in TOOLS.items():
                began = time.process_time()
                try:
                    with (
                        contextlib.redirect_stdout(io.StringIO()),
                        contextlib.redirect_stderr(io.StringIO()),
                        warnings.catch_warnings(),
                    ):
                        warnings.simplefilter("ignore")
                        verdict = run(task)
                except Exception as error:
                    print(
                        f"<!-- {tool} on {task.name} {condition}: {type(error).__name__}: {str(error)[:120]} -->",
                        flush=True,
                    )
                    continue
                if verdict is not None:
                    rows[tool].append((true, *score(task, verdict), time.process_time() - began))
            began = time.process_time()
            found = own(task)
            seconds = time.process_time() - began
            for grade, result in found.items():
                rows[grade].append((true, *result, seconds))
        for tool, results in rows.items():
            table = np.array(results)
            clean = int(np.sum(table[:, 2] + table[:, 3] == 0))
            print(f"| {condition} | {tool} | {len(table)} | {clean} | {table[:, 1].sum():.0f} of {table[:, 0].sum():.0f} | "
                  f"{table[:, 2].sum():.0f} | {table[:, 3].sum():.0f} | {np.median(table[:, 4]):.2f} | {table[0, 4]:.2f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
