"""Any message that holds a paper opens it: in its words, behind them, under a file, in a crowd."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.arxiv.identifiers import PaperMention
from bot.chat.api.updates import MAX_TEXT_LENGTH, Update, UpdateKind, parse_update
from bot.chat.handlers.papers.search import fetch_and_open
from bot.chat.request_and_reply import Request
from bot.chat.services import ExternalServices
from bot.demo.emulator.faults import error_response
from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.demo.people.visible_messages import VisibleMessage
from storage.records.chats import Person
from storage.records.papers import Paper
from tests.chat.conversation import Conversation
from tests.chat.covered import covers

KNOWN, OTHER = "2611.90302", "2611.90303"
LINK = f"https://arxiv.org/abs/{KNOWN}"
SEVEN = [f"2611.902{number:02}" for number in (3, 4, 6, 7, 8, 9, 10)]
STRANGE = "2402.12844"
FORWARDED = {"type": "hidden_user", "sender_user_name": "Eve", "date": 1}
PDF: JsonObject = {
    "file_id": "f",
    "file_unique_id": "u",
    "file_size": 9,
    "file_name": "paper.pdf",
    "mime_type": "application/pdf",
}


def hidden(text: str, words: str, url: str) -> JsonObject:
    """The entity that lets some words of a text open an address."""
    before = text[: text.index(words)]
    return {
        "type": "text_link",
        "offset": len(before.encode("utf-16-le")) // 2,
        "length": len(words.encode("utf-16-le")) // 2,
        "url": url,
    }


def read(content: JsonObject) -> Update | None:
    """What a message of a private chat asks."""
    chat: JsonObject = {"id": 7, "type": "private"}
    person: JsonObject = {"id": 7, "is_bot": False, "first_name": "Ada"}
    message: JsonObject = {"message_id": 1, "date": 0, "chat": chat, "from": person, **content}
    return parse_update(json.dumps({"update_id": 1, "message": message}), "papergram_bot")


def papers(content: JsonObject) -> list[str]:
    """The papers that a message of a private chat holds."""
    intent = read(content)
    assert intent
    return [str(paper) for paper in intent.papers]


@pytest.mark.parametrize(
    "words",
    [
        f"The Second Epoch Problem\n{LINK}",
        f"arXiv:{KNOWN}v1 [cs.LG] 20 Nov 2026",
        f"Have you seen this one? {LINK}. It is about epochs -- and more!",
        f"看看这篇 {LINK}，很有意思",
        f"[The Second Epoch Problem]({LINK})",
        f"{LINK} (the same as {KNOWN} and arXiv:{KNOWN})",
        f"https://www.google.com/url?q=https%3A%2F%2Farxiv.org%2Fpdf%2F{KNOWN}&sa=D",
        f"/paper {KNOWN}",
        f"/get arXiv:{KNOWN}v1",
        f"/paper https://arxiv.org/pdf/{KNOWN}.pdf",
        f"/paper please open {LINK} for me",
        LINK,
        KNOWN,
        f"/search {LINK}",
    ],
)
@covers("/paper", "/search")
async def test_a_paper_opens_whatever_stands_around_it(
    localized_chat: Conversation, words: str
) -> None:
    opened = await localized_chat.ask(words)

    assert opened.text.startswith("The Second Epoch Problem")
    assert opened.button_labels[0] == localized_chat.text("entry-button-save")
    assert await localized_chat.topics() == []


@pytest.mark.parametrize(
    "content",
    [
        {"text": "a 𝕡aper", "entities": [hidden("a 𝕡aper", "𝕡aper", LINK)]},
        {"text": "/paper this", "entities": [hidden("/paper this", "this", LINK)]},
        {"photo": [PDF | {"width": 9, "height": 9}], "caption": f"see {LINK}"},
        {
            "photo": [PDF | {"width": 9, "height": 9}],
            "caption": "see this",
            "caption_entities": [hidden("see this", "this", LINK)],
        },
        {"document": PDF, "caption": f"A title\n{LINK}"},
        {
            "document": PDF,
            "caption": "this",
            "caption_entities": [hidden("this", "this", LINK)],
        },
        {"document": PDF | {"file_name": f"{KNOWN}v1 (2).pdf"}},
        {"text": f"Look: {LINK}", "forward_origin": FORWARDED},
        {
            "text": "New paper",
            "forward_origin": FORWARDED,
            "reply_markup": {"inline_keyboard": [[{"text": "arXiv", "url": LINK}]]},
        },
        {"text": "long " * 500 + LINK},
    ],
    ids=lambda content: ", ".join(content),
)
async def test_a_paper_opens_from_behind_words_and_from_under_pictures(
    conversation: Conversation, content: JsonObject
) -> None:
    conversation.person.send_content(content)

    [opened] = await conversation.running_bot.wait_for_replies(conversation.person)

    assert opened.text.startswith("The Second Epoch Problem")


@pytest.mark.parametrize(
    "content",
    [
        {"document": PDF},
        {"document": PDF, "caption": "my topics"},
        {"document": PDF | {"file_name": "t.json", "mime_type": "text/json"}, "caption": LINK},
    ],
)
def test_other_files_are_files(content: JsonObject) -> None:
    intent = read(content)

    assert intent
    assert (intent.kind, intent.words, intent.papers) == (UpdateKind.FILE, "f", ())


def test_papers_come_in_the_order_in_which_they_are_read() -> None:
    text = f"🎉 first, then {KNOWN}, then third\nand arXiv:2402.12845, last"
    entities: list[Json] = [
        hidden(text, "last", "https://arxiv.org/abs/hep-th/9901001"),
        hidden(text, "first", f"https://arxiv.org/abs/{STRANGE}"),
        hidden(text, "third", f"https://arxiv.org/abs/{OTHER}v2"),
    ]

    assert papers({"text": text, "entities": entities}) == [
        *(STRANGE, KNOWN, f"{OTHER}v2", "2402.12845", "hep-th/9901001")
    ]


def test_papers_are_found_before_the_words_are_cut() -> None:
    intent = read({"text": "x " * 2040 + KNOWN})

    assert intent
    assert len(intent.words) == MAX_TEXT_LENGTH
    assert intent.papers == (PaperMention(KNOWN, is_bare=True),)


_odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_entities = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["text_link", "url", "bold"]),
        "offset": st.integers(-5, 40) | _odd,
        "length": st.integers(-5, 40) | st.integers(),
    },
    optional={"url": st.just(LINK) | _odd},
)


@given(st.text(max_size=30), st.lists(_entities, max_size=30))
@example("£", [])  # no price: the number stands on a line of its own
@example("+49 (1", [])
def test_no_entity_keeps_a_message_from_being_read(text: str, entities: list[Json]) -> None:
    message_text = f"x{text}\n{KNOWN}"

    mentioned = papers({"text": message_text, "entities": entities})

    assert mentioned == [KNOWN]


@given(st.text(max_size=30), st.integers(0, 40))
def test_a_hidden_link_is_found_wherever_it_is_said_to_be(text: str, offset: int) -> None:
    entity: Json = {"type": "text_link", "offset": offset, "length": 1, "url": LINK}

    assert KNOWN in papers({"text": f"x{text}", "entities": [entity]})


def ids(answers: Sequence[VisibleMessage]) -> list[str]:
    """The papers that answers lead to, one each."""
    leads = [[url for _, url in message.links if "arxiv.org/abs/" in url] for message in answers]
    return [urls[0].rpartition("/")[2] if urls else "" for urls in leads]


async def test_several_papers_are_several_answers(localized_chat: Conversation) -> None:
    answers = await localized_chat.send_text(f"{LINK} and https://arxiv.org/abs/{OTHER}")

    assert ids(answers) == [KNOWN, OTHER]
    assert [message.button_labels[0] for message in answers] == [
        localized_chat.text("entry-button-save")
    ] * 2


async def test_five_are_opened_and_the_line_of_the_others_opens_them(
    localized_chat: Conversation,
) -> None:
    *opened, more = await localized_chat.send_text("Read these:\n" + "\n".join(SEVEN))

    assert ids(opened) == SEVEN[:5]
    sentence, line = more.text.rsplit("\n", 1)
    assert sentence == localized_chat.text("papers-more", more=2)
    assert ids(await localized_chat.send_text(line)) == SEVEN[5:]


async def test_hundreds_of_papers_are_one_short_list(conversation: Conversation) -> None:
    many = [f"2611.{number}" for number in range(10000, 10300)]

    *_, list_answer, none = await conversation.send_text("\n".join(many))

    assert conversation.text("papers-more", more=295) in list_answer.text
    assert "2611.10054, …" in list_answer.text
    assert none.text == conversation.text("paper-no-way", id=", ".join(many[:5]))


async def test_what_is_here_opens_and_what_is_not_is_asked_for(
    localized_chat: Conversation,
) -> None:
    opened, missing_answer, none = await localized_chat.send_text(
        f"arXiv:{STRANGE} {LINK} arXiv:2402.12845v2"
    )

    lacking = ("、" if localized_chat.language == "zh" else ", ").join([STRANGE, "2402.12845v2"])
    assert opened.text.startswith("The Second Epoch Problem")
    assert missing_answer.text == localized_chat.text("papers-fetching", id=lacking)
    assert none.text == localized_chat.text("paper-no-way", id=lacking)


async def test_several_are_fetched_in_one_request_and_unknown_ones_named(
    conversation: Conversation,
) -> None:
    await conversation.send_text("/start")
    requests: list[Sequence[str]] = []
    fetched = [
        Paper(f"arxiv:{id}", 2, title, "They drift.", ("Ana",), ("cs.RO",))
        for id, title in [("hep-th/9901001", "Old Boats"), (STRANGE, "Paper Boats")]
    ]

    async def ask_arxiv(ids: Sequence[str]) -> list[Paper]:
        requests.append(ids)
        return fetched

    chat = await conversation.running_bot.stored_chat(conversation.person)
    bot_info = conversation.running_bot.bot.services().bot_info
    ask = Request(
        bot_info,
        chat,
        Person(bot_info.bot_id, conversation.person.id),
        conversation.running_bot.clock.instant,
    )
    words = f"{STRANGE}v2 2402.12845 hep-th/9901001 2402.12846"
    reply = await fetch_and_open(
        ExternalServices(fetch_papers=ask_arxiv), conversation.running_bot.store, ask, words
    )

    assert requests == [words.split()]
    paper, old, unknown = (message.html for message in reply.messages)
    assert "Paper Boats" in paper
    assert "Old Boats" in old
    assert unknown == conversation.text("papers-not-there", id="2402.12845, 2402.12846")


async def test_where_one_table_is_refused_that_paper_alone_comes_as_text(
    conversation: Conversation,
) -> None:
    await conversation.send_text("/start")
    await conversation.use_table_form()
    failure = error_response(400, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG")
    conversation.running_bot.emulator.faults.schedule("sendRichMessage", failure)

    answers = await conversation.send_text(f"{LINK} https://arxiv.org/abs/{OTHER}")

    assert [message.is_rich for message in answers] == [False, True]
    assert ids(answers) == [KNOWN, OTHER]


async def test_papers_in_the_conversation_of_a_group_are_for_the_people(
    conversation: Conversation,
) -> None:
    group = await conversation.create_group()
    assert group.group
    group.group.promote_bot()  # so that it hears everything
    [greeting] = [message for message in group.person.messages(group.group) if message.is_from_bot]

    assert await group.send_text(f"Have you seen {LINK}?") == []
    group.person.send_text(LINK, group.group, reply_to_id=greeting.id)
    assert await group.running_bot.wait_for_replies(group.person, group.group) == []
    assert "The Second Epoch Problem" in (await group.ask(f"/paper see {LINK}")).text


async def test_a_query_with_a_number_stays_a_topic(conversation: Conversation) -> None:
    preview = await conversation.ask('ti:"2D 1207.7214 limits"')

    assert preview.text.startswith('ti:"2D 1207.7214 limits"\n')
    assert conversation.text("button-subscribe") in preview.button_labels


async def test_a_longer_message_without_a_paper_is_still_refused(
    conversation: Conversation,
) -> None:
    answer = await conversation.ask("long " * 500)

    assert conversation.text("query-too-long", max=2000) in answer.text
