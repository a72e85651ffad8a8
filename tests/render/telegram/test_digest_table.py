"""The table in two columns: what a row says of a paper, line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.render.display_options import DisplayOptions
from bot.render.size_limits import RICH_SOFT_UNITS, rich_units
from bot.render.telegram.keyboard import Action
from bot.render.telegram.rich_blocks import Block
from bot.render.telegram.split_into_messages import Message, Part, digest_parts, render_part
from bot.texts import say
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
            "1",
            "L² Drift of Antràs Boats | A [Short] Study\nPrvić, Zwei +3 · We show 5% less drift.",
        ],
        ["2", "Folding <b>Boldly</b> & Quietly\nFolding can be quiet."],
        [
            "3",
            "Paper 3 on the Motion of Paper Boats\nPrvić · We measure how boat 3 drifts.",
        ],
    ]


@pytest.mark.parametrize(
    ("shown", "left_out", "english", "chinese"),
    [
        (3, 0, "paper boats~· 19–20~Nov~· 3~papers", "paper boats~· 11月19–20日~· 共~3~篇"),
        (2, 9, "paper boats~· 19–20~Nov~· 2~of~11", "paper boats~· 11月19–20日~· 11~篇中的~2~篇"),
        (0, 0, "paper boats~· 19–20~Nov~· no~papers", "paper boats~· 11月19–20日~· 没有新论文"),
    ],
)
def test_the_head_is_one_line_that_breaks_after_points_only(
    shown: int, left_out: int, english: str, chinese: str
) -> None:
    ours = digest(shown, left_out, entry_order="newest")
    for language, line in (("en", english), ("zh", chinese)):
        options = DisplayOptions(MessageForm.TWO_COLUMNS, language, (language,))
        blocks = render_part(ours, digest_parts(ours, options)[0], options).blocks

        assert str(blocks[0]["text"]).replace("\u00a0", "~") == line
        assert blocks[-1]["type"] == "footer"
        order = say(language, "digest-order-newest")
        assert str(blocks[-1]["text"]).startswith(order) is bool(left_out)
        assert "412" in str(blocks[-1]["text"])


def test_a_page_of_the_rest_says_which_papers_it_holds() -> None:
    options = DisplayOptions(MessageForm.TWO_COLUMNS)

    [heading, *_] = render_part(digest(12, 35), Part(1, 13, 24), options).blocks

    assert str(heading["text"]).replace("\u00a0", " ").endswith(" · 13–24 of 47")


def test_a_long_topic_is_cut_and_the_days_of_two_years_are_whole() -> None:
    options = DisplayOptions(MessageForm.TWO_COLUMNS)
    ours = digest(1, topic="boats " * 40, first_day=date(2026, 12, 31), last_day=date(2027, 1, 4))
    [heading, *_] = render_part(ours, digest_parts(ours, options)[0], options).blocks

    topic, days, _ = str(heading["text"]).replace("\u00a0", " ").split(" · ")
    assert len(topic) <= 60
    assert days == "Thu 31 Dec 2026 – Mon 4 Jan 2027"


def test_a_chinese_reader_sees_the_chinese_title_where_there_is_one() -> None:
    first, second, _ = (cell for _, cell in rows_of(sample_digest(), "zh"))

    assert first.startswith("纸船的 L² 漂移：简短研究\n")
    assert second.startswith("Folding <b>Boldly</b> & Quietly\n")


@pytest.mark.parametrize(
    ("authors", "named"),
    [
        (("Ana Prvić",), "Prvić"),
        (("Ana Prvić", "Ludwig van Dam Jr."), "Prvić, van Dam"),
        (("Ana Prvić", "Li Wei", "U. Zwei"), "Prvić, Zwei +1"),
        (("李伟", "", "\u200b", "The Boat Team"), "李伟, The Boat Team"),
        (("M" * 90, "B"), "M" * 59 + "…, B"),
    ],
)
def test_the_first_and_the_last_author_are_named(authors: tuple[str, ...], named: str) -> None:
    [[_, cell], _] = rows_of(digest(entries=(entry(1, authors=authors), entry(2))))

    assert cell.split("\n")[1] == f"{named} · We measure how boat 1 drifts."


def test_a_paper_without_authors_and_words_is_its_title() -> None:
    bare = entry(1, authors=(), abstract="")
    bare = replace(bare, summaries=(summary("en", ""),))

    assert rows_of(digest(entries=(bare, entry(2))))[0] == [
        "1",
        "Paper 1 on the Motion of Paper Boats",
    ]


def test_the_title_is_bold_and_opens_the_paper() -> None:
    options = DisplayOptions(MessageForm.TWO_COLUMNS)
    ours = digest(2)
    message = render_part(ours, digest_parts(ours, options)[0], options)
    objects = judges.nested_objects(_table(message.blocks))

    [link, _] = [item for item in objects if item.get("type") == "url"]
    assert {"type": "bold", "text": link} in objects
    assert link["url"] == "https://arxiv.org/abs/2611.90001"


def one_paper_message(ours: Digest, language: str = "en", *, repeat: bool = False) -> Message:
    """The one message of a digest of one paper; the judges have seen it."""
    options = DisplayOptions(MessageForm.TWO_COLUMNS, language, (language,))
    [part] = digest_parts(ours, options, with_entries=True)
    message = render_part(ours, part, options, repeat=repeat)
    judges.check_message(message)
    return message


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_digest_of_one_paper_is_that_paper(language: str) -> None:
    message = one_paper_message(digest(entries=(entry(1, key=5),)), language)

    kinds = [block["type"] for block in message.blocks]
    assert (kinds[:2], kinds[-1]) == (["heading", "heading"], "footer")
    assert not {"table", "details"} & set(kinds)
    texts = judges.nested_strings(list(message.blocks))
    assert texts.count("Paper 1 on the Motion of Paper Boats") == 1
    actions = [button.action for row in message.buttons for button in row]
    verbs = [action.verb for action in actions if isinstance(action, Action)]
    assert verbs == ["save", "bibtex", "less", "more", "settings", "stop"]


def test_a_possible_repeat_of_one_paper_is_marked() -> None:
    blocks = one_paper_message(digest(1), repeat=True).blocks

    assert say("en", "digest-repeat") in judges.nested_strings(list(blocks))


def test_a_long_paper_alone_is_shortened_within_its_head_and_foot() -> None:
    long_text = "boats drift " * 4000
    ours = digest(entries=(entry(1, abstract=long_text),), topic="boats " * 40)

    blocks = one_paper_message(ours).blocks

    assert rich_units(blocks) <= RICH_SOFT_UNITS
    assert say("en", "entry-shortened") in judges.nested_strings(list(blocks))


def test_one_paper_of_many_and_the_other_forms_keep_the_table() -> None:
    for form, ours in (
        (MessageForm.TWO_COLUMNS, digest(1, 3)),
        (MessageForm.TWO_COLUMNS, digest(2)),
        (MessageForm.THREE_COLUMNS, digest(1)),
    ):
        options = DisplayOptions(form)
        parts = digest_parts(ours, options, with_entries=True)

        assert len(parts) == 1 + len(ours.entries)
        assert _table(render_part(ours, parts[0], options).blocks)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "arXiv:2611.90001 · Fri 20 Nov 2026 · Phys. Rev. X 16, 1 · 9 pages; α code"),
        ("zh", "arXiv:2611.90001 · 2026年11月20日 周五 · Phys. Rev. X 16, 1 · 9 pages; α code"),
    ],
)
def test_an_entry_says_number_date_journal_and_comment(language: str, line: str) -> None:
    ours = digest(
        entries=(
            entry(
                1,
                submitted_at=datetime(2026, 10, 1, tzinfo=UTC),
                revised_at=datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
                journal_ref="Phys. Rev. X 16, 1",
                comment="9 pages; $\\alpha$ code",
            ),
        )
    )

    assert line in judges.nested_strings(list(one_paper_message(ours, language).blocks))


def test_what_is_not_known_of_a_paper_is_left_out_and_long_comments_are_cut() -> None:
    bare, long = (
        one_paper_message(digest(entries=(changed,)))
        for changed in (entry(1, id="url:abc"), entry(1, comment="many pages " * 90))
    )

    assert all("url:" not in text for text in judges.nested_strings(list(bare.blocks)))
    [line] = [text for text in judges.nested_strings(list(long.blocks)) if "many pages" in text]
    assert len(line) <= 300
