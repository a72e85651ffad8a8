"""One paper in the chat: its words, its buttons, and what they leave behind."""

from __future__ import annotations

from dataclasses import replace

from bot.demo.emulator.telegram_state import CallbackAnswer
from bot.render.documents.bibtex import bibtex
from storage.records import Paper
from tests.chat.covered import covers
from tests.chat.talk import Conversation
from tests.support.database import count_rows

WORDS = "language"  # finds several papers of the sample


async def opened(talk: Conversation, number: str = "1") -> None:
    """A digest of words, and one of its entries."""
    await talk.ask(f"/digest {WORDS}")
    await talk.press_button(label=number)


@covers("[entry]")
async def test_an_entry_shows_the_words_that_found_it_in_bold(talk: Conversation) -> None:
    await opened(talk)

    call = talk.running_bot.emulator.calls[-1]

    html = str(call.parameters["text"])
    assert "Matched: <b>" in html
    assert "<b>language</b>" in html.partition("<blockquote")[2].lower()


@covers("[save]")
async def test_save_is_a_switch_that_shows_its_state(either: Conversation) -> None:
    await opened(either)
    library = either.running_bot.store.saved_papers
    bot, person = either.running_bot.bot.telegram.id, either.person.id

    kept = await either.press_button("entry-button-save")
    assert kept.toast == either.text("saved-added")
    assert kept.only_message.is_edited
    assert kept.only_message.button_labels[0] == either.text("entry-button-saved")
    [saved] = library.of_person(bot, person)
    assert saved.paper.title in kept.only_message.text

    freed = await either.press_button("entry-button-saved")
    assert freed.toast == either.text("saved-removed")
    assert freed.only_message.button_labels[0] == either.text("entry-button-save")
    assert library.of_person(bot, person) == []


@covers("[save]", "[paper]")
async def test_a_paper_alone_is_saved_and_stays_the_version_it_was(talk: Conversation) -> None:
    paper = talk.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    talk.person.open_deep_link(f"p_{paper.key}_1")
    [alone] = await talk.running_bot.wait_for_replies(talk.person)
    assert "[1]" not in alone.text

    saved = (await talk.press_button("entry-button-save")).only_message

    assert saved.text == alone.text
    assert saved.button_labels[0] == "★ Saved"


@covers("[save]")
async def test_in_a_group_a_paper_is_saved_for_the_presser_alone(lab: Conversation) -> None:
    bob = lab.as_new_member()
    await opened(lab)

    answer = await bob.press_button("entry-button-save")

    assert (answer.toast, answer.is_empty) == (lab.text("saved-added"), True)
    bot, library = lab.running_bot.bot.telegram.id, lab.running_bot.store.saved_papers
    assert (library.count(bot, bob.person.id), library.count(bot, lab.person.id)) == (1, 0)


@covers("[bibtex]")
async def test_a_citation_longer_than_a_message_comes_whole_as_a_file(talk: Conversation) -> None:
    """Of a collaboration with thousands of authors; half an entry is none."""
    names = tuple(f"Ada{number} Lovelace" for number in range(3000))
    many = Paper("arxiv:2611.55555", 1, "Boats", "They float.", names, ("hep-ex",))
    with talk.running_bot.store.transaction():
        [kept] = talk.running_bot.store.papers.upsert(
            [many], seen_at=talk.running_bot.clock.instant
        )
    talk.person.open_deep_link(f"p_{kept.key}_1")
    await talk.running_bot.wait_for_replies(talk.person)

    [cited] = (await talk.press_button("entry-button-bibtex")).new_messages

    assert cited.document == "2611.55555.bib"
    [sent] = talk.running_bot.emulator.accepted_calls("sendDocument")
    assert bibtex(many).encode() in [
        one.content for one in talk.running_bot.emulator.state.files.values()
    ]
    assert sent.chat_id == talk.person.id


