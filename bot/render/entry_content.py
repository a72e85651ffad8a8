"""Turn an entry into the texts that all forms show, before any markup."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from unicodedata import category
from urllib.parse import urlsplit

from bot.arxiv.author_names import split_author
from bot.latex import to_unicode
from bot.render.display_options import DisplayOptions
from bot.render.highlight import Span, sentence_span
from bot.render.size_limits import shorten
from bot.texts import say
from bot.texts.dates import format_day
from storage.records.digests import Entry
from storage.records.papers import Paper
from storage.records.summaries import Summary

log = logging.getLogger(__name__)

MAX_NAMED_AUTHORS = 3
NAME_UNITS = 60  # of an author in a row of the table
TLDR_UNITS = 300  # of an abstract's beginning, shown for want of a TL;DR
ALL_AUTHORS_UNITS = 1500  # leaves room for the abstract below a collaboration's names
LINE_UNITS = 300  # of a line of facts; Fluent texts take values of at most 1,000 characters
MAX_LINK_LENGTH = 1000
CACHE_SIZE = 4_000  # lines: chats with the same topics are rendered one after the other
# Direction overrides could reverse a whole message.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff]")
# Invisible characters that Unicode classes as marks, letters or symbols.
_BLANK_CHARACTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | {chr(selector) for selector in range(0xFE00, 0xFE10)}
_LINE_BREAKS = re.compile("[\t-\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class LanguageSection:
    """An entry in one language.

    An untranslated section holds English, or nothing if there is an English section too.
    """

    language: str
    title: str  # empty where it is the original title
    tldr: str
    abstract: str
    is_translated: bool = True
    tldr_span: Span | None = None  # of the TL;DR in the abstract; it is then not shown apart


@dataclass(frozen=True, slots=True)
class TableRow:
    """An entry in the summary table."""

    position: int
    title: str
    link: str
    tldr: str
    is_translated: bool
    translated_title: str  # empty where there is none
    short_byline: str  # the first and the last author's family names, and how many others


@dataclass(frozen=True, slots=True)
class EntryContent:
    """An entry in the reader's languages: plain text, nothing escaped, TeX as Unicode."""

    position: int
    id: str
    title: str
    link: str
    byline: str
    labels: tuple[str, ...]  # categories, kind, version
    publication: str  # number, date, and what the authors say of journal, pages and code
    sections: tuple[LanguageSection, ...]
    match_reason: str
    matched_text: str  # the words in ``match_reason``
    matched_words: tuple[str, ...]  # the same words, to be highlighted in texts
    topics_text: str
    links: tuple[tuple[str, str], ...]  # label and URL

    def with_separate_tldrs(self) -> EntryContent:
        """Return a copy that shows each TL;DR above its abstract, for abstracts that are cut."""
        sections = tuple(replace(section, tldr_span=None) for section in self.sections)
        return replace(self, sections=sections)


def entry_content(entry: Entry, position: int, options: DisplayOptions) -> EntryContent:
    """Return what the reader sees of an entry."""
    paper, language = entry.paper, options.language
    kind_label = say(language, f"entry-kind-{entry.kind}")
    version = f"v{paper.version}" if paper.version > 1 else ""
    word_by_folded: dict[str, str] = {}
    for reason in entry.reasons:
        word_by_folded.setdefault(reason.word.casefold(), reason.word)
    matched_text = _bounded_list(list(word_by_folded.values()))
    topics = _bounded_list(entry.other_topics)
    return EntryContent(
        position=position,
        id=paper.id,
        title=display_title(paper),
        link=paper_url(paper),
        byline=_byline(paper, options),
        labels=tuple(filter(None, (_bounded_list(paper.categories), kind_label, version))),
        publication=_publication(paper, language),
        sections=tuple(
            _language_section(entry, section_language, includes_english="en" in options.languages)
            for section_language in options.languages
        ),
        match_reason=say(language, "entry-why", words=matched_text) if matched_text else "",
        matched_text=matched_text,
        matched_words=tuple(dict.fromkeys(display_text(reason.word) for reason in entry.reasons)),
        topics_text=say(language, "entry-topics", topics=topics) if topics else "",
        links=_page_links(paper, language),
    )


def display_title(paper: Paper) -> str:
    """Return a paper's title on one line; its id if no character of the title is visible."""
    return display_text(paper.title) or paper.id


@lru_cache(CACHE_SIZE)
def display_text(text: str) -> str:
    """Return one line to display: TeX as Unicode, white space collapsed; "" if all is invisible."""
    visible_source = strip_invisible(text)
    try:
        rendered_text = to_unicode(visible_source)
    except Exception:
        log.exception("TeX not readable", extra={"length": len(visible_source)})
        rendered_text = visible_source
    one_line_text = " ".join(strip_invisible(rendered_text).split())
    # Nobody could tap a link of zero-width characters.
    is_visible = any(
        category(character)[0] in "LMNPS" and character not in _BLANK_CHARACTERS
        for character in one_line_text
    )
    return one_line_text if is_visible else ""


def strip_invisible(text: str) -> str:
    """Return ``text`` on one line, without controls, surrogates and direction overrides."""
    return _INVISIBLE.sub("", _LINE_BREAKS.sub(" ", text))


