"""One paper in the chat: its words, its buttons, and what they leave behind."""

from __future__ import annotations

from dataclasses import replace

from bot.demo.emulator.telegram_state import CallbackAnswer
from bot.render.documents.bibtex import bibtex
from storage.records.papers import Paper
from tests.chat.conversation import Conversation
from tests.chat.covered import covers
from tests.support.database import count_rows

WORDS = "language"  # finds several papers of the sample


async def opened(conversation: Conversation, number: str = "1") -> None:
    """A digest of words, and one of its entries."""
    await conversation.ask(f"/digest {WORDS}")
    await conversation.press_button(label=number)


@covers("[entry]")
async def test_an_entry_shows_the_words_that_found_it_in_bold(conversation: Conversation) -> None:
    await opened(conversation)

    call = conversation.running_bot.emulator.calls[-1]

    html = str(call.parameters["text"])
    assert "Matched: <b>" in html
    assert "<b>language</b>" in html.partition("<blockquote")[2].lower()


@covers("[save]")
async def test_save_is_a_switch_that_shows_its_state(localized_chat: Conversation) -> None:
    await opened(localized_chat)
    library = localized_chat.running_bot.store.saved_papers
    bot, person = localized_chat.running_bot.bot.telegram.id, localized_chat.person.id

    answer = await localized_chat.press_button("entry-button-save")
    assert answer.toast == localized_chat.text("saved-added")
    assert answer.only_message.is_edited
    assert answer.only_message.button_labels[0] == localized_chat.text("entry-button-saved")
    [saved] = library.of_person(bot, person)
    assert saved.paper.title in answer.only_message.text

    freed = await localized_chat.press_button("entry-button-saved")
    assert freed.toast == localized_chat.text("saved-removed")
    assert freed.only_message.button_labels[0] == localized_chat.text("entry-button-save")
    assert library.of_person(bot, person) == []


@covers("[save]", "[paper]")
async def test_a_paper_alone_is_saved_and_stays_the_version_it_was(
    conversation: Conversation,
) -> None:
    paper = conversation.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    conversation.person.open_deep_link(f"p_{paper.key}_1")
    [alone] = await conversation.running_bot.wait_for_replies(conversation.person)
    assert "[1]" not in alone.text

    saved = (await conversation.press_button("entry-button-save")).only_message

    assert saved.text == alone.text
    assert saved.button_labels[0] == "★ Saved"


@covers("[save]")
async def test_in_a_group_a_paper_is_saved_for_the_presser_alone(
    group_conversation: Conversation,
) -> None:
    bob = group_conversation.as_new_member()
    await opened(group_conversation)

    answer = await bob.press_button("entry-button-save")

    assert (answer.toast, answer.is_empty) == (group_conversation.text("saved-added"), True)
    bot, library = (
        group_conversation.running_bot.bot.telegram.id,
        group_conversation.running_bot.store.saved_papers,
    )
    assert (
        library.count(bot, bob.person.id),
        library.count(bot, group_conversation.person.id),
    ) == (1, 0)


@covers("[bibtex]")
async def test_a_citation_longer_than_a_message_comes_whole_as_a_file(
    conversation: Conversation,
) -> None:
    """Of a collaboration with thousands of authors; half an entry is none."""
    names = tuple(f"Ada{number} Lovelace" for number in range(3000))
    many = Paper("arxiv:2611.55555", 1, "Boats", "They float.", names, ("hep-ex",))
    with conversation.running_bot.store.transaction():
        [stored_paper] = conversation.running_bot.store.papers.upsert(
            [many], seen_at=conversation.running_bot.clock.instant
        )
    conversation.person.open_deep_link(f"p_{stored_paper.key}_1")
    await conversation.running_bot.wait_for_replies(conversation.person)

    [cited] = (await conversation.press_button("entry-button-bibtex")).new_messages

    assert cited.document == "2611.55555.bib"
    [sent] = conversation.running_bot.emulator.accepted_calls("sendDocument")
    assert bibtex(many).encode() in [
        file.content for file in conversation.running_bot.emulator.state.files.values()
    ]
    assert sent.chat_id == conversation.person.id


