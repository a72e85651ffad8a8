"""Translate the words of a query into English, in which papers are announced.

Only words are translated: authors, categories and operators stay as written, and so does what is
already English unless it stands among the other words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.llm.paper_notes import translate_search_words
from bot.summaries.on_demand import RecordUsage, ask_model
from bot.topics.query import normal_form
from bot.topics.query.parser import QueryError, parse
from bot.topics.query.query_parts import has_foreign_letters, join_parts, split_parts
from storage.records.queries import TEXT_FIELDS, Query

if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient

MAX_FOREIGN_PARTS = 4  # requests to the model for one query


async def translate_query(gateway: ModelGateway, words: str) -> str:
    """Return the query in English; "" if the model has no words for it.

    Raises:
        ModelUnavailable: the day's budget is spent, or the model is paused.
        Refusal: it could not answer, or its answer cannot be used.
        QueryError: the words cannot be parsed as a query.
    """
    query_parts = list(split_parts(words))
    foreign_parts = [part for part in query_parts if part.needs_translation]
    if not 0 < len(foreign_parts) <= MAX_FOREIGN_PARTS:
        return ""

    async def request(client: ModelClient, record_usage: RecordUsage) -> list[str]:
        return [
            await translate_search_words(client, part.words, record_usage) for part in foreign_parts
        ]

    english = await ask_model(gateway, request, lambda translations: translations)
    translated_parts = {
        part: part.with_words(translation)
        for part, translation in zip(foreign_parts, english, strict=True)
    }
    translated_text = join_parts([translated_parts.get(part, part) for part in query_parts])
    try:
        is_in_english = all(english) and not needs_translation(parse(translated_text))
    except QueryError:
        is_in_english = False
    return translated_text if is_in_english else ""


def needs_translation(query: Query) -> bool:
    """Return whether a query has words in a script that English papers do not use."""
    query_terms = normal_form.iterate_terms(query.clause, excluded=False)
    return any(has_foreign_letters(term.text) for term in query_terms if term.field in TEXT_FIELDS)
