"""Find the chat, message or user of a call, and check the bot's rights there."""

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import ApiError, JsonObject, bad_request, forbidden
from bot.demo.emulator.telegram_state import Chat, TelegramState, User

PRESENT_STATUSES = {"creator", "administrator", "member", "restricted"}


def find_chat(state: TelegramState, chat_reference: str) -> Chat:
    """Return the chat with a number or an @name."""
    if chat_reference.startswith("@"):
        chats = [
            candidate
            for candidate in state.chats.values()
            if candidate.username.lower() == chat_reference[1:].lower()
        ]
        chat = chats[0] if chats else None
    else:
        is_number = chat_reference.removeprefix("-").isdecimal()
        chat = state.chats.get(int(chat_reference)) if is_number else None
    if chat is None:
        raise bad_request("chat not found")
    return chat


def resolve_chat(state: TelegramState, arguments: CallArguments) -> Chat:
    """Return the chat of a call; a migrated group raises an error with its successor."""
    chat = find_chat(state, arguments.chat_reference())
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def accessible_chat(state: TelegramState, arguments: CallArguments) -> Chat:
    """Return the chat of a call if the bot can see it."""
    chat = resolve_chat(state, arguments)
    if not chat.is_private:
        _check_membership(state, chat)
    return chat


def writable_chat(
    state: TelegramState, arguments: CallArguments, content_name: str = "text messages"
) -> Chat:
    """Return the chat of a call if the bot may post there."""
    chat = resolve_chat(state, arguments)
    bot_status = chat.members.get(state.bot.id)
    if chat.is_private:
        if chat.is_deleted:
            raise forbidden("user is deactivated")
        if bot_status is None:
            raise forbidden("bot can't initiate conversation with a user")
        if bot_status == "kicked":
            raise forbidden("bot was blocked by the user")
        return chat
    _check_membership(state, chat)
    if chat.kind == "channel" and bot_status not in {"administrator", "creator"}:
        raise bad_request("need administrator rights in the channel chat")
    is_forbidden = bot_status == "member" and "can_send_messages" in chat.forbidden_permissions
    if bot_status == "restricted" or is_forbidden:
        raise bad_request(f"not enough rights to send {content_name} to the chat")
    return chat


def _check_membership(state: TelegramState, chat: Chat) -> None:
    status = chat.members.get(state.bot.id, "left")
    if chat.is_deleted:
        raise forbidden("the group chat was deleted")
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if status not in PRESENT_STATUSES:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")


def thread_fields(chat: Chat, arguments: CallArguments) -> JsonObject:
    """Return the fields that place a message in a topic of the chat."""
    thread_id = arguments.number("message_thread_id")
    if not thread_id:
        return {}
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.is_closed:
        raise bad_request("TOPIC_CLOSED")
    return {"message_thread_id": thread_id, "is_topic_message": True}


_ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
MEMBER_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def chat_member_object(user: User, status: str, chat: Chat) -> JsonObject:
    """Return the ChatMember object for a status, with the user's special rights."""
    member: JsonObject = {"status": status, "user": user.as_json()}
    if status == "creator":
        member["is_anonymous"] = False
    if status == "administrator":
        member |= {"can_be_edited": False, "is_anonymous": False}
        member |= dict.fromkeys(_ADMINISTRATOR_RIGHTS, True)
        post_rights = ("can_post_messages", "can_edit_messages")
        member |= dict.fromkeys(
            post_rights if chat.kind == "channel" else ("can_pin_messages",), True
        )
    if status == "restricted":
        member |= {"is_member": True, "until_date": 0}
        member |= dict.fromkeys(MEMBER_PERMISSIONS, False)
    if status == "kicked":
        member["until_date"] = 0
    member |= chat.special_rights.get(user.id, {})
    return member
