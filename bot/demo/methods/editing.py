"""Methods that change or remove a message, and that answer a press."""

from datetime import timedelta

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import CallbackAnswer, Chat, World
from bot.demo.formatting.keyboards import reply_markup
from bot.demo.formatting.texts import message_text
from bot.demo.methods.lookup import known_chat, own_message
from bot.demo.methods.sending import known_users, link_preview, rich_content

_DELETABLE = timedelta(hours=48)
_ANSWERABLE = timedelta(minutes=15)
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_COMPARED = ("text", "entities", "rich_message", "reply_markup", "caption", "document")


def edit_message_text(world: World, arguments: Arguments) -> Json:
    """Replace the text or the blocks of a message."""
    if arguments.has("rich_message") and arguments.has("text"):
        raise bad_request("exactly one of text and rich_message must be specified")
    if arguments.has("rich_message"):
        content: JsonObject = {"rich_message": rich_content(world, arguments)}
    else:
        content = message_text(arguments, known_users(world)) | link_preview(arguments)
    markup = reply_markup(arguments, inline_only=True)
    chat, message_id = own_message(world, arguments)
    old = chat.messages[message_id]
    if "text" not in old and "rich_message" not in old:
        raise bad_request("there is no text in the message to edit")
    return _change(world, chat, message_id, content, markup)


def edit_message_reply_markup(world: World, arguments: Arguments) -> Json:
    """Replace the buttons under a message."""
    markup = reply_markup(arguments, inline_only=True)
    chat, message_id = own_message(world, arguments)
    old = chat.messages[message_id]
    content = {name: old[name] for name in _COMPARED if name in old and name != "reply_markup"}
    return _change(world, chat, message_id, content, markup)


def _change(
    world: World, chat: Chat, message_id: int, content: JsonObject, markup: JsonObject | None
) -> Json:
    if markup is not None:
        content["reply_markup"] = markup
    old = chat.messages[message_id]
    if all(content.get(name) == old.get(name) for name in _COMPARED):
        raise bad_request(_SAME)
    return world.change(chat, message_id, content)


def delete_message(world: World, arguments: Arguments) -> Json:
    """Remove a message."""
    message_id = arguments.message_id()
    chat = known_chat(world, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to delete not found")
    if not _is_deletable(world, chat, message_id):
        raise bad_request("message can't be deleted for everyone")
    world.remove(chat, message_id)
    return True


def delete_messages(world: World, arguments: Arguments) -> Json:
    """Remove the messages that are there and may be removed."""
    ids = arguments.structure("message_ids", "Can't parse message identifiers JSON object")
    if not isinstance(ids, list) or not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    chat = known_chat(world, arguments)
    for message_id in ids:
        if not isinstance(message_id, int) or message_id not in chat.messages:
            continue
        if _is_deletable(world, chat, message_id):
            world.remove(chat, message_id)
    return True


def _is_deletable(world: World, chat: Chat, message_id: int) -> bool:
    date = chat.messages[message_id]["date"]
    assert isinstance(date, int)
    is_admin = chat.members.get(world.bot.id) in {"administrator", "creator"}
    is_fresh = world.now().timestamp() - date < _DELETABLE.total_seconds()
    if is_admin:
        return is_fresh or chat.kind == "supergroup"
    return is_fresh and (chat.is_private or message_id in chat.own)


def set_message_reaction(world: World, arguments: Arguments) -> Json:
    """Show the bot's reaction to a message."""
    refusal = "Can't parse reaction types JSON object"
    reaction = arguments.structure("reaction", refusal)
    if reaction is not None and not isinstance(reaction, list):
        raise bad_request(refusal)
    if len(reaction or []) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message_id = arguments.message_id()
    chat = known_chat(world, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to react not found")
    world.happen("reaction", chat.id, {"message_id": message_id, "reaction": reaction})
    return True


def answer_callback_query(world: World, arguments: Arguments) -> Json:
    """Tell the presser of a button that the bot has heard."""
    text = arguments.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    press = world.presses.get(arguments.text("callback_query_id"))
    if press is None or world.now() - press.at > _ANSWERABLE:
        raise ApiError(
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        )
    if not press.answer.done():
        answer = CallbackAnswer(text, arguments.flag("show_alert"), arguments.text("url"))
        press.answer.set_result(answer)
    world.wake()
    return True
