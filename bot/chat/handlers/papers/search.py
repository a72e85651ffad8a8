"""Any stored paper: by words, by its id or link; what is not stored is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.chat.handlers.account.welcome_and_help import help_, start
from bot.chat.handlers.papers.paper import show_each
from bot.chat.handlers.topics.free_text import Meaning, meaning
from bot.chat.handlers.topics.new_topic import drafted, misread, offered, sub, suggested_buttons
from bot.chat.handlers.topics.topic_list import unsub
from bot.chat.request_and_reply import Ask, Errand, Reply, in_transaction
from bot.chat.services import Outside
from bot.chat.widgets import paper_list, query_translation
from bot.chat.widgets.pending_questions import listen
from bot.chat.widgets.short_reply import Line, text_message, told
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Keyboard
from bot.texts import Refusal, listed
from bot.topics.matching import matches
from bot.topics.query.parser import Mention, QueryError, mentions, parse, parse_typed
from bot.topics.query_suggestions import suggestions
from storage import Store
from storage.records import ChatKind, Paper, Query, Question

DEEPEST = 20  # pages; who has not found it by then needs another word
_QUERY_UNITS = 300  # so that a page of papers has room below it
_BEST = 60  # candidates that are put into order
_AT_ONCE = 5  # papers of one message that are opened
_LISTED = 50  # others that are named; a message holds no more


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what a search found."""

    number: int  # from 0
    newest: bool
    papers: tuple[Paper, ...]
    more: bool
    is_whole: bool  # else some papers are still being indexed anew


def search(store: Store, ask: Ask) -> Reply:
    """``/search words``: stored papers, the newest first; a paper's own link opens it."""
    if not ask.words and not ask.papers:
        if ask.chat.kind is ChatKind.PRIVATE:
            listen(store, ask, Question("search"))
        return told([Line(ask.say("search-usage"))])
    if meaning(ask.words, ask.papers, ()) is Meaning.PAPERS:
        return _all_opened(store, ask)
    try:
        query = parse_typed(ask.words)
    except QueryError as error:
        return misread(store, ask, ask.words, error)
    reply = _searched(store, ask, query)
    if reply is None and query_translation.is_wanted(ask, query, ask.words):
        return query_translation.asked(ask, "search", ask.words)
    return reply or _nothing(store, ask, query)


def _searched(store: Store, ask: Ask, query: Query, *above: Line) -> Reply | None:
    """The first page of a search, with words for the others; None where it finds nothing."""
    page = ask.read(found, query, 0, newest=True)
    if not page.papers:
        return None
    others = ask.read_offer(suggestions, ask.words, papers=len(page.papers))
    key = store.drafts.put(ask.chat.bot, ask.chat.chat, query.text, now=ask.now)
    buttons = suggested_buttons(store, ask, others, "search")
    return _shown(ask, query, key, page, *above, others=buttons, edit=False)


def _nothing(store: Store, ask: Ask, query: Query, *above: Line) -> Reply:
    lines = [*above, Line(ask.say("search-none", query=query.text[:200]))]
    others = ask.read_offer(suggestions, ask.words, papers=0)
    if others:
        lines.append(Line(ask.say("suggestions", readings=len(others))))
    return told(lines, suggested_buttons(store, ask, others, "search"))


