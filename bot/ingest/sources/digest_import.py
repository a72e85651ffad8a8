"""Read a digest document from a file, whose name may tell topic and time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePath

from bot.render.documents import markdown
from bot.texts import Refusal
from storage.records.digests import Digest

# cs.CV_2024-09-27.md · 20240927T0914Z_cs.CV_leongxj123_0c32.md · cs.CV.md
_TOPIC = r"(?P<topic>[A-Za-z][A-Za-z.-]*)"
_FILE_NAME_PATTERNS = (
    re.compile(rf"{_TOPIC}_(?P<issued>\d{{4}}-\d{{2}}-\d{{2}})"),
    re.compile(rf"(?P<issued>\d{{8}}T\d{{4}}Z)_{_TOPIC}(?:_.*)?"),
    re.compile(_TOPIC),
)
_TIME_FORMATS = ("%Y-%m-%d", "%Y%m%dT%H%MZ")


def read_document(
    name: str, body: bytes, *, topic: str = "", issued: datetime | None = None
) -> Digest:
    """Parse a digest document; its name supplies what ``topic`` and ``issued`` do not.

    Raises:
        Refusal: it is no digest document, or nothing tells its topic or its time.
    """
    try:
        document_text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("digest-document-encoding", byte=error.start + 1) from error
    document_text = document_text.removeprefix("\ufeff")  # a byte order mark is no part of the text
    carriage_return_index = document_text.find("\r\n")
    if carriage_return_index >= 0:
        raise Refusal(
            "digest-document-carriage-return",
            line=document_text.count("\n", 0, carriage_return_index) + 1,
        )
    file_topic, file_issued = topic_and_time_of_name(name)
    topic, issued = topic or file_topic, issued or file_issued
    digest = markdown.parse(document_text, topic=topic, issued=issued or markdown.UNDATED)
    if not digest.topic:
        raise Refusal("digest-document-topic")
    if digest.issued_at == markdown.UNDATED:
        raise Refusal("digest-document-issued")
    return digest


def topic_and_time_of_name(name: str) -> tuple[str, datetime | None]:
    """Return the topic and the time of issue in a file's name, as far as present."""
    file_stem = PurePath(name).name.removesuffix(".gz").removesuffix(".md")
    for pattern in _FILE_NAME_PATTERNS:
        match = pattern.fullmatch(file_stem)
        if match:
            return match["topic"], _parse_time(match.groupdict().get("issued", ""))
    return "", None


def _parse_time(text: str) -> datetime | None:
    for time_format in _TIME_FORMATS:
        try:
            return datetime.strptime(text, time_format).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
