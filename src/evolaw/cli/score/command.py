"""``evolaw score``: train, sample, weigh and compare learned scores; `edits` has what keeps part of a datum.

With ``--out`` a training is committed as it goes: the same command continues one that was stopped or killed, to the same bytes.
"""

from __future__ import annotations

import math
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.cli.score import edits, outputs, sources
from evolaw.report import language

__all__ = ["app", "compare", "league", "likelihood", "sample_states", "train"]

app = typer.Typer(
    no_args_is_help=True,
    help="Score-based generative modelling: learn a score from data, draw from it, weigh and edit data by it.",
    epilog="Start with: evolaw score train moons --out runs/moons.",
)
_DATA = typer.Argument(
    metavar="DATA", help="gaussians, moons, spiral, checkerboard, digits, images, .npz, .npy, or a run."
)
_MODEL = typer.Argument(metavar="MODEL", help="Run directory of score train, or gaussians: the exact mixture.")
_SEED = typer.Option("--seed", help="Seed of all chance.")
_JSON = typer.Option("--json", help="Print one JSON document.")
_MOST_STEPS = 10_000_000


@app.command("train")
def train(
    data: Annotated[str, _DATA],
    net: Annotated[
        str,
        typer.Option(
            "--net",
            autocompletion=completion.among("auto", "mlp", "unet", "unet-periodic"),
            help="auto, mlp, unet or unet-periodic.",
        ),
    ] = "auto",
    width: Annotated[int | None, typer.Option("--width", help="Numbers a layer, or channels at full size.")] = None,
    noise: Annotated[
        str | None, typer.Option("--noising", help="vp (usual), ve, sub-vp, linear-ve, edm, cosine or rectified.")
    ] = None,
    loss: Annotated[
        str, typer.Option("--loss", help="denoising, sliced, or mean-flow: samples in one step, on the rectified path.")
    ] = "denoising",
    steps: Annotated[int, typer.Option("--steps", help="Gradient steps.")] = 4000,
    batch: Annotated[int, typer.Option("--batch", help="States a step.")] = 256,
    rate: Annotated[float, typer.Option("--rate", help="Highest learning rate.")] = 2e-3,
    classes: Annotated[
        bool, typer.Option("--classes/--no-classes", help="Tell the network the labels of data.")
    ] = True,
    side: Annotated[int | None, typer.Option("--side", help="Scale images to this many rows and columns.")] = None,
    grey: Annotated[bool, typer.Option("--grey", help="Read images without colours.")] = False,
    seed: Annotated[int, _SEED] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Run directory; kill it, and the same command continues.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="HTML page; by default report.html in --out.")] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw the training: .svg, .pdf or .png.")] = None,
    lang: Annotated[
        str | None,
        typer.Option("--lang", autocompletion=completion.among("en", "zh"), help="Language of the page: en or zh."),
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Learn the score of data, and write a page that opens with samples beside them."""
    from evolaw import checks

    lang = language.chosen(lang)
    outputs.require_place(report, "report", (".html",))
    if figure is not None:
        from evolaw.cli import arguments

        arguments.require_place(figure)
    steps = checks.integer(steps, "steps", least=1, most=_MOST_STEPS)
    checks.one_of(loss, "loss", sources.LOSSES)
    is_one_step = loss == sources.ONE_STEP
    chosen = sources.noising(noise or ("rectified" if is_one_step else "vp"))
    from evolaw.score.learned.fit import fit, pace

    known, held = sources.read_data(data, side=side, grey=grey).split()
    chosen = sources.scaled(chosen, known)
    is_told = classes and loss == "denoising"
    if is_told:
        sources.require_classes(known.labels)
    plan = sources.network(net, known.values.shape[1:], width)
    about = {"source": data, "command": shlex.join(["evolaw", *sys.argv[1:]]), "seed": seed}
    about["reading"] = {"side": side, "grey": grey}
    levels = None if known.levels is None else 2 / known.levels
    with terminal.bar("learning") as progress:
        model = fit(
            plan,
            known.values,
            chosen,
            rng=seed,
            schedule=pace(steps, checks.positive(rate, "rate")),
            batch=batch,
            conditions=known.labels if is_told else None,
            loss=sources.LOSSES[loss],
            levels=levels,
            progress=progress,
            out=out,
            about=about,
        )
    page = out / "report.html" if report is None and out is not None else report
    found: dict[str, Any] = {}
    if page is not None:
        found = outputs.write_page(page, sources.Model(model, chosen, about), known, held, seed=seed, lang=lang)
    if figure is not None:
        from evolaw.report import write_figure

        write_figure(model, figure)
    places = {"run": out, "report": page, "figure": figure}
    lines = [(name, str(value)) for name, value in model._facts() if value is not None]
    lines += [(name, str(place)) for name, place in places.items() if place is not None]
    facts = {"source": data, "loss": [loss for _, loss, _ in model.history], "likeness": found}
    written = {name: None if place is None else str(place) for name, place in places.items()}
    outputs.show(facts | written, lines, as_json)


@app.command("sample")
def sample_states(
    model: Annotated[str, _MODEL],
    count: Annotated[int, typer.Option("--count", help="Samples.")] = 100,
    steps: Annotated[int | None, typer.Option("--steps", help="Steps of the sampler: 20, or 1 of mean-flow.")] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--sampler",
            autocompletion=completion.among(*sources.SAMPLERS),
            help=f"{', '.join(sources.SAMPLERS)}; mean-flow for a model so trained, as is usual there.",
        ),
    ] = None,
    label: Annotated[int | None, typer.Option("--class", help="Draw this class.")] = None,
    weight: Annotated[float, typer.Option("--guidance", help="Weight of classifier-free guidance.")] = 0.0,
    seed: Annotated[int, _SEED] = 0,
    save: Annotated[Path | None, typer.Option("--save", help="Write the states: .npz.")] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw the states: .png, .svg or .pdf.")] = None,
    film: Annotated[Path | None, typer.Option("--film", help="Picture of the way from noise to data.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Draw samples."""
    import numpy as np

    outputs.require_places(save, figure)
    outputs.require_place(film, "film", (".png", ".svg", ".pdf"))
    known = sources.read_model(model)
    target = _conditioned(known.target, label, weight)
    method = method or (sources.ONE_STEP if hasattr(target, "generate") else "dpm-solver")
    drawn = None
    if method == sources.ONE_STEP:
        steps = 1 if steps is None else steps
        states = _generated(target, count, steps, seed, film)
    else:
        steps = 20 if steps is None else steps
        drawn = _drawn(target, known.noising, method, count, steps, seed, 2 if film is None else 9)
        states = np.asarray(drawn.final)
    written = outputs.write_places((save, figure), states, ends=known.ends)
    if film is not None and drawn is not None:
        _write_film(film, drawn, known.ends)
    flat = states.reshape(len(states), -1)
    many = f"{steps} step" if steps == 1 else f"{steps} steps"
    lines = [("samples", f"{len(states)} of shape {states.shape[1:]}"), ("sampler", f"{method}, {many}")]
    lines += [("mean", f"{flat.mean():.4g}"), ("deviation", f"{flat.std():.4g}")]
    lines += [(name, str(place)) for name, place in [*written.items(), ("film", film)] if place is not None]
    facts: dict[str, Any] = {"count": len(states), "shape": list(states.shape[1:]), "sampler": method, "steps": steps}
    facts |= {"mean": float(flat.mean()), "deviation": float(flat.std()), "seed": seed, **written}
    if as_json and flat.size <= 10_000:
        facts["samples"] = states.tolist()
    outputs.show(facts, lines, as_json)


@app.command("likelihood")
def likelihood(
    model: Annotated[str, _MODEL],
    data: Annotated[str, _DATA],
    count: Annotated[
        int,
        typer.Option(
            "--count", help="States to weigh, drawn from DATA; of the data of the training, from the fifth held out."
        ),
    ] = 100,
    probes: Annotated[int, typer.Option("--probes", help="Probes of the divergence; 0 for the exact one.")] = 8,
    seed: Annotated[int, _SEED] = 0,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw the likelihoods: .png, .svg or .pdf.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Weigh data: log-likelihood in nats with its error, and bits per dimension where values have levels."""
    import numpy as np

    from evolaw import checks, display
    from evolaw.score.likelihood.bits import dequantised
    from evolaw.score.likelihood.density import log_likelihood

    outputs.require_places(None, figure)
    known = sources.read_model(model)
    parts = known.parts(data)
    material = parts.drawn(checks.integer(count, "count", least=1), seed)
    states = material.values
    if material.levels is not None:
        from evolaw.score.data.pictures import to_levels

        states = dequantised(to_levels(states, material.levels), material.levels, rng=seed)
    exact = checks.integer(probes, "probes", least=0) == 0
    options: dict[str, Any] = (
        {"divergence": "exact"} if exact else {"divergence": "hutchinson", "probes": max(probes, 2)}
    )
    found = log_likelihood(
        known.target, known.noising, states, rng=seed, precision="float32", rtol=1e-3, atol=1e-3, **options
    )
    mean, spread = _mean(found.values)
    lines = [("states", parts.says(len(states)))]
    lines.append(
        ("log-likelihood", f"{mean:.6g} nats" if spread is None else f"{display.uncertain(mean, spread)} nats")
    )
    lines.append(("error of one", f"{found.error.mean():.2g} nats, divergence {found.method}"))
    facts: dict[str, Any] = {"count": len(states), "seen": parts.seen, "mean": mean, "standard_error": spread}
    facts |= {"items": np.asarray(material.items).tolist(), "values": found.values.tolist()}
    facts["errors"] = found.error.tolist()
    if material.levels is not None:
        bits, error = _mean(found.bits_per_dim(material.levels))
        lines.append(("bits per dimension", f"{bits:.4f}" + ("" if error is None else f" ± {error:.2g}")))
        facts["bits_per_dim"] = bits
    if figure is not None:
        from evolaw.report.score.charts import draw_likelihoods

        outputs.write_drawing(figure, draw_likelihoods, found.values, found.error)
    outputs.show_with(figure, facts, lines, as_json)


@app.command("compare")
def compare(
    model: Annotated[str, _MODEL],
    data: Annotated[str, _DATA],
    count: Annotated[int, typer.Option("--count", help="Samples to draw.")] = 1000,
    steps: Annotated[int | None, typer.Option("--steps", help="Steps of the sampler: 40, or 1 of mean-flow.")] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--sampler",
            autocompletion=completion.among(*sources.SAMPLERS),
            help=f"{', '.join(sources.SAMPLERS)}; mean-flow for a model so trained.",
        ),
    ] = None,
    seed: Annotated[int, _SEED] = 0,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw samples beside the data: .png, .svg or .pdf.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Compare samples with data: distances beside their noise floor; with the data of the training those held out, and memorisation."""
    import numpy as np

    from evolaw import checks
    from evolaw.score.quality import likeness

    outputs.require_places(None, figure)
    count = checks.integer(count, "count", least=2)
    known = sources.read_model(model)
    parts = known.parts(data)
    # Data of another source stand in halves for those of the training and those held out: what copies them cannot be told.
    seen, unseen = (parts.like, parts.fresh) if parts.seen == "held out" else parts.fresh.split(0.5)
    sources.require_pairs(seen, unseen)
    if method == sources.ONE_STEP or (method is None and hasattr(known.target, "generate")):
        states = _generated(known.target, count, 1 if steps is None else steps, seed, None)
    else:
        states = _drawn(
            known.target, known.noising, method or "dpm-solver", count, 40 if steps is None else steps, seed, 2
        ).final
    found = likeness(states, seen.values, unseen.values, rng=seed)
    if parts.seen != "held out":
        found = replace(found, memory=None)
    if figure is not None:
        outputs.write_states(figure, np.asarray(states), beside=unseen.values)
    facts = {"seen": parts.seen, **found.to_json()}
    outputs.show_with(figure, facts, [("data", parts.says(len(parts.fresh.values))), *found.facts()], as_json)


@app.command("league")
def league(
    noise: Annotated[
        str, typer.Option("--noising", help="vp, ve, sub-vp, linear-ve, edm, cosine or rectified.")
    ] = "vp",
    steps: Annotated[list[int] | None, typer.Option("--steps", help="Numbers of steps; may be repeated.")] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw nats against steps: .png, .svg or .pdf.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show how far each sampler ends from a known Gaussian, in nats and without chance: the exact-score league."""
    from evolaw import checks
    from evolaw.score.exact.normal import Gaussian
    from evolaw.score.league.affine import gaussian_output

    outputs.require_places(None, figure)
    chosen = sources.noising(noise)
    counts = [checks.integer(number, "steps", least=1, most=2000) for number in steps or (10, 20, 50, 100)]
    target = Gaussian([1.0, -0.5], [1.0, 0.01])
    rows: dict[str, list[float]] = {}
    with terminal.bar("league") as progress:
        for place, name in enumerate(sources.SAMPLERS):
            progress(place, len(sources.SAMPLERS), name)
            rows[name] = [
                float(gaussian_output(target, chosen, sources.sampler(name), steps=number).kl(target))
                for number in counts
            ]
    head = ("sampler", "".join(f"{number:>12}" for number in counts))
    lines = [head, *((name, "".join(f"{value:>12.2e}" for value in row)) for name, row in rows.items())]
    if figure is not None:
        from evolaw.report.score.charts import draw_league

        outputs.write_drawing(figure, draw_league, counts, rows)
    outputs.show_with(figure, {"noising": noise, "steps": counts, "kl": rows}, lines, as_json)


def _drawn(target: Any, noising: Any, method: str, count: int, steps: int, seed: int, keep: int) -> Any:
    from evolaw.score.samplers.sampler import sample

    with terminal.bar("sampling") as progress:
        return sample(
            target,
            noising,
            sources.sampler(method),
            count=count,
            steps=steps,
            rng=seed,
            keep=keep,
            precision="float32",
            progress=lambda done, total: progress(done, total, ""),
        )


def _generated(target: Any, count: int, steps: int, seed: int, film: Path | None) -> Any:
    from evolaw import checks

    knows, fix = hasattr(target, "generate"), "Train one with: evolaw score train DATA --loss mean-flow."
    checks.require(
        knows, "sampler", "be another one: this model was not trained with --loss mean-flow", "mean-flow", fix
    )
    wanted = "be left out for one step; choose --sampler dpm-solver to see the way"
    checks.require(film is None, "film", wanted, str(film))
    return target.generate(count, rng=seed, steps=steps)


def _mean(values: Any) -> tuple[float, float | None]:
    """Mean and its standard error; of one value there is none."""
    spread = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else None
    return float(values.mean()), spread


def _conditioned(target: Any, label: int | None, weight: float) -> Any:
    from evolaw import checks

    if label is None:
        checks.require(weight == 0, "guidance", "be left out without --class", weight)
        return target
    knows = hasattr(target, "given") and hasattr(target, "classes")
    checks.require(knows, "class", "be left out: this model was trained without classes", label)
    label = checks.integer(label, "class", least=0, most=target.classes - 1)
    checks.require(label not in target.unseen, "class", "be one that the training data had states of", label)
    return target.given(label, weight)


def _write_film(path: Path, drawn: Any, ends: outputs.Ends) -> None:
    import numpy as np

    from evolaw.report.score.charts import draw_film
    from evolaw.report.styles import save, style

    with style():
        save(draw_film(np.asarray(drawn.values), drawn.times, ends=ends), path)


app.command("inpaint")(edits.inpaint)
app.command("colourise")(edits.colourise)
app.command("interpolate")(edits.interpolate)
