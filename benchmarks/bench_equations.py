"""How often decisions on equations are wrong, on recordings made here, and how long they take.

    python benchmarks/bench_equations.py calibrate OUT.jsonl --repetitions 200 --run 40 [--systems ou,hopf] [--conditions long,short,noisy,coarse]
    python benchmarks/bench_equations.py tables OUT.jsonl …
    python benchmarks/bench_equations.py known --repetitions 200
    python benchmarks/bench_equations.py speed
    python benchmarks/bench_equations.py stopping --repetitions 100
    python benchmarks/bench_equations.py asking --repetitions 20

``calibrate`` appends one line of JSON a recording, ``tables`` turns such files into Markdown. Wrong is a term decided present that is
absent or has the other sign, or decided absent that is present; its share is that among the decided terms of a recording, 0 where nothing is
decided, averaged over recordings: the false discovery rate. The law is run again on the first ``--run`` repetitions of each cell alone: what
that takes back can only make decisions fewer.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from equation_systems import HELD, TOLD, System, recordings

from evolaw.discovery.diffusions import investigation
from evolaw.discovery.diffusions.experiment.track_box import FunctionTrackBox
from evolaw.discovery.diffusions.investigation import discover_equation
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

_FREE = re.compile(r"(\S+) ± ([^\s)]+)(?:\)(e\S+))? with all other terms free")
_predict = investigation.predict


def weigh_one(system: System, values: np.ndarray, step: float, *, run: bool, **options: Any) -> dict[str, Any]:
    """Discover on one recording of shape (paths, times, dim); return its entries with their truth, checks and processor time."""
    seen = values[..., : len(system.recorded)]
    track = Trajectory(
        seen, step * np.arange(seen.shape[1]), ("paths", "times", "dim"), about={"names": list(system.recorded)}
    )
    investigation.predict = _predict if run else lambda *_: None  # type: ignore[assignment]
    began = time.process_time()
    given = {
        "library": system.library,
        "diffusion": system.spread,
        "known": system.known,
        "hidden": system.hidden,
        "rng": 0,
    } | options
    found = discover_equation(track, **given)
    seconds = time.process_time() - began
    entries = []
    for entry in found.entries:
        if entry.basis == "known":
            continue
        free = _FREE.search(entry.why or "")
        entries.append([entry.name, entry.decision, entry.basis, entry.estimate, *entry.interval, entry.probability,
                        float(free[2] + (free[3] or "")) if free else None, system.truth.get(entry.name, 0.0)])  # fmt: skip
    checks = {check.name: check.p_value for check in found.checks if not check.passed or check.name == "prediction"}
    combined = [[item["kind"], item["value"], item["error"]] for item in found.law.combinations]
    return {
        "entries": entries,
        "failed": [c.name for c in found.failed],
        "p": checks,
        "combinations": combined,
        "seconds": seconds,
    }


def calibrate(options: argparse.Namespace) -> None:
    """Append one line a recording, but for those that the file has."""
    file = Path(options.out)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    done = Counter((line["system"], line["condition"]) for line in map(json.loads, lines))
    for name in options.systems.split(","):
        system = (TOLD | HELD)[name]
        made: dict[str, np.ndarray] = {}
        for condition in options.conditions.split(","):
            step, count = getattr(system, "long" if condition == "noisy" else condition)
            kind = "coarse" if condition == "coarse" else "fine"
            if kind not in made:
                most = system.long[1] if kind == "fine" and options.conditions != "short" else count
                made[kind] = recordings(system, step, most, options.repetitions, options.seed, system.long[0] / 10)
            values = made[kind][:, :, : count + 1]
            if condition == "noisy":
                values = values + system.noise * np.random.default_rng(options.seed + 1).standard_normal(values.shape)
            with file.open("a", encoding="utf-8") as out:
                for number, one in enumerate(values):
                    if number < done[name, condition]:
                        continue
                    try:
                        line = weigh_one(system, one, step, run=number < options.run)
                    except ArgumentError as error:
                        # Noise may carry a reading where sqrt(x) is no number: nothing is decided then.
                        line = {"entries": [], "failed": ["refused"], "p": {}, "combinations": [], "seconds": 0.0}
                        print(f"{name} {condition} {number}: {error}", flush=True)
                    out.write(
                        json.dumps({"system": name, "condition": condition, "run": number < options.run, **line}) + "\n"
                    )
                    out.flush()


def _wrong(entry: list[Any]) -> bool:
    truth, decision = entry[8], entry[1]
    return bool(truth * (entry[3] or 0) <= 0 if decision == "present" else truth != 0)


def tables(files: list[str]) -> None:
    """Print the tables of one or several files of `calibrate`."""
    lines = [json.loads(line) for file in files for line in Path(file).read_text(encoding="utf-8").splitlines()]
    cells: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        cells[line["condition"], line["system"]].append(line)
    for condition in dict.fromkeys(key[0] for key in cells):
        print(f"\n## {condition.capitalize()}\n")
        print("| system | R | true | likelihood: found, wrong, share | both grades: found, wrong, share | with a drift decision | "
              "D: found, wrong, share | interval coverage, drift | ms |")  # fmt: skip
        print("|---|---|---|---|---|---|---|---|---|")
        for (_, name), rows in ((key, rows) for key, rows in cells.items() if key[0] == condition):
            truth = [entry for entry in (TOLD | HELD)[name].truth if ": D " not in entry]
            shown = [_cell(rows, bases, spread=False) for bases in (("likelihood",), ("likelihood", "assumed"))]
            spread = _cell(rows, ("likelihood", "assumed"), spread=True)
            decided = np.mean(
                [any(e[1] in ("present", "absent") and ": D " not in e[0] for e in row["entries"]) for row in rows]
            )
            covered = np.mean([e[4] <= e[8] <= e[5] for row in rows for e in row["entries"] if ": D " not in e[0]])
            late = [row["seconds"] for row in rows if not row["run"]] or [row["seconds"] for row in rows]
            print(f"| {name} | {len(rows)} | {len(truth)} | {shown[0]} | {shown[1]} | {decided:.3f} | {spread} | {covered:.3f} | "
                  f"{1000 * np.mean(late):.0f} |")  # fmt: skip
    _whole(lines)


def _cell(rows: list[dict[str, Any]], bases: tuple[str, ...], *, spread: bool) -> str:
    found, wrong, share = 0, 0, []
    for row in rows:
        chosen = [
            e for e in row["entries"] if (": D " in e[0]) == spread and e[1] in ("present", "absent") and e[2] in bases
        ]
        bad = sum(map(_wrong, chosen))
        found += sum(e[1] == "present" and not _wrong(e) for e in chosen)
        wrong += bad
        share.append(bad / max(1, len(chosen)))
    return f"{found / len(rows):.2f}, {wrong / len(rows):.3f}, {np.mean(share):.3f}"


def _whole(lines: list[dict[str, Any]]) -> None:
    """What is asked of all recordings together."""
    drift = [(line, e) for line in lines for e in line["entries"] if ": D " not in e[0]]
    print("\n## All together\n")
    strong = [e for _, e in drift if e[8] and e[7] and abs(e[8]) / e[7] >= 5]
    print(
        f"- true drift terms with |θ|/σ >= 5, all others free: {len(strong)}, present {np.mean([e[1] == 'present' for e in strong]):.3f}"
    )
    shown = [(e[6], float(e[8] != 0)) for _, e in drift if e[6] is not None]
    if shown:
        p, true = np.array(shown).T
        bins = np.minimum((p * 10).astype(int), 9)
        error = sum(
            abs(p[bins == b].mean() - true[bins == b].mean()) * (bins == b).mean()
            for b in range(10)
            if (bins == b).any()
        )
        pairs = ", ".join(
            f"{p[bins == b].mean():.2f} → {true[bins == b].mean():.2f} ({(bins == b).sum()})"
            for b in range(10)
            if (bins == b).any()
        )
        print(
            f"- probabilities shown: {p.size} terms, calibration error {error:.3f}; stated → observed (terms): {pairs}"
        )
    for what, chosen in (
        ("all drift terms", drift),
        ("drift terms decided present", [x for x in drift if x[1][1] == "present"]),
    ):
        print(f"- intervals of {what}: cover {np.mean([e[4] <= e[8] <= e[5] for _, e in chosen]):.3f} of {len(chosen)}")
    spread = [e for line in lines for e in line["entries"] if ": D " in e[0]]
    print(
        f"- intervals of diffusion terms: cover {np.mean([e[4] <= e[8] <= e[5] for e in spread]):.3f} of {len(spread)}"
    )
    ran = [line for line in lines if "prediction" in line["p"]]
    failed = sum("prediction" in line["failed"] for line in ran)
    print(f"- laws run again: {len(ran)}, of which {failed} did not move as recorded ({failed / max(1, len(ran)):.4f})")
    counts = Counter(name.split(" of ")[0] for line in lines for name in line["failed"])
    print(f"- checks that failed, of {len(lines)} recordings: {dict(counts)}")
    for name in (name for name, system in TOLD.items() if system.stuck):
        rows = [line for line in lines if line["system"] == name]
        named = (
            np.mean([any(kind == "stiffness" for kind, *_ in row["combinations"]) for row in rows])
            if rows
            else math.nan
        )
        print(f"- {name}: stiffness named in {named:.3f} of {len(rows)}")


def known(options: argparse.Namespace) -> None:
    """Print how often the true terms of stuck systems are found where it is known that there are no others."""
    for name, system in ((name, system) for name, system in TOLD.items() if system.stuck):
        true = [entry for entry in system.truth if ": D " not in entry]
        step, count = system.long
        made = recordings(system, step, count, options.repetitions, options.seed, step / 10)
        noise = system.noise * np.random.default_rng(options.seed + 1).standard_normal(made.shape)
        named = [entry[0] for entry in weigh_one(system, made[0], step, run=False)["entries"] if ": D " not in entry[0]]
        others = [entry.split(": ")[1] for entry in named if entry not in true]
        given = f"{system.names[0]}: " + ", ".join(f"{term}=0" for term in others)
        for condition, values in (("long", made), ("noisy", made + noise)):
            rows = [weigh_one(system, one, step, run=False, known=given) for one in values]
            drift = [[entry for entry in row["entries"] if ": D " not in entry[0]] for row in rows]
            both = np.mean([all(e[1] == "present" and not _wrong(e) for e in entries) for entries in drift])
            wrong = sum(e[1] in ("present", "absent") and _wrong(e) for entries in drift for e in entries)
            print(f"| {name} | {condition} | {options.repetitions} | {both:.3f} | {wrong} |", flush=True)


def speed() -> None:
    """Print processor seconds and the peak of memory for recordings of 10⁴ and 10⁶ points."""
    import resource

    for name in ("dwell_hot", "vanderpol", "lorenz"):
        for count in (10_000, 1_000_000):
            system = TOLD[name]
            values = recordings(system, system.long[0], count, 1, 3, system.long[0] / (1 if name != "lorenz" else 4))[0]
            for run in (False, True):
                seconds = weigh_one(system, values, system.long[0], run=run)["seconds"]
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
                print(
                    f"| {name} | {count} | {'with' if run else 'without'} running the law | {seconds:.2f} | {peak:.2f} GiB |",
                    flush=True,
                )


def stopping(options: argparse.Namespace) -> None:
    """Print the share of absent terms ever decided present over 40 looks at a growing recording."""
    for name in ("ou", "brownian", "josephson_locked"):
        system, ever, total = TOLD.get(name) or HELD[name], 0, 0
        step = 0.05
        values = recordings(system, step, 4000, options.repetitions, options.seed, step / 5)
        for one in values:
            decided: set[str] = set()
            for count in np.geomspace(100, 4000, 40).astype(int):
                row = weigh_one(system, one[:, : count + 1], step, run=False, diffusion="1", noise=0.0)
                decided |= {
                    e[0] for e in row["entries"] if ": D " not in e[0] and e[1] in ("present", "absent") and _wrong(e)
                }
            nulls = [entry[0] for entry in row["entries"] if ": D " not in entry[0] and not entry[8]]
            ever, total = ever + len(decided), total + len(nulls)
        print(f"| {name} | {options.repetitions} | {ever} of {total} = {ever / total:.4f} |", flush=True)


def asking(options: argparse.Namespace) -> None:
    """Print what the chosen experiment decides on the two stuck systems."""
    for name in ("dwell_cold", "josephson_locked"):
        system = TOLD[name]
        step, count = system.long
        tracks = recordings(system, step, count, options.repetitions, options.seed, step / 10)
        kinds, all_found, wrong = Counter(), 0, 0
        for number, one in enumerate(tracks):
            chance = np.random.default_rng([options.seed, number])
            track = Trajectory(
                one[0], step * np.arange(count + 1), ("times", "dim"), about={"names": list(system.names)}
            )
            given: dict[str, Any] = {"library": system.library, "diffusion": "1", "rng": 0}
            box = FunctionTrackBox(
                lambda start, controls, times, s=system, c=chance: _answer(s, start, controls, times, c)
            )
            first = discover_equation(track, **given)
            second = discover_equation(track, **given, box=box, ask=1)
            kinds[first.next.kind] += 1
            true = [entry for entry in system.truth if ": D " not in entry]
            all_found += all(second[entry].decision == "present" for entry in true)
            decided = [e for e in second.entries if ": D " not in e.name and e.decision in ("present", "absent")]
            wrong += sum((e.decision == "present") != (e.name in true) for e in decided)
        print(
            f"| {name} | {options.repetitions} | {dict(kinds)} | {all_found / options.repetitions:.2f} | {wrong} |",
            flush=True,
        )


def _answer(system: System, start: Any, controls: Any, times: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    force = np.array([(controls.get("force") or {}).get(name, 0.0) for name in system.names])
    x = np.array(system.start if start is None else start, float)
    fine = max(1, int(np.ceil((times[1] - times[0]) / 0.002)))
    h, values = (times[1] - times[0]) / fine, [x]
    for _ in times[1:]:
        for kick in chance.standard_normal((fine, x.size)):
            x = (
                x
                + h * (system.drift(x) + force)
                + np.sqrt(2 * h * controls.get("noise", 1.0) * system.diffusion(x)) * kick
            )
        values.append(x)
    return np.array(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["calibrate", "tables", "known", "speed", "stopping", "asking"])
    parser.add_argument("files", nargs="*")
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--run", type=int, default=40)
    parser.add_argument("--systems", default=",".join([*TOLD, *HELD]))
    parser.add_argument("--conditions", default="long,short,noisy")
    parser.add_argument("--seed", type=int, default=20261127)
    options = parser.parse_args()
    options.out = options.files[0] if options.files else None
    {"calibrate": calibrate, "known": known, "stopping": stopping, "asking": asking}.get(options.what, lambda _: None)(
        options
    )
    if options.what == "tables":
        tables(options.files)
    if options.what == "speed":
        speed()


if __name__ == "__main__":
    main()
