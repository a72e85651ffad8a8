"""Methods that post a new message."""

import mimetypes

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import StoredFile, TelegramState
from bot.demo.formatting.keyboards import parse_reply_markup
from bot.demo.formatting.message_text import caption_fields, message_text_fields
from bot.demo.formatting.rich_message import parse_rich_message
from bot.demo.methods.lookup import thread_fields, writable_chat

_PREVIEW_FIELDS: dict[str, type] = {
    "is_disabled": bool,
    "url": str,
    "prefer_small_media": bool,
    "prefer_large_media": bool,
    "show_above_text": bool,
}


def send_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a text message."""
    text_fields = message_text_fields(arguments, user_objects(state))
    text_fields |= link_preview_fields(arguments)
    return _post_message(state, arguments, text_fields)


def send_rich_message(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a rich message."""
    message_content: JsonObject = {"rich_message": requested_rich_message(state, arguments)}
    return _post_message(state, arguments, message_content, content_name="the rich message")


def send_document(state: TelegramState, arguments: CallArguments) -> Json:
    """Post a file."""
    document = _resolve_document(state, arguments, arguments.text("document"), "document")
    message_content: JsonObject = {
        "document": document,
        **caption_fields(arguments, user_objects(state)),
    }
    return _post_message(state, arguments, message_content, content_name="documents")


def user_objects(state: TelegramState) -> dict[int, JsonObject]:
    """Return the User objects that a mention may name, by id."""
    return {user_id: user.as_json() for user_id, user in state.users.items()}


def link_preview_fields(arguments: CallArguments) -> JsonObject:
    """Return the link preview options of a call, if it has any."""
    options = arguments.json_object("link_preview_options", "Can't parse link preview options")
    preview_fields: JsonObject = {}
    for option_name, option_value in (options or {}).items():
        if isinstance(option_value, _PREVIEW_FIELDS.get(option_name, ())):
            preview_fields[option_name] = option_value
    return {"link_preview_options": preview_fields} if preview_fields else {}


def requested_rich_message(state: TelegramState, arguments: CallArguments) -> JsonObject:
    """Return the RichMessage of a call, or raise its error."""

    def resolve_media(media_object: JsonObject) -> JsonObject:
        if media_object.get("type") != "document":
            # Photos and videos need dimensions that only a decoder knows; the bot sends none.
            raise bad_request("wrong file identifier/HTTP URL specified")
        return _resolve_document(state, arguments, str(media_object.get("media", "")), "media")

    rich_argument = arguments.json_object(
        "rich_message", "Can't parse InputRichMessage JSON object"
    )
    return parse_rich_message(rich_argument, resolve_media)


def _resolve_document(
    state: TelegramState, arguments: CallArguments, file_reference: str, name: str
) -> JsonObject:
    """Return the Document object of an uploaded file, which is stored, or of a stored one."""
    upload_name = file_reference.removeprefix("attach://") if file_reference else name
    upload = arguments.files.get(upload_name)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        file_id = f"file-{state.next_number('file')}"
        media_type = mimetypes.guess_type(upload.name)[0] or upload.media_type
        state.files[file_id] = StoredFile(file_id, upload.name, media_type, upload.content)
    elif file_reference:
        file_id = file_reference
    else:
        raise bad_request(f"there is no {name} in the request")
    file = state.files.get(file_id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return {
        "file_id": file.id,
        "file_unique_id": f"unique-{file.id}",
        "file_name": file.name,
        "mime_type": file.media_type,
        "file_size": len(file.content),
    }


def _post_message(
    state: TelegramState,
    arguments: CallArguments,
    content: JsonObject,
    content_name: str = "text messages",
) -> Json:
    """Check the keyboard, then the chat, then post, in the order of the server."""
    markup = parse_reply_markup(arguments)
    chat = writable_chat(state, arguments, content_name)
    message_fields = thread_fields(chat, arguments)
    reply_parameters = arguments.json_object(
        "reply_parameters", "Can't parse reply parameters JSON object"
    )
    if reply_parameters is not None:
        replied_id = reply_parameters.get("message_id")
        if not isinstance(replied_id, int) or replied_id <= 0:
            raise bad_request("message identifier is not specified")
        replied_message = chat.messages.get(replied_id)
        if replied_message is not None:
            message_fields["reply_to_message"] = {
                key: value for key, value in replied_message.items() if key != "reply_to_message"
            }
        elif reply_parameters.get("allow_sending_without_reply") is not True:
            raise bad_request("message to be replied not found")
    if arguments.flag("protect_content"):
        message_fields["has_protected_content"] = True
    if arguments.text("message_effect_id") and chat.is_private:
        message_fields["effect_id"] = arguments.text("message_effect_id")
    if markup is not None:
        content["reply_markup"] = markup
    return state.post_message(chat, state.bot, {**message_fields, **content})
