"""Suggest other readings of a query than the query language's own.

People write "diffusion or splatting", "!survey", "Kaiming He", "Computer Vision" or a sentence. The
query language reads all of this as words, and a stored topic keeps that meaning; the readings here
are only suggested, by a caller who knows what each of them finds.

Each reading is a text in the query language, the most likely first. None is guaranteed to parse: it
contains names and words as they were typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.arxiv import taxonomy
from bot.topics.query.analyzer import UMLAUT_DIGRAPHS, has_han, surface_words
from bot.topics.query.fields_and_terms import FIELDS
from bot.topics.query.lexer import normalize_punctuation
from storage.records.queries import QueryField

MAX_LENGTH = 300  # characters; longer text is neither a name nor a wish
_MAX_WORDS = 8  # words of a query that is tried without one of them

_QUERY_PIECE = re.compile(r'"[^"]*"(?:~\d*)?|[()]|[^\s()"]+')
_OR = frozenset({"or", "|", "||", "/", "and/or", "或", "或者", "或是"})
_AND = frozenset({"and", "&", "&&", "+", "but", "和", "与", "及", "以及", "并且", "且"})
_NOT = frozenset({"not", "!", "without", "except", "excluding", "minus", "不要", "不含", "排除"})
_OPERATORS = _OR | _AND | _NOT
_CAPITAL_OPERATORS = frozenset(("AND", "OR", "NOT"))
_SLASHED_WORDS = re.compile(r"[^\W_](?:[^\s/|]*[^\W_])?(?:[/|][^\W_](?:[^\s/|]*[^\W_])?)+")
_ADDRESS = re.compile(r"://|arxiv\.|doi\.", re.IGNORECASE)
# Written without spaces around them.
_CHINESE_OPERATORS = re.compile("或者|或是|或|以及|并且|不要|不含|排除")
_LIST_SEPARATOR = re.compile(r"\s*[,;\n]\s*")
_SINGLE_QUOTED = re.compile(r"(?<![^\W_])(?:‘([^‘’]+)’|'([^']+)'|``(.+?)''|`([^`]+)`)(?![^\W_])")
_FIELD = re.compile(r"(?<![^\W_])([^\W\d_]+):\s*(?!//)")

_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_.'’-]*(?:[-'’.][^\W\d_]*)*\.?")
_BY_AUTHOR = re.compile(
    r"(?:(?:the\s+)?(?:latest\s+|new\s+|recent\s+)?(?:papers?|articles?|works?|preprints?)\s+)?"
    r"(?:written\s+)?(?:by|from|authors?|au)\s*:?\s+(?P<name>.+)",
    re.IGNORECASE,
)
_NAME_BETWEEN = re.compile("[A-Z].*|[a-z]{1,3}")  # a middle name, or "van" and the like
_ET_AL = re.compile(r",?\s*\bet\.?\s+al\b\.?(?:iae|ii)?", re.IGNORECASE)
_MAX_NAME_WORDS = 4

# How sentences begin that say what somebody looks for.
_SENTENCE_START = re.compile(
    r"\s*(?:(?:hello|hi|hey|please)\b[\s,!.]*)*"
    r"(?:(?:i|i['’]?m|i['’]d|we|we['’]re|my|our)(?!\S)|please\b|looking\s+for\b|"
    r"(?:can|could|would)\s+you\b|(?:show|give|send|find|tell|get|notify)\s+(?:me|us)\b|"
    r"interested\s+in\b|(?:are|is)\s+there\b|what(?:['’]s|\s+is|\s+are)\b|"
    r"(?:all\s+|any\s+|the\s+)?(?:new\s+|latest\s+|recent\s+)?(?:papers?|articles?|preprints?|work)"
    r"\s+(?:about|on|in|for)\b)",
    re.IGNORECASE,
)

# Words that people put around what they look for.
_FILLER_TEXT = """
a about all also am an and any anything are area areas article articles arxiv as at based be by
can concerning could dealing do does every everything field find follow following for from get
give has have hello hey hi how i i'd i'm in interest interested into is it its keep know latest
let like literature look looking me more my need new newest news notify of on or our paper papers
please preprint preprints publication publications publish published recent regarding related
research search see send show some something stuff subscribe tell thank thanks that the their
these this those to topic topics track up update updates us using via want we what what's when where
which who will with work works would you your
"""
_FILLER_WORDS = frozenset(_FILLER_TEXT.split())
_SENTENCE_FILLERS = (_FILLER_WORDS | _AND) - _OR
_DROP_PUNCTUATION = str.maketrans(dict.fromkeys("?!。？！…", " "))


def alternative_readings(words: str) -> Iterator[str]:
    """Yield readings of words as something else: operators, names, categories.

    They are worth suggesting whatever the words find as typed.
    """
    if len(words) > MAX_LENGTH:
        return
    text = normalize_punctuation(words)
    if text.isupper() and len(text.split()) > 3 and not _CAPITAL_OPERATORS.isdisjoint(text.split()):
        yield text.lower()  # a title in capitals has no operators
    yield from _operator_readings(text)
    yield from _author_readings(text)
    yield from _category_readings(text)
    yield from _field_readings(text)
    written_out = text.translate(UMLAUT_DIGRAPHS)
    if written_out != text and any(
        FIELDS.get(match[1].casefold()) is QueryField.AUTHOR for match in _FIELD.finditer(text)
    ):
        yield f"({text}) OR ({written_out})"  # Müller, Mueller


def author_query(words: str) -> str | None:
    """Return the author that words look like, as a query: a first and a last name in capitals."""
    text = _ET_AL.sub("", normalize_punctuation(words[:MAX_LENGTH])).strip()
    names = text.split()
    if not 2 <= len(names) <= _MAX_NAME_WORDS or text.isupper() or not _may_be_names(names):
        return None
    is_capitalized = names[0][0].isupper() and names[-1][0].isupper()
    if not (is_capitalized and all(_NAME_BETWEEN.fullmatch(name) for name in names[1:-1])):
        return None
    return f'au:"{text}"'


def sentence_query(words: str) -> str | None:
    """Return what a sentence asks for: its words without those that people put around them.

    "or" and "not" stay, for the readings that ``alternative_readings`` suggests. Empty where a
    sentence names no topic ("show me papers"); None for words that are no sentence: "diffusion
    models for video" is a query as it is.
    """
    text = normalize_punctuation(words)
    if (
        len(words) > MAX_LENGTH
        or _FIELD.search(text)
        or not _CAPITAL_OPERATORS.isdisjoint(text.split())
    ):
        return None
    if _SENTENCE_START.match(text) is None or any(sign in text for sign in '"()*~'):
        return None
    content_words = _content_words(text, _SENTENCE_FILLERS)
    while content_words and content_words[-1].casefold() in _OPERATORS:
        content_words.pop()
    if content_words and content_words[0].casefold() in _NOT:
        return None  # what somebody does not want
    return " ".join(content_words) if content_words or len(text.split()) > 1 else None


def looser_readings(words: str) -> Iterator[str]:
    """Yield readings of a query that finds nothing: without quotes, or as a sentence."""
    if len(words) > MAX_LENGTH:
        return
    text = normalize_punctuation(words)
    if len(surface_words(text)) == 1 and text.strip().isalpha():
        yield f"au:{text.strip()}"
    if _LIST_SEPARATOR.search(text.strip(" ,;\n")):
        groups = [
            f"({part})"
            for part in _LIST_SEPARATOR.split(text.strip(" ,;\n"))
            if surface_words(part)
        ]
        yield " OR ".join(groups)
    if text.count('"') % 2:
        yield f'{text}"'
    if text.count("(") != text.count(")"):
        yield f"{text}{')' * (text.count('(') - text.count(')'))}"
        yield text.replace("(", " ").replace(")", " ")
    if '"' in text:
        yield text.replace('"', " ")
    content_words = _content_words(text)
    yield " ".join(content_words)
    # Quoted, because it may read as a category.
    yield " ".join(f'"{word}"' for word in content_words)


def readings_with_fewer_words(words: str) -> Iterator[str]:
    """Yield the query with one of its words left out, the last one first."""
    content_words = _content_words(normalize_punctuation(words[:MAX_LENGTH]))
    if 1 < len(content_words) <= _MAX_WORDS:
        for index in reversed(range(len(content_words))):
            yield " ".join(content_words[:index] + content_words[index + 1 :])


def readings_with_any_word(words: str) -> Iterator[str]:
    """Yield the last resort: papers with any of the query's words."""
    content_words = _content_words(normalize_punctuation(words[:MAX_LENGTH]))
    if 2 < len(content_words) <= _MAX_WORDS:
        yield " OR ".join(content_words)


