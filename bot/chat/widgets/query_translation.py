"""Translate queries in Chinese or another script into English with the model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.request_and_reply import FollowUp, Reply, Request
from bot.chat.services import ExternalServices
from bot.chat.user_limits import Cost
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.size_limits import shorten
from bot.summaries.translate_query import needs_translation, translate_query
from bot.texts import Refusal
from storage.records.queries import Query

_MAX_LENGTH = 300  # characters; longer queries are not translated
_SHOWN_UNITS = 300


@dataclass(frozen=True, slots=True)
class TranslatedWords:
    """The words to search for, with the lines above the result."""

    text: str
    note_lines: tuple[Line, ...] = ()
    is_english: bool = False  # False if the translation failed


def should_translate(request: Request, query: Query, words: str) -> bool:
    """Return whether a query should be translated, and a model is available."""
    has_model = request.bot_info.llm_settings is not None
    return has_model and len(words) <= _MAX_LENGTH and needs_translation(query)


def start_translation(request: Request, follow_up_verb: str, words: str) -> Reply:
    """Return a reply that asks for a moment's patience, and the follow-up."""
    return replace(
        short_reply([Line(request.say("english-moment"))]),
        follow_up=FollowUp(follow_up_verb, words),
    )


def english_line(request: Request, english_words: str) -> Line:
    """Return the line that says in which words a query is looked for."""
    return Line(request.say("english-looking", words=shorten(english_words, _SHOWN_UNITS)))


async def translate_words(
    external_services: ExternalServices, request: Request, words: str
) -> TranslatedWords:
    """Return the words in English, or unchanged with the reason."""
    try:
        with external_services.charge_model_call(request, Cost.TRANSLATION) as gateway:
            english_words = await translate_query(gateway, words)
    except Refusal as refusal:
        return TranslatedWords(words, (Line(refusal.say(request.language)),))
    if not english_words:
        return TranslatedWords(words)
    return TranslatedWords(english_words, (english_line(request, english_words),), is_english=True)
