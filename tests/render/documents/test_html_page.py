"""The web page stands alone: nothing is loaded, nothing runs, every row leads to its entry."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from bot.render import FORMATS
from bot.texts import say
from storage.records.digests import Digest
from tests.render.digests import digest, hostile_digests, sample_digest

_VOID = {"meta", "link", "img", "br", "hr", "input", "source"}
_LOADING = {"script", "link", "img", "iframe", "object", "embed", "source", "video", "audio"}


class Page(HTMLParser):
    """Reads a page: its elements, and the text a person sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data

    def all(self, attribute: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [str(facts[attribute]) for _, facts in self.elements if attribute in facts]


@settings(max_examples=40)
@given(hostile_digests())
def test_no_text_becomes_markup_and_nothing_is_loaded(ours: Digest) -> None:
    page = Page(FORMATS["html"](ours, ("zh", "en")))

    assert not {tag for tag, _ in page.elements} & _LOADING
    assert not [name for _, facts in page.elements for name in facts if name.startswith("on")]
    assert all(link.startswith(("#", "https://", "http://")) for link in page.all("href"))
    assert page.all("src") == []


def test_every_row_leads_to_an_entry_and_every_entry_back() -> None:
    page = Page(FORMATS["html"](sample_digest(), ("en",)))

    inner = [link.removeprefix("#") for link in page.all("href") if link.startswith("#")]
    assert inner == ["p1", "p2", "p3", "table", "table", "table"]
    assert set(inner) <= set(page.all("id"))


@pytest.mark.parametrize(("languages", "language"), [(("en",), "en"), (("zh", "en"), "zh")])
def test_the_page_speaks_its_first_language(languages: tuple[str, ...], language: str) -> None:
    page = Page(FORMATS["html"](sample_digest(), languages))

    assert page.elements[0] == ("html", {"lang": language})
    assert say(language, "digest-shown-some", shown=3, matched=4, order="unknown") in page.text
    assert say(language, "digest-details") in page.text


def test_a_sentence_in_english_is_marked_as_english_on_a_chinese_page() -> None:
    html = FORMATS["html"](sample_digest(), ("zh",))

    assert '<td lang="en">Folding can be quiet.</td>' in html
    assert '<td lang="zh">我们把漂移减少了 5%。</td>' in html


def test_an_empty_digest_is_a_page_without_a_table() -> None:
    page = Page(FORMATS["html"](digest(0), ("en",)))

    assert "table" not in {tag for tag, _ in page.elements}
    assert "No papers this time" in page.text
