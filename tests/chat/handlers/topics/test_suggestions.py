"""What people type is understood as meant, or the meant reading is a button with its count."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.demo.people.visible_messages import VisibleMessage
from bot.topics.matching import match_paper
from bot.topics.query.did_you_mean import (
    alternative_readings,
    author_query,
    looser_readings,
    readings_with_any_word,
    readings_with_fewer_words,
    sentence_query,
)
from bot.topics.query.parser import QueryError, parse
from storage.engine.query_time_limit import QueryBudgetExceeded
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.chat.conversation import Conversation
from tests.support.builders import papers

PAIRS = (
    ("diffusion", "decoding"),
    ("glaciers", "cloth"),
    ("qubits", "resonators"),
    ("tokenizer", "grammar"),
    ("garments", "webcams"),
)
EITHER = (
    "{} or {}", "{} | {}", "{}|{}", "{} / {}", "{}/{}", "{} || {}", "{} Or {}", "{}或{}",
    "{} 或 {}", "{} 或者 {}",
)  # fmt: skip
BOTH = (
    ("diffusion and video", "diffusion video"),
    ("quantum & circuits", "quantum circuits"),
    ("robots && language", "robots language"),
    ("diffusion + video", "diffusion video"),
    ("diffusion +video", "diffusion video"),
    ("quantum 和 circuits", "quantum circuits"),
    ("quantum but not circuits", "quantum -circuits"),
)
WITHOUT = (
    "{} not {}", "{} !{}", "{} ! {}", "{} without {}", "{} except {}", "{} and not {}",
    "{} excluding {}", "{} minus {}", "{} 不要 {}", "{} －{}", "{} NOT {}", "{} -{}",
)  # fmt: skip
LEFT_OUT = (("diffusion", "survey"), ("quantum", "circuits"), ("language", "robot"))
AUTHORS = (
    "Clementine Ashdown-Reyes",
    "Goran Petrušić",
    "Nomvula Shezi",
    "Mai Thị Ánh Nguyệt",
    "Kübra Aydınoğlu",
    "Kirsi-Marja Vuorela",
    "Jean-Baptiste Ouédraogo",
    "Zdeněk Horňák",
    "Armando Villaseñor Ruelas",
    "Leontien van Dalfsen",
)
BY = (
    "{}", "by {}", "papers by {}", "new papers from {}", "author {}", "au:{}", "author: {}",
    "{} et al.", "Author:{}", "“{}”",
)  # fmt: skip
NAMES = (
    ("kubra aydinoglu", 'au:"kubra aydinoglu"'),
    ("SHEZI, NOMVULA", 'au:"nomvula shezi"'),
    ("Shezi, Nomvula", 'au:"nomvula shezi"'),
    ("gwiazdowski", "au:gwiazdowski"),
    ("Goran Petrušić garments", 'garments au:"goran petrusic"'),
    ("decoding Nomvula Shezi", 'decoding au:"nomvula shezi"'),
    ("au:Nomvula Shezi decoding", 'decoding au:"nomvula shezi"'),
    ("author:nomvula shezi", 'au:"nomvula shezi"'),
    ("au:Fagerstrøm", "au:fagerstrøm OR au:fagerstroem"),
    ("N. Shezi", 'au:"n shezi"'),
)
CATEGORIES = (
    ("Robotics", "cat:cs.RO"),
    ("quantum physics", "cat:quant-ph"),
    ("Computer Vision", "cat:cs.CV"),
    ("computer vision and pattern recognition", "cat:cs.CV"),
    ("Computer Vision & Pattern Recognition", "cat:cs.CV"),
    ("machine learning", "cat:cs.LG OR cat:stat.ML"),
    ("Artificial intelligence", "cat:cs.AI"),
    ("statistics theory", "cat:math.ST"),
    ("NLP", "cat:cs.CL"),
    ("cs diffusion", "diffusion cat:cs"),
    ("stat drift", "drift cat:stat"),
    ("diffusion computer vision", "diffusion cat:cs.CV"),
    ("cs.CV", "cat:cs.CV"),
    ("cs.*", "cat:cs"),
    ("quant-ph", "cat:quant-ph"),
    ("cs.CV+cs.LG", "cat:cs.CV OR cat:cs.LG"),
    ("cs.CV/cs.RO", "cat:cs.CV OR cat:cs.RO"),
    ("https://arxiv.org/list/cs.RO/recent", "cat:cs.RO"),
    ("https://rss.arxiv.org/rss/cs.CV+cs.RO", "cat:cs.CV OR cat:cs.RO"),
)
SENTENCES = (
    (
        "I am interested in diffusion models for image restoration",
        "diffusion models image restoration",
    ),
    ("please show me new papers about image restoration", "image restoration"),
    ("What is the latest research on quantum key distribution?", "quantum key distribution"),
    ("papers on protein language models", "protein language models"),
    ("Hello! I would like to follow conformal prediction, please.", "conformal prediction"),
    ("I want to know about motion planning", "motion planning"),
    ("can you find something on machine translation", "machine translation"),
    ("swarm mapping, thanks", "swarm mapping"),
    ("notify me of papers about barren plateaus", "barren plateaus"),
    ("anything about odometry?", "odometry"),
    ("topic: decoding", "decoding"),
    ("keywords: tokenizer grammar", "tokenizer grammar"),
    ("looking for works using optimal transport", "optimal transport"),
    ("recent preprints on spin qubits", "spin qubits"),
    ("visual inertial odometry", "visual inertial odometry"),
    ("the literature on time series", "time series"),
)
SIGNS = (
    ("‘image restoration’", '"image restoration"'),
    ("'image restoration'", '"image restoration"'),
    ("``image restoration''", '"image restoration"'),
    ("`image restoration` survey", '"image restoration" survey'),
    ("“image restoration”", '"image restoration"'),
    ("「image restoration」", '"image restoration"'),
    ('"image restoration', "image restoration"),
    ("image restoration)", "image restoration"),
    ("(image restoration", "image restoration"),
    ("ti:image restoration", "ti:image ti:restoration"),
    ("title: diffusion models", "ti:diffusion ti:models"),
    ("abs:language models", "abs:language abs:models"),
    ('"restoration image"', "restoration image"),
    ('"image restoration"~5', '"image restoration"~5'),
    ("diffusion, decoding, glaciers", "diffusion OR decoding OR glaciers"),
    ("tokenizer; grammar; webcams", "tokenizer OR grammar OR webcams"),
    ("tokenizer\ngarments\nwebcams", "tokenizer OR garments OR webcams"),
    ("decoding blockchain", "decoding"),
    ("CHAIN OF THOUGHT IS NOT A LOG", "chain of thought is not a log"),
    ("DO VISION LANGUAGE MODELS READ THE AXIS", "do vision language models read the axis"),
    ("TEXTURE IS NOT GEOMETRY", "texture is not geometry"),
    ("HOW MUCH GRAMMAR IS IN A TOKENIZER", "how much grammar is in a tokenizer"),
    ("image or video diffusion", "(image OR video) diffusion"),
    ("vision-language", '"vision language"'),
    ("#decoding", "decoding"),
    ("-survey", "survey"),
    ("diffusion OR", "diffusion"),
    ("(diffusion OR decoding", "diffusion OR decoding"),
)  # fmt: skip

PHRASES = {
    "either": [(form.format(*pair), "{} OR {}".format(*pair)) for pair in PAIRS for form in EITHER],
    "both": [*BOTH],
    "without": [(form.format(*out), "{} -{}".format(*out)) for out in LEFT_OUT for form in WITHOUT],
    "by": [(form.format(name), f'au:"{name}"') for name in AUTHORS for form in BY],
    "names": [*NAMES],
    "categories": [*CATEGORIES],
    "sentences": [*SENTENCES],
    "signs": [*SIGNS],
}


def test_there_are_more_than_two_hundred() -> None:
    assert sum(map(len, PHRASES.values())) > 200


@pytest.mark.parametrize("kind", PHRASES)
async def test_it_is_understood_as_meant_or_the_meant_reading_is_offered(
    conversation: Conversation, kind: str
) -> None:
    await conversation.send_text("/start")
    await conversation.running_bot.finish_onboarding(conversation.person)
    announced = [item.paper for item in await _announced(conversation)]
    missed, told_to_wait = [], []
    for typed, meant in PHRASES[kind]:
        [answer] = await conversation.send_text(typed)
        shown = answer.text.partition("\n")[0]  # of a sentence, what it is about
        if parse(meant).text not in {*_readings(answer), _canonical(typed), _canonical(shown)}:
            missed.append((typed, meant, _labels(answer)))
        if conversation.text("preview-none") in answer.text and _any_reading_finds(
            typed, announced
        ):
            told_to_wait.append(typed)

    assert missed == []
    assert told_to_wait == []


@pytest.mark.parametrize("typed", ["zzyzx", "qwertyuiop asdfgh", "zzyzx or qqqq", "by Zz Qq"])
async def test_where_no_reading_finds_papers_it_may_be_rare(
    conversation: Conversation, typed: str
) -> None:
    await conversation.send_text("/start")
    await conversation.running_bot.finish_onboarding(conversation.person)

    answer = await conversation.ask(typed)

    assert conversation.text("preview-none") in answer.text


async def test_a_pressed_reading_is_previewed_and_followed(conversation: Conversation) -> None:
    await conversation.send_text("/start")
    await conversation.running_bot.finish_onboarding(conversation.person)
    answer = await conversation.ask("Nomvula Shezi")
    [label] = [label for label in _labels(answer) if label.startswith("au:")]
    assert label == conversation.text("suggestion-stored", query='au:"Nomvula Shezi"', papers=1)

    shown = await conversation.press_button(label=label)
    await conversation.press_button("button-subscribe", message_id=shown.only_message.id)

    assert [topic.query for topic in await conversation.topics()] == ['au:"nomvula shezi"']


async def test_a_search_that_finds_nothing_offers_the_reading_that_does(
    conversation: Conversation,
) -> None:
    answer = await conversation.ask("/search Nomvula Shezi")
    [label] = [label for label in _labels(answer) if label.startswith("au:")]

    shown = await conversation.press_button(label=label)

    assert "Speculative Decoding" in shown.only_message.text


async def test_a_digest_of_words_that_find_nothing_offers_the_reading_that_does(
    conversation: Conversation,
) -> None:
    answer = await conversation.ask("/digest Nomvula Shezi")

    assert any(label.startswith('au:"Nomvula Shezi"') for label in _labels(answer))


async def test_new_words_of_a_topic_may_be_another_reading(conversation: Conversation) -> None:
    topic = await conversation.subscribe("diffusion")
    listed = await conversation.ask("/list")
    await conversation.press_button(label="1", message_id=listed.id)
    await conversation.press_button("button-words")
    shown = await conversation.ask("diffusion or decoding")
    [label] = [label for label in _labels(shown) if label.startswith("diffusion OR decoding")]

    await conversation.press_button(label=label)

    [changed] = await conversation.topics()
    assert (changed.key, changed.query) == (topic.key, "decoding OR diffusion")


async def test_words_near_each_other_are_offered_where_that_cuts_the_noise(
    conversation: Conversation,
) -> None:
    announced = papers(*range(60))
    with_both_words = [
        replace(paper, abstract=f"A transformer. {'word ' * 20} A graph.")
        for paper in announced[:40]
    ]
    near = [replace(paper, abstract="A graph transformer.") for paper in announced[40:]]
    await conversation.running_bot.announce(
        [
            Announcement(
                paper, "cs.CV", AnnouncementKind.NEW, conversation.running_bot.clock.instant.date()
            )
            for paper in with_both_words + near
        ]
    )

    answer = await conversation.ask("/sub transformer graph")

    assert conversation.text("suggestion-together", papers=20) in answer.text
    assert '"graph transformer"~10 – 20 papers a week' in _labels(answer)


def _readings(answer: VisibleMessage) -> set[str]:
    """The canonical texts of what the buttons of an answer offer."""
    texts = (re.sub(r" – [\d,]+\+? papers?( a week)?$", "", label) for label in _labels(answer))
    return {text for text in map(_canonical, texts) if text}


def _labels(answer: VisibleMessage) -> list[str]:
    return [*answer.button_labels]


def _canonical(words: str) -> str:
    try:
        return parse(words).text
    except QueryError:
        return ""


async def _announced(conversation: Conversation) -> list[Announcement]:
    store = conversation.running_bot.store
    return await store.run(store.announcements.between, 0, store.announcements.last_seq())


def _any_reading_finds(typed: str, announced: list[Paper]) -> bool:
    for text in (
        *alternative_readings(typed),
        *looser_readings(typed),
        *readings_with_fewer_words(typed),
        *readings_with_any_word(typed),
    ):
        try:
            query = parse(text)
        except QueryError:
            continue
        if any(match_paper(query, paper) is not None for paper in announced):
            return True
    return False


@pytest.mark.parametrize("typed", ["/search diffusion", "/search zzyzx", '/sub "diffusion'])
async def test_what_is_only_offered_refuses_no_answer(
    conversation: Conversation, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a person's time is spent, the answer comes without other readings."""

    def dear(*arguments: object, **named: object) -> object:
        raise QueryBudgetExceeded

    await conversation.send_text("/start")
    before = (await conversation.ask(typed)).text
    monkeypatch.setattr("bot.chat.handlers.papers.search.find_suggestions", dear)
    monkeypatch.setattr("bot.chat.handlers.topics.new_topic.suggest_other_readings", dear)

    answer = await conversation.ask(typed)

    assert answer.text == before.partition("Did you mean")[0].rstrip()


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("I am interested in diffusion models for video", "diffusion models video"),
        ("I'm looking for papers about robot locomotion, please", "robot locomotion"),
        ("Please send me the latest work on qubits!", "qubits"),
        ("Papers about diffusion", "diffusion"),
        ("I like diffusion models but not surveys", "diffusion models not surveys"),
        ("We look for llm or agents, please", "llm or agents"),
        ("I am not interested in surveys", None),
        ("I'd like papers on diffusion without", "diffusion"),
        ("show me papers", ""),
        ("I want to know what's new", ""),
        ("I/O scheduling", None),
        ("I-vector speakers", None),
        ("diffusion models for video", None),
        ("Is attention all you need", None),
        ('I want "diffusion models"', None),
        ("I want ti:diffusion", None),
        ("we", None),
    ],
)
def test_a_sentence_is_read_as_what_it_is_about(sentence: str, words: str | None) -> None:
    assert sentence_query(sentence) == words


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("Kaiming He", 'au:"Kaiming He"'),
        ("Kaiming He et al.", 'au:"Kaiming He"'),
        ("Jean-Baptiste Ouédraogo", 'au:"Jean-Baptiste Ouédraogo"'),
        ("Yann LeCun", 'au:"Yann LeCun"'),
        ("Ludwig van Beethoven", 'au:"Ludwig van Beethoven"'),
        ("Diffusion models", None),
        ("Learning video Representations", None),
        ("GAN VAE", None),
        ("Kaiming", None),
        ("The Latest Papers", None),
        ("何恺明 教授", None),
    ],
)
def test_a_name_is_known_by_its_capitals(words: str, query: str | None) -> None:
    assert author_query(words) == query


