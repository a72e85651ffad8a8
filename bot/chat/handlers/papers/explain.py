"""Handle [Explain]: show a note on a paper, which the model writes once for everybody."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.handlers.papers.digest import display_options
from bot.chat.handlers.papers.paper import EntryRef, pressed_entry
from bot.chat.request_and_reply import FollowUp, Reply, Request, run_in_transaction
from bot.chat.services import ExternalServices
from bot.chat.user_limits import Cost
from bot.render.telegram.keyboard import entry_callback_integers
from bot.render.telegram.paper_note import note_message
from bot.summaries.on_demand import explain_paper
from bot.texts import Refusal
from storage import Store
from storage.records.chats import MessageForm
from storage.records.papers import Paper
from storage.records.summaries import PaperNote


def explain_pressed(store: Store, request: Request) -> Reply:
    """Show the stored note, or order one from the model."""
    entry_ref = pressed_entry(store, request)
    if note := _stored_note(store, request, entry_ref.paper):
        return _note_reply(request, entry_ref, note)
    if request.bot_info.llm_settings is None:  # the model was removed since the button was shown
        raise Refusal("refusal-button-old")
    return Reply(toast=request.say("note-moment"), follow_up=FollowUp("explain"))


async def write_note(
    external_services: ExternalServices, store: Store, request: Request, words: str
) -> Reply:
    """Show the note, written by the model within the person's daily limit."""
    entry_ref = await run_in_transaction(
        store, request, lambda _, request: request.read(pressed_entry, request)
    )
    # Somebody else may have ordered it meanwhile.
    note = await store.run(_stored_note, store, request, entry_ref.paper)
    if note is None:
        language = request.chat.languages[0]
        with external_services.charge_model_call(request, Cost.NOTE) as gateway:
            note = await explain_paper(gateway, entry_ref.paper, language)
    return _note_reply(request, entry_ref, note)


def _stored_note(store: Store, request: Request, paper: Paper) -> PaperNote | None:
    return store.paper_notes.get(paper.key, paper.version, request.chat.languages[0])


def _note_reply(request: Request, entry_ref: EntryRef, note: PaperNote) -> Reply:
    options = display_options(request, entry_ref.digest)
    buttons = (
        (
            request.button(
                "button-entry",
                "next",
                *entry_callback_integers(entry_ref.digest, entry_ref.position),
            ),
        ),
    )
    message = note_message(note, entry_ref.paper, options, buttons)
    if options.form is MessageForm.CLASSIC:
        return Reply((message,))
    classic_message = note_message(
        note, entry_ref.paper, replace(options, form=MessageForm.CLASSIC), buttons
    )
    return Reply((message,), fallback_messages=(classic_message,))
