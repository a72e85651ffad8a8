"""A text with entities: the pieces of a message that look or act differently."""

from dataclasses import dataclass

from bot.demo.emulator.json_encoding import JsonObject


def utf16_length(text: str) -> int:
    """Count a text in the unit of Telegram's offsets."""
    return len(text) + sum(letter > "\uffff" for letter in text)


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of a text, in UTF-16 units, with what it means."""

    kind: str
    offset: int
    length: int
    extra: tuple[tuple[str, str | int], ...] = ()

    @property
    def end(self) -> int:
        """Where the stretch ends."""
        return self.offset + self.length

    def as_json(self) -> JsonObject:
        """Give the MessageEntity object."""
        return {"type": self.kind, "offset": self.offset, "length": self.length, **dict(self.extra)}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities, in reading order."""

    text: str
    entities: tuple[Entity, ...] = ()


# Where two entities cover the same stretch, the outer one comes first.
_ORDER = (
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


def in_reading_order(entities: list[Entity]) -> tuple[Entity, ...]:
    """Sort entities by where they begin, longer ones first."""

    def place(entity: Entity) -> tuple[int, int, int]:
        rank = _ORDER.index(entity.kind) if entity.kind in _ORDER else len(_ORDER)
        return entity.offset, -entity.length, rank

    return tuple(sorted(entities, key=place))


def trimmed(formatted: Formatted) -> Formatted:
    """Cut blank space at both ends and the entities that lay in it."""
    text = formatted.text
    start = utf16_length(text[: len(text) - len(text.lstrip())])
    kept = text.strip()
    end = start + utf16_length(kept)
    entities = []
    for entity in formatted.entities:
        first, last = max(entity.offset, start), min(entity.end, end)
        if first < last:
            entities.append(Entity(entity.kind, first - start, last - first, entity.extra))
    return Formatted(kept, tuple(entities))
