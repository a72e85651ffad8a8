"""A note on a paper, in both forms, before judges that are not ours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from bot.render.display_options import DisplayOptions
from bot.render.telegram.paper_note import SECTIONS, note_message
from bot.render.telegram.split_into_messages import Message
from bot.texts import LANGUAGES, say
from storage.records.chats import MessageForm
from storage.records.summaries import PaperNote
from tests.demo.telegram_parser import parse_html_by_telegram
from tests.render.digests import ISSUED_AT, hostile_texts, paper
from tests.system.fuzz import judges

NOTE = PaperNote(1, 1, "zh", "漂移。", "测量 $10^{-3}$。", "少 <5%>。", "", "gpt & co", ISSUED_AT)


@pytest.mark.parametrize("form", MessageForm)
def test_a_note_on_a_paper_without_a_title_stands_under_its_id(form: MessageForm) -> None:
    made = note_message(NOTE, paper(title=" "), DisplayOptions(form=form, language="en"))

    judges.check_message(made)
    assert "arxiv:2611.90001" in (made.html or str(made.blocks))


def rendered(note: PaperNote, form: MessageForm, language: str = "en") -> Message:
    """The note as this form has it."""
    return note_message(
        note, paper(title="On <b>Boats</b>"), DisplayOptions(form=form, language=language)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_classic_note_says_who_wrote_it_and_what_it_lacks(language: str) -> None:
    made = rendered(NOTE, MessageForm.CLASSIC, language)

    labels = [say(language, f"note-{name}") for name in SECTIONS]
    texts = ["漂移。", "测量 10⁻³。", "少 <5%>。", say(language, "note-limits-none")]
    sections = [f"{label}\n{text}" for label, text in zip(labels, texts, strict=True)]
    by = say(language, "note-maker", model="gpt & co")
    judges.check_message(made)
    shown = parse_html_by_telegram(made.html)
    assert isinstance(shown, dict)
    assert shown["text"] == "\n\n".join(["On <b>Boats</b>", *sections, by])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rich_note_says_the_same(language: str) -> None:
    made = rendered(NOTE, MessageForm.THREE_COLUMNS, language)

    judges.check_message(made)
    kinds = [block["type"] for block in made.blocks]
    assert kinds == ["heading", *["paragraph"] * 8, "footer"]
    assert made.blocks[-1]["text"] == say(language, "note-maker", model="gpt & co")
    assert made.blocks[4]["text"] == "测量 10⁻³。"


@given(hostile_texts, hostile_texts, hostile_texts)
def test_whatever_a_model_says_is_text(problem: str, limits: str, title: str) -> None:
    note = replace(NOTE, problem=problem, limits=limits, producer=title)
    for form in MessageForm:
        judges.check_message(note_message(note, paper(title=title), DisplayOptions(form=form)))
