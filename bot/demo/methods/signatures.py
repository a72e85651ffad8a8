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


def _parse_signature(line: str) -> tuple[Parameter, ...]:
    pairs = [part.split(": ") for part in line.split("; ") if part]
    return tuple(Parameter(name.rstrip("*"), kind, name.endswith("*")) for name, kind in pairs)


_SIGNATURE_LINES: dict[str, str] = {
    "getMe": "",
    "logOut": "",
    "close": "",
    "getUpdates": (
        "offset: Integer; limit: Integer; timeout: Integer; allowed_updates: Array of String"
    ),
    "setWebhook": (
        "url*: String; certificate: InputFile; ip_address: String; max_connections: Integer; "
        "allowed_updates: Array of String; drop_pending_updates: Boolean; "
        "secret_token: String"
    ),
    "deleteWebhook": "drop_pending_updates: Boolean",
    "getWebhookInfo": "",
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
    "sendMessageDraft": (
        "chat_id*: Integer; message_thread_id: Integer; draft_id*: Integer; text: String; "
        "parse_mode: String; entities: Array of MessageEntity; can_stop: Boolean; "
        "keep_on_stop: Boolean"
    ),
    "sendRichMessageDraft": (
        "chat_id*: Integer; message_thread_id: Integer; draft_id*: Integer; "
        "rich_message*: InputRichMessage; can_stop: Boolean; keep_on_stop: Boolean"
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
    "sendChatAction": (
        "business_connection_id: String; chat_id*: Integer or String; "
        "message_thread_id: Integer; action*: String"
    ),
    "forwardMessage": (
        "chat_id*: Integer or String; message_thread_id: Integer; "
        "direct_messages_topic_id: Integer; from_chat_id*: Integer or String; "
        "video_start_timestamp: Integer; disable_notification: Boolean; "
        "protect_content: Boolean; message_effect_id: String; "
        "suggested_post_parameters: SuggestedPostParameters; message_id*: Integer"
    ),
    "copyMessage": (
        "chat_id*: Integer or String; message_thread_id: Integer; "
        "direct_messages_topic_id: Integer; from_chat_id*: Integer or String; "
        "message_id*: Integer; video_start_timestamp: Integer; caption: String; "
        "parse_mode: String; caption_entities: Array of MessageEntity; "
        "show_caption_above_media: Boolean; disable_notification: Boolean; "
        "protect_content: Boolean; allow_paid_broadcast: Boolean; message_effect_id: String; "
        "suggested_post_parameters: SuggestedPostParameters; "
        "reply_parameters: ReplyParameters; "
        "reply_markup: InlineKeyboardMarkup or ReplyKeyboardMarkup"
        " or ReplyKeyboardRemove or ForceReply"
    ),
    "setMessageReaction": (
        "chat_id*: Integer or String; message_id*: Integer; reaction: Array of ReactionType; "
        "is_big: Boolean"
    ),
    "editMessageText": (
        "business_connection_id: String; chat_id: Integer or String; message_id: Integer; "
        "inline_message_id: String; text: String; parse_mode: String; "
        "entities: Array of MessageEntity; link_preview_options: LinkPreviewOptions; "
        "rich_message: InputRichMessage; reply_markup: InlineKeyboardMarkup"
    ),
    "editMessageReplyMarkup": (
        "business_connection_id: String; chat_id: Integer or String; message_id: Integer; "
        "inline_message_id: String; reply_markup: InlineKeyboardMarkup"
    ),
    "deleteMessage": "chat_id*: Integer or String; message_id*: Integer",
    "deleteMessages": "chat_id*: Integer or String; message_ids*: Array of Integer",
    "answerCallbackQuery": (
        "callback_query_id*: String; text: String; show_alert: Boolean; url: String; "
        "cache_time: Integer"
    ),
    "getFile": "file_id*: String",
    "getChat": "chat_id*: Integer or String",
    "getChatAdministrators": "chat_id*: Integer or String; return_bots: Boolean",
    "getChatMemberCount": "chat_id*: Integer or String",
    "getChatMember": "chat_id*: Integer or String; user_id*: Integer",
    "leaveChat": "chat_id*: Integer or String",
    "pinChatMessage": (
        "business_connection_id: String; chat_id*: Integer or String; message_id*: Integer; "
        "disable_notification: Boolean"
    ),
    "unpinChatMessage": (
        "business_connection_id: String; chat_id*: Integer or String; message_id: Integer"
    ),
    "unpinAllChatMessages": "chat_id*: Integer or String",
    "createForumTopic": (
        "chat_id*: Integer or String; name*: String; icon_color: Integer; "
        "icon_custom_emoji_id: String"
    ),
    "editForumTopic": (
        "chat_id*: Integer or String; message_thread_id*: Integer; name: String; "
        "icon_custom_emoji_id: String"
    ),
    "closeForumTopic": "chat_id*: Integer or String; message_thread_id*: Integer",
    "reopenForumTopic": "chat_id*: Integer or String; message_thread_id*: Integer",
    "deleteForumTopic": "chat_id*: Integer or String; message_thread_id*: Integer",
    "setMyCommands": (
        "commands*: Array of BotCommand; scope: BotCommandScope; language_code: String"
    ),
    "deleteMyCommands": "scope: BotCommandScope; language_code: String",
    "getMyCommands": "scope: BotCommandScope; language_code: String",
    "setMyName": "name: String; language_code: String",
    "getMyName": "language_code: String",
    "setMyDescription": "description: String; language_code: String",
    "getMyDescription": "language_code: String",
    "setMyShortDescription": "short_description: String; language_code: String",
    "getMyShortDescription": "language_code: String",
}

SIGNATURES = {method: _parse_signature(line) for method, line in _SIGNATURE_LINES.items()}
