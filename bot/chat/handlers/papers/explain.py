"""[Explain]: a note on one paper, written by the model for the first reader who asks."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.handlers.papers.digest import look
from bot.chat.handlers.papers.paper import Opened, opened
from bot.chat.request_and_reply import Ask, Errand, Reply, in_transaction
from bot.chat.services import Outside
from bot.chat.user_limits import Cost
from bot.render.telegram.keyboard import place_of
from bot.render.telegram.paper_note import note_message
from bot.summaries.on_demand import explain
from bot.texts import Refusal
from storage import Store
from storage.records import Form, Note, Paper


def explained(store: Store, ask: Ask) -> Reply:
    """The note where somebody has asked before; else it is asked of the model."""
    at = opened(store, ask)
    if note := _known(store, ask, at.paper):
        return _shown(ask, at, note)
    if ask.house.contract is None:  # since the button was shown
        raise Refusal("refusal-button-old")
    return Reply(toast=ask.say("note-moment"), errand=Errand("explain"))


async def written(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """Has the note written, within what one person may ask for, and shows it."""
    at = await in_transaction(store, ask, _opened)
    # Somebody may have asked for the same a moment ago.
    note = await store.run(_known, store, ask, at.paper)
    if note is None:
        language = ask.chat.languages[0]
        with outside.counted(ask, Cost.NOTE) as shop:
            note = await explain(shop, at.paper, language)
    return _shown(ask, at, note)


def _known(store: Store, ask: Ask, paper: Paper) -> Note | None:
    return store.notes.get(paper.key, paper.version, ask.chat.languages[0])


def _opened(store: Store, ask: Ask) -> Opened:
    return ask.read(opened, ask)


def _shown(ask: Ask, at: Opened, note: Note) -> Reply:
    wanted = look(ask, at.digest)
    buttons = ((ask.button("button-entry", "next", *place_of(at.digest, at.at)),),)
    message = note_message(note, at.paper, wanted, buttons)
    if wanted.form is Form.CLASSIC:
        return Reply((message,))
    plain = note_message(note, at.paper, replace(wanted, form=Form.CLASSIC), buttons)
    return Reply((message,), plain=(plain,))
