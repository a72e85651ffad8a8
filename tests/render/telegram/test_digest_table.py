"""The table in two columns: what a row says of a paper, line by line."""

from __future__ import annotations

import pytest

from bot.render.display_options import DisplayOptions
from bot.render.telegram.rich_blocks import Block
from bot.render.telegram.split_into_messages import digest_parts, render_part
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from tests.render.digests import digest, entry, sample_digest, summary
from tests.system.fuzz import judges


def rows_of(ours: Digest, language: str = "en") -> list[list[str]]:
    """The rows of the first message, as plain texts; the judges have seen it."""
    options = DisplayOptions(MessageForm.TWO_COLUMNS, language, (language,))
    message = render_part(ours, digest_parts(ours, options)[0], options)
    judges.check_message(message)
    return judges.table_rows(_table(message.blocks))


def _table(blocks: tuple[Block, ...]) -> Block:
    [table] = [block for block in blocks if block["type"] == "table"]
    return table


def test_a_row_is_a_number_and_a_cell_of_title_authors_and_sentence() -> None:
    assert rows_of(sample_digest()) == [
        [
            "[1]",
            "L² Drift of Antràs Boats | A [Short] Study\n"
            "Ana Prvić, U. Zwei, +3\n"
            "We show 5% less drift.",
        ],
        ["[2]", "Folding <b>Boldly</b> & Quietly\nFolding can be quiet."],
        [
            "[3]",
            "Paper 3 on the Motion of Paper Boats\nAna Prvić\nWe measure how boat 3 drifts.",
        ],
    ]


def test_a_chinese_reader_sees_the_chinese_title_where_there_is_one() -> None:
    first, second, _ = (cell for _, cell in rows_of(sample_digest(), "zh"))

    assert first.startswith("纸船的 L² 漂移：简短研究\n")
    assert second.startswith("Folding <b>Boldly</b> & Quietly\n")


@pytest.mark.parametrize(
    ("authors", "named"),
    [
        (("A",), "A"),
        (("A", "B"), "A, B"),
        (("A", "B", "C"), "A, C, +1"),
        (("A", "", "\u200b", "B"), "A, B"),
        (("M" * 90, "B"), "M" * 59 + "…, B"),
    ],
)
def test_the_first_and_the_last_author_are_named(authors: tuple[str, ...], named: str) -> None:
    [[_, cell]] = rows_of(digest(entries=(entry(1, authors=authors),)))

    assert cell.split("\n")[1] == named


def test_a_paper_without_authors_and_words_is_its_title() -> None:
    bare = entry(1, authors=(), abstract="")
    ours = digest(entries=(type(bare)(bare.paper, bare.kind, (summary("en", ""),)),))

    assert rows_of(ours) == [["[1]", "Paper 1 on the Motion of Paper Boats"]]


def test_the_title_is_bold_and_opens_the_paper() -> None:
    options = DisplayOptions(MessageForm.TWO_COLUMNS)
    ours = digest(1)
    message = render_part(ours, digest_parts(ours, options)[0], options)
    objects = judges.nested_objects(_table(message.blocks))

    [link] = [item for item in objects if item.get("type") == "url"]
    assert {"type": "bold", "text": link} in objects
    assert link["url"] == "https://arxiv.org/abs/2611.90001"
