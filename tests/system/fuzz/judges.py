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

from bot.chat.api import callback_data, send_and_edit
from bot.chat.handler_table import BUTTONS
from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject
from bot.demo.formatting.keyboards import parse_reply_markup
from bot.demo.formatting.rich_message import parse_rich_message
from bot.demo.formatting.rich_size import check_size, measure_blocks
from bot.render import size_limits
from bot.render.telegram.keyboard import Action, CopyText, Keyboard, Link
from bot.render.telegram.split_into_messages import Message
from bot.texts.telegram_autolinks import WORD_JOINER
from tests.demo.telegram_parser import parse_html_by_telegram

_FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# By their class marks, letters and symbols, and nothing to see.
_BLANK_CHARACTERS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\ufe00\ufe0f"
)
_ENTITY_KINDS = {
    "blockquote": "blockquote",
    "b": "bold",
    "i": "italic",
    "a": "text_link",
    "pre": "pre",
}
_MEDIA_TIMESTAMP = "textEntityTypeMediaTimestamp"
_ALLOWED_BLOCKS = {"heading", "paragraph", "table", "details", "footer", "anchor"}
_ALLOWED_STYLES = {"bold", "italic", "url", "anchor_link"}
_MAX_ROW_BUTTONS = 8
_MAX_LABEL_UNITS = 128


@dataclass(frozen=True, slots=True)
class TextEntity:
    """A stretch of a text that looks or acts differently."""

    kind: str
    offset: int
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownText:
    """A message as Telegram shows it."""

    text: str
    entities: tuple[TextEntity, ...]

    @property
    def links(self) -> list[tuple[str, str]]:
        """The label and address of each link."""
        return [(entity.text, entity.url) for entity in self.entities if entity.kind == "text_link"]

    def texts_of_kind(self, kind: str) -> list[str]:
        """The texts that are dressed so, in their order."""
        return [entity.text for entity in self.entities if entity.kind == kind]


def check_characters(text: str) -> None:
    """Nothing in a text can turn, hide or break what stands beside it."""
    assert not (match := _FORBIDDEN_CHARACTERS.search(text)), f"{match[0]!r} in {text!r}"


def is_visible(text: str) -> bool:
    """Whether there is anything to see in a text, and so to tap on."""
    return any(
        unicodedata.category(character)[0] in "LMNPS" and character not in _BLANK_CHARACTERS
        for character in text
    )


def check_classic(html: str) -> ShownText:
    """A classic text as Telegram shows it, if it is within the limits and reads as meant."""
    parsed = parse_html_by_telegram(html)
    assert isinstance(parsed, dict), f"{parsed}\n{html}"
    text, entities = str(parsed["text"]), parsed["entities"]
    assert isinstance(entities, list)
    check_characters(text)
    assert is_visible(text)
    assert size_limits.utf16_length(text) <= size_limits.CLASSIC_UNITS
    assert len(html.encode()) <= size_limits.CLASSIC_BYTES
    assert len(entities) <= size_limits.CLASSIC_ENTITIES
    intended = _IntendedMarkup(html)
    assert text == intended.text
    pieces = sorted((_text_entity(text, entity) for entity in entities), key=_sort_key)
    assert pieces == sorted(intended.entities, key=_sort_key)
    shown_text = ShownText(
        without_joiners(text),
        tuple(replace(piece, text=without_joiners(piece.text)) for piece in pieces),
    )
    assert all(is_visible(label) for label, _ in shown_text.links)
    return shown_text


def check_nothing_autolinked(html: str) -> None:
    """Telegram makes no link, mention, tag or command of a text by itself."""
    parsed = parse_html_by_telegram(html)
    assert isinstance(parsed, dict)
    assert autolinked_by_telegram(str(parsed["text"])) == []


def without_joiners(text: str) -> str:
    """A text as it reads: nobody sees what keeps it from being live."""
    return text.replace(WORD_JOINER, "")


def _sort_key(piece: TextEntity) -> tuple[int, int, str]:
    return piece.offset, -len(piece.text), piece.kind


def _text_entity(text: str, entity: Json) -> TextEntity:
    assert isinstance(entity, dict)
    offset, length = entity["offset"], entity["length"]
    assert isinstance(offset, int)
    assert isinstance(length, int)
    units = text.encode("utf-16-le")[2 * offset : 2 * (offset + length)]
    return TextEntity(
        str(entity["type"]), offset, units.decode("utf-16-le"), str(entity.get("url", ""))
    )


