"""Detect commands, links, mentions and hashtags in plain text, as Telegram does."""

import re

from bot.demo.formatting.links import normalize_link
from bot.demo.formatting.message_entities import (
    FormattedText,
    MessageEntity,
    sort_entities,
    utf16_length,
)

_AUTOLINK = re.compile(
    r"""(?P<url>https?://[^\s<>"]*[^\s<>".,:;!?)\]}'])
      | (?P<email>(?<![\w.@-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)
      | (?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/]))
      | (?P<mention>(?<![\w@])@[A-Za-z]\w{3,31}\b)
      | (?P<hashtag>(?<![\w\#])\#(?=\w*[^\W\d])\w{1,256})""",
    re.VERBOSE,
)


def add_detected_entities(formatted: FormattedText) -> FormattedText:
    """Add the entities that Telegram detects, outside entities that exclude them."""
    blocking_entities = [entity for entity in formatted.entities if entity.kind not in _STYLE_KINDS]
    detected_entities = []
    for match in _AUTOLINK.finditer(formatted.text):
        entity_kind = str(match.lastgroup)
        if entity_kind == "url" and normalize_link(match[0]) is None:
            continue
        entity = MessageEntity(
            entity_kind, utf16_length(formatted.text[: match.start()]), utf16_length(match[0])
        )
        if not any(
            entity.offset < other.end and other.offset < entity.end for other in blocking_entities
        ):
            detected_entities.append(entity)
    return FormattedText(formatted.text, sort_entities([*formatted.entities, *detected_entities]))


# A detected entity may lie inside these.
_STYLE_KINDS = {
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
}
