"""Methods that edit messages and answer presses."""

from datetime import timedelta

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import CallbackAnswer, TelegramState
from bot.demo.formatting.keyboards import parse_reply_markup
from bot.demo.formatting.message_text import message_text_fields
from bot.demo.methods.lookup import writable_chat
from bot.demo.methods.sending import link_preview_fields, requested_rich_message, user_objects

_ANSWER_WINDOW = timedelta(minutes=15)
_COMPARED_FIELDS = ("text", "entities", "rich_message", "reply_markup")


def edit_message_text(state: TelegramState, arguments: CallArguments) -> Json:
    """Replace the text or the blocks of a message that the bot sent."""
    if arguments.has("rich_message") and arguments.has("text"):
        raise bad_request("exactly one of text and rich_message must be specified")
    if arguments.has("rich_message"):
        new_content: JsonObject = {"rich_message": requested_rich_message(state, arguments)}
    else:
        new_content = message_text_fields(arguments, user_objects(state))
        new_content |= link_preview_fields(arguments)
    markup = parse_reply_markup(arguments, inline_only=True)
    if markup is not None:
        new_content["reply_markup"] = markup
    message_id = arguments.number("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    chat = writable_chat(state, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to edit not found")
    if message_id not in chat.bot_message_ids:
        raise bad_request("message can't be edited")
    old_message = chat.messages[message_id]
    if "text" not in old_message and "rich_message" not in old_message:
        raise bad_request("there is no text in the message to edit")
    if all(new_content.get(name) == old_message.get(name) for name in _COMPARED_FIELDS):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    return state.edit_message(chat, message_id, new_content)


def answer_callback_query(state: TelegramState, arguments: CallArguments) -> Json:
    """Answer the press of a button."""
    toast_text = arguments.text("text")
    if len(toast_text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press = state.button_presses.get(arguments.text("callback_query_id"))
    if press is None or state.now() - press.pressed_at > _ANSWER_WINDOW:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if not press.answer.done():
        answer = CallbackAnswer(toast_text, arguments.flag("show_alert"), arguments.text("url"))
        press.answer.set_result(answer)
    state.wake_waiters()
    return True
