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
    query_text = normalize_punctuation(words)
    if (
        query_text.isupper()
        and len(query_text.split()) > 3
        and not _CAPITAL_OPERATORS.isdisjoint(query_text.split())
    ):
        yield query_text.lower()  # a title in capitals has no operators
    yield from _operator_readings(query_text)
    yield from _author_readings(query_text)
    yield from _category_readings(query_text)
    yield from _field_readings(query_text)
    written_out = query_text.translate(UMLAUT_DIGRAPHS)
    if written_out != query_text and any(
        FIELDS.get(match[1].casefold()) is QueryField.AUTHOR
        for match in _FIELD.finditer(query_text)
    ):
        yield f"({query_text}) OR ({written_out})"  # Müller, Mueller


def author_query(words: str) -> str | None:
    """Return the author that words look like, as a query: a first and a last name in capitals."""
    names_text = _ET_AL.sub("", normalize_punctuation(words[:MAX_LENGTH])).strip()
    names = names_text.split()
    if not 2 <= len(names) <= _MAX_NAME_WORDS or names_text.isupper() or not _may_be_names(names):
        return None
    is_capitalized = names[0][0].isupper() and names[-1][0].isupper()
    if not (is_capitalized and all(_NAME_BETWEEN.fullmatch(name) for name in names[1:-1])):
        return None
    return f'au:"{names_text}"'


def sentence_query(words: str) -> str | None:
    """Return what a sentence asks for: its words without those that people put around them.

    "or" and "not" stay, for the readings that ``alternative_readings`` suggests. Empty where a
    sentence names no topic ("show me papers"); None for words that are no sentence: "diffusion
    models for video" is a query as it is.
    """
    sentence = normalize_punctuation(words)
    if (
        len(words) > MAX_LENGTH
        or _FIELD.search(sentence)
        or not _CAPITAL_OPERATORS.isdisjoint(sentence.split())
    ):
        return None
    if _SENTENCE_START.match(sentence) is None or any(sign in sentence for sign in '"()*~'):
        return None
    content_words = _content_words(sentence, _SENTENCE_FILLERS)
    while content_words and content_words[-1].casefold() in _OPERATORS:
        content_words.pop()
    if content_words and content_words[0].casefold() in _NOT:
        return None  # what somebody does not want
    return " ".join(content_words) if content_words or len(sentence.split()) > 1 else None


def looser_readings(words: str) -> Iterator[str]:
    """Yield readings of a query that finds nothing: without quotes, or as a sentence."""
    if len(words) > MAX_LENGTH:
        return
    query_text = normalize_punctuation(words)
    if len(surface_words(query_text)) == 1 and query_text.strip().isalpha():
        yield f"au:{query_text.strip()}"
    if _LIST_SEPARATOR.search(query_text.strip(" ,;\n")):
        bracketed_parts = [
            f"({part})"
            for part in _LIST_SEPARATOR.split(query_text.strip(" ,;\n"))
            if surface_words(part)
        ]
        yield " OR ".join(bracketed_parts)
    if query_text.count('"') % 2:
        yield f'{query_text}"'
    if query_text.count("(") != query_text.count(")"):
        yield f"{query_text}{')' * (query_text.count('(') - query_text.count(')'))}"
        yield query_text.replace("(", " ").replace(")", " ")
    if '"' in query_text:
        yield query_text.replace('"', " ")
    content_words = _content_words(query_text)
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
    quoted_text = _SINGLE_QUOTED.sub(lambda match: f'"{next(filter(None, match.groups()))}"', text)
    quoted_text = _CHINESE_OPERATORS.sub(r" \g<0> ", quoted_text)
    reading_pieces: list[str] = []
    is_negated = False
    for piece in _QUERY_PIECE.findall(quoted_text):
        folded_piece = piece.casefold().strip(",;")
        if folded_piece in _OR:
            reading_pieces.append("OR")
        elif folded_piece in _NOT:
            is_negated = True
        elif folded_piece not in _AND:
            if piece.startswith("!") and len(piece) > 1:
                query_word = f"-{piece[1:]}"
            elif piece.startswith("+") and len(piece) > 1:
                query_word = piece[1:]
            elif _SLASHED_WORDS.fullmatch(piece) and not _ADDRESS.search(piece):
                query_word = f"({' OR '.join(re.split('[/|]', piece))})"
            else:
                query_word = piece
            reading_pieces.append(f"-{query_word}" if is_negated else query_word)
            is_negated = piece == "(" and is_negated
    while reading_pieces and reading_pieces[-1] == "OR":
        reading_pieces.pop()
    while reading_pieces and reading_pieces[0] == "OR":
        reading_pieces.pop(0)
    reading = " ".join(reading_pieces)
    if reading == text.strip():
        return
    yield reading
    if "OR" in reading_pieces and len(reading_pieces) - reading_pieces.count("OR") > 2:
        yield _bind_or_tightly(reading_pieces)


