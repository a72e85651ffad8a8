"""Methods that post a new message."""

import mimetypes
from collections.abc import Callable

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, Upload, bad_request
from bot.demo.emulator.telegram_state import Chat, StoredFile, TelegramState
from bot.demo.formatting.keyboards import parse_reply_markup
from bot.demo.formatting.message_text import caption_fields, message_text_fields
from bot.demo.formatting.rich_message import parse_rich_message
from bot.demo.methods.lookup import find_chat, thread_fields, writable_chat

_CHAT_ACTIONS = {
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
_PREVIEW_FIELDS: dict[str, type] = {
    "is_disabled": bool,
    "url": str,
    "prefer_small_media": bool,
    "prefer_large_media": bool,
    "show_above_text": bool,
}


def send_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a text message."""
    content = message_text_fields(arguments, user_objects(state))
    content |= link_preview_fields(arguments)
    return _post_message(state, arguments, content)


def send_rich_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a rich message."""
    content: JsonObject = {"rich_message": requested_rich_message(state, arguments)}
    return _post_message(state, arguments, content, content_name="the rich message")


def send_document(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a file."""
    document = resolve_document(state, arguments, arguments.text("document"), "document")
    content: JsonObject = {"document": document, **caption_fields(arguments, user_objects(state))}
    return _post_message(state, arguments, content, content_name="documents")


def send_message_draft(state: TelegramState, arguments: CallArguments) -> Json:
    """Show the draft of a text message."""
    content = message_text_fields(arguments, user_objects(state)) if arguments.text("text") else {}
    return _show_draft(state, arguments, content)


def send_rich_message_draft(state: TelegramState, arguments: CallArguments) -> Json:
    """Show the draft of a rich message."""
    rich_message_object = requested_rich_message(state, arguments, is_draft=True)
    return _show_draft(state, arguments, {"rich_message": rich_message_object})


def send_chat_action(state: TelegramState, arguments: CallArguments) -> Json:
    """Show what the bot is doing."""
    action = arguments.text("action")
    if action not in _CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(state, arguments)
    thread_fields(chat, arguments)
    state.record_event("action", chat.id, action)
    return True


def forward_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a message of another chat with its origin."""
    message = _source_message(state, arguments, "message to forward not found")
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
    return _post_message(state, arguments, {**_copyable_content(message), "forward_origin": origin})


def copy_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a message of another chat as the bot's own."""
    content = _copyable_content(_source_message(state, arguments, "message to copy not found"))
    if arguments.has("caption"):
        content |= caption_fields(arguments, user_objects(state))
    message = _post_message(state, arguments, content)
    assert isinstance(message, dict)
    return {"message_id": message["message_id"]}


def user_objects(state: TelegramState) -> dict[int, JsonObject]:
    """Return the User objects that a mention may name, by id."""
    return {user_id: user.as_json() for user_id, user in state.users.items()}


def link_preview_fields(arguments: CallArguments) -> JsonObject:
    """Return the link preview options of a call, if it has any."""
    options = arguments.json_object("link_preview_options", "Can't parse link preview options")
    fields: JsonObject = {}
    for name, value in (options or {}).items():
        if isinstance(value, _PREVIEW_FIELDS.get(name, ())):
            fields[name] = value
    return {"link_preview_options": fields} if fields else {}


def requested_rich_message(
    state: TelegramState, arguments: CallArguments, *, is_draft: bool = False
) -> JsonObject:
    """Return the RichMessage of a call, or raise its error."""
    value = arguments.json_object("rich_message", "Can't parse InputRichMessage JSON object")
    return parse_rich_message(value, _media_resolver(state, arguments), is_draft=is_draft)


def _media_resolver(
    state: TelegramState, arguments: CallArguments
) -> Callable[[JsonObject], JsonObject]:
    def resolve(media_object: JsonObject) -> JsonObject:
        if media_object.get("type") != "document":
            # Photos and videos need dimensions that only a decoder knows; the bot sends none.
            raise bad_request("wrong file identifier/HTTP URL specified")
        return resolve_document(state, arguments, str(media_object.get("media", "")), "media")

    return resolve


def resolve_document(
    state: TelegramState, arguments: CallArguments, file_reference: str, name: str
) -> JsonObject:
    """Return the Document object of an uploaded or known file."""
    upload = arguments.files.get(
        file_reference.removeprefix("attach://") if file_reference else name
    )
    if upload is None and not file_reference:
        raise bad_request(f"there is no {name} in the request")
    if upload is not None:
        return _document_object(_store_upload(state, upload))
    known_file = state.files.get(file_reference)
    if known_file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return _document_object(known_file)


def _store_upload(state: TelegramState, upload: Upload) -> StoredFile:
    if not upload.content:
        raise bad_request("file must be non-empty")
    media_type = mimetypes.guess_type(upload.name)[0] or upload.media_type
    file = StoredFile(f"file-{state.next_number('file')}", upload.name, media_type, upload.content)
    state.files[file.id] = file
    return file


def _document_object(file: StoredFile) -> JsonObject:
    return {
        "file_id": file.id,
        "file_unique_id": f"unique-{file.id}",
        "file_name": file.name,
        "mime_type": file.media_type,
        "file_size": len(file.content),
    }


def _source_message(state: TelegramState, arguments: CallArguments, error_text: str) -> JsonObject:
    message_id = arguments.message_id()
    chat = find_chat(state, arguments.text("from_chat_id"))
    if message_id not in chat.messages:
        raise bad_request(error_text)
    return chat.messages[message_id]


def _copyable_content(message: JsonObject) -> JsonObject:
    names = ("text", "entities", "rich_message", "document", "caption", "caption_entities")
    return {name: message[name] for name in names if name in message}


def _show_draft(state: TelegramState, arguments: CallArguments, content: JsonObject) -> Json:
    if not arguments.number("draft_id"):
        raise bad_request("draft_id must be non-zero")
    chat = writable_chat(state, arguments)
    if not chat.is_private:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    state.record_event("draft", chat.id, content)
    return True


def _post_message(
    state: TelegramState,
    arguments: CallArguments,
    content: JsonObject,
    content_name: str = "text messages",
) -> Json:
    """Check the keyboard, then the chat, then post, in the order of the server."""
    markup = parse_reply_markup(arguments)
    chat = writable_chat(state, arguments, content_name)
    fields = {**thread_fields(chat, arguments), **_reply_fields(chat, arguments)}
    if arguments.flag("protect_content"):
        fields["has_protected_content"] = True
    if arguments.text("message_effect_id") and chat.is_private:
        fields["effect_id"] = arguments.text("message_effect_id")
    if markup is not None:
        content["reply_markup"] = markup
    return state.post_message(chat, state.bot, {**fields, **content})


def _reply_fields(chat: Chat, arguments: CallArguments) -> JsonObject:
    reply_parameters = arguments.json_object(
        "reply_parameters", "Can't parse reply parameters JSON object"
    )
    if reply_parameters is None:
        return {}
    message_id = reply_parameters.get("message_id")
    if not isinstance(message_id, int) or message_id <= 0:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is not None:
        return {
            "reply_to_message": {
                key: value for key, value in message.items() if key != "reply_to_message"
            }
        }
    if reply_parameters.get("allow_sending_without_reply") is True:
        return {}
    raise bad_request("message to be replied not found")
