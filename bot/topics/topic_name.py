"""Name a topic as people call it: its words, without the signs of the query language."""

from __future__ import annotations

from bot.topics.query.lexer import TokenKind, tokenize
from bot.topics.query.parser import QueryError

MAX_DEFAULT_LENGTH = 60  # characters; the name heads every digest
_CUT_MARK = "…"


def topic_name(words: str) -> str:
    """Return the name of a topic with these words: ``diffusion model cs.CV``.

    Words without quotes, fields, brackets and exclusions stay as they were typed.
    """
    typed_words = " ".join(words.split())
    try:
        tokens = tokenize(typed_words)
    except QueryError:
        return _shorten_name(typed_words)
    if all(
        token.kind in (TokenKind.WORD, TokenKind.OR)
        and token.field is None
        and "*" not in token.text
        for token in tokens
    ):
        return _shorten_name(typed_words)
    name_pieces: list[str] = []
    depth = 0
    excluded_depth: int | None = None  # of the brackets that an exclusion is about
    is_next_excluded = False  # the next word or bracket
    for token in tokens:
        if token.kind is TokenKind.OPEN_PAREN:
            if is_next_excluded and excluded_depth is None:
                excluded_depth = depth
            is_next_excluded = False
            depth += 1
        elif token.kind is TokenKind.CLOSE_PAREN:
            depth -= 1
            if excluded_depth is not None and depth <= excluded_depth:
                excluded_depth = None
        elif token.kind is TokenKind.NOT:
            is_next_excluded = True
        elif token.kind is TokenKind.OR:
            if name_pieces and excluded_depth is None:
                name_pieces.append("/")
        elif token.kind in (TokenKind.WORD, TokenKind.PHRASE):
            if not is_next_excluded and excluded_depth is None:
                name_pieces.append(" ".join(token.text.replace("*", "").split()))
            is_next_excluded = False
    while name_pieces and name_pieces[-1] == "/":
        name_pieces.pop()
    return _shorten_name(" ".join(filter(None, name_pieces)) or typed_words)


def is_cut(name: str) -> bool:
    """Return whether a name was too long for a heading."""
    return name.endswith(_CUT_MARK)


def _shorten_name(name: str) -> str:
    if len(name) <= MAX_DEFAULT_LENGTH:
        return name
    name_start = name[: MAX_DEFAULT_LENGTH - 1]
    whole_words = name_start.rpartition(" ")[0]
    return f"{whole_words if len(whole_words) > MAX_DEFAULT_LENGTH // 2 else name_start}{_CUT_MARK}"
