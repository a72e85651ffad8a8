"""Answers as they are kept: whatever is stored is read back, and in doubt it says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.size_limits import CLASSIC_UNITS, units
from bot.render.telegram.keyboard import Action, Button, Copy, Elsewhere, Link
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import Answer, Document, read, simpler, stored, written
from bot.texts import say
from storage.records import Form, Parcel, Rank

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_NUMBERS = st.integers(-(2**60), 2**60)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_DOES = st.one_of(
    st.builds(Action, _TEXTS, _NUMBERS, _NUMBERS),
    st.builds(Elsewhere, _TEXTS, _NUMBERS, _NUMBERS, _NUMBERS),
    st.builds(Link, _TEXTS),
    st.builds(Copy, _TEXTS),
)
_ROWS = st.lists(
    st.lists(st.builds(Button, _TEXTS, _DOES), min_size=1, max_size=3).map(tuple), max_size=3
).map(tuple)
_BLOCKS = st.lists(st.dictionaries(_TEXTS, _JSON, max_size=3), max_size=3).map(tuple)
_MESSAGES = st.builds(
    Message, st.sampled_from(Form), _TEXTS, _TEXTS, _BLOCKS, _ROWS, silent=st.booleans()
)
_FILES = st.builds(Document, _TEXTS, st.binary(max_size=300), _TEXTS)
_ANSWERS = st.builds(
    Answer, _MESSAGES, st.lists(_MESSAGES, max_size=2).map(tuple), paired=st.booleans()
) | st.builds(Answer, _FILES)
CLASSIC = Message(Form.CLASSIC, html="<b>Hello</b>", buttons=((Button("x", Action("list")),),))
RICH = Message(Form.RICH, blocks=({"type": "paragraph", "text": "Hello"},))
NOTE = say("en", "digest-repeat")


def _parcel(answer: Answer, doubts: int = 0, edits: int = 0) -> Parcel:
    form = answer.said.form if isinstance(answer.said, Message) else Form.CLASSIC
    return Parcel(
        1,
        2,
        "update 1",
        1,
        form,
        "en",
        ("en",),
        "UTC",
        edits=edits,
        doubts=doubts,
        rank=Rank.ANSWER,
        content=stored(answer),
    )


@given(_ANSWERS)
def test_what_is_stored_is_read_back(answer: Answer) -> None:
    assert read(stored(answer)) == answer


def test_half_a_character_keeps_nothing_from_being_stored() -> None:
    kept = stored(Answer(replace(CLASSIC, html="a\ud800b")))

    assert kept.encode()
    assert read(kept).said == replace(CLASSIC, html="a?b")


def test_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="form 2"):
        read('{"v":2,"html":"x"}')


def test_what_may_have_arrived_says_so() -> None:
    for said in (CLASSIC, RICH, Document("a.txt", b"x", "A file"), Message(Form.CLASSIC, text="x")):
        sure, doubtful = (written(_parcel(Answer(said), doubts)) for doubts in (0, 1))
        assert sure == said
        assert NOTE in str(doubtful)
        assert written(_parcel(Answer(said), doubts=1, edits=5)) == said, "an edit is repeated"


def test_a_long_answer_in_doubt_still_fits() -> None:
    long = Message(Form.CLASSIC, html="<b>" + "a&amp;" * 2040 + "</b>")

    said = written(_parcel(Answer(long), doubts=1))

    assert isinstance(said, Message)
    assert said.text.startswith(NOTE)
    assert units(said.text) <= CLASSIC_UNITS


def test_what_is_refused_comes_in_a_simpler_way_until_there_is_none() -> None:
    """An edit anew, a table as text, a text without its markup, and then nothing."""
    edit = _parcel(Answer(RICH, (CLASSIC,)), edits=5)

    [anew] = simpler(edit)
    [classic] = simpler(anew)
    [plain] = simpler(classic)

    assert (anew.edits, anew.content) == (0, edit.content)
    assert (classic.form, written(classic)) == (Form.CLASSIC, CLASSIC)
    assert written(plain) == Message(Form.CLASSIC, text="Hello")
    assert simpler(plain) == []
    assert [one.piece for one in (edit, anew, classic, plain)] == [0, 1, 2, 3]
    assert simpler(_parcel(Answer(Document("a.txt", b"x")))) == []


def test_a_file_of_an_answer_stored_by_an_earlier_version_can_be_read() -> None:
    before = '{"v":1,"file":"a.txt","caption":"A file","bytes":"eA=="}'

    assert read(before) == Answer(Document("a.txt", b"x", "A file"))


def test_a_file_that_repeats_itself_is_stored_small() -> None:
    assert len(stored(Answer(Document("a.txt", b"a paper " * 100_000)))) < 10_000