def _content_words(text: str, fillers: frozenset[str] = _FILLER_WORDS | _OPERATORS) -> list[str]:
    """Return the content words of a sentence, without fields and filler words."""
    without_fields = _FIELD.sub(" ", text).translate(_DROP_PUNCTUATION)
    raw_words = [word for word in without_fields.split() if surface_words(word)]
    stripped_words = [word.strip(".,;:()\"'") for word in raw_words]
    return [word for word in stripped_words if word.casefold() not in fillers]


def _operator_readings(text: str) -> Iterator[str]:
    """Yield readings with informal operators: or, /, |, and, not, !word, other quotation marks."""
    quoted = _SINGLE_QUOTED.sub(lambda match: f'"{next(filter(None, match.groups()))}"', text)
    quoted = _CHINESE_OPERATORS.sub(r" \g<0> ", quoted)
    output: list[str] = []
    is_negated = False
    for piece in _QUERY_PIECE.findall(quoted):
        folded = piece.casefold().strip(",;")
        if folded in _OR:
            output.append("OR")
        elif folded in _NOT:
            is_negated = True
        elif folded not in _AND:
            if piece.startswith("!") and len(piece) > 1:
                word = f"-{piece[1:]}"
            elif piece.startswith("+") and len(piece) > 1:
                word = piece[1:]
            elif _SLASHED_WORDS.fullmatch(piece) and not _ADDRESS.search(piece):
                word = f"({' OR '.join(re.split('[/|]', piece))})"
            else:
                word = piece
            output.append(f"-{word}" if is_negated else word)
            is_negated = piece == "(" and is_negated
    while output and output[-1] == "OR":
        output.pop()
    while output and output[0] == "OR":
        output.pop(0)
    reading = " ".join(output)
    if reading == text.strip():
        return
    yield reading
    if "OR" in output and len(output) - output.count("OR") > 2:
        yield _bind_or_tightly(output)


