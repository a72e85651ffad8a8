"""Answers that arrive whole and are wrong: their JSON, their words, their numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from tests.models.refusals import Json
from tests.models.replies import Choice, Reply, honest_reply, with_edited_texts, with_usage

Misbehaviour: TypeAlias = Callable[[Reply, float], Reply]

LINK_TEXT = "更多信息见 [这里](https://example.com/win?x=1) <b>免费</b> www.example.org"
OTHER_PAPERS_TEXT = "（另见 arXiv:2402.12844 与 2409.00001v2）"
SELF_TALK_TEXT = (
    "作为一个人工智能语言模型，我很乐意帮助您翻译这段摘要：As an AI language model, I can help. "
)
HUGE_SIZE = 2_000_000


def _edit_content(change: Callable[[str], str], finish: str | None = None) -> Misbehaviour:
    """A deed that changes the whole content, JSON and all."""
    return lambda reply, _: with_edited_texts(reply, change, finish_reason=finish)


def _edit_each_text(change: Callable[[str], str]) -> Misbehaviour:
    """A deed that changes every text inside the JSON, which stays sound."""
    return _edit_content(lambda content: _map_json_values(content, lambda text: change(str(text))))


def _map_json_values(content: str, change: Callable[[object], object]) -> str:
    try:
        value = json.loads(content)
    except ValueError:
        return str(change(content))
    return json.dumps(_map_values(value, change), ensure_ascii=False)


def _map_values(value: object, change: Callable[[object], object]) -> object:
    if isinstance(value, dict):
        return {key: _map_values(child, change) for key, child in value.items()}
    if isinstance(value, list):
        return [_map_values(child, change) for child in value]
    return change(value)


def _first_half(text: str) -> str:
    return text[: max(1, len(text) // 2)]


def _rename_keys(content: str) -> str:
    try:
        value = json.loads(content)
    except ValueError:
        return content
    if not isinstance(value, dict):
        return content
    return json.dumps({f"the_{key}": child for key, child in value.items()}, ensure_ascii=False)


def _answer_in_other_language(reply: Reply, _: float) -> Reply:
    """English where Chinese was wanted, Chinese for everything else."""
    other_language = "zh" if reply.language != "zh" else "en"
    return honest_reply(reply.request, other_language)


def _copy_source(reply: Reply, _: float) -> Reply:
    """The source itself, in every place."""
    return honest_reply(reply.request, "")


def _replace_choices(*choices: Choice) -> Misbehaviour:
    return lambda reply, _: with_usage(replace(reply, choices=choices))


def _add_second_choice(reply: Reply, _: float) -> Reply:
    first, second = reply.choices[0], Choice("a second answer that nobody asked for")
    return with_usage(replace(reply, choices=(first, second)))


def _report_usage(prompt: int, completion: int) -> Misbehaviour:
    usage: Json = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    return lambda reply, _: replace(reply, usage=usage)


def _make_huge(reply: Reply, size: float) -> Reply:
    return with_edited_texts(
        reply,
        lambda content: _map_json_values(content, lambda text: _repeat_to_size(str(text), size)),
    )


def _repeat_to_size(text: str, size: float) -> str:
    repetitions = int(size or HUGE_SIZE) // (len(text.encode()) + 1) + 1
    return " ".join([text] * repetitions)


def _break_utf8(reply: Reply, _: float) -> Reply:
    payload = reply.payload(0)
    position = payload.index(b'"content": "') + len(b'"content": "')
    return replace(reply, body=payload[:position] + b"\xff\xfe\xc3" + payload[position:])


def _add_thinking(content: str) -> str:
    return (
        f'<think>\nThe user wants JSON, such as {{"title": "no"}}. Let me see.\n</think>\n{content}'
    )


def _wrap_in_prose(content: str) -> str:
    return (
        f"Sure! Here is the JSON you asked for:\n\n{content}\n\nLet me know if you need more {{}}."
    )


def _add_wrong_number(text: str) -> str:
    return f"{text.rstrip('。.')}，提升了 987.654%。"


def _shorten_longest_text(reply: Reply, _: float) -> Reply:
    """Sound JSON in which the longest text ends in the middle."""

    def shorten(content: str) -> str:
        try:
            value = json.loads(content)
        except ValueError:
            return _first_half(content)
        longest = max((len(text) for text in value.values() if isinstance(text, str)), default=0)
        return _map_json_values(
            content, lambda t: _first_half(str(t)) if len(str(t)) == longest else t
        )

    return with_edited_texts(reply, shorten)


def _repeat_beginning(text: str) -> str:
    """A model that cannot stop says its first words again and again."""
    return text + (text[:12] or "x") * 60


MISBEHAVIOURS: dict[str, Misbehaviour] = {
    # The JSON.
    "cut-json": _edit_content(_first_half, "stop"),
    "cut-length": _edit_content(_first_half, "length"),
    "prose": _edit_content(_wrap_in_prose),
    "fence": _edit_content(lambda content: f"```json\n{content}\n```"),
    "think": _edit_content(_add_thinking),
    "empty": _edit_content(lambda content: ""),
    "null": _replace_choices(Choice(None)),
    "refusal": _replace_choices(
        Choice(None, refusal="I'm sorry, I cannot assist with that request.")
    ),
    "content-filter": _replace_choices(Choice(None, "content_filter")),
    "no-choices": _replace_choices(),
    "two-choices": _add_second_choice,
    "wrong-types": _edit_content(
        lambda content: _map_json_values(content, lambda text: [len(str(text))])
    ),
    "null-values": _edit_content(lambda content: _map_json_values(content, lambda text: None)),
    "renamed-keys": _edit_content(_rename_keys),
    "list-json": _edit_content(lambda content: f"[{content}]"),
    "invalid-utf8": _break_utf8,
    "not-json": lambda reply, _: replace(reply, body=b"OK"),
    "huge": _make_huge,
    # The words.
    "wrong-language": _answer_in_other_language,
    "copy": _copy_source,
    "links": _edit_each_text(lambda text: text + LINK_TEXT),
    "markup": _edit_each_text(lambda text: f"<script>alert(1)</script>**{text}**\n# {text}"),
    "other-ids": _edit_each_text(lambda text: text + OTHER_PAPERS_TEXT),
    "self-talk": _edit_each_text(lambda text: SELF_TALK_TEXT + text),
    "wrong-number": _edit_each_text(_add_wrong_number),
    "lost-marks": _edit_each_text(lambda text: text.replace("⟦", "").replace("⟧", "")),
    "repeating": _edit_each_text(_repeat_beginning),
    "short-abstract": _shorten_longest_text,
    # The numbers.
    "no-usage": lambda reply, _: replace(reply, usage=None),
    "negative-usage": _report_usage(-100, -5),
    "absurd-usage": _report_usage(10**12, 10**12),
    "wrong-usage": lambda reply, _: replace(reply, usage={"prompt_tokens": "many"}),
}
