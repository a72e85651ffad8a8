"""Which reading of a message wins, in one table, and the same in the live chat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.handlers.topics.free_text import Meaning, meaning
from bot.topics.query.parser import listed_categories, mentions
from tests.chat.talk import Talk

KNOWN = "2611.90302"
LINK = f"https://arxiv.org/abs/{KNOWN}"
LISTING = "https://arxiv.org/list/cs.CL/recent"

TABLE = [
    # Papers by a link or stamp win over everything that stands around them.
    (LINK, Meaning.PAPERS),
    (f"The Second Epoch Problem\n{LINK}", Meaning.PAPERS),
    (f"arXiv:{KNOWN}v1 [cs.LG] 20 Nov 2026", Meaning.PAPERS),
    (f"Have you seen {LINK} already? What do you think?", Meaning.PAPERS),
    (f"{LINK} {LINK.replace('302', '101')}", Meaning.PAPERS),
    (f"{LINK} and everything of {LISTING}", Meaning.PAPERS),
    (f"FOO OR BAR -- A Survey, arXiv:{KNOWN}", Meaning.PAPERS),
    (f"Title: On Kettles\nAuthors: A. Teapot\nCategories: cs.LG\n{LINK}", Meaning.PAPERS),
    (f"ti:attention {LINK}", Meaning.PAPERS),
    (f"thanks! {LINK}", Meaning.PAPERS),
    (f"stop {LINK}", Meaning.PAPERS),
    # A query is one, though it holds a number; links in it are the one exception above.
    ('ti:"2D 1207.7214 limits"', Meaning.TOPIC),
    ('"2D 1207.7214 limits"', Meaning.TOPIC),
    ("abs:(limits 1207.7214)", Meaning.TOPIC),
    (f"id:{KNOWN} OR au:teapot", Meaning.TOPIC),
    (f"diffusion -{KNOWN}", Meaning.TOPIC),
    (f"diffusion OR {KNOWN}", Meaning.TOPIC),
    (f"{LISTING} -survey", Meaning.TOPIC),
    # Bare numbers in prose.
    (KNOWN, Meaning.PAPERS),
    (f'"{KNOWN}"', Meaning.PAPERS),
    (f"id:{KNOWN}", Meaning.PAPERS),
    (f"Have a look at {KNOWN}, please", Meaning.PAPERS),
    (f"Smith & Jones, Kettles | Journal, {KNOWN}", Meaning.PAPERS),
    (f"Title: On Kettles\nId: {KNOWN}", Meaning.PAPERS),
    (f"帮我看一下{KNOWN}这篇", Meaning.PAPERS),
    (f"{KNOWN} {LISTING}", Meaning.PAPERS),
    ("limits at 1234.5678 and $1207.7214", Meaning.TOPIC),
    # Listings and feeds.
    (LISTING, Meaning.CATEGORIES),
    (f"Computation and Language\n{LISTING}", Meaning.CATEGORIES),
    ("https://rss.arxiv.org/rss/cs.CL+cs.LG", Meaning.CATEGORIES),
    (f"I want all of {LISTING}, thanks", Meaning.CATEGORIES),
    ("cs.CL+cs.LG", Meaning.TOPIC),  # the language of topics has them
    # Words for commands.
    ("Stop!", Meaning.STOP),
    ("退订", Meaning.STOP),
    ("thank you!", Meaning.THANKS),
    ("谢谢～", Meaning.THANKS),
    ("Hello.", Meaning.GREETING),
    ("help", Meaning.HELP),
    ("stop codon", Meaning.TOPIC),
    ("thanks to diffusion", Meaning.TOPIC),
    # Several lines, a sentence, a query.
    ("diffusion\nsplatting", Meaning.TOPIC),
    ("I am interested in diffusion models", Meaning.TOPIC),
    ("diffusion -survey cat:cs.CV", Meaning.TOPIC),
    ("https://example.com/2402.12844", Meaning.TOPIC),
    ("", Meaning.TOPIC),
]


@pytest.mark.parametrize(("said", "means"), TABLE)
def test_each_message_has_its_meaning(said: str, means: Meaning) -> None:
    assert meaning(said, mentions(said), listed_categories(said)) is means


@given(st.text() | st.lists(st.sampled_from([said for said, _ in TABLE])).map("\n".join))
def test_every_message_has_a_meaning(said: str) -> None:
    papers = mentions(said)

    means = meaning(said, papers, listed_categories(said))

    assert (means is Meaning.PAPERS) <= bool(papers)
    assert (means is not Meaning.PAPERS) <= all(one.is_bare for one in papers)


async def test_words_for_commands_do_what_the_commands_do(either: Talk) -> None:
    topic = await either.follows()

    stop = await either.hears("退订" if either.language == "zh" else "stop")
    assert stop.text == either.text("unsub-which")
    assert stop.buttons[0].startswith(topic.name[:10])
    assert (await either.hears("Thanks!")).text == either.text("thanks-answer")
    assert (await either.hears("Hi")).text == (await either.hears("/start")).text
    assert (await either.hears("help")).text == (await either.hears("/help")).text


async def test_a_listing_is_offered_as_a_topic_and_followed(either: Talk) -> None:
    offer = await either.hears("Computation and Language\nhttps://rss.arxiv.org/rss/cs.CL+cs.LG")
    assert offer.text.startswith("cat:cs.CL OR cat:cs.LG\n")
    await either.presses("button-subscribe")

    [topic] = await either.topics()
    assert topic.query == "cat:cs.CL OR cat:cs.LG"


async def test_an_answer_to_a_question_wins_over_a_link(talk: Talk) -> None:
    topic = await talk.follows()
    await talk.forges(f"1rename:{topic.key}:0")

    await talk.says(LINK)

    assert [one.name for one in await talk.topics()] == [LINK]


@pytest.mark.parametrize("question", ["/search", "/paper", "/import"])
async def test_who_is_asked_for_words_may_send_a_paper(talk: Talk, question: str) -> None:
    await talk.hears(question)

    opened = await talk.hears(f"Look!\n{LINK}")

    assert opened.text.startswith("The Second Epoch Problem")


async def test_a_paper_is_no_time_and_the_question_stays_open(talk: Talk) -> None:
    topic = await talk.follows()
    await talk.forges(f"1topic_other:{topic.key}:0")

    opened = await talk.hears(f"Look!\n{LINK}")
    await talk.says("7:30")

    assert opened.text.startswith("The Second Epoch Problem")
    assert [one.cadence.times[0].hour for one in await talk.topics() if one.cadence] == [7]


async def test_a_paper_may_come_while_the_first_steps_ask(talk: Talk) -> None:
    await talk.hears("/sub diffusion")
    await talk.presses("button-subscribe")
    await talk.presses("button-other")

    opened = await talk.hears(LINK)
    where = await talk.hears("7:30")
    again = await talk.hears(f"before that: {LINK}")

    assert opened.text.startswith("The Second Epoch Problem")
    assert talk.text("guide-where") in where.text
    assert again.text.startswith("The Second Epoch Problem")
