"""How a digest is cut into messages: one normally, between entries, with buttons that fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.display_options import DisplayOptions
from bot.render.documents.bibtex import bibtex
from bot.render.entry_content import entry_content
from bot.render.telegram.keyboard import Action, CopyText, decode_paper_version, entry_keyboard
from bot.render.telegram.split_into_messages import (
    Message,
    Part,
    digest_parts,
    entry_part,
    left_out_parts,
    render_part,
)
from storage.records.chats import MessageForm
from storage.records.papers import AnnouncementKind
from storage.records.queries import MatchReason, QueryField
from tests.render.digests import DISPLAY_OPTIONS, digest, entry, summary

ENGLISH = DisplayOptions(language="en", languages=("en",))
FORMS = [replace(ENGLISH, form=form) for form in MessageForm]
COUNTING_FORMS = [options for options in FORMS if options.form is not MessageForm.TWO_COLUMNS]


def actions(made: Message) -> list[Action]:
    """What presses of a message's buttons do."""
    return [b.action for row in made.buttons for b in row if isinstance(b.action, Action)]


def counts(made: Message) -> str:
    """The line under the heading."""
    return made.html.split("\n")[1] if made.html else str(made.blocks[1]["text"])


@pytest.mark.parametrize(
    "display_options",
    DISPLAY_OPTIONS,
    ids=lambda options: f"{options.form}-{'-'.join(options.languages)}",
)
def test_a_digest_of_twelve_is_one_message(display_options: DisplayOptions) -> None:
    assert digest_parts(digest(12), display_options) == (Part(1, 1, 12),)


@given(st.integers(0, 70), st.integers(0, 20), st.sampled_from(DISPLAY_OPTIONS), st.booleans())
def test_parts_cover_each_entry_once_in_order(
    shown: int, left_out: int, options: DisplayOptions, full: bool
) -> None:
    cuts = digest_parts(digest(shown, left_out), options, with_entries=full)

    tables = [part for part in cuts if not part.is_entry]
    assert [
        position
        for part in tables
        if part.first_entry
        for position in range(part.first_entry, part.last_entry + 1)
    ] == list(range(1, shown + 1))
    assert [part.first_entry for part in cuts if part.is_entry] == (
        list(range(1, shown + 1)) if full else []
    )
    assert len({part.number for part in cuts}) == len(cuts)


@pytest.mark.parametrize("options", COUNTING_FORMS, ids=["rich", "classic"])
def test_counts_reconcile(options: DisplayOptions) -> None:
    larger_digest = digest(12, 35)

    assert counts(render_part(larger_digest, digest_parts(larger_digest, options)[0], options)) == (
        "12 of 47 papers shown · 412 announced by arXiv"
    )
    assert (
        counts(render_part(digest(1), Part(1, 1, 1), options)) == "1 paper · 412 announced by arXiv"
    )
    assert counts(render_part(larger_digest, Part(1, 13, 24), options)).startswith(
        "Papers 13 to 24 of 47"
    )


def test_kinds_are_counted_over_all_that_matched() -> None:
    ours = digest(
        entries=(entry(1), entry(2, AnnouncementKind.CROSS)),
        left_out=(entry(3, AnnouncementKind.CROSS),),
        announced_count=0,
    )

    assert counts(render_part(ours, Part(1, 1, 2), ENGLISH)) == (
        "2 of 3 papers shown · 1 new · 2 cross-listed"
    )


@pytest.mark.parametrize("options", FORMS, ids=list(MessageForm))
@pytest.mark.parametrize(("first", "last"), [(1, 12), (13, 24), (40, 47)])
def test_a_message_needs_no_entries_behind_its_own(
    options: DisplayOptions, first: int, last: int
) -> None:
    full_digest = digest(12, 35)
    kinds = tuple(entry.kind for entry in full_digest.left_out[last - 12 :])
    beginning = replace(
        full_digest, left_out=full_digest.left_out[: last - 12], unloaded_kinds=kinds
    )

    for part in digest_parts(full_digest, options, first=first, last=last):
        assert render_part(beginning, part, options) == render_part(full_digest, part, options)


@pytest.mark.parametrize("options", COUNTING_FORMS, ids=["rich", "classic"])
def test_an_empty_digest_says_so(options: DisplayOptions) -> None:
    (only,) = digest_parts(digest(0), options)

    made = render_part(digest(0), only, options)

    assert counts(made).startswith("No papers this time")
    assert [action.verb for action in actions(made)] == ["settings", "stop"]


def test_buttons_open_entries_and_the_rest() -> None:
    ours = digest(12, 3)

    made = render_part(ours, digest_parts(ours, ENGLISH)[0], ENGLISH)

    assert [len(row) for row in made.buttons] == [6, 6, 1, 2]
    assert actions(made) == [
        *(Action("entry", 7, position) for position in range(1, 13)),
        Action("rest", 7, 13),
        Action("settings", 5),
        Action("stop", 5),
    ]


def test_only_the_last_table_ends_with_settings() -> None:
    ours = digest(60, 5)
    cuts = digest_parts(ours, ENGLISH)

    verbs = [{action.verb for action in actions(render_part(ours, p, ENGLISH))} for p in cuts]

    assert len(cuts) > 1
    assert all(verb == {"entry"} for verb in verbs[:-1])
    assert verbs[-1] == {"entry", "rest", "settings", "stop"}