@covers("[authors]")
async def test_all_authors_come_on_demand(localized_chat: Conversation) -> None:
    paper = localized_chat.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    localized_chat.person.open_deep_link(f"p_{paper.key}_1")
    [alone] = await localized_chat.running_bot.wait_for_replies(localized_chat.person)
    label = localized_chat.text("entry-button-authors", count=len(paper.authors))
    assert paper.authors[-1] not in alone.text

    answer = (await localized_chat.press_button(label=label)).only_message

    assert answer.is_edited
    assert all(name in answer.text for name in paper.authors)
    assert label not in answer.button_labels


@covers("[bibtex]")
async def test_a_citation_comes_as_text_to_copy(conversation: Conversation) -> None:
    paper = conversation.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    conversation.person.open_deep_link(f"p_{paper.key}_1")
    await conversation.running_bot.wait_for_replies(conversation.person)

    [cited] = (await conversation.press_button("entry-button-bibtex")).new_messages

    assert cited.text == bibtex(paper).strip()


@covers("[table]", "[next]")
async def test_the_way_back_leads_to_the_table_with_the_entry(localized_chat: Conversation) -> None:
    await opened(localized_chat)
    await localized_chat.press_button("button-next")
    back = (await localized_chat.press_button("button-table")).only_message

    assert back.is_edited
    assert "[1] " in back.text
    assert "[2] " in back.text


@covers("[table]", "[rest]")
async def test_the_way_back_from_the_rest_leads_to_its_page(conversation: Conversation) -> None:
    digest = await conversation.ask("/digest cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    label = next(label for label in digest.button_labels if "(" in label)
    await conversation.press_button(label=label)
    await conversation.press_button(label="13")

    back = (await conversation.press_button("button-table")).only_message

    assert "[13] " in back.text
    assert "[12] " not in back.text


@covers("[rest]")
async def test_what_the_rest_shows_is_received(conversation: Conversation) -> None:
    """/missed does not bring again what [Show the rest] has shown."""
    topic = await conversation.subscribe("cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph")
    with conversation.running_bot.store.transaction():
        stored_topic = conversation.running_bot.store.subscriptions.get(topic.key)
        assert stored_topic
        conversation.running_bot.store.subscriptions.update(replace(stored_topic, cursor=0))
    digest = await conversation.ask("/digest")
    before = count_rows(conversation.running_bot.store, "receipts")

    for _ in range(9):
        label = next((label for label in digest.button_labels if "(" in label), "")
        if not label:
            break
        [digest] = (await conversation.press_button(label=label, message_id=digest.id)).new_messages

    assert count_rows(conversation.running_bot.store, "receipts") > before
    assert (await conversation.ask("/missed")).text == conversation.text("missed-none", days=30)


@covers("[entry]", "[next]")
async def test_in_a_channel_an_entry_opens_in_private(conversation: Conversation) -> None:
    """Readers press, and nothing is posted for everybody; a stranger is led to the bot."""
    channel = conversation.running_bot.emulator.people.create_channel("News", conversation.person)
    channel.add_bot(is_administrator=True)
    await conversation.running_bot.wait_until_idle()
    news = conversation.in_group(channel)
    await news.send_text("/digest language")
    stranger = conversation.running_bot.create_person("Eve")
    channel.set_member(stranger.user)
    shown = [message for message in stranger.messages(channel) if message.button_labels]

    answer: CallbackAnswer = await stranger.press_button(
        "1", in_message=shown[-1].id, group=channel
    )
    await conversation.running_bot.wait_until_idle()

    assert answer.url.startswith(
        f"https://t.me/{conversation.running_bot.bot.telegram.username}?start=p_"
    )
    assert len([message for message in stranger.messages(channel) if message.button_labels]) == len(
        shown
    )
    refused = await news.as_person(stranger).send_forged_callback("1next:1:2")
    assert (refused.toast, refused.is_empty) == (conversation.text("refusal-not-admin"), True)
    stranger.open_deep_link(answer.url.partition("?start=")[2])
    [alone] = await conversation.running_bot.wait_for_replies(stranger)
    assert alone.button_labels[0] == "☆ Save"


async def test_a_table_opens_its_entries_in_the_same_form(conversation: Conversation) -> None:
    await conversation.use_table_form()
    await opened(conversation)

    answer = (await conversation.press_button("entry-button-save")).only_message

    assert answer.is_rich
    assert answer.button_labels[0] == "★ Saved"
