"""Parse arXiv ids, and find those that a message mentions.

``2402.12844`` and ``hep-th/9901001`` are ids; a class in an old id is dropped (``math.CA/0611800``
is ``math/0611800``), as arXiv does itself.

In a message an id counts where a link, a DOI or the word arXiv marks it as one. A bare number
counts unless its context makes it part of something else: an address of another site, a publisher's
DOI, a price, a phone number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from bot.arxiv import taxonomy


class Identity(NamedTuple):
    """A paper and its version, 0 where the text does not say which."""

    id: str  # "2402.12844", "hep-th/9901001"
    version: int


@dataclass(frozen=True, slots=True)
class PaperMention:
    """A paper that a message mentions."""

    id: str  # "2402.12844", "hep-th/9901001"
    version: int = 0  # 0: unspecified
    is_bare: bool = False  # no link, DOI or "arXiv" marks it as a paper's

    def __str__(self) -> str:
        """Return the id as used in requests to arXiv."""
        return f"{self.id}v{self.version}" if self.version else self.id


# A page about one paper whose address ends with the id. Any site with arXiv in its name counts as a
# copy or reader of arXiv; elsewhere the id must follow the word, as in
# papers.cool/arxiv/2402.12844. Everything is bounded, because this is tried before every id.
_URL_PATH = (
    r"(?:(?:abs|pdf|html|ps|src|e-print|format|overview|audio|papers?|arxiv|blog|resources|cits|tb"
    r"|bibtex|[a-z]{2}(?:-[a-z]{2,4})?)/){0,4}"
)
_SUBDOMAINS = r"(?:[a-z0-9-]{1,40}\.){0,4}"
_PAPER_URL = (
    rf"(?:{_SUBDOMAINS}(?:(?:[a-z0-9-]{{0,20}}[0-9-])?ar[x5]iv|alphaxiv)[a-z0-9-]{{0,20}}"
    rf"(?:\.[a-z0-9-]{{1,20}}){{1,3}}/{_URL_PATH}"
    r"|(?:www\.)?(?:huggingface|hf)\.co/papers/"
    rf"|{_SUBDOMAINS}(?:emergentmind\.com|paperswithcode\.com)/papers?/"
    rf"|(?:xxx\.(?:lanl\.gov|itp\.ac\.cn)"
    rf"|{_SUBDOMAINS}(?:semanticscholar\.org|papers\.cool|scirate\.com))/{_URL_PATH})"
)
_NEW_ID = r"(?P<year>\d\d)(?P<month>\d\d)[.。](?P<short>\d{4,5})"
_OLD_ID = (
    r"(?P<archive>[a-z]{1,7}(?:-[a-z]{2,4})?)(?:\.[a-z]{2,6}(?:-[a-z]{2,5})?)?/(?P<number>\d{7})"
)
_VERSION = r"(?:v(?P<version>[1-9]\d{0,2})(?!\d))?"
_FLAGS = re.IGNORECASE | re.ASCII
PLAIN_ID = r"\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7}"  # as arXiv and we write it

_WHOLE_ID = re.compile(
    r"(?:(?:oai:)?arxiv(?:\.org)?:\s*"
    r"|(?:doi:\s*|(?:https?://)?(?:dx\.|www\.)?doi\.org/)?10\.48550/arxiv\."
    rf"|(?:https?://)?{_PAPER_URL}(?:arxiv[:.])?)?"
    rf"(?:{_NEW_ID}|{_OLD_ID}){_VERSION}(?:\.pdf|\.html)?/?(?:[?#]\S*)?",
    _FLAGS,
)

# Astronomy's bibcodes pad with dots: 2026arXiv261190302X, 2012arXiv1207.7214A, 1999hep.th....1001M
# for hep-th/9901001. DBLP keys join with hyphens.
_BIBCODE = (
    r"(?<![a-z0-9])(?:19|20)\d\darxiv(?P<bib_year>\d\d)(?P<bib_month>\d\d)\.?"
    r"(?P<bib_short>\d{4,5})[a-z](?![a-z0-9])"
    r"|(?<![a-z0-9])(?:19|20)(?P<bib_old>\d\d)(?P<bib_archive>[a-z]{2,5}(?:\.[a-z]{2,4})?)"
    r"\.+(?P<bib_number>\d{3,5})[a-z](?![a-z0-9])"
    r"|corr/abs-(?P<dblp_year>\d\d)(?P<dblp_month>\d\d)-(?P<dblp_short>\d{4,5})(?!\d)"
)
_ID_IN_TEXT = re.compile(
    rf"{_BIBCODE}|(?<!\d)(?:{_NEW_ID}|(?<![a-z0-9.-])(?:arxiv\.)?{_OLD_ID}){_VERSION}(?!\d)", _FLAGS
)
_ARXIV_WORD_BEFORE = re.compile(
    r"(?<![a-z])arxiv(?:\.org)?[\s:./_#=-]{0,3}(?:(?:preprint|e-?print|id|number|no\.?)[\s:#=]{1,3})?"
    r"(?:[(\[{]\s?)?\Z",
    _FLAGS,
)
_URL_BEFORE = re.compile(rf"(?<![a-z0-9.-]){_PAPER_URL}\Z", _FLAGS)
_URL_WINDOW = 160  # characters before an id in which its address must begin

# Context before a bare id on its line that makes it part of something else, and context after it.
_JOINED_BEFORE = re.compile(
    r"(?:[a-z0-9à-ɏ.\-/+@%&=]|[$€£¥₹][^\S\n]?|\+\d(?:[\d()\-]|[^\S\n]){0,12})\Z", re.IGNORECASE
)
_JOINED_AFTER = re.compile(
    r"[a-z0-9@%]|_\w|[.,:/\-]\d(?!\d{3}[.。]\d{4})|/\w"
    r"|[^\S\n]?(?:[$€£¥₹元]|(?:usd|eur|gbp|cny|rmb|jpy)\b)",
    _FLAGS,
)
_FILE_EXTENSION = re.compile(r"\.(?:pdf|html?)(?![a-z0-9])", _FLAGS)
_DELIMITER = re.compile(r"[\s<>\"'“”‘’|,;、。)\[\]{}]")
_ADDRESS = re.compile(r"://|[a-z0-9-]\.[a-z]{2,}/", _FLAGS)

_INVISIBLE_CHARS = (
    "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\ufe0f"
)
_NORMALIZED_CHARS = (
    {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, _INVISIBLE_CHARS + "\u202a\u202b\u202c\u202d\u202e\\"))
    | dict.fromkeys(map(ord, "‐‑‒–—−"), ord("-"))
    | {ord("\u2236"): ord(":"), ord("\u3000"): ord(" "), ord("\u00a0"): ord(" ")}
)
_MAX_URL_ENCODINGS = 3  # an address inside an address inside an address


def arxiv_id(text: str) -> str | None:
    """Return the id, without version, that the text is in any pasted form, or None."""
    if identity := parse_identity(text):
        return identity.id
    named_papers = () if any(map(str.isspace, text.strip())) else find_mentions(text)
    return named_papers[0].id if len(named_papers) == 1 and not named_papers[0].is_bare else None


def parse_identity(text: str) -> Identity | None:
    """Return the paper that a guid, link or id names: ``oai:arXiv.org:2504.17830v1``."""
    match = _WHOLE_ID.fullmatch(text.strip("<>()[]\"'.,; \t\r\n"))
    if match is None:
        return None
    if match["year"]:
        id = _parse_new_id(match["year"], match["month"], match["short"])
    else:
        id = _parse_old_id(match["archive"], match["number"])
    return Identity(id, int(match["version"] or 0)) if id else None


def find_mentions(text: str) -> tuple[PaperMention, ...]:
    """Return every paper that a message mentions, in order, each once.

    A paper mentioned more than once has the first version that is named.
    """
    normalized_text = normalize_text(text)
    mentions_by_id: dict[str, PaperMention] = {}
    for match in _ID_IN_TEXT.finditer(normalized_text):
        mention = _mention_at(normalized_text, match)
        if mention is None:
            continue
        earlier_mention = mentions_by_id.get(mention.id, mention)
        version = earlier_mention.version or mention.version
        mentions_by_id[mention.id] = PaperMention(
            mention.id, version, earlier_mention.is_bare and mention.is_bare
        )
    return tuple(mentions_by_id.values())


def normalize_text(text: str) -> str:
    """Return a text with ASCII punctuation, no invisible characters and decoded addresses."""
    normalized_text = text.translate(_NORMALIZED_CHARS)
    for _ in range(_MAX_URL_ENCODINGS):
        if "%" not in normalized_text:
            break
        normalized_text = unquote(normalized_text).translate(_NORMALIZED_CHARS)
    return normalized_text


def _mention_at(text: str, match: re.Match[str]) -> PaperMention | None:
    """Return the paper that an id or bibliography key in a text mentions."""
    if match["bib_year"]:
        id = _parse_new_id(match["bib_year"], match["bib_month"], match["bib_short"])
    elif match["dblp_year"]:
        id = _parse_new_id(match["dblp_year"], match["dblp_month"], match["dblp_short"])
    elif match["bib_old"]:
        archive = match["bib_archive"].replace(".", "-")
        id = _parse_old_id(archive, match["bib_old"] + match["bib_number"].zfill(5))
    elif match["year"]:
        id = _parse_new_id(match["year"], match["month"], match["short"])
    else:
        id = _parse_old_id(match["archive"], match["number"])
    if id is None:
        return None
    if not match["year"] and not match["archive"]:
        return PaperMention(id)
    version, mention_start = int(match["version"] or 0), match.start()
    text_before = text[max(0, mention_start - _URL_WINDOW) : mention_start]
    is_marked = match.group()[:5].casefold() == "arxiv" or _ARXIV_WORD_BEFORE.search(
        text_before[-40:]
    )
    if is_marked or (text_before.endswith("/") and _URL_BEFORE.search(text_before)):
        return PaperMention(id, version)
    if _is_standalone_id(text, match, text_before):
        return PaperMention(id, version, is_bare=True)
    return None


def _is_standalone_id(text: str, match: re.Match[str], text_before: str) -> bool:
    """Return whether a number is an id by itself rather than part of something longer."""
    if match["short"] and not match["short"].strip("0"):
        return False  # papers are counted from one, so a round number is not an id
    if _JOINED_BEFORE.search(text_before[-20:]):
        return False
    word_before = text_before
    for delimiter in _DELIMITER.finditer(text_before):
        word_before = text_before[delimiter.end() :]
    if _ADDRESS.search(word_before):
        return False
    extension = _FILE_EXTENSION.match(text, match.end())
    return not _JOINED_AFTER.match(text, extension.end() if extension else match.end())


def _parse_new_id(year: str, month: str, short: str) -> str | None:
    if not "01" <= month <= "12" or year + month < "0704":
        return None
    if len(short) != (4 if year < "15" else 5):
        return None
    return f"{year}{month}.{short}"


def _parse_old_id(archive: str, number: str) -> str | None:
    archive = archive.lower()
    if not taxonomy.is_archive_code(archive) or not "01" <= number[2:4] <= "12":
        return None
    if "07" < number[:2] < "91":
        return None
    return f"{archive}/{number}"
