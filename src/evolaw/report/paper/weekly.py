"""The report of several runs as a Typst document: progress from the runs, and places for what only the author knows.

    progress    a section a run: its figure, its facts, of a finding its entries; the author's text before and after
    reading, studies, problems, plans    the author's
    references  ``references.bib`` beside the document; the author adds to it

Headings, captions and the position of captions follow the language and the choices of the one call; labels are stable, so that
the author's text can refer to ``@fig-NAME`` and ``@tab-NAME``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from evolaw import checks, documents
from evolaw.errors import ArgumentError, MissingExtra, StorageError
from evolaw.report import language
from evolaw.report.figures import draw, save
from evolaw.report.paper import blocks
from evolaw.report.paper.compiling import compile_pdf, fonts_for
from evolaw.report.paper.markup import facts_table, to_typst, typst_text
from evolaw.report.wording import Words
from evolaw.told import told

__all__ = ["CAPTION_POSITIONS", "Written", "write_weekly"]

CAPTION_POSITIONS = ("top", "bottom")
_LARGEST = 4 * 2**20
_AUTHORS = ("reading", "studies", "problems", "plans")
_DIGEST = re.compile(r"^// made: [0-9a-f]{16}\n", re.M)
_CITATION = """@software{evolaw,
  title = {evolaw: from a recording of something that moves to its law},
  author = {{The evolaw developers}},
  year = {2026},
}
"""


@dataclass(frozen=True)
class Written:
    """What was written: the document, its PDF (None where Typst is not installed, and why), and what was set aside."""

    document: Path
    pdf: Path | None
    set_aside: Path | None = None
    no_pdf: str = ""


@dataclass
class _Report:
    """A document in the making: its parts, and the author's text that has found its place."""

    words: Words
    old: dict[str, str]
    parts: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def heading(self, level: int, text: str) -> None:
        self.parts.append(f"#heading(level: {level}, {typst_text(text)})")

    def author(self, name: str) -> None:
        self.names.add(name)
        self.parts.append(blocks.block(name, self.old.get(name, self.words("weekly.write_here"))))


@told
def write_weekly(
    runs: Sequence[tuple[str, Any]],
    folder: str | Path,
    *,
    lang: str = "en",
    caption_position: str = "bottom",
    template: str | Path | None = None,
    title: str | None = None,
) -> Written:
    """Write ``report.typ`` with its figures and, where Typst is installed, ``report.pdf`` into a folder.

    Args:
        runs: (name, result) pairs; a result is whatever `evolaw.load` gives.
        folder: where to write; if it holds a report already, the author's text blocks are kept to the byte.
        lang: "en" or "zh", the language of headings and captions.
        caption_position: "top" or "bottom".
        template: a Typst file that defines ``report(title, body)``; copied beside the document as ``template.typ``.
        title: title of the report.

    Returns:
        The paths written. If the author changed what is made, the former document is set aside first, and named.

    Raises:
        ArgumentError: no runs, two of one name, or Typst refuses the document.
        StorageError: the old document cannot be read or has a torn text block; nothing is written then.
        MissingExtra: the text is Chinese and there is no font for it.
    """
    words, folder = Words(lang), Path(folder)
    checks.one_of(caption_position, "caption_position", CAPTION_POSITIONS)
    checks.require(len(runs) > 0, "runs", "name at least one run", runs)
    labels = [_label(name) for name, _ in runs]
    checks.require(len(set(labels)) == len(labels), "runs", "have names of their own", [name for name, _ in runs])
    document = folder / "report.typ"
    former = _read(document)
    report = _Report(words, blocks.read_blocks(former))
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    report.heading(1, words("weekly.progress"))
    for (name, result), label in zip(runs, labels, strict=True):
        _add_run(report, name, label, result, folder)
    for name in _AUTHORS:
        report.heading(1, words(f"weekly.{name}"))
        report.author(name)
    kept = blocks.kept_elsewhere(report.old, report.names)
    if any(text.strip() != words("weekly.write_here").strip() for text in kept.values()):
        report.parts.append(
            "// " + words("weekly.kept") + "\n#if false ["
        )  # what it refers to may have gone with the run
        for name in kept:
            report.author(name)
        report.parts.append("]")
    if not (folder / "references.bib").exists():
        documents.write_document(folder / "references.bib", _CITATION)
    text = _whole(report, title or words("weekly.title"), caption_position, _copied(template, folder))
    aside = _set_aside(document, former)
    documents.write_document(document, _signed(text))
    try:
        return Written(document, compile_pdf(document), aside)
    except MissingExtra as error:
        return Written(document, None, aside, str(error))


