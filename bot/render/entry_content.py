"""What is said about an entry? The same words for every form, before any markup."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from unicodedata import category
from urllib.parse import urlsplit

from bot.latex import to_unicode
from bot.render.display_options import Look
from bot.render.highlight import Span, sentence_span
from bot.render.size_limits import shorten
from bot.texts import say
from storage.records import Entry, Gloss, Paper

log = logging.getLogger(__name__)

NAMED_AUTHORS = 3
GIST_UNITS = 300  # of an abstract's beginning, where nobody has made a gist yet
ALL_AUTHORS_UNITS = 1500  # of a collaboration's names; its abstract has to fit as well
LINE_UNITS = 300  # of a line of facts; a text takes values of at most 1,000 characters
LINK_LENGTH = 1000
KEPT = 4_000  # lines: chats that follow the same read the same, one after the other
# Overrides of the reading direction could turn a whole message around.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff]")
# By their class marks, letters and symbols, and nothing to see.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(selector) for selector in range(0xFE00, 0xFE10)
}
_BREAKS = re.compile("[\t-\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Telling:
    """An entry in one language; an untranslated one holds English, or nothing beside English."""

    language: str
    title: str  # empty where it is the original's
    gist: str
    abstract: str
    is_translated: bool = True
    sentence: Span | None = None  # in the abstract: the gist's words, which are not said twice


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in the summary table."""

    position: int
    title: str
    link: str
    gist: str
    is_translated: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """An entry in the reader's words: plain text, nothing escaped, TeX resolved."""

    position: int
    id: str
    title: str
    link: str
    byline: str
    marks: tuple[str, ...]  # categories, kind, version
    tellings: tuple[Telling, ...]
    why: str
    found: str  # the words in ``why``
    words: tuple[str, ...]  # the same one by one, to be marked where they stand
    topics: str
    pages: tuple[tuple[str, str], ...]  # label and address

    def with_gists_apart(self) -> Spoken:
        """The same with each gist above its abstract, of which too little can be shown."""
        tellings = tuple(replace(telling, sentence=None) for telling in self.tellings)
        return replace(self, tellings=tellings)


def spoken(entry: Entry, position: int, look: Look) -> Spoken:
    """What ``look`` lets the reader see of an entry."""
    paper = entry.paper
    return Spoken(
        position=position,
        id=paper.id,
        title=shown_title(paper),
        link=address(paper),
        byline=_byline(paper, look),
        marks=_marks(entry, look.language),
        tellings=_tellings(entry, look.languages),
        why=_why(entry, look.language),
        found=_found(entry),
        words=tuple(dict.fromkeys(display(reason.word) for reason in entry.reasons)),
        topics=_topics(entry, look.language),
        pages=_pages(paper, look.language),
    )


def shown_title(paper: Paper) -> str:
    """A paper's title on one line, or its id where it has none that could be seen."""
    return display(paper.title) or paper.id


@lru_cache(KEPT)
def display(text: str) -> str:
    """One line for people: TeX as Unicode, white space folded, no controls; never only blank."""
    line = " ".join(plain(_without_tex(plain(text))).split())
    return line if _is_seen(line) else ""


def _is_seen(text: str) -> bool:
    """Whether there is anything to see; nobody could tap a link of zero-width signs."""
    return any(category(sign)[0] in "LMNPS" and sign not in _BLANK for sign in text)


def _without_tex(text: str) -> str:
    """TeX as Unicode; text that cannot be read stays as it was written, and so its paper."""
    try:
        return to_unicode(text)
    except Exception:
        log.exception("TeX not readable", extra={"length": len(text)})
        return text


def plain(text: str) -> str:
    """``text`` without what no client shows: controls, surrogates, direction overrides."""
    return _UNSHOWN.sub("", _BREAKS.sub(" ", text))


def plain_lines(text: str) -> str:
    """``plain`` for a text of several lines."""
    return "\n".join(map(plain, text.split("\n")))


def row(entry: Entry, position: int, language: str) -> Row:
    """The summary row of an entry; its sentence falls back to English."""
    sentence, is_translated = _gist(entry, language)
    title = shown_title(entry.paper)
    return Row(position, title, address(entry.paper), sentence, is_translated)


def is_translated(entry: Entry, language: str) -> bool:
    """Whether the sentence of the entry's row is in ``language``."""
    gloss = _gloss(entry, language)
    return language == "en" or (gloss is not None and bool(gloss.gist))


