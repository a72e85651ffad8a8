"""What a person saved: kept, listed, exported, and told of when it gains a version."""

from __future__ import annotations

from dataclasses import replace

from storage.records import AnnouncementKind, Paper, Priority
from tests.chat.covered import covers
from tests.chat.talk import Conversation
from tests.support.database import count_rows


async def saves(talk: Conversation, many: int) -> list[Paper]:
    """So many papers in the person's library, the last one latest."""
    house, bot = talk.running_bot, talk.running_bot.bot.telegram.id
    await talk.send_text("/start")
    papers = [one.paper for one in house.store.papers.announcements_after(0)]
    kept = list({paper.key: paper for paper in papers}.values())[:many]
    with house.store.transaction():
        for number, paper in enumerate(kept):
            at = house.clock.instant.replace(minute=number)
            house.store.saved_papers.save(bot, talk.person.id, paper.key, now=at)
    return kept


@covers("/saved")
async def test_an_empty_library_says_how_to_fill_it(either: Conversation) -> None:
    for name in ("/saved", "/bookmarks", "/library"):
        assert (await either.ask(name)).text == either.text("saved-none")


@covers("/saved", "[saved]", "[paper]")
async def test_the_library_is_turned_in_place_and_opens(either: Conversation) -> None:
    kept = await saves(either, 12)

    first = await either.ask("/saved")
    assert first.text.startswith(either.text("saved-title", count=12))
    assert first.button_labels[:10] == tuple(map(str, range(1, 11)))
    second = (await either.press_button("button-following")).only_message
    assert (second.id, second.is_edited) == (first.id, True)
    assert second.button_labels[:2] == ("11", "12")
    [opened] = (await either.press_button(label="12")).new_messages
    assert opened.text.startswith(kept[0].title[:20])
    assert opened.button_labels[0] == either.text("entry-button-saved")
    back = (await either.press_button("button-previous", message_id=first.id)).only_message
    assert back.button_labels[:10] == first.button_labels[:10]


@covers("[files]")
async def test_all_saved_papers_come_as_files(either: Conversation) -> None:
    """No cap, and each citation once."""
    kept = await saves(either, 12)
    await either.ask("/saved")

    files = (await either.press_button("button-files")).new_messages

    assert [one.document for one in files] == [
        "papergram-2026-11-23.bib",
        "papergram-2026-11-23.ris",
        "papergram-2026-11-23.csl.json",
        "papergram-2026-11-23.md",
    ]
    assert files[-1].text == either.text("saved-files", count=len(kept))


@covers("/saved", "[files]", "[versions]")
async def test_a_group_does_not_see_what_a_member_saved(talk: Conversation) -> None:
    await saves(talk, 2)
    place = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    place.add_bot()
    await talk.running_bot.wait_until_idle()
    lab = talk.in_group(place)

    told = await lab.ask("/saved")

    assert told.text == talk.text("saved-private")
    assert told.button_labels == (talk.text("button-saved"),)
    before = talk.store_rows()
    for forged in ("1files:0:0", "1versions:0:0"):
        refused = await lab.send_forged_callback(forged)
        assert (refused.toast, refused.is_empty) == (talk.text("saved-private"), True)
    assert talk.store_rows() == before
    talk.person.open_deep_link("saved")
    [mine] = await talk.running_bot.wait_for_replies(talk.person)
    assert mine.text.startswith(talk.text("saved-title", count=2))


@covers("[versions]")
async def test_a_new_version_is_told_once_and_the_switch_ends_it(either: Conversation) -> None:
    [paper] = await saves(either, 1)
    [first] = [
        one
        for one in either.running_bot.store.papers.announcements_after(0)
        if one.paper.key == paper.key
    ][:1]

    async def announces(version: int) -> None:
        newer = replace(paper, version=version, key=0)
        newest = replace(
            first,
            paper=newer,
            kind=AnnouncementKind.REPLACE,
            day=either.running_bot.clock.instant.date(),
        )
        await either.running_bot.announce([newest])
        await either.running_bot.advance_clock(seconds=5)
        await either.running_bot.advance_clock(seconds=5)

    await announces(7)
    told = [one for one in either.person.messages() if "v7" in one.text]
    assert len(told) == 1
    assert paper.title.split()[0] in told[0].text

    await either.ask("/saved")
    switched = await either.press_button("button-versions-on")
    assert switched.toast == either.text("versions-off")
    await announces(8)
    assert count_rows(either.running_bot.store, "outbox_messages", priority=Priority.SCHEDULED) == 1
    again = await either.press_button("button-versions-off")
    assert again.toast == either.text("versions-on")
    await either.running_bot.advance_clock(seconds=5)
    assert (
        count_rows(either.running_bot.store, "outbox_messages", priority=Priority.SCHEDULED) == 1
    ), "what came meanwhile is not told afterwards"
    await announces(9)
    assert count_rows(either.running_bot.store, "outbox_messages", priority=Priority.SCHEDULED) == 2
