"""What is said to a model is exact, and a paper's words are data in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.llm.prompts import (
    json_schema,
    language_name,
    note_prompt,
    piece_prompt,
    search_words_prompt,
    summary_prompt,
)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("zh", "Chinese (Simplified)"),
        ("zh-Hans", "Chinese (Simplified)"),
        ("zh-Hant", "Chinese (Traditional)"),
        ("zh-TW", "Chinese (Traditional, Taiwan)"),
        ("sr", "Serbian (Cyrillic)"),
        ("sr-Latn", "Serbian (Latin)"),
        ("de", "German"),
        ("ja", "Japanese"),
        ("pt-BR", "Portuguese (Brazil)"),
        ("en-GB", "English (United Kingdom)"),
        ("tlh-x-y", "tlh-x-y"),
    ],
)
def test_a_language_is_named_in_english(tag: str, name: str) -> None:
    assert language_name(tag) == name


@given(st.text(), st.text())
def test_no_data_holds_its_own_fence(title: str, abstract: str) -> None:
    for prompt in (
        summary_prompt(title, abstract, ("gist",), "zh"),
        note_prompt(title, abstract, "de"),
    ):
        opening, *_, closing = prompt.data.split("\n")
        fence = opening.strip("<>")
        assert closing == f"</{fence}>"
        assert prompt.data.count(fence) == 2


def test_a_tldr_is_measured_in_the_signs_of_its_language() -> None:
    assert "40 to 90 characters" in summary_prompt("t", "a", ("gist",), "zh").instructions
    assert "20 to 40 words" in summary_prompt("t", "a", ("gist",), "fr").instructions


def test_only_what_is_asked_for_is_described() -> None:
    prompt = summary_prompt("t", "a", ("title", "gist"), "zh")

    assert prompt.keys == ("title", "gist")
    assert '"abstract":' not in prompt.instructions


def test_marks_are_explained_where_there_are_some() -> None:
    assert "⟦" not in summary_prompt("t", "a", ("gist",), "zh").instructions
    assert "exactly once" in summary_prompt("⟦1⟧", "a", ("title", "abstract"), "zh").instructions
    assert "need" in summary_prompt("⟦1⟧", "a", ("gist",), "en").instructions


def test_a_piece_shows_the_title_without_its_marks() -> None:
    assert (
        "Title: On … sets\nPiece: We use ⟦2⟧."
        in piece_prompt("On ⟦1⟧ sets", "We use ⟦2⟧.", "zh").data
    )


def test_the_reasons_of_a_refusal_come_last() -> None:
    prompt = search_words_prompt("words")

    assert prompt.with_reasons([]) == prompt
    assert prompt.with_reasons(["Be brief.", "Be exact."]).instructions.endswith(
        "Be brief. Be exact."
    )


def test_every_prompt_names_json() -> None:
    """Servers that offer JSON without a schema demand the word."""
    for prompt in (
        summary_prompt("t", "a", ("gist",), "en"),
        note_prompt("t", "a", "en"),
        piece_prompt("t", "a", "zh"),
    ):
        assert "JSON" in prompt.instructions
        assert all(f'"{key}":' in prompt.instructions for key in prompt.keys)


def test_a_schema_is_as_strict_as_servers_want_it() -> None:
    assert json_schema(("title", "gist")) == {
        "type": "object",
        "properties": {"title": {"type": "string"}, "gist": {"type": "string"}},
        "required": ["title", "gist"],
        "additionalProperties": False,
    }
