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

_FREQUENT = (
    "the of and a in to we for is that on with this by as are our from "
    "which an model method can based data learning results paper propose show using these be it or "
    "have has at while such models performance approach task new two also more than their both "
)
COMMON = _FREQUENT.split()
_LONGEST = 2_001  # letters; one more than a topic may have
_TERMS = 50  # of a topic
_FIELDS = ("", "ti:", "abs:", "au:", "cat:", "id:")
_WORD_KINDS = ("word", "prefix", "prefixes", "initials", "common", "excluded", "phrase", "near")
_HIDDEN = "\u200b\u200d\u2060\ufeff\u00ad\u034f\u202e\u2066\u180e\U000e0041"
_SPREADING = ("\ufdfa", "\u0130", "ß", "e\u0301" * 8, "\u1e9e", "ﬃ", "𠀀", "👩‍👩‍👧‍👦", "Z̸̧̛͎", "가")


@dataclass(frozen=True, slots=True)
class Text:
    """A message, and the name of its kind."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Press:
    """Callback data; where a number is None, one that the presser has seen stands for it."""

    verb: str
    first: int | None
    second: int | None
    chat: int = 0

    def data(self, seen: Sequence[int], dice: Random) -> str:
        """The data with the numbers that this presser knows."""
        first, second = (
            dice.choice(seen or [1]) if number is None else number
            for number in (self.first, self.second)
        )
        tail = f":{self.chat}" if self.chat else ""
        return f"1{self.verb}:{first}:{second}{tail}"


def texts(seed: int, count: int, days: Sequence[date]) -> list[Text]:
    """So many hostile texts of every kind in turn; ``days`` are those with announcements."""
    dice = Random(seed)
    kinds = islice(cycle(_KINDS.items()), count)
    made = [Text(name, make(dice, days)) for name, make in kinds]
    dice.shuffle(made)
    return made


def dearest(seed: int, count: int, days: Sequence[date]) -> list[Text]:
    """What one person would send who has read which queries cost most."""
    dice = Random(seed)
    kinds = ("search", "preview", "today", "digest", "word")
    return [Text(kind, _KINDS[kind](dice, days)) for kind in islice(cycle(kinds), count)]


def presses(seed: int, count: int) -> list[Press]:
    """So many forged presses: every button's verb with seen, small, huge and wrong numbers."""
    dice = Random(seed)
    verbs = [*BUTTONS, "nothing", "undo", "search", "draft", "more", "today"]
    numbers: Sequence[int | None] = (None, None, None, 0, 1, 2, 7, 39, 10**9, 10**18 - 1)
    chats = (0,) * 8 + (-100_500, -1_001_234_567_890)
    return [
        Press(verb, dice.choice(numbers), dice.choice(numbers), dice.choice(chats))
        for verb in islice(cycle(verbs), count)
    ]


def query(dice: Random) -> str:
    """A query that costs much, of one of the kinds that were found."""
    return _QUERIES[dice.choice(_WORD_KINDS)](dice)


def _word(dice: Random) -> str:
    """One long word: of one letter, of many, or as long as a message may be."""
    length = dice.choice((59, 60, 61, 64, 200, 1_000, 1_990))
    letters = dice.choice(("a", "y", "ab", "ing", ascii_lowercase, "é", "扩", "\u0430"))
    return dice.choice(_FIELDS[:4]) + (letters * length)[:length]


def _prefix(dice: Random) -> str:
    """One prefix, of one letter up to the longest."""
    length = dice.choice((1, 1, 2, 3, 20, 58, 61, 300, 1_900))
    return dice.choice(("", "ti:", "abs:", "au:")) + (dice.choice("aesty") * length)[:length] + "*"


def _prefixes(dice: Random) -> str:
    """As many short prefixes as a topic may have."""
    field = dice.choice(("", "", "ti:", "au:"))
    begun = [f"{field}{a}{b}*" for a in "abcdelmprst" for b in "aeiorhtlnu"]
    return dice.choice((" OR ", " ", " OR ")).join(dice.sample(begun, _TERMS))


def _initials(dice: Random) -> str:
    """Authors by their initials, or by names that are only begun."""
    names = [f'au:"{letter}"' for letter in ascii_lowercase]
    names += [f'au:"{letter} {dice.choice(ascii_lowercase)}*"' for letter in ascii_lowercase]
    return dice.choice((" OR ", " ")).join(dice.sample(names, dice.choice((20, 26, _TERMS))))


