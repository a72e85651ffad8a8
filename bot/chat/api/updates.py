"""Parse Telegram's JSON of an update into one frozen value, or None if it is not for us."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import telegram

from bot.arxiv.identifiers import PaperMention, find_mentions
from bot.arxiv.listing_addresses import listed_categories
from bot.chat.api import callback_data
from bot.chat.api.members import may_write
from bot.chat.api.transport import MAX_INT64
from bot.render.telegram.keyboard import Action
from storage.records.chats import ChatKind

MAX_TEXT_LENGTH = 2001  # one character too many for a topic, so that a longer text is refused
_MAX_SCANNED_LENGTH = 50_000  # of a message with all its links; no client sends as much

_WHITESPACE = re.compile(r"\s")

_INTEGER_FIELDS = ("chat", "person", "thread", "message_id", "migrated_to")
_TEXT_FIELDS = ("title", "name", "language", "command", "words", "callback_query_id")
_ABSENT_STATUSES = (telegram.ChatMember.BANNED, telegram.ChatMember.LEFT)
ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")


class UpdateKind(StrEnum):
    """The kinds of updates that the bot handles."""

    COMMAND = "command"
    TEXT = "words"  # plain text in a private chat, or a reply to the bot
    FILE = "file"  # a document, likewise; words is its id, the action's argument its size
    NON_TEXT = "wordless"  # a sticker, photo or voice message in a private chat
    LOCATION = "location"  # a shared point in a private chat, in the action's arguments
    FORWARDED_COMMAND = "passed_on"  # somebody else's command in a private chat; not executed
    BUTTON = "button"
    BOT_REMOVED = "left"  # the bot was blocked, removed or restricted
    BOT_ADDED = "back"
    CHAT_MIGRATED = "moved"  # the group became a supergroup


@dataclass(frozen=True, slots=True)
class Update:
    """One event in a chat."""

    kind: UpdateKind
    chat: int
    chat_kind: ChatKind
    title: str = ""
    person: int = 0  # 0: an anonymous administrator or the channel itself
    name: str = ""
    language: str = ""  # the client's, BCP 47
    thread: int = 0
    command: str = ""
    words: str = ""
    papers: tuple[PaperMention, ...] = ()  # mentioned in the whole message and its links
    categories: tuple[str, ...] = ()  # whose listings the message links to
    action: Action | None = None  # of a pressed button, a deep link, a file or a location
    message_id: int = 0  # the message whose button was pressed
    callback_query_id: str = ""  # by which the press is answered
    migrated_to: int = 0
    speaks_for_chat: bool = False
    is_added: bool = False  # the bot was not in the chat before this update


class UnreadableUpdate(ValueError):
    """An update that does not have the Bot API's shape; the message names the error."""


def parse_update(body: str, username: str) -> Update | None:
    """Parse an update; return None if it is not for the bot called ``username``.

    Raises:
        UnreadableUpdate: it is no update of the Bot API.
    """
    try:
        telegram_update = telegram.Update.de_json(json.loads(body), None)
        message = telegram_update.message or telegram_update.channel_post
        if telegram_update.callback_query:
            update = _read_callback_query(telegram_update.callback_query)
        elif telegram_update.my_chat_member:
            membership_change = telegram_update.my_chat_member
            can_write = may_write(
                membership_change.new_chat_member, ChatKind(membership_change.chat.type)
            )
            update_kind = UpdateKind.BOT_ADDED if can_write else UpdateKind.BOT_REMOVED
            is_added = membership_change.old_chat_member.status in _ABSENT_STATUSES
            update = replace(
                _base_update(update_kind, membership_change.chat, membership_change.from_user),
                is_added=is_added,
            )
        else:
            update = _read_message(message, username) if message else None
        # The library checks no types, and an update that cannot be stored would return forever.
        for field_name in _INTEGER_FIELDS if update else ():
            field_value = getattr(update, field_name)
            if type(field_value) is not int or abs(field_value) > MAX_INT64:
                raise ValueError(field_name)
        for field_name in _TEXT_FIELDS if update else ():
            getattr(update, field_name).encode()
    except Exception as error:  # the library does not document what it raises
        raise UnreadableUpdate(type(error).__name__) from error
    return update


