"""Find any paper by words, id or link; papers that are not stored are fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.arxiv.identifiers import PaperMention, find_mentions
from bot.chat.handlers.account.welcome_and_help import help_, non_text_reply, start
from bot.chat.handlers.papers.paper import show_papers
from bot.chat.handlers.topics.free_text import MessageIntent, message_intent
from bot.chat.handlers.topics.new_topic import (
    offer_topic,
    pressed_payload,
    query_error_reply,
    sub,
    suggestion_buttons,
)
from bot.chat.handlers.topics.topic_list import stop, unsub
from bot.chat.request_and_reply import FollowUp, Reply, Request, run_in_transaction
from bot.chat.services import ExternalServices
from bot.chat.widgets import paper_list, query_translation
from bot.chat.widgets.page_row import page_row
from bot.chat.widgets.pending_questions import save_pending_question
from bot.chat.widgets.short_reply import Line, short_reply, text_message
from bot.ranking.search_order import (
    MAX_RANKED,
    closest_papers,
    papers_with_most_words,
    without_words,
)
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Keyboard
from bot.texts import Refusal, join_list
from bot.topics.matching import matching_papers
from bot.topics.query.chinese_terms import in_english
from bot.topics.query.parser import QueryError, parse, parse_user_query
from bot.topics.query_suggestions import find_suggestions
from storage import Store
from storage.records.chats import ChatKind, PendingQuestion
from storage.records.papers import IndexedPaper, Paper
from storage.records.queries import Clause, Query

MAX_PAGES = 20
_QUERY_UNITS = 300  # leaves room for a page of papers
_MAX_OPENED = 5  # papers opened from one message
_MAX_LISTED = 50  # further papers listed; more would not fit a message


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search."""

    number: int  # from 0
    newest_first: bool
    papers: tuple[Paper, ...]
    has_more: bool
    matching_count: int  # of these papers; the others have most of the words
    has_matches: bool  # on this page or before
    is_index_complete: bool  # False while papers are being reindexed


def search(store: Store, request: Request) -> Reply:
    """Handle ``/search text``: list stored papers, best first; ids and links open the paper."""
    if not request.words and not request.papers:
        if request.chat.kind is ChatKind.PRIVATE:
            save_pending_question(store, request, PendingQuestion("search"))
        return short_reply([Line(request.say("search-usage"))])
    if message_intent(request.words, request.papers, ()) is MessageIntent.PAPERS:
        return _open_mentioned_papers(store, request)
    try:
        query = parse_user_query(request.words)
    except QueryError as error:
        return query_error_reply(store, request, request.words, error)
    is_foreign = query_translation.should_translate(request, query, request.words)
    english_words = in_english(request.words)
    reply = _search_reply(store, request, query, loosen=not (is_foreign or english_words))
    if reply is None and is_foreign:
        return query_translation.start_translation(request, "search", request.words)
    if reply is None and english_words:
        english_query = parse_user_query(english_words)
        reply = _search_reply(
            store, request, english_query, query_translation.english_line(request, english_words)
        )
    return reply or _no_results_reply(store, request, query)


def _search_reply(
    store: Store, request: Request, query: Query, *header_lines: Line, loosen: bool = True
) -> Reply | None:
    """Return the first page of a search with suggestions, or None if it finds nothing."""
    search_page = request.read(find_page, query, 0, newest_first=False, loosen=loosen)
    if not search_page.papers:
        return None
    similar_queries = request.read_optional(
        find_suggestions, request.words, papers=search_page.matching_count
    )
    payload_key = store.button_payloads.put(
        request.chat.bot, request.chat.id, query.text, now=request.now
    )
    suggestion_rows = suggestion_buttons(store, request, similar_queries, "search")
    return _page_reply(
        request,
        query,
        payload_key,
        search_page,
        *header_lines,
        suggestion_rows=suggestion_rows,
        edit=False,
    )


def _no_results_reply(store: Store, request: Request, query: Query, *header_lines: Line) -> Reply:
    lines = [*header_lines, Line(request.say("search-none", query=query.text[:200]))]
    similar_queries = request.read_optional(find_suggestions, request.words, papers=0)
    if similar_queries:
        lines.append(Line(request.say("suggestions", readings=len(similar_queries))))
    return short_reply(lines, suggestion_buttons(store, request, similar_queries, "search"))


async def search_translation(
    external_services: ExternalServices, store: Store, request: Request, words: str
) -> Reply:
    """Search for the English translation of a query that found nothing."""
    return await run_in_transaction(
        store,
        request,
        _search_translated,
        await query_translation.translate_words(external_services, request, words),
    )


def _search_translated(
    store: Store, request: Request, words: query_translation.TranslatedWords
) -> Reply:
    query = parse(words.text)
    reply = _search_reply(store, request, query, *words.note_lines) if words.is_english else None
    return reply or _no_results_reply(store, request, query, *words.note_lines)


