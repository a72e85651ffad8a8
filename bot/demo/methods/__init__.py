"""The Bot API methods that the emulator implements."""

from collections.abc import Awaitable, Callable

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json
from bot.demo.emulator.telegram_state import TelegramState
from bot.demo.methods import chats, editing, profile, receiving, sending

MethodHandler = Callable[[TelegramState, CallArguments], Json | Awaitable[Json]]

METHODS: dict[str, MethodHandler] = {
    "getMe": profile.get_me,
    "logOut": profile.log_out_or_close,
    "close": profile.log_out_or_close,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.set_my_name,
    "getMyName": profile.get_my_name,
    "setMyDescription": profile.set_my_description,
    "getMyDescription": profile.get_my_description,
    "setMyShortDescription": profile.set_my_short_description,
    "getMyShortDescription": profile.get_my_short_description,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "getFile": receiving.get_file,
    "sendMessage": sending.send_message,
    "sendRichMessage": sending.send_rich_message,
    "sendMessageDraft": sending.send_message_draft,
    "sendRichMessageDraft": sending.send_rich_message_draft,
    "sendDocument": sending.send_document,
    "sendChatAction": sending.send_chat_action,
    "forwardMessage": sending.forward_message,
    "copyMessage": sending.copy_message,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "setMessageReaction": editing.set_message_reaction,
    "answerCallbackQuery": editing.answer_callback_query,
    "pinChatMessage": chats.pin_chat_message,
    "unpinChatMessage": chats.unpin_chat_message,
    "unpinAllChatMessages": chats.unpin_all_chat_messages,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatAdministrators": chats.get_chat_administrators,
    "getChatMemberCount": chats.get_chat_member_count,
    "leaveChat": chats.leave_chat,
    "createForumTopic": chats.create_forum_topic,
    "editForumTopic": chats.edit_forum_topic,
    "closeForumTopic": chats.close_forum_topic,
    "reopenForumTopic": chats.reopen_forum_topic,
    "deleteForumTopic": chats.delete_forum_topic,
}

# Telegram compares method names without regard to case.
METHOD_BY_LOWER_NAME = {name.lower(): name for name in METHODS}
