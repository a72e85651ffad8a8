"""Real titles and abstracts in Telegram's HTML: our reading agrees with Telegram's own."""

import gzip
import html
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bot.demo.formatting.html_to_entities import parse_html
from tests.demo.telegram_parser import parse_html_by_telegram
from tests.demo.test_html_entities import ours

_EVERY = 15


def papers(real_data: Path) -> Iterator[dict[str, str]]:
    """Give every fifteenth paper of the corpus."""
    path = real_data / "corpus" / "papers_2025_2026.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, islice(lines, 0, None, _EVERY))


@pytest.mark.slow
def test_escaped_papers_are_read_as_telegram_reads_them(real_data: Path) -> None:
    for paper in papers(real_data):
        title, abstract = (html.escape(paper[name]) for name in ("title", "abstract"))
        source = (
            f'<b>[1]</b> <a href="https://arxiv.org/abs/{paper["id"]}">{title}</a>\n'
            f"<blockquote expandable>{abstract}</blockquote>"
        ).replace("&#x27;", "'")

        assert ours(source) == parse_html_by_telegram(source)
        assert parse_html(source).text == f"[1] {paper['title']}\n{paper['abstract']}"


@pytest.mark.slow
def test_raw_papers_are_refused_or_read_as_telegram_does(real_data: Path) -> None:
    for paper in papers(real_data):
        assert ours(paper["abstract"]) == parse_html_by_telegram(paper["abstract"])