def _common(dice: Random) -> str:
    """Words that stand in nearly every paper."""
    words = dice.sample(COMMON, dice.choice((2, 3, 20, _TERMS)))
    return dice.choice((" OR ", " OR ", " ")).join(words)


def _excluded(dice: Random) -> str:
    """A common word without a great many others, one by one or in groups."""
    begun = [f"{a}{b}{c}*" for a in "aeioqz" for b in "nrstx" for c in "aeio"]
    barred = dice.sample([*COMMON[3:], *begun], _TERMS - 1)
    head = dice.choice(("the", "model", "of", "learning", "a*"))
    if dice.random() < 0.5:
        return f"{head} {' '.join(f'-{word}' for word in barred)}"
    pairs = [f"-({one} {other})" for one, other in zip(barred[::2], barred[1::2], strict=False)]
    return f"{head} {' '.join(pairs)}"


def _near(dice: Random) -> str:
    """Common words near each other, as many times as a topic may ask for it."""
    count, length = dice.choice(((_TERMS - 1, 2), (_TERMS - 1, 4), (8, 40)))
    sign, joined = dice.choice((("", " OR "), ("", " "), ("-", " ")))
    several = (" ".join(dice.sample(COMMON, length)) for _ in range(count))
    return joined.join(["the", *(f'{sign}"{some}"~{dice.choice((1, 10, 50))}' for some in several)])


