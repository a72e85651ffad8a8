"""Parse Telegram's HTML into a text with entities.

It agrees with the server: the same tags, the same four named references, and the same error texts
with offsets in UTF-8 bytes.
"""

import re
from dataclasses import dataclass, field

from bot.demo.formatting.html_tags import (
    CHARACTER_REFERENCE,
    SUPPORTED_TAGS,
    decode_reference,
    entity_for_tag,
    html_parse_error,
)
from bot.demo.formatting.message_entities import (
    FormattedText,
    MessageEntity,
    sort_entities,
    utf16_length,
)

_NAME_TOKEN = re.compile(r"[a-zA-Z0-9.-]*")
_WHITESPACE = " \t\r\n\v\0"
_SURROGATE_ERROR = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


@dataclass(slots=True)
class _OpenTag:
    """A tag that is still open."""

    tag: str
    text_offset: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse_html(source: str) -> FormattedText:
    """Parse Telegram's HTML, or raise the error that the server would return."""
    return _HtmlParser(source).parse()


def _lower_ascii(name: str) -> str:
    """Lower only the letters A to Z, as the server does."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


class _HtmlParser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.text_parts: list[str] = []
        self.text_length = 0
        self.open_tags: list[_OpenTag] = []
        self.entities: list[MessageEntity] = []
        self.code_languages: dict[int, str] = {}

    def parse(self) -> FormattedText:
        while self.position < len(self.source):
            if self.source.startswith("</", self.position):
                self._read_end_tag()
            elif self.source[self.position] == "<":
                self._read_start_tag()
            else:
                plain_text = self._take_until("<&") or self._take_character()
                self.text_parts.append(plain_text)
                self.text_length += utf16_length(plain_text)
        if self.open_tags:
            tag = self.open_tags[-1].tag
            raise html_parse_error(f'Can\'t find end tag corresponding to start tag "{tag}"')
        plain_text = "".join(self.text_parts)
        if any("\ud800" <= letter <= "\udfff" for letter in plain_text):
            raise html_parse_error(_SURROGATE_ERROR)
        return FormattedText(plain_text, sort_entities(self.entities))

    def _take_character(self) -> str:
        """Take one character, decoding a reference."""
        reference = CHARACTER_REFERENCE.match(self.source, self.position)
        decoded_character = decode_reference(reference) if reference else None
        if reference is None or decoded_character is None:
            self.position += 1
            return self.source[self.position - 1]
        self.position = reference.end()
        return decoded_character

    def _peek(self) -> str:
        return self.source[self.position] if self.position < len(self.source) else ""

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in _WHITESPACE:
            self.position += 1

    def _take_until(self, stops: str) -> str:
        taken_start = self.position
        while self._peek() and self._peek() not in stops:
            self.position += 1
        return self.source[taken_start : self.position]

    def _byte_offset(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def _read_start_tag(self) -> None:
        tag_start = self.position
        self.position += 1
        tag_name = _lower_ascii(self._take_until(_WHITESPACE + ">"))
        if not self._peek():
            raise html_parse_error(
                f"Unclosed start tag at byte offset {self._byte_offset(tag_start)}"
            )
        if tag_name not in SUPPORTED_TAGS:
            raise html_parse_error(
                f'Unsupported start tag "{tag_name}" at byte offset {self._byte_offset(tag_start)}'
            )
        attributes: dict[str, str] = {}
        self._skip_space()
        while self._peek() != ">":
            attribute_name, attribute_value = self._read_attribute(tag_name, tag_start)
            attributes[attribute_name] = attribute_value
            self._skip_space()
        self.position += 1
        if tag_name == "span" and attributes.get("class") != "tg-spoiler":
            byte_offset = self._byte_offset(tag_start)
            raise html_parse_error(
                f'Tag "span" must have class "tg-spoiler" at byte offset {byte_offset}'
            )
        self.open_tags.append(_OpenTag(tag_name, self.text_length, attributes))

    def _read_attribute(self, tag: str, start: int) -> tuple[str, str]:
        byte_offset = self._byte_offset(start)
        attribute_name = _lower_ascii(self._take_until(_WHITESPACE + "=>/\"'"))
        if not attribute_name:
            raise html_parse_error(
                f'Empty attribute name in the tag "{tag}" at byte offset {byte_offset}'
            )
        self._skip_space()
        if not self._peek():
            raise html_parse_error(f'Unclosed start tag "{tag}" at byte offset {byte_offset}')
        if self._peek() != "=":
            return attribute_name, ""
        self.position += 1
        self._skip_space()
        if not self._peek():
            raise html_parse_error(f'Unclosed start tag "{tag}" at byte offset {byte_offset}')
        if self._peek() in "\"'":
            quote = self._peek()
            self.position += 1
            value_letters: list[str] = []
            while self._peek() and self._peek() != quote:
                value_letters.append(self._take_character())
            self.position += 1
            attribute_value = "".join(value_letters)
        else:
            token = _NAME_TOKEN.match(self.source, self.position)
            assert token is not None
            self.position = token.end()
            if self._peek() and self._peek() not in _WHITESPACE + ">":
                token_offset = self._byte_offset(token.start())
                raise html_parse_error(
                    f"Unexpected end of name token at byte offset {token_offset}"
                )
            attribute_value = token[0].lower()
        if not self._peek():
            raise html_parse_error(f"Unclosed start tag at byte offset {byte_offset}")
        return attribute_name, attribute_value

    def _read_end_tag(self) -> None:
        tag_start = self.position
        byte_offset = self._byte_offset(tag_start)
        if not self.open_tags:
            raise html_parse_error(f"Unexpected end tag at byte offset {byte_offset}")
        self.position += 2
        tag_name = _lower_ascii(self._take_until(_WHITESPACE + ">"))
        self._skip_space()
        if self._peek() != ">":
            raise html_parse_error(f"Unclosed end tag at byte offset {byte_offset}")
        open_tag = self.open_tags.pop()
        if tag_name and tag_name != open_tag.tag:
            raise html_parse_error(
                f"Unmatched end tag at byte offset {byte_offset}, "
                f'expected "</{open_tag.tag}>", found "</{tag_name}>"'
            )
        self.position += 1
        entity_length = self.text_length - open_tag.text_offset
        if entity_length == 0:
            return
        if open_tag.tag in {"pre", "code"}:
            self._close_code_tag(open_tag, entity_length)
            return
        if open_tag.tag == "a" and not open_tag.attributes.get("href"):
            encoded_text = "".join(self.text_parts).encode("utf-16-le", "surrogatepass")
            tagged_text = encoded_text[2 * open_tag.text_offset :].decode(
                "utf-16-le", "surrogatepass"
            )
            open_tag.attributes["href"] = tagged_text
        kind_and_fields = entity_for_tag(open_tag.tag, open_tag.attributes)
        if kind_and_fields is not None:
            entity_kind, extra_fields = kind_and_fields
            self.entities.append(
                MessageEntity(entity_kind, open_tag.text_offset, entity_length, extra_fields)
            )

    def _close_code_tag(self, open_tag: _OpenTag, length: int) -> None:
        """Add a code entity, and merge it with one over the same text.

        ``<pre><code class="language-x">`` becomes a block with a language.
        """
        language = ""
        if open_tag.tag == "code":
            css_class = open_tag.attributes.get("class", "")
            language = (
                css_class.removeprefix("language-") if css_class.startswith("language-") else ""
            )
        last_entity = self.entities[-1] if self.entities else None
        if last_entity and (last_entity.offset, last_entity.length) == (
            open_tag.text_offset,
            length,
        ):
            inner_language = self.code_languages.pop(len(self.entities) - 1, "")
            block_language = (
                language if last_entity.kind == "pre" and open_tag.tag == "code" else inner_language
            )
            if (
                block_language
                and {last_entity.kind, open_tag.tag} == {"pre", "code"}
                and not last_entity.extra_fields
            ):
                self.entities[-1] = MessageEntity(
                    "pre", open_tag.text_offset, length, (("language", block_language),)
                )
                return
        if language:
            self.code_languages[len(self.entities)] = language
        self.entities.append(MessageEntity(open_tag.tag, open_tag.text_offset, length))
