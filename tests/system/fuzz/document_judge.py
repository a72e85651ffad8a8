"""Judge files that leave by what they claim to be: Markdown, JSON, a web page, BibTeX."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

from bot.render import FORMATS
from bot.render.documents import bibtex
from bot.render.documents.markdown import parse, render
from bot.render.entry_content import strip_invisible
from storage.records.digests import Digest, Entry
from storage.records.papers import Paper
from tests.system.fuzz.judges import check_characters

_VOID_ELEMENTS = {"meta"}
_ALLOWED_ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "article"),
    *("section", "table", "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "p", "a", "strong"),
}
_ALLOWED_ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "id", "class", "scope"}
_ALLOWED_ATTRIBUTES |= {"href", "rel"}
_BIBTEX_FIELDS = [
    "title",
    "author",
    "year",
    "eprint",
    "archivePrefix",
    "primaryClass",
    "doi",
    "url",
]


def one_line(text: str) -> str:
    """One line without controls: what our documents keep of a text."""
    return " ".join(strip_invisible(text).split())


def check_markdown(digest: Digest, languages: tuple[str, ...]) -> None:
    """What is written comes back: each text in its place, and the same bytes again."""
    text = render(digest, languages)
    check_characters(text)
    parsed = replace(parse(text), source_document="")  # which would be printed as it was
    assert render(parsed, languages) == text
    assert (parsed.topic, parsed.query) == (one_line(digest.topic), one_line(digest.query))
    assert (parsed.issued_at, parsed.announced_count) == (digest.issued_at, digest.announced_count)
    assert (parsed.first_day, parsed.last_day) == (digest.first_day, digest.last_day)
    assert [_entry_texts(entry, languages) for entry in parsed.entries] == [
        _entry_texts(entry, languages) for entry in digest.entries
    ]


def _entry_texts(entry: Entry, languages: tuple[str, ...]) -> tuple[object, ...]:
    paper = entry.paper
    expected_languages = [
        language for language in ("zh", "en") if language in languages or language == "en"
    ]
    return (
        paper.id,
        paper.version,
        entry.kind,
        one_line(paper.title),
        one_line(paper.abstract),
        [name for name in map(one_line, paper.authors) if name],
        [code for code in map(one_line, paper.categories) if code],
        [_summary_texts(entry, language) for language in expected_languages],
    )


def _summary_texts(entry: Entry, language: str) -> tuple[str, ...]:
    summaries = [summary for summary in entry.summaries if summary.language == language]
    if language == "en":  # its title and abstract are the paper's own
        return tuple(one_line(summary.tldr) for summary in summaries) or ("",)
    texts = tuple(
        one_line(text)
        for summary in summaries
        for text in (summary.title, summary.tldr, summary.abstract)
    )
    return texts or ("", "", "")


class _PageReader(HTMLParser):
    """Reads a page: its elements, and what they point at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self._open_tags: list[str] = []
        self.feed(html)
        self.close()
        assert self._open_tags == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _ALLOWED_ELEMENTS
        assert {name for name, _ in attrs} <= _ALLOWED_ATTRIBUTES
        self.links += [str(value) for name, value in attrs if name == "href"]
        if tag not in _VOID_ELEMENTS:
            self._open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open_tags.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def check_web_page(digest: Digest, languages: tuple[str, ...]) -> None:
    """A page of the few elements we write, whose links lead to papers and to itself."""
    html = FORMATS["html"](digest, languages)
    check_characters(html)
    page = _PageReader(html)
    assert all(re.fullmatch(r"#\w+|https?://[!-~]+", link) for link in page.links)
    assert html.count("<article ") == len(digest.entries)


def check_json(digest: Digest, languages: tuple[str, ...]) -> None:
    """JSON that holds every text exactly as it came."""
    parsed = json.loads(FORMATS["json"](digest, languages))
    entries = (*digest.entries, *digest.left_out)
    assert (parsed["topic"], parsed["query"]) == (digest.topic, digest.query)
    assert [
        (entry["title"], entry["abstract"], entry["authors"]) for entry in parsed["entries"]
    ] == [(entry.paper.title, entry.paper.abstract, list(entry.paper.authors)) for entry in entries]


def check_bibtex(text: str, papers: list[Paper]) -> None:
    """One entry for each paper, of the fields we write, whose braces close where they should."""
    check_characters(text)
    entries = list(_bibtex_entries(text))
    assert len(entries) == len(papers)
    keys = [key for key, _ in entries]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", key) for key in keys)
    for (_, fields), paper in zip(entries, papers, strict=True):
        assert fields == [name for name in _BIBTEX_FIELDS if name in fields]
        assert fields[0] == "title"
        assert ("eprint" in fields) == paper.id.startswith("arxiv:")


def _bibtex_entries(text: str) -> list[tuple[str, list[str]]]:
    """The keys and field names, read as BibTeX reads: by counting braces and nothing else."""
    entries, depth, start, text_outside = [], 0, 0, ""
    for position, character in enumerate(text):
        if character == "{":
            start = position if depth == 0 else start
            depth += 1
        elif character == "}":
            depth -= 1
            assert depth >= 0
            if depth == 0:
                assert text_outside.strip() == "@misc"
                entries.append(_key_and_fields(text[start + 1 : position]))
                text_outside = ""
        elif depth == 0:
            text_outside += character
    assert depth == 0
    assert not text_outside.strip()
    return entries


def _key_and_fields(body: str) -> tuple[str, list[str]]:
    """The key, and the names that stand outside of all values."""
    key, _, field_text = body.partition(",")
    text_outside_values, depth = "", 0
    for character in field_text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        text_outside_values += character if depth == 0 else ""
    return key.strip(), [name.strip(" \n=}") for name in text_outside_values.split(",")]


def check_digest_bibtex(digest: Digest) -> None:
    """The file of citations of everything that a digest shows."""
    papers = [entry.paper for entry in digest.entries]
    check_bibtex(bibtex.bibliography(papers), papers)
