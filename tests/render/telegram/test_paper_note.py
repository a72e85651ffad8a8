"""A note on a paper, in both forms, before judges that are not ours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from bot.render.display_options import Look
from bot.render.telegram.paper_note import SECTIONS, note_message
from bot.render.telegram.split_into_messages import Message
from bot.texts import LANGUAGES, say
from storage.records import Form, Note
from tests.demo.telegram_parser import judged
from tests.render.digests import ISSUED, hostile, paper
from tests.render.telegram.test_both_forms import judge

NOTE = Note(1, 1, "zh", "漂移。", "测量 $10^{-3}$。", "少 <5%>。", "", "gpt & co", ISSUED)


@pytest.mark.parametrize("form", Form)
def test_a_note_on_a_paper_without_a_title_stands_under_its_id(form: Form) -> None:
    made = note_message(NOTE, paper(title=" "), Look(form=form, language="en"))

    judge(made)
    assert "arxiv:2611.90001" in (made.html or str(made.blocks))


def told(note: Note, form: Form, language: str = "en") -> Message:
    """The note as this form has it."""
    return note_message(note, paper(title="On <b>Boats</b>"), Look(form=form, language=language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_classic_note_says_who_wrote_it_and_what_it_lacks(language: str) -> None:
    made = told(NOTE, Form.CLASSIC, language)

    labels = [say(language, f"note-{name}") for name in SECTIONS]
    texts = ["漂移。", "测量 10⁻³。", "少 <5%>。", say(language, "note-limits-none")]
    sections = [f"{label}\n{text}" for label, text in zip(labels, texts, strict=True)]
    by = say(language, "note-maker", model="gpt & co")
    judge(made)
    shown = judged(made.html)
    assert isinstance(shown, dict)
    assert shown["text"] == "\n\n".join(["On <b>Boats</b>", *sections, by])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rich_note_says_the_same(language: str) -> None:
    made = told(NOTE, Form.RICH, language)

    judge(made)
    kinds = [block["type"] for block in made.blocks]
    assert kinds == ["heading", *["paragraph"] * 8, "footer"]
    assert made.blocks[-1]["text"] == say(language, "note-maker", model="gpt & co")
    assert made.blocks[4]["text"] == "测量 10⁻³。"


@given(hostile, hostile, hostile)
def test_whatever_a_model_says_is_text(problem: str, limits: str, title: str) -> None:
    note = replace(NOTE, problem=problem, limits=limits, maker=title)
    for form in Form:
        judge(note_message(note, paper(title=title), Look(form=form)))
