"""Write a digest as a Markdown document, and parse one, in either dialect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.render.documents import papergram_dialect, reference_dialect
from bot.render.documents.markdown_layout import DocumentError
from storage.records.digests import Digest

__all__ = ["DocumentError", "parse", "render"]

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


def render(digest: Digest, languages: tuple[str, ...] = ("zh", "en")) -> str:
    """Return the document of a digest; an imported one as it was, whatever the languages."""
    if digest.source_document:
        return digest.source_document
    if digest.imported:
        return reference_dialect.render(digest.entries)
    return papergram_dialect.render(digest, languages or ("en",))


def parse(text: str, *, topic: str = "", issued: datetime = UNDATED) -> Digest:
    """Return the digest of a document, without chat or number.

    The reference dialect contains neither topic nor time, so they are arguments. Our own dialect
    has both in its first line, and ignores the arguments.

    Raises:
        DocumentError: the text is no digest document; line and key say where and why.
    """
    lines = text.split("\n")
    if not text.strip():
        raise DocumentError(1, "digest-document-empty")
    if papergram_dialect.is_papergram_document(lines[0]):
        return replace(papergram_dialect.parse(lines), source_document=text)
    entries = reference_dialect.parse(lines, issued)
    return Digest(topic=topic, query=topic, issued_at=issued, entries=entries, imported=True)