async def test_a_sentence_of_interest_is_answered_with_what_it_finds(
    localized_chat: Conversation,
) -> None:
    """All of its words stand in no paper; some do, and their count is shown."""
    answer = await localized_chat.ask(
        "I am interested in self-supervised diffusion of glaciers for medical restoration"
    )

    title = answer.text.partition("\n")[0]
    assert not title.startswith("I am")
    assert localized_chat.text("preview-none") not in answer.text
    assert answer.button_labels[0] == localized_chat.text("button-subscribe")


async def test_what_a_sentence_excludes_is_not_asked_for(localized_chat: Conversation) -> None:
    answer = await localized_chat.ask("I am interested in diffusion models but not surveys")

    assert answer.text.partition("\n")[0] == "diffusion models -surveys"
    assert "A Survey of Diffusion Models" not in answer.text


async def test_a_sentence_about_nothing_is_asked_for_a_topic(localized_chat: Conversation) -> None:
    answer = await localized_chat.ask("Please show me the latest papers")

    assert answer.text == localized_chat.text("sub-usage")
    assert answer.button_labels[0] == localized_chat.text("field-diffusion")
    assert localized_chat.text("button-subscribe") not in answer.button_labels


async def test_a_name_without_papers_may_be_followed_as_an_author(
    localized_chat: Conversation,
) -> None:
    answer = await localized_chat.ask("Kaiming He")
    label = localized_chat.text("button-follow-name", name="Kaiming He")
    assert label in answer.button_labels

    await localized_chat.press_button(label=label)
    await localized_chat.running_bot.finish_onboarding(localized_chat.person)
    await localized_chat.press_button("button-subscribe")

    [topic] = await localized_chat.topics()
    assert (topic.name, topic.query) == ("Kaiming He", 'au:"he kaiming"')