@covers("[authors]")
async def test_all_authors_come_on_demand(either: Conversation) -> None:
    paper = either.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    either.person.open_deep_link(f"p_{paper.key}_1")
    [alone] = await either.running_bot.wait_for_replies(either.person)
    label = either.text("entry-button-authors", count=len(paper.authors))
    assert paper.authors[-1] not in alone.text

    whole = (await either.press_button(label=label)).only_message

    assert whole.is_edited
    assert all(name in whole.text for name in paper.authors)
    assert label not in whole.button_labels


@covers("[bibtex]")
async def test_a_citation_comes_as_text_to_copy(talk: Conversation) -> None:
    paper = talk.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    talk.person.open_deep_link(f"p_{paper.key}_1")
    await talk.running_bot.wait_for_replies(talk.person)

    [cited] = (await talk.press_button("entry-button-bibtex")).new_messages

    assert cited.text == bibtex(paper).strip()


@covers("[table]", "[next]")
async def test_the_way_back_leads_to_the_table_with_the_entry(either: Conversation) -> None:
    await opened(either)
    await either.press_button("button-next")
    back = (await either.press_button("button-table")).only_message

    assert back.is_edited
    assert "[1] " in back.text
    assert "[2] " in back.text


@covers("[table]", "[rest]")
async def test_the_way_back_from_the_rest_leads_to_its_page(talk: Conversation) -> None:
    digest = await talk.ask("/digest cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    label = next(one for one in digest.button_labels if "(" in one)
    await talk.press_button(label=label)
    await talk.press_button(label="13")

    back = (await talk.press_button("button-table")).only_message

    assert "[13] " in back.text
    assert "[12] " not in back.text


@covers("[rest]")
async def test_what_the_rest_shows_is_received(talk: Conversation) -> None:
    """/missed does not bring again what [Show the rest] has shown."""
    topic = await talk.subscribe("cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    with talk.running_bot.store.transaction():
        kept = talk.running_bot.store.subscriptions.get(topic.key)
        assert kept
        talk.running_bot.store.subscriptions.update(replace(kept, cursor=0))
    digest = await talk.ask("/digest")
    before = count_rows(talk.running_bot.store, "receipts")

    for _ in range(9):
        label = next((one for one in digest.button_labels if "(" in one), "")
        if not label:
            break
        [digest] = (await talk.press_button(label=label, message_id=digest.id)).new_messages

    assert count_rows(talk.running_bot.store, "receipts") > before
    assert (await talk.ask("/missed")).text == talk.text("missed-none", days=30)


@covers("[entry]", "[next]")
async def test_in_a_channel_an_entry_opens_in_private(talk: Conversation) -> None:
    """Readers press, and nothing is posted for everybody; a stranger is led to the bot."""
    channel = talk.running_bot.emulator.people.create_channel("News", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.running_bot.wait_until_idle()
    news = talk.in_group(channel)
    await news.send_text("/digest language")
    stranger = talk.running_bot.create_person("Eve")
    channel.set_member(stranger.user)
    shown = [one for one in stranger.messages(channel) if one.button_labels]

    answer: CallbackAnswer = await stranger.press_button(
        "1", in_message=shown[-1].id, group=channel
    )
    await talk.running_bot.wait_until_idle()

    assert answer.url.startswith(f"https://t.me/{talk.running_bot.bot.telegram.username}?start=p_")
    assert len([one for one in stranger.messages(channel) if one.button_labels]) == len(shown)
    refused = await news.as_person(stranger).send_forged_callback("1next:1:2")
    assert (refused.toast, refused.is_empty) == (talk.text("refusal-not-admin"), True)
    stranger.open_deep_link(answer.url.partition("?start=")[2])
    [alone] = await talk.running_bot.wait_for_replies(stranger)
    assert alone.button_labels[0] == "☆ Save"


async def test_a_table_opens_its_entries_in_the_same_form(talk: Conversation) -> None:
    await talk.use_table_form()
    await opened(talk)

    kept = (await talk.press_button("entry-button-save")).only_message

    assert kept.is_rich
    assert kept.button_labels[0] == "★ Saved"
