"""The texts are whole: both languages say the same things, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent

from bot import texts
from bot.texts import dates

SOURCE = Path(texts.__file__).parent
CODE = SOURCE.parent
HAN = "\u4e00-\u9fff"
# Between Chinese characters only full-width marks stand; commands and examples keep their own.
_HALF = re.compile(rf"[{HAN}][,;:?!()]|[,;?!][{HAN}]|[{HAN}]\.(?!\w)")
_KEY = re.compile(r"[a-z]+(-[a-z0-9]+)+")
_QUOTED = re.compile(r"""["']([a-z0-9-]+)["']""")
_LINK = re.compile(r"\[\S+\]\(\S+\)")  # as a document has it


@cache
def messages(language: str) -> Mapping[str, fluent.Message]:
    """Every message of a language by its key; a file that is no Fluent fails."""
    parsed = FluentParser().parse((SOURCE / f"{language}.ftl").read_text("utf-8"))
    messages_by_key: dict[str, fluent.Message] = {}
    for entry in parsed.body:
        assert not isinstance(entry, fluent.Junk), entry.content
        if isinstance(entry, fluent.Message):
            assert entry.id.name not in messages_by_key, f"{entry.id.name} stands there twice"
            messages_by_key[entry.id.name] = entry
    return messages_by_key


def nodes(message: fluent.Message) -> Iterator[fluent.BaseNode]:
    """A message's syntax tree, flat."""
    waiting: list[object] = [message.value, message.attributes]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, fluent.BaseNode):
            yield node
            waiting += vars(node).values()


def variables(message: fluent.Message) -> set[str]:
    """The values that a message names."""
    return {node.id.name for node in nodes(message) if isinstance(node, fluent.VariableReference)}


def words(message: fluent.Message) -> str:
    """What a message says, without its values."""
    return "\n".join(n.value for n in nodes(message) if isinstance(n, fluent.TextElement))


@cache
def entry_content() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """The keys that stand in the code, and the patterns of those that it puts together."""
    keys: set[str] = set()
    patterns: set[str] = set()
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                keys.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                patterns.add("".join(map(_part, node.values)))
    for path in CODE.rglob("*.html"):  # templates name texts too
        keys |= set(_QUOTED.findall(path.read_text("utf-8")))
    put_together = [pattern for pattern in patterns if re.match(r"[a-z]+-", pattern)]
    return frozenset(keys), tuple(re.compile(pattern) for pattern in put_together)


def _part(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value)).replace("\\-", "-")
    return "[a-z0-9-]+"


def test_both_languages_have_the_same_keys() -> None:
    assert sorted(messages("en")) == sorted(messages("zh"))


@pytest.mark.parametrize("key", sorted(messages("en")))
def test_both_languages_name_the_same_values(key: str) -> None:
    english, chinese = messages("en")[key], messages("zh")[key]

    assert variables(english) == variables(chinese)
    assert not english.attributes
    assert not chinese.attributes


def is_said(key: str) -> bool:
    """Whether the code holds a key, or puts it together."""
    keys, patterns = entry_content()
    return key in keys or any(pattern.fullmatch(key) for pattern in patterns)


def unknown(keys: Iterable[str]) -> list[str]:
    """The words that begin like a text's key and are none: they would be said as an error."""
    openings = tuple({key.split("-")[0] + "-" for key in messages("en")})
    return sorted(
        key
        for key in keys
        if _KEY.fullmatch(key) and key.startswith(openings) and key not in messages("en")
    )


def test_every_text_is_said_somewhere() -> None:
    assert [key for key in messages("en") if not is_said(key)] == []


def test_every_key_in_the_code_is_a_text() -> None:
    assert unknown(entry_content()[0]) == []


def test_a_missing_and_an_unsaid_text_would_be_found() -> None:
    assert unknown(["cli-no-token", "cli-no-such-text", "plain", "utf-8"]) == ["cli-no-such-text"]
    assert not is_said("no-such-text")
    assert is_said("digest-count-replace-cross")


@pytest.mark.parametrize("key", sorted(messages("zh")))
def test_chinese_is_written_as_chinese(key: str) -> None:
    chinese_words = words(messages("zh")[key])

    assert not _HALF.search(_LINK.sub("", chinese_words)), chinese_words
    assert "您" not in chinese_words, "one form of address: 你"
    assert not re.search(rf"[{HAN}][A-Za-z]|[A-Za-z][{HAN}]", chinese_words), (
        "a space beside Latin words"
    )


def test_half_width_marks_would_be_found() -> None:
    bad = ("你好,世界", "好吗?", "主题:", "数(个)", "结束.", "a,论文")

    assert all(_HALF.search(text) for text in bad)
    assert not _HALF.search("例如：/sub diffusion -survey cat:cs.CV，时间 08:30，（见 /help）。")


@pytest.mark.parametrize(
    ("first", "last", "english", "chinese"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), "Fri 20 Nov 2026", "2026年11月20日 周五"),
        (
            *(date(2026, 11, 16), date(2026, 11, 20)),
            *("Mon 16 – Fri 20 Nov 2026", "2026年11月16日 周一 – 20日 周五"),
        ),
        (
            *(date(2026, 11, 30), date(2026, 12, 4)),
            *("Mon 30 Nov – Fri 4 Dec 2026", "2026年11月30日 周一 – 12月4日 周五"),
        ),
        (
            *(date(2025, 12, 30), date(2026, 1, 2)),
            *("Tue 30 Dec 2025 – Fri 2 Jan 2026", "2025年12月30日 周二 – 2026年1月2日 周五"),
        ),
        (
            *(date(2025, 11, 20), date(2026, 11, 20)),
            *("Thu 20 Nov 2025 – Fri 20 Nov 2026", "2025年11月20日 周四 – 2026年11月20日 周五"),
        ),
    ],
)
def test_a_range_of_days_says_once_what_both_share(
    first: date, last: date, english: str, chinese: str
) -> None:
    assert (dates.format_days("en", first, last), dates.format_days("zh", first, last)) == (
        english,
        chinese,
    )


@pytest.mark.parametrize(
    ("first", "last", "english", "chinese"),
    [
        (date(2026, 11, 5), date(2026, 11, 5), "5 Nov", "11月5日"),
        (date(2026, 11, 9), date(2026, 11, 20), "9–20 Nov", "11月9–20日"),
        (date(2026, 11, 30), date(2026, 12, 4), "30 Nov – 4 Dec", "11月30日 – 12月4日"),
        (
            *(date(2025, 12, 30), date(2026, 1, 2)),
            *("Tue 30 Dec 2025 – Fri 2 Jan 2026", "2025年12月30日 周二 – 2026年1月2日 周五"),
        ),
    ],
)
def test_days_of_one_year_are_told_briefly(
    first: date, last: date, english: str, chinese: str
) -> None:
    assert dates.format_days_briefly("en", first, last) == english
    assert dates.format_days_briefly("zh", first, last) == chinese


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_text_alone_says_what_it_says_in_its_file(language: str) -> None:
    """Texts are parsed one by one, and plain ones not at all."""
    bundle = FluentBundle([texts.BABEL_LOCALES[language].replace("_", "-")], use_isolating=False)
    bundle.add_resource(FluentResource((SOURCE / f"{language}.ftl").read_text("utf-8")))

    for key, message in messages(language).items():
        values: dict[str, str | int] = dict.fromkeys(variables(message), 3)
        pattern = bundle.get_message(key).value
        assert pattern is not None
        expected, _ = bundle.format_pattern(pattern, values)

        assert texts.say(language, key, **values) == expected
