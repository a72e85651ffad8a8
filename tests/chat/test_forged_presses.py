"""Presses that no button of ours made, by people who may not: nothing posts, nothing changes."""

from __future__ import annotations

import json

import pytest

from bot.query import parse
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk

RECORD = json.dumps(
    {
        "format": "papergram topics",
        "topics": [{"query": "the", "told": 0, "times": [], "limit": 1, "name": "x"}],
    }
)


@covers("[undo]", "[subscribe]", "/sub")
async def test_words_that_look_like_our_record_of_stopped_topics_are_words(talk: Talk) -> None:
    """They are anybody's: no cursor of theirs is believed."""
    preview = await talk.hears(f"/sub {RECORD}")
    subscribe = preview.rows[0][0].data
    before = talk.rows()

    undone = await talk.forges(subscribe.replace("subscribe", "undo"))

    assert (undone.toast, undone.is_nothing) == (talk.text("undo-gone"), True)
    assert talk.rows() == before
    await talk.forges(subscribe)
    [topic] = await talk.topics()
    assert (topic.query, topic.cursor) == (parse(RECORD).text, talk.house.store.papers.last_seq())


@covers("[undo]", "[draft]", "[change]", "[subscribe]", "[reword]", "[include]", "[exclude]")
@pytest.mark.parametrize("verb", ["draft", "change", "subscribe", "reword", "include", "exclude"])
async def test_our_record_of_stopped_topics_is_nobodys_words(talk: Talk, verb: str) -> None:
    topic = await talk.follows("robots")
    await talk.follows(TOPIC)
    undo = (await talk.hears("/unsub 2")).rows[0][0].data
    key = undo.split(":")[1]
    before = talk.rows()
    is_second = verb in ("reword", "include", "exclude")

    answer = await talk.forges(f"1{verb}:{topic.key}:{key}" if is_second else f"1{verb}:{key}:0")

    assert (answer.toast, answer.is_nothing) == (talk.text("preview-gone"), True)
    assert talk.rows() == before
    await talk.forges(undo)
    assert [one.name for one in await talk.topics()] == ["robots", TOPIC]
