"""The sentence of the table is marked where it stands in the abstract, and not said twice."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.display_options import DisplayOptions
from bot.render.highlight import highlight, sentence_span
from bot.render.telegram.split_into_messages import entry_part, render_part
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from storage.records.queries import MatchReason
from storage.records.queries import QueryField as In
from tests.render.digests import digest, entry, summary

ABSTRACT = (
    "Boats drift (Ek, 2020). To address this gap, we fold a boat (of paper) that stays [3]. Then it"
    " rains. A p-adic boat sinks."
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Then it rains.", "Then it rains."),
        (
            "We fold a boat (of paper) that stays [3].",
            "To address this gap, we fold a boat (of paper) that stays [3].",
        ),
        (
            "We fold a boat that stays.",
            "To address this gap, we fold a boat (of paper) that stays [3].",
        ),
        ("We fold a boat…", "To address this gap, we fold a boat"),
        ("Boats drift.", "Boats drift (Ek, 2020)."),
        ("A p-adic boat sinks.", "A p-adic boat sinks."),
    ],
)
def test_a_sentence_is_found_from_its_first_word_on(sentence: str, expected: str) -> None:
    span = sentence_span(ABSTRACT, sentence)

    assert span is not None
    assert ABSTRACT[slice(*span)] == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "…",
        "We fold a boa",
        "We fold boats.",
        "Then it rains in boats.",
        "We fold a boat of paper.",
    ],
)
def test_other_words_are_not_found(sentence: str) -> None:
    assert sentence_span(ABSTRACT, sentence) is None


def test_a_beginning_said_twice_is_found_where_the_sentence_goes_on() -> None:
    text = "We fold a small boat of tin. We fold a small boat of paper."

    assert sentence_span(text, "We fold a small boat of paper.") == (29, len(text))


@given(st.text(), st.text(), st.lists(st.text(min_size=1)))
def test_pieces_are_the_text_again_whatever_is_marked(
    text: str, sentence: str, words: list[str]
) -> None:
    span = sentence_span(text + sentence, sentence)

    assert "".join(piece for piece, _ in highlight(text + sentence, words, span)) == text + sentence


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["a", "a ", "(a", "We ", "We fold. "])
def test_fifty_thousand_characters_of_anything_are_no_trouble(piece: str) -> None:
    text = piece * (50_000 // len(piece))

    assert sentence_span(text, piece * 100 + "b") is None


def test_an_abstract_of_one_sentence_needs_no_mark() -> None:
    assert highlight("It rains.", (), (0, 9)) == [("It rains.", False)]


def _shown(ours: Digest, form: MessageForm) -> str:
    made = render_part(
        ours, entry_part(1), DisplayOptions(form=form, language="en", languages=("en",))
    )
    return made.html or json.dumps(made.blocks)


def _said(tldr: str, abstract: str) -> Digest:
    base = entry(1, abstract=abstract)
    reasons = (MatchReason(In.ABSTRACT, "rains"),)
    summaries = (summary("en", tldr),)
    return digest(entries=(type(base)(base.paper, base.kind, summaries, reasons),))


def test_the_classic_entry_says_its_sentence_once_in_bold_and_unfolded() -> None:
    html = _shown(_said("We fold a boat that stays.", ABSTRACT), MessageForm.CLASSIC)

    assert html.count("fold a boat") == 1
    assert (
        "<blockquote>Boats drift (Ek, 2020). <b>To address this gap, we fold a boat (of paper) that"
        " stays [3].</b> Then it <b>rains</b>. A p-adic boat sinks.</blockquote>"
    ) in html


def test_the_rich_entry_says_its_sentence_once_in_bold() -> None:
    blocks = _shown(_said("We fold a boat that stays.", ABSTRACT), MessageForm.THREE_COLUMNS)

    assert blocks.count("fold a boat") == 1
    bold = "To address this gap, we fold a boat (of paper) that stays [3]."
    assert json.dumps({"type": "bold", "text": bold}) in blocks


@pytest.mark.parametrize("form", [MessageForm.CLASSIC, MessageForm.THREE_COLUMNS])
def test_a_sentence_that_somebody_wrote_stands_above_the_abstract(form: MessageForm) -> None:
    shown = _shown(_said("A boat of paper is folded.", ABSTRACT), form)

    assert shown.index("A boat of paper is folded.") < shown.index("Boats drift")
    assert ("blockquote expandable" in shown) == (form is MessageForm.CLASSIC)


@pytest.mark.parametrize("form", [MessageForm.CLASSIC, MessageForm.THREE_COLUMNS])
def test_a_sentence_beyond_what_is_shown_of_an_abstract_stands_above_it(form: MessageForm) -> None:
    shown = _shown(_said("We fold a boat.", "Boats drift. " * 900 + "We fold a boat."), form)

    assert shown.count("We fold a boat.") == 1
    assert shown.index("We fold a boat.") < shown.index("Boats drift")


@pytest.mark.parametrize("form", [MessageForm.CLASSIC, MessageForm.THREE_COLUMNS])
def test_an_entry_that_nobody_summed_up_shows_its_abstract_once(form: MessageForm) -> None:
    base = entry(1, abstract="Boats drift. It is so.")
    ours = digest(entries=(type(base)(base.paper, base.kind),))

    assert _shown(ours, form).count("Boats drift") == 1