def search_page_pressed(store: Store, request: Request) -> Reply:
    """Show another page of a search, or the other order."""
    query = parse(pressed_payload(store, request).text)
    page_number, by_relevance = divmod(request.action.second_argument, 2)
    if page_number >= MAX_PAGES:
        raise Refusal("preview-gone")
    search_page = find_page(store, query, page_number, newest_first=not by_relevance)
    if not search_page.papers and page_number:  # the other order has fewer pages
        search_page = find_page(store, query, 0, newest_first=not by_relevance)
    if not search_page.papers:
        raise Refusal("preview-gone")
    return _page_reply(request, query, request.action.first_argument, search_page, edit=True)


def find_page(
    store: Store, query: Query, page_number: int, *, newest_first: bool, loosen: bool = True
) -> SearchPage:
    """Return a page of the papers that match a query in titles, abstracts and summaries.

    The store may return more than the query matches, so the matcher decides. Best first, papers
    with most of the words follow where no more have all of them, if ``loosen``.
    """
    papers: list[Paper] = []
    all_were_ranked = False
    needed_count = (page_number + 1) * paper_list.PAGE_SIZE + 1
    if newest_first:
        search_offset = 0
        while len(papers) < needed_count:
            candidates = store.paper_search.search(
                query.clause, limit=needed_count, offset=search_offset
            )
            papers += _matching_papers(store, query.clause, candidates)
            if len(candidates) < needed_count or search_offset > MAX_PAGES * needed_count:
                break
            search_offset += needed_count
    else:
        closest = closest_papers(store, query.clause)
        papers = _first_matching(store, query.clause, closest, needed_count)
        all_were_ranked = len(closest) < MAX_RANKED  # else more may match than were ranked
    match_count = len(papers)
    if loosen and all_were_ranked and match_count < needed_count:
        papers += _first_matching(
            store,
            without_words(query.clause),
            papers_with_most_words(store, query.clause, without={paper.key for paper in papers}),
            needed_count - match_count,
        )
    page_start = page_number * paper_list.PAGE_SIZE
    page_papers = tuple(papers[page_start : page_start + paper_list.PAGE_SIZE])
    return SearchPage(
        page_number,
        newest_first,
        page_papers,
        has_more=len(papers) >= needed_count and page_number + 1 < MAX_PAGES,
        matching_count=min(max(match_count - page_start, 0), len(page_papers)),
        has_matches=match_count > 0,
        is_index_complete=not store.paper_index.is_reindexing(),
    )


def _first_matching(
    store: Store, clause: Clause | None, candidates: Sequence[IndexedPaper], count: int
) -> list[Paper]:
    """Return the first candidates that a clause finds, at most so many; None finds all."""
    papers: list[Paper] = []
    is_reindexing = store.paper_index.is_reindexing()
    for batch_start in range(0, len(candidates), count):
        slice_candidates = candidates[batch_start : batch_start + count]
        read_papers = store.papers.newest_versions([each.key for each in slice_candidates])
        if clause:
            index_texts: dict[str, str] = {}
            if not is_reindexing:
                for candidate, paper in zip(slice_candidates, read_papers, strict=True):
                    index_texts[paper.title] = candidate.title
                    index_texts[paper.abstract] = candidate.abstract
            read_papers = _matching_papers(store, clause, read_papers, index_texts)
        papers += read_papers
        if len(papers) >= count:
            break
    return papers[:count]


def _matching_papers(
    store: Store,
    clause: Clause,
    papers: Sequence[Paper],
    index_texts: Mapping[str, str] | None = None,
) -> list[Paper]:
    """Return the papers that a clause finds; ``index_texts`` need not be analysed again."""
    summaries = store.summaries.best_of_papers([paper.key for paper in papers])
    return matching_papers(clause, papers, summaries, index_texts)


def _page_reply(
    request: Request,
    query: Query,
    payload_key: int,
    page: SearchPage,
    *header_lines: Line,
    suggestion_rows: Keyboard = (),
    edit: bool,
) -> Reply:
    first_number = page.number * paper_list.PAGE_SIZE + 1
    order_key = "search-newest" if page.newest_first else "search-best"
    lines = [
        *header_lines,
        Line(shorten(query.text, _QUERY_UNITS), bold=True),
        Line(request.say(order_key), follows_directly=True),
    ]
    if page.matching_count < len(page.papers):
        lines.append(
            Line(
                request.say(
                    "search-loosened",
                    some="yes" if page.has_matches else "no",
                    matching=page.matching_count,
                ),
                follows_directly=True,
            )
        )
    if not page.is_index_complete:
        lines.append(Line(request.say("search-renewing"), follows_directly=True))
    lines += paper_list.paper_lines(page.papers, request.language, first_number)
    if suggestion_rows:
        lines.append(Line(request.say("suggestions", readings=len(suggestion_rows))))
    order_bit = 0 if page.newest_first else 1
    other_order_key = "button-best" if page.newest_first else "button-newest"
    order_buttons = (
        (request.button(other_order_key, "search", payload_key, 2 * page.number + 1 - order_bit),)
        if page.has_matches
        else ()
    )
    buttons = (
        *paper_list.paper_buttons(page.papers, first_number),
        *page_row(
            page.number,
            lambda number: Action("search", payload_key, 2 * number + order_bit),
            has_next=page.has_more,
            labels=(request.say("button-previous"), request.say("button-following")),
        ),
        (
            *order_buttons,
            request.button("button-follow", "draft", payload_key),
        ),
        *suggestion_rows,
    )
    return short_reply(lines, buttons, edit=edit)


