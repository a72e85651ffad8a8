"""What a person saved: kept, listed, exported, and told of when it gains a version."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Kind, Paper, Rank
from tests.chat.covered import covers
from tests.chat.talk import Talk
from tests.support.database import count


async def saves(talk: Talk, many: int) -> list[Paper]:
    """So many papers in the person's library, the last one latest."""
    house, bot = talk.house, talk.house.bot.telegram.id
    await talk.says("/start")
    papers = [one.paper for one in house.store.papers.after(0)]
    kept = list({paper.key: paper for paper in papers}.values())[:many]
    with house.store.transaction():
        for number, paper in enumerate(kept):
            at = house.clock.at.replace(minute=number)
            house.store.library.save(bot, talk.person.id, paper.key, now=at)
    return kept


@covers("/saved")
async def test_an_empty_library_says_how_to_fill_it(either: Talk) -> None:
    for name in ("/saved", "/bookmarks", "/library"):
        assert (await either.hears(name)).text == either.text("saved-none")


@covers("/saved", "[saved]", "[paper]")
async def test_the_library_is_turned_in_place_and_opens(either: Talk) -> None:
    kept = await saves(either, 12)

    first = await either.hears("/saved")
    assert first.text.startswith(either.text("saved-title", count=12))
    assert first.buttons[:10] == tuple(map(str, range(1, 11)))
    second = (await either.presses("button-following")).one
    assert (second.id, second.is_edited) == (first.id, True)
    assert second.buttons[:2] == ("11", "12")
    [opened] = (await either.presses(label="12")).new
    assert opened.text.startswith(kept[0].title[:20])
    assert opened.buttons[0] == either.text("entry-button-saved")
    back = (await either.presses("button-previous", message=first.id)).one
    assert back.buttons[:10] == first.buttons[:10]


@covers("[files]")
async def test_all_saved_papers_come_as_files(either: Talk) -> None:
    """No cap, and each citation once."""
    kept = await saves(either, 12)
    await either.hears("/saved")

    files = (await either.presses("button-files")).new

    assert [one.document for one in files] == [
        "papergram-2026-11-23.bib",
        "papergram-2026-11-23.ris",
        "papergram-2026-11-23.csl.json",
        "papergram-2026-11-23.md",
    ]
    assert files[-1].text == either.text("saved-files", count=len(kept))


@covers("/saved", "[files]", "[versions]")
async def test_a_group_does_not_see_what_a_member_saved(talk: Talk) -> None:
    await saves(talk, 2)
    place = talk.house.emulator.people.supergroup("Lab", talk.person)
    place.add_bot()
    await talk.house.settled()
    lab = talk.at(place)

    told = await lab.hears("/saved")

    assert told.text == talk.text("saved-private")
    assert told.buttons == (talk.text("button-saved"),)
    before = talk.rows()
    for forged in ("1files:0:0", "1versions:0:0"):
        refused = await lab.forges(forged)
        assert (refused.toast, refused.is_nothing) == (talk.text("saved-private"), True)
    assert talk.rows() == before
    talk.person.opens("saved")
    [mine] = await talk.house.answered(talk.person)
    assert mine.text.startswith(talk.text("saved-title", count=2))


@covers("[versions]")
async def test_a_new_version_is_told_once_and_the_switch_ends_it(either: Talk) -> None:
    [paper] = await saves(either, 1)
    [first] = [one for one in either.house.store.papers.after(0) if one.paper.key == paper.key][:1]

    async def announces(version: int) -> None:
        newer = replace(paper, version=version, key=0)
        newest = replace(first, paper=newer, kind=Kind.REPLACE, day=either.house.clock.at.date())
        await either.house.announce([newest])
        await either.house.passes(seconds=5)
        await either.house.passes(seconds=5)

    await announces(7)
    told = [one for one in either.person.reads() if "v7" in one.text]
    assert len(told) == 1
    assert paper.title.split()[0] in told[0].text

    await either.hears("/saved")
    switched = await either.presses("button-versions-on")
    assert switched.toast == either.text("versions-off")
    await announces(8)
    assert count(either.house.store, "parcels", rank=Rank.DUE) == 1
    again = await either.presses("button-versions-off")
    assert again.toast == either.text("versions-on")
    await either.house.passes(seconds=5)
    assert count(either.house.store, "parcels", rank=Rank.DUE) == 1, (
        "what came meanwhile is not told afterwards"
    )
    await announces(9)
    assert count(either.house.store, "parcels", rank=Rank.DUE) == 2
