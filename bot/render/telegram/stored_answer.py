"""Answers as the outbox keeps them until they have left: messages and files ↔ JSON.

The form has a number, for answers may be on their way while the program is replaced.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.render.size_limits import CLASSIC_UNITS, shorten
from bot.render.telegram.html_message import escape, weight
from bot.render.telegram.keyboard import Action, Button, Copy, Elsewhere, Keyboard, Link
from bot.render.telegram.plain_text import plain
from bot.render.telegram.rich_blocks import JSON, Block, italic
from bot.render.telegram.split_into_messages import Message
from bot.texts import say
from storage.records import Form, Parcel

FILES = 1000  # part numbers above are files; no answer has a thousand messages
_VERSION = 1
_CAPTION_UNITS = 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A file for the person."""

    name: str
    content: bytes
    caption: str = ""


Said = Message | Document


@dataclass(frozen=True, slots=True)
class Answer:
    """What one part of an answer says, and as text where Telegram refuses its table."""

    said: Said
    plain: tuple[Message, ...] = ()
    paired: bool = False  # the text says what this part says, and not what all parts say


def stored(answer: Answer) -> str:
    """Write an answer as JSON; ``read`` is the inverse."""
    match answer.said:
        case Document(name, content, caption):
            kept: dict[str, JSON] = {
                "file": name,
                "caption": caption,
                "zlib": b64encode(zlib.compress(content)).decode("ascii"),
            }
        case message:
            kept = _stored_message(message)
    if answer.plain:
        kept["plain"] = [_stored_message(message) for message in answer.plain]
    if answer.paired:
        kept["paired"] = True
    written = json.dumps({"v": _VERSION} | kept, ensure_ascii=False, separators=(",", ":"))
    # Half a character, wherever it comes from, must not keep the rest from being stored.
    return written if written.isascii() else written.encode(errors="replace").decode()


def read(content: str) -> Answer:
    """Read back what ``stored`` wrote.

    Raises:
        ValueError: another version of the program wrote it, or nobody did.
    """
    kept = json.loads(content)
    if kept["v"] != _VERSION:
        raise ValueError(f"an answer in form {kept['v']} cannot be read")
    if "file" in kept:
        return Answer(Document(kept["file"], _content(kept), kept["caption"]))
    instead = tuple(_message(message) for message in kept.get("plain", ()))
    return Answer(_message(kept), instead, bool(kept.get("paired", False)))


def _content(kept: dict[str, str]) -> bytes:
    if "zlib" in kept:
        return zlib.decompress(b64decode(kept["zlib"]))
    return b64decode(kept["bytes"])  # as it was written before files were compressed


def _stored_message(message: Message) -> dict[str, JSON]:
    every: dict[str, JSON] = {
        "form": str(message.form),
        "html": message.html,
        "text": message.text,
        "blocks": list(message.blocks),
        "buttons": [[_stored_button(button) for button in row] for row in message.buttons],
        "silent": message.silent,
    }
    return {name: value for name, value in every.items() if value}


def _stored_button(button: Button) -> JSON:
    match button.does:
        case Link(url):
            return [button.label, "link", url]
        case Copy(text):
            return [button.label, "copy", text]
        case Elsewhere(verb, first, second, chat):
            return [button.label, "there", verb, first, second, chat]
        case Action(verb, first, second):
            return [button.label, "press", verb, first, second]


def _message(kept: dict[str, JSON]) -> Message:
    blocks, buttons = kept.get("blocks", []), kept.get("buttons", [])
    assert isinstance(blocks, list)
    assert isinstance(buttons, list)
    return Message(
        Form(str(kept["form"])),
        html=str(kept.get("html", "")),
        text=str(kept.get("text", "")),
        blocks=tuple(block for block in blocks if isinstance(block, dict)),
        buttons=_keyboard(buttons),
        silent=bool(kept.get("silent", False)),
    )


def _keyboard(rows: Sequence[JSON]) -> Keyboard:
    return tuple(tuple(map(_button, row)) for row in rows if isinstance(row, list))


def _button(kept: JSON) -> Button:
    match kept:
        case [str(label), "link", str(url)]:
            return Button(label, Link(url))
        case [str(label), "copy", str(text)]:
            return Button(label, Copy(text))
        case [str(label), "there", str(verb), int(first), int(second), int(chat)]:
            return Button(label, Elsewhere(verb, first, second, chat))
        case [str(label), "press", str(verb), int(first), int(second)]:
            return Button(label, Action(verb, first, second))
        case _:
            raise ValueError(f"no button: {kept!r}")


def written(parcel: Parcel) -> Said:
    """What an answer's parcel says; above it, where it may have arrived before, that it may."""
    said = read(parcel.content).said
    if not parcel.doubts or parcel.edits:
        return said
    note = say(parcel.language, "digest-repeat")
    match said:
        case Document(caption=caption):
            return replace(said, caption=shorten(f"{note}\n{caption}".strip(), _CAPTION_UNITS))
        case Message(form=Form.RICH):
            above: Block = {"type": "paragraph", "text": italic(note)}
            return replace(said, blocks=(above, *said.blocks))
        case Message(text=text) if text:
            return replace(said, text=shorten(f"{note}\n{text}", CLASSIC_UNITS))
        case _:
            html = f"<i>{escape(note)}</i>\n{said.html}"
            if weight(html) <= CLASSIC_UNITS:
                return replace(said, html=html)
            # Rather without its markup than cut in the middle of it.
            words = "\n".join(message.text for message in plain(said))
            return replace(said, html="", text=shorten(f"{note}\n{words}", CLASSIC_UNITS))


def simpler(parcel: Parcel) -> Sequence[Parcel]:
    """The same answer once more where it was refused; nothing where there is no other way.

    A message that cannot be changed is answered anew, a table as text, a text without markup.
    """
    answer = read(parcel.content)
    if parcel.edits:
        return [replace(parcel, edits=0, piece=parcel.piece + 1)]
    messages = answer.plain
    match answer.said:
        case Message(form=Form.CLASSIC, html=html) if html and not messages:
            messages = plain(answer.said)
    return [
        replace(
            parcel,
            form=message.form,
            piece=parcel.piece + number,
            content=stored(Answer(message)),
        )
        for number, message in enumerate(messages, start=1)
    ]
