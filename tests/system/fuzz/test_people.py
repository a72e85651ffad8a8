"""Hostile people: whatever they say, are called or press, they get a sound and sensible answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.handler_table import BUTTONS, COMMANDS
from bot.render.telegram.keyboard import Action
from storage.records import ChatKind, MessageForm
from tests.support.builders import papers
from tests.system.fuzz import hostile
from tests.system.fuzz.desk import HostileChat, hostile_chat
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
    st.tuples(st.sampled_from(["rename", "words", "topic_other", "guide"]), hostile.hostile_texts),
    max_size=2,
)


def walks(desk: HostileChat, steps: Sequence[int]) -> None:
    """Presses whatever the last message offers, again and again."""
    for step in steps:
        if not desk.offered_actions:
            return
        desk.press(desk.offered_actions[step % len(desk.offered_actions)])


@pytest.mark.parametrize(
    "examples", [30, pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_whatever_somebody_says_is_answered(tally: FuzzStatistics, examples: int) -> None:
    @settings(max_examples=examples)
    @given(
        st.lists(st.tuples(st.sampled_from(WAYS), hostile.hostile_texts), min_size=1, max_size=3),
        hostile.hostile_texts,
        st.sampled_from(ChatKind),
        st.sampled_from(MessageForm),
        st.lists(st.integers(0, 40), max_size=4),
    )
    def holds(
        said: list[tuple[str, str]], name: str, kind: ChatKind, form: MessageForm, steps: list[int]
    ) -> None:
        tally.count_example("people", [name, *(words for _, words in said)])
        with hostile_chat(name=name, kind=kind, form=form, operator=True) as desk:
            desk.announce_papers(papers(1, 2))
            for way, words in said:
                answers = desk.send_text(way.replace("{}", words))
                assert answers or kind is not ChatKind.PRIVATE or "{}" != way != "/{}" or words
            walks(desk, steps)
            desk.send_text("/users")
            desk.check_outbox()
            tally.count_messages("people", desk.checked_count)

    holds()


@pytest.mark.parametrize("examples", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_topic_of_any_name_can_be_shown_changed_and_stopped(
    tally: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(
        hostile.hostile_texts,
        hostile.hostile_texts,
        _ANSWERED,
        st.lists(st.integers(0, 40), max_size=5),
    )
    def holds(name: str, words: str, answers: list[tuple[str, str]], steps: list[int]) -> None:
        tally.count_example("topics", [name, words, *(text for _, text in answers)])
        with hostile_chat(name=name) as desk:
            desk.announce_papers(papers(1, 2))
            desk.send_text(f'/sub diffusion OR "{words}"')
            _subscribes(desk)
            for verb, text in answers:
                desk.press(Action(verb, 4 if verb == "guide" else 1))
                desk.send_text(text)
            for command in ("/list", "/digest", "/export", "/history", "/unsub", "/forget"):
                desk.send_text(command)
            desk.send_text("/list")
            walks(desk, steps)
            desk.check_outbox()
            tally.count_messages("topics", desk.checked_count)

    holds()


def _subscribes(desk: HostileChat) -> None:
    wanted = [one for one in desk.offered_actions if one.verb == "subscribe"]
    if not wanted:  # the words could not be read as a topic
        desk.send_text("/sub diffusion")
        wanted = [one for one in desk.offered_actions if one.verb == "subscribe"]
    desk.press(wanted[0])


@pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_forged_presses_are_answered_and_open_nothing(tally: FuzzStatistics, examples: int) -> None:
    @settings(max_examples=examples)
    @given(
        st.lists(FORGED, min_size=1, max_size=6), hostile.hostile_texts, st.sampled_from(ChatKind)
    )
    def holds(forged: list[str], name: str, kind: ChatKind) -> None:
        tally.count_example("presses", [name, *forged])
        with hostile_chat(name=name, kind=kind, operator=True) as desk:
            desk.announce_papers(papers(1, 2))
            desk.send_text("/sub diffusion")
            for data in forged:
                desk.send_callback_data(data)
            tally.count_messages("presses", desk.checked_count)

    holds()
