"""Words in Chinese, or any other script, where papers are in English: the model puts them over."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.request_and_reply import Ask, Errand, Reply
from bot.chat.services import Outside
from bot.chat.user_limits import Cost
from bot.chat.widgets.short_reply import Line, told
from bot.render.size_limits import shorten
from bot.summaries.translate_query import interpret, is_foreign
from bot.texts import Refusal
from storage.records import Query

_LONGEST = 300  # characters of words that are put into English
_SHOWN_UNITS = 300


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for after all, and what is said above it; not English where that failed."""

    text: str
    lines: tuple[Line, ...] = ()
    is_english: bool = False


def is_wanted(ask: Ask, query: Query, words: str) -> bool:
    """Whether somebody's words should be put into English, and something can do it."""
    has_model = ask.house.contract is not None
    return has_model and len(words) <= _LONGEST and is_foreign(query)


def asked(ask: Ask, errand: str, words: str) -> Reply:
    """Says that it takes a moment; the errand answers."""
    return replace(told([Line(ask.say("english-moment"))]), errand=Errand(errand, words))


async def put(outside: Outside, ask: Ask, words: str) -> Words:
    """The words in English, or as they are with the reason why."""
    try:
        with outside.counted(ask, Cost.ENGLISH) as shop:
            found = await interpret(shop, words)
    except Refusal as refusal:
        return Words(words, (Line(refusal.say(ask.language)),))
    if not found:
        return Words(words)
    line = Line(ask.say("english-looking", words=shorten(found, _SHOWN_UNITS)))
    return Words(found, (line,), is_english=True)
