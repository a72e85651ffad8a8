"""The reference dialect: seven fields kept byte for byte, and what can be known from them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.render.documents.markdown_layout import DocumentError, Headings, Slots, read, slots, write
from storage.records import Entry, Gloss, Kind, Paper, Verbatim

HEADINGS = Headings("# 摘要", "# 详细")
_LINK_LINE = 4  # of an entry, counted from its first
_ID = r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}"
_LINK = re.compile(rf"https?://(?:[a-z]+\.)?arxiv\.org/abs/({_ID})")
_SUFFIX = re.compile(
    rf"\s*\(arXiv:(?:{_ID})v(?P<version>\d+) \[(?P<category>[\w.-]+)\](?P<mark>[A-Z ]*)\)$"
)
_PREFIX = re.compile(
    rf"arXiv:(?:{_ID})v(?P<version>\d+) Announce Type: (?P<kind>[a-z-]+) +Abstract: +"
)
# The feed's prefix as translators put it: many words for "Announce Type", always before "：".
_PREFIX_ZH = re.compile(
    rf"(?:(?:论文)?摘要[:：]\s*)?(?:arXiv[:：] ?(?:{_ID})v\d+\s+\w{{2,4}}|公告)类型[:：]"
    r"[^:：]{1,12}?(?:摘要|提要|抽象|Abstract)[:：]\s*|摘要[:：]\s*"
)
_KINDS_OF_MARKS = {"": Kind.NEW, " UPDATED": Kind.REPLACE, " CROSS LISTED": Kind.CROSS}


def render(entries: Sequence[Entry]) -> str:
    """The document of imported entries, as it was."""
    return write(HEADINGS, [_slots(entry.verbatim) for entry in entries if entry.verbatim], _row)


def _slots(kept: Verbatim) -> Slots:
    link = f"[{kept.link}]({kept.link})"
    fields = (kept.title_zh, kept.title, link, kept.gist_zh, kept.gist_en)
    return slots((*fields, kept.abstract_zh, kept.abstract))


def _row(number: int, entry: Slots) -> str:
    title = re.split(r"\s*\(arXiv", entry.title, maxsplit=1)[0]
    return f"| [^{number}] | [{title}]({_address(entry)}) | {entry.gist} |"


def _address(entry: Slots) -> str:
    """The address of ``[address](address)``."""
    half = (len(entry.link) - 4) // 2
    address = entry.link[1 : half + 1]
    if entry.link != f"[{address}]({address})":
        raise DocumentError(entry.line + _LINK_LINE, "digest-document-link")
    return address


def parse(lines: Sequence[str], issued: datetime) -> tuple[Entry, ...]:
    """The entries of a reference document, glossed on the day it was issued."""
    return tuple(_entry(found, issued) for found in read(lines, HEADINGS, _row, skipped=0))


def _entry(found: Slots, issued: datetime) -> Entry:
    link = _address(found)
    number = _LINK.fullmatch(link)
    if not number:
        raise DocumentError(found.line + _LINK_LINE, "digest-document-link")
    kept = Verbatim(
        found.heading,
        found.title,
        link,
        found.gist,
        found.gist_en,
        found.abstract,
        found.abstract_en,
    )
    paper, kind = _paper(f"arxiv:{number[1]}", kept)
    return Entry(paper, kind, _glosses(paper, kept, issued), verbatim=kept)


def _paper(paper: str, kept: Verbatim) -> tuple[Paper, Kind]:
    """The paper as far as title suffix and abstract prefix tell, and its kind."""
    suffix, prefix = _SUFFIX.search(kept.title), _PREFIX.match(kept.abstract)
    version, kind = 0, Kind.NEW
    categories: tuple[str, ...] = ()
    title, abstract = kept.title, kept.abstract
    if suffix:
        version, categories = int(suffix["version"]), (suffix["category"],)
        kind = _KINDS_OF_MARKS.get(suffix["mark"], Kind.NEW)
        title = title[: suffix.start()].removesuffix(".")  # the old feed ended every title
    if prefix:
        version, abstract = int(prefix["version"]), abstract[prefix.end() :]
        kind = Kind(prefix["kind"]) if prefix["kind"] in set(Kind) else kind
    return Paper(
        id=paper,
        version=version,
        title=title.strip(),
        abstract=abstract.strip(),
        categories=categories,
        link=kept.link,
        partial=True,
    ), kind


def _glosses(paper: Paper, kept: Verbatim, issued: datetime) -> tuple[Gloss, ...]:
    prefix = _PREFIX_ZH.match(kept.abstract_zh)
    abstract = kept.abstract_zh[prefix.end() if prefix else 0 :].strip()
    made = [Gloss(0, paper.version, "zh", kept.title_zh, kept.gist_zh, abstract, "import", issued)]
    if kept.gist_en:
        made.append(
            Gloss(
                0,
                paper.version,
                "en",
                paper.title,
                kept.gist_en,
                paper.abstract,
                "import",
                issued,
            )
        )
    return tuple(gloss for gloss in made if gloss.title or gloss.gist or gloss.abstract)
