"""Give people a copy of their data, delete it, and describe this bot."""

from __future__ import annotations

from bot import __version__
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.documents import personal_data
from bot.render.telegram.reply_encoding import Document
from bot.texts import Refusal
from storage import Store
from storage.records.chats import ChatKind

DATA_FILE_NAME = "papergram-data.json"
MAX_DIGESTS = 10_000  # listed in a copy, newest first
_KEEP, _DELETE = 0, 1


def forget(store: Store, request: Request) -> Reply:
    """Handle ``/forget``: send a copy of all data, and ask whether to delete it."""
    text_key = "forget-ask-person" if _is_private(request) else "forget-ask-chat"
    buttons = (
        (
            request.button("button-forget", "forget", _DELETE),
            request.button("button-cancel", "forget"),
        ),
    )
    bot, chat, person = request.chat.bot, request.chat.id, request.person.id
    stored_person = store.chats.get_person(bot, person) if _is_private(request) else None
    file_content = personal_data.personal_data_json(
        request.chat,
        store.subscriptions.of_chat(bot, chat),
        store.digests.headings_of_chat(bot, chat, limit=MAX_DIGESTS),
        stored_person,
        store.saved_papers.of_person(bot, person) if stored_person else (),
        request.now,
    )
    document = Document(DATA_FILE_NAME, file_content, request.say("forget-caption"))
    return Reply(
        short_reply([Line(request.say(text_key))], buttons).messages, documents=(document,)
    )


def _is_private(request: Request) -> bool:
    return request.chat.kind is ChatKind.PRIVATE


def forget_pressed(store: Store, request: Request) -> Reply:
    """Handle [Delete everything]: delete every row about the chat or, in private, the person.

    Nothing is deleted before the copy was sent. The reply to this press is erased when it was sent.
    A quota set by the operator remains, and the reply says so.
    """
    if request.action.first_argument == _KEEP:
        return short_reply([Line(request.say("forget-kept"))], edit=True)
    if request.action.first_argument != _DELETE:
        raise Refusal("refusal-button-old")
    # A copy still in the outbox would be deleted before it was sent. The copy of a managed chat
    # goes to its manager's private chat.
    chats_awaiting_copy = (
        {request.chat.id, request.person.id} if request.is_for_other_chat else {request.chat.id}
    )
    if any(store.outbox.has_waiting_reply(request.chat.bot, chat) for chat in chats_awaiting_copy):
        raise Refusal("forget-waits")
    store.chats.erase(request.chat.bot, request.chat.id)
    if _is_private(request):
        store.chats.erase_person(request.chat.bot, request.person.id)
    lines = [Line(request.say("forget-done"))]
    topics = store.bans_and_quotas.topic_quota(request.chat.bot, request.chat.id)
    if topics is not None:
        lines.append(Line(request.say("forget-limit-stays", topics=topics)))
    return short_reply(lines, edit=True)


def about(store: Store, request: Request) -> Reply:
    """Handle ``/about``: describe the bot, the source of its papers, and the data that it keeps."""
    lines = [
        Line(request.say("about-title", version=__version__), bold=True),
        Line(request.say("about-what")),
        Line(request.say("about-source")),
        Line(request.say("about-licence"), follows_directly=True),
        Line(request.say("about-kept")),
        Line(request.say("about-shared"), follows_directly=True),
    ]
    if request.bot_info.llm_settings:
        lines.append(
            Line(
                request.say("about-model", model=request.bot_info.llm_settings.model[:60]),
                follows_directly=True,
            )
        )
    return short_reply(lines)
