"""Answers that arrive whole and are wrong: their JSON, their words, their numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from tests.models.refusals import Json
from tests.models.replies import Choice, Reply, counted, good, said

Deed: TypeAlias = Callable[[Reply, float], Reply]

LINK = "更多信息见 [这里](https://example.com/win?x=1) <b>免费</b> www.example.org"
OTHER = "（另见 arXiv:2402.12844 与 2409.00001v2）"
TALK = "作为一个人工智能语言模型，我很乐意帮助您翻译这段摘要：As an AI language model, I can help. "
HUGE = 2_000_000


def _edit(change: Callable[[str], str], finish: str | None = None) -> Deed:
    """A deed that changes the whole content, JSON and all."""
    return lambda reply, _: said(reply, change, finish=finish)


def _each(change: Callable[[str], str]) -> Deed:
    """A deed that changes every text inside the JSON, which stays sound."""
    return _edit(lambda content: _with_values(content, lambda text: change(str(text))))


def _with_values(content: str, change: Callable[[object], object]) -> str:
    try:
        value = json.loads(content)
    except ValueError:
        return str(change(content))
    return json.dumps(_walked(value, change), ensure_ascii=False)


def _walked(value: object, change: Callable[[object], object]) -> object:
    if isinstance(value, dict):
        return {key: _walked(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walked(inner, change) for inner in value]
    return change(value)


def _half(text: str) -> str:
    return text[: max(1, len(text) // 2)]


def _renamed(content: str) -> str:
    try:
        value = json.loads(content)
    except ValueError:
        return content
    if not isinstance(value, dict):
        return content
    return json.dumps({f"the_{key}": inner for key, inner in value.items()}, ensure_ascii=False)


def _other_language(reply: Reply, _: float) -> Reply:
    """English where Chinese was wanted, Chinese for everything else."""
    wrong = "zh" if reply.language != "zh" else "en"
    return good(reply.chat, wrong)


def _copied(reply: Reply, _: float) -> Reply:
    """The source itself, in every place."""
    return good(reply.chat, "")


def _all(*choices: Choice) -> Deed:
    return lambda reply, _: counted(replace(reply, choices=choices))


def _two(reply: Reply, _: float) -> Reply:
    first, second = reply.choices[0], Choice("a second answer that nobody asked for")
    return counted(replace(reply, choices=(first, second)))


def _usage(prompt: int, completion: int) -> Deed:
    used: Json = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    return lambda reply, _: replace(reply, usage=used)


def _huge(reply: Reply, size: float) -> Reply:
    return said(reply, lambda content: _with_values(content, lambda text: _long(str(text), size)))


def _long(text: str, size: float) -> str:
    many = int(size or HUGE) // (len(text.encode()) + 1) + 1
    return " ".join([text] * many)


def _not_utf8(reply: Reply, _: float) -> Reply:
    sound = reply.payload(0)
    place = sound.index(b'"content": "') + len(b'"content": "')
    return replace(reply, body=sound[:place] + b"\xff\xfe\xc3" + sound[place:])


def _thinking(content: str) -> str:
    return (
        f'<think>\nThe user wants JSON, such as {{"title": "no"}}. Let me see.\n</think>\n{content}'
    )


def _prose(content: str) -> str:
    return (
        f"Sure! Here is the JSON you asked for:\n\n{content}\n\nLet me know if you need more {{}}."
    )


def _wrong_number(text: str) -> str:
    return f"{text.rstrip('。.')}，提升了 987.654%。"


def _short_abstract(reply: Reply, _: float) -> Reply:
    """Sound JSON in which the longest text ends in the middle."""

    def shortened(content: str) -> str:
        try:
            value = json.loads(content)
        except ValueError:
            return _half(content)
        longest = max((len(text) for text in value.values() if isinstance(text, str)), default=0)
        return _with_values(content, lambda t: _half(str(t)) if len(str(t)) == longest else t)

    return said(reply, shortened)


def _repeated(text: str) -> str:
    """A model that cannot stop says its first words again and again."""
    return text + (text[:12] or "x") * 60


DEEDS: dict[str, Deed] = {
    # The JSON.
    "cut-json": _edit(_half, "stop"),
    "cut-length": _edit(_half, "length"),
    "prose": _edit(_prose),
    "fence": _edit(lambda content: f"```json\n{content}\n```"),
    "think": _edit(_thinking),
    "empty": _edit(lambda content: ""),
    "null": _all(Choice(None)),
    "refusal": _all(Choice(None, refusal="I'm sorry, I cannot assist with that request.")),
    "content-filter": _all(Choice(None, "content_filter")),
    "no-choices": _all(),
    "two-choices": _two,
    "wrong-types": _edit(lambda content: _with_values(content, lambda text: [len(str(text))])),
    "null-values": _edit(lambda content: _with_values(content, lambda text: None)),
    "renamed-keys": _edit(_renamed),
    "list-json": _edit(lambda content: f"[{content}]"),
    "invalid-utf8": _not_utf8,
    "not-json": lambda reply, _: replace(reply, body=b"OK"),
    "huge": _huge,
    # The words.
    "wrong-language": _other_language,
    "copy": _copied,
    "links": _each(lambda text: text + LINK),
    "markup": _each(lambda text: f"<script>alert(1)</script>**{text}**\n# {text}"),
    "other-ids": _each(lambda text: text + OTHER),
    "self-talk": _each(lambda text: TALK + text),
    "wrong-number": _each(_wrong_number),
    "lost-marks": _each(lambda text: text.replace("⟦", "").replace("⟧", "")),
    "repeating": _each(_repeated),
    "short-abstract": _short_abstract,
    # The numbers.
    "no-usage": lambda reply, _: replace(reply, usage=None),
    "negative-usage": _usage(-100, -5),
    "absurd-usage": _usage(10**12, 10**12),
    "wrong-usage": lambda reply, _: replace(reply, usage={"prompt_tokens": "many"}),
}
