"""A person's saved papers: page by page, as files, and whether new versions are told."""

from __future__ import annotations

from bot.chat.api.callback_data import LIBRARY, payload_link
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets import paper_list
from bot.chat.widgets.short_reply import Line, told
from bot.render import FORMS
from bot.render.documents.bibtex import bibliography
from bot.render.documents.csl_json import csl_json
from bot.render.documents.ris import ris
from bot.render.telegram.keyboard import Button, Keyboard, Link
from bot.render.telegram.stored_answer import Document
from bot.texts import Refusal
from storage import Store
from storage.records import ChatKind, Digest, Entry, Kind, SavedPaper


def saved(store: Store, ask: Ask) -> Reply:
    """``/saved``: the latest first; in a group a way to where one is alone."""
    if ask.chat.kind is not ChatKind.PRIVATE:
        link = Link(payload_link(ask.house.username, LIBRARY))
        return told([Line(ask.say("saved-private"))], ((Button(ask.say("button-saved"), link),),))
    bot, person = ask.chat.bot, ask.person.person
    count = store.library.count(bot, person)
    if not count:
        return told([Line(ask.say("saved-none"))], edit=_pressed(ask))
    last = (count - 1) // paper_list.PAGE
    page = min(ask.action.first if _pressed(ask) else 0, last)
    first = page * paper_list.PAGE
    held = store.library.saved(bot, person, limit=paper_list.PAGE, offset=first)
    papers = [one.paper for one in held]
    lines = [
        Line(ask.say("saved-title", count=count), bold=True),
        *paper_list.lines(papers, ask.language, first + 1),
    ]
    buttons = (*paper_list.numbers(papers, first + 1), *_below(store, ask, page, last))
    return told(lines, buttons, edit=_pressed(ask))


def _below(store: Store, ask: Ask, page: int, last: int) -> Keyboard:
    """Turning pages, the files, and the switch that shows its state."""
    turns = []
    if page:
        turns.append(ask.button("button-previous", "saved", page - 1))
    if page < last:
        turns.append(ask.button("button-following", "saved", page + 1))
    tells = store.library.tells_versions(ask.chat.bot, ask.person.person)
    switch = "button-versions-on" if tells else "button-versions-off"
    return (
        *((tuple(turns),) if turns else ()),
        (ask.button("button-files", "files"), ask.button(switch, "versions", page)),
    )


def _pressed(ask: Ask) -> bool:
    return bool(ask.action.verb)


def files(store: Store, ask: Ask) -> Reply:
    """[Export]: all saved papers as BibTeX, RIS and CSL-JSON and as a Markdown document."""
    held = _mine(store, ask)
    if not held:
        raise Refusal("saved-none")
    papers = [one.paper for one in held]
    glosses = store.papers.glosses([paper.key for paper in papers])
    entries = tuple(Entry(paper, Kind.NEW, glosses.get(paper.key, ())) for paper in papers)
    title = ask.say("saved-topic")
    document = Digest(topic=title, query="", issued=ask.now, entries=entries)
    text = FORMS["markdown"](document, ask.chat.languages)
    name = f"papergram-{ask.now:%Y-%m-%d}"
    return Reply(
        documents=(
            Document(f"{name}.bib", bibliography(papers).encode()),
            Document(f"{name}.ris", ris(papers)),
            Document(f"{name}.csl.json", csl_json(papers).encode()),
            Document(f"{name}.md", text.encode(), ask.say("saved-files", count=len(papers))),
        )
    )


def versions(store: Store, ask: Ask) -> Reply:
    """The switch: whether new versions of saved papers are told."""
    _mine(store, ask)
    bot, person = ask.chat.bot, ask.person.person
    wanted = not store.library.tells_versions(bot, person)
    store.library.tell_versions(bot, person, wanted=wanted)
    reply = saved(store, ask)
    toast = ask.say("versions-on" if wanted else "versions-off")
    return Reply(reply.messages, edit=True, toast=toast)


def _mine(store: Store, ask: Ask) -> list[SavedPaper]:
    """The presser's papers, where nobody else reads along.

    Raises:
        Refusal: others would.
    """
    if ask.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("saved-private")
    return store.library.saved(ask.chat.bot, ask.person.person)
