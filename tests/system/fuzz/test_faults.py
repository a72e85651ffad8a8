"""Faults that hostile texts have brought to light, and faults that the judges must not miss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from types import ModuleType

import pytest

from bot.chat.dispatch.managed_chats import ManagedChat, adapt_reply_for_manager
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.display_options import DisplayOptions
from bot.render.telegram import digest_table, html_message, keyboard, rich_entry
from bot.render.telegram.fallback_forms import render_outbox_message
from bot.render.telegram.keyboard import Action, Button
from bot.render.telegram.split_into_messages import Message, digest_parts, render_part
from bot.texts import LANGUAGES, say
from storage.records.chats import ChatKind, MessageForm
from storage.records.digests import Digest
from storage.records.messages import Notice
from tests.render.digests import digest, entry
from tests.support.builders import papers
from tests.support.planted_bugs import plant_bug
from tests.system.fuzz import digest_judge, judges
from tests.system.fuzz.hostile_chat import hostile_chat
from tests.system.fuzz.test_digests import judge, message_of

# The package's name for it is a function of the texts.
entry_content = import_module("bot.render.entry_content")
ENGLISH = DisplayOptions(language="en", languages=("en",))
BLANK = "\u200b\u3164\u2800"


@pytest.mark.parametrize("options", [ENGLISH, replace(ENGLISH, form=MessageForm.THREE_COLUMNS)])
def test_a_title_of_invisible_signs_is_told_by_its_id(options: DisplayOptions) -> None:
    judge(digest(entries=(entry(1, title=BLANK),)), options)


def test_a_line_full_of_quotation_marks_is_not_left_out() -> None:
    """Escaped it is six times as long; measured so, the message was empty and refused."""
    [made] = short_reply([Line('"' * 1200)]).messages

    shown = judges.check_message(made)

    assert shown
    assert shown.text == '"' * 1200


def test_a_search_of_a_thousand_letters_lists_all_that_its_buttons_open() -> None:
    words = " OR ".join(["diffusion", *(letter * 60 for letter in "abcdefghijklmnopqrst")])
    with hostile_chat() as worker:
        long = [replace(paper, title=paper.title + " w" * 200) for paper in papers(*range(1, 11))]
        worker.announce_papers([replace(paper, authors=("W " * 40,) * 4) for paper in long])
        [listed] = worker.send_text(f"/search {words}")

    assert "\n10. " in listed


def test_a_preview_shows_titles_as_every_list_does() -> None:
    paper = replace(papers(1)[0], title="On \u202e$x^2$ diffusion", link="javascript:alert(1)")
    with hostile_chat() as worker:
        worker.announce_papers([paper])
        [preview] = worker.send_text("/sub diffusion")

    assert "1. On x² diffusion" in preview


@pytest.mark.parametrize("text", ["\u202e", "\x00", "\u2066", "\ud800"])
def test_no_line_turns_what_stands_beside_it(text: str) -> None:
    channel = ManagedChat(-1_000_000_000_001, ChatKind.CHANNEL, f"a{text}b")
    reply = short_reply([Line(f"c{text}d\nsecond line"), Line(f"e{text}f", bold=True)])

    [made] = adapt_reply_for_manager(reply, channel, "en").messages

    shown = judges.check_message(made)
    assert shown
    assert "cd\nsecond line\n\nef" in shown.text


def test_a_notice_of_any_length_is_one_message() -> None:
    values = (("count", 12), ("lines", "<\u202e&" * 300))
    notice = Notice("alarm-troubles", values)
    message = replace(message_of(1, 0, 0, ENGLISH), form=MessageForm.CLASSIC, notice=notice)

    judges.check_message(render_outbox_message(message, None, lambda paper, version: ""))


@pytest.mark.parametrize(
    "words", ["\u2028", 'diffusion OR "\u2028"', "ti:\u2029", "a\x85b\u2028:c"]
)
def test_no_line_end_of_somebody_breaks_the_sentence_about_it(words: str) -> None:
    with hostile_chat() as worker:
        assert worker.send_text(f"/sub {words}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("entry-topics", "topics"), ("entry-why", "words"), ("subscribed", "topic")),
        *(("unsubscribed", "topic"), ("guide-followed", "topic"), ("card-words", "words")),
        *(("card-words-type", "words"), ("card-words-before", "words")),
        *(("less-done", "query"), ("less-undone", "query"), ("english-looking", "words")),
    ],
)
@pytest.mark.parametrize("address", ["t.me/evil", "evil.com", "cs.CV"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_telegram_draws_none_of_our_words_into_an_address(
    language: str, key: str, value: str, address: str
) -> None:
    """Without a space, Chinese beside an address is taken for a part of it."""
    values = {"next": "Mon", "zone": "UTC", value: address}
    text = say(language, key, **values)

    links = judges.autolinked_by_telegram(text)

    assert address in text
    assert links[:1] == [address]
    assert len(links) == 1


def test_somebody_without_a_name_is_answered() -> None:
    with hostile_chat(name="") as worker:
        worker.announce_papers(papers(1))
        assert worker.send_text("/sub diffusion")
        assert worker.press(worker.offered_actions[0])


def _not_escaped(text: str) -> str:
    return text


def _not_shortened(text: str, max_units: int) -> str:
    return text


WORST = (
    "<b>bold</b> & <a href='https://evil.example'>x</a>",
    "a\u202eb\x00c",
    "boats " * 90,
    "\U0001f600" * 300,
)
FAULTS: tuple[tuple[ModuleType, str, object], ...] = (
    (html_message, "escape", _not_escaped),
    (html_message, "shorten", _not_shortened),
    (rich_entry, "shorten", _not_shortened),
    (entry_content, "display_text", _not_escaped),
    (entry_content, "is_safe_link", lambda link: bool(link)),
    (html_message, "split_into_runs", lambda sizes, room, max_entries: [(1, len(sizes))]),
    (html_message, "split_into_runs", lambda sizes, room, max_entries: [(1, len(sizes) - 1)]),
    (digest_table, "split_into_runs", lambda sizes, room, max_entries: [(1, len(sizes) - 1)]),
    (keyboard, "COPY_UNITS", 10**6),
    (keyboard, "NUMBERS_PER_ROW", 40),
)


_LINK = "javascript:alert(1)"


def worst(text: str) -> Digest:
    """A digest of twenty-six papers of one text."""
    entries = tuple(
        replace(
            entry(
                position,
                id="url:1",
                key=position,
                title=text,
                abstract=text,
                authors=(text,),
                link=_LINK,
            ),
            summaries=(),
        )
        for position in range(1, 27)
    )
    return digest(entries=entries, topic=text)


@pytest.mark.parametrize("text", WORST)
@pytest.mark.parametrize("options", [ENGLISH, replace(ENGLISH, form=MessageForm.THREE_COLUMNS)])
def test_the_worst_digests_pass_the_judges(text: str, options: DisplayOptions) -> None:
    assert judge(worst(text), options) > 26


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0].__name__}.{fault[1]}")
def test_a_planted_fault_is_found(
    fault: tuple[ModuleType, str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name, instead = fault
    plant_bug(monkeypatch, module, name, instead)

    # Other words for each fault: what was read before may be remembered.
    words = [f"{text} {module.__name__} {name}" for text in WORST]
    assert any(_is_caught(text, form) for text in words for form in MessageForm)


def _is_caught(text: str, form: MessageForm) -> bool:
    try:
        judge(worst(text), replace(ENGLISH, form=form))
    except (AssertionError, UnicodeError, ValueError):
        return True
    return False


Doctor = Callable[[Message], Message]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: replace(made, html=made.html.replace("&lt;", "<")),
        lambda made: replace(made, html=made.html.rpartition("\n\n")[0]),
        lambda made: replace(made, html=made.html[:-3]),
        lambda made: replace(made, html=made.html.replace("Paper", "Pa\u202eper")),
        lambda made: replace(made, html=made.html.replace("Paper", "Pa\x00per")),
        lambda made: replace(made, html=made.html + '<a href="https://evil.example/">x</a>'),
        lambda made: replace(made, html=made.html.replace("2611.90001", "2611.90002")),
        lambda made: replace(made, html=made.html + "x" * 4000),
        lambda made: replace(made, buttons=((Button("x", Action("x" * 70, 1, 1)),),)),
        lambda made: replace(made, buttons=((Button("\u3164", Action("entry", 1, 1)),),)),
        lambda made: replace(made, buttons=((Button("x", Action("unknown", 1, 1)),),)),
    ],
)
def test_a_spoiled_message_is_refused(spoil: Doctor) -> None:
    ours = digest(entries=(entry(1, title="Paper <1>"), entry(2)))
    [part] = digest_parts(ours, ENGLISH)
    made = render_part(ours, part, ENGLISH)
    digest_judge.check_digest_message(ours, part, ENGLISH, made, repeat=False)

    with pytest.raises((AssertionError, ValueError)):
        digest_judge.check_digest_message(ours, part, ENGLISH, spoil(made), repeat=False)
