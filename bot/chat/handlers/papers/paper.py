"""Show one paper, move to the next, save it and cite it.

A button names an entry by its digest and position. Outside a digest it contains 0 and the paper
with its version, which anybody may read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.chat.handlers.papers.digest import (
    digest_reply,
    display_options,
    entry_link,
    pressed_digest,
)
from bot.chat.request_and_reply import Reply, Request
from bot.render.digest_heading import numbered_entries
from bot.render.documents.bibtex import bibtex
from bot.render.telegram.html_message import code_block
from bot.render.telegram.keyboard import (
    decode_paper_version,
    entry_callback_integers,
    entry_keyboard,
)
from bot.render.telegram.reply_encoding import Document
from bot.render.telegram.split_into_messages import (
    LEFT_OUT_PAGE_ROWS,
    Message,
    entry_part,
    part_of_position,
)
from bot.summaries.fill_missing import fill_missing_summaries
from bot.texts import Refusal
from bot.topics.matching import match_paper
from bot.topics.query.parser import QueryError, parse
from storage import Store
from storage.engine.query_time_limit import QueryBudgetExceeded, check_budget
from storage.records.chats import ChatKind, MessageForm
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind, Paper
from storage.records.queries import MatchReason


@dataclass(frozen=True, slots=True)
class EntryRef:
    """An entry by its digest and position."""

    digest: Digest
    position: int

    @property
    def entry(self) -> Entry:
        """The entry at this position."""
        return numbered_entries(self.digest)[self.position - 1]

    @property
    def paper(self) -> Paper:
        """The paper of the entry."""
        return self.entry.paper


def pressed_entry(store: Store, request: Request) -> EntryRef:
    """Return the entry of the pressed button.

    Raises:
        Refusal: this chat has no such digest, or the digest no such entry.
    """
    if not request.action.first_argument:
        return standalone_entry(
            store, request, *decode_paper_version(request.action.second_argument)
        )
    digest = pressed_digest(
        store, request, last=request.action.second_argument + LEFT_OUT_PAGE_ROWS
    )
    if not 1 <= request.action.second_argument <= digest.numbered_count:
        raise Refusal("entry-gone")
    return EntryRef(digest, request.action.second_argument)


def standalone_entry(store: Store, request: Request, paper_key: int, version: int = 0) -> EntryRef:
    """Return a paper outside any digest, at a version or the newest, as an entry.

    It carries the reasons of this chat's topics that match it.

    Raises:
        Refusal: there is no such paper.
    """
    paper = store.papers.get_by_key(paper_key, version or None)
    if paper is None:
        raise Refusal("entry-gone")
    summaries = fill_missing_summaries(store, [paper], request.now)[paper.key]
    reasons, topics = _matching_topics(store, request, paper)
    announcement_kind = AnnouncementKind.NEW if paper.version <= 1 else AnnouncementKind.REPLACE
    entry = Entry(paper, announcement_kind, summaries, reasons, topics)
    return EntryRef(Digest(topic="", query="", issued_at=request.now, entries=(entry,)), 1)


def _matching_topics(
    store: Store, request: Request, paper: Paper
) -> tuple[tuple[MatchReason, ...], tuple[str, ...]]:
    """Return why this chat's topics match a paper, and their names, as time allows."""
    match_reasons: dict[MatchReason, None] = {}
    topic_names = []
    for topic in store.subscriptions.of_chat(request.chat.bot, request.chat.id):
        try:
            check_budget()
            matched_reasons = match_paper(parse(topic.query), paper)
        except QueryError:
            continue  # written for an older query language; its digests say so
        except QueryBudgetExceeded:
            break  # the paper is shown without the other topics
        if matched_reasons is not None:
            match_reasons |= dict.fromkeys(matched_reasons)
            topic_names.append(topic.name)
    return tuple(match_reasons), tuple(topic_names)


def open_entry(store: Store, request: Request) -> Reply:
    """Show an entry of a digest below it.

    In a channel it opens in the private chat, because a press must not post for all readers.
    """
    entry_ref = pressed_entry(store, request)
    if request.chat.kind is ChatKind.CHANNEL:
        return Reply(url=entry_link(request, entry_ref.digest, entry_ref.position))
    return show_entry(store, request, entry_ref)


def next_entry(store: Store, request: Request) -> Reply:
    """Handle [Next] and [Previous]: show another entry in place of this one."""
    return show_entry(store, request, pressed_entry(store, request), edit=True)