def _read_callback_query(query: telegram.CallbackQuery) -> Update | None:
    message = query.message
    if message is None:
        return None
    return replace(
        _base_update(UpdateKind.BUTTON, message.chat, query.from_user),
        thread=_thread_id(message) if isinstance(message, telegram.Message) else 0,
        action=callback_data.decode_action(query.data),
        message_id=message.message_id,
        callback_query_id=query.id,
    )


def _read_message(message: telegram.Message, username: str) -> Update | None:
    if message.is_automatic_forward:
        return None  # the copy of a channel's post in its discussion group
    if message.migrate_to_chat_id:
        migration = _base_update(UpdateKind.CHAT_MIGRATED, message.chat, None)
        return replace(migration, migrated_to=message.migrate_to_chat_id)
    if message.from_user and message.from_user.is_bot and not message.sender_chat:
        return None  # another bot; messages in a chat's name come from a bot too
    is_private = message.chat.type == telegram.Chat.PRIVATE
    is_authored = not (message.forward_origin or message.via_bot)  # else somebody else's words
    if not (is_authored or is_private):
        return None
    speaks_for_chat = bool(message.sender_chat and message.sender_chat.id == message.chat.id)
    author = None if speaks_for_chat else message.from_user
    thread = _thread_id(message)
    message_text = _strip_invisible(message.text or "")
    if message_text.startswith("/") and not is_authored:
        return _base_update(UpdateKind.FORWARDED_COMMAND, message.chat, author)
    if message_text.startswith("/"):
        command = _read_command(
            message.chat, author, message_text, username, thread, speaks_for_chat
        )
        return _with_mentioned_papers(command, _text_with_links(message)) if command else None
    if not is_private:
        replied_message = message.reply_to_message
        replied_author = replied_message.from_user if replied_message else None
        if not replied_author or (replied_author.username or "").casefold() != username.casefold():
            return None
    text_update = replace(
        _base_update(UpdateKind.TEXT, message.chat, author),
        thread=thread,
        speaks_for_chat=speaks_for_chat,
    )
    if message.document:
        if paper := _with_papers_of_pdf(text_update, message, message.document):
            return paper
        file_action = Action("file", int(message.document.file_size or 0))
        file_id = message.document.file_id
        return replace(text_update, kind=UpdateKind.FILE, words=file_id, action=file_action)
    if message.text or message.caption:
        typed_words = message_text or _strip_invisible(message.caption or "")
        return _with_mentioned_papers(
            replace(text_update, words=typed_words[:MAX_TEXT_LENGTH]), _text_with_links(message)
        )
    if is_private and message.location:
        location_update = _base_update(UpdateKind.LOCATION, message.chat, author)
        return replace(location_update, action=_location_action(message.location))
    if is_private and message.effective_attachment:
        return _base_update(UpdateKind.NON_TEXT, message.chat, author)
    return None


def _location_action(location: telegram.Location) -> Action:
    """Return a point as an action: hundredths of a degree above the south pole and east of 180 W.

    Nobody needs to be known to more than a kilometre for a time zone.
    """
    north, east = round((location.latitude + 90) * 100), round((location.longitude + 180) * 100)
    if not (0 <= north <= 180 * 100 and 0 <= east <= 360 * 100):
        raise ValueError("location")
    return Action("location", north, east)


def _with_papers_of_pdf(
    update: Update, message: telegram.Message, document: telegram.Document
) -> Update | None:
    """Return the update with the papers that a PDF's caption or file name mentions.

    None for any other file: it is taken as a file of topics, whatever its caption says.
    """
    file_name = str(document.file_name or "")
    if document.mime_type != "application/pdf" and not file_name.casefold().endswith(".pdf"):
        return None
    caption = _strip_invisible(message.caption or "")
    for source_words, full_text in (
        (caption, _text_with_links(message)),
        (_strip_invisible(file_name), file_name),
    ):
        update_with_papers = _with_mentioned_papers(
            replace(update, words=source_words[:MAX_TEXT_LENGTH]), full_text
        )
        if update_with_papers.papers:
            return update_with_papers
    return None


