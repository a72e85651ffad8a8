"""The whole bot over HTTP among hostile people: Telegram's judges stand at the other end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.people.people import Person
from bot.demo.people.visible_messages import VisibleMessage
from bot.topics.query.analyzer import index_text
from storage import open_store
from storage.records.chats import MessageForm
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.support.clock import MONDAY_AFTERNOON
from tests.support.running_bot import RunningBot, run_bot
from tests.system.fuzz import hostile
from tests.system.fuzz.judges import check_characters
from tests.system.fuzz.tally import FuzzStatistics
from tests.system.fuzz.test_papers import stored
from tests.system.fuzz.test_people import FORGED, WAYS

# Ten thousand characters are what is meant here, also in what Hypothesis tells of a failure.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
_PHRASES = st.lists(st.tuples(st.sampled_from(WAYS), hostile.hostile_texts), min_size=1, max_size=6)


@pytest.mark.parametrize(
    "examples", [5, pytest.param(300, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_hostile_people_over_http_are_answered_and_nothing_is_logged_as_wrong(
    fuzz_statistics: FuzzStatistics, caplog: pytest.LogCaptureFixture, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(
        _PHRASES,
        st.lists(FORGED, max_size=3),
        hostile.hostile_texts,
        stored(),
        st.sampled_from(MessageForm),
    )
    def holds(
        phrases: list[tuple[str, str]],
        forged: list[str],
        name: str,
        papers: list[Paper],
        form: MessageForm,
    ) -> None:
        words = [name, *forged, *(text for _, text in phrases)]
        fuzz_statistics.count_example(
            "HTTP", [*words, *(t for paper in papers for t in hostile.paper_texts(paper))]
        )
        caplog.clear()

        calls = asyncio.run(_visits(phrases, forged, name, papers, form))

        fuzz_statistics.count_messages("HTTP", calls)
        wrong = [
            record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING
        ]
        assert wrong == []

    holds()


async def _visits(
    phrases: Sequence[tuple[str, str]],
    forged: Sequence[str],
    name: str,
    papers: Sequence[Paper],
    form: MessageForm,
) -> int:
    """One visit; on its way out every call is judged. Returns how many calls there were."""
    store = open_store("sqlite://", analyze=index_text)
    try:
        async with run_bot(store, form=form) as running_bot:
            await running_bot.announce(
                [
                    Announcement(paper, "cs.CV", AnnouncementKind.NEW, MONDAY_AFTERNOON.date())
                    for paper in papers
                ]
            )
            ada = running_bot.create_person(name)
            assert await running_bot.send_text(ada, "/start")
            await _talks(running_bot, ada, phrases, forged)
            for call in running_bot.emulator.calls:
                # Whether a chat that somebody names exists is a question; no is an answer.
                is_question = call.method in ("getChat", "getChatMember")
                # So is that a message says already what the same press made of it before.
                is_said = "message is not modified" in call.description
                # A press can be forged under a file too, which has no text to be changed.
                is_file = "there is no text in the message to edit" in call.description
                is_answer = call.is_accepted or is_question or is_said or is_file
                assert is_answer, (call.method, call.description)
                _is_sound(call.method, call.parameters)
            for message in ada.messages():
                if message.is_from_bot:
                    _is_clean(message)
            return len(running_bot.emulator.calls)
    finally:
        store.close()


async def _talks(
    running_bot: RunningBot, ada: Person, phrases: Sequence[tuple[str, str]], forged: Sequence[str]
) -> None:
    for command in ("/sub boats", "/search boats"):
        assert await running_bot.send_text(ada, command)
    for way, words in phrases:
        await running_bot.send_text(ada, way.replace("{}", words)[:4096] or "/start")
    for data in forged:
        # Data can be forged, but a press is always under a message of the bot.
        under = [message.id for message in ada.messages() if message.is_from_bot]
        await running_bot.press_forged(ada, data[:64], under[-1])
    await running_bot.send_text(ada, "/digest boats")


def _is_sound(method: str, parameters: JsonObject) -> None:
    """Rich messages look for no links of their own; classic ones load no preview."""
    rich = parameters.get("rich_message")
    if isinstance(rich, dict):
        assert rich["skip_entity_detection"] is True
    elif method in ("sendMessage", "editMessageText"):
        assert parameters["link_preview_options"] == {"is_disabled": True}


def _is_clean(message: VisibleMessage) -> None:
    check_characters(message.text)
    for label in message.button_labels:
        check_characters(label)
