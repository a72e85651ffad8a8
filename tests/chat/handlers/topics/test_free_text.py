"""Which reading of a message wins, in one table, and the same in the live chat."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.identifiers import find_mentions
from bot.arxiv.listing_addresses import listed_categories
from bot.chat.handlers.topics.free_text import MessageIntent, message_intent
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers

KNOWN = "2611.90302"
LINK = f"https://arxiv.org/abs/{KNOWN}"
LISTING = "https://arxiv.org/list/cs.CL/recent"

TABLE = [
    # Papers by a link or stamp win over everything that stands around them.
    (LINK, MessageIntent.PAPERS),
    (f"The Second Epoch Problem\n{LINK}", MessageIntent.PAPERS),
    (f"arXiv:{KNOWN}v1 [cs.LG] 20 Nov 2026", MessageIntent.PAPERS),
    (f"Have you seen {LINK} already? What do you think?", MessageIntent.PAPERS),
    (f"{LINK} {LINK.replace('302', '101')}", MessageIntent.PAPERS),
    (f"{LINK} and everything of {LISTING}", MessageIntent.PAPERS),
    (f"FOO OR BAR -- A Survey, arXiv:{KNOWN}", MessageIntent.PAPERS),
    (f"Title: On Kettles\nAuthors: A. Teapot\nCategories: cs.LG\n{LINK}", MessageIntent.PAPERS),
    (f"ti:attention {LINK}", MessageIntent.PAPERS),
    (f"thanks! {LINK}", MessageIntent.PAPERS),
    (f"stop {LINK}", MessageIntent.PAPERS),
    # A query is one, though it holds a number; links in it are the one exception above.
    ('ti:"2D 1207.7214 limits"', MessageIntent.TOPIC),
    ('"2D 1207.7214 limits"', MessageIntent.TOPIC),
    ("abs:(limits 1207.7214)", MessageIntent.TOPIC),
    (f"id:{KNOWN} OR au:teapot", MessageIntent.TOPIC),
    (f"diffusion -{KNOWN}", MessageIntent.TOPIC),
    (f"diffusion OR {KNOWN}", MessageIntent.TOPIC),
    (f"{LISTING} -survey", MessageIntent.TOPIC),
    # Bare numbers in prose.
    (KNOWN, MessageIntent.PAPERS),
    (f'"{KNOWN}"', MessageIntent.PAPERS),
    (f"id:{KNOWN}", MessageIntent.PAPERS),
    (f"Have a look at {KNOWN}, please", MessageIntent.PAPERS),
    (f"Smith & Jones, Kettles | Journal, {KNOWN}", MessageIntent.PAPERS),
    (f"Title: On Kettles\nId: {KNOWN}", MessageIntent.PAPERS),
    (f"帮我看一下{KNOWN}这篇", MessageIntent.PAPERS),
    (f"{KNOWN} {LISTING}", MessageIntent.PAPERS),
    ("limits at 1234.5678 and $1207.7214", MessageIntent.TOPIC),
    # Listings and feeds.
    (LISTING, MessageIntent.CATEGORIES),
    (f"Computation and Language\n{LISTING}", MessageIntent.CATEGORIES),
    ("https://rss.arxiv.org/rss/cs.CL+cs.LG", MessageIntent.CATEGORIES),
    (f"I want all of {LISTING}, thanks", MessageIntent.CATEGORIES),
    ("cs.CL+cs.LG", MessageIntent.TOPIC),  # the language of topics has them
    # Words for commands.
    ("Stop!", MessageIntent.STOP),
    ("别发了", MessageIntent.STOP),
    ("退订", MessageIntent.UNSUBSCRIBE),
    ("unsubscribe", MessageIntent.UNSUBSCRIBE),
    ("Good morning!", MessageIntent.GREETING),
    ("嗨", MessageIntent.GREETING),
    ("Thanks a lot!", MessageIntent.THANKS),
    ("Thanks \N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}", MessageIntent.THANKS),
    ("谢谢！\N{PERSON WITH FOLDED HANDS}", MessageIntent.THANKS),
    ("hello \N{WAVING HAND SIGN}", MessageIntent.GREETING),
    ("\N{THUMBS UP SIGN}", MessageIntent.WORDLESS),
    (
        "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16} \N{SMILING FACE WITH SUNGLASSES}!",
        MessageIntent.WORDLESS,
    ),
    ("diffusion \N{THUMBS UP SIGN}", MessageIntent.TOPIC),
    ("thank you!", MessageIntent.THANKS),
    ("谢谢～", MessageIntent.THANKS),
    ("Hello.", MessageIntent.GREETING),
    ("help", MessageIntent.HELP),
    ("stop codon", MessageIntent.TOPIC),
    ("thanks to diffusion", MessageIntent.TOPIC),
    # Several lines, a sentence, a query.
    ("diffusion\nsplatting", MessageIntent.TOPIC),
    ("I am interested in diffusion models", MessageIntent.TOPIC),
    ("diffusion -survey cat:cs.CV", MessageIntent.TOPIC),
    ("https://example.com/2402.12844", MessageIntent.TOPIC),
    ("", MessageIntent.TOPIC),
]


@pytest.mark.parametrize(("text", "means"), TABLE)
def test_each_message_has_its_meaning(text: str, means: MessageIntent) -> None:
    assert message_intent(text, find_mentions(text), listed_categories(text)) is means


@given(st.text() | st.lists(st.sampled_from([text for text, _ in TABLE])).map("\n".join))
def test_every_message_has_a_meaning(text: str) -> None:
    papers = find_mentions(text)

    means = message_intent(text, papers, listed_categories(text))

    assert (means is MessageIntent.PAPERS) <= bool(papers)
    assert (means is not MessageIntent.PAPERS) <= all(paper.is_bare for paper in papers)


async def test_words_for_commands_do_what_the_commands_do(localized_chat: Conversation) -> None:
    topic = await localized_chat.subscribe()

    which = await localized_chat.ask("退订" if localized_chat.language == "zh" else "unsubscribe")
    assert which.text == localized_chat.text("unsub-which")
    assert which.button_labels[0].startswith(topic.name[:10])
    stopped = await localized_chat.ask("停止" if localized_chat.language == "zh" else "stop")
    assert stopped.text == localized_chat.text("stopped")
    emoji = await localized_chat.ask("\N{THUMBS UP SIGN}")
    assert emoji.text == localized_chat.text("start-wordless")
    await localized_chat.ask("/resume")
    assert (await localized_chat.ask("Thanks!")).text == localized_chat.text("thanks-answer")
    assert (await localized_chat.ask("Hi")).text == (await localized_chat.ask("/start")).text
    assert (await localized_chat.ask("help")).text == (await localized_chat.ask("/help")).text


@covers("/stop", "[unsub_all_ask]")
async def test_stop_pauses_everything_and_offers_to_stop_the_topics(
    localized_chat: Conversation,
) -> None:
    assert (await localized_chat.ask("/stop")).text == localized_chat.text("unsub-none")
    await localized_chat.subscribe()
    await localized_chat.subscribe("robots")

    stopped = await localized_chat.ask("/stop")

    assert stopped.text == localized_chat.text("stopped")
    chat = await localized_chat.running_bot.stored_chat(localized_chat.person)
    assert (chat.pause_reason, chat.paused_until) == ("asked", None)
    asked = await localized_chat.press_button("button-stop-topics")
    assert asked.new_messages[0].text == localized_chat.text("unsub-all-ask", topics=2)
    assert len(await localized_chat.topics()) == 2
    await localized_chat.press_button("button-unsub-all")
    assert await localized_chat.topics() == []


@covers("/stop")
async def test_stop_with_a_name_stops_that_topic(conversation: Conversation) -> None:
    await conversation.subscribe()
    await conversation.subscribe("robots")

    await conversation.ask("/stop robots")

    assert [topic.name for topic in await conversation.topics()] == [TOPIC]
    assert (await conversation.running_bot.stored_chat(conversation.person)).pause_reason == ""


async def test_a_listing_is_offered_as_a_topic_and_followed(localized_chat: Conversation) -> None:
    offer = await localized_chat.ask(
        "Computation and Language\nhttps://rss.arxiv.org/rss/cs.CL+cs.LG"
    )
    assert offer.text.startswith("cat:cs.CL OR cat:cs.LG\n")
    await localized_chat.press_button("button-subscribe")

    [topic] = await localized_chat.topics()
    assert topic.query == "cat:cs.CL OR cat:cs.LG"


async def test_an_answer_to_a_question_wins_over_a_link(conversation: Conversation) -> None:
    topic = await conversation.subscribe()
    await conversation.send_forged_callback(f"1rename:{topic.key}:0")

    await conversation.send_text(LINK)

    assert [topic.name for topic in await conversation.topics()] == [LINK]


@pytest.mark.parametrize("question", ["/search", "/paper", "/import"])
async def test_who_is_asked_for_words_may_send_a_paper(
    conversation: Conversation, question: str
) -> None:
    await conversation.ask(question)

    opened = await conversation.ask(f"Look!\n{LINK}")

    assert opened.text.startswith("The Second Epoch Problem")


async def test_a_paper_is_no_time_and_the_question_stays_open(conversation: Conversation) -> None:
    topic = await conversation.subscribe()
    await conversation.send_forged_callback(f"1topic_other:{topic.key}:0")

    opened = await conversation.ask(f"Look!\n{LINK}")
    await conversation.send_text("7:30")

    assert opened.text.startswith("The Second Epoch Problem")
    assert [
        topic.cadence.times[0].hour for topic in await conversation.topics() if topic.cadence
    ] == [7]


async def test_a_paper_may_come_while_the_first_steps_ask(conversation: Conversation) -> None:
    await conversation.ask("/sub diffusion")
    await conversation.press_button("button-subscribe")

    opened = await conversation.ask(LINK)
    when = await conversation.ask("London")
    await conversation.press_button("button-other")
    again = await conversation.ask(f"before that: {LINK}")
    await conversation.send_text("7:30")

    assert opened.text.startswith("The Second Epoch Problem")
    assert "London" in when.text
    assert again.text.startswith("The Second Epoch Problem")
    [topic] = await conversation.topics()
    assert (topic.cadence.times, topic.zone) == ((time(7, 30),), "Europe/London")
