"""The default answers are such that honest checks of a summary pass."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from tests.models import answers, han, reading
from tests.models.conversations import ABSTRACT, PAPER, SYSTEM, TITLE, openai_client, summary_format
from tests.models.refusals import Json
from tests.models.requests import ChatMessage, ChatRequest, parse_request
from tests.models.server import MODEL, model_server

_MARK = re.compile(r"⟦\d+⟧")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def _chat(system: str = SYSTEM, user: str = PAPER, **changed: object) -> ChatRequest:
    lock = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return parse_request(json.dumps({"model": "m", "messages": lock, **changed}).encode())


def _summary_fields(chat: ChatRequest) -> dict[str, str]:
    filled = json.loads(answers.plausible_answer(chat, reading.requested_language(chat)))
    assert isinstance(filled, dict)
    return filled


def _han_share(text: str) -> float:
    letters = [character for character in text if character.isalpha()]
    return sum("\u3400" <= character <= "\u9fff" for character in letters) / len(letters)


def test_a_translation_has_the_looks_of_one() -> None:
    summary = _summary_fields(_chat(response_format=summary_format()))

    assert list(summary) == ["title", "gist", "abstract"]
    assert _han_share(summary["abstract"]) > 0.7
    assert 0.2 < len(summary["abstract"]) / len(ABSTRACT) < 0.7
    assert _MARK.findall(summary["title"] + summary["abstract"]) == ["⟦1⟧", "⟦2⟧", "⟦3⟧"]
    assert _NUMBER.findall(summary["abstract"]) == _NUMBER.findall(ABSTRACT)
    for name in ("DeepFlow-2", "OSPF", "Dijkstra"):
        assert name in summary["abstract"]


def test_a_tldr_is_one_sentence_with_the_numbers_of_the_source() -> None:
    tldr = _summary_fields(_chat(response_format=summary_format()))["gist"]

    assert tldr.count("。") == 1
    assert tldr.endswith("。")
    assert set(_NUMBER.findall(tldr)) <= set(_NUMBER.findall(ABSTRACT))
    assert 10 < len(tldr) < 120


def test_english_is_the_words_of_the_paper() -> None:
    system = "Summarise the abstract in English. Answer in JSON."

    summary = _summary_fields(_chat(system, response_format=summary_format()))

    assert summary["title"] == TITLE
    assert summary["abstract"] == ABSTRACT
    assert summary["gist"] in ABSTRACT


def test_the_same_question_has_the_same_answer() -> None:
    assert _summary_fields(_chat(response_format=summary_format())) == _summary_fields(
        _chat(response_format=summary_format())
    )


@given(
    st.lists(
        st.sampled_from(["⟦1⟧", "⟦22⟧", "3.14", "50%", "ResNet-50", "BERT", "the", "we", "network",
                         "$x^2$", "`code`", "https://a.org/b", ",", ".", "(", ")", "α", "学习"]),
        min_size=1,
    )
)  # fmt: skip
def test_what_must_survive_survives_in_its_order(words: list[str]) -> None:
    kept_words = [word for word in words if re.search(r"[⟦\d%$`/]|BERT", word)]

    line = han.fake_translation(" ".join(["we", *words]))

    for word in kept_words:
        assert word in line
        line = line[line.index(word) + len(word) :]


@given(st.text())
def test_any_text_is_translated(text: str) -> None:
    assert han.fake_translation(text)


@given(st.text(), st.integers(0, 60))
def test_a_cut_answer_keeps_its_limit(text: str, limit: int) -> None:
    truncated = answers.truncate_to_tokens(text, limit)

    assert text.startswith(truncated)
    assert answers.estimate_tokens(truncated) <= limit
    assert truncated == text or answers.estimate_tokens(text[: len(truncated) + 1]) > limit


@pytest.mark.parametrize(
    ("system", "user", "language"),
    [
        ("Translate from English into Simplified Chinese.", "x", "zh"),
        ("The abstract is written in English. Answer in Chinese.", "x", "zh"),
        ("你是论文翻译，请译成中文。", "x", "zh"),
        ("Target language: zh-Hans", "x", "zh"),
        ("Write one sentence in English.", "We study Chinese word segmentation.", "en"),
        ("Language: en", "Into Chinese poems we look.", "en"),
        ("You gloss papers.", "Language: de\n\nTitle: A", "de"),
        ("You gloss papers.", "语言：zh\n标题：A", "zh"),
        ("Write a sentence in Chinese (zh) about the paper.", "x", "zh"),
        ("You gloss papers.", "A paper.", ""),
    ],
)
def test_the_language_is_what_the_instructions_name(system: str, user: str, language: str) -> None:
    chat = ChatRequest({}, "m", (ChatMessage("system", system), ChatMessage("user", user)))

    assert reading.requested_language(chat) == language


@pytest.mark.parametrize(
    "user",
    [
        PAPER,
        f"Title: {TITLE}\nAbstract: {ABSTRACT}",
        f"**Title**: {TITLE}\n\n**Abstract**: {ABSTRACT}",
        f"标题：{TITLE}\n摘要：{ABSTRACT}",
        f"Here is the paper:\n```\nTitle: {TITLE}\n\nAbstract: {ABSTRACT}\n```\nAnswer in JSON.",
        "Data: " + json.dumps({"title": TITLE, "abstract": ABSTRACT}) + " End.",
        f"Gloss this.\n<data-3f>\n{TITLE}\n{ABSTRACT}\n</data-3f>",
        f"Gloss.\n<<<PAPER 3f>>>\n{TITLE}\n{ABSTRACT}\n<<<END 3f>>>\nThat is all.",
        f"{TITLE}\n\n{ABSTRACT}",
    ],
)
def test_the_paper_is_found_however_it_is_given(user: str) -> None:
    paper = reading.requested_paper(user)

    assert (paper.title, paper.abstract) == (TITLE, ABSTRACT)


def test_without_a_schema_the_named_keys_are_answered() -> None:
    system = 'Answer in Chinese, as JSON with the keys "title", "gist" and "abstract".'

    summary = _summary_fields(_chat(system))

    assert list(summary) == ["title", "gist", "abstract"]
    assert _han_share(summary["abstract"]) > 0.7


def test_without_schema_and_keys_the_answer_is_text() -> None:
    chat = _chat("Translate into Chinese.")

    text = answers.plausible_answer(chat, reading.requested_language(chat))

    assert text == han.fake_translation(ABSTRACT)


def test_chinese_words_of_a_topic_become_english() -> None:
    schema: Json = {"type": "object", "properties": {"query": {"type": "string"}}}
    format_ = {"type": "json_schema", "json_schema": {"name": "topic", "schema": schema}}
    chat = _chat("Give English search words, in English.", "扩散模型", response_format=format_)

    assert _summary_fields(chat) == {"query": "diffusion model"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limits: str
    caveats: list[str]


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid")
    language: str
    problem: str
    method: str
    result: str
    part: _Part
    other: _Part | None
    sure: bool
    count: int


async def test_any_schema_is_filled_so_that_the_client_can_parse_it() -> None:
    async with model_server() as server, openai_client(server) as openai:
        completion = await openai.chat.completions.parse(
            model=MODEL,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": PAPER}],
            response_format=_Note,
        )

    note = completion.choices[0].message.parsed
    assert note is not None
    assert note.language == "zh"
    assert len({note.problem, note.method, note.result, note.part.limits}) == 4
    assert note.other is not None
    assert note.part.caveats
