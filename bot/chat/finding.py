"""Any stored paper: by words, by its id or link; what is not stored is fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat import english, shelf
from bot.chat.asking import listen
from bot.chat.context import Ask, Errand, Reply, in_transaction
from bot.chat.entry import show_alone
from bot.chat.errands import Outside
from bot.chat.telling import Line, told
from bot.chat.topics import drafted, misread, sub
from bot.matching import matches
from bot.query import QueryError, arxiv_id_version, parse, parse_typed
from bot.render.fit import shorten
from bot.render.keyboard import Keyboard
from bot.texts import Refusal
from storage import Store
from storage.model import ChatKind, Paper, Query, Question

DEEPEST = 20  # pages; who has not found it by then needs another word
_QUERY_UNITS = 300  # so that a page of papers has room below it
_BEST = 60  # candidates that are put into order


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what a search found."""

    number: int  # from 0
    newest: bool
    papers: tuple[Paper, ...]
    more: bool
    is_whole: bool  # else some papers are still being indexed anew


def search(store: Store, ask: Ask) -> Reply:
    """``/search words``: stored papers, the newest first."""
    if not ask.words:
        if ask.chat.kind is ChatKind.PRIVATE:
            listen(store, ask, Question("search"))
        return told([Line(ask.say("search-usage"))])
    try:
        query = parse_typed(ask.words)
    except QueryError as error:
        return misread(ask, ask.words, error)
    reply = _searched(store, ask, query)
    if reply is None and english.is_wanted(ask, query, ask.words):
        return english.asked(ask, "search", ask.words)
    return reply or _nothing(ask, query)


def _searched(store: Store, ask: Ask, query: Query, *above: Line) -> Reply | None:
    """The first page of a search, with words for the others; None where it finds nothing."""
    page = ask.read(found, query, 0, newest=True)
    if not page.papers:
        return None
    key = store.drafts.put(ask.chat.bot, ask.chat.chat, query.text, now=ask.now)
    return _shown(ask, query, key, page, *above, edit=False)


def _nothing(ask: Ask, query: Query, *above: Line) -> Reply:
    return told([*above, Line(ask.say("search-none", query=query.text[:200]))])


async def put_into_english(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """What the words find in English, after they found nothing as they are."""
    return await in_transaction(store, ask, _put, await english.put(outside, ask, words))


def _put(store: Store, ask: Ask, words: english.Words) -> Reply:
    query = parse(words.text)
    reply = _searched(store, ask, query, *words.lines) if words.is_english else None
    return reply or _nothing(ask, query, *words.lines)


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
    wanted = (number + 1) * shelf.PAGE + 1
    if newest:
        papers = _newest(store, query, wanted)
    else:
        papers = _meant(store, query, store.papers.best(query.clause, limit=_BEST))
    start = number * shelf.PAGE
    shown = tuple(papers[start : start + shelf.PAGE])
    more = len(papers) > start + shelf.PAGE and number + 1 < DEEPEST
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


def _shown(ask: Ask, query: Query, key: int, page: Page, *above: Line, edit: bool) -> Reply:
    first = page.number * shelf.PAGE + 1
    order = "search-newest" if page.newest else "search-best"
    lines = [
        *above,
        Line(shorten(query.text, _QUERY_UNITS), bold=True),
        Line(ask.say(order), close=True),
        *([] if page.is_whole else [Line(ask.say("search-renewing"), close=True)]),
        *shelf.lines(page.papers, ask.language, first),
    ]
    buttons = (*shelf.numbers(page.papers, first), *_ways_on(ask, key, page))
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
    """``/paper`` with an id or a link in any form: opens it, from arXiv where we lack it."""
    if not ask.words:
        if ask.chat.kind is ChatKind.PRIVATE:
            listen(store, ask, Question("paper"))
        return told([Line(ask.say("paper-usage"))])
    named = arxiv_id_version(ask.words)
    if named is None:
        return told([Line(ask.say("paper-unread", given=ask.words[:100]))])
    number, version = named
    stored = store.papers.get(f"arxiv:{number}", version or None)
    if stored:
        return ask.read(show_alone, ask, stored.key, stored.version)
    asked_for = f"{number}v{version}" if version else number
    return replace(
        told([Line(ask.say("paper-fetching", id=asked_for))]), errand=Errand("paper", asked_for)
    )


async def fetched(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """Asks arXiv for a paper, keeps it, and opens it."""
    if outside.papers is None:
        return told([Line(ask.say("paper-no-way", id=words))])
    papers = await outside.papers(words)
    if not papers:
        return told([Line(ask.say("paper-not-there", id=words))])
    [kept] = await store.run(store.papers.keep, papers[:1], seen=ask.now)
    return await in_transaction(store, ask, _opened, kept)


def _opened(store: Store, ask: Ask, paper: Paper) -> Reply:
    return ask.read(show_alone, ask, paper.key, paper.version)


def typed(store: Store, ask: Ask) -> Reply:
    """Words alone in a private chat: a paper's id or link opens it, others are a topic."""
    is_paper = arxiv_id_version(ask.words) is not None
    return paper(store, ask) if is_paper else sub(store, ask)
