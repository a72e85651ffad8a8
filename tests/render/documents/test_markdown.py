"""Documents: the reference dialect byte for byte, our own there and back, refusals by line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.render.documents.markdown import DocumentError, parse, render
from bot.texts import LANGUAGES, say
from storage.records.digests import Digest, Entry, VerbatimEntry
from storage.records.papers import AnnouncementKind
from tests.render.digests import ISSUED_AT, digest, hostile_digests, hostile_texts, sample_digest

EMPTY = "# 摘要\n\n| Ref | Title | Summary |\n| --- | --- | --- |\n\n\n# 详细\n\n\n\n"
OLD = VerbatimEntry(
    title_zh="论纸船",
    title="On Paper Boats?. (arXiv:2311.07202v2 [cs.LG] UPDATED)",
    link="http://arxiv.org/abs/2311.07202",
    tldr_zh="纸船 | 会漂移。",
    tldr_en="",
    abstract_zh="纸船会漂移 ",
    abstract="Paper boats drift. ",
)
NEW = replace(
    OLD,
    title="On Paper Boats",
    link="https://arxiv.org/abs/2402.15351",
    tldr_en="Boats drift.",
    abstract_zh="arXiv:2402.15351v1 公告类型：新 提要：纸船会漂移。",
    abstract="arXiv:2402.15351v1 Announce Type: cross  Abstract: Paper boats drift.",
)


def document(*entries: VerbatimEntry) -> str:
    """A reference document, written without the renderer."""
    rows = [
        f"| [^{n}] | [{e.title.split(' (arXiv')[0]}]({e.link}) | {e.tldr_zh} |\n"
        for n, e in enumerate(entries, start=1)
    ]
    bodies = [
        f"[^{n}]: {e.title_zh}\n\n    {e.title}\n\n    [{e.link}]({e.link})\n\n    {e.tldr_zh}\n\n"
        f"    {e.tldr_en}\n\n    {e.abstract_zh}\n\n    {e.abstract}\n    \n"
        for n, e in enumerate(entries, start=1)
    ]
    return "# 摘要\n\n| Ref | Title | Summary |\n| --- | --- | --- |\n{}\n# 详细\n\n{}\n".format(
        "".join(rows), "".join(bodies)
    )


def test_the_empty_document_is_seventy_bytes_and_comes_back() -> None:
    assert len(EMPTY.encode()) == 70
    assert parse(EMPTY).entries == ()
    assert render(parse(EMPTY)) == EMPTY


def test_a_reference_document_comes_back_byte_for_byte() -> None:
    text = document(NEW, OLD)

    read = parse(text, topic="cs.CV", issued=ISSUED_AT)

    assert render(read) == text
    assert [entry.verbatim for entry in read.entries] == [NEW, OLD]
    assert (read.topic, read.issued_at, read.imported) == ("cs.CV", ISSUED_AT, True)


_FIELD = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=40)
_VERBATIM = st.builds(VerbatimEntry, _FIELD, _FIELD, st.just(OLD.link), *[_FIELD] * 4)


@given(st.lists(_VERBATIM, max_size=4))
def test_any_fields_without_line_feeds_come_back(fields: list[VerbatimEntry]) -> None:
    entries = tuple(
        replace(entry, verbatim=verbatim_fields)
        for entry, verbatim_fields in zip(
            parse(document(OLD, OLD, OLD, OLD)).entries, fields, strict=False
        )
    )
    text = render(Digest("cs.CV", "cs.CV", ISSUED_AT, entries, imported=True))

    assert [entry.verbatim for entry in parse(text).entries] == fields
    assert render(parse(text)) == text


def test_an_old_entry_tells_version_kind_and_category_by_its_title() -> None:
    entry = parse(document(OLD), issued=ISSUED_AT).entries[0]

    assert (entry.paper.id, entry.paper.version) == ("arxiv:2311.07202", 2)
    assert (entry.kind, entry.paper.categories) == (AnnouncementKind.REPLACE, ("cs.LG",))
    assert (entry.paper.title, entry.paper.abstract) == ("On Paper Boats?", "Paper boats drift.")
    assert entry.paper.partial


def test_a_new_entry_tells_version_and_kind_by_its_abstract() -> None:
    entry = parse(document(NEW), issued=ISSUED_AT).entries[0]

    assert (entry.paper.version, entry.kind) == (1, AnnouncementKind.CROSS)
    assert entry.paper.abstract == "Paper boats drift."
    assert [(g.language, g.title, g.tldr, g.abstract, g.producer) for g in entry.summaries] == [
        ("zh", "论纸船", "纸船 | 会漂移。", "纸船会漂移。", "import"),
        ("en", "On Paper Boats", "Boats drift.", "Paper boats drift.", "import"),
    ]


def test_an_entry_that_tells_no_version_has_none() -> None:
    bare = replace(NEW, abstract="Paper boats drift.")

    assert parse(document(bare)).entries[0].paper.version == 0


GOOD = document(NEW, OLD)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("", 1, "digest-document-empty"),
        (" \n\n", 1, "digest-document-empty"),
        ("# Notes\n", 1, "digest-document-heading"),
        (GOOD.replace("| --- |", "| -- |", 1), 4, "digest-document-heading"),
        (GOOD.replace("# 详细", "# 其他"), 8, "digest-document-row"),
        (GOOD.replace("| [^2] |", "| [^3] |"), 6, "digest-document-row"),
        (GOOD.replace("| [^1] | [On", "| [^1] | [Off"), 5, "digest-document-row"),
        (GOOD.replace("\n    纸船 |", "\n   纸船 |", 1), 16, "digest-document-entry"),
        (GOOD.replace("[^2]: ", "[^9]: "), 24, "digest-document-entry"),
        (GOOD.rstrip(" \n"), 37, "digest-document-entry"),
        (GOOD + "\n", 40, "digest-document-entry"),
        (GOOD.replace("[http://arxiv", "[http://axriv"), 28, "digest-document-link"),
        (GOOD.replace("2311.07202", "2311.xyz"), 28, "digest-document-link"),
        ("<!-- papergram: nonsense -->\n" + EMPTY, 1, "digest-document-comment"),
        (render(digest(1)).replace("dialect=2", "dialect=9"), 1, "digest-document-comment"),
        (render(digest(1)).replace("issued=2026", "issued=x"), 1, "digest-document-comment"),
        (
            render(digest(1)).replace("days=", "days=2026-11-01/", 1),
            1,
            "digest-document-comment",
        ),
        (render(digest(1)).replace("arxiv:2611.90001 · ", ""), 14, "digest-document-link"),
    ],
)
def test_a_broken_document_is_refused_with_its_line(text: str, line: int, key: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse(text)

    assert (refused.value.line, refused.value.key) == (line, key)
    assert all(refused.value.say(language) for language in LANGUAGES)


def test_the_template_of_the_first_day_is_refused_by_name() -> None:
    """Its entries lack the two lines of sentences and the empty lines after them."""
    text = document(OLD, NEW)
    for original in (OLD, NEW):
        text = text.replace(f"    {original.tldr_zh}\n\n    {original.tldr_en}\n\n", "")

    with pytest.raises(DocumentError) as refused:
        parse(text)

    assert refused.value.key == "digest-document-first-day"


def folded(text: str) -> str:
    """What a field of our dialect keeps of a text: one line without controls."""
    return " ".join("".join(" " if c in "\t\n\v\f\r\x85\u2028\u2029" else c for c in text).split())


def texts(entry: Entry, language: str) -> tuple[str, ...]:
    """Title, tldr and abstract in a language, empty where nothing is said."""
    matching_summaries = [g for g in entry.summaries if g.language == language]
    return tuple(folded(t) for g in matching_summaries for t in (g.title, g.tldr, g.abstract)) or (
        "",
        "",
        "",
    )


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en"), ("en", "zh")])
def test_our_own_document_comes_back(languages: tuple[str, ...]) -> None:
    ours = sample_digest()

    read = parse(render(ours, languages))

    assert (read.topic, read.query, read.issued_at) == (ours.topic, ours.query, ours.issued_at)
    assert (read.first_day, read.last_day, read.announced_count) == (
        ours.first_day,
        ours.last_day,
        412,
    )
    for entry, has in zip(ours.entries, read.entries, strict=True):
        expected_paper = replace(entry.paper, abstract=folded(entry.paper.abstract), partial=True)
        assert (has.paper, has.kind) == (expected_paper, entry.kind)
        assert texts(has, "en")[1] == texts(entry, "en")[1]
        assert texts(has, "zh") == (texts(entry, "zh") if "zh" in languages else ("", "", ""))


@given(hostile_digests(), st.sampled_from([("zh",), ("en",), ("zh", "en")]))
def test_hostile_texts_neither_break_nor_change_our_own_document(
    ours: Digest, languages: tuple[str, ...]
) -> None:
    text = render(ours, languages)

    read = parse(text)

    assert render(replace(read, source_document=""), languages) == text
    assert len(read.entries) == len(ours.entries)
    for entry, has in zip(ours.entries, read.entries, strict=True):
        assert (has.paper.id, has.paper.version) == (entry.paper.id, entry.paper.version)
        assert has.kind == entry.kind


@given(hostile_texts, hostile_texts, hostile_texts)
@example(r"\<b", r"\\<b", r"\\\<b < \c")
def test_a_field_of_our_own_document_is_what_it_was(title: str, tldr: str, abstract: str) -> None:
    before = digest(1).entries[0]
    summary = replace(before.summaries[1], title=title, tldr=tldr, abstract=abstract)
    paper = replace(before.paper, title=title, abstract=abstract)
    ours = digest(entries=(replace(before, paper=paper, summaries=(before.summaries[0], summary)),))

    has = parse(render(ours)).entries[0]

    assert has.paper.title == shown(title)
    assert has.paper.abstract == shown(abstract)
    assert texts(has, "zh") == tuple(shown(text) for text in (title, tldr, abstract))


def shown(text: str) -> str:
    """``folded``, and without the characters that no client shows."""
    dropped = {
        *map(chr, range(32)),
        *map(chr, range(0x7F, 0xA0)),
        *"\u202a\u202b\u202c\u202d\u202e",
    }
    dropped |= {*"\u2060\u2066\u2067\u2068\u2069"} | set(map(chr, range(0xD800, 0xE000)))
    breaks = set("\t\n\v\f\r\x85\u2028\u2029")
    return folded("".join(c for c in text if c in breaks or c not in dropped))


def test_a_row_of_our_own_table_has_three_cells() -> None:
    """A pipe inside a cell would end it."""
    row = next(line for line in render(sample_digest()).split("\n") if line.startswith("| [^1]"))

    assert row.replace("\\|", "").count("|") == 4


LIVE_MARKDOWN = [
    "[click](http://evil.example)",
    "[x](javascript:alert(1))",
    "![t](http://evil.example/pixel.png)",
    "![][r] [r]: http://evil.example",
    "<http://evil.example> <img src=//evil.example/x>",
    "see http://evil.example/a and www.evil.example",
    "\\[click\\](http://evil.example) \\\\[click](http://evil.example)",
    "[^1] [^2]: javascript:alert(1)",
    "`[a](http://evil.example)` [b\\](http://evil.example)](http://evil.example)",
]


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en")])
@pytest.mark.parametrize("hostile_words", LIVE_MARKDOWN)
def test_nothing_of_a_paper_is_live_in_our_own_document(
    hostile_words: str, languages: tuple[str, ...]
) -> None:
    """To a reader of CommonMark, and bare addresses are broken for those who link them too."""
    before = digest(1).entries[0]
    summaries = tuple(
        replace(summary, title=hostile_words, tldr=hostile_words, abstract=hostile_words)
        for summary in before.summaries
    )
    paper = replace(
        before.paper,
        title=hostile_words,
        abstract=hostile_words,
        authors=(hostile_words,),
        categories=(hostile_words,),
    )
    ours = digest(entries=(replace(before, paper=paper, summaries=summaries),))
    text = render(ours, languages)

    # An entry stands indented, which would be code to a reader without footnotes.
    lines = [line.strip().removeprefix("[^1]: ") for line in text.split("\n")]
    tokens = MarkdownIt("commonmark").enable("table").parse("\n\n".join(lines[:3] + lines[7:]))
    tokens += MarkdownIt("commonmark").enable("table").parse("\n".join(lines[3:7]))
    inline = [child for token in tokens for child in token.children or ()]

    assert {node.attrs["href"] for node in inline if node.type == "link_open"} == {
        before.paper.link
    }
    assert not [node.type for node in inline if node.type in ("image", "html_inline")]
    bare = text.replace(before.paper.link, "")
    assert "://" not in bare.replace("\\://", "")
    assert "www." not in bare
    assert parse(text).entries[0].paper.authors == (hostile_words,)
    assert render(replace(parse(text), source_document=""), languages) == text


def test_a_document_of_the_former_dialect_is_read() -> None:
    """It put no backslash before brackets."""
    text = render(sample_digest())
    table, mark, details = text.partition("# 详细")
    former = details.replace("\\[", "[").replace("\\]", "]")
    assert former != details

    read = parse(table.replace("dialect=2", "dialect=1") + mark + former)

    assert render(replace(read, source_document="")) == text


@pytest.mark.parametrize(
    ("fact", "forged"),
    [
        (" · v1 · ", " · v999999 · "),
        (" · v1 · ", " · v-1 · "),
        ("arxiv:2611.90001 ·", "arxiv:2611.99999999 ·"),
        ("arxiv:2611.90001 ·", "arxiv:2611.90002 ·"),
        ("arxiv:2611.90001 ·", "javascript:alert ·"),
        ("announced=412", "announced=-1"),
        ("announced=412", "announced=999999999999"),
    ],
)
def test_forged_facts_are_refused(fact: str, forged: str) -> None:
    text = render(digest(1))
    assert fact in text

    with pytest.raises(DocumentError):
        parse(text.replace(fact, forged))


@pytest.mark.parametrize("languages", [("zh",), ("en",), ("zh", "en")])
def test_a_row_that_contradicts_its_entry_is_refused(languages: tuple[str, ...]) -> None:
    lines = render(sample_digest(), languages).split("\n")
    position = next(number for number, line in enumerate(lines) if line.startswith("| [^2]"))
    lines[position] = lines[position].replace(" |", "! |")

    with pytest.raises(DocumentError) as refused:
        parse("\n".join(lines))

    assert (refused.value.line, refused.value.key) == (position + 1, "digest-document-row")


def in_german(ours: Digest) -> Digest:
    """A digest whose Chinese is German."""
    entries = tuple(
        replace(
            entry,
            summaries=tuple(
                replace(summary, language="de" if summary.language == "zh" else summary.language)
                for summary in entry.summaries
            ),
        )
        for entry in ours.entries
    )
    return replace(ours, entries=entries)


@pytest.mark.parametrize("languages", [("de",), ("de", "en"), ("en", "de"), ("zh-Hant", "en")])
def test_any_language_has_the_place_of_chinese(languages: tuple[str, ...]) -> None:
    ours = in_german(sample_digest())

    text = render(ours, languages)
    read = parse(text)

    assert f"; languages={','.join(languages)};" in text
    assert "\n# Summary\n" in text
    assert render(replace(read, source_document=""), languages) == text
    for entry, has in zip(ours.entries, read.entries, strict=True):
        assert texts(has, "en")[1] == texts(entry, "en")[1]
        assert texts(has, "de") == (texts(entry, "de") if "de" in languages else ("", "", ""))
        assert {summary.language for summary in has.summaries} <= {*languages, "en"}


def test_a_third_language_is_said_to_be_left_out() -> None:
    ours = in_german(sample_digest())

    text = render(ours, ("zh", "en", "de"))

    assert "; languages=zh,en; without=de;" in text
    again = render(replace(parse(text), source_document=""), ("zh", "en"))
    assert again.partition("\n")[2] == text.partition("\n")[2]


@pytest.mark.parametrize("languages", ["", "de,fr", "Deutsch!", "en,", "e"])
def test_a_comment_that_names_no_language_or_too_many_is_refused(languages: str) -> None:
    text = render(digest(1)).replace("languages=zh,en", f"languages={languages}")

    with pytest.raises(DocumentError) as refused:
        parse(text)

    assert refused.value.key == "digest-document-comment"


def test_a_missing_translation_is_said() -> None:
    text = render(sample_digest(), ("zh",))

    assert text.count(say("zh", "entry-slot-untranslated")) == 3


def test_an_unimported_digest_never_claims_to_be_a_reference_document() -> None:
    assert render(digest(0), ("zh",)).startswith("<!-- papergram: ")
    assert parse(render(digest(0), ("zh",))).imported is False


@pytest.mark.parametrize(
    ("abstract", "clean"),
    [
        ("arXiv:2402.15351v1 公告类型：新 提要：纸船会漂移。", "纸船会漂移。"),
        ("公告类型：交叉 摘要：纸船会漂移。", "纸船会漂移。"),
        ("摘要：arXiv:2402.15351v1 公告类型：替换-交叉。摘要：纸船会漂移。", "纸船会漂移。"),
        ("arXiv:2402.15351v1 宣言类型: 交叉 Abstract: 纸船会漂移。", "纸船会漂移。"),
        ("摘要：纸船会漂移。", "纸船会漂移。"),
        ("数据类型：纸船。摘要：会漂移。", "数据类型：纸船。摘要：会漂移。"),
        ("arXiv:2402.15351v1 公告类型：新", "arXiv:2402.15351v1 公告类型：新"),
    ],
)
def test_the_translated_prefix_goes_where_it_is_surely_one(abstract: str, clean: str) -> None:
    expected_entry = replace(NEW, abstract_zh=abstract)

    (entry,) = parse(document(expected_entry)).entries

    assert entry.summaries[0].abstract == clean
    assert entry.verbatim == expected_entry
