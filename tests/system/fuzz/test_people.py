"""Hostile people: whatever they say, are called or press, they get a sound and sensible answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.handler_table import BUTTONS, COMMANDS
from bot.render.telegram.keyboard import Action
from storage.records import ChatKind, Form
from tests.support.builders import papers
from tests.system.fuzz import hostile
from tests.system.fuzz.desk import Desk, opened
from tests.system.fuzz.tally import Tally

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
FORGED = st.booleans().flatmap(lambda reads: _PRESS if reads else hostile.texts)
_ANSWERED = st.lists(
    st.tuples(st.sampled_from(["rename", "words", "topic_other", "guide"]), hostile.texts),
    max_size=2,
)


def walks(desk: Desk, steps: Sequence[int]) -> None:
    """Presses whatever the last message offers, again and again."""
    for step in steps:
        if not desk.offered:
            return
        desk.presses(desk.offered[step % len(desk.offered)])


@pytest.mark.parametrize(
    "examples", [30, pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_whatever_somebody_says_is_answered(tally: Tally, examples: int) -> None:
    @settings(max_examples=examples)
    @given(
        st.lists(st.tuples(st.sampled_from(WAYS), hostile.texts), min_size=1, max_size=3),
        hostile.texts,
        st.sampled_from(ChatKind),
        st.sampled_from(Form),
        st.lists(st.integers(0, 40), max_size=4),
    )
    def holds(
        said: list[tuple[str, str]], name: str, kind: ChatKind, form: Form, steps: list[int]
    ) -> None:
        tally.example("people", [name, *(words for _, words in said)])
        with opened(name=name, kind=kind, form=form, operator=True) as desk:
            desk.holds(papers(1, 2))
            for way, words in said:
                answers = desk.says(way.replace("{}", words))
                assert answers or kind is not ChatKind.PRIVATE or "{}" != way != "/{}" or words
            walks(desk, steps)
            desk.says("/users")
            desk.receives()
            tally.messages("people", desk.judged)

    holds()


@pytest.mark.parametrize("examples", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_topic_of_any_name_can_be_shown_changed_and_stopped(tally: Tally, examples: int) -> None:
    @settings(max_examples=examples)
    @given(hostile.texts, hostile.texts, _ANSWERED, st.lists(st.integers(0, 40), max_size=5))
    def holds(name: str, words: str, answers: list[tuple[str, str]], steps: list[int]) -> None:
        tally.example("topics", [name, words, *(text for _, text in answers)])
        with opened(name=name) as desk:
            desk.holds(papers(1, 2))
            desk.says(f'/sub diffusion OR "{words}"')
            _subscribes(desk)
            for verb, text in answers:
                desk.presses(Action(verb, 4 if verb == "guide" else 1))
                desk.says(text)
            for command in ("/list", "/digest", "/export", "/history", "/unsub", "/forget"):
                desk.says(command)
            desk.says("/list")
            walks(desk, steps)
            desk.receives()
            tally.messages("topics", desk.judged)

    holds()


def _subscribes(desk: Desk) -> None:
    wanted = [one for one in desk.offered if one.verb == "subscribe"]
    if not wanted:  # the words could not be read as a topic
        desk.says("/sub diffusion")
        wanted = [one for one in desk.offered if one.verb == "subscribe"]
    desk.presses(wanted[0])


@pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_forged_presses_are_answered_and_open_nothing(tally: Tally, examples: int) -> None:
    @settings(max_examples=examples)
    @given(st.lists(FORGED, min_size=1, max_size=6), hostile.texts, st.sampled_from(ChatKind))
    def holds(forged: list[str], name: str, kind: ChatKind) -> None:
        tally.example("presses", [name, *forged])
        with opened(name=name, kind=kind, operator=True) as desk:
            desk.holds(papers(1, 2))
            desk.says("/sub diffusion")
            for data in forged:
                desk.forges(data)
            tally.messages("presses", desk.judged)

    holds()
