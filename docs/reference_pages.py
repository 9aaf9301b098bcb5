"""Make what the site has beside the pages of this folder: the front page, the reference, and the order of it all.

A hook of mkdocs. The reference has one page a wing with every public name, from the docstrings; the façades load late, so the place
of a name is asked of the object itself.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

WINGS = {
    "evolaw": "The package",
    "evolaw.automata": "Cellular automata",
    "evolaw.discovery": "Discovery",
    "evolaw.sde": "Stochastic differential equations",
    "evolaw.ito": "Itô calculus",
    "evolaw.markov": "Markov chains",
    "evolaw.josephson": "Josephson junctions",
    "evolaw.josephson.formulas": "Josephson junctions: closed forms",
    "evolaw.score": "Score models",
    "evolaw.learning": "Learned laws",
    "evolaw.analysis": "Statistics",
    "evolaw.report": "Reports and figures",
    "evolaw.storage": "Run directories",
}
"""Every wing with the title of its page."""

ROOMS = {
    "Start": ("index", "quickstart", "coming_from", "gallery", "decisions", "glossary"),
    "How to": ("how_to_video", "how_to", "score-samplers"),
    "Equations": ("equations", "discovering_equations", "processes", "schemes"),
    "Josephson junctions": ("josephson",),
    "Score models": ("score",),
    "Learned laws": ("learning",),
}
"""Sections of the site by how the names of their pages begin; a page that fits none stands under "More"."""

CHINESE = ".zh-CN.md"
FRAME = {
    "Table of contents": "目录",
    "Previous": "上一页",
    "Next": "下一页",
    "Back to top": "回到页首",
    "Skip to content": "跳到正文",
    "Navigation": "导航",
    "Header": "页首",
    "Footer": "页脚",
    "Search": "搜索",
    "Clear": "清除",
    "Dark": "深色",
    "Light": "浅色",
    "Permanent link": "本节链接",
    "Start": "入门",
    "How to": "做法",
    "Equations": "方程",
    "Josephson junctions": "约瑟夫森结",
    "Score models": "得分模型",
    "Learned laws": "学得的规律",
    "More": "更多",
    "Reference": "参考",
}
"""What stands around a page, in Chinese."""

OUTSIDE = ("benchmarks/", "examples/", "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff", "CHANGELOG.md")
"""What the README links to and the site does not hold."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the front page and the reference, and give the whole its order."""
    root = Path(config.config_file_path).parent
    for source, target in (("README.md", "index.md"), ("README.zh-CN.md", "index.zh-CN.md")):
        files.append(File.generated(config, target, content=_front((root / source).read_text(encoding="utf-8"))))
    for module, title in WINGS.items():
        files.append(File.generated(config, f"reference/{module}.md", content=_page(module, title)))
    config.nav = _order([file.src_uri for file in files.documentation_pages()])
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let comments stand near their commands: the column of the site is narrower than that of a terminal, where they are aligned."""
    return re.sub(r"^((?:evolaw|make|pip|python) .*?\S) {3,}(# )", r"\1  \2", markdown, flags=re.MULTILINE)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Let the frame of a Chinese page be Chinese too: the theme knows one language for the whole site."""
    if not page.file.src_uri.endswith(CHINESE):
        return output
    output = output.replace('<html lang="en"', '<html lang="zh-CN"')
    for english, says in FRAME.items():
        output = re.sub(
            rf'((?:>|label="|title="|placeholder=")\s*){re.escape(english)}(?=\s*(?:<|"|: ))', rf"\g<1>{says}", output
        )
    return output


def _front(text: str) -> str:
    """The README as a page of the site: its links lead there, and what stands outside stays as words."""
    text = text.replace("](docs/", "](").replace("](README.zh-CN.md)", "](index.zh-CN.md)")
    text = text.replace("](README.md)", "](index.md)")
    outside = "|".join(map(re.escape, OUTSIDE))
    return re.sub(rf"\[([^\]]+)\]\((?:{outside})[^)]*\)", r"\1", text)


def _page(module: str, title: str) -> str:
    """The Markdown of one wing: its own docstring, every class and function, and the constants by their value."""
    wing = importlib.import_module(module)
    parts = [f"# {title}", f"`import {module}`", f"```text\n{inspect.getdoc(wing)}\n```"]
    constants = []
    for name, thing in _public(wing):
        if inspect.isclass(thing) or inspect.isfunction(thing):
            parts.append(f"::: {thing.__module__}.{thing.__qualname__}")
        elif not inspect.ismodule(thing):
            shown = repr(thing)
            constants.append(f"- `{name}` = `{shown if len(shown) < 200 else shown[:200] + ' …'}`")
    if constants:
        parts.append("## Constants\n\n" + "\n".join(constants))
    return "\n\n".join(parts) + "\n"


def _public(wing: Any) -> Iterator[tuple[str, Any]]:
    for name in sorted(wing.__all__, key=str.lower):
        yield name, getattr(wing, name)


def _order(pages: list[str]) -> list[Any]:
    """Sections of pages; Chinese pages stand together, the reference comes last."""
    left = sorted(pages)
    nav: list[Any] = []

    def take(title: str, wanted: list[str]) -> None:
        for page in wanted:
            left.remove(page)
        if wanted:
            nav.append({title: wanted})

    chinese = [page for page in left if page.endswith(CHINESE)]
    for title, starts in ROOMS.items():
        fitting = [
            page
            for start in starts
            for page in left
            if page.startswith(start) and "/" not in page and page not in chinese
        ]
        take(title, list(dict.fromkeys(fitting)))
    take("More", [page for page in left if "/" not in page and page not in chinese])
    starts = [start for room in ROOMS.values() for start in room]
    place = {
        page: next((k for k, start in enumerate(starts) if page.startswith(start)), len(starts)) for page in chinese
    }
    take("中文", sorted(chinese, key=place.__getitem__))
    take("Reference", [f"reference/{module}.md" for module in WINGS])
    return nav
