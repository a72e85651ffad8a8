"""Hostile people: whatever they say, are called or press, they get a sound and sensible answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.handler_table import BUTTONS, COMMANDS
from bot.chat.handlers.account import onboarding
from bot.render.telegram.keyboard import Action
from storage.records.chats import ChatKind, MessageForm
from tests.support.builders import papers
from tests.system.fuzz import hostile
from tests.system.fuzz.hostile_chat import HostileChat, hostile_chat
from tests.system.fuzz.tally import FuzzStatistics

# Ten thousand characters are what is meant here, also in what Hypothesis tells of a failure.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
WAYS = (
    *(f"/{name} {{}}" for name in COMMANDS),
    *("{}", '/sub "{}"', "/sub diffusion {}", "/search diffusion OR {}", "/sub ti:{}"),
    *("/start p_1_{}", "/digest@papergram_bot {}", "/{}", "/limit {} 5", "/sub -{}", "/list {}"),
)
_PRESS = st.builds(
    "1{}:{}:{}".format,
    st.sampled_from(sorted(BUTTONS)),
    st.sampled_from([0, 1, 2, 7, 41, 99, 1001, 10**17]),
    st.sampled_from([0, 1, 2, 12, 43, 10**18 - 1]),
)
# Half of what is forged reads as one of our buttons; one_of would give each sort of text as much.
FORGED = st.booleans().flatmap(lambda reads: _PRESS if reads else hostile.hostile_texts)
_ANSWERED = st.lists(
    st.tuples(
        st.sampled_from(["rename", "words", "topic_other", "guide_time"]), hostile.hostile_texts
    ),
    max_size=2,
)


def walks(worker: HostileChat, steps: Sequence[int]) -> None:
    """Presses whatever the last message offers, again and again."""
    for step in steps:
        if not worker.offered_actions:
            return
        worker.press(worker.offered_actions[step % len(worker.offered_actions)])


@pytest.mark.parametrize(
    "examples", [30, pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_whatever_somebody_says_is_answered(fuzz_statistics: FuzzStatistics, examples: int) -> None:
    @settings(max_examples=examples)
    @given(
        st.lists(st.tuples(st.sampled_from(WAYS), hostile.hostile_texts), min_size=1, max_size=3),
        hostile.hostile_texts,
        st.sampled_from(ChatKind),
        st.sampled_from(MessageForm),
        st.lists(st.integers(0, 40), max_size=4),
    )
    def holds(
        phrases: list[tuple[str, str]],
        name: str,
        kind: ChatKind,
        form: MessageForm,
        steps: list[int],
    ) -> None:
        fuzz_statistics.count_example("people", [name, *(words for _, words in phrases)])
        with hostile_chat(name=name, kind=kind, form=form, operator=True) as worker:
            worker.announce_papers(papers(1, 2))
            for way, words in phrases:
                answers = worker.send_text(way.replace("{}", words))
                assert answers or kind is not ChatKind.PRIVATE or "{}" != way != "/{}" or words
            walks(worker, steps)
            worker.send_text("/users")
            worker.check_outbox()
            fuzz_statistics.count_messages("people", worker.checked_count)

    holds()


@pytest.mark.parametrize("examples", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_topic_of_any_name_can_be_shown_changed_and_stopped(
    fuzz_statistics: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(
        hostile.hostile_texts,
        hostile.hostile_texts,
        _ANSWERED,
        st.lists(st.integers(0, 40), max_size=5),
    )
    def holds(name: str, words: str, answers: list[tuple[str, str]], steps: list[int]) -> None:
        fuzz_statistics.count_example("topics", [name, words, *(text for _, text in answers)])
        with hostile_chat(name=name) as worker:
            worker.announce_papers(papers(1, 2))
            worker.send_text(f'/sub diffusion OR "{words}"')
            _subscribes(worker)
            for verb, text in answers:
                worker.press(Action(verb, onboarding.OTHER_TIME if verb == "guide_time" else 1))
                worker.send_text(text)
            for command in ("/list", "/digest", "/export", "/history", "/unsub", "/forget"):
                worker.send_text(command)
            worker.send_text("/list")
            walks(worker, steps)
            worker.check_outbox()
            fuzz_statistics.count_messages("topics", worker.checked_count)

    holds()


def _subscribes(worker: HostileChat) -> None:
    subscribe_actions = [action for action in worker.offered_actions if action.verb == "subscribe"]
    if not subscribe_actions:  # the words could not be read as a topic
        worker.send_text("/sub diffusion")
        subscribe_actions = [
            action for action in worker.offered_actions if action.verb == "subscribe"
        ]
    worker.press(subscribe_actions[0])


@pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_forged_presses_are_answered_and_open_nothing(
    fuzz_statistics: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(
        st.lists(FORGED, min_size=1, max_size=6), hostile.hostile_texts, st.sampled_from(ChatKind)
    )
    def holds(forged: list[str], name: str, kind: ChatKind) -> None:
        fuzz_statistics.count_example("presses", [name, *forged])
        with hostile_chat(name=name, kind=kind, operator=True) as worker:
            worker.announce_papers(papers(1, 2))
            worker.send_text("/sub diffusion")
            for data in forged:
                worker.send_callback_data(data)
            fuzz_statistics.count_messages("presses", worker.checked_count)

    holds()
