"""A person's saved papers: by page, as files, and with notices of new versions."""

from __future__ import annotations

from bot.chat.api.callback_data import SAVED_PAPERS_PAYLOAD, start_link
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets import paper_list
from bot.chat.widgets.page_row import page_row
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render import FORMATS
from bot.render.documents.bibtex import bibliography
from bot.render.documents.csl_json import csl_json
from bot.render.documents.ris import ris_records
from bot.render.telegram.keyboard import Action, Button, Link
from bot.render.telegram.reply_encoding import Document
from bot.texts import Refusal
from storage import Store
from storage.records.chats import ChatKind
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind


def saved(store: Store, request: Request) -> Reply:
    """Handle ``/saved``: list the latest first; in a group, link to the private chat."""
    if request.chat.kind is not ChatKind.PRIVATE:
        link = Link(start_link(request.bot_info.username, SAVED_PAPERS_PAYLOAD))
        return short_reply(
            [Line(request.say("saved-private"))], ((Button(request.say("button-saved"), link),),)
        )
    bot, person = request.chat.bot, request.person.id
    saved_count = store.saved_papers.count(bot, person)
    if not saved_count:
        return short_reply([Line(request.say("saved-none"))], edit=_is_button(request))
    last_page = (saved_count - 1) // paper_list.PAGE_SIZE
    page_number = min(request.action.first_argument if _is_button(request) else 0, last_page)
    page_offset = page_number * paper_list.PAGE_SIZE
    saved_papers = store.saved_papers.of_person(
        bot, person, limit=paper_list.PAGE_SIZE, offset=page_offset
    )
    papers = [saved_paper.paper for saved_paper in saved_papers]
    lines = [
        Line(request.say("saved-title", count=saved_count), bold=True),
        *paper_list.paper_lines(papers, request.language, page_offset + 1),
    ]
    notifies_versions = store.saved_papers.wants_version_notices(bot, person)
    switch_key = "button-versions-on" if notifies_versions else "button-versions-off"
    buttons = (
        *paper_list.paper_buttons(papers, page_offset + 1),
        *page_row(
            page_number,
            lambda number: Action("saved", number),
            has_next=page_number < last_page,
            labels=(request.say("button-previous"), request.say("button-following")),
        ),
        (
            request.button("button-files", "files"),
            request.button(switch_key, "versions", page_number),
        ),
    )
    return short_reply(lines, buttons, edit=_is_button(request))


def _is_button(request: Request) -> bool:
    return bool(request.action.verb)


def export_files(store: Store, request: Request) -> Reply:
    """Handle [Export]: send all saved papers as BibTeX, RIS, CSL-JSON and Markdown."""
    _require_private_chat(request)
    saved_papers = store.saved_papers.of_person(request.chat.bot, request.person.id)
    if not saved_papers:
        raise Refusal("saved-none")
    papers = [saved_paper.paper for saved_paper in saved_papers]
    summaries = store.summaries.best_of_papers([paper.key for paper in papers])
    entries = tuple(
        Entry(paper, AnnouncementKind.NEW, summaries.get(paper.key, ())) for paper in papers
    )
    title = request.say("saved-topic")
    document = Digest(topic=title, query="", issued_at=request.now, entries=entries)
    markdown_text = FORMATS["markdown"](document, request.chat.languages)
    file_stem = f"papergram-{request.now:%Y-%m-%d}"
    return Reply(
        documents=(
            Document(f"{file_stem}.bib", bibliography(papers).encode()),
            Document(f"{file_stem}.ris", ris_records(papers)),
            Document(f"{file_stem}.csl.json", csl_json(papers).encode()),
            Document(
                f"{file_stem}.md",
                markdown_text.encode(),
                request.say("saved-files", count=len(papers)),
            ),
        )
    )


def toggle_version_notices(store: Store, request: Request) -> Reply:
    """Handle the switch for notices of new versions of saved papers."""
    _require_private_chat(request)
    bot, person = request.chat.bot, request.person.id
    is_enabled = not store.saved_papers.wants_version_notices(bot, person)
    store.saved_papers.set_version_notices(bot, person, enabled=is_enabled)
    reply = saved(store, request)
    toast = request.say("versions-on" if is_enabled else "versions-off")
    return Reply(reply.messages, edit=True, toast=toast)


def _require_private_chat(request: Request) -> None:
    """Refuse where others would see somebody's saved papers."""
    if request.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("saved-private")
