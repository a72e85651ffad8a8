"""Which paper is meant? Every form in which people paste an arXiv id, read to one id.

``2402.12844`` and ``hep-th/9901001`` are ids; a class in an old id is dropped
(``math.CA/0611800`` is ``math/0611800``), as arXiv does itself.
"""

from __future__ import annotations

import re

from bot import taxonomy

_HOSTS = (
    r"(?:[a-z0-9-]+\.)*(?:arxiv\.org|alphaxiv\.org|huggingface\.co|hf\.co"
    r"|semanticscholar\.org|papers\.cool|scirate\.com)"
)
_SHELVES = "abs|pdf|html|ps|src|e-print|format|overview|audio|papers|paper|arxiv"
_BEFORE = re.compile(
    r"(?:(?:oai:)?arxiv(?:\.org)?:\s*"
    r"|(?:doi:\s*|(?:https?://)?(?:dx\.|www\.)?doi\.org/)?10\.48550/arxiv\."
    rf"|(?:https?://)?{_HOSTS}/(?:(?:{_SHELVES})/)*(?:arxiv:)?)",
    re.IGNORECASE,
)
_ID = re.compile(
    r"(?:(?P<year>\d\d)(?P<month>\d\d)\.(?P<short>\d{4,5})"
    r"|(?P<archive>[a-z-]{2,9})(?:\.[a-z-]{2,9})?/(?P<number>\d{7}))"
    r"(?:v(?P<version>[1-9]\d{0,2}))?"
    r"(?:\.pdf|\.html)?/?(?:[?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)


def arxiv_id(text: str) -> str | None:
    """The id without version that the text is, in any pasted form; None if it is none."""
    return (arxiv_id_version(text) or (None, 0))[0]


def arxiv_id_version(text: str) -> tuple[str, int] | None:
    """The id and the version that the text is, 0 when it names no version."""
    bare = text.strip("<>()[]\"'.,; \t\r\n")
    before = _BEFORE.match(bare)
    match = _ID.fullmatch(bare, before.end() if before else 0)
    if match is None:
        return None
    version = int(match["version"] or 0)
    found = _new_id(match) if match["year"] else _old_id(match)
    return (found, version) if found else None


def _new_id(match: re.Match[str]) -> str | None:
    year, month, short = match["year"], match["month"], match["short"]
    if not "01" <= month <= "12" or year + month < "0704":
        return None
    if len(short) != (4 if year < "15" else 5):
        return None
    return f"{year}{month}.{short}"


def _old_id(match: re.Match[str]) -> str | None:
    archive, number = match["archive"].lower(), match["number"]
    if not taxonomy.was_archive(archive) or not "01" <= number[2:4] <= "12":
        return None
    return f"{archive}/{number}"
