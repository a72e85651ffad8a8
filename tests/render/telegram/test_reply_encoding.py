"""Answers as they are kept: whatever is stored is read back, and in doubt it says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.size_limits import CLASSIC_UNITS, utf16_length
from bot.render.telegram.keyboard import Action, Button, CopyText, Link, ManagedChatAction
from bot.render.telegram.reply_encoding import (
    Document,
    ReplyPart,
    decode_reply_part,
    encode_reply_part,
    reply_content,
    simpler_replies,
)
from bot.render.telegram.split_into_messages import Message
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.messages import OutboxMessage, Priority

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_NUMBERS = st.integers(-(2**60), 2**60)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_DOES = st.one_of(
    st.builds(Action, _TEXTS, _NUMBERS, _NUMBERS),
    st.builds(ManagedChatAction, _TEXTS, _NUMBERS, _NUMBERS, _NUMBERS),
    st.builds(Link, _TEXTS),
    st.builds(CopyText, _TEXTS),
)
_ROWS = st.lists(
    st.lists(st.builds(Button, _TEXTS, _DOES), min_size=1, max_size=3).map(tuple), max_size=3
).map(tuple)
_BLOCKS = st.lists(st.dictionaries(_TEXTS, _JSON, max_size=3), max_size=3).map(tuple)
_MESSAGES = st.builds(
    Message, st.sampled_from(MessageForm), _TEXTS, _TEXTS, _BLOCKS, _ROWS, silent=st.booleans()
)
_FILES = st.builds(Document, _TEXTS, st.binary(max_size=300), _TEXTS)
_ANSWERS = st.builds(
    ReplyPart,
    _MESSAGES,
    st.lists(_MESSAGES, max_size=2).map(tuple),
    is_fallback_paired=st.booleans(),
) | st.builds(ReplyPart, _FILES)
CLASSIC = Message(
    MessageForm.CLASSIC, html="<b>Hello</b>", buttons=((Button("x", Action("list")),),)
)
RICH = Message(MessageForm.THREE_COLUMNS, blocks=({"type": "paragraph", "text": "Hello"},))
NOTE = say("en", "digest-repeat")


def _message(answer: ReplyPart, doubts: int = 0, edits: int = 0) -> OutboxMessage:
    form = answer.content.form if isinstance(answer.content, Message) else MessageForm.CLASSIC
    return OutboxMessage(
        1,
        2,
        "update 1",
        1,
        form,
        "en",
        ("en",),
        "UTC",
        edited_message_id=edits,
        unknown_sends=doubts,
        priority=Priority.REPLY,
        reply_content=encode_reply_part(answer),
    )


@given(_ANSWERS)
def test_what_is_stored_is_read_back(answer: ReplyPart) -> None:
    assert decode_reply_part(encode_reply_part(answer)) == answer


def test_half_a_character_keeps_nothing_from_being_stored() -> None:
    encoded = encode_reply_part(ReplyPart(replace(CLASSIC, html="a\ud800b")))

    assert encoded.encode()
    assert decode_reply_part(encoded).content == replace(CLASSIC, html="a?b")


def test_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="form 2"):
        decode_reply_part('{"v":2,"html":"x"}')


def test_what_may_have_arrived_says_so() -> None:
    for part in (
        CLASSIC,
        RICH,
        Document("a.txt", b"x", "A file"),
        Message(MessageForm.CLASSIC, text="x"),
    ):
        sure, doubtful = (reply_content(_message(ReplyPart(part), doubts)) for doubts in (0, 1))
        assert sure == part
        assert NOTE in str(doubtful)
        assert reply_content(_message(ReplyPart(part), doubts=1, edits=5)) == part, (
            "an edit is repeated"
        )


def test_a_long_answer_in_doubt_still_fits() -> None:
    long = Message(MessageForm.CLASSIC, html="<b>" + "a&amp;" * 2040 + "</b>")

    content = reply_content(_message(ReplyPart(long), doubts=1))

    assert isinstance(content, Message)
    assert content.text.startswith(NOTE)
    assert utf16_length(content.text) <= CLASSIC_UNITS


def test_what_is_refused_comes_in_a_simpler_way_until_there_is_none() -> None:
    """An edit anew, a table as text, a text without its markup, and then nothing."""
    edit = _message(ReplyPart(RICH, (CLASSIC,)), edits=5)

    [anew] = simpler_replies(edit)
    [classic] = simpler_replies(anew)
    [plain] = simpler_replies(classic)

    assert (anew.edited_message_id, anew.reply_content) == (0, edit.reply_content)
    assert (classic.form, reply_content(classic)) == (MessageForm.CLASSIC, CLASSIC)
    assert reply_content(plain) == Message(MessageForm.CLASSIC, text="Hello")
    assert simpler_replies(plain) == []
    assert [part.fallback_part for part in (edit, anew, classic, plain)] == [0, 1, 2, 3]
    assert simpler_replies(_message(ReplyPart(Document("a.txt", b"x")))) == []


def test_a_file_of_an_answer_stored_by_an_earlier_version_can_be_read() -> None:
    before = '{"v":1,"file":"a.txt","caption":"A file","bytes":"eA=="}'

    assert decode_reply_part(before) == ReplyPart(Document("a.txt", b"x", "A file"))


def test_a_file_that_repeats_itself_is_stored_small() -> None:
    assert len(encode_reply_part(ReplyPart(Document("a.txt", b"a paper " * 100_000)))) < 10_000
