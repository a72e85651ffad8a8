"""Texts and presses that a stranger may send to make the bot slow, large or silent.

The same seed gives the same texts. Each kind has a name, so that a report can say which one was
answered slowly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random
from string import ascii_lowercase

from bot.chat.handler_table import BUTTONS, COMMANDS

_FREQUENT_WORDS = (
    "the of and a in to we for is that on with this by as are our from "
    "which an model method can based data learning results paper propose show using these be it or "
    "have has at while such models performance approach task new two also more than their both "
)
COMMON_WORDS = _FREQUENT_WORDS.split()
_MAX_QUERY_LENGTH = 2_001  # letters; one more than a topic may have
_MAX_TERMS = 50  # of a topic
_FIELDS = ("", "ti:", "abs:", "au:", "cat:", "id:")
_WORD_KINDS = ("word", "prefix", "prefixes", "initials", "common", "excluded", "phrase", "near")
_INVISIBLE_CHARACTERS = "\u200b\u200d\u2060\ufeff\u00ad\u034f\u202e\u2066\u180e\U000e0041"
_GROWING_CHARACTERS = (
    "\ufdfa",
    "\u0130",
    "ß",
    "e\u0301" * 8,
    "\u1e9e",
    "ﬃ",
    "𠀀",
    "👩‍👩‍👧‍👦",
    "Z̸̧̛͎",
    "가",
)


@dataclass(frozen=True, slots=True)
class HostileText:
    """A message, and the name of its kind."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class HostilePress:
    """Callback data; where a number is None, one that the presser has seen stands for it."""

    verb: str
    first: int | None
    second: int | None
    chat: int = 0

    def callback_data(self, seen_numbers: Sequence[int], rng: Random) -> str:
        """The data with the numbers that this presser knows."""
        first, second = (
            rng.choice(seen_numbers or [1]) if number is None else number
            for number in (self.first, self.second)
        )
        chat_suffix = f":{self.chat}" if self.chat else ""
        return f"1{self.verb}:{first}:{second}{chat_suffix}"


def hostile_texts(seed: int, count: int, days: Sequence[date]) -> list[HostileText]:
    """So many hostile texts of every kind in turn; ``days`` are those with announcements."""
    rng = Random(seed)
    kinds = islice(cycle(_TEXT_MAKERS.items()), count)
    made_texts = [HostileText(name, make(rng, days)) for name, make in kinds]
    rng.shuffle(made_texts)
    return made_texts


def expensive_texts(seed: int, count: int, days: Sequence[date]) -> list[HostileText]:
    """What one person would send who has read which queries cost most."""
    rng = Random(seed)
    kinds = ("search", "preview", "today", "digest", "word")
    return [
        HostileText(kind, _TEXT_MAKERS[kind](rng, days)) for kind in islice(cycle(kinds), count)
    ]


def hostile_presses(seed: int, count: int) -> list[HostilePress]:
    """So many forged presses: every button's verb with seen, small, huge and wrong numbers."""
    rng = Random(seed)
    verbs = [*BUTTONS, "nothing", "undo", "search", "draft", "more", "today"]
    numbers: Sequence[int | None] = (None, None, None, 0, 1, 2, 7, 39, 10**9, 10**18 - 1)
    chats = (0,) * 8 + (-100_500, -1_001_234_567_890)
    return [
        HostilePress(verb, rng.choice(numbers), rng.choice(numbers), rng.choice(chats))
        for verb in islice(cycle(verbs), count)
    ]


def expensive_query(rng: Random) -> str:
    """A query that costs much, of one of the kinds that were found."""
    return _QUERY_MAKERS[rng.choice(_WORD_KINDS)](rng)


def _word_query(rng: Random) -> str:
    """One long word: of one letter, of many, or as long as a message may be."""
    length = rng.choice((59, 60, 61, 64, 200, 1_000, 1_990))
    letters = rng.choice(("a", "y", "ab", "ing", ascii_lowercase, "é", "扩", "\u0430"))
    return rng.choice(_FIELDS[:4]) + (letters * length)[:length]


def _prefix_query(rng: Random) -> str:
    """One prefix, of one letter up to the longest."""
    length = rng.choice((1, 1, 2, 3, 20, 58, 61, 300, 1_900))
    return rng.choice(("", "ti:", "abs:", "au:")) + (rng.choice("aesty") * length)[:length] + "*"


def _prefixes_query(rng: Random) -> str:
    """As many short prefixes as a topic may have."""
    field = rng.choice(("", "", "ti:", "au:"))
    prefixes = [f"{field}{a}{b}*" for a in "abcdelmprst" for b in "aeiorhtlnu"]
    return rng.choice((" OR ", " ", " OR ")).join(rng.sample(prefixes, _MAX_TERMS))


def _initials_query(rng: Random) -> str:
    """Authors by their initials, or by names that are only begun."""
    names = [f'au:"{letter}"' for letter in ascii_lowercase]
    names += [f'au:"{letter} {rng.choice(ascii_lowercase)}*"' for letter in ascii_lowercase]
    return rng.choice((" OR ", " ")).join(rng.sample(names, rng.choice((20, 26, _MAX_TERMS))))


