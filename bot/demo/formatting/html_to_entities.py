"""Telegram's HTML: a marked-up text becomes a text with entities, or a refusal with its place.

Written to agree with the server: the same tags, the same four named entities, the same error
texts with offsets in UTF-8 bytes.
"""

import re
from dataclasses import dataclass, field

from bot.demo.formatting.html_tags import REFERENCE, TAGS, decoded_reference, meaning, refusal
from bot.demo.formatting.message_entities import Entity, Formatted, in_reading_order, utf16_length

_PLAIN = re.compile(r"[^<&]+")
_SPACE = " \t\r\n\v\0"
_SURROGATE = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


@dataclass(slots=True)
class _Open:
    """A tag that is still open."""

    tag: str
    begin: int
    offset: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse_html(source: str) -> Formatted:
    """Read Telegram's HTML or raise the refusal that the server would send."""
    return _Parser(source).run()


def _lowered(name: str) -> str:
    """Lower a name as the server does: the letters A to Z only."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.pieces: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.languages: dict[int, str] = {}

    def run(self) -> Formatted:
        while self.at < len(self.source):
            if self.source[self.at] == "<":
                if self.source.startswith("</", self.at):
                    self._end_tag()
                else:
                    self._start_tag()
            else:
                self._add(self._plain_run() or self._letter())
        if self.open:
            tag = self.open[-1].tag
            raise refusal(f'Can\'t find end tag corresponding to start tag "{tag}"')
        text = "".join(self.pieces)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise refusal(_SURROGATE)
        return Formatted(text, in_reading_order(self.entities))

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += utf16_length(text)

    def _plain_run(self) -> str:
        """Take the letters up to the next mark at once."""
        match = _PLAIN.match(self.source, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def _letter(self) -> str:
        """Take one letter, decoding a character reference."""
        reference = REFERENCE.match(self.source, self.at)
        decoded = decoded_reference(reference) if reference else None
        if reference is None or decoded is None:
            self.at += 1
            return self.source[self.at - 1]
        self.at = reference.end()
        return decoded

    def _peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self.at += 1

    def _take_until(self, stops: str) -> str:
        begin = self.at
        while self._peek() and self._peek() not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def _bytes(self, place: int) -> int:
        return len(self.source[:place].encode("utf-8", "surrogatepass"))

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = _lowered(self._take_until(_SPACE + ">"))
        if not self._peek():
            raise refusal(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag not in TAGS:
            raise refusal(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        attributes: dict[str, str] = {}
        self._skip_space()
        while self._peek() != ">":
            name, value = self._attribute(tag, begin)
            attributes[name] = value
            self._skip_space()
        self.at += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            place = self._bytes(begin)
            raise refusal(f'Tag "span" must have class "tg-spoiler" at byte offset {place}')
        self.open.append(_Open(tag, begin, self.length, attributes))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        place = self._bytes(begin)
        name = _lowered(self._take_until(_SPACE + "=>/\"'"))
        if not name:
            raise refusal(f'Empty attribute name in the tag "{tag}" at byte offset {place}')
        self._skip_space()
        if not self._peek():
            raise refusal(f'Unclosed start tag "{tag}" at byte offset {place}')
        if self._peek() != "=":
            return name, ""
        self.at += 1
        self._skip_space()
        if not self._peek():
            raise refusal(f'Unclosed start tag "{tag}" at byte offset {place}')
        if self._peek() in "\"'":
            return name, self._quoted(place)
        value = self._token()
        if not self._peek():
            raise refusal(f"Unclosed start tag at byte offset {place}")
        return name, value

    def _quoted(self, place: int) -> str:
        quote = self._peek()
        self.at += 1
        letters: list[str] = []
        while self._peek() and self._peek() != quote:
            letters.append(self._letter())
        self.at += 1
        if not self._peek():
            raise refusal(f"Unclosed start tag at byte offset {place}")
        return "".join(letters)

    def _token(self) -> str:
        begin = self.at
        match = re.compile(r"[a-zA-Z0-9.-]*").match(self.source, self.at)
        assert match is not None
        self.at = match.end()
        if self._peek() and self._peek() not in _SPACE + ">":
            raise refusal(f"Unexpected end of name token at byte offset {self._bytes(begin)}")
        return match[0].lower()

    def _end_tag(self) -> None:
        begin = self.at
        place = self._bytes(begin)
        if not self.open:
            raise refusal(f"Unexpected end tag at byte offset {place}")
        self.at += 2
        tag = _lowered(self._take_until(_SPACE + ">"))
        self._skip_space()
        if self._peek() != ">":
            raise refusal(f"Unclosed end tag at byte offset {place}")
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise refusal(
                f"Unmatched end tag at byte offset {place}, "
                f'expected "</{opened.tag}>", found "</{tag}>"'
            )
        self.at += 1
        self._close(opened)

    def _close(self, opened: _Open) -> None:
        length = self.length - opened.offset
        if length == 0:
            return
        if opened.tag in {"pre", "code"}:
            self._close_code(opened, length)
            return
        if opened.tag == "a" and not opened.attributes.get("href"):
            opened.attributes["href"] = self._since(opened.offset)
        found = meaning(opened.tag, opened.attributes)
        if found is not None:
            kind, extra = found
            self.entities.append(Entity(kind, opened.offset, length, extra))

    def _since(self, offset: int) -> str:
        """Give the text from an offset on, which an address-less link takes as its address."""
        encoded = "".join(self.pieces).encode("utf-16-le", "surrogatepass")
        return encoded[2 * offset :].decode("utf-16-le", "surrogatepass")

    def _close_code(self, opened: _Open, length: int) -> None:
        """Join ``<pre><code class="language-x">`` over one stretch into a block with a language."""
        language = ""
        if opened.tag == "code":
            name = opened.attributes.get("class", "")
            language = name.removeprefix("language-") if name.startswith("language-") else ""
        last = self.entities[-1] if self.entities else None
        if last and (last.offset, last.length) == (opened.offset, length):
            inner = self.languages.pop(len(self.entities) - 1, "")
            known = language if last.kind == "pre" and opened.tag == "code" else inner
            if known and {last.kind, opened.tag} == {"pre", "code"} and not last.extra:
                self.entities[-1] = Entity("pre", opened.offset, length, (("language", known),))
                return
        if language:
            self.languages[len(self.entities)] = language
        self.entities.append(Entity(opened.tag, opened.offset, length))