def _gist(entry: Entry, language: str) -> tuple[str, bool]:
    gloss = _gloss(entry, language)
    if gloss and gloss.gist and language != "en":
        return display(gloss.gist), True
    return _english_gist(entry), language == "en"


def _tellings(entry: Entry, languages: tuple[str, ...]) -> tuple[Telling, ...]:
    beside_english = "en" in languages
    return tuple(_telling(entry, language, beside_english) for language in languages)


def _telling(entry: Entry, language: str, beside_english: bool) -> Telling:
    gloss = _gloss(entry, language)
    if language == "en":
        gist = display(gloss.gist) if gloss else ""
        return _with_sentence(Telling("en", "", gist, display(entry.paper.abstract)))
    title = display(gloss.title) if gloss else ""
    if gloss and (gloss.gist or gloss.abstract):
        return _with_sentence(
            Telling(language, title, display(gloss.gist), display(gloss.abstract))
        )
    if beside_english:
        return Telling(language, title, "", "", is_translated=False)
    english = _telling(entry, "en", beside_english)
    return replace(english, language=language, title=title, is_translated=False)


def _with_sentence(telling: Telling) -> Telling:
    return replace(telling, sentence=sentence_span(telling.abstract, telling.gist))


def _english_gist(entry: Entry) -> str:
    gloss = _gloss(entry, "en")
    if gloss and gloss.gist:
        return display(gloss.gist)
    return shorten(display(entry.paper.abstract), GIST_UNITS)


def _gloss(entry: Entry, language: str) -> Gloss | None:
    return next((gloss for gloss in entry.glosses if gloss.language == language), None)


def _byline(paper: Paper, look: Look) -> str:
    if look.authors:
        names = ", ".join(filter(None, map(display, paper.authors)))
        return shorten(names, ALL_AUTHORS_UNITS)
    named = _listed(paper.authors[:NAMED_AUTHORS])
    more = len(paper.authors) - NAMED_AUTHORS
    return say(look.language, "entry-authors-more", names=named, more=more) if more > 0 else named


def _marks(entry: Entry, language: str) -> tuple[str, ...]:
    paper = entry.paper
    categories = _listed(paper.categories)
    version = f"v{paper.version}" if paper.version > 1 else ""
    kind = say(language, f"entry-kind-{entry.kind}")
    return tuple(mark for mark in (categories, kind, version) if mark)


def _why(entry: Entry, language: str) -> str:
    words = _found(entry)
    return say(language, "entry-why", words=words) if words else ""


def _found(entry: Entry) -> str:
    """The words that matched, each once: how a sentence begins makes no other word."""
    words: dict[str, str] = {}
    for reason in entry.reasons:
        words.setdefault(reason.word.casefold(), reason.word)
    return _listed(list(words.values()))


def _topics(entry: Entry, language: str) -> str:
    topics = _listed(entry.topics)
    return say(language, "entry-topics", topics=topics) if topics else ""


def _listed(texts: Sequence[str]) -> str:
    """Different texts in one line of bounded length."""
    shown = dict.fromkeys(display(text) for text in texts)
    return shorten(", ".join(filter(None, shown)), LINE_UNITS)


def _pages(paper: Paper, language: str) -> tuple[tuple[str, str], ...]:
    """Where to read on: for arXiv the abstract, the PDF and the HTML."""
    scheme, _, number = paper.id.partition(":")
    if scheme == "arxiv":
        return tuple(
            (say(language, f"entry-page-{page}"), f"https://arxiv.org/{path}/{number}")
            for page, path in (("abstract", "abs"), ("pdf", "pdf"), ("html", "html"))
        )
    link = address(paper)
    return ((say(language, "entry-page-other"), link),) if link else ()


def address(paper: Paper) -> str:
    """The paper's page, or nothing where its link is none that Telegram would open."""
    if is_safe(paper.link):
        return paper.link
    scheme, _, rest = paper.id.partition(":")
    home = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}.get(scheme)
    return home + rest if home and is_safe(home + rest) else ""


@lru_cache(KEPT)
def is_safe(link: str) -> bool:
    """Whether ``link`` is a plain web address: http or https, a host, nothing to trip over."""
    if len(link) > LINK_LENGTH or not re.fullmatch(r"https?://[!-~]+", link):
        return False
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", host) is not None