def _with_mentioned_papers(update: Update, full_text: str) -> Update:
    """Return an update with the papers and listings that the whole message mentions."""
    scanned_text = _strip_invisible(full_text[:_MAX_SCANNED_LENGTH])
    return replace(
        update, papers=find_mentions(scanned_text), categories=listed_categories(scanned_text)
    )


def _text_with_links(message: telegram.Message) -> str:
    """Return the text of a message with the URLs of its links and buttons."""
    message_text = message.text or message.caption or ""
    entities = message.entities if message.text else message.caption_entities
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    button_urls = [button.url for row in rows for button in row if isinstance(button.url, str)]
    return "\n".join([*_text_and_link_urls(message_text, entities), *button_urls])


def _text_and_link_urls(text: str, entities: Sequence[telegram.MessageEntity]) -> Iterator[str]:
    """Yield the text in pieces, each link's URL after the first word that it covers.

    Offsets count UTF-16 units, and may be out of range.
    """
    links = sorted(
        (entity.offset, entity.url)
        for entity in entities
        if entity.type == telegram.MessageEntity.TEXT_LINK
        and isinstance(entity.offset, int)
        and isinstance(entity.url, str)
    )
    character_indexes = [
        index for index, character in enumerate(text) for _ in range(1 + (character > "\uffff"))
    ]
    unread_start = 0
    for offset, url in links:
        link_start = (
            character_indexes[offset] if 0 <= offset < len(character_indexes) else len(text)
        )
        if link_start >= unread_start:
            whitespace = _WHITESPACE.search(text, link_start)
            link_end = whitespace.start() if whitespace else len(text)
            yield text[unread_start:link_end]
            unread_start = link_end
        yield url
    yield text[unread_start:]


def _thread_id(message: telegram.Message) -> int:
    """Return the forum topic of a message; a chain of replies has a thread id but no topic."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


def _read_command(
    chat: telegram.Chat,
    author: telegram.User | None,
    text: str,
    username: str,
    thread: int,
    speaks_for_chat: bool,
) -> Update | None:
    """Return a command with its arguments, or None if it is for another bot."""
    first_word, *arguments = text[1:].split(maxsplit=1) or [""]
    command_name, _, addressee = first_word.partition("@")
    if addressee and addressee.casefold() != username.casefold():
        return None
    command = command_name.casefold()
    argument_words = arguments[0].strip()[:MAX_TEXT_LENGTH] if arguments else ""
    return replace(
        _base_update(UpdateKind.COMMAND, chat, author),
        thread=thread,
        command=command,
        words=argument_words,
        action=callback_data.decode_start_payload(argument_words) if command == "start" else None,
        speaks_for_chat=speaks_for_chat,
    )


def _base_update(
    update_kind: UpdateKind, chat: telegram.Chat, user: telegram.User | None
) -> Update:
    """Return an update with its kind, chat and person."""
    return Update(
        update_kind,
        chat.id,
        ChatKind(chat.type),
        title=one_line(chat.title or chat.full_name or "")[:128],
        person=user.id if user else 0,
        name=one_line(user.full_name or "")[:128] if user else "",  # an empty name is None
        language=(user.language_code or "") if user else "",
    )


def one_line(text: str) -> str:
    """Return a name or title without line breaks and invisible characters."""
    return " ".join(_strip_invisible(text).split())


def _strip_invisible(text: str) -> str:
    """Return text without control characters, surrogates and direction overrides."""
    visible_characters = (
        character
        for character in unicodedata.normalize("NFC", text)
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Cf", "Co")
    )
    return "".join(visible_characters).strip()