def _common_query(rng: Random) -> str:
    """Words that stand in nearly every paper."""
    words = rng.sample(COMMON_WORDS, rng.choice((2, 3, 20, _MAX_TERMS)))
    return rng.choice((" OR ", " OR ", " ")).join(words)


def _excluded_query(rng: Random) -> str:
    """A common word without a great many others, one by one or in groups."""
    prefixes = [f"{a}{b}{c}*" for a in "aeioqz" for b in "nrstx" for c in "aeio"]
    excluded_words = rng.sample([*COMMON_WORDS[3:], *prefixes], _MAX_TERMS - 1)
    searched_word = rng.choice(("the", "model", "of", "learning", "a*"))
    if rng.random() < 0.5:
        return f"{searched_word} {' '.join(f'-{word}' for word in excluded_words)}"
    pairs = [
        f"-({left_word} {right_word})"
        for left_word, right_word in zip(excluded_words[::2], excluded_words[1::2], strict=False)
    ]
    return f"{searched_word} {' '.join(pairs)}"


def _near_query(rng: Random) -> str:
    """Common words near each other, as many times as a topic may ask for it."""
    count, length = rng.choice(((_MAX_TERMS - 1, 2), (_MAX_TERMS - 1, 4), (8, 40)))
    prefix, joiner = rng.choice((("", " OR "), ("", " "), ("-", " ")))
    phrases = (" ".join(rng.sample(COMMON_WORDS, length)) for _ in range(count))
    return joiner.join(
        ["the", *(f'{prefix}"{words}"~{rng.choice((1, 10, 50))}' for words in phrases)]
    )