def open_paper(store: Store, request: Request) -> Reply:
    """Open a paper from a deep link or a number in a list."""
    return show_paper(store, request, request.action.first_argument, request.action.second_argument)


def show_paper(store: Store, request: Request, paper_key: int, version: int = 0) -> Reply:
    """Show a paper outside any digest, at a version or the newest."""
    return show_entry(store, request, standalone_entry(store, request, paper_key, version))


def show_papers(store: Store, request: Request, papers: Sequence[tuple[int, int]]) -> Reply:
    """Show papers outside any digest, each in a message of its own."""
    replies = [show_paper(store, request, *key_and_version) for key_and_version in papers]
    return Reply(
        tuple(message for reply in replies for message in reply.messages),
        fallback_messages=tuple(
            message for reply in replies for message in reply.fallback_messages
        ),
        is_fallback_paired=True,
    )


def show_all_authors(store: Store, request: Request) -> Reply:
    """Handle [All authors]: show the same entry with every name."""
    return show_entry(store, request, pressed_entry(store, request), edit=True, all_authors=True)


def show_entry(
    store: Store,
    request: Request,
    entry_ref: EntryRef,
    *,
    edit: bool = False,
    all_authors: bool = False,
) -> Reply:
    """Show an entry with its buttons; whether it is saved is shown only in private chats."""
    is_saved = request.chat.kind is ChatKind.PRIVATE and store.saved_papers.is_saved(
        request.chat.bot, request.person.id, entry_ref.paper.key
    )
    options = replace(display_options(request, entry_ref.digest), all_authors=all_authors)
    digest_number, entry_position = entry_callback_integers(entry_ref.digest, entry_ref.position)
    buttons = entry_keyboard(entry_ref.digest, entry_ref.position, options, is_saved=is_saved)
    if request.bot_info.llm_settings:
        buttons += ((request.button("button-explain", "explain", digest_number, entry_position),),)
    if digest_number:
        navigation = [request.button("button-table", "table", digest_number, entry_position)]
        if entry_position > 1:
            navigation.append(
                request.button("button-previous-entry", "next", digest_number, entry_position - 1)
            )
        if entry_position < entry_ref.digest.numbered_count:
            navigation.append(
                request.button("button-next", "next", digest_number, entry_position + 1)
            )
        buttons += (tuple(navigation),)
    reply = digest_reply(entry_ref.digest, options, lambda _: [entry_part(entry_ref.position)])
    return replace(
        reply,
        messages=tuple(replace(message, buttons=buttons) for message in reply.messages),
        fallback_messages=tuple(
            replace(message, buttons=buttons) for message in reply.fallback_messages
        ),
        edit=edit,
    )


def back_to_table(store: Store, request: Request) -> Reply:
    """Handle [‹ Digest]: show the entry's part of the digest in its place."""
    entry_ref = pressed_entry(store, request)
    reply = digest_reply(
        entry_ref.digest,
        display_options(request, entry_ref.digest),
        lambda options: [part_of_position(entry_ref.digest, options, entry_ref.position)],
    )
    return replace(reply, edit=True)


def toggle_saved(store: Store, request: Request) -> Reply:
    """Handle [Save]: add the paper to the presser's saved papers, or remove it."""
    entry_ref = request.read(pressed_entry, request)
    bot, person = request.chat.bot, request.person.id
    is_new = store.saved_papers.save(bot, person, entry_ref.paper.key, now=request.now)
    if not is_new:
        store.saved_papers.unsave(bot, person, entry_ref.paper.key)
    toast = request.say("saved-added" if is_new else "saved-removed")
    if request.chat.kind is not ChatKind.PRIVATE:
        return Reply(toast=toast)  # others see this message too
    return replace(show_entry(store, request, entry_ref, edit=True), toast=toast)


def send_citation(store: Store, request: Request) -> Reply:
    """Handle [BibTeX]: send the citation as text to copy, or as a file if it is long."""
    paper = pressed_entry(store, request).paper
    citation = bibtex(paper)
    if html := code_block(citation):
        return Reply((Message(MessageForm.CLASSIC, html=html),))
    file_stem = paper.id.partition(":")[2].replace("/", "-")
    return Reply(documents=(Document(f"{file_stem[:60]}.bib", citation.encode()),))
