"""An equation found as one HTML page that needs nothing but itself: the equation, how sure, what is open, what next, pictures, terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.report import language, shell
from evolaw.report.equations.charts import draw_evidence, draw_field, draw_runs
from evolaw.report.equations.prediction_chart import draw_predictions
from evolaw.report.paper.mathematics import mathml
from evolaw.report.story import Chapter
from evolaw.report.styles import style
from evolaw.report.wording import Words

__all__ = ["render_equation", "set_terms"]


def render_equation(
    finding: Any,
    *,
    lang: str = "en",
    command: str | None = None,
    seed: int | None = None,
    chapters: Sequence[Chapter] = (),
) -> str:
    """Return the HTML page of an equation.

    Args:
        finding: a Finding of the space "equation", or the JSON document of one; pictures need the finding with its recording.
        lang: "en" or "zh".
        command, seed: how to make the page again.
        chapters: what happened after the finding, told below its answer.
    """
    words = Words(lang)
    document = finding if isinstance(finding, Mapping) else finding.to_json()
    law = EquationLaw.from_json(document["law"])
    asked = [entry for entry in document["entries"] if entry["basis"] != "known"]
    decided = [entry for entry in asked if entry["decision"] in ("present", "absent")]
    return shell.render_page(
        "equation.html.j2",
        words=words,
        title=words("page.title", source=words.says(document["source"])),
        command=command,
        seed=seed,
        facts=[(words("page.alpha"), str(document["alpha"]))],
        document=document,
        equations=[mathml(line) or line for line in (language.label(line, words.lang) for line in law.decided())],
        terms=set_terms([entry["name"] for entry in document["entries"]]),
        units=law.in_units,
        symmetries="; ".join(words.says(said) for said in law.symmetries),
        decided=len(decided),
        total=len(asked),
        assumed=sum(entry["basis"] == "assumed" for entry in decided),
        open=[entry["name"] for entry in asked if entry["decision"] == "undetermined"],
        pictures={"field": None, "runs": None, "evidence": None} if finding is document else _pictures(finding, lang),
        predictions=_predictions(document.get("facts", {}) if finding is document else finding.facts, lang),
        chapters=list(chapters),
    )


def set_terms(names: Sequence[str]) -> dict[str, str]:
    """The terms as mathematics: "x: x^2" of a motion with one component is x², "x: D y" of several keeps x and D before it.

    Example:
        >>> print(set_terms(["x: x", "x: D 1"])["x: D 1"])
        D: <math><mn>1</mn></math>
    """
    shown: dict[str, str] = {}
    several = len({name.partition(": ")[0] for name in names}) > 1
    for name in names:
        component, _, term = name.partition(": ")
        spread, term = ("D: ", term[2:]) if term.startswith("D ") else ("", term)
        head = Markup("{}: {}").format(component, spread) if several else Markup("{}").format(spread)
        shown[name] = head + (mathml(term) or term)
    return shown


def _predictions(facts: Mapping[str, Any], lang: str) -> list[shell.Picture]:
    with style(), language.speaking(lang):
        return [shell.embed(figure) for figure in draw_predictions(facts.get("prediction", ()))]


def _pictures(finding: Any, lang: str) -> dict[str, shell.Picture | None]:
    with style(), language.speaking(lang):
        drawn = {"field": draw_field(finding), "runs": draw_runs(finding), "evidence": draw_evidence(finding)}
        return {name: None if figure is None else shell.embed(figure) for name, figure in drawn.items()}