def _phrase_query(rng: Random) -> str:
    """Long phrases: one word again and again, common words, or one that is only begun."""
    length = rng.choice((2, 10, 50, 300))
    phrase_words = rng.choice(
        (
            " ".join(["the"] * length),
            " ".join(islice(cycle(COMMON_WORDS), length)),
            " ".join(["of the"] * (length // 2)) + " m*",
        )
    )
    phrases = " OR ".join(
        f'"{word} {next_word}"' for word in COMMON_WORDS[:7] for next_word in COMMON_WORDS[7:14]
    )
    return rng.choice((f'"{phrase_words}"', f'"{phrase_words}', f'ti:"{phrase_words}"', phrases))


def _brackets_query(rng: Random) -> str:
    """Brackets that nest, that never close, or that hold nothing."""
    depth = rng.choice((1, 19, 20, 21, 400, 950))
    queries = (
        "(" * depth + "the" + ")" * depth,
        "(" * depth + "the",
        "-(" * depth + "the" + ")" * depth,
        "the " + "()" * depth,
        "(a OR " * min(depth, 200) + "b" + ")" * min(depth, 200),
        "the" + ")" * depth,
    )
    return rng.choice(queries)


def _wildcards_query(rng: Random) -> str:
    """Signs that mean something to other engines: of patterns, of SQL, of the full text."""
    queries = (
        *("*", "**", "a*b*c*", "?" * 40, "%", "_%", "a%' OR 1=1 --", '"" "" ""', "NEAR(a b, 9)"),
        *("^the", "title:*", "{title abstract}: the", "a + b", "- - - the", "the AND", "OR OR OR"),
        *("NOT", '"*"', "au:*", "cat:*", "id:*", "~", "a\\", "'; drop table papers; --", "$(id)"),
        *(" OR ".join(f"{letter}*" for letter in ascii_lowercase), " ".join("*" * 300)),
    )
    return rng.choice(queries)


def _categories_query(rng: Random) -> str:
    """Fields within fields, and archives that stand for all their classes."""
    archives = ("cs", "math", "physics", "cond-mat", "astro-ph", "q-bio", "stat", "eess", "q-fin")
    queries = (
        "cat:" * rng.choice((2, 50, 500)),
        " OR ".join(f"cat:{archive}" for archive in archives),
        "the " + " ".join(f"-cat:{archive}" for archive in archives),
        "cat:" + "cs." * rng.choice((2, 100, 600)),
        "ti:abs:au:cat:id:" * rng.choice((1, 100)),
        " ".join(f"cat:{archive}" for archive in archives),
    )
    return rng.choice(queries)


def _ids_query(rng: Random) -> str:
    """Identifiers of every form: stored, never stored, of no such month, too long."""
    identifiers = (
        *("2312.00273", "arXiv:2312.00273v3", "https://arxiv.org/abs/2312.00273v1", "9999.99999v9"),
        *("math/9901001", "hep-th/0000000", "2613.00001", "0000.0000", "2312.00273v999999999"),
        *(
            "id:2312.00273",
            "https://arxiv.org/pdf/" + "9" * 300,
            "1" * 1_990,
            "doi:10.1/" + "x" * 99,
        ),
    )
    if rng.random() < 0.3:
        return " OR ".join(f"id:2312.{rng.randrange(100_000):05}" for _ in range(_MAX_TERMS))
    return rng.choice(identifiers)


def _signs_query(rng: Random) -> str:
    """Letters that grow when they are folded, hidden ones, and ones that turn the line round."""
    length = rng.choice((1, 60, 500, _MAX_QUERY_LENGTH))
    growing = rng.choice(_GROWING_CHARACTERS)
    queries = (
        (growing * length)[:length],
        f"the{''.join(rng.choices(_INVISIBLE_CHARACTERS, k=20))} model",
        f"{growing * 20} OR {growing * 20}*",
        "\u202e" + "the OR we"[::-1],
        "ｔｈｅ　ＯＲ　ｗｅ",
        "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(min(length, 300))),
        "\x00\x01\x1b]52;c;aGk=\x07 the",
    )
    return rng.choice(queries)


def _json_query(rng: Random) -> str:
    """What the bot itself would keep behind a button: topics as JSON, with a cursor of nothing."""
    topic: dict[str, object] = {
        "query": rng.choice(("the", "a*", "the OR we")),
        "told": rng.choice((0, -1, 2**63, "0")),
        "times": [],
        "limit": rng.choice((1, 50, 10**9)),
        "name": "x",
    }
    documents = (
        json.dumps({"format": "papergram topics", "topics": [topic]}),
        json.dumps({"format": "papergram topics", "topics": [{"query": "a"}] * 60}),
        '{"a":' * rng.choice((5, 300)),
        "[" * 1_500,
        '{"kind":"undo","topics":[]}',
        "{}",
        "{the OR we}",
    )
    return rng.choice(documents)[:_MAX_QUERY_LENGTH]


_QUERY_MAKERS: Mapping[str, Callable[[Random], str]] = {
    "word": _word_query,
    "prefix": _prefix_query,
    "prefixes": _prefixes_query,
    "initials": _initials_query,
    "common": _common_query,
    "excluded": _excluded_query,
    "phrase": _phrase_query,
    "near": _near_query,
    "brackets": _brackets_query,
    "wildcards": _wildcards_query,
    "categories": _categories_query,
    "ids": _ids_query,
    "signs": _signs_query,
    "json": _json_query,
}


def _today_command(rng: Random, days: Sequence[date]) -> str:
    """What all of an announced day, or of a week of them, brought."""
    last = days[-1]
    span = rng.choice(
        (
            f"{last}",
            f"{last - timedelta(days=6)} {last}",
            f"{rng.choice(days)}",
            "",
        )
    )
    words = rng.choice(("the OR we", "the OR we", "the", "a* OR b*", expensive_query(rng), ""))
    return f"/today {span} {words}"


def _dates_command(rng: Random, days: Sequence[date]) -> str:
    """Days that are none, that are too many, and that nobody has announced."""
    spans = (
        *(
            "2026-02-30",
            "0000-00-00",
            "0001-01-01 9999-12-31",
            "9999-12-31",
            "2026-11-27 2026-13-01",
        ),
        *(f"{days[0]} {days[-1]}", f"{days[-1]} {days[0]} the", "٢٠٢٦-١١-٢٧ the", "2026-11-27the"),
    )
    return f"/today {rng.choice(spans)}"


def _other_command(rng: Random, days: Sequence[date]) -> str:
    """Every command there is, with words that it does not expect."""
    name = rng.choice([*COMMANDS, "subscribe", "tz", "latest", "nothing", "x" * 200, "SEARCH", "_"])
    words = rng.choice(
        (
            *("", "1", "0", "-1", "9" * 30, "-100500", "@telegram the OR we", "@" + "x" * 40),
            *("8:30 25:61", "every 5 minutes", "Europe/../../etc/passwd", "UTC+99", "7d", "10000d"),
            *(
                expensive_query(rng),
                _json_query(rng),
                _signs_query(rng),
                "me@papergram_soak_bot",
                "\n\n\n/help\n/help",
            ),
        )
    )
    return f"/{name} {words}"


def _command_maker(command: str, *query_kinds: str) -> Callable[[Random, Sequence[date]], str]:
    """A command with a query of one of these kinds."""
    return lambda rng, _: f"{command} {_QUERY_MAKERS[rng.choice(query_kinds)](rng)}".strip()


_TEXT_MAKERS: Mapping[str, Callable[[Random, Sequence[date]], str]] = {
    "search": _command_maker("/search", *_WORD_KINDS),
    "preview": _command_maker("/sub", *_WORD_KINDS),
    "today": _today_command,
    "typed": _command_maker("", *_QUERY_MAKERS),
    "other command": _other_command,
    "digest": _command_maker("/digest", *_WORD_KINDS),
    "search odd": _command_maker("/search", *_QUERY_MAKERS),
    "dates": _dates_command,
    "word": _command_maker("", "word", "prefix"),
    "json": _command_maker("/sub", "json"),
    "paper": _command_maker("/paper", "ids"),
    "preview odd": _command_maker("/sub", "brackets", "wildcards", "categories", "signs", "ids"),
    "digest odd": _command_maker("/digest", "brackets", "wildcards", "categories", "signs", "json"),
}
