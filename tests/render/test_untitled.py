"""A paper without a title is shown under its id, in every form, export and document."""

from __future__ import annotations

import json
import re

import pytest

from bot.render import FORMATS
from bot.render.display_options import DisplayOptions
from bot.render.documents.bibtex import bibtex
from bot.render.documents.csl_json import csl_json
from bot.render.documents.html_page import render as web_page
from bot.render.documents.json_data import render_json
from bot.render.documents.markdown import parse, render
from bot.render.documents.ris import ris_records
from bot.render.telegram.split_into_messages import digest_parts, render_part
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind
from tests.render.digests import DISPLAY_OPTIONS, digest, paper, summary

ID = "arxiv:2611.90001"
# The last is nothing that anybody could see.
NONE = ["", " \t ", "\u200b\u2800"]


def untitled(title: str = "") -> Digest:
    """A digest of one paper without a title, said in both languages."""
    summaries = (
        summary("en", "We measure drift."),
        summary("zh", "我们测量漂移。", "", "纸船会漂移。"),
    )
    return digest(0, entries=(Entry(paper(1, title=title), AnnouncementKind.NEW, summaries),))


@pytest.mark.parametrize("title", NONE)
@pytest.mark.parametrize(
    "display_options",
    DISPLAY_OPTIONS,
    ids=lambda options: f"{options.form}-{'-'.join(options.languages)}",
)
def test_the_id_stands_where_the_title_would(display_options: DisplayOptions, title: str) -> None:
    beside_another = (*untitled(title).entries, Entry(paper(2), AnnouncementKind.NEW))
    untitled_digest = digest(0, entries=beside_another)

    made = [
        render_part(untitled_digest, part, display_options)
        for part in digest_parts(untitled_digest, display_options, with_entries=True)
    ]

    shown = [message.html or json.dumps(message.blocks) for message in made]
    assert sum(message.count(ID) for message in shown) >= 2, "in the table and above the entry"
    assert web_page(untitled_digest, display_options.languages).count(f">{ID}<") >= 2


@pytest.mark.parametrize("title", NONE)
def test_a_citation_has_the_id_for_a_title(title: str) -> None:
    boats = paper(1, title=title)

    assert f"  title = {{{{{ID}}}}}," in bibtex(boats)
    assert f"TI  - {ID}\r\n" in ris_records([boats]).decode()
    assert f'"title": "{ID}"' in csl_json([boats])


@pytest.mark.parametrize("languages", [("en",), ("zh",), ("zh", "en"), ("de", "en")])
@pytest.mark.parametrize("title", NONE[:2])
def test_a_document_says_the_id_and_is_read_back_without_a_title(
    languages: tuple[str, ...], title: str
) -> None:
    written = render(untitled(title), languages)

    back = parse(written)

    assert f"| [^1] | [{ID}](https://arxiv.org/abs/2611.90001) |" in written
    assert re.search(rf"^(\[\^1\]: |    ){ID}$", written, re.MULTILINE)
    assert back.entries[0].paper.title == ""
    assert render(back, languages) == written


def test_data_says_that_there_is_no_title() -> None:
    [entry] = json.loads(render_json(untitled(), ("en",)))["entries"]

    assert (entry["id"], entry["title"]) == (ID, "")
    forms = {"markdown", "json", "rich", "classic", "html", "bibtex", "ris", "csl-json"}
    assert set(FORMATS) == forms, "another form to look at"
