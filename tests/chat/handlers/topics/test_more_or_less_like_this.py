"""Less and more like this: visible changes of a topic, with a way back, and similar papers."""

from __future__ import annotations

from datetime import date

import pytest

from storage.records import Announcement, Kind, Paper
from tests.chat.covered import covers
from tests.chat.talk import Talk
from tests.support.database import count

TODAY = date(2026, 11, 20)


async def opened(talk: Talk, words: str = "language") -> None:
    """An entry of the topic's digest."""
    await talk.follows(words)
    await talk.hears("/digest")
    await talk.presses(label="1")


@covers("[less]", "[exclude]", "[include]", "[cancel]")
async def test_one_tap_changes_the_topic_visibly_and_another_undoes_it(either: Talk) -> None:
    await opened(either)
    [before] = await either.topics()

    [choice] = (await either.presses("entry-button-less")).new
    assert choice.text.startswith(either.text("less-which", topic="language"))
    offered = choice.buttons[:-1]
    assert 3 <= len(offered) <= 5
    assert any(label.startswith("-au:") for label in offered)
    assert choice.buttons[-1] == either.text("button-cancel")

    changed = (await either.presses(label=offered[0])).one
    assert changed.id == choice.id
    [after] = await either.topics()
    assert after.query == f"language {offered[0]}"
    assert changed.text == either.text("less-done", query=after.query)
    assert (after.cursor, after.next_due) == (before.cursor, before.next_due)

    undone = (await either.presses("button-undo")).one
    assert undone.text == either.text("less-undone", query="language")
    [back] = await either.topics()
    assert (back.query, back.name) == (before.query, before.name)


@covers("[less]")
async def test_a_paper_that_no_topic_finds_changes_nothing(talk: Talk) -> None:
    await talk.follows("zymurgy")
    await talk.hears("/digest language")
    await talk.presses(label="1")
    before = talk.rows()

    answer = await talk.presses("entry-button-less")

    assert (answer.toast, answer.is_nothing) == (talk.text("less-no-topic"), True)
    assert talk.rows() == before


@covers("[exclude]", "[include]")
async def test_only_administrators_change_a_groups_topic(lab: Talk) -> None:
    bob = lab.member()
    await opened(lab)
    [choice] = (await bob.presses("entry-button-less")).new

    refused = await bob.presses(label=choice.buttons[0])

    assert (refused.toast, refused.is_nothing) == (lab.text("refusal-not-admin"), True)
    [topic] = await lab.topics()
    assert topic.query == "language"
    await lab.presses(label=choice.buttons[0])
    [topic] = await lab.topics()
    assert topic.query == f"language {choice.buttons[0]}"


@covers("[more]", "[draft]")
async def test_similar_papers_open_and_the_author_can_be_followed(either: Talk) -> None:
    await opened(either)

    [shown] = (await either.presses("entry-button-more")).new

    assert shown.text.startswith(either.text("more-title"))
    assert shown.buttons[0] == "1"
    title = shown.text.splitlines()[1]
    assert f". {title}" not in shown.text, "a paper is not similar to itself"
    [other] = (await either.presses(label="1", message=shown.id)).new
    assert other.buttons[0] == either.text("entry-button-save")
    [preview] = (await either.presses(label=shown.buttons[-1], message=shown.id)).new
    assert preview.text.startswith("au:")
    assert count(either.house.store, "subscriptions") == 1


@covers("[more]")
@pytest.mark.parametrize("title", ["", " "])
async def test_a_paper_without_a_title_is_shown_by_its_id_wherever_it_is_listed(
    talk: Talk, title: str
) -> None:
    store = talk.house.store
    bare = Paper("arxiv:2611.90909", 1, title, "Zymurgy ferments.", ("Ana",), ("cs.RO",))
    store.papers.add([Announcement(bare, "cs.RO", Kind.NEW, TODAY)], seen=talk.house.clock.at)

    listed = await talk.hears("/search zymurgy")
    opened = (await talk.presses(label="1")).new[0]
    alike = (await talk.presses("entry-button-more")).new[0]
    await talk.presses("entry-button-save", message=opened.id)
    saved = await talk.hears("/saved")

    for shown in (listed, opened, alike, saved):
        assert bare.id in shown.text
