"""Less and more like this: visible changes of a topic, with a way back, and similar papers."""

from __future__ import annotations

from datetime import date

import pytest

from storage.records import Announcement, AnnouncementKind, Paper
from tests.chat.covered import covers
from tests.chat.talk import Conversation
from tests.support.database import count_rows

TODAY = date(2026, 11, 20)


async def opened(talk: Conversation, words: str = "language") -> None:
    """An entry of the topic's digest."""
    await talk.subscribe(words)
    await talk.ask("/digest")
    await talk.press_button(label="1")


@covers("[less]", "[exclude]", "[include]", "[cancel]")
async def test_one_tap_changes_the_topic_visibly_and_another_undoes_it(
    either: Conversation,
) -> None:
    await opened(either)
    [before] = await either.topics()

    [choice] = (await either.press_button("entry-button-less")).new_messages
    assert choice.text.startswith(either.text("less-which", topic="language"))
    offered = choice.button_labels[:-1]
    assert 3 <= len(offered) <= 5
    assert any(label.startswith("-au:") for label in offered)
    assert choice.button_labels[-1] == either.text("button-cancel")

    changed = (await either.press_button(label=offered[0])).only_message
    assert changed.id == choice.id
    [after] = await either.topics()
    assert after.query == f"language {offered[0]}"
    assert changed.text == either.text("less-done", query=after.query)
    assert (after.cursor, after.next_due) == (before.cursor, before.next_due)

    undone = (await either.press_button("button-undo")).only_message
    assert undone.text == either.text("less-undone", query="language")
    [back] = await either.topics()
    assert (back.query, back.name) == (before.query, before.name)


@covers("[less]")
async def test_a_paper_that_no_topic_finds_changes_nothing(talk: Conversation) -> None:
    await talk.subscribe("zymurgy")
    await talk.ask("/digest language")
    await talk.press_button(label="1")
    before = talk.store_rows()

    answer = await talk.press_button("entry-button-less")

    assert (answer.toast, answer.is_empty) == (talk.text("less-no-topic"), True)
    assert talk.store_rows() == before


@covers("[exclude]", "[include]")
async def test_only_administrators_change_a_groups_topic(lab: Conversation) -> None:
    bob = lab.as_new_member()
    await opened(lab)
    [choice] = (await bob.press_button("entry-button-less")).new_messages

    refused = await bob.press_button(label=choice.button_labels[0])

    assert (refused.toast, refused.is_empty) == (lab.text("refusal-not-admin"), True)
    [topic] = await lab.topics()
    assert topic.query == "language"
    await lab.press_button(label=choice.button_labels[0])
    [topic] = await lab.topics()
    assert topic.query == f"language {choice.button_labels[0]}"


@covers("[more]", "[draft]")
async def test_similar_papers_open_and_the_author_can_be_followed(either: Conversation) -> None:
    await opened(either)

    [shown] = (await either.press_button("entry-button-more")).new_messages

    assert shown.text.startswith(either.text("more-title"))
    assert shown.button_labels[0] == "1"
    title = shown.text.splitlines()[1]
    assert f". {title}" not in shown.text, "a paper is not similar to itself"
    [other] = (await either.press_button(label="1", message_id=shown.id)).new_messages
    assert other.button_labels[0] == either.text("entry-button-save")
    [preview] = (
        await either.press_button(label=shown.button_labels[-1], message_id=shown.id)
    ).new_messages
    assert preview.text.startswith("au:")
    assert count_rows(either.running_bot.store, "subscriptions") == 1


@covers("[more]")
@pytest.mark.parametrize("title", ["", " "])
async def test_a_paper_without_a_title_is_shown_by_its_id_wherever_it_is_listed(
    talk: Conversation, title: str
) -> None:
    store = talk.running_bot.store
    bare = Paper("arxiv:2611.90909", 1, title, "Zymurgy ferments.", ("Ana",), ("cs.RO",))
    store.papers.add_announcements(
        [Announcement(bare, "cs.RO", AnnouncementKind.NEW, TODAY)],
        seen_at=talk.running_bot.clock.instant,
    )

    listed = await talk.ask("/search zymurgy")
    opened = (await talk.press_button(label="1")).new_messages[0]
    alike = (await talk.press_button("entry-button-more")).new_messages[0]
    await talk.press_button("entry-button-save", message_id=opened.id)
    saved = await talk.ask("/saved")

    for shown in (listed, opened, alike, saved):
        assert bare.id in shown.text
