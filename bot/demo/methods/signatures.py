"""The parameters of each Bot API method: names, types, and which are required.

The table follows Bot API 10.3 and contains the methods that the emulator implements. A star marks a
required parameter.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a method."""

    name: str
    kind: str
    is_required: bool


_SIGNATURE_LINES: dict[str, str] = {
    "getMe": "",
    "getUpdates": (
        "offset: Integer; limit: Integer; timeout: Integer; allowed_updates: Array of String"
    ),
    "sendMessage": (
        "business_connection_id: String; chat_id*: Integer or String; "
        "message_thread_id: Integer; direct_messages_topic_id: Integer; "
        "ephemeral_message_parameters: EphemeralMessageParameters; text*: String; "
        "parse_mode: String; entities: Array of MessageEntity; "
        "link_preview_options: LinkPreviewOptions; disable_notification: Boolean; "
        "protect_content: Boolean; allow_paid_broadcast: Boolean; message_effect_id: String; "
        "suggested_post_parameters: SuggestedPostParameters; "
        "reply_parameters: ReplyParameters; "
        "reply_markup: InlineKeyboardMarkup or ReplyKeyboardMarkup"
        " or ReplyKeyboardRemove or ForceReply"
    ),
    "sendRichMessage": (
        "business_connection_id: String; chat_id*: Integer or String; "
        "message_thread_id: Integer; direct_messages_topic_id: Integer; "
        "ephemeral_message_parameters: EphemeralMessageParameters; "
        "rich_message*: InputRichMessage; disable_notification: Boolean; "
        "protect_content: Boolean; allow_paid_broadcast: Boolean; message_effect_id: String; "
        "suggested_post_parameters: SuggestedPostParameters; "
        "reply_parameters: ReplyParameters; "
        "reply_markup: InlineKeyboardMarkup or ReplyKeyboardMarkup"
        " or ReplyKeyboardRemove or ForceReply"
    ),
    "sendDocument": (
        "business_connection_id: String; chat_id*: Integer or String; "
        "message_thread_id: Integer; direct_messages_topic_id: Integer; "
        "ephemeral_message_parameters: EphemeralMessageParameters; "
        "document*: InputFile or String; thumbnail: InputFile or String; caption: String; "
        "parse_mode: String; caption_entities: Array of MessageEntity; "
        "disable_content_type_detection: Boolean; disable_notification: Boolean; "
        "protect_content: Boolean; allow_paid_broadcast: Boolean; message_effect_id: String; "
        "suggested_post_parameters: SuggestedPostParameters; "
        "reply_parameters: ReplyParameters; "
        "reply_markup: InlineKeyboardMarkup or ReplyKeyboardMarkup"
        " or ReplyKeyboardRemove or ForceReply"
    ),
    "editMessageText": (
        "business_connection_id: String; chat_id: Integer or String; message_id: Integer; "
        "inline_message_id: String; text: String; parse_mode: String; "
        "entities: Array of MessageEntity; link_preview_options: LinkPreviewOptions; "
        "rich_message: InputRichMessage; reply_markup: InlineKeyboardMarkup"
    ),
    "answerCallbackQuery": (
        "callback_query_id*: String; text: String; show_alert: Boolean; url: String; "
        "cache_time: Integer"
    ),
    "getFile": "file_id*: String",
    "getChat": "chat_id*: Integer or String",
    "getChatMember": "chat_id*: Integer or String; user_id*: Integer",
    "setMyCommands": (
        "commands*: Array of BotCommand; scope: BotCommandScope; language_code: String"
    ),
    "setMyDescription": "description: String; language_code: String",
    "setMyShortDescription": "short_description: String; language_code: String",
}

SIGNATURES = {
    method: tuple(
        Parameter(name.rstrip("*"), kind, name.endswith("*"))
        for parameter in line.split("; ")
        if parameter
        for name, kind in [parameter.split(": ")]
    )
    for method, line in _SIGNATURE_LINES.items()
}