def test_the_rest_comes_page_by_page_until_nothing_is_left() -> None:
    ours, seen, following = digest(12, 30), [], 13

    while following:
        (page,) = left_out_parts(ours, ENGLISH, following)
        made = render_part(ours, page, ENGLISH)
        assert {action.verb for action in actions(made)} <= {"entry", "rest"}
        seen += [a.second_argument for a in actions(made) if a.verb == "entry"]
        following = next((a.second_argument for a in actions(made) if a.verb == "rest"), 0)

    assert seen == list(range(13, 43))


def test_a_page_of_the_rest_is_one_message_however_long_its_rows_are() -> None:
    long = tuple(
        replace(entry(n, title="boats " * 50), summaries=(summary("en", "drift " * 80),))
        for n in range(1, 31)
    )
    ours = digest(entries=long[:2], left_out=long[2:])

    (page,) = left_out_parts(ours, ENGLISH, 3)

    following = [
        a.second_argument for a in actions(render_part(ours, page, ENGLISH)) if a.verb == "rest"
    ]
    assert page.last_entry < 14
    assert following == [page.last_entry + 1]


def test_a_refused_rich_part_becomes_classic_parts_over_the_same_entries() -> None:
    rich = replace(ENGLISH, form=MessageForm.THREE_COLUMNS)
    ours = digest(entries=tuple(entry(n, title="boats " * 45) for n in range(1, 23)))
    rich_part = digest_parts(ours, rich)[0]

    instead = digest_parts(ours, ENGLISH, first=rich_part.first_entry, last=rich_part.last_entry)

    assert [
        position for p in instead for position in range(p.first_entry, p.last_entry + 1)
    ] == list(range(rich_part.first_entry, rich_part.last_entry + 1))
    assert len(instead) > 1


@pytest.mark.parametrize("options", FORMS, ids=list(MessageForm))
def test_a_possible_repeat_is_marked(options: DisplayOptions) -> None:
    ours = digest(2)

    for part in digest_parts(ours, options, with_entries=True):
        plain, marked = (
            str(render_part(ours, part, options, repeat=again)) for again in (False, True)
        )
        assert "received this already" not in plain
        assert "received this already" in marked


def test_an_entry_can_be_kept_and_cited() -> None:
    """The citation is copied by the press itself where Telegram takes one of its length."""
    short = entry(2, key=5, title="Boats", id="doi:10.1101/boats", link="")
    made = render_part(digest(2, entries=(entry(1), short)), entry_part(2), ENGLISH)

    [[keep, cite], steering] = made.buttons
    assert (keep.label, keep.action) == ("☆ Save", Action("save", 7, 2))
    assert cite.action == CopyText(bibtex(short.paper))
    assert [button.action for button in steering] == [Action("less", 7, 2), Action("more", 7, 2)]

    long = entry(2, key=5, title="Boats " * 40, authors=("A", "B", "C", "D"))
    row, _ = entry_keyboard(digest(1, entries=(long,), number=0), 1, ENGLISH, is_saved=True)
    assert [button.label for button in row] == ["★ Saved", "BibTeX", "All 4 authors"]
    assert row[1].action == Action("bibtex", 0, 5001)
    assert decode_paper_version(5001) == (5, 1)


def test_a_paper_that_is_not_stored_has_no_buttons() -> None:
    assert render_part(digest(2), entry_part(2), ENGLISH).buttons == ()


def test_a_digest_that_is_not_stored_has_no_buttons_that_name_it() -> None:
    ours = digest(3, 2, number=0, subscription=0)

    assert render_part(ours, digest_parts(ours, ENGLISH)[0], ENGLISH).buttons == ()


@pytest.mark.parametrize(
    ("languages", "sentence"),
    [
        (("en",), "We measure how boat 1 drifts."),
        (("zh", "en"), "我们测量了第 1 只纸船如何漂移。"),
    ],
)
def test_the_row_speaks_the_first_language(languages: tuple[str, ...], sentence: str) -> None:
    options = replace(ENGLISH, languages=languages)

    html = render_part(digest(1), Part(1, 1, 1), options).html

    assert sentence in html
    assert "not translated" not in html


def test_a_missing_translation_is_marked_and_told_in_english() -> None:
    untranslated = replace(entry(1), summaries=entry(1).summaries[:1])
    ours, options = digest(entries=(untranslated,)), replace(ENGLISH, languages=("zh",))

    table, alone = (
        render_part(ours, part, options).html
        for part in digest_parts(ours, options, with_entries=True)
    )

    assert "1 summary is not translated yet" in table
    assert "We measure how boat 1 drifts." in table
    assert "Not translated yet; this is the English." in alone
    assert "Paper boats drift." in alone


def test_both_languages_stand_in_an_entry_and_the_missing_one_is_not_repeated() -> None:
    ours = digest(entries=(replace(entry(1), summaries=entry(1).summaries[:1]),))

    html = render_part(ours, entry_part(1), replace(ENGLISH, languages=("zh", "en"))).html

    assert html.count("We measure how boat 1 drifts.") == 1
    assert html.count("Not translated yet") == 1


def test_words_that_differ_by_their_case_are_told_once() -> None:
    """All of them are marked where they stand, the first is named."""
    reasons = [MatchReason(QueryField.TITLE, "Kettle"), MatchReason(QueryField.ABSTRACT, "kettle")]
    reasons += [
        MatchReason(QueryField.ABSTRACT, "kettles"),
        MatchReason(QueryField.ABSTRACT, "KETTLE"),
    ]

    content = entry_content(replace(entry(), reasons=tuple(reasons)), 1, ENGLISH)

    assert content.match_reason == "Matched: Kettle, kettles"
    assert content.matched_words == ("Kettle", "kettle", "kettles", "KETTLE")
