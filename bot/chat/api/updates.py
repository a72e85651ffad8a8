"""What does an update ask? Telegram's JSON → one frozen value, or nothing for us."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import telegram

from bot.chat.api import callback_data
from bot.chat.api.members import may_write
from bot.chat.api.transport import LARGEST
from bot.render.telegram.keyboard import Action
from bot.topics.query.parser import Mention, listed_categories, mentions
from storage.records import ChatKind

LONGEST = 2001  # characters of a command's words: one too many for a topic, so that it is refused
_LOOKED_THROUGH = 50_000  # characters of a message, with all its links: no client sends as many

_BLANK = re.compile(r"\s")

_NUMBERS = ("chat", "person", "thread", "message", "moved_to")
_TEXTS = ("title", "name", "language", "command", "words", "query")
_ABSENT = (telegram.ChatMember.BANNED, telegram.ChatMember.LEFT)
ALLOWED_UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")


class What(StrEnum):
    """The occasions we answer to."""

    COMMAND = "command"
    WORDS = "words"  # plain text in a private chat, or in answer to the bot
    FILE = "file"  # a document, likewise: its id is the words, its size the action's number
    WORDLESS = "wordless"  # a sticker, a photo, a voice, in a private chat
    PASSED_ON = "passed_on"  # a command that another wrote, in a private chat: it is not done
    BUTTON = "button"
    LEFT = "left"  # the bot was blocked, removed or silenced
    BACK = "back"
    MOVED = "moved"  # the group became a supergroup


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that happened in a chat."""

    what: What
    chat: int
    kind: ChatKind
    title: str = ""
    person: int = 0  # 0: an anonymous administrator or the channel itself
    name: str = ""
    language: str = ""  # the client's, BCP 47
    thread: int = 0
    command: str = ""
    words: str = ""
    papers: tuple[Mention, ...] = ()  # that the whole message holds, links behind words included
    categories: tuple[str, ...] = ()  # whose listings it links to
    action: Action | None = None
    message: int = 0  # the message whose button was pressed
    query: str = ""  # id of the press, to be answered
    moved_to: int = 0
    speaks_for_chat: bool = False
    is_added: bool = False  # the bot was not in the chat before


class Unreadable(ValueError):
    """An update that is not of the Bot API's shape; the message says what reading it raised."""


def asked(body: str, username: str) -> Asked | None:
    """Reads an update; None when it asks nothing of the bot called ``username``.

    Raises:
        Unreadable: it is no update of the Bot API.
    """
    try:
        request = _asked(body, username)
        if request is not None:
            _refuse_odd(request)
    except Exception as error:  # the library promises nothing about what it raises
        raise Unreadable(type(error).__name__) from error
    return request


def _refuse_odd(request: Asked) -> None:
    """Raises where a field is of another type, or larger than any column: the library checks none.

    Whatever the store cannot keep would come again for ever.
    """
    for name in _NUMBERS:
        number = getattr(request, name)
        if type(number) is not int or abs(number) > LARGEST:
            raise ValueError(name)
    for name in _TEXTS:
        getattr(request, name).encode()


def _asked(body: str, username: str) -> Asked | None:
    update = telegram.Update.de_json(json.loads(body), None)
    if update.callback_query:
        return _pressed(update.callback_query)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    message = update.message or update.channel_post
    return _said(message, username) if message else None


def _pressed(query: telegram.CallbackQuery) -> Asked | None:
    message = query.message
    if message is None:
        return None
    return replace(
        _met(What.BUTTON, message.chat, query.from_user),
        thread=_thread(message) if isinstance(message, telegram.Message) else 0,
        action=callback_data.action(query.data),
        message=message.message_id,
        query=query.id,
    )


def _said(message: telegram.Message, username: str) -> Asked | None:
    if message.is_automatic_forward:
        return None  # the copy of a channel's post in its discussion group
    if message.migrate_to_chat_id:
        moved = _met(What.MOVED, message.chat, None)
        return replace(moved, moved_to=message.migrate_to_chat_id)
    if message.from_user and message.from_user.is_bot and not message.sender_chat:
        return None  # another bot; who writes as a chat has a bot's name too, and names the chat
    is_private = message.chat.type == telegram.Chat.PRIVATE
    is_own = not (message.forward_origin or message.via_bot)  # else others chose the words
    if not (is_own or is_private):
        return None
    for_chat = bool(message.sender_chat and message.sender_chat.id == message.chat.id)
    who = None if for_chat else message.from_user
    thread = _thread(message)
    text = _clean(message.text or "")
    if text.startswith("/") and not is_own:
        return _met(What.PASSED_ON, message.chat, who)
    if text.startswith("/"):
        command = _commanded(message.chat, who, text, username, thread, for_chat)
        return _with_papers(command, _spelled_out(message)) if command else None
    if not (is_private or _is_answer(message, username)):
        return None
    answer = replace(_met(What.WORDS, message.chat, who), thread=thread, speaks_for_chat=for_chat)
    if message.document:
        if paper := _of_a_pdf(answer, message, message.document):
            return paper
        size = Action("file", int(message.document.file_size or 0))
        file = message.document.file_id
        return replace(answer, what=What.FILE, words=file, action=size)
    if message.text or message.caption:
        words = text or _clean(message.caption or "")
        return _with_papers(replace(answer, words=words[:LONGEST]), _spelled_out(message))
    if is_private and message.effective_attachment:
        return _met(What.WORDLESS, message.chat, who)
    return None


