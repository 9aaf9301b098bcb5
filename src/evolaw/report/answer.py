"""What a reader wants to know in ten seconds, read off a finding's JSON: the law, how sure, what is unknown, what next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evolaw.discovery.spine.amendments import RUN_AGAIN
from evolaw.discovery.spine.decisions import DECISIONS
from evolaw.discovery.spine.finding import TOO_SHORT, held_back
from evolaw.report.entrymap import family_of
from evolaw.report.wording import Words, e_value, superscript

__all__ = ["Answer", "Tile", "rule_count", "summarise"]

_UNEARNED = ("known", "assumed")
_FEW = 6
"""So many open entries are named in the headline; more are counted."""


@dataclass(frozen=True)
class Tile:
    """One of the three short answers: a heading, the fact in large type, and sentences below it."""

    title: str
    fact: str
    says: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Answer:
    """The head of a report.

    Attributes:
        law: pieces of the law as (text, is it certain?), to be set one after the other.
        is_long: whether the law is too long for large type.
        is_conflict: whether no rule of the space fits.
        says: sentences below the law.
        tiles: how sure, what is unknown, what to try next.
        tally: number of entries a decision, in the order of `DECISIONS`.
    """

    law: tuple[tuple[str, bool], ...]
    is_long: bool
    is_conflict: bool
    says: tuple[str, ...]
    tiles: tuple[Tile, ...]
    tally: tuple[tuple[str, int], ...]


def summarise(document: Mapping[str, Any], words: Words, facts: Mapping[str, Any] | None = None) -> Answer:
    """Return the head of the report on a finding's JSON ``document``; ``facts`` are what was learned on the way."""
    entries = document["entries"]
    tally = Counter(entry["decision"] for entry in entries)
    law = _law(document, words)
    return Answer(
        law=law,
        is_long=sum(len(text) for text, _ in law) > 28,
        is_conflict=bool(tally["conflict"]),
        says=_says(document, tally, words),
        tiles=(
            _sure(document, words, facts or {}),
            _unknown(
                entries,
                words,
                doubts=bool(tally["conflict"]) or (facts or {}).get("cause", "sound") not in ("sound", "coins"),
            ),
            _try(document.get("next"), bool(tally["conflict"]), words),
        ),
        tally=tuple((decision, tally[decision]) for decision in DECISIONS if tally[decision]),
    )


def _law(document: Mapping[str, Any], words: Words) -> tuple[tuple[str, bool], ...]:
    if any(entry["decision"] == "conflict" for entry in document["entries"]):
        return ((words("answer.conflict"), True),)
    if family_of(document) == "outer-totalistic" and not any(
        e["decision"] == "probabilistic" for e in document["entries"]
    ):
        return _birth_survival(document["entries"])
    law = document["law"]["most_probable"]
    shown = (words("answer.map_rule") if law.startswith("MAP") else law, True)
    open_ = [entry["name"] for entry in document["entries"] if entry["decision"] == "undetermined"]
    if not open_:
        return (shown,)
    # A law that is known in part must not read like a found one: what is open stands in its frame beside it.
    few = len(open_) <= _FEW and all(len(name) < 6 for name in open_)
    marks = [f"{name}?" for name in open_] if few else [words("answer.open", count=len(open_))]
    return (shown, *((f" {mark}", False) for mark in marks))


def _birth_survival(entries: list[Mapping[str, Any]]) -> tuple[tuple[str, bool], ...]:
    """Set B…/S… so that a count nobody knows stands in its place, marked as uncertain."""
    decisions = {entry["name"]: entry["decision"] for entry in entries}
    pieces: list[tuple[str, bool]] = []
    for letter, head in (("B", "B"), ("S", "/S")):
        pieces.append((head, True))
        for count in "012345678":
            decision = decisions.get(letter + count, "undetermined")
            if decision != "absent":
                pieces.append((count, decision == "present"))
    for name in decisions:
        if name.startswith("C"):  # where the number of states is open it is the least there can be
            pieces += (
                [("/", True), (name[1:], True)]
                if decisions[name] == "present"
                else [("/", True), (f"{name[1:]}+", False)]
            )
    return _merge(pieces)


