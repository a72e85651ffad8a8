"""A document in a file is read with what its name tells, and refused with a sentence."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ingest.sources.digest_import import read_document, topic_and_time_of_name
from bot.render.documents.markdown import render
from bot.texts import LANGUAGES, Refusal
from tests.render.digests import ISSUED_AT, sample_digest

EMPTY = "# 摘要\n\n| Ref | Title | Summary |\n| --- | --- | --- |\n\n\n# 详细\n\n\n\n".encode()
MARK = codecs.BOM_UTF8
DATA = Path(__file__).parents[2] / "data"
DOCUMENTS = (DATA / "imports" / "cs.CV_2026-11-20.md", *sorted(DATA.glob("documents/*.md")))
DAY = datetime(2024, 9, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "topic", "issued"),
    [
        ("cs.CV_2024-09-27.md", "cs.CV", DAY),
        ("/some/where/cs.CV_2024-09-27.md.gz", "cs.CV", DAY),
        ("20240927T0914Z_q-bio.BM_someone_0c32.md", "q-bio.BM", DAY.replace(hour=9, minute=14)),
        ("physics.data-an.md", "physics.data-an", None),
        ("cs.CV_2024-99-27.md", "cs.CV", None),
        ("notes of today.md", "", None),
    ],
)
def test_a_file_name_tells_topic_and_time(name: str, topic: str, issued: datetime | None) -> None:
    assert topic_and_time_of_name(name) == (topic, issued)


def test_what_is_told_beside_the_file_wins() -> None:
    digest = read_document("cs.CV_2024-09-27.md", EMPTY, topic="cs.RO", issued=ISSUED_AT)

    assert (digest.topic, digest.issued_at) == ("cs.RO", ISSUED_AT)


def test_our_own_document_needs_no_name() -> None:
    digest = read_document("notes.md", render(sample_digest()).encode())

    assert (digest.topic, digest.issued_at) == (sample_digest().topic, ISSUED_AT)


@pytest.mark.parametrize(
    "document",
    [
        EMPTY,
        render(sample_digest()).encode(),
        *(path.read_bytes() for path in DOCUMENTS),
    ],
)
def test_a_byte_order_mark_is_no_part_of_a_document(document: bytes) -> None:
    """It tells the encoding of the file; what is printed is the document, which has none."""
    bare = read_document("cs.CV_2024-09-27.md", document)
    marked = read_document("cs.CV_2024-09-27.md", MARK + document)

    assert marked == bare
    assert render(marked) == render(bare)
    assert not render(marked).startswith("\ufeff")


def test_the_same_character_within_a_field_is_kept_byte_for_byte() -> None:
    document = DOCUMENTS[0].read_bytes()
    title = document.split(b"\n")[4].split(b"[", 2)[2].split(b"]")[0]
    odd = document.replace(title, title[:3] + MARK + title[3:])
    assert odd.count(MARK) >= 2

    digest = read_document("cs.CV_2026-11-20.md", MARK + odd)

    assert render(digest).encode() == odd


@pytest.mark.parametrize(
    ("name", "body", "key"),
    [
        ("notes 1.md", EMPTY, "digest-document-topic"),
        ("cs.CV.md", EMPTY, "digest-document-issued"),
        ("cs.CV_2024-09-27.md", EMPTY + b"\xff", "digest-document-encoding"),
        ("cs.CV_2024-09-27.md", MARK + MARK + EMPTY, "digest-document-heading"),
        ("cs.CV_2024-09-27.md", EMPTY.decode().encode("utf-16"), "digest-document-encoding"),
        ("cs.CV_2024-09-27.md", MARK, "digest-document-empty"),
        (
            "cs.CV_2024-09-27.md",
            EMPTY.replace(b"\n", b"\r\n"),
            "digest-document-carriage-return",
        ),
        ("cs.CV_2024-09-27.md", b"", "digest-document-empty"),
        ("cs.CV_2024-09-27.md", b"<html>", "digest-document-heading"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(name: str, body: bytes, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_document(name, body)

    assert refused.value.key == key
    assert all(refused.value.say(language) for language in LANGUAGES)
