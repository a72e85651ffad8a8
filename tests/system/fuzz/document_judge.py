"""Are the files that leave what they say they are: Markdown, JSON, a web page, BibTeX?"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

from bot.render import FORMS
from bot.render.documents import bibtex
from bot.render.documents.markdown import parse, render
from bot.render.entry_content import plain
from storage.records import Digest, Entry, Paper
from tests.system.fuzz.judges import clean

_VOID = {"meta"}
_ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "article"),
    *("section", "table", "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "p", "a", "strong"),
}
_ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "id", "class", "scope"}
_ATTRIBUTES |= {"href", "rel"}
_FIELDS = ["title", "author", "year", "eprint", "archivePrefix", "primaryClass", "doi", "url"]


def folded(text: str) -> str:
    """One line without controls: what our documents keep of a text."""
    return " ".join(plain(text).split())


def markdown(digest: Digest, languages: tuple[str, ...]) -> None:
    """What is written comes back: each text in its place, and the same bytes again."""
    text = render(digest, languages)
    clean(text)
    read = replace(parse(text), document="")  # which would be printed as it was
    assert render(read, languages) == text
    assert (read.topic, read.query) == (folded(digest.topic), folded(digest.query))
    assert (read.issued, read.seen) == (digest.issued, digest.seen)
    assert (read.first_day, read.last_day) == (digest.first_day, digest.last_day)
    assert [_told(one, languages) for one in read.entries] == [
        _told(one, languages) for one in digest.entries
    ]


def _told(entry: Entry, languages: tuple[str, ...]) -> tuple[object, ...]:
    paper = entry.paper
    wanted = [language for language in ("zh", "en") if language in languages or language == "en"]
    return (
        paper.id,
        paper.version,
        entry.kind,
        folded(paper.title),
        folded(paper.abstract),
        [name for name in map(folded, paper.authors) if name],
        [code for code in map(folded, paper.categories) if code],
        [_said(entry, language) for language in wanted],
    )


def _said(entry: Entry, language: str) -> tuple[str, ...]:
    found = [one for one in entry.glosses if one.language == language]
    if language == "en":  # its title and abstract are the paper's own
        return tuple(folded(one.gist) for one in found) or ("",)
    said = tuple(folded(text) for one in found for text in (one.title, one.gist, one.abstract))
    return said or ("", "", "")


class _Page(HTMLParser):
    """Reads a page: its elements, and what they point at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _ELEMENTS
        assert {name for name, _ in attrs} <= _ATTRIBUTES
        self.links += [str(value) for name, value in attrs if name == "href"]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def web_page(digest: Digest, languages: tuple[str, ...]) -> None:
    """A page of the few elements we write, whose links lead to papers and to itself."""
    html = FORMS["html"](digest, languages)
    clean(html)
    page = _Page(html)
    assert all(re.fullmatch(r"#\w+|https?://[!-~]+", link) for link in page.links)
    assert html.count("<article ") == len(digest.entries)


def as_json(digest: Digest, languages: tuple[str, ...]) -> None:
    """JSON that holds every text exactly as it came."""
    read = json.loads(FORMS["json"](digest, languages))
    given = (*digest.entries, *digest.rest)
    assert (read["topic"], read["query"]) == (digest.topic, digest.query)
    assert [(one["title"], one["abstract"], one["authors"]) for one in read["entries"]] == [
        (one.paper.title, one.paper.abstract, list(one.paper.authors)) for one in given
    ]


def bibliography(text: str, papers: list[Paper]) -> None:
    """One entry for each paper, of the fields we write, whose braces close where they should."""
    clean(text)
    found = list(_entries(text))
    assert len(found) == len(papers)
    keys = [key for key, _ in found]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", key) for key in keys)
    for (_, fields), paper in zip(found, papers, strict=True):
        assert fields == [name for name in _FIELDS if name in fields]
        assert fields[0] == "title"
        assert ("eprint" in fields) == paper.id.startswith("arxiv:")


def _entries(text: str) -> list[tuple[str, list[str]]]:
    """The keys and field names, read as BibTeX reads: by counting braces and nothing else."""
    read, depth, start, outside = [], 0, 0, ""
    for at, sign in enumerate(text):
        if sign == "{":
            start = at if depth == 0 else start
            depth += 1
        elif sign == "}":
            depth -= 1
            assert depth >= 0
            if depth == 0:
                assert outside.strip() == "@misc"
                read.append(_body(text[start + 1 : at]))
                outside = ""
        elif depth == 0:
            outside += sign
    assert depth == 0
    assert not outside.strip()
    return read


def _body(body: str) -> tuple[str, list[str]]:
    """The key, and the names that stand outside of all values."""
    key, _, rest = body.partition(",")
    bare, depth = "", 0
    for sign in rest:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        bare += sign if depth == 0 else ""
    return key.strip(), [name.strip(" \n=}") for name in bare.split(",")]


def bibliography_of(digest: Digest) -> None:
    """The file of citations of everything that a digest shows."""
    papers = [one.paper for one in digest.entries]
    bibliography(bibtex.bibliography(papers), papers)