async def put_into_english(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """What the words find in English, after they found nothing as they are."""
    return await in_transaction(store, ask, _put, await query_translation.put(outside, ask, words))


def _put(store: Store, ask: Ask, words: query_translation.Words) -> Reply:
    query = parse(words.text)
    reply = _searched(store, ask, query, *words.lines) if words.is_english else None
    return reply or _nothing(store, ask, query, *words.lines)


def turned(store: Store, ask: Ask) -> Reply:
    """Another page of a search, or the other order."""
    query = parse(drafted(store, ask).words)
    number, other = divmod(ask.action.second, 2)
    if number >= DEEPEST:
        raise Refusal("preview-gone")
    page = found(store, query, number, newest=not other)
    if not page.papers:
        raise Refusal("preview-gone")
    return _shown(ask, query, ask.action.first, page, edit=True)


def found(store: Store, query: Query, number: int, *, newest: bool) -> Page:
    """A page of what a query finds, in titles, abstracts and what was said about them.

    The store may bring more than the query means, so the matcher decides.
    """
    wanted = (number + 1) * paper_list.PAGE + 1
    if newest:
        papers = _newest(store, query, wanted)
    else:
        papers = _meant(store, query, store.papers.best(query.clause, limit=_BEST))
    start = number * paper_list.PAGE
    shown = tuple(papers[start : start + paper_list.PAGE])
    more = len(papers) > start + paper_list.PAGE and number + 1 < DEEPEST
    return Page(number, newest, shown, more, not store.papers.is_renewing())


def _newest(store: Store, query: Query, wanted: int) -> list[Paper]:
    papers: list[Paper] = []
    offset = 0
    while len(papers) < wanted:
        some = store.papers.search(query.clause, limit=wanted, offset=offset)
        papers += _meant(store, query, some)
        if len(some) < wanted or offset > DEEPEST * wanted:
            break
        offset += wanted
    return papers


def _meant(store: Store, query: Query, papers: list[Paper]) -> list[Paper]:
    """Those that the query really finds."""
    glosses = store.papers.glosses([paper.key for paper in papers])
    return [
        paper for paper in papers if matches(query, paper, glosses.get(paper.key, ())) is not None
    ]


def _shown(
    ask: Ask,
    query: Query,
    key: int,
    page: Page,
    *above: Line,
    others: Keyboard = (),
    edit: bool,
) -> Reply:
    first = page.number * paper_list.PAGE + 1
    order = "search-newest" if page.newest else "search-best"
    lines = [
        *above,
        Line(shorten(query.text, _QUERY_UNITS), bold=True),
        Line(ask.say(order), close=True),
        *([] if page.is_whole else [Line(ask.say("search-renewing"), close=True)]),
        *paper_list.lines(page.papers, ask.language, first),
        *([Line(ask.say("suggestions", readings=len(others)))] if others else []),
    ]
    buttons = (*paper_list.numbers(page.papers, first), *_ways_on(ask, key, page), *others)
    return told(lines, buttons, edit=edit)


def _ways_on(ask: Ask, key: int, page: Page) -> Keyboard:
    other = 0 if page.newest else 1
    turns = []
    if page.number:
        turns.append(ask.button("button-previous", "search", key, 2 * (page.number - 1) + other))
    if page.more:
        turns.append(ask.button("button-following", "search", key, 2 * (page.number + 1) + other))
    order = "button-best" if page.newest else "button-newest"
    below = (
        ask.button(order, "search", key, 1 - other),
        ask.button("button-follow", "draft", key),
    )
    return (*((tuple(turns),) if turns else ()), below)


def paper(store: Store, ask: Ask) -> Reply:
    """``/paper`` with ids or links in any form: opens each, from arXiv where we lack it."""
    if not ask.words and not ask.papers:
        if ask.chat.kind is ChatKind.PRIVATE:
            listen(store, ask, Question("paper"))
        return told([Line(ask.say("paper-usage"))])
    if not ask.papers:
        return told([Line(ask.say("paper-unread", given=ask.words[:100]))])
    return _all_opened(store, ask)


def _all_opened(store: Store, ask: Ask) -> Reply:
    """The first papers of a message, each in an answer of its own, and what becomes of the others.

    Those that are not stored are asked of arXiv together; those beyond the first few are listed
    in a line that opens the next ones when it is sent.
    """
    here: list[Paper] = []
    lacking: list[Mention] = []
    for named in ask.papers[:_AT_ONCE]:
        stored = store.papers.get(f"arxiv:{named.id}", named.version or None)
        if stored:
            here.append(stored)
        else:
            lacking.append(named)
    lines = []
    if lacking:
        key = "papers-fetching" if len(lacking) > 1 else "paper-fetching"
        lines.append(Line(ask.say(key, id=_ids(ask, lacking))))
    if left := ask.papers[_AT_ONCE:]:
        more = ["…"] if len(left) > _LISTED else []
        lines.append(Line(ask.say("papers-more", more=len(left))))
        lines.append(Line(", ".join([*map(str, left[:_LISTED]), *more]), close=True))
    reply = _opened_each(ask, here)
    if lines:
        reply = replace(reply, messages=(*reply.messages, text_message(lines)))
    if lacking:
        reply = replace(reply, errand=Errand("paper", " ".join(map(str, lacking))))
    return reply


def _opened_each(ask: Ask, papers: Sequence[Paper]) -> Reply:
    if not papers:
        return Reply()
    read = ask.read if len(papers) == 1 else ask.read_several
    return read(show_each, ask, [(paper.key, paper.version) for paper in papers])


def _ids(ask: Ask, papers: Sequence[Mention]) -> str:
    return listed(ask.language, map(str, papers))


async def fetched(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """Asks arXiv for papers, keeps them, and opens each."""
    named = [*mentions(words)]
    if outside.papers is None:
        return told([Line(ask.say("paper-no-way", id=_ids(ask, named)))])
    found = {paper.id: paper for paper in await outside.papers([*map(str, named)])}
    papers = [found[f"arxiv:{one.id}"] for one in named if f"arxiv:{one.id}" in found]
    unknown = [one for one in named if f"arxiv:{one.id}" not in found]
    kept = await store.run(store.papers.keep, papers, seen=ask.now) if papers else []
    return await in_transaction(store, ask, _opened, kept, unknown)


def _opened(store: Store, ask: Ask, papers: Sequence[Paper], unknown: Sequence[Mention]) -> Reply:
    reply = _opened_each(ask, papers)
    if unknown:
        key = "papers-not-there" if len(unknown) > 1 else "paper-not-there"
        none = text_message([Line(ask.say(key, id=_ids(ask, unknown)))])
        reply = replace(reply, messages=(*reply.messages, none))
    return reply


def typed(store: Store, ask: Ask) -> Reply:
    """Words alone in a private chat: what they mean is done; most are a topic."""
    match meaning(ask.words, ask.papers, ask.categories):
        case Meaning.PAPERS:
            return paper(store, ask)
        case Meaning.CATEGORIES:
            return offered(store, ask, " OR ".join(f"cat:{code}" for code in ask.categories))
        case Meaning.STOP:
            return unsub(store, replace(ask, words=""))
        case Meaning.HELP:
            return help_(store, ask)
        case Meaning.GREETING:
            return start(store, ask)
        case Meaning.THANKS:
            return told([Line(ask.say("thanks-answer"))])
        case Meaning.TOPIC:
            return sub(store, ask)