def _phrase(dice: Random) -> str:
    """Long phrases: one word again and again, common words, or one that is only begun."""
    length = dice.choice((2, 10, 50, 300))
    inner = dice.choice(
        (
            " ".join(["the"] * length),
            " ".join(islice(cycle(COMMON), length)),
            " ".join(["of the"] * (length // 2)) + " m*",
        )
    )
    many = " OR ".join(f'"{one} {other}"' for one in COMMON[:7] for other in COMMON[7:14])
    return dice.choice((f'"{inner}"', f'"{inner}', f'ti:"{inner}"', many))


def _brackets(dice: Random) -> str:
    """Brackets that nest, that never close, or that hold nothing."""
    depth = dice.choice((1, 19, 20, 21, 400, 950))
    shapes = (
        "(" * depth + "the" + ")" * depth,
        "(" * depth + "the",
        "-(" * depth + "the" + ")" * depth,
        "the " + "()" * depth,
        "(a OR " * min(depth, 200) + "b" + ")" * min(depth, 200),
        "the" + ")" * depth,
    )
    return dice.choice(shapes)


def _wildcards(dice: Random) -> str:
    """Signs that mean something to other engines: of patterns, of SQL, of the full text."""
    signs = (
        *("*", "**", "a*b*c*", "?" * 40, "%", "_%", "a%' OR 1=1 --", '"" "" ""', "NEAR(a b, 9)"),
        *("^the", "title:*", "{title abstract}: the", "a + b", "- - - the", "the AND", "OR OR OR"),
        *("NOT", '"*"', "au:*", "cat:*", "id:*", "~", "a\\", "'; drop table papers; --", "$(id)"),
        *(" OR ".join(f"{letter}*" for letter in ascii_lowercase), " ".join("*" * 300)),
    )
    return dice.choice(signs)


def _categories(dice: Random) -> str:
    """Fields within fields, and archives that stand for all their classes."""
    archives = ("cs", "math", "physics", "cond-mat", "astro-ph", "q-bio", "stat", "eess", "q-fin")
    shapes = (
        "cat:" * dice.choice((2, 50, 500)),
        " OR ".join(f"cat:{one}" for one in archives),
        "the " + " ".join(f"-cat:{one}" for one in archives),
        "cat:" + "cs." * dice.choice((2, 100, 600)),
        "ti:abs:au:cat:id:" * dice.choice((1, 100)),
        " ".join(f"cat:{one}" for one in archives),
    )
    return dice.choice(shapes)


def _ids(dice: Random) -> str:
    """Identifiers of every form: stored, never stored, of no such month, too long."""
    forms = (
        *("2312.00273", "arXiv:2312.00273v3", "https://arxiv.org/abs/2312.00273v1", "9999.99999v9"),
        *("math/9901001", "hep-th/0000000", "2613.00001", "0000.0000", "2312.00273v999999999"),
        *(
            "id:2312.00273",
            "https://arxiv.org/pdf/" + "9" * 300,
            "1" * 1_990,
            "doi:10.1/" + "x" * 99,
        ),
    )
    if dice.random() < 0.3:
        return " OR ".join(f"id:2312.{dice.randrange(100_000):05}" for _ in range(_TERMS))
    return dice.choice(forms)


def _signs(dice: Random) -> str:
    """Letters that grow when they are folded, hidden ones, and ones that turn the line round."""
    length = dice.choice((1, 60, 500, _LONGEST))
    spreading = dice.choice(_SPREADING)
    shapes = (
        (spreading * length)[:length],
        f"the{''.join(dice.choices(_HIDDEN, k=20))} model",
        f"{spreading * 20} OR {spreading * 20}*",
        "\u202e" + "the OR we"[::-1],
        "ｔｈｅ　ＯＲ　ｗｅ",
        "".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _ in range(min(length, 300))),
        "\x00\x01\x1b]52;c;aGk=\x07 the",
    )
    return dice.choice(shapes)


def _json(dice: Random) -> str:
    """What the bot itself would keep behind a button: topics as JSON, with a cursor of nothing."""
    topic: dict[str, object] = {
        "query": dice.choice(("the", "a*", "the OR we")),
        "told": dice.choice((0, -1, 2**63, "0")),
        "times": [],
        "limit": dice.choice((1, 50, 10**9)),
        "name": "x",
    }
    shapes = (
        json.dumps({"format": "papergram topics", "topics": [topic]}),
        json.dumps({"format": "papergram topics", "topics": [{"query": "a"}] * 60}),
        '{"a":' * dice.choice((5, 300)),
        "[" * 1_500,
        '{"kind":"undo","topics":[]}',
        "{}",
        "{the OR we}",
    )
    return dice.choice(shapes)[:_LONGEST]


_QUERIES: Mapping[str, Callable[[Random], str]] = {
    "word": _word,
    "prefix": _prefix,
    "prefixes": _prefixes,
    "initials": _initials,
    "common": _common,
    "excluded": _excluded,
    "phrase": _phrase,
    "near": _near,
    "brackets": _brackets,
    "wildcards": _wildcards,
    "categories": _categories,
    "ids": _ids,
    "signs": _signs,
    "json": _json,
}


def _today(dice: Random, days: Sequence[date]) -> str:
    """What all of an announced day, or of a week of them, brought."""
    last = days[-1]
    span = dice.choice(
        (
            f"{last}",
            f"{last - timedelta(days=6)} {last}",
            f"{dice.choice(days)}",
            "",
        )
    )
    words = dice.choice(("the OR we", "the OR we", "the", "a* OR b*", query(dice), ""))
    return f"/today {span} {words}"


def _dates(dice: Random, days: Sequence[date]) -> str:
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
    return f"/today {dice.choice(spans)}"


def _other_command(dice: Random, days: Sequence[date]) -> str:
    """Every command there is, with words that it does not expect."""
    name = dice.choice(
        [*COMMANDS, "subscribe", "tz", "latest", "nothing", "x" * 200, "SEARCH", "_"]
    )
    words = dice.choice(
        (
            *("", "1", "0", "-1", "9" * 30, "-100500", "@telegram the OR we", "@" + "x" * 40),
            *("8:30 25:61", "every 5 minutes", "Europe/../../etc/passwd", "UTC+99", "7d", "10000d"),
            *(
                query(dice),
                _json(dice),
                _signs(dice),
                "me@papergram_soak_bot",
                "\n\n\n/help\n/help",
            ),
        )
    )
    return f"/{name} {words}"


def _asked(command: str, *names: str) -> Callable[[Random, Sequence[date]], str]:
    """A command with a query of one of these kinds."""
    return lambda dice, _: f"{command} {_QUERIES[dice.choice(names)](dice)}".strip()


_KINDS: Mapping[str, Callable[[Random, Sequence[date]], str]] = {
    "search": _asked("/search", *_WORD_KINDS),
    "preview": _asked("/sub", *_WORD_KINDS),
    "today": _today,
    "typed": _asked("", *_QUERIES),
    "other command": _other_command,
    "digest": _asked("/digest", *_WORD_KINDS),
    "search odd": _asked("/search", *_QUERIES),
    "dates": _dates,
    "word": _asked("", "word", "prefix"),
    "json": _asked("/sub", "json"),
    "paper": _asked("/paper", "ids"),
    "preview odd": _asked("/sub", "brackets", "wildcards", "categories", "signs", "ids"),
    "digest odd": _asked("/digest", "brackets", "wildcards", "categories", "signs", "json"),
}
