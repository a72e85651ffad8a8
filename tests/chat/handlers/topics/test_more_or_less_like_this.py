"""Less and more like this: visible changes of a topic, with a way back, and similar papers."""

from __future__ import annotations

from datetime import date

import pytest

from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.chat.conversation import Conversation
from tests.chat.covered import covers
from tests.support.database import count_rows

TODAY = date(2026, 11, 20)


async def opened(conversation: Conversation, words: str = "language") -> None:
    """An entry of the topic's digest."""
    await conversation.subscribe(words)
    await conversation.ask("/digest")
    await conversation.press_button(label="1")


@covers("[less]", "[exclude]", "[include]", "[cancel]")
async def test_one_tap_changes_the_topic_visibly_and_another_undoes_it(
    localized_chat: Conversation,
) -> None:
    await opened(localized_chat)
    [before] = await localized_chat.topics()

    [choice] = (await localized_chat.press_button("entry-button-less")).new_messages
    assert choice.text.startswith(localized_chat.text("less-which", topic="language"))
    offered = choice.button_labels[:-1]
    assert 3 <= len(offered) <= 5
    assert any(label.startswith("-au:") for label in offered)
    assert choice.button_labels[-1] == localized_chat.text("button-cancel")

    changed = (await localized_chat.press_button(label=offered[0])).only_message
    assert changed.id == choice.id
    [after] = await localized_chat.topics()
    assert after.query == f"language {offered[0]}"
    assert changed.text == localized_chat.text("less-done", query=after.query)
    assert (after.cursor, after.next_due) == (before.cursor, before.next_due)

    undone = (await localized_chat.press_button("button-undo")).only_message
    assert undone.text == localized_chat.text("less-undone", query="language")
    [back] = await localized_chat.topics()
    assert (back.query, back.name) == (before.query, before.name)


@covers("[less]")
async def test_a_paper_that_no_topic_finds_changes_nothing(conversation: Conversation) -> None:
    await conversation.subscribe("zymurgy")
    await conversation.ask("/digest language")
    await conversation.press_button(label="1")
    before = conversation.store_rows()

    answer = await conversation.press_button("entry-button-less")

    assert (answer.toast, answer.is_empty) == (conversation.text("less-no-topic"), True)
    assert conversation.store_rows() == before


@covers("[exclude]", "[include]")
async def test_only_administrators_change_a_groups_topic(group_conversation: Conversation) -> None:
    bob = group_conversation.as_new_member()
    await opened(group_conversation)
    [choice] = (await bob.press_button("entry-button-less")).new_messages

    refused = await bob.press_button(label=choice.button_labels[0])

    assert (refused.toast, refused.is_empty) == (group_conversation.text("refusal-not-admin"), True)
    [topic] = await group_conversation.topics()
    assert topic.query == "language"
    await group_conversation.press_button(label=choice.button_labels[0])
    [topic] = await group_conversation.topics()
    assert topic.query == f"language {choice.button_labels[0]}"


@covers("[more]", "[draft]")
async def test_similar_papers_open_and_the_author_can_be_followed(
    localized_chat: Conversation,
) -> None:
    await opened(localized_chat)

    [shown] = (await localized_chat.press_button("entry-button-more")).new_messages

    assert shown.text.startswith(localized_chat.text("more-title"))
    assert shown.button_labels[0] == "1"
    title = shown.text.splitlines()[1]
    assert f". {title}" not in shown.text, "a paper is not similar to itself"
    [other] = (await localized_chat.press_button(label="1", message_id=shown.id)).new_messages
    assert other.button_labels[0] == localized_chat.text("entry-button-save")
    [preview] = (
        await localized_chat.press_button(label=shown.button_labels[-1], message_id=shown.id)
    ).new_messages
    assert preview.text.startswith("au:")
    assert count_rows(localized_chat.running_bot.store, "subscriptions") == 1


@covers("[more]")
@pytest.mark.parametrize("title", ["", " "])
async def test_a_paper_without_a_title_is_shown_by_its_id_wherever_it_is_listed(
    conversation: Conversation, title: str
) -> None:
    store = conversation.running_bot.store
    bare = Paper("arxiv:2611.90909", 1, title, "Zymurgy ferments.", ("Ana",), ("cs.RO",))
    store.papers.add_announcements(
        [Announcement(bare, "cs.RO", AnnouncementKind.NEW, TODAY)],
        seen_at=conversation.running_bot.clock.instant,
    )

    listed = await conversation.ask("/search zymurgy")
    opened = (await conversation.press_button(label="1")).new_messages[0]
    alike = (await conversation.press_button("entry-button-more")).new_messages[0]
    await conversation.press_button("entry-button-save", message_id=opened.id)
    saved = await conversation.ask("/saved")

    for shown in (listed, opened, alike, saved):
        assert bare.id in shown.text


