"""One paper in the chat: its words, its buttons, and what they leave behind."""

from __future__ import annotations

from dataclasses import replace

from bot.demo.emulator.telegram_state import CallbackAnswer
from bot.render.documents.bibtex import bibtex
from storage.records import Paper
from tests.chat.covered import covers
from tests.chat.talk import Talk
from tests.support.database import count

WORDS = "language"  # finds several papers of the sample


async def opened(talk: Talk, number: str = "1") -> None:
    """A digest of words, and one of its entries."""
    await talk.hears(f"/digest {WORDS}")
    await talk.presses(label=number)


@covers("[entry]")
async def test_an_entry_shows_the_words_that_found_it_in_bold(talk: Talk) -> None:
    await opened(talk)

    call = talk.house.emulator.calls[-1]

    html = str(call.parameters["text"])
    assert "Matched: <b>" in html
    assert "<b>language</b>" in html.partition("<blockquote")[2].lower()


@covers("[save]")
async def test_save_is_a_switch_that_shows_its_state(either: Talk) -> None:
    await opened(either)
    library = either.house.store.library
    bot, person = either.house.bot.telegram.id, either.person.id

    kept = await either.presses("entry-button-save")
    assert kept.toast == either.text("saved-added")
    assert kept.one.is_edited
    assert kept.one.buttons[0] == either.text("entry-button-saved")
    [saved] = library.saved(bot, person)
    assert saved.paper.title in kept.one.text

    freed = await either.presses("entry-button-saved")
    assert freed.toast == either.text("saved-removed")
    assert freed.one.buttons[0] == either.text("entry-button-save")
    assert library.saved(bot, person) == []


@covers("[save]", "[paper]")
async def test_a_paper_alone_is_saved_and_stays_the_version_it_was(talk: Talk) -> None:
    paper = talk.house.store.papers.get("arxiv:2611.90302")
    assert paper
    talk.person.opens(f"p_{paper.key}_1")
    [alone] = await talk.house.answered(talk.person)
    assert "[1]" not in alone.text

    saved = (await talk.presses("entry-button-save")).one

    assert saved.text == alone.text
    assert saved.buttons[0] == "★ Saved"


@covers("[save]")
async def test_in_a_group_a_paper_is_saved_for_the_presser_alone(lab: Talk) -> None:
    bob = lab.member()
    await opened(lab)

    answer = await bob.presses("entry-button-save")

    assert (answer.toast, answer.is_nothing) == (lab.text("saved-added"), True)
    bot, library = lab.house.bot.telegram.id, lab.house.store.library
    assert (library.count(bot, bob.person.id), library.count(bot, lab.person.id)) == (1, 0)


@covers("[bibtex]")
async def test_a_citation_longer_than_a_message_comes_whole_as_a_file(talk: Talk) -> None:
    """Of a collaboration with thousands of authors; half an entry is none."""
    names = tuple(f"Ada{number} Lovelace" for number in range(3000))
    many = Paper("arxiv:2611.55555", 1, "Boats", "They float.", names, ("hep-ex",))
    with talk.house.store.transaction():
        [kept] = talk.house.store.papers.keep([many], seen=talk.house.clock.at)
    talk.person.opens(f"p_{kept.key}_1")
    await talk.house.answered(talk.person)

    [cited] = (await talk.presses("entry-button-bibtex")).new

    assert cited.document == "2611.55555.bib"
    [sent] = talk.house.emulator.accepted("sendDocument")
    assert bibtex(many).encode() in [
        one.content for one in talk.house.emulator.world.files.values()
    ]
    assert sent.chat_id == talk.person.id


@covers("[authors]")
async def test_all_authors_come_on_demand(either: Talk) -> None:
    paper = either.house.store.papers.get("arxiv:2611.90302")
    assert paper
    either.person.opens(f"p_{paper.key}_1")
    [alone] = await either.house.answered(either.person)
    label = either.text("entry-button-authors", count=len(paper.authors))
    assert paper.authors[-1] not in alone.text

    whole = (await either.presses(label=label)).one

    assert whole.is_edited
    assert all(name in whole.text for name in paper.authors)
    assert label not in whole.buttons


@covers("[bibtex]")
async def test_a_citation_comes_as_text_to_copy(talk: Talk) -> None:
    paper = talk.house.store.papers.get("arxiv:2611.90302")
    assert paper
    talk.person.opens(f"p_{paper.key}_1")
    await talk.house.answered(talk.person)

    [cited] = (await talk.presses("entry-button-bibtex")).new

    assert cited.text == bibtex(paper).strip()


@covers("[table]", "[next]")
async def test_the_way_back_leads_to_the_table_with_the_entry(either: Talk) -> None:
    await opened(either)
    await either.presses("button-next")
    back = (await either.presses("button-table")).one

    assert back.is_edited
    assert "[1] " in back.text
    assert "[2] " in back.text


@covers("[table]", "[rest]")
async def test_the_way_back_from_the_rest_leads_to_its_page(talk: Talk) -> None:
    digest = await talk.hears("/digest cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    label = next(one for one in digest.buttons if "(" in one)
    await talk.presses(label=label)
    await talk.presses(label="13")

    back = (await talk.presses("button-table")).one

    assert "[13] " in back.text
    assert "[12] " not in back.text


@covers("[rest]")
async def test_what_the_rest_shows_is_received(talk: Talk) -> None:
    """/missed does not bring again what [Show the rest] has shown."""
    topic = await talk.follows("cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    with talk.house.store.transaction():
        kept = talk.house.store.subscriptions.get(topic.key)
        assert kept
        talk.house.store.subscriptions.change(replace(kept, cursor=0))
    digest = await talk.hears("/digest")
    before = count(talk.house.store, "ledger")

    for _ in range(9):
        label = next((one for one in digest.buttons if "(" in one), "")
        if not label:
            break
        [digest] = (await talk.presses(label=label, message=digest.id)).new

    assert count(talk.house.store, "ledger") > before
    assert (await talk.hears("/missed")).text == talk.text("missed-none", days=30)


@covers("[entry]", "[next]")
async def test_in_a_channel_an_entry_opens_in_private(talk: Talk) -> None:
    """Readers press, and nothing is posted for everybody; a stranger is led to the bot."""
    channel = talk.house.emulator.people.channel("News", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.house.settled()
    news = talk.at(channel)
    await news.says("/digest language")
    stranger = talk.house.person("Eve")
    channel.join(stranger.user)
    shown = [one for one in stranger.reads(channel) if one.buttons]

    answer: CallbackAnswer = await stranger.press("1", message=shown[-1].id, place=channel)
    await talk.house.settled()

    assert answer.url.startswith(f"https://t.me/{talk.house.bot.telegram.username}?start=p_")
    assert len([one for one in stranger.reads(channel) if one.buttons]) == len(shown)
    refused = await news.by(stranger).forges("1next:1:2")
    assert (refused.toast, refused.is_nothing) == (talk.text("refusal-not-admin"), True)
    stranger.opens(answer.url.partition("?start=")[2])
    [alone] = await talk.house.answered(stranger)
    assert alone.buttons[0] == "☆ Save"


async def test_a_table_opens_its_entries_in_the_same_form(talk: Talk) -> None:
    await talk.tabled()
    await opened(talk)

    kept = (await talk.presses("entry-button-save")).one

    assert kept.is_rich
    assert kept.buttons[0] == "★ Saved"
