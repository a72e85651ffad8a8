"""What a person saved: kept, listed, exported, and told of when it gains a version."""

from __future__ import annotations

from dataclasses import replace

from storage.records.messages import Priority
from storage.records.papers import AnnouncementKind, Paper
from tests.chat.conversation import Conversation
from tests.chat.covered import covers
from tests.support.database import announcements_after, count_rows


async def saves(conversation: Conversation, many: int) -> list[Paper]:
    """So many papers in the person's library, the last one latest."""
    running_bot, bot = conversation.running_bot, conversation.running_bot.bot.telegram.id
    await conversation.send_text("/start")
    papers = [announcement.paper for announcement in announcements_after(running_bot.store)]
    saved_papers = list({paper.key: paper for paper in papers}.values())[:many]
    with running_bot.store.transaction():
        for number, paper in enumerate(saved_papers):
            instant = running_bot.clock.instant.replace(minute=number)
            running_bot.store.saved_papers.save(bot, conversation.person.id, paper.key, now=instant)
    return saved_papers


@covers("/saved")
async def test_an_empty_library_says_how_to_fill_it(localized_chat: Conversation) -> None:
    for name in ("/saved", "/bookmarks", "/library"):
        assert (await localized_chat.ask(name)).text == localized_chat.text("saved-none")


@covers("/saved", "[saved]", "[paper]")
async def test_the_library_is_turned_in_place_and_opens(
    localized_chat: Conversation,
) -> None:
    saved_papers = await saves(localized_chat, 12)

    first = await localized_chat.ask("/saved")
    assert first.text.startswith(localized_chat.text("saved-title", count=12))
    assert first.button_labels[:10] == tuple(map(str, range(1, 11)))
    second = (await localized_chat.press_button("button-following")).only_message
    assert (second.id, second.is_edited) == (first.id, True)
    assert second.button_labels[:2] == ("11", "12")
    [opened] = (await localized_chat.press_button(label="12")).new_messages
    assert opened.text.startswith(saved_papers[0].title[:20])
    assert opened.button_labels[0] == localized_chat.text("entry-button-saved")
    back = (await localized_chat.press_button("button-previous", message_id=first.id)).only_message
    assert back.button_labels[:10] == first.button_labels[:10]


@covers("[files]")
async def test_all_saved_papers_come_as_files(localized_chat: Conversation) -> None:
    """No cap, and each citation once."""
    saved_papers = await saves(localized_chat, 12)
    await localized_chat.ask("/saved")

    files = (await localized_chat.press_button("button-files")).new_messages

    assert [file.document for file in files] == [
        "papergram-2026-11-23.bib",
        "papergram-2026-11-23.ris",
        "papergram-2026-11-23.csl.json",
        "papergram-2026-11-23.md",
    ]
    assert files[-1].text == localized_chat.text("saved-files", count=len(saved_papers))


@covers("/saved", "[files]", "[versions]")
async def test_a_group_does_not_see_what_a_member_saved(conversation: Conversation) -> None:
    await saves(conversation, 2)
    place = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    place.add_bot()
    await conversation.running_bot.wait_until_idle()
    group_conversation = conversation.in_group(place)

    answer = await group_conversation.ask("/saved")

    assert answer.text == conversation.text("saved-private")
    assert answer.button_labels == (conversation.text("button-saved"),)
    before = conversation.store_rows()
    for forged in ("1files:0:0", "1versions:0:0"):
        refused = await group_conversation.send_forged_callback(forged)
        assert (refused.toast, refused.is_empty) == (conversation.text("saved-private"), True)
    assert conversation.store_rows() == before
    conversation.person.open_deep_link("saved")
    [mine] = await conversation.running_bot.wait_for_replies(conversation.person)
    assert mine.text.startswith(conversation.text("saved-title", count=2))


@covers("[versions]")
async def test_a_new_version_is_told_once_and_the_switch_ends_it(
    localized_chat: Conversation,
) -> None:
    [paper] = await saves(localized_chat, 1)
    [first] = [
        announcement
        for announcement in announcements_after(localized_chat.running_bot.store)
        if announcement.paper.key == paper.key
    ][:1]

    async def announces(version: int) -> None:
        newer = replace(paper, version=version, key=0)
        newest = replace(
            first,
            paper=newer,
            kind=AnnouncementKind.REPLACE,
            day=localized_chat.running_bot.clock.instant.date(),
        )
        await localized_chat.running_bot.announce([newest])
        await localized_chat.running_bot.advance_clock(seconds=5)
        await localized_chat.running_bot.advance_clock(seconds=5)

    await announces(7)
    notices = [message for message in localized_chat.person.messages() if "v7" in message.text]
    assert len(notices) == 1
    assert paper.title.split()[0] in notices[0].text

    await localized_chat.ask("/saved")
    switched = await localized_chat.press_button("button-versions-on")
    assert switched.toast == localized_chat.text("versions-off")
    await announces(8)
    assert (
        count_rows(localized_chat.running_bot.store, "outbox_messages", priority=Priority.SCHEDULED)
        == 1
    )
    again = await localized_chat.press_button("button-versions-off")
    assert again.toast == localized_chat.text("versions-on")
    await localized_chat.running_bot.advance_clock(seconds=5)
    assert (
        count_rows(localized_chat.running_bot.store, "outbox_messages", priority=Priority.SCHEDULED)
        == 1
    ), "what came meanwhile is not told afterwards"
    await announces(9)
    assert (
        count_rows(localized_chat.running_bot.store, "outbox_messages", priority=Priority.SCHEDULED)
        == 2
    )