@covers("[more]")
async def test_a_title_with_a_word_of_any_length_has_similar_papers(
    conversation: Conversation,
) -> None:
    endless = Paper(
        "arxiv:2611.90909", 1, f"Zymurgy {'x' * 9000}", "Ferments.", ("Ana",), ("cs.RO",)
    )
    conversation.running_bot.store.papers.add_announcements(
        [
            Announcement(endless, "cs.RO", AnnouncementKind.NEW, TODAY),
            Announcement(
                Paper("arxiv:2611.90910", 1, "Zymurgy at home", "Beer.", ("Bo",), ("cs.RO",)),
                "cs.RO",
                AnnouncementKind.NEW,
                TODAY,
            ),
        ],
        seen_at=conversation.running_bot.clock.instant,
    )
    await conversation.ask("/paper 2611.90909")

    [alike] = (await conversation.press_button("entry-button-more")).new_messages

    assert "Zymurgy at home" in alike.text


def unlearning(number: int, title: str) -> Paper:
    """A paper whose abstract is close to every other one of its kind."""
    abstract = "Machine unlearning removes private records from a trained language model."
    return Paper(f"arxiv:2611.9{number:04}", 1, title, abstract, ("Ana",), ("cs.RO",))


@covers("[more]")
async def test_what_similar_papers_share_is_said(localized_chat: Conversation) -> None:
    localized_chat.running_bot.store.papers.add_announcements(
        [
            Announcement(unlearning(1, "Forget me"), "cs.RO", AnnouncementKind.NEW, TODAY),
            Announcement(unlearning(2, "Deletion"), "cs.RO", AnnouncementKind.NEW, TODAY),
        ],
        seen_at=localized_chat.running_bot.clock.instant,
    )
    await localized_chat.ask("/paper 2611.90001")

    [shown] = (await localized_chat.press_button("entry-button-more")).new_messages

    separator = "、" if localized_chat.language == "zh" else ", "
    words = separator.join(("unlearning", "records", "private", "removes"))
    assert localized_chat.text("more-shared", words=words) in shown.text
    assert "1. Deletion" in shown.text


@covers("[more]")
@pytest.mark.parametrize(
    ("title", "abstract", "key"),
    [
        ("Zymurgy", "Malt and hops.", "more-none"),
        ("On it", "", "more-bare"),
        ("机器遗忘", "从训练好的模型中删除数据。", "more-bare"),
    ],
)
async def test_a_paper_without_similar_ones_says_why(
    localized_chat: Conversation, title: str, abstract: str, key: str
) -> None:
    paper = Paper("arxiv:2611.90001", 1, title, abstract, ("Ana",), ("cs.RO",))
    localized_chat.running_bot.store.papers.add_announcements(
        [Announcement(paper, "cs.RO", AnnouncementKind.NEW, TODAY)],
        seen_at=localized_chat.running_bot.clock.instant,
    )
    await localized_chat.ask("/paper 2611.90001")

    [shown] = (await localized_chat.press_button("entry-button-more")).new_messages

    assert localized_chat.text(key) in shown.text


@covers("[more]")
async def test_similar_papers_with_long_titles_names_and_words_fit_one_message(
    localized_chat: Conversation,
) -> None:
    words = ["spatiotemporally", "counterfactually", "multidimensionality", "disentanglements"]
    authors = tuple(f"{name} {'von der Very Long Name' * 2}" for name in ("Ana", "Bo", "Cy", "Di"))
    papers = [
        Paper(
            f"arxiv:2611.9{number:04}",
            1,
            f"Unlearning.com {number} {' '.join(words * 4)}",
            f"Unlearning {' '.join(words)}.",
            authors,
            ("cond-mat.mtrl-sci",),
        )
        for number in range(1, 20)
    ]
    localized_chat.running_bot.store.papers.add_announcements(
        [Announcement(paper, "cs.RO", AnnouncementKind.NEW, TODAY) for paper in papers],
        seen_at=localized_chat.running_bot.clock.instant,
    )
    await localized_chat.ask("/paper 2611.90001")

    [shown] = (await localized_chat.press_button("entry-button-more")).new_messages

    assert "8. Unlearning" in shown.text.replace("\u2060", "").replace("\u200b", "")
    assert "9. Unlearning" not in shown.text
