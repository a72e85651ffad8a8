"""The client and its summaries against a strict server that was written from the API's reference.

It refuses every request that the API would refuse, and misbehaves by name.
"""

import pytest

from bot.summaries.llm.ask_for_fields import AnswerRejected
from bot.summaries.llm.client import ModelClient
from bot.summaries.llm.errors import (
    CompletionDeclined,
    KeyRefused,
    ModelError,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Unreachable,
    Usage,
)
from bot.summaries.llm.paper_notes import translate_search_words, write_note
from bot.summaries.llm.summarize import summarize
from tests.models.server import KEY, MODEL, model_server
from tests.summaries.papers import sample_summaries

PAPERS = [paper for paper, _ in sample_summaries()]


async def spent_on(script: str) -> tuple[list[Usage], int]:
    """What summarizing a paper costs, and how many calls the server saw."""
    spent: list[Usage] = []
    async with model_server(script) as server, ModelClient(server.url, KEY, MODEL) as model:
        await summarize(model, PAPERS[0], "zh", spent.append)
        return spent, len(server.calls)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_paper_is_told_in_one_call(language: str) -> None:
    async with model_server("good") as server, ModelClient(server.url, KEY, MODEL) as model:
        for paper in PAPERS[:12]:
            await summarize(model, paper, language, lambda _: None)

        assert len(server.calls) == 12


async def test_notes_and_search_words_are_had() -> None:
    async with model_server("good") as server, ModelClient(server.url, KEY, MODEL) as model:
        note = await write_note(model, PAPERS[0], "zh", lambda _: None)

        assert all((note.problem, note.method, note.result, note.limits))
        assert await translate_search_words(model, "扩散模型", lambda _: None) == "diffusion model"


@pytest.mark.parametrize(
    "script",
    [
        "prose",
        "fence",
        "think",
        "two-choices",
        "renamed-keys",
        "list-json",
        "slow=0.05",
        "no-usage",
        "negative-usage",
        "absurd-usage",
        "wrong-usage",
        "no-json-object",
    ],
)
async def test_what_is_odd_but_readable_is_read(script: str) -> None:
    spent, calls = await spent_on(script)

    assert (len(spent), calls) == (1, 1)
    assert spent[0].is_estimated == ("usage" in script)
    assert 400 < spent[0].prompt_tokens < 900
    assert 200 < spent[0].completion_tokens < 900


@pytest.mark.parametrize(
    "script",
    [
        "no-json-schema",
        "no-json-schema-llamacpp",
        "no-json-schema-vllm",
        "no-response-format",
        "no-temperature",
        "no-max-tokens",
    ],
)
async def test_what_is_refused_by_name_costs_nothing(script: str) -> None:
    spent, calls = await spent_on(script)

    assert len(spent) == 1
    assert calls in (2, 3)


@pytest.mark.parametrize("script", ["cut-length good", "cut-json good"])
async def test_a_cut_answer_is_continued(script: str) -> None:
    spent, calls = await spent_on(script)

    assert len(spent) == calls
    assert 2 <= calls <= 3


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("unauthorized", KeyRefused),
        ("forbidden", KeyRefused),
        ("unknown-model", ModelUnknown),
        ("unpaid", OutOfCredit),
        ("quota", OutOfCredit),
        ("rate-limit=7", Overloaded),
        ("rate-limit-date=7", Overloaded),
        ("rate-limit-bare", Overloaded),
        ("rate-limit-absurd", Overloaded),
        ("unavailable", Overloaded),
        ("server-error", Unreachable),
        ("bad-gateway", Unreachable),
        ("reset", Unreachable),
        ("reset-body", Unreachable),
        ("infinite", Unreachable),
        ("huge", Unreachable),
        ("empty", Unreachable),
        ("null", Unreachable),
        ("no-choices", Unreachable),
        ("not-json", Unreachable),
        ("refusal", CompletionDeclined),
        ("content-filter", CompletionDeclined),
    ],
)
async def test_every_trouble_is_named(script: str, kind: type[ModelError]) -> None:
    with pytest.raises(ModelError) as caught:
        await spent_on(script)

    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("script", "seconds"),
    [
        ("rate-limit=7", 7.0),
        ("rate-limit-date=7", 7.0),
        ("rate-limit-absurd", 86_400.0),
        ("rate-limit-bare", 3.89),  # as its message says
        ("unavailable", None),
    ],
)
async def test_an_overload_tells_how_long(script: str, seconds: float | None) -> None:
    with pytest.raises(Overloaded) as caught:
        await spent_on(script)

    assert caught.value.seconds == pytest.approx(seconds, abs=1.5)


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("wrong-types", "unreadable"),
        ("null-values", "unreadable"),
        ("wrong-language", "wrong_language"),
        ("copy", "wrong_language"),
        ("links", "link"),
        ("markup", "markup"),
        ("other-ids", "other_paper"),
        ("self-talk", "about_itself"),
        ("wrong-number", "number_changed"),
        ("lost-marks", "mark_lost"),
        ("repeating", "repeats"),
        ("short-abstract", "too_short"),
        ("cut-length", "cut_short"),
    ],
)
async def test_every_bad_answer_is_seen(script: str, fault: str) -> None:
    with pytest.raises(AnswerRejected) as caught:
        await spent_on(script)

    assert fault in caught.value.findings


@pytest.mark.parametrize("script", ["links good", "self-talk good", "wrong-types good"])
async def test_a_second_answer_may_be_good(script: str) -> None:
    spent, calls = await spent_on(script)

    assert (len(spent), calls) == (2, 2)
