"""What Telegram finds in a plain text by itself: commands, links, mentions, hashtags."""

import re

from bot.demo.formatting.links import checked_link
from bot.demo.formatting.message_entities import Entity, Formatted, in_reading_order, utf16_length

_FOUND = re.compile(
    r"""(?P<url>https?://[^\s<>"]*[^\s<>".,:;!?)\]}'])
      | (?P<email>(?<![\w.@-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
      | (?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/]))
      | (?P<mention>(?<![\w@])@[A-Za-z]\w{3,31}\b)
      | (?P<hashtag>(?<![\w\#])\#(?=\w*[^\W\d])\w{1,256})""",
    re.VERBOSE,
)


def with_detected(formatted: Formatted) -> Formatted:
    """Add the entities that Telegram detects, where no entity lies yet that excludes them."""
    taken = [entity for entity in formatted.entities if entity.kind not in _LOOSE]
    found = []
    for match in _FOUND.finditer(formatted.text):
        kind = str(match.lastgroup)
        if kind == "url" and checked_link(match[0]) is None:
            continue
        entity = Entity(kind, utf16_length(formatted.text[: match.start()]), utf16_length(match[0]))
        if not any(_overlap(entity, other) for other in taken):
            found.append(entity)
    return Formatted(formatted.text, in_reading_order([*formatted.entities, *found]))


# Looks only: a detected entity may lie inside these.
_LOOSE = {
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
}


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end
