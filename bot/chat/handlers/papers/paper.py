"""One paper in the chat: opened, turned, kept, cited.

A button names an entry by its digest and position; outside of a digest by 0 and the paper with
its version, which anybody may read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.chat.handlers.papers.digest import digest_of, link_of, look, shown
from bot.chat.request_and_reply import Ask, Reply
from bot.render.digest_heading import numbered
from bot.render.documents.bibtex import bibtex
from bot.render.telegram.html_message import code
from bot.render.telegram.keyboard import Keyboard, paper_at, place_of, under_entry
from bot.render.telegram.split_into_messages import REST_ROWS, Message, entry_part, part_with
from bot.render.telegram.stored_answer import Document
from bot.summaries.fill_missing import enrich
from bot.texts import Refusal
from bot.topics.matching import matches
from bot.topics.query.parser import QueryError, parse
from storage import Store
from storage.engine.query_budget import OverBudget, check_budget
from storage.records import ChatKind, Digest, Entry, Form, Kind, Paper, Reason


@dataclass(frozen=True, slots=True)
class Opened:
    """The entry that a button is about."""

    digest: Digest
    at: int

    @property
    def entry(self) -> Entry:
        """What stands there."""
        return numbered(self.digest)[self.at - 1]

    @property
    def paper(self) -> Paper:
        """The paper of the entry."""
        return self.entry.paper


def opened(store: Store, ask: Ask) -> Opened:
    """The entry that the pressed button names.

    Raises:
        Refusal: this chat had no such digest, or there is no such entry.
    """
    if not ask.action.first:
        return alone(store, ask, *paper_at(ask.action.second))
    digest = digest_of(store, ask, last=ask.action.second + REST_ROWS)
    if not 1 <= ask.action.second <= digest.numbered:
        raise Refusal("entry-gone")
    return Opened(digest, ask.action.second)


def alone(store: Store, ask: Ask, key: int, version: int = 0) -> Opened:
    """A paper outside of any digest, at a version or the newest; found by this chat's topics.

    Raises:
        Refusal: there is no such paper.
    """
    paper = store.papers.by_key(key, version or None)
    if paper is None:
        raise Refusal("entry-gone")
    glosses = enrich(store, [paper], ask.now)[paper.key]
    reasons, topics = _found_by(store, ask, paper)
    kind = Kind.NEW if paper.version <= 1 else Kind.REPLACE
    entry = Entry(paper, kind, glosses, reasons, topics)
    return Opened(Digest(topic="", query="", issued=ask.now, entries=(entry,)), 1)


def _found_by(store: Store, ask: Ask, paper: Paper) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """Why this chat's topics find a paper, and which of them; those that there is time to ask."""
    reasons: dict[Reason, None] = {}
    names = []
    for topic in store.subscriptions.of(ask.chat.bot, ask.chat.chat):
        try:
            check_budget()
            found = matches(parse(topic.query), paper)
        except QueryError:
            continue  # of an older version of the language; its digests say so
        except OverBudget:
            break  # the paper is shown all the same
        if found is not None:
            reasons |= dict.fromkeys(found)
            names.append(topic.name)
    return tuple(reasons), tuple(names)


def entry(store: Store, ask: Ask) -> Reply:
    """Opens the entry at a position of a digest, below it.

    A channel belongs to its readers' eyes, not to their presses: there it opens in private.
    """
    at = opened(store, ask)
    if ask.chat.kind is ChatKind.CHANNEL:
        return Reply(url=link_of(ask, at.digest, at.at))
    return show(store, ask, at)


def next_entry(store: Store, ask: Ask) -> Reply:
    """[Next] and [Previous]: another entry in the place of this one."""
    return show(store, ask, opened(store, ask), edit=True)


def paper(store: Store, ask: Ask) -> Reply:
    """A deep link or a number in a list: the paper, for whoever opens it."""
    return show_alone(store, ask, ask.action.first, ask.action.second)


def show_alone(store: Store, ask: Ask, key: int, version: int = 0) -> Reply:
    """A paper outside of any digest, at a version or the newest."""
    return show(store, ask, alone(store, ask, key, version))


def show_each(store: Store, ask: Ask, papers: Sequence[tuple[int, int]]) -> Reply:
    """Papers outside of any digest, each by its key and version in a message of its own."""
    shown = [show_alone(store, ask, *one) for one in papers]
    return Reply(
        tuple(message for reply in shown for message in reply.messages),
        plain=tuple(message for reply in shown for message in reply.plain),
        paired=True,
    )


def authors(store: Store, ask: Ask) -> Reply:
    """[All authors]: the same entry with every name."""
    return show(store, ask, opened(store, ask), edit=True, authors=True)


def show(store: Store, ask: Ask, at: Opened, *, edit: bool = False, authors: bool = False) -> Reply:
    """The entry with its buttons; only where the reader is alone they show what was saved."""
    saved = ask.chat.kind is ChatKind.PRIVATE and store.library.has(
        ask.chat.bot, ask.person.person, at.paper.key
    )
    wanted = replace(look(ask, at.digest), authors=authors)
    reply = shown(at.digest, wanted, lambda _: [entry_part(at.at)])
    buttons = (*under_entry(at.digest, at.at, wanted, saved=saved), *_ways_on(ask, at))
    return replace(
        _each(reply, lambda message: replace(message, buttons=buttons)),
        edit=edit,
    )


def _ways_on(ask: Ask, at: Opened) -> Keyboard:
    """To a note on it, where somebody can write one; in a digest, to its table and on."""
    number, position = place_of(at.digest, at.at)
    explain, turns = [], []
    if ask.house.contract:
        explain.append(ask.button("button-explain", "explain", number, position))
    if number:
        turns.append(ask.button("button-table", "table", number, position))
    if number and position < at.digest.numbered:
        turns.append(ask.button("button-next", "next", number, position + 1))
    return tuple(tuple(row) for row in (explain, turns) if row)


def _each(reply: Reply, changed: Callable[[Message], Message]) -> Reply:
    """A reply with each of its messages changed."""
    return replace(
        reply,
        messages=tuple(map(changed, reply.messages)),
        plain=tuple(map(changed, reply.plain)),
    )


def table(store: Store, ask: Ask) -> Reply:
    """[‹ Table]: the part of the digest in which the entry stands, in its place."""
    at = opened(store, ask)
    reply = shown(
        at.digest, look(ask, at.digest), lambda wanted: [part_with(at.digest, wanted, at.at)]
    )
    return replace(reply, edit=True)


def save(store: Store, ask: Ask) -> Reply:
    """[Save]: puts the paper into the presser's library, or takes it out again."""
    at = ask.read(opened, ask)
    bot, person = ask.chat.bot, ask.person.person
    is_new = store.library.save(bot, person, at.paper.key, now=ask.now)
    if not is_new:
        store.library.unsave(bot, person, at.paper.key)
    toast = ask.say("saved-added" if is_new else "saved-removed")
    if ask.chat.kind is not ChatKind.PRIVATE:
        return Reply(toast=toast)  # what others read does not change by one reader's press
    return replace(show(store, ask, at, edit=True), toast=toast)


def cite(store: Store, ask: Ask) -> Reply:
    """[BibTeX]: the citation as text that one tap copies, or as a file where it is longer."""
    paper = opened(store, ask).paper
    cited = bibtex(paper)
    if shown := code(cited):
        return Reply((Message(Form.CLASSIC, html=shown),))
    name = paper.id.partition(":")[2].replace("/", "-")
    return Reply(documents=(Document(f"{name[:60]}.bib", cited.encode()),))
