"""What belongs to the author is found and kept; what is torn is said, not guessed."""

from __future__ import annotations

import re

import pytest

from evolaw.errors import StorageError
from evolaw.report.paper.blocks import block, kept_elsewhere, made_digest, read_blocks

LINE = re.compile(r"^// made: \w+\n", re.M)


def test_blocks_are_read_to_the_byte() -> None:
    mine = "  = Mine\r\n\ttext // -- not a line of ours\n\n"
    document = f"made\n\n{block('a', mine)}\n\nmade\n{block('b', '')}\n"
    assert read_blocks(document) == {"a": mine, "b": ""}


@pytest.mark.parametrize("line", [0, -1])
def test_a_torn_block_is_named(line: int) -> None:
    lines = block("reading", "text\n").splitlines()
    del lines[line]
    with pytest.raises(StorageError, match="reading"):
        read_blocks("\n".join(lines) + "\n")


def test_the_digest_sees_what_is_made_and_not_what_is_written() -> None:
    documents = [f"made\n{block('a', text)}\n" for text in ("one\n", "two\n")]
    assert made_digest(documents[0], LINE) == made_digest(documents[1], LINE)
    assert made_digest(documents[0].replace("made", "changed"), LINE) != made_digest(documents[0], LINE)


def test_text_without_a_place_is_kept() -> None:
    assert kept_elsewhere({"a": "x\n", "b": "y\n", "c": " \n"}, {"a"}) == {"b": "y\n"}
