"""What else may words mean, beside what they say in the language of topics?

People write "diffusion or splatting", "!survey", "Kaiming He", "Computer Vision" or a sentence.
The language reads all of this as words, and a stored topic keeps that meaning; the readings here
are only offered, by somebody who knows what each of them finds.

Each reading is a text in the language of topics, the most likely first. None is promised to be
readable: names and words are put into it as they were typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.arxiv import taxonomy
from bot.topics.query.analyzer import WRITTEN_OUT, has_han, surface
from bot.topics.query.fields_and_terms import FIELDS
from bot.topics.query.lexer import even_signs
from storage.records import Field

LONGEST = 300  # characters of what is read otherwise; nobody types a longer name or wish
_MOST_WORDS = 8  # of a text that is tried without one of them

_PIECE = re.compile(r'"[^"]*"(?:~\d*)?|[()]|[^\s()"]+')
_OR = frozenset({"or", "|", "||", "/", "and/or", "或", "或者", "或是"})
_AND = frozenset({"and", "&", "&&", "+", "but", "和", "与", "及", "以及", "并且", "且"})
_NOT = frozenset({"not", "!", "without", "except", "excluding", "minus", "不要", "不含", "排除"})
_OPERATORS = _OR | _AND | _NOT
_ALTERNATIVES = re.compile(r"[^\W_](?:[^\s/|]*[^\W_])?(?:[/|][^\W_](?:[^\s/|]*[^\W_])?)+")
_CHINESE = re.compile("或者|或是|或|以及|并且|不要|不含|排除")  # no blank stands beside them
_LISTED = re.compile(r"\s*[,;\n]\s*")
_SINGLE = re.compile(r"(?<![^\W_])(?:‘([^‘’]+)’|'([^']+)'|``(.+?)''|`([^`]+)`)(?![^\W_])")
_FIELD = re.compile(r"(?<![^\W_])([^\W\d_]+):\s*(?!//)")

_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_.'’-]*(?:[-'’.][^\W\d_]*)*\.?")
_NAMED = re.compile(
    r"(?:(?:the\s+)?(?:latest\s+|new\s+|recent\s+)?(?:papers?|articles?|works?|preprints?)\s+)?"
    r"(?:written\s+)?(?:by|from|authors?|au)\s*:?\s+(?P<name>.+)",
    re.IGNORECASE,
)
_OTHERS = re.compile(r",?\s*\bet\.?\s+al\b\.?(?:iae|ii)?", re.IGNORECASE)
_MOST_OF_A_NAME = 4

# What people say around the words that they look for.
_SAID_AROUND = """
a about all also am an and any anything are area areas article articles arxiv as at based be by
can concerning could dealing do does every everything field find follow following for from get
give has have hello hey hi how i i'd i'm in interest interested into is it its keep know latest
let like literature looking me more my need new newest news notify of on or our paper papers
please preprint preprints publication publications publish published recent regarding related
research search see send show some something stuff subscribe tell thank thanks that the their
these this those to topic topics track up update updates us using via want we what when where
which who will with work works would you your
"""
_AROUND = frozenset(_SAID_AROUND.split())
_SAID_OF_SIGNS = str.maketrans(dict.fromkeys("?!。？！…", " "))


def alternatives(words: str) -> Iterator[str]:
    """Readings of words that show that something else was meant: operators, names, categories.

    They are worth offering whatever the words find as they stand.
    """
    if len(words) > LONGEST:
        return
    text = even_signs(words)
    yield from _in_small_letters(text)
    yield from _with_operators(text)
    yield from _with_names(text)
    yield from _with_categories(text)
    yield from _with_fields(text)
    yield from _with_umlauts_written_out(text)


def loosened(words: str) -> Iterator[str]:
    """Readings of words that find nothing as they stand: without quotes, or of a sentence."""
    if len(words) > LONGEST:
        return
    text = even_signs(words)
    if len(surface(text)) == 1 and text.strip().isalpha():
        yield f"au:{text.strip()}"
    if _LISTED.search(text.strip(" ,;\n")):
        listed = [f"({part})" for part in _LISTED.split(text.strip(" ,;\n")) if surface(part)]
        yield " OR ".join(listed)
    if text.count('"') % 2:
        yield f'{text}"'
    if text.count("(") != text.count(")"):
        yield f"{text}{')' * (text.count('(') - text.count(')'))}"
        yield text.replace("(", " ").replace(")", " ")
    if '"' in text:
        yield text.replace('"', " ")
    wanted = _asked(text)
    yield " ".join(wanted)
    yield " ".join(f'"{word}"' for word in wanted)  # even if it reads as a category


def fewer(words: str) -> Iterator[str]:
    """The words that a text asks for without one of them, the last one first."""
    wanted = _asked(even_signs(words[:LONGEST]))
    if 1 < len(wanted) <= _MOST_WORDS:
        for at in reversed(range(len(wanted))):
            yield " ".join(wanted[:at] + wanted[at + 1 :])


def any_of(words: str) -> Iterator[str]:
    """The last resort: papers with any of the words that a text asks for."""
    wanted = _asked(even_signs(words[:LONGEST]))
    if 2 < len(wanted) <= _MOST_WORDS:
        yield " OR ".join(wanted)


def _asked(text: str) -> list[str]:
    """The words of a sentence that it asks for, without fields and what people say around them."""
    plain = _FIELD.sub(" ", text).translate(_SAID_OF_SIGNS)
    found = [word for word in plain.split() if surface(word)]
    bare = [word.strip(".,;:()\"'") for word in found]
    return [word for word in bare if word.casefold() not in _AROUND | _OPERATORS]


def _with_operators(text: str) -> Iterator[str]:
    """Operators as people write them: or, /, |, and, not, !word, and other quotation marks."""
    quoted = _SINGLE.sub(lambda found: f'"{next(filter(None, found.groups()))}"', text)
    quoted = _CHINESE.sub(r" \g<0> ", quoted)
    read: list[str] = []
    negates = False
    for piece in _PIECE.findall(quoted):
        folded = piece.casefold().strip(",;")
        if folded in _OR:
            read.append("OR")
        elif folded in _NOT:
            negates = True
        elif folded not in _AND:
            read.append(("-" if negates else "") + _signed(piece))
            negates = piece == "(" and negates
    while read and read[-1] == "OR":
        read.pop()
    while read and read[0] == "OR":
        read.pop(0)
    strict = " ".join(read)
    if strict == text.strip():
        return
    yield strict
    if "OR" in read and len(read) - read.count("OR") > 2:
        yield _closely(read)


def _signed(piece: str) -> str:
    """A word with the signs that people put before or inside of it."""
    if piece.startswith("!") and len(piece) > 1:
        return f"-{piece[1:]}"
    if piece.startswith("+") and len(piece) > 1:
        return piece[1:]
    if _ALTERNATIVES.fullmatch(piece) and not _is_address(piece):
        return f"({' OR '.join(re.split('[/|]', piece))})"
    return piece


def _is_address(piece: str) -> bool:
    return "://" in piece or "arxiv." in piece.casefold() or "doi." in piece.casefold()


def _closely(read: list[str]) -> str:
    """Only the words beside each OR as the alternatives: (image OR video) generation."""
    joined: list[str] = []
    at = 0
    while at < len(read):
        if at + 2 < len(read) and read[at + 1] == "OR":
            alternatives = [read[at]]
            while at + 2 < len(read) and read[at + 1] == "OR":
                alternatives.append(read[at + 2])
                at += 2
            joined.append(f"({' OR '.join(alternatives)})")
        else:
            joined.append(read[at])
        at += 1
    return " ".join(joined)


def _in_small_letters(text: str) -> Iterator[str]:
    """A title in capitals has no operators."""
    words = text.split()
    if text.isupper() and len(words) > 3 and {"AND", "OR", "NOT"}.intersection(words):
        yield text.lower()


def _with_names(text: str) -> Iterator[str]:
    """Names without au:, or with it before the first word only."""
    bare = _OTHERS.sub("", text).strip(' "')
    named = _NAMED.fullmatch(bare)
    if named:
        yield f'au:"{named["name"]}"'
        bare = named["name"]
    yield from _with_whole_names(bare)
    words = bare.replace(",", " ").split()
    if not all(_is_of_a_name(word) for word in words):
        return
    if 2 <= len(words) <= _MOST_OF_A_NAME or bare != text.strip():
        yield f'au:"{" ".join(words)}"'
    if 3 <= len(words) <= _MOST_WORDS:
        for name, rest in ((words[:2], words[2:]), (words[-2:], words[:-2])):
            if " ".join(name).istitle():
                yield f'{" ".join(rest)} au:"{" ".join(name)}"'


def _is_of_a_name(word: str) -> bool:
    is_said = word.casefold() in _OPERATORS | _AROUND
    return not is_said and not has_han(word) and _NAME_WORD.fullmatch(word) is not None


def _with_umlauts_written_out(text: str) -> Iterator[str]:
    """An author may be Müller to one paper and Mueller to another."""
    written = text.translate(WRITTEN_OUT)
    is_of_authors = any(
        FIELDS.get(one[1].casefold()) is Field.AUTHOR for one in _FIELD.finditer(text)
    )
    if written != text and is_of_authors:
        yield f"({text}) OR ({written})"


def _with_whole_names(text: str) -> Iterator[str]:
    """au:Kaiming He means both words: the following one too, or two of them."""
    for count in (1, 2, 3):
        pattern = (
            rf"(?<![^\W_])(?:au|authors?|作者):\s*({_NAME_WORD.pattern}"
            rf"(?:,?\s+(?!(?:OR|AND|NOT)\b){_NAME_WORD.pattern}(?![\w:])){{{count}}})"
        )
        named = re.sub(pattern, lambda found: f'au:"{found[1]}"', text, flags=re.IGNORECASE)
        if named != text:
            yield named


def _with_categories(text: str) -> Iterator[str]:
    """Names of categories, and archives among other words, as categories."""
    words = text.split()
    for size in range(len(words), 0, -1):
        for rest, name in ((words[size:], words[:size]), (words[:-size], words[-size:])):
            codes = taxonomy.named_by(" ".join(name))
            if codes and (not rest or size > 1 or taxonomy.canonical(name[0])):
                asked = " OR ".join(f"cat:{code}" for code in codes)
                yield " ".join([*rest, f"({asked})" if rest and len(codes) > 1 else asked])
            if size == len(words):
                break


def _with_fields(text: str) -> Iterator[str]:
    """ti:image restoration means both words; a field that is none is left out."""
    fields = list(_FIELD.finditer(text))
    if not fields:
        return
    parts = [text[: fields[0].start()]]
    for field, following in zip(fields, [*fields[1:], None], strict=True):
        value = text[field.end() : following.start() if following else len(text)].strip()
        known = FIELDS.get(field[1].casefold())
        words = value.split()
        several = len(words) > 1 and _OPERATORS.isdisjoint(value.casefold().split())
        if known is None:
            parts.append(value)
        elif known in (Field.TITLE, Field.ABSTRACT) and several and '"' not in value:
            parts.append(f"{known}:({value})")
        else:
            parts.append(f"{known}:{value}")
    yield " ".join(parts)
