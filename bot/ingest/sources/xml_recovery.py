"""Repair damaged XML of a feed without changing what its texts mean.

Parsers mostly refuse one character of a text: a bare ``&`` or ``<``, an HTML entity, a reference to
a character that is not allowed. In an element that contains only text, everything up to its closing
tag is text. What this cannot repair stays as it is, because nothing is guessed.
"""

from __future__ import annotations

import re
from html.entities import html5

# Elements of arXiv's feeds, API and archive that contain only text.
TEXT_ELEMENTS = frozenset(
    b"abstract acm-class affiliation announce_type authors categories category comment comments"
    b" creator date datestamp description doi DOI generator guid id identifier journal-ref"
    b" journal_ref journal_reference language lastBuildDate license link managingEditor msc-class"
    b" name primary_category proxy pubDate publisher published report-no request responseDate"
    b" rights setSpec size source_type submitter subtitle summary title updated".split()
)
_REFERENCE = re.compile(
    rb"&(?:#(?P<number>\d{1,10});|#[xX](?P<hex>[0-9A-Fa-f]{1,8});|(?P<name>[A-Za-z]\w{0,40});|)"
)
_XML_ENTITIES = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_TAG = re.compile(
    rb"<(?P<end>/?)(?P<name>(?:[A-Za-z_][\w.-]*+:)?+[A-Za-z_][\w.-]*+)"
    rb"(?P<attributes>(?:\s++[A-Za-z_][\w:.-]*+\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'))*+)"
    rb"\s*+(?P<empty>/?)>"
)
_CDATA = b"<![CDATA["
_VERBATIM_SECTIONS = {_CDATA: b"]]>", b"<!--": b"-->", b"<?": b"?>"}


def repair_xml(part: bytes) -> bytes:
    """Return a part of a feed in UTF-8 with its tags intact and everything else escaped."""
    repaired_parts: list[bytes] = []
    missing_closings: set[bytes] = set()  # closing tags known not to follow
    unrepaired_start = 0
    while (tag_start := part.find(b"<", unrepaired_start)) >= 0:
        repaired_parts.append(_repair_references(part[unrepaired_start:tag_start]))
        verbatim, unrepaired_start = _verbatim_section(part, tag_start, missing_closings)
        if verbatim:
            repaired_parts.append(verbatim)
            continue
        tag_match = _TAG.match(part, tag_start)
        if tag_match is None:
            repaired_parts.append(b"&lt;")
            unrepaired_start = tag_start + 1
            continue
        attributes = _repair_references(tag_match["attributes"]).replace(b"<", b"&lt;")
        repaired_parts.append(
            b"<" + tag_match["end"] + tag_match["name"] + attributes + tag_match["empty"] + b">"
        )
        unrepaired_start = tag_match.end()
        tag_name = tag_match["name"]
        if (
            tag_match["end"]
            or tag_match["empty"]
            or tag_name.rpartition(b":")[2] not in TEXT_ELEMENTS
            or tag_name in missing_closings
        ):
            continue
        closing_tag = re.compile(rb"</%s\s*>" % re.escape(tag_name)).search(part, unrepaired_start)
        if closing_tag is None:
            missing_closings.add(tag_name)
        else:
            repaired_parts += [
                *_escape_around_cdata(part[unrepaired_start : closing_tag.start()]),
                closing_tag[0],
            ]
            unrepaired_start = closing_tag.end()
    repaired_parts.append(_repair_references(part[unrepaired_start:]))
    return b"".join(repaired_parts)


def _verbatim_section(part: bytes, start: int, missing_closings: set[bytes]) -> tuple[bytes, int]:
    """Return the comment, instruction or CDATA that begins here, and where it ends."""
    for opening, closing in _VERBATIM_SECTIONS.items():
        if part.startswith(opening, start) and closing not in missing_closings:
            end = part.find(closing, start + len(opening))
            if end >= 0:
                return part[start : end + len(closing)], end + len(closing)
            missing_closings.add(closing)
    return b"", start


def _escape_around_cdata(content: bytes) -> list[bytes]:
    """Escape the content of a text element around its CDATA sections."""
    escaped_parts: list[bytes] = []
    unescaped_start = 0
    while (cdata_start := content.find(_CDATA, unescaped_start)) >= 0:
        cdata_end = content.find(b"]]>", cdata_start)
        if cdata_end < 0:
            break
        escaped_parts += [
            _escape_text(content[unescaped_start:cdata_start]),
            content[cdata_start : cdata_end + 3],
        ]
        unescaped_start = cdata_end + 3
    return [*escaped_parts, _escape_text(content[unescaped_start:])]


def _escape_text(text: bytes) -> bytes:
    return _repair_references(text).replace(b"<", b"&lt;")


def _repair_references(text: bytes) -> bytes:
    """Return the text with its references as XML knows them."""
    return _REFERENCE.sub(_repair_reference, text).replace(b"]]>", b"]]&gt;")


def _repair_reference(match: re.Match[bytes]) -> bytes:
    """Return a reference as XML: numeric, dropped if no valid character, else escaped as text."""
    if match["number"]:
        return _character_reference(int(match["number"]))
    if match["hex"]:
        return _character_reference(int(match["hex"], 16))
    entity_name = match["name"]
    if entity_name in _XML_ENTITIES:
        return match[0]
    characters = html5.get(f"{entity_name.decode()};") if entity_name else None
    return (
        b"".join(map(_character_reference, map(ord, characters)))
        if characters
        else b"&amp;" + match[0][1:]
    )


def _character_reference(code: int) -> bytes:
    is_allowed = (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return b"&#%d;" % code if is_allowed else b""
