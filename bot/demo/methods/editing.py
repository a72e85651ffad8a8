"""Methods that edit or delete messages, set reactions and answer presses."""

from datetime import timedelta

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import CallbackAnswer, Chat, TelegramState
from bot.demo.formatting.keyboards import parse_reply_markup
from bot.demo.formatting.message_text import message_text_fields
from bot.demo.methods.lookup import accessible_chat, editable_message
from bot.demo.methods.sending import link_preview_fields, requested_rich_message, user_objects

_DELETE_WINDOW = timedelta(hours=48)
_ANSWER_WINDOW = timedelta(minutes=15)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_COMPARED_FIELDS = ("text", "entities", "rich_message", "reply_markup", "caption", "document")


def edit_message_text(state: TelegramState, arguments: CallArguments) -> Json:
    """Replace the text or the blocks of a message."""
    if arguments.has("rich_message") and arguments.has("text"):
        raise bad_request("exactly one of text and rich_message must be specified")
    if arguments.has("rich_message"):
        content: JsonObject = {"rich_message": requested_rich_message(state, arguments)}
    else:
        content = message_text_fields(arguments, user_objects(state)) | link_preview_fields(
            arguments
        )
    markup = parse_reply_markup(arguments, inline_only=True)
    chat, message_id = editable_message(state, arguments)
    old_message = chat.messages[message_id]
    if "text" not in old_message and "rich_message" not in old_message:
        raise bad_request("there is no text in the message to edit")
    return _replace_content(state, chat, message_id, content, markup)


def edit_message_reply_markup(state: TelegramState, arguments: CallArguments) -> Json:
    """Replace the buttons of a message."""
    markup = parse_reply_markup(arguments, inline_only=True)
    chat, message_id = editable_message(state, arguments)
    old_message = chat.messages[message_id]
    content = {
        name: old_message[name]
        for name in _COMPARED_FIELDS
        if name in old_message and name != "reply_markup"
    }
    return _replace_content(state, chat, message_id, content, markup)


def _replace_content(
    state: TelegramState,
    chat: Chat,
    message_id: int,
    content: JsonObject,
    markup: JsonObject | None,
) -> Json:
    if markup is not None:
        content["reply_markup"] = markup
    old_message = chat.messages[message_id]
    if all(content.get(name) == old_message.get(name) for name in _COMPARED_FIELDS):
        raise bad_request(_NOT_MODIFIED)
    return state.edit_message(chat, message_id, content)


def delete_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Delete a message."""
    message_id = arguments.message_id()
    chat = accessible_chat(state, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to delete not found")
    if not _is_deletable(state, chat, message_id):
        raise bad_request("message can't be deleted for everyone")
    state.delete_message(chat, message_id)
    return True


def delete_messages(state: TelegramState, arguments: CallArguments) -> Json:
    """Delete those messages that exist and may be deleted."""
    message_ids = arguments.json_value("message_ids", "Can't parse message identifiers JSON object")
    if not isinstance(message_ids, list) or not message_ids:
        raise bad_request("message identifiers are not specified")
    if len(message_ids) > 100:
        raise bad_request("too many message identifiers specified")
    chat = accessible_chat(state, arguments)
    for message_id in message_ids:
        if not isinstance(message_id, int) or message_id not in chat.messages:
            continue
        if _is_deletable(state, chat, message_id):
            state.delete_message(chat, message_id)
    return True


def _is_deletable(state: TelegramState, chat: Chat, message_id: int) -> bool:
    date = chat.messages[message_id]["date"]
    assert isinstance(date, int)
    is_admin = chat.members.get(state.bot.id) in {"administrator", "creator"}
    is_recent = state.now().timestamp() - date < _DELETE_WINDOW.total_seconds()
    if is_admin:
        return is_recent or chat.kind == "supergroup"
    return is_recent and (chat.is_private or message_id in chat.bot_message_ids)


def set_message_reaction(state: TelegramState, arguments: CallArguments) -> Json:
    """Show the bot's reaction to a message."""
    error_text = "Can't parse reaction types JSON object"
    reaction = arguments.json_value("reaction", error_text)
    if reaction is not None and not isinstance(reaction, list):
        raise bad_request(error_text)
    if len(reaction or []) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message_id = arguments.message_id()
    chat = accessible_chat(state, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to react not found")
    state.record_event("reaction", chat.id, {"message_id": message_id, "reaction": reaction})
    return True


def answer_callback_query(state: TelegramState, arguments: CallArguments) -> Json:
    """Answer the press of a button."""
    text = arguments.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press = state.button_presses.get(arguments.text("callback_query_id"))
    if press is None or state.now() - press.pressed_at > _ANSWER_WINDOW:
        raise ApiError(
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        )
    if not press.answer.done():
        answer = CallbackAnswer(text, arguments.flag("show_alert"), arguments.text("url"))
        press.answer.set_result(answer)
    state.wake_waiters()
    return True
