"""The Bot API methods that the emulator implements."""

from collections.abc import Awaitable, Callable

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json
from bot.demo.emulator.telegram_state import TelegramState
from bot.demo.methods import chats, editing, profile, receiving, sending

MethodHandler = Callable[[TelegramState, CallArguments], Json | Awaitable[Json]]

METHODS: dict[str, MethodHandler] = {
    "getMe": profile.get_me,
    "setMyCommands": profile.set_my_commands,
    "setMyDescription": profile.set_my_description,
    "setMyShortDescription": profile.set_my_short_description,
    "getUpdates": receiving.get_updates,
    "getFile": receiving.get_file,
    "sendMessage": sending.send_message,
    "sendRichMessage": sending.send_rich_message,
    "sendDocument": sending.send_document,
    "editMessageText": editing.edit_message_text,
    "answerCallbackQuery": editing.answer_callback_query,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
}

# Telegram compares method names without regard to case.
METHOD_BY_LOWER_NAME = {name.lower(): name for name in METHODS}
