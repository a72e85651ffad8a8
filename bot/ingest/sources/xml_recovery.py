"""Make damaged XML of a feed readable again, without a change to what its texts mean.

What parsers refuse is mostly one character of a text: a bare ``&`` or ``<``, an entity of HTML, a
reference to a character that no text may hold. In an element that holds text alone, everything up
to its closing tag is text. What this cannot mend stays as it is, for nobody shall guess.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.entities import html5

# Elements of arXiv's feeds, API and archive that hold text and no other element.
TEXTS = frozenset(
    b"abstract acm-class affiliation announce_type authors categories category comment comments"
    b" creator date datestamp description doi DOI generator guid id identifier journal-ref"
    b" journal_ref journal_reference language lastBuildDate license link managingEditor msc-class"
    b" name primary_category proxy pubDate publisher published report-no request responseDate"
    b" rights setSpec size source_type submitter subtitle summary title updated".split()
)
_REFERENCE = re.compile(
    rb"&(?:#(?P<number>\d{1,10});|#[xX](?P<hex>[0-9A-Fa-f]{1,8});|(?P<name>[A-Za-z]\w{0,40});|)"
)
_XML = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_TAG = re.compile(
    rb"<(?P<end>/?)(?P<name>(?:[A-Za-z_][\w.-]*+:)?+[A-Za-z_][\w.-]*+)"
    rb"(?P<attributes>(?:\s++[A-Za-z_][\w:.-]*+\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'))*+)"
    rb"\s*+(?P<empty>/?)>"
)
_CDATA = b"<![CDATA["
_ASIDES = {_CDATA: b"]]>", b"<!--": b"-->", b"<?": b"?>"}


def healed(part: bytes) -> bytes:
    """A part of a feed in UTF-8, its tags as they are, whatever else it holds escaped as text."""
    made: list[bytes] = []
    never: set[bytes] = set()  # closings that do not come any more
    here = 0
    while (start := part.find(b"<", here)) >= 0:
        made.append(_text(part[here:start]))
        aside, here = _aside(part, start, never)
        if aside:
            made.append(aside)
            continue
        tag = _TAG.match(part, start)
        if tag is None:
            made.append(b"&lt;")
            here = start + 1
            continue
        made.append(_tag(tag))
        here = tag.end()
        name = tag["name"]
        if tag["end"] or tag["empty"] or name.rpartition(b":")[2] not in TEXTS or name in never:
            continue
        closing = _closing(name).search(part, here)
        if closing is None:
            never.add(name)
        else:
            made += [*_mixed(part[here : closing.start()]), closing[0]]
            here = closing.end()
    made.append(_text(part[here:]))
    return b"".join(made)


def _aside(part: bytes, start: int, never: set[bytes]) -> tuple[bytes, int]:
    """The comment, instruction or CDATA that begins here, and where it ends; else nothing."""
    for opening, closing in _ASIDES.items():
        if part.startswith(opening, start) and closing not in never:
            end = part.find(closing, start + len(opening))
            if end >= 0:
                return part[start : end + len(closing)], end + len(closing)
            never.add(closing)
    return b"", start


@lru_cache(64)
def _closing(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"</%s\s*>" % re.escape(name))


def _tag(tag: re.Match[bytes]) -> bytes:
    """A tag with its attributes' values escaped."""
    values = _text(tag["attributes"]).replace(b"<", b"&lt;")
    return b"<" + tag["end"] + tag["name"] + values + tag["empty"] + b">"


def _mixed(content: bytes) -> list[bytes]:
    """The escaped content of an element that holds text, its CDATA as it is."""
    made: list[bytes] = []
    here = 0
    while (start := content.find(_CDATA, here)) >= 0:
        end = content.find(b"]]>", start)
        if end < 0:
            break
        made += [_escaped(content[here:start]), content[start : end + 3]]
        here = end + 3
    return [*made, _escaped(content[here:])]


def _escaped(text: bytes) -> bytes:
    return _text(text).replace(b"<", b"&lt;")


def _text(text: bytes) -> bytes:
    """Text with its references as XML knows them."""
    return _REFERENCE.sub(_reference, text).replace(b"]]>", b"]]&gt;")


def _reference(found: re.Match[bytes]) -> bytes:
    """A reference that XML understands: by number, nothing for no character, else the text."""
    if found["number"]:
        return _character(int(found["number"]))
    if found["hex"]:
        return _character(int(found["hex"], 16))
    name = found["name"]
    if name in _XML:
        return found[0]
    known = html5.get(f"{name.decode()};") if name else None
    return b"".join(map(_character, map(ord, known))) if known else b"&amp;" + found[0][1:]


def _character(code: int) -> bytes:
    is_one = (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return b"&#%d;" % code if is_one else b""
