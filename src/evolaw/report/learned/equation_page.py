"""A learned equation as one HTML page that needs nothing but itself: what it is worth, what it rests on, what next, pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from evolaw import documents
from evolaw.report import language, shell
from evolaw.report.answer import Tile
from evolaw.report.learned.equation_charts import draw_coefficients, draw_densities, draw_losses
from evolaw.report.paper.mathematics import mathml
from evolaw.report.styles import style
from evolaw.report.wording import Words

if TYPE_CHECKING:
    from evolaw.learning.trajectories.neural_equation import NeuralEquation

__all__ = ["render_learned_equation", "write_learned_equation"]


def write_learned_equation(path: str | Path, law: NeuralEquation, **parts: object) -> Path:
    """Write the page of `render_learned_equation` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_learned_equation(law, **parts))  # type: ignore[arg-type]


def render_learned_equation(
    law: NeuralEquation,
    *,
    source: str,
    terms: Mapping[str, tuple[list[str], float]] | None = None,
    next_command: str = "",
    remark: str = "",
    lang: str = "en",
    command: str = "",
    seed: int | None = None,
) -> str:
    """Return the HTML page of an equation whose drift and diffusion are networks.

    Args:
        law: the learned equation.
        source: the recording.
        terms: by component, terms that its drift is made of and the share of its mean square that they leave.
        next_command: what to type to have these terms judged.
        remark: what the reader must know before trusting it.
        lang: "en" or "zh".
        command, seed: how to make the page again.
    """
    words = Words(lang)
    with style(), language.speaking(words.lang):
        densities = draw_densities(law)
        pictures = {
            "coefficients": shell.embed(draw_coefficients(law)),
            "densities": None if densities is None else shell.embed(densities),
            "losses": shell.embed(draw_losses(law)),
        }
    return shell.render_page(
        "learned_equation.html.j2",
        words=words,
        title=words("learned.title", source=words.says(source)),
        about=words("learned.brand_about"),
        command=command,
        seed=seed,
        source=source,
        equations=[_equation(name, law.names) for name in law.names],
        heads=(_worth(law, words), _rests(law, words), _next(terms or {}, words)),
        next_command=next_command,
        remark=words.says(remark),
        pictures=pictures,
    )


def _equation(name: str, names: tuple[str, ...]) -> Markup:
    """dx = f(x) dt + √(2 D(x)) dW as mathematics, with the component as an index where there are several."""
    one, every = (
        Markup("<mi>{}</mi>").format(name),
        Markup("<mo>,</mo>").join(Markup("<mi>{}</mi>").format(n) for n in names),
    )
    space, d = Markup('<mspace width="0.17em"></mspace>'), Markup('<mi mathvariant="normal">d</mi>')

    def of(letter: str) -> Markup:
        plain = Markup("<mi>{}</mi>").format(letter)
        return plain if len(names) == 1 else Markup("<msub>{}{}</msub>").format(plain, one)

    f, spread = (Markup("{}<mo>(</mo>{}<mo>)</mo>").format(of(letter), every) for letter in "fD")
    return Markup(
        "<math><mrow>{d}{one}</mrow><mo>=</mo>{f}{space}{d}<mi>t</mi></math> "
        '<math><mo form="infix">+</mo><msqrt><mn>2</mn>{spread}</msqrt>{space}{d}{noise}</math>'
    ).format(d=d, one=one, f=f, space=space, spread=spread, noise=of("W"))


def _worth(law: NeuralEquation, words: Words) -> Tile:
    title = words("learned_equation.worth")
    if law.gain <= 0:
        return Tile(
            title, words("learned_equation.worth_nothing"), (words("learned_equation.worth_why"),), "coefficients"
        )
    steps = round(0.2 * law.duration / law.frame.step)
    nats = law.gain * steps
    fact = words("learned_equation.worth_gain", gain=f"{nats:.0f}" if nats >= 10 else f"{nats:.2g}", steps=steps)
    return Tile(title, fact, (words("learned_equation.worth_says"),), "coefficients")


def _rests(law: NeuralEquation, words: Words) -> Tile:
    between = ", ".join(
        f"{name}: {low:.3g} … {high:.3g}"
        for name, low, high in zip(law.names, law.states.min(0), law.states.max(0), strict=True)
    )
    return Tile(words("learned_equation.rests"), between, (words("learned_equation.rests_says"),), "densities")


def _next(terms: Mapping[str, tuple[list[str], float]], words: Words) -> Tile:
    title = words("learned_equation.next")
    if not terms:
        return Tile(title, words("learned_equation.next_discover"), (), "next")
    made = [
        Markup("{}: {}").format(name, Markup(", ").join(mathml(term) or term for term in found))
        for name, (found, _) in terms.items()
    ]
    fact = Markup("; ").join(made)
    left = max(share for _, share in terms.values())
    return Tile(title, fact, (words("learned_equation.next_says", share=f"{100 * (1 - left):.3g}"),), "next")