class _IntendedMarkup(HTMLParser):
    """What we meant by the markup: the text, and where each element begins and ends."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[TextEntity] = []
        self._open_tags: list[tuple[str, int, int, str]] = []
        self.feed(html)
        self.close()
        assert self._open_tags == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = "expandable_blockquote" if ("expandable", None) in attrs else _ENTITY_KINDS[tag]
        url = dict(attrs).get("href") or ""
        self._open_tags.append(
            (kind, size_limits.utf16_length(self.text), len(self.text), normalize_url(url))
        )

    def handle_endtag(self, tag: str) -> None:
        kind, offset, start, url = self._open_tags.pop()
        assert kind in (_ENTITY_KINDS[tag], f"expandable_{_ENTITY_KINDS[tag]}")
        self.entities.append(TextEntity(kind, offset, self.text[start:], url))

    def handle_data(self, data: str) -> None:
        self.text += data


def normalize_url(url: str) -> str:
    """An address as Telegram keeps it: with a slash after a bare host."""
    return url if not url or re.search(r"^https?://[^/?#]+[/?#]", url) else f"{url}/"


def autolinked_by_telegram(text: str) -> list[str]:
    """What Telegram itself makes live: addresses, names, commands, hashtags, numbers of cards.

    Of times, which lead into a film, there is nothing in a text.
    """
    request = {"@type": "getTextEntities", "text": text}
    answer = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"")
    entities = [
        entity for entity in answer["entities"] if entity["type"]["@type"] != _MEDIA_TIMESTAMP
    ]
    return [_text_entity(text, {**entity, "type": "found"}).text for entity in entities]


def check_rich(message: Message) -> list[tuple[str, str]]:
    """The links of a rich message, if its blocks are sound and within the limits."""
    blocks = json.loads(json.dumps(message.blocks))
    input_message: JsonObject = {"blocks": blocks, "skip_entity_detection": True}
    InputRichMessage.model_validate(input_message)
    with _failing_on_refusal():
        parse_rich_message(input_message, _refuse_media)
        check_size(measure_blocks(blocks))
    assert size_limits.fits_rich_message(blocks)
    all_objects = [*nested_objects(blocks)]
    assert {
        item["type"] for item in all_objects if "type" in item
    } <= _ALLOWED_BLOCKS | _ALLOWED_STYLES
    for text in nested_strings(blocks):
        check_characters(text)
    names = [item["name"] for item in all_objects if item.get("type") == "anchor"]
    link_targets = [
        item["anchor_name"] for item in all_objects if item.get("type") == "anchor_link"
    ]
    assert len(names) == len({*map(str, names)})
    assert {*map(str, link_targets)} <= {*map(str, names), ""}
    links = [
        (plain_text(item["text"]), str(item["url"]))
        for item in all_objects
        if item.get("type") == "url"
    ]
    assert all(is_visible(label) for label, _ in links)
    return links


@contextmanager
def _failing_on_refusal() -> Iterator[None]:
    """What Telegram would refuse is a failure like any other."""
    try:
        yield
    except ApiError as error:
        raise AssertionError(error.description) from None


def _refuse_media(_: JsonObject) -> JsonObject:
    raise AssertionError("nothing of ours holds media")


def nested_objects(value: Json) -> list[JsonObject]:
    """Every object inside blocks, in reading order."""
    if isinstance(value, list):
        return [child for part in value for child in nested_objects(part)]
    if isinstance(value, dict):
        return [value, *(child for part in value.values() for child in nested_objects(part))]
    return []


def nested_strings(value: Json) -> list[str]:
    """Every text inside blocks."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for part in parts for child in nested_strings(part)]


def plain_text(text: Json) -> str:
    """A rich text without its dress."""
    if isinstance(text, list):
        return "".join(map(plain_text, text))
    return plain_text(text["text"]) if isinstance(text, dict) else str(text)


def table_rows(table: JsonObject) -> list[list[str]]:
    """The cells of a table as plain texts."""
    rows = table["cells"]
    assert isinstance(rows, list)
    return [[plain_text(cell["text"]) for cell in object_items(row)] for row in rows]


def object_items(value: Json) -> list[JsonObject]:
    """The objects of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def check_keyboard(rows: Keyboard) -> None:
    """Every button can be read and pressed, and does what we meant."""
    markup = send_and_edit.inline_keyboard(rows)
    if markup is None:
        return
    markup_object = json.loads(json.dumps(markup))
    InlineKeyboardMarkup.model_validate(markup_object)
    with _failing_on_refusal():
        parse_reply_markup(
            CallArguments("sendMessage", {"reply_markup": json.dumps(markup_object)}, {})
        )
    assert all(1 <= len(row) <= _MAX_ROW_BUTTONS for row in rows)
    for button in (button for row in rows for button in row):
        check_characters(button.label)
        assert "\n" not in button.label
        assert is_visible(button.label)
        assert size_limits.utf16_length(button.label) <= _MAX_LABEL_UNITS
        _check_action(button.action)


def _check_action(button_action: Action | Link | CopyText) -> None:
    match button_action:
        case Action():
            assert (
                callback_data.decode_action(callback_data.encode_action(button_action))
                == button_action
            )
            assert button_action.verb in BUTTONS
        case Link(url):
            assert url.startswith("https://t.me/")
        case CopyText(text):
            check_characters(text)
            assert 1 <= size_limits.utf16_length(text) <= 256


def check_message(rendered_message: Message) -> ShownText | None:
    """Judges any message; a classic one as Telegram shows it."""
    check_keyboard(rendered_message.buttons)
    if rendered_message.blocks:
        check_rich(rendered_message)
        return None
    if rendered_message.html:
        return check_classic(rendered_message.html)
    check_characters(rendered_message.text)
    assert is_visible(rendered_message.text)
    assert size_limits.utf16_length(rendered_message.text) <= size_limits.CLASSIC_UNITS
    return ShownText(rendered_message.text, ())
