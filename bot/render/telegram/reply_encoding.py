"""Store answers in the outbox as JSON until they are sent: messages and files.

The format has a version, because answers may be waiting while the program is updated.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.render.size_limits import CLASSIC_UNITS, shorten
from bot.render.telegram.html_message import escape, message_weight
from bot.render.telegram.keyboard import Action, Button, CopyText, Link, ManagedChatAction
from bot.render.telegram.plain_text import plain_text_messages
from bot.render.telegram.rich_blocks import JSON, italic, paragraph
from bot.render.telegram.split_into_messages import Message
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.messages import OutboxMessage

FIRST_FILE_PART = 1000  # part numbers from here are files; no answer has a thousand messages
_FORMAT_VERSION = 1
_CAPTION_UNITS = 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send."""

    name: str
    content: bytes
    caption: str = ""


ReplyContent = Message | Document


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """One part of an answer, with the messages to send if Telegram refuses it."""

    content: ReplyContent
    fallback_messages: tuple[Message, ...] = ()
    is_fallback_paired: bool = False  # the fallback replaces this part only, not the whole answer


def encode_reply_part(reply_part: ReplyPart) -> str:
    """Return a part as JSON; ``decode_reply_part`` is the inverse."""
    match reply_part.content:
        case Document(name, content, caption):
            part_data: dict[str, JSON] = {
                "file": name,
                "caption": caption,
                "zlib": b64encode(zlib.compress(content)).decode("ascii"),
            }
        case message:
            part_data = _encode_message(message)
    if reply_part.fallback_messages:
        part_data["plain"] = [_encode_message(message) for message in reply_part.fallback_messages]
    if reply_part.is_fallback_paired:
        part_data["paired"] = True
    encoded_part = json.dumps(
        {"v": _FORMAT_VERSION} | part_data, ensure_ascii=False, separators=(",", ":")
    )
    # A lone surrogate must not prevent the rest from being stored.
    return (
        encoded_part if encoded_part.isascii() else encoded_part.encode(errors="replace").decode()
    )


def decode_reply_part(content: str) -> ReplyPart:
    """Return the part that ``encode_reply_part`` wrote.

    Raises:
        ValueError: it has another format version, or is no such JSON.
    """
    part_data = json.loads(content)
    if part_data["v"] != _FORMAT_VERSION:
        raise ValueError(f"an answer in form {part_data['v']} cannot be read")
    if "zlib" in part_data:
        file_content = zlib.decompress(b64decode(part_data["zlib"]))
        return ReplyPart(Document(part_data["file"], file_content, part_data["caption"]))
    if "file" in part_data:  # written before files were compressed
        return ReplyPart(
            Document(part_data["file"], b64decode(part_data["bytes"]), part_data["caption"])
        )
    fallback_messages = tuple(_decode_message(message) for message in part_data.get("plain", ()))
    return ReplyPart(
        _decode_message(part_data), fallback_messages, bool(part_data.get("paired", False))
    )


def _encode_message(message: Message) -> dict[str, JSON]:
    message_fields: dict[str, JSON] = {
        "form": str(message.form),
        "html": message.html,
        "text": message.text,
        "blocks": list(message.blocks),
        "buttons": [[_encode_button(button) for button in row] for row in message.buttons],
        "silent": message.silent,
    }
    return {name: value for name, value in message_fields.items() if value}


def _encode_button(button: Button) -> JSON:
    match button.action:
        case Link(url):
            return [button.label, "link", url]
        case CopyText(text):
            return [button.label, "copy", text]
        case ManagedChatAction(verb, first, second, chat):
            return [button.label, "there", verb, first, second, chat]
        case Action(verb, first, second):
            return [button.label, "press", verb, first, second]


def _decode_message(data: dict[str, JSON]) -> Message:
    blocks, buttons = data.get("blocks", []), data.get("buttons", [])
    assert isinstance(blocks, list)
    assert isinstance(buttons, list)
    return Message(
        MessageForm(str(data["form"])),
        html=str(data.get("html", "")),
        text=str(data.get("text", "")),
        blocks=tuple(block for block in blocks if isinstance(block, dict)),
        buttons=tuple(tuple(map(_decode_button, row)) for row in buttons if isinstance(row, list)),
        silent=bool(data.get("silent", False)),
    )


def _decode_button(data: JSON) -> Button:
    match data:
        case [str(label), "link", str(url)]:
            return Button(label, Link(url))
        case [str(label), "copy", str(text)]:
            return Button(label, CopyText(text))
        case [str(label), "there", str(verb), int(first), int(second), int(chat)]:
            return Button(label, ManagedChatAction(verb, first, second, chat))
        case [str(label), "press", str(verb), int(first), int(second)]:
            return Button(label, Action(verb, first, second))
        case _:
            raise ValueError(f"no button: {data!r}")


def reply_content(outbox_message: OutboxMessage) -> ReplyContent:
    """Return the content of an answer's message, with a note if it may be a repeat."""
    stored_content = decode_reply_part(outbox_message.reply_content).content
    if not outbox_message.unknown_sends or outbox_message.edited_message_id:
        return stored_content
    repeat_note = say(outbox_message.language, "digest-repeat")
    match stored_content:
        case Document(caption=caption):
            return replace(
                stored_content, caption=shorten(f"{repeat_note}\n{caption}".strip(), _CAPTION_UNITS)
            )
        case Message(form=form) if form.is_rich:
            return replace(
                stored_content, blocks=(paragraph(italic(repeat_note)), *stored_content.blocks)
            )
        case Message(text=text) if text:
            return replace(stored_content, text=shorten(f"{repeat_note}\n{text}", CLASSIC_UNITS))
        case _:
            html = f"<i>{escape(repeat_note)}</i>\n{stored_content.html}"
            if message_weight(html) <= CLASSIC_UNITS:
                return replace(stored_content, html=html)
            # Too long with the note: drop the markup rather than cut inside it.
            plain_text = "\n".join(message.text for message in plain_text_messages(stored_content))
            return replace(
                stored_content, html="", text=shorten(f"{repeat_note}\n{plain_text}", CLASSIC_UNITS)
            )


def simpler_replies(outbox_message: OutboxMessage) -> Sequence[OutboxMessage]:
    """Return the messages that replace a refused answer; nothing if there is no other form.

    A message that cannot be edited is sent anew, a table as text, and HTML without its markup.
    """
    reply_part = decode_reply_part(outbox_message.reply_content)
    if outbox_message.edited_message_id:
        return [
            replace(
                outbox_message, edited_message_id=0, fallback_part=outbox_message.fallback_part + 1
            )
        ]
    messages = reply_part.fallback_messages
    match reply_part.content:
        case Message(form=MessageForm.CLASSIC, html=html) if html and not messages:
            messages = plain_text_messages(reply_part.content)
    return [
        replace(
            outbox_message,
            form=message.form,
            fallback_part=outbox_message.fallback_part + number,
            reply_content=encode_reply_part(ReplyPart(message)),
        )
        for number, message in enumerate(messages, start=1)
    ]
