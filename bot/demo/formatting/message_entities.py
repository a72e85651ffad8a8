"""A text with entities: the parts of a message with formatting or links."""

import re
from dataclasses import dataclass

from bot.demo.emulator.json_encoding import JsonObject

CUSTOM_EMOJI_ID = re.compile(r"-?[1-9]\d{0,18}")
DATE_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 units, which Telegram's offsets count."""
    return len(text) + sum(letter > "\uffff" for letter in text)


@dataclass(frozen=True, slots=True)
class MessageEntity:
    """A range of a text in UTF-16 units, with its formatting."""

    kind: str
    offset: int
    length: int
    extra_fields: tuple[tuple[str, str | int], ...] = ()

    @property
    def end(self) -> int:
        """The offset after the range."""
        return self.offset + self.length

    def as_json(self) -> JsonObject:
        """Return the MessageEntity object."""
        return {
            "type": self.kind,
            "offset": self.offset,
            "length": self.length,
            **dict(self.extra_fields),
        }


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text and its entities, in reading order."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


# Of two entities over the same range, the outer one comes first.
_NESTING_ORDER = (
    "blockquote",
    "expandable_blockquote",
    "pre",
    "code",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "text_link",
    "text_mention",
    "custom_emoji",
    "date_time",
)


def sort_entities(entities: list[MessageEntity]) -> tuple[MessageEntity, ...]:
    """Sort entities by offset, longer ones first."""

    def sort_key(entity: MessageEntity) -> tuple[int, int, int]:
        nesting_rank = (
            _NESTING_ORDER.index(entity.kind)
            if entity.kind in _NESTING_ORDER
            else len(_NESTING_ORDER)
        )
        return entity.offset, -entity.length, nesting_rank

    return tuple(sorted(entities, key=sort_key))


def trim(formatted: FormattedText) -> FormattedText:
    """Strip whitespace at both ends, and the entities inside it."""
    text = formatted.text
    text_start = utf16_length(text[: len(text) - len(text.lstrip())])
    stripped_text = text.strip()
    text_end = text_start + utf16_length(stripped_text)
    entities = []
    for entity in formatted.entities:
        kept_start, kept_end = max(entity.offset, text_start), min(entity.end, text_end)
        if kept_start < kept_end:
            entities.append(
                MessageEntity(
                    entity.kind, kept_start - text_start, kept_end - kept_start, entity.extra_fields
                )
            )
    return FormattedText(stripped_text, tuple(entities))
