"""What cannot be used gets one clear sentence, and the store stays as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.api.updates import MAX_TEXT_LENGTH, UpdateKind, parse_update
from storage import Store
from tests.chat.conversation import Conversation
from tests.support.running_bot import run_bot

QUERIES = [
    ("robots (", 7, "query-operand-missing"),
    ('"quantum error', 0, "query-quote-unclosed"),
    ("(quantum error", 0, "query-open-unclosed"),
    ("quantum error)", 13, "query-close-extra"),
    ("quantum ()", 8, "query-group-empty"),
    ("-survey", 0, "query-only-excludes"),
    ("robots OR", 7, "query-operand-missing"),
    ("foo:hinton", 0, "query-field-unknown"),
    ("cat:cs.XV", 4, "query-category-unknown"),
    ("robots cs.XV", 7, "query-category-unknown"),
    ("id:abc", 3, "query-id-unknown"),
    ("1*", 0, "query-prefix-short"),
    ("!!!", 0, "query-empty"),
    ("扩散 (", 3, "query-operand-missing"),
]


@pytest.mark.parametrize(("words", "position", "key"), QUERIES)
@pytest.mark.parametrize("command", ["/sub", "/digest", ""])
async def test_a_topic_that_cannot_be_read_is_marked_at_its_place(
    localized_chat: Conversation, command: str, words: str, position: int, key: str
) -> None:
    await localized_chat.ask("/start")
    before = localized_chat.store_rows(
        "button_payloads"
    )  # of the buttons that offer other readings

    answer = await localized_chat.ask(f"{command} {words}".strip())

    sentence, shown, mark, *below = answer.text.split("\n")
    assert sentence.startswith(localized_chat.text(key, **_VALUES).split("\0")[0])
    assert shown == words
    assert mark.endswith("↑")
    assert _columns(mark[:-1]) == _columns(words[:position])
    assert below == (
        [localized_chat.text("suggestions", readings=len(answer.button_labels))]
        if answer.button_labels
        else []
    )
    assert localized_chat.store_rows("button_payloads") == before


_VALUES: dict[str, str | int] = {
    "operator": "\0",
    "given": "\0",
    "nearest": "\0",
    "letters": "\0",
    "field": "\0",
}


def _columns(text: str) -> int:
    """How wide a text stands in a fixed-width font: Chinese signs take two columns."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


@pytest.mark.parametrize(
    ("command", "key"),
    [
        ("/timezone Nowhere", "settings-zone-unknown"),
        ("/timezone " + "x" * 3000, "settings-zone-unknown"),
        ("/time 25:00", "settings-time-word"),
        ("/time half past eight", "settings-time-word"),
        ("/time mon 8 tue 9", "settings-time-mixed"),
        ("/time every", "settings-time-usage"),
        ("/lang klingon", "settings-lang-usage"),
        ("/unsub 7", "topic-unknown"),
        ("/unsub <b>robots", "topic-unknown"),
        ("/nonsense", "refusal-command-unknown"),
        ("/", "refusal-command-unknown"),
        ("/sub " + "a" * 2001, "query-too-long"),
        ("a" * 4096, "query-too-long"),
        ("/sub " + " ".join(f"w{n}" for n in range(51)), "query-too-many-terms"),
        ("/sub " + "(" * 21 + "a" + ")" * 21, "query-too-deep"),
        ("/digest " + "a" * 2001, "query-too-long"),
        ("/sub \u0000\u200b\u202e", "sub-usage"),
        ("\u0000\u200b\u202e", "sub-usage"),
    ],
)
async def test_bad_input_gets_one_sentence_and_changes_nothing(
    localized_chat: Conversation, command: str, key: str
) -> None:
    await localized_chat.subscribe()
    before = localized_chat.store_rows()

    answer = await localized_chat.ask(command)

    values: dict[str, str | int] = dict.fromkeys(("given", "example", "max", "word"), "\x00")
    assert answer.text.startswith(localized_chat.text(key, **values).split("\0")[0])
    assert len(answer.text) < 400
    assert localized_chat.store_rows() == before


async def test_a_category_that_is_not_read_is_refused(store: Store, language: str) -> None:
    async with run_bot(store, feeds="cs.CV cs.LG") as running_bot:
        conversation = Conversation(
            running_bot, running_bot.create_person(language=language), language
        )
        await conversation.ask("/start")
        before = conversation.store_rows()

        answer = await conversation.ask("/sub cat:hep-th")

        assert answer.text == conversation.text(
            "topic-unread", categories="hep-th", read="cs.CV, cs.LG"
        )
        assert conversation.store_rows() == before


@pytest.mark.parametrize("words", ["<script>", "a&amp;b", "`x`", "[l](http://x)", "{$given}"])
async def test_what_people_write_is_never_markup(conversation: Conversation, words: str) -> None:
    """Every answer is read by Telegram's own parser when the bot stops."""
    for command in ("/unsub", "/timezone", "/digest", "/sub"):
        assert await conversation.send_text(f"{command} {words}")


async def test_no_more_topics_than_a_chat_may_have(conversation: Conversation) -> None:
    before_last = 50
    for number in range(before_last):
        await conversation.subscribe(f"word{number}")
    await conversation.ask("/sub onemore")
    before = conversation.store_rows()

    answer = await conversation.press_button("button-subscribe")

    assert answer.toast == conversation.text("topic-limit", limit=before_last)
    assert answer.is_empty
    assert conversation.store_rows() == before
    assert len((await conversation.ask("/unsub")).button_rows) == before_last


def _message(text: str, kind: str = "private", name: str = "Ada") -> str:
    chat = {"id": 7, "type": kind, "first_name": "Ada", "title": "Lab"}
    person = {"id": 7, "is_bot": False, "first_name": name}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": person, "text": text}
    return json.dumps({"update_id": 1, "message": message})


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=5000))
def test_any_text_is_a_command_words_or_nothing_for_us(text: str) -> None:
    private, group = (
        parse_update(_message(text, kind), "papergram_bot") for kind in ("private", "group")
    )

    assert private is None or private.kind in (UpdateKind.COMMAND, UpdateKind.TEXT)
    assert group is None or group.kind is UpdateKind.COMMAND
    for update in (private, group):
        if update:
            assert len(update.words) <= MAX_TEXT_LENGTH
            assert not set(update.words) & {"\0", "\u202e", "\u200b"}


def test_who_has_no_name_is_heard() -> None:
    update = parse_update(_message("robots", name=""), "papergram_bot")

    assert update is not None
    assert (update.name, update.words) == ("", "robots")


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"edited_message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}},
        {"message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}},
    ],
)
def test_an_update_that_asks_nothing_is_nothing(update: dict[str, object]) -> None:
    assert parse_update(json.dumps({"update_id": 1, **update}), "papergram_bot") is None
