"""Decide what a message in words means, when no question was asked before it.

The first of these that holds:

1. It holds a paper by a link, a DOI or "arXiv": the papers, whatever stands around them.
2. It is one line in the language of topics (a field, OR, NOT, an exclusion, nothing but a
   phrase): a topic, even if it holds a bare number or a listing's link.
3. It holds a paper by a bare number: the papers.
4. It links to listings or feeds of arXiv: their categories as a topic.
5. It is nothing but a word for a command (stop, help, hello, thanks): that command.
6. Anything else, a sentence or several lines too, is the words of a topic.

A command comes before all of them, and so does the answer to a question; but what can be no
answer to it, or asks for papers too, is read as above.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.topics.query.lexer import TokenKind, tokenize
from bot.topics.query.parser import PaperMention, QueryError, arxiv_id_version, parse
from storage.records import QueryField


class MessageIntent(StrEnum):
    """What a message asks for."""

    PAPERS = "papers"
    CATEGORIES = "categories"
    STOP = "stop"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    TOPIC = "topic"


_COMMAND_WORDS = {
    **dict.fromkeys(("stop", "unsubscribe", "unsub", "退订", "取消订阅"), MessageIntent.STOP),
    **dict.fromkeys(("help", "?", "？", "帮助"), MessageIntent.HELP),
    **dict.fromkeys(
        ("hello", "hi", "hey", "start", "你好", "您好", "开始"), MessageIntent.GREETING
    ),
    **dict.fromkeys(
        ("thanks", "thank you", "many thanks", "thx", "谢谢", "多谢", "谢谢你"),
        MessageIntent.THANKS,
    ),
}
_PUNCTUATION = " \t\n.,!…~。，！～"  # around a word that stands for a command


def message_intent(
    words: str, papers: Sequence[PaperMention], categories: Sequence[str]
) -> MessageIntent:
    """What a message with these words, papers and listings asks for."""
    if any(not mention.is_bare for mention in papers):
        return MessageIntent.PAPERS
    if papers or categories:
        if _is_query(words):
            return MessageIntent.TOPIC
        return MessageIntent.PAPERS if papers else MessageIntent.CATEGORIES
    return _COMMAND_WORDS.get(words.strip(_PUNCTUATION).casefold(), MessageIntent.TOPIC)


def _is_query(words: str) -> bool:
    """Whether somebody wrote in the language of topics, and not only words.

    An id behind ``id:`` is a paper's name, as people write it, and AND joins words of prose
    as ``&`` and ``|`` do.
    """
    if len(words.strip().splitlines()) > 1 or arxiv_id_version(words):
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
