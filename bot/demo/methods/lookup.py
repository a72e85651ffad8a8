"""Which chat or message a call means, and whether the bot may write there."""

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import ApiError, JsonObject, bad_request, forbidden
from bot.demo.emulator.telegram_state import Chat, User, World

PRESENT = {"creator", "administrator", "member", "restricted"}


def find_chat(world: World, written: str) -> Chat:
    """Give the chat that a number or an @name means."""
    if written.startswith("@"):
        named = [c for c in world.chats.values() if c.username.lower() == written[1:].lower()]
        chat = named[0] if named else None
    else:
        is_number = written.removeprefix("-").isdecimal()
        chat = world.chats.get(int(written)) if is_number else None
    if chat is None:
        raise bad_request("chat not found")
    return chat


def chat_of(world: World, arguments: Arguments) -> Chat:
    """Give the chat of a call, following nothing: a migrated group answers with its successor."""
    chat = find_chat(world, arguments.chat())
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def known_chat(world: World, arguments: Arguments) -> Chat:
    """Give the chat of a call if the bot can see it."""
    chat = chat_of(world, arguments)
    if not chat.is_private:
        _check_present(world, chat)
    return chat


def writable_chat(world: World, arguments: Arguments, what: str = "text messages") -> Chat:
    """Give the chat of a call if the bot may post there."""
    chat = chat_of(world, arguments)
    if chat.is_private:
        _check_person(world, chat)
        return chat
    _check_present(world, chat)
    status = chat.members[world.bot.id]
    if chat.kind == "channel" and status not in {"administrator", "creator"}:
        raise bad_request("need administrator rights in the channel chat")
    is_forbidden = status == "member" and "can_send_messages" in chat.forbidden
    if status == "restricted" or is_forbidden:
        raise bad_request(f"not enough rights to send {what} to the chat")
    return chat


def _check_person(world: World, chat: Chat) -> None:
    status = chat.members.get(world.bot.id)
    if chat.is_deleted:
        raise forbidden("user is deactivated")
    if status is None:
        raise forbidden("bot can't initiate conversation with a user")
    if status == "kicked":
        raise forbidden("bot was blocked by the user")


def _check_present(world: World, chat: Chat) -> None:
    status = chat.members.get(world.bot.id, "left")
    if chat.is_deleted:
        raise forbidden("the group chat was deleted")
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if status not in PRESENT:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")


def thread_of(chat: Chat, arguments: Arguments) -> JsonObject:
    """Give the fields that place a message in a thread of the chat."""
    number = arguments.number("message_thread_id")
    if not number:
        return {}
    topic = chat.topics.get(number)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.is_closed:
        raise bad_request("TOPIC_CLOSED")
    return {"message_thread_id": number, "is_topic_message": True}


def user_of(world: World, arguments: Arguments) -> User:
    """Give the user of a call."""
    number = arguments.number("user_id")
    if number <= 0:
        raise bad_request("invalid user_id specified")
    user = world.users.get(number)
    if user is None:
        raise bad_request("user not found")
    return user


def own_message(world: World, arguments: Arguments) -> tuple[Chat, int]:
    """Give the message of a call if the bot sent it and may still change it."""
    message_id = arguments.message_id()
    chat = writable_chat(world, arguments)
    if message_id not in chat.messages:
        raise bad_request("message to edit not found")
    if message_id not in chat.own:
        raise bad_request("message can't be edited")
    return chat, message_id


def member_of(world: World, chat: Chat, user: User) -> JsonObject:
    """Give the ChatMember object of a user in a chat."""
    return chat_member(user, chat.members.get(user.id, "left"), chat)


_RIGHTS = (
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
PERMISSIONS = (
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


def chat_member(user: User, status: str, chat: Chat) -> JsonObject:
    """Give the ChatMember object that a status in a chat makes, with the user's own rights."""
    member: JsonObject = {"status": status, "user": user.as_json()}
    if status == "creator":
        member["is_anonymous"] = False
    if status == "administrator":
        member |= {"can_be_edited": False, "is_anonymous": False}
        member |= dict.fromkeys(_RIGHTS, True)
        where = ("can_post_messages", "can_edit_messages")
        member |= dict.fromkeys(where if chat.kind == "channel" else ("can_pin_messages",), True)
    if status == "restricted":
        member |= {"is_member": True, "until_date": 0}
        member |= dict.fromkeys(PERMISSIONS, False)
    if status == "kicked":
        member["until_date"] = 0
    member |= chat.rights.get(user.id, {})
    return member
