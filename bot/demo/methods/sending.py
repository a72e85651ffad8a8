"""Methods that put a new message into a chat."""

import mimetypes
from collections.abc import Callable

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import Json, JsonObject, Upload, bad_request
from bot.demo.emulator.telegram_state import Chat, StoredFile, World
from bot.demo.formatting.keyboards import reply_markup
from bot.demo.formatting.rich_message import rich_message
from bot.demo.formatting.texts import caption_text, message_text
from bot.demo.methods.lookup import find_chat, thread_of, writable_chat

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_PREVIEW: dict[str, type] = {
    "is_disabled": bool,
    "url": str,
    "prefer_small_media": bool,
    "prefer_large_media": bool,
    "show_above_text": bool,
}


def send_message(world: World, arguments: Arguments) -> Json:
    """Post a text."""
    content = message_text(arguments, known_users(world))
    content |= link_preview(arguments)
    return _post(world, arguments, content)


def send_rich_message(world: World, arguments: Arguments) -> Json:
    """Post a rich message."""
    content: JsonObject = {"rich_message": rich_content(world, arguments)}
    return _post(world, arguments, content, what="the rich message")


def send_document(world: World, arguments: Arguments) -> Json:
    """Post a file."""
    document = stored(world, arguments, arguments.text("document"), "document")
    content: JsonObject = {"document": document, **caption_text(arguments, known_users(world))}
    return _post(world, arguments, content, what="documents")


def send_message_draft(world: World, arguments: Arguments) -> Json:
    """Show a text that is still being written."""
    text = message_text(arguments, known_users(world)) if arguments.text("text") else {}
    return _draft(world, arguments, text)


def send_rich_message_draft(world: World, arguments: Arguments) -> Json:
    """Show a rich message that is still being written."""
    rich = rich_content(world, arguments, is_draft=True)
    return _draft(world, arguments, {"rich_message": rich})


def send_chat_action(world: World, arguments: Arguments) -> Json:
    """Show what the bot is doing."""
    action = arguments.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(world, arguments)
    thread_of(chat, arguments)
    world.happen("action", chat.id, action)
    return True


def forward_message(world: World, arguments: Arguments) -> Json:
    """Post a message of another chat with its origin."""
    message = _source(world, arguments, "message to forward not found")
    origin: JsonObject = {
        "type": "user",
        "sender_user": message.get("from"),
        "date": message["date"],
    }
    if "from" not in message:
        origin = {
            "type": "channel",
            "chat": message["chat"],
            "message_id": message["message_id"],
            "date": message["date"],
        }
    return _post(world, arguments, {**_content(message), "forward_origin": origin})


def copy_message(world: World, arguments: Arguments) -> Json:
    """Post a message of another chat as the bot's own."""
    content = _content(_source(world, arguments, "message to copy not found"))
    if arguments.has("caption"):
        content |= caption_text(arguments, known_users(world))
    sent = _post(world, arguments, content)
    assert isinstance(sent, dict)
    return {"message_id": sent["message_id"]}


def known_users(world: World) -> dict[int, JsonObject]:
    """Give the User objects that a mention may name."""
    return {number: user.as_json() for number, user in world.users.items()}


def link_preview(arguments: Arguments) -> JsonObject:
    """Give the link preview options of a call, when it has any."""
    options = arguments.object("link_preview_options", "Can't parse link preview options")
    shown: JsonObject = {}
    for name, value in (options or {}).items():
        if isinstance(value, _PREVIEW.get(name, ())):
            shown[name] = value
    return {"link_preview_options": shown} if shown else {}


def rich_content(world: World, arguments: Arguments, *, is_draft: bool = False) -> JsonObject:
    """Give the RichMessage of a call, or refuse it."""
    value = arguments.object("rich_message", "Can't parse InputRichMessage JSON object")
    return rich_message(value, _media(world, arguments), is_draft=is_draft)


def _media(world: World, arguments: Arguments) -> Callable[[JsonObject], JsonObject]:
    def media(given: JsonObject) -> JsonObject:
        if given.get("type") != "document":
            # Pictures and films need sizes that only a decoder knows; nothing here sends them.
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored(world, arguments, str(given.get("media", "")), "media")

    return media


def stored(world: World, arguments: Arguments, given: str, name: str) -> JsonObject:
    """Give the Document object of an uploaded or known file."""
    upload = arguments.files.get(given.removeprefix("attach://") if given else name)
    if upload is None and not given:
        raise bad_request(f"there is no {name} in the request")
    if upload is not None:
        return _document(_store(world, upload))
    known = world.files.get(given)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return _document(known)


def _store(world: World, upload: Upload) -> StoredFile:
    if not upload.content:
        raise bad_request("file must be non-empty")
    kind = mimetypes.guess_type(upload.name)[0] or upload.kind
    file = StoredFile(f"file-{world.number('file')}", upload.name, kind, upload.content)
    world.files[file.id] = file
    return file


def _document(file: StoredFile) -> JsonObject:
    return {
        "file_id": file.id,
        "file_unique_id": f"unique-{file.id}",
        "file_name": file.name,
        "mime_type": file.kind,
        "file_size": len(file.content),
    }


def _source(world: World, arguments: Arguments, missing: str) -> JsonObject:
    message_id = arguments.message_id()
    chat = find_chat(world, arguments.text("from_chat_id"))
    if message_id not in chat.messages:
        raise bad_request(missing)
    return chat.messages[message_id]


def _content(message: JsonObject) -> JsonObject:
    names = ("text", "entities", "rich_message", "document", "caption", "caption_entities")
    return {name: message[name] for name in names if name in message}


def _draft(world: World, arguments: Arguments, content: JsonObject) -> Json:
    if not arguments.number("draft_id"):
        raise bad_request("draft_id must be non-zero")
    chat = writable_chat(world, arguments)
    if not chat.is_private:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    world.happen("draft", chat.id, content)
    return True


def _post(
    world: World, arguments: Arguments, content: JsonObject, what: str = "text messages"
) -> Json:
    """Check the keyboard, then the chat, then post: the order in which the server looks."""
    markup = reply_markup(arguments)
    chat = writable_chat(world, arguments, what)
    placed = {**thread_of(chat, arguments), **_reply(chat, arguments)}
    if arguments.flag("protect_content"):
        placed["has_protected_content"] = True
    if arguments.text("message_effect_id") and chat.is_private:
        placed["effect_id"] = arguments.text("message_effect_id")
    if markup is not None:
        content["reply_markup"] = markup
    return world.post(chat, world.bot, {**placed, **content})


def _reply(chat: Chat, arguments: Arguments) -> JsonObject:
    reply = arguments.object("reply_parameters", "Can't parse reply parameters JSON object")
    if reply is None:
        return {}
    number = reply.get("message_id")
    if not isinstance(number, int) or number <= 0:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(number)
    if message is not None:
        return {"reply_to_message": {k: v for k, v in message.items() if k != "reply_to_message"}}
    if reply.get("allow_sending_without_reply") is True:
        return {}
    raise bad_request("message to be replied not found")