def _bind_or_tightly(pieces: list[str]) -> str:
    """Bind each OR to the words beside it: (image OR video) generation."""
    bound_pieces: list[str] = []
    piece_index = 0
    while piece_index < len(pieces):
        if piece_index + 2 < len(pieces) and pieces[piece_index + 1] == "OR":
            or_words = [pieces[piece_index]]
            while piece_index + 2 < len(pieces) and pieces[piece_index + 1] == "OR":
                or_words.append(pieces[piece_index + 2])
                piece_index += 2
            bound_pieces.append(f"({' OR '.join(or_words)})")
        else:
            bound_pieces.append(pieces[piece_index])
        piece_index += 1
    return " ".join(bound_pieces)


def _author_readings(text: str) -> Iterator[str]:
    """Yield author readings of names without au:, or with it before the first word only."""
    without_et_al = _ET_AL.sub("", text).strip(' "')
    match = _BY_AUTHOR.fullmatch(without_et_al)
    if match:
        yield f'au:"{match["name"]}"'
        without_et_al = match["name"]
    for name_word_count in (1, 2, 3):  # au:Kaiming He, with the following words as part of the name
        author_pattern = (
            rf"(?<![^\W_])(?:au|authors?|作者):\s*({_NAME_WORD.pattern}"
            rf"(?:,?\s+(?!(?:OR|AND|NOT)\b){_NAME_WORD.pattern}(?![\w:])){{{name_word_count}}})"
        )
        quoted_names = re.sub(author_pattern, r'au:"\1"', without_et_al, flags=re.IGNORECASE)
        if quoted_names != without_et_al:
            yield quoted_names
    name_words = without_et_al.replace(",", " ").split()
    if not _may_be_names(name_words):
        return
    if 2 <= len(name_words) <= _MAX_NAME_WORDS or without_et_al != text.strip():
        yield f'au:"{" ".join(name_words)}"'
    if 3 <= len(name_words) <= _MAX_WORDS:
        for author_name, other_words in (
            (name_words[:2], name_words[2:]),
            (name_words[-2:], name_words[:-2]),
        ):
            if " ".join(author_name).istitle():
                yield f'{" ".join(other_words)} au:"{" ".join(author_name)}"'


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
    typed_words = text.split()
    for word_count in range(len(typed_words), 0, -1):
        for other_words, category_words in (
            (typed_words[word_count:], typed_words[:word_count]),
            (typed_words[:-word_count], typed_words[-word_count:]),
        ):
            category_codes = taxonomy.categories_named(" ".join(category_words))
            if category_codes and (
                not other_words or word_count > 1 or taxonomy.canonical_code(category_words[0])
            ):
                category_query = " OR ".join(f"cat:{code}" for code in category_codes)
                yield " ".join(
                    [
                        *other_words,
                        f"({category_query})"
                        if other_words and len(category_codes) > 1
                        else category_query,
                    ]
                )
            if word_count == len(typed_words):
                break


def _field_readings(text: str) -> Iterator[str]:
    """Yield ti:image restoration with both words in the field; without an unknown field."""
    field_matches = list(_FIELD.finditer(text))
    if not field_matches:
        return
    reading_parts = [text[: field_matches[0].start()]]
    for field, next_field in zip(field_matches, [*field_matches[1:], None], strict=True):
        field_value = text[field.end() : next_field.start() if next_field else len(text)].strip()
        query_field = FIELDS.get(field[1].casefold())
        value_words = field_value.split()
        has_several_words = len(value_words) > 1 and _OPERATORS.isdisjoint(
            field_value.casefold().split()
        )
        if query_field is None:
            reading_parts.append(field_value)
        elif (
            query_field in (QueryField.TITLE, QueryField.ABSTRACT)
            and has_several_words
            and '"' not in field_value
        ):
            reading_parts.append(f"{query_field}:({field_value})")
        else:
            reading_parts.append(f"{query_field}:{field_value}")
    yield " ".join(reading_parts)