def _add_run(report: _Report, name: str, label: str, result: Any, folder: Path) -> None:
    words = report.words
    report.heading(2, name)
    report.author(f"{label}-before")
    with language.speaking(words.lang):
        picture = _picture(result, folder / "figures" / f"{label}.svg")
    table = f"@tab-{label}"
    key = "weekly.see" if picture else "weekly.see_table"
    report.parts.append(words(key, figure=f"@fig-{label}", table=table))
    if picture:
        caption = words("weekly.figure_of", name=name)
        report.parts.append(_figure(f'image("figures/{label}.svg", width: 100%)', caption, f"fig-{label}"))
    facts = facts_table(result, words.lang)
    report.parts.append(_figure(facts, words("weekly.facts_of", name=name), f"tab-{label}"))
    if hasattr(result, "entries"):
        caption = words("weekly.entries_of", name=name, rate=words("sure.rate", alpha=f"{result.alpha:.0%}"))
        report.parts.append(_figure(to_typst(result, words.lang), caption, f"entries-{label}"))
    report.author(f"{label}-after")


def _picture(result: Any, path: Path) -> bool:
    """Draw a result where it can be drawn; not everything that a run holds has a picture."""
    try:
        save(draw(result), path)
    except ArgumentError:
        return False
    return True


def _figure(body: str, caption: str, label: str) -> str:
    return f"#figure(\n{body},\ncaption: {typst_text(caption)},\n) <{label}>"


def _whole(report: _Report, title: str, position: str, template: str | None) -> str:
    body = "\n\n".join(report.parts)
    fonts = ", ".join(typst_text(font) for font in fonts_for(title + body))
    lang = report.words.lang
    settings = [
        f"#set document(title: {typst_text(title)})",
        '#set page(paper: "a4", numbering: "1", margin: (x: 2.4cm, y: 2.6cm))',
        f'#set text(lang: "{lang}", font: ({fonts},), size: 10.5pt)',
        "#set par(justify: true)",
        '#set heading(numbering: "1.1.")',
        '#set figure(numbering: "1")',
        f"#show figure: set figure.caption(position: {position})",
        "#show figure: set block(breakable: true)",
        "#show table: set text(size: 9pt)",
    ]
    head = f'#align(center, text(size: 17pt, weight: "bold", {typst_text(title)}))'
    if template is not None:
        head = f'#import "{template}": report\n#show: report.with(title: {typst_text(title)})'
    made = f"{report.words('weekly.made_with', version=version('evolaw'))} @evolaw"
    references = f'#bibliography("references.bib", title: {typst_text(report.words("weekly.references"))})'
    return "\n\n".join(["\n".join(settings), head, body, made, references]) + "\n"


def _signed(text: str) -> str:
    """The document under a line that tells later whether somebody changed what is made."""
    return f"// made: {blocks.made_digest(text, _DIGEST)}\n{text}"


def _set_aside(document: Path, former: str) -> Path | None:
    """Keep a copy of a document whose made parts somebody changed."""
    said = _DIGEST.match(former)
    if not former or (said and said[0].split()[-1] == blocks.made_digest(former, _DIGEST)):
        return None
    number = 1
    while (aside := document.with_name(f"report-{number}.typ")).exists():
        number += 1
    documents.write_document(aside, former)
    return aside


def _read(document: Path) -> str:
    if not document.exists():
        return ""
    try:
        return documents.read_bytes(document, _LARGEST).decode()
    except UnicodeDecodeError as error:
        raise StorageError(f"{document} is not UTF-8 text ({error}). Move it away, or mend it.") from error


def _copied(template: str | Path | None, folder: Path) -> str | None:
    if template is None:
        return None
    path = Path(template)
    checks.require(path.is_file(), "template", "be a Typst file", str(template))
    checks.require(path.stat().st_size < _LARGEST, "template", "be at most 4 MiB", str(template))
    documents.write_document(folder / "template.typ", path.read_bytes())
    return "template.typ"


def _label(name: str) -> str:
    """A label that Typst takes and that stays the same for a run of this name."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return plain or "run-" + "".join(f"{ord(letter):x}" for letter in name[:6])