def paper(store: Store, request: Request) -> Reply:
    """Handle ``/paper`` with ids or links in any form: open each paper."""
    if not request.words and not request.papers:
        if request.chat.kind is ChatKind.PRIVATE:
            save_pending_question(store, request, PendingQuestion("paper"))
        return short_reply([Line(request.say("paper-usage"))])
    if not request.papers:
        return short_reply([Line(request.say("paper-unread", given=request.words[:100]))])
    return _open_mentioned_papers(store, request)


def _open_mentioned_papers(store: Store, request: Request) -> Reply:
    """Open the first papers of a message, each in a message of its own, and list the others.

    Those that are not stored are fetched from arXiv together. The list of the others opens the next
    ones when it is sent back.
    """
    stored_papers: list[Paper] = []
    missing_mentions: list[PaperMention] = []
    for mention in request.papers[:_MAX_OPENED]:
        stored_paper = store.papers.get(f"arxiv:{mention.id}", mention.version or None)
        if stored_paper:
            stored_papers.append(stored_paper)
        else:
            missing_mentions.append(mention)
    lines = []
    if missing_mentions:
        text_key = "papers-fetching" if len(missing_mentions) > 1 else "paper-fetching"
        lines.append(Line(request.say(text_key, id=_listed_ids(request, missing_mentions))))
    if remaining_mentions := request.papers[_MAX_OPENED:]:
        ellipsis = ["…"] if len(remaining_mentions) > _MAX_LISTED else []
        lines.append(Line(request.say("papers-more", more=len(remaining_mentions))))
        lines.append(
            Line(
                ", ".join([*map(str, remaining_mentions[:_MAX_LISTED]), *ellipsis]),
                follows_directly=True,
            )
        )
    reply = _papers_reply(request, stored_papers)
    if lines:
        reply = replace(reply, messages=(*reply.messages, text_message(lines)))
    if missing_mentions:
        reply = replace(reply, follow_up=FollowUp("paper", " ".join(map(str, missing_mentions))))
    return reply


def _papers_reply(request: Request, papers: Sequence[Paper]) -> Reply:
    if not papers:
        return Reply()
    read_within_budget = request.read if len(papers) == 1 else request.read_many
    return read_within_budget(
        show_papers, request, [(paper.key, paper.version) for paper in papers]
    )


def _listed_ids(request: Request, papers: Sequence[PaperMention]) -> str:
    return join_list(request.language, map(str, papers))


async def fetch_and_open(
    external_services: ExternalServices, store: Store, request: Request, words: str
) -> Reply:
    """Fetch papers from arXiv, store them and open each."""
    requested_mentions = [*find_mentions(words)]
    if external_services.fetch_papers is None:
        return short_reply(
            [Line(request.say("paper-no-way", id=_listed_ids(request, requested_mentions)))]
        )
    papers_by_id = {
        paper.id: paper
        for paper in await external_services.fetch_papers([*map(str, requested_mentions)])
    }
    papers = [
        papers_by_id[f"arxiv:{mention.id}"]
        for mention in requested_mentions
        if f"arxiv:{mention.id}" in papers_by_id
    ]
    missing_mentions = [
        mention for mention in requested_mentions if f"arxiv:{mention.id}" not in papers_by_id
    ]
    stored_papers = (
        await store.run(store.papers.upsert, papers, seen_at=request.now) if papers else []
    )
    return await run_in_transaction(
        store, request, _fetched_papers_reply, stored_papers, missing_mentions
    )


def _fetched_papers_reply(
    store: Store, request: Request, papers: Sequence[Paper], missing: Sequence[PaperMention]
) -> Reply:
    reply = _papers_reply(request, papers)
    if missing:
        text_key = "papers-not-there" if len(missing) > 1 else "paper-not-there"
        not_found_message = text_message(
            [Line(request.say(text_key, id=_listed_ids(request, missing)))]
        )
        reply = replace(reply, messages=(*reply.messages, not_found_message))
    return reply


def handle_text(store: Store, request: Request) -> Reply:
    """Handle plain text by its meaning; most of it is a topic."""
    match message_intent(request.words, request.papers, request.categories):
        case MessageIntent.PAPERS:
            return paper(store, request)
        case MessageIntent.CATEGORIES:
            return offer_topic(
                store, request, " OR ".join(f"cat:{code}" for code in request.categories)
            )
        case MessageIntent.STOP:
            return stop(store, replace(request, words=""))
        case MessageIntent.UNSUBSCRIBE:
            return unsub(store, replace(request, words=""))
        case MessageIntent.WORDLESS:
            return non_text_reply(store, request)
        case MessageIntent.HELP:
            return help_(store, request)
        case MessageIntent.GREETING:
            return start(store, request)
        case MessageIntent.THANKS:
            return short_reply([Line(request.say("thanks-answer"))])
        case MessageIntent.TOPIC:
            return sub(store, request)
