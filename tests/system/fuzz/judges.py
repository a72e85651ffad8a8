"""What must hold of every text, block and button that leaves, whoever wrote the words in it.

The judges are Telegram's own parser, the models of another client and the emulator; what we meant
is read by a reader of our own, so that a markup that Telegram reads otherwise is found.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import tdjson
from aiogram.types import InlineKeyboardMarkup, InputRichMessage

from bot.chat.api import callback_data, client
from bot.chat.handler_table import BUTTONS
from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject
from bot.demo.formatting.keyboards import reply_markup
from bot.demo.formatting.rich_message import rich_message
from bot.demo.formatting.rich_size import check_size, measure
from bot.render import size_limits
from bot.render.telegram.keyboard import Action, Copy, Keyboard, Link
from bot.render.telegram.split_into_messages import Message
from bot.texts.telegram_autolinks import JOINER
from tests.demo.telegram_parser import judged

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# By their class marks, letters and symbols, and nothing to see.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufe00\ufe0f"
_KINDS = {"blockquote": "blockquote", "b": "bold", "i": "italic", "a": "text_link", "pre": "pre"}
_OF_FILMS = "textEntityTypeMediaTimestamp"
_BLOCKS = {"heading", "paragraph", "table", "details", "footer", "anchor"}
_DRESS = {"bold", "italic", "url", "anchor_link"}
_ROW = 8
_LABEL_UNITS = 128


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that looks or acts differently."""

    kind: str
    offset: int
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as Telegram shows it."""

    text: str
    pieces: tuple[Piece, ...]

    @property
    def links(self) -> list[tuple[str, str]]:
        """The label and address of each link."""
        return [(one.text, one.url) for one in self.pieces if one.kind == "text_link"]

    def of(self, kind: str) -> list[str]:
        """The texts that are dressed so, in their order."""
        return [one.text for one in self.pieces if one.kind == kind]


def clean(text: str) -> None:
    """Nothing in a text can turn, hide or break what stands beside it."""
    assert not (found := _UNWANTED.search(text)), f"{found[0]!r} in {text!r}"


def is_seen(text: str) -> bool:
    """Whether there is anything to see in a text, and so to tap on."""
    return any(unicodedata.category(c)[0] in "LMNPS" and c not in _BLANK for c in text)


def classic(html: str) -> Shown:
    """A classic text as Telegram shows it, if it is within the limits and reads as meant."""
    read = judged(html)
    assert isinstance(read, dict), f"{read}\n{html}"
    text, entities = str(read["text"]), read["entities"]
    assert isinstance(entities, list)
    clean(text)
    assert is_seen(text)
    assert size_limits.units(text) <= size_limits.CLASSIC_UNITS
    assert len(html.encode()) <= size_limits.CLASSIC_BYTES
    assert len(entities) <= size_limits.CLASSIC_ENTITIES
    meant = _Meant(html)
    assert text == meant.text
    pieces = sorted((_piece(text, one) for one in entities), key=_place)
    assert pieces == sorted(meant.pieces, key=_place)
    shown = Shown(unbroken(text), tuple(replace(p, text=unbroken(p.text)) for p in pieces))
    assert all(is_seen(label) for label, _ in shown.links)
    return shown


def nothing_is_live(html: str) -> None:
    """Telegram makes no link, mention, tag or command of a text by itself."""
    read = judged(html)
    assert isinstance(read, dict)
    assert found_by_telegram(str(read["text"])) == []


def unbroken(text: str) -> str:
    """A text as it reads: nobody sees what keeps it from being live."""
    return text.replace(JOINER, "")


def _place(piece: Piece) -> tuple[int, int, str]:
    return piece.offset, -len(piece.text), piece.kind


def _piece(text: str, entity: Json) -> Piece:
    assert isinstance(entity, dict)
    begin, length = entity["offset"], entity["length"]
    assert isinstance(begin, int)
    assert isinstance(length, int)
    units = text.encode("utf-16-le")[2 * begin : 2 * (begin + length)]
    return Piece(str(entity["type"]), begin, units.decode("utf-16-le"), str(entity.get("url", "")))


class _Meant(HTMLParser):
    """What we meant by the markup: the text, and where each element begins and ends."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.pieces: list[Piece] = []
        self._open: list[tuple[str, int, int, str]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = "expandable_blockquote" if ("expandable", None) in attrs else _KINDS[tag]
        url = dict(attrs).get("href") or ""
        self._open.append((kind, size_limits.units(self.text), len(self.text), kept(url)))

    def handle_endtag(self, tag: str) -> None:
        kind, offset, start, url = self._open.pop()
        assert kind in (_KINDS[tag], f"expandable_{_KINDS[tag]}")
        self.pieces.append(Piece(kind, offset, self.text[start:], url))

    def handle_data(self, data: str) -> None:
        self.text += data


def kept(url: str) -> str:
    """An address as Telegram keeps it: with a slash after a bare host."""
    return url if not url or re.search(r"^https?://[^/?#]+[/?#]", url) else f"{url}/"


def found_by_telegram(text: str) -> list[str]:
    """What Telegram itself makes live: addresses, names, commands, hashtags, numbers of cards.

    Of times, which lead into a film, there is nothing in a text.
    """
    question = {"@type": "getTextEntities", "text": text}
    answer = json.loads(tdjson.td_execute(json.dumps(question).encode()) or b"")
    live = [one for one in answer["entities"] if one["type"]["@type"] != _OF_FILMS]
    return [_piece(text, {**one, "type": "found"}).text for one in live]


def rich(message: Message) -> list[tuple[str, str]]:
    """The links of a rich message, if its blocks are sound and within the limits."""
    blocks = json.loads(json.dumps(message.blocks))
    given: JsonObject = {"blocks": blocks, "skip_entity_detection": True}
    InputRichMessage.model_validate(given)
    with _no_refusal():
        rich_message(given, _no_media)
        check_size(measure(blocks))
    assert size_limits.fits(blocks)
    every = [*objects(blocks)]
    assert {one["type"] for one in every if "type" in one} <= _BLOCKS | _DRESS
    for text in strings(blocks):
        clean(text)
    names = [one["name"] for one in every if one.get("type") == "anchor"]
    aims = [one["anchor_name"] for one in every if one.get("type") == "anchor_link"]
    assert len(names) == len({*map(str, names)})
    assert {*map(str, aims)} <= {*map(str, names), ""}
    links = [(plain(one["text"]), str(one["url"])) for one in every if one.get("type") == "url"]
    assert all(is_seen(label) for label, _ in links)
    return links


@contextmanager
def _no_refusal() -> Iterator[None]:
    """What Telegram would refuse is a failure like any other."""
    try:
        yield
    except ApiError as error:
        raise AssertionError(error.description) from None


def _no_media(_: JsonObject) -> JsonObject:
    raise AssertionError("nothing of ours holds media")


def objects(value: Json) -> list[JsonObject]:
    """Every object inside blocks, in reading order."""
    if isinstance(value, list):
        return [found for part in value for found in objects(part)]
    if isinstance(value, dict):
        return [value, *(found for part in value.values() for found in objects(part))]
    return []


def strings(value: Json) -> list[str]:
    """Every text inside blocks."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for part in parts for found in strings(part)]


def plain(text: Json) -> str:
    """A rich text without its dress."""
    if isinstance(text, list):
        return "".join(map(plain, text))
    return plain(text["text"]) if isinstance(text, dict) else str(text)


def lines(table: JsonObject) -> list[list[str]]:
    """The cells of a table as plain texts."""
    rows = table["cells"]
    assert isinstance(rows, list)
    return [[plain(cell["text"]) for cell in objects_of(row)] for row in rows]


def objects_of(value: Json) -> list[JsonObject]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def keyboard(rows: Keyboard) -> None:
    """Every button can be read and pressed, and does what we meant."""
    markup = client.keyboard(rows)
    if markup is None:
        return
    given = json.loads(json.dumps(markup))
    InlineKeyboardMarkup.model_validate(given)
    with _no_refusal():
        reply_markup(Arguments("sendMessage", {"reply_markup": json.dumps(given)}, {}))
    assert all(1 <= len(row) <= _ROW for row in rows)
    for button in (button for row in rows for button in row):
        clean(button.label)
        assert "\n" not in button.label
        assert is_seen(button.label)
        assert size_limits.units(button.label) <= _LABEL_UNITS
        _pressed(button.does)


def _pressed(does: Action | Link | Copy) -> None:
    match does:
        case Action():
            assert callback_data.action(callback_data.data(does)) == does
            assert does.verb in BUTTONS
        case Link(url):
            assert url.startswith("https://t.me/")
        case Copy(text):
            clean(text)
            assert 1 <= size_limits.units(text) <= 256


def message(made: Message) -> Shown | None:
    """Judges any message; a classic one as Telegram shows it."""
    keyboard(made.buttons)
    if made.blocks:
        rich(made)
        return None
    if made.html:
        return classic(made.html)
    clean(made.text)
    assert is_seen(made.text)
    assert size_limits.units(made.text) <= size_limits.CLASSIC_UNITS
    return Shown(made.text, ())