def _bind_or_tightly(pieces: list[str]) -> str:
    """Bind each OR to the words beside it: (image OR video) generation."""
    output: list[str] = []
    index = 0
    while index < len(pieces):
        if index + 2 < len(pieces) and pieces[index + 1] == "OR":
            alternatives = [pieces[index]]
            while index + 2 < len(pieces) and pieces[index + 1] == "OR":
                alternatives.append(pieces[index + 2])
                index += 2
            output.append(f"({' OR '.join(alternatives)})")
        else:
            output.append(pieces[index])
        index += 1
    return " ".join(output)


def _author_readings(text: str) -> Iterator[str]:
    """Yield author readings of names without au:, or with it before the first word only."""
    without_et_al = _ET_AL.sub("", text).strip(' "')
    match = _BY_AUTHOR.fullmatch(without_et_al)
    if match:
        yield f'au:"{match["name"]}"'
        without_et_al = match["name"]
    for count in (1, 2, 3):  # au:Kaiming He, with the following words as part of the name
        pattern = (
            rf"(?<![^\W_])(?:au|authors?|作者):\s*({_NAME_WORD.pattern}"
            rf"(?:,?\s+(?!(?:OR|AND|NOT)\b){_NAME_WORD.pattern}(?![\w:])){{{count}}})"
        )
        quoted = re.sub(pattern, r'au:"\1"', without_et_al, flags=re.IGNORECASE)
        if quoted != without_et_al:
            yield quoted
    words = without_et_al.replace(",", " ").split()
    if not _may_be_names(words):
        return
    if 2 <= len(words) <= _MAX_NAME_WORDS or without_et_al != text.strip():
        yield f'au:"{" ".join(words)}"'
    if 3 <= len(words) <= _MAX_WORDS:
        for name, other_words in ((words[:2], words[2:]), (words[-2:], words[:-2])):
            if " ".join(name).istitle():
                yield f'{" ".join(other_words)} au:"{" ".join(name)}"'


def _may_be_names(words: list[str]) -> bool:
    """Return whether each word may be one of a person's name in Latin letters."""
    return all(
        _NAME_WORD.fullmatch(word)
        and not has_han(word)
        and word.casefold() not in _OPERATORS | _FILLER_WORDS
        for word in words
    )


def _category_readings(text: str) -> Iterator[str]:
    """Yield readings with category names, and archives among other words, as categories."""
    words = text.split()
    for word_count in range(len(words), 0, -1):
        for other_words, name in (
            (words[word_count:], words[:word_count]),
            (words[:-word_count], words[-word_count:]),
        ):
            codes = taxonomy.categories_named(" ".join(name))
            if codes and (not other_words or word_count > 1 or taxonomy.canonical_code(name[0])):
                category_query = " OR ".join(f"cat:{code}" for code in codes)
                yield " ".join(
                    [
                        *other_words,
                        f"({category_query})" if other_words and len(codes) > 1 else category_query,
                    ]
                )
            if word_count == len(words):
                break


def _field_readings(text: str) -> Iterator[str]:
    """Yield ti:image restoration with both words in the field; without an unknown field."""
    fields = list(_FIELD.finditer(text))
    if not fields:
        return
    parts = [text[: fields[0].start()]]
    for field, next_field in zip(fields, [*fields[1:], None], strict=True):
        value = text[field.end() : next_field.start() if next_field else len(text)].strip()
        query_field = FIELDS.get(field[1].casefold())
        words = value.split()
        has_several_words = len(words) > 1 and _OPERATORS.isdisjoint(value.casefold().split())
        if query_field is None:
            parts.append(value)
        elif (
            query_field in (QueryField.TITLE, QueryField.ABSTRACT)
            and has_several_words
            and '"' not in value
        ):
            parts.append(f"{query_field}:({value})")
        else:
            parts.append(f"{query_field}:{value}")
    yield " ".join(parts)