def strip_invisible_lines(text: str) -> str:
    """Apply ``strip_invisible`` to each line of a text."""
    return "\n".join(map(strip_invisible, text.split("\n")))


def table_row(entry: Entry, position: int, language: str) -> TableRow:
    """Return the summary row of an entry; its sentence falls back to English."""
    row_language = language if is_translated(entry, language) else "en"
    summary = _summary_in(entry, row_language)
    if summary and summary.tldr:
        tldr = display_text(summary.tldr)
    else:
        tldr = shorten(display_text(entry.paper.abstract), TLDR_UNITS)
    translation = None if language == "en" else _summary_in(entry, language)
    authors = [name for name in map(display_text, entry.paper.authors) if name]
    short_names = []
    for name in authors if len(authors) <= 2 else (authors[0], authors[-1]):
        parts = split_author(name)
        short_name = parts if isinstance(parts, str) else parts.family_name
        short_names.append(shorten(short_name or name, NAME_UNITS))
    hidden_text = f" +{len(authors) - 2}" if len(authors) > 2 else ""
    return TableRow(
        position,
        display_title(entry.paper),
        paper_url(entry.paper),
        tldr,
        is_translated=row_language == language,
        translated_title=display_text(translation.title) if translation else "",
        short_byline=", ".join(short_names) + hidden_text,
    )


def is_translated(entry: Entry, language: str) -> bool:
    """Return whether the sentence of the entry's row is in ``language``."""
    summary = _summary_in(entry, language)
    return language == "en" or (summary is not None and bool(summary.tldr))


def _language_section(entry: Entry, language: str, *, includes_english: bool) -> LanguageSection:
    summary = _summary_in(entry, language)
    if language == "en":
        tldr = display_text(summary.tldr) if summary else ""
        return _with_sentence_span(
            LanguageSection("en", "", tldr, display_text(entry.paper.abstract))
        )
    title = display_text(summary.title) if summary else ""
    if summary and (summary.tldr or summary.abstract):
        return _with_sentence_span(
            LanguageSection(
                language, title, display_text(summary.tldr), display_text(summary.abstract)
            )
        )
    if includes_english:
        return LanguageSection(language, title, "", "", is_translated=False)
    english_section = _language_section(entry, "en", includes_english=includes_english)
    return replace(english_section, language=language, title=title, is_translated=False)


def _with_sentence_span(section: LanguageSection) -> LanguageSection:
    return replace(section, tldr_span=sentence_span(section.abstract, section.tldr))


def _summary_in(entry: Entry, language: str) -> Summary | None:
    return next((summary for summary in entry.summaries if summary.language == language), None)


def _byline(paper: Paper, options: DisplayOptions) -> str:
    if options.all_authors:
        author_names = ", ".join(filter(None, map(display_text, paper.authors)))
        return shorten(author_names, ALL_AUTHORS_UNITS)
    first_names = _bounded_list(paper.authors[:MAX_NAMED_AUTHORS])
    hidden_count = len(paper.authors) - MAX_NAMED_AUTHORS
    return (
        say(options.language, "entry-authors-more", names=first_names, more=hidden_count)
        if hidden_count > 0
        else first_names
    )


def _publication(paper: Paper, language: str) -> str:
    """Return a paper's number, the date of this version, its journal reference and comment."""
    scheme, _, number = paper.id.partition(":")
    name = {"arxiv": "arXiv:", "doi": "doi:"}.get(scheme)
    revised_at = paper.revised_at or paper.submitted_at
    facts = (
        f"{name}{number}" if name else "",
        format_day(language, revised_at.date()) if revised_at else "",
        display_text(paper.journal_ref),
        display_text(paper.comment),
    )
    return shorten(" · ".join(filter(None, map(strip_invisible, facts))), LINE_UNITS)


def _bounded_list(texts: Sequence[str]) -> str:
    """Return the distinct texts in one line of bounded length."""
    distinct_texts = dict.fromkeys(display_text(text) for text in texts)
    return shorten(", ".join(filter(None, distinct_texts)), LINE_UNITS)


def _page_links(paper: Paper, language: str) -> tuple[tuple[str, str], ...]:
    """Return labels and URLs of the paper's pages: for arXiv the abstract, the PDF and the HTML."""
    id_scheme, _, id_number = paper.id.partition(":")
    if id_scheme == "arxiv":
        return tuple(
            (say(language, f"entry-page-{page}"), f"https://arxiv.org/{path}/{id_number}")
            for page, path in (("abstract", "abs"), ("pdf", "pdf"), ("html", "html"))
        )
    link = paper_url(paper)
    return ((say(language, "entry-page-other"), link),) if link else ()


def paper_url(paper: Paper) -> str:
    """Return the URL of the paper's page; "" if it has none that Telegram would open."""
    if is_safe_link(paper.link):
        return paper.link
    scheme, _, identifier = paper.id.partition(":")
    base_url = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}.get(scheme)
    return base_url + identifier if base_url and is_safe_link(base_url + identifier) else ""


@lru_cache(CACHE_SIZE)
def is_safe_link(link: str) -> bool:
    """Return whether ``link`` is a plain web address: http or https, a host, printable ASCII."""
    if len(link) > MAX_LINK_LENGTH or not re.fullmatch(r"https?://[!-~]+", link):
        return False
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", host) is not None