def _of_a_pdf(
    answer: Asked, message: telegram.Message, document: telegram.Document
) -> Asked | None:
    """A paper's own file means the paper, by its caption or else by its name.

    Any other file holds topics, whatever its caption says.
    """
    name = str(document.file_name or "")
    if document.mime_type != "application/pdf" and not name.casefold().endswith(".pdf"):
        return None
    caption = _clean(message.caption or "")
    for words, whole in ((caption, _spelled_out(message)), (_clean(name), name)):
        found = _with_papers(replace(answer, words=words[:LONGEST]), whole)
        if found.papers:
            return found
    return None


def _with_papers(request: Asked, whole: str) -> Asked:
    """A request with the papers and listings that its whole message holds, before it is cut."""
    text = _clean(whole[:_LOOKED_THROUGH])
    return replace(request, papers=mentions(text), categories=listed_categories(text))


def _spelled_out(message: telegram.Message) -> str:
    """What a message says, with the addresses behind its words and its buttons."""
    text = message.text or message.caption or ""
    entities = message.entities if message.text else message.caption_entities
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    buttons = [button.url for row in rows for button in row if isinstance(button.url, str)]
    return "\n".join([*_linked(text, entities), *buttons])


def _linked(text: str, entities: Sequence[telegram.MessageEntity]) -> Iterator[str]:
    """A text in pieces, with each address that is behind words after the first of these words.

    Offsets count the units of UTF-16, and may be anything.
    """
    links = sorted(
        (entity.offset, entity.url)
        for entity in entities
        if entity.type == telegram.MessageEntity.TEXT_LINK
        and isinstance(entity.offset, int)
        and isinstance(entity.url, str)
    )
    places = [at for at, sign in enumerate(text) for _ in range(1 + (sign > "\uffff"))]
    at = 0
    for offset, address in links:
        begin = places[offset] if 0 <= offset < len(places) else len(text)
        if begin >= at:
            blank = _BLANK.search(text, begin)
            end = blank.start() if blank else len(text)
            yield text[at:end]
            at = end
        yield address
    yield text[at:]


def _thread(message: telegram.Message) -> int:
    """The forum topic of a message; a chain of replies has a thread too, and is none."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


def _is_answer(message: telegram.Message, username: str) -> bool:
    """Whether somebody replied to a message of the bot itself."""
    replied = message.reply_to_message
    author = replied.from_user if replied else None
    return bool(author and (author.username or "").casefold() == username.casefold())


def _commanded(
    chat: telegram.Chat,
    who: telegram.User | None,
    text: str,
    username: str,
    thread: int,
    for_chat: bool,
) -> Asked | None:
    """A command with its words; None when it is meant for another bot."""
    head, *rest = text[1:].split(maxsplit=1) or [""]
    name, _, addressee = head.partition("@")
    if addressee and addressee.casefold() != username.casefold():
        return None
    return replace(
        _met(What.COMMAND, chat, who),
        thread=thread,
        command=name.casefold(),
        words=rest[0].strip()[:LONGEST] if rest else "",
        speaks_for_chat=for_chat,
    )


def _membership(change: telegram.ChatMemberUpdated) -> Asked:
    writes = may_write(change.new_chat_member, ChatKind(change.chat.type))
    met = _met(What.BACK if writes else What.LEFT, change.chat, change.from_user)
    return replace(met, is_added=change.old_chat_member.status in _ABSENT)


def _met(what: What, chat: telegram.Chat, user: telegram.User | None) -> Asked:
    """What happened, where, and by whom."""
    return Asked(
        what,
        chat.id,
        ChatKind(chat.type),
        title=one_line(chat.title or chat.full_name or "")[:128],
        person=user.id if user else 0,
        name=one_line(user.full_name or "")[:128] if user else "",  # an empty name is None
        language=(user.language_code or "") if user else "",
    )


def one_line(text: str) -> str:
    """A name or title without line breaks, control characters and direction overrides."""
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """Text without control characters, surrogates and direction overrides."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", text)
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Cf", "Co")
    )
    return "".join(kept).strip()