def _merge(pieces: list[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Join neighbouring certain pieces; uncertain ones stay single, each with its own frame."""
    merged: list[tuple[str, bool]] = []
    for text, certain in pieces:
        if certain and merged and merged[-1][1]:
            merged[-1] = (merged[-1][0] + text, True)
        else:
            merged.append((text, certain))
    return tuple(merged)


def _says(document: Mapping[str, Any], tally: Counter[str], words: Words) -> tuple[str, ...]:
    failed = [words.check(check["name"]) for check in document["checks"] if not check["passed"]]
    if tally["conflict"]:
        entries = [entry["name"] for entry in document["entries"] if entry["decision"] == "conflict"]
        cure = [words.says(str(check["says"])) for check in document["checks"] if not check["passed"]][:1]
        return (words("answer.conflict_says", names=", ".join(failed or entries[:8])), *cure)
    held, _ = held_back(document["entries"])
    count = rule_count(document["law"]["log2_possible"] - held)
    one, several = ("answer.single_held", "answer.several_held") if held else ("answer.single", "answer.several")
    says = [words(one) if count == "1" else words(several, count=count)]
    if held or count != "1":
        shown = family_of(document) == "outer-totalistic" and not tally["probabilistic"]
        says.append(words("answer.dashed") if shown else words("answer.probable"))
    if tally["probabilistic"]:
        says.append(words("answer.chance", count=tally["probabilistic"]))
    if failed:
        says.append(words("answer.doubt_says", names=", ".join(failed)))
    return tuple(says)


def rule_count(log2_possible: float) -> str:
    """Word the number of rules that fit: exactly where that is readable, as a power of two elsewhere.

    Example:
        >>> rule_count(6.0), rule_count(80.0)
        ('64', '2⁸⁰')
    """
    if log2_possible > 20:
        return "2" + superscript(round(log2_possible))
    return f"{round(2**log2_possible):,}"


def _sure(document: Mapping[str, Any], words: Words, facts: Mapping[str, Any]) -> Tile:
    decided = [e for e in document["entries"] if e["decision"] in ("present", "absent", "probabilistic")]
    earned = [e for e in decided if e["basis"] not in _UNEARNED]
    says = []
    if earned:
        weakest = min(earned, key=lambda entry: (entry["log_e_value"], entry["visits"]))
        says.append(words("sure.rate", alpha=f"{document['alpha']:.0%}"))
        says.append(_ground(weakest, words))
    if len(decided) > len(earned):
        says.append(words("sure.given", count=len(decided) - len(earned)))
    if "flip_probability" in facts:
        error = f" ± {facts['flip_probability_error']:.2%}" if "flip_probability_error" in facts else ""
        says.append(words("sure.flips", share=f"{facts['flip_probability']:.2%}{error}"))
    checks = document["checks"]
    failed = sum(not check["passed"] for check in checks)
    if checks:
        name = "sure.checks_failed" if failed else "sure.checks_passed"
        says.append(words(name, failed=failed, count=len(checks)))
    fact = words("sure.decided", decided=len(decided), total=len(document["entries"]))
    if any(entry["decision"] == "conflict" for entry in document["entries"]):
        # What is sure of a space that does not hold is that it does not hold.
        doubts = [words("sure.doubt", name=words.check(c["name"]), p=f"{c['p_value']:.2g}") for c in checks
                  if not c["passed"] and c["p_value"] is not None]  # fmt: skip
        fails = words("sure.checks_failed", failed=failed, count=len(checks))
        all_the_same = words("sure.all_the_same", decided=len(decided), total=len(document["entries"]))
        return Tile(words("sure.title"), words("sure.refuted"), (*doubts, fails, all_the_same), "checks")
    return Tile(words("sure.title"), fact if decided else words("sure.nothing"), tuple(says), "checks")


def _ground(entry: Mapping[str, Any], words: Words) -> str:
    """What a decision stands on: visits where they were counted, the e-value elsewhere."""
    if entry["basis"] != "counted":
        return words("sure.weakest", name=entry["name"], value=e_value(entry["log_e_value"]))
    visits = entry["visits"]
    seen = words("sure.seen_once") if visits == 1 else words("sure.seen_times", visits=f"{visits:,.0f}")
    return words("sure.thinnest", name=entry["name"], visits=seen)


def _unknown(entries: list[Mapping[str, Any]], words: Words, *, doubts: bool) -> Tile:
    """What is open, and why; ``doubts`` says whether the space itself is in doubt, which leaves all of it open."""
    unknown = [entry for entry in entries if entry["decision"] == "undetermined"]
    if not unknown:
        return Tile(words("unknown.title"), words("unknown.none"), (words("unknown.none_says"),), "coverage")
    never = [entry for entry in unknown if entry["visits"] == 0]
    inferred = sum(entry["basis"] in ("likelihood", "joint", "rollout") for entry in never)
    says = [words("unknown.unvisited", count=len(never) - inferred)] if len(never) > inferred else []
    if inferred:
        says.append(words("unknown.unseen", count=inferred))
    held, why = held_back(entries)
    if held:
        says += [words("unknown.held", count=held), words.says(why)]
    visited = [entry["why"] for entry in unknown if entry["visits"] > 0 and TOO_SHORT not in entry["why"]]
    doubted = sum(doubts or RUN_AGAIN in why for why in visited)
    if doubted:
        says.append(words("unknown.doubted", count=doubted))
    if len(visited) > doubted:
        says.append(words("unknown.thin", count=len(visited) - doubted))
    return Tile(words("unknown.title"), _names_or_count([e["name"] for e in unknown], words), tuple(says), "coverage")


def _names_or_count(names: list[str], words: Words) -> str:
    """Name a few entries, count many."""
    if len(names) <= 8 and all(len(name) < 6 for name in names):
        return " ".join(sorted(names, key=lambda name: re.sub(r"^S", "T", name)))
    return words("unknown.one") if len(names) == 1 else words("unknown.count", count=len(names))


def _try(question: Mapping[str, Any] | None, refuted: bool, words: Words) -> Tile:
    if not question or not question.get("rle"):
        return Tile(words("try.title"), words("try.none"), (words("try.none_says"),), "next")
    if refuted or not question["decides"]:
        fact = words("try.tests" if refuted else "try.beyond")
        return Tile(words("try.title"), fact, (_how(question, words),), "next")
    count = words("unknown.one") if question["decides"] == 1 else words("unknown.count", count=question["decides"])
    return Tile(words("try.title"), words("try.decides", count=count), (_how(question, words),), "next")


def _how(question: Mapping[str, Any], words: Words) -> str:
    return words("try.steps", steps=words.steps(question["steps"]))
