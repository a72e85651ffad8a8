"""Decide what a plain text message means when it answers no question.

The first rule that applies:

1. It mentions a paper by a link, a DOI or "arXiv": the papers, whatever the rest says.
2. It is one line in the query language (a field, OR, NOT, an exclusion, or only a phrase):
   a topic, even if it contains a bare number or a link to a listing.
3. It mentions a paper by a bare number: the papers.
4. It links to listings or feeds of arXiv: their categories as a topic.
5. It is only a word for a command (stop, unsubscribe, help, hello, thanks): that command.
6. It has a sign such as an emoji, and no word: what to type.
7. Anything else, even a sentence or several lines, is the text of a topic.

Commands and answers to a question take precedence. A text that cannot be the answer, or that
mentions papers too, follows the rules above.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from unicodedata import category

from bot.arxiv.identifiers import PaperMention, parse_identity
from bot.topics.query.lexer import TokenKind, tokenize
from bot.topics.query.parser import QueryError, parse
from storage.records.queries import QueryField


class MessageIntent(StrEnum):
    """What a message asks for."""

    PAPERS = "papers"
    CATEGORIES = "categories"
    STOP = "stop"
    UNSUBSCRIBE = "unsubscribe"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    WORDLESS = "wordless"
    TOPIC = "topic"


_COMMAND_WORDS = {
    **dict.fromkeys(
        (
            "stop",
            "stop it",
            "please stop",
            "quit",
            "停",
            "停止",
            "停止推送",
            "别发了",
            "不要再发了",
        ),
        MessageIntent.STOP,
    ),
    **dict.fromkeys(("unsubscribe", "unsub", "退订", "取消订阅"), MessageIntent.UNSUBSCRIBE),
    **dict.fromkeys(("help", "?", "？", "帮助"), MessageIntent.HELP),
    **dict.fromkeys(
        (
            *("hello", "hi", "hey", "start", "hello there", "hi there", "good morning"),
            *("good afternoon", "good evening", "你好", "您好", "开始", "嗨", "早上好", "晚上好"),
        ),
        MessageIntent.GREETING,
    ),
    **dict.fromkeys(
        ("thx", "cheers", "谢谢", "多谢", "谢谢你", "感谢", "非常感谢"),
        MessageIntent.THANKS,
    ),
}
_THANKS = frozenset(("thank", "thanks"))
_WORDS_OF_THANKS = _THANKS | {"you", "so", "very", "much", "many", "a", "lot", "again", "all"}
_PUNCTUATION = " \t\n.,!…~。，！～"  # ignored around a word for a command
_SIGNS = ("So", "Sk", "Mn")  # the categories of an emoji, its colour and its variation


def message_intent(
    words: str, papers: Sequence[PaperMention], categories: Sequence[str]
) -> MessageIntent:
    """Return what a message with this text, papers and listings asks for."""
    if any(not mention.is_bare for mention in papers):
        return MessageIntent.PAPERS
    if papers or categories:
        if _is_query(words):
            return MessageIntent.TOPIC
        return MessageIntent.PAPERS if papers else MessageIntent.CATEGORIES
    if not any(map(str.isalnum, words)) and any(category(sign) == "So" for sign in words):
        return MessageIntent.WORDLESS
    without_signs = "".join(sign for sign in words if category(sign) not in _SIGNS)
    plain_words = without_signs.strip(_PUNCTUATION).casefold()
    if _THANKS & set(plain_words.split()) and _WORDS_OF_THANKS.issuperset(plain_words.split()):
        return MessageIntent.THANKS
    return _COMMAND_WORDS.get(plain_words, MessageIntent.TOPIC)


def _is_query(words: str) -> bool:
    """Return whether a text uses the query language, and is not only words.

    ``id:`` before an id does not count, because people write ids so, and neither do AND, ``&`` and
    ``|``, which occur in prose.
    """
    if len(words.strip().splitlines()) > 1 or parse_identity(words):
        return False
    try:
        parse(words)
    except QueryError:
        return False
    tokens = tokenize(words)
    has_field = any(token.field not in (None, QueryField.ID) for token in tokens)
    has_operator = any(
        token.kind is TokenKind.NOT or (token.kind is TokenKind.OR and token.text == "OR")
        for token in tokens
    )
    return has_field or has_operator or all(token.kind is TokenKind.PHRASE for token in tokens)
