"""Both forms for Telegram, before strict judges that are not ours: its parser, its models."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render import size_limits
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import is_safe_link
from bot.render.telegram.html_message import message_weight
from bot.render.telegram.paper_note import note_message
from bot.render.telegram.split_into_messages import (
    Part,
    digest_parts,
    left_out_parts,
    render_part,
)
from bot.texts import say
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from storage.records.papers import AnnouncementKind
from storage.records.queries import MatchReason, QueryField
from storage.records.summaries import PaperNote
from tests.demo.telegram_parser import parse_html_by_telegram
from tests.render.digests import (
    DISPLAY_OPTIONS,
    digest,
    entry,
    hostile_digests,
    paper,
    sample_digest,
    summary,
)
from tests.system.fuzz import judges

ENGLISH = DisplayOptions(language="en", languages=("en",))


@pytest.mark.parametrize(
    "display_options",
    DISPLAY_OPTIONS,
    ids=lambda options: f"{options.form}-{'-'.join(options.languages)}",
)
def test_the_sample_passes_the_judges(display_options: DisplayOptions) -> None:
    for part in digest_parts(sample_digest(), display_options, with_entries=True):
        judges.check_message(render_part(sample_digest(), part, display_options))


@settings(max_examples=60)
@given(hostile_digests(), st.sampled_from(DISPLAY_OPTIONS), st.booleans())
def test_hostile_digests_pass_the_judges(
    ours: Digest, options: DisplayOptions, repeat: bool
) -> None:
    cuts = digest_parts(ours, options, with_entries=True)
    if ours.left_out:
        cuts += left_out_parts(ours, options, len(ours.entries) + 1)

    for part in cuts:
        judges.check_message(render_part(ours, part, options, repeat=repeat))


@pytest.mark.parametrize(
    "options", DISPLAY_OPTIONS, ids=lambda options: f"{options.form}-{'-'.join(options.languages)}"
)
@pytest.mark.parametrize("filling", ["boat ", "纸船", "&<>", "😀", "$x$ "])
def test_an_entry_of_fifty_thousand_characters_is_shortened_and_says_so(
    options: DisplayOptions, filling: str
) -> None:
    long = filling * (50_000 // len(filling))
    ours = digest(entries=(entry(1, title=long, abstract=long, authors=(long,) * 5),))

    for part in digest_parts(ours, options, with_entries=True):
        made = render_part(ours, part, options)
        judges.check_message(made)
        shown = made.html + json.dumps(made.blocks, ensure_ascii=False)
        assert size_limits.ELLIPSIS in shown
        if part.is_entry and "en" in options.languages:
            assert say(options.language, "entry-shortened") in shown
            assert "https://arxiv.org/abs/2611.90001" in shown


def test_classic_markup_in_a_title_is_text() -> None:
    html = render_part(sample_digest(), digest_parts(sample_digest(), ENGLISH)[0], ENGLISH).html

    read = parse_html_by_telegram(html)

    assert isinstance(read, dict)
    assert "Folding <b>Boldly</b> & Quietly" in str(read["text"])


@pytest.mark.parametrize(
    "options", DISPLAY_OPTIONS, ids=lambda options: f"{options.form}-{'-'.join(options.languages)}"
)
@pytest.mark.parametrize("filling", ["boat ", "纸船", "&<>", "😀"])
def test_what_stands_around_a_table_takes_no_more_than_is_kept_free(
    options: DisplayOptions, filling: str
) -> None:
    lone = replace(entry(1, title="B"), summaries=(summary("en", "B"),))
    ours = digest(
        entries=(lone,),
        topic=filling * 400,
        unloaded_kinds=(*AnnouncementKind,) * 10_000,
        announced_count=10**6,
        number=10**12,
        first_day=date(2026, 9, 28),
        last_day=date(2027, 9, 30),
    )

    made = render_part(ours, Part(1, 1, 1), options, repeat=True)

    taken = (
        message_weight(made.html)
        if options.form is MessageForm.CLASSIC
        else size_limits.rich_units(made.blocks)
    )
    assert taken <= size_limits.MAX_FRAME_UNITS


def test_a_late_longer_summary_still_fits_the_same_rows() -> None:
    """The range was measured when the digest was issued; the message must not overflow later."""
    ours = digest(24)
    part = digest_parts(ours, ENGLISH)[0]
    long = (summary("en", "boat " * 100),)
    late = digest(entries=tuple(replace(e, summaries=long) for e in ours.entries))

    assert (part.first_entry, part.last_entry) == (1, 24)
    judges.check_message(render_part(late, part, ENGLISH))


def test_details_are_inside_when_all_of_them_fit() -> None:
    options = DisplayOptions(
        form=MessageForm.THREE_COLUMNS,
        entry_link=lambda position: f"https://t.me/b?start=e_7_{position}",
    )
    short, long = (
        digest(3),
        digest(entries=tuple(entry(n, abstract="b " * 1500) for n in (1, 2, 3))),
    )

    inside, outside = (
        render_part(d, digest_parts(d, options)[0], options).blocks for d in (short, long)
    )

    kinds = [block["type"] for block in inside]
    assert kinds == ["heading", "paragraph", "table", "details", "details", "details", "footer"]
    refs = [b for b in judges.nested_objects([*inside]) if b.get("type") == "anchor_link"]
    assert [ref["anchor_name"] for ref in refs] == ["p1", "p2", "p3", "", "", ""]
    assert "details" not in [block["type"] for block in outside]
    urls = [str(b["url"]) for b in judges.nested_objects([*outside]) if b.get("type") == "url"]
    assert [u for u in urls if "t.me" in u] == [f"https://t.me/b?start=e_7_{n}" for n in (1, 2, 3)]


def test_the_anchor_is_the_first_block_inside_its_details() -> None:
    """In the summary it would scroll there and leave the block closed."""
    options = DisplayOptions(form=MessageForm.THREE_COLUMNS)
    blocks = render_part(digest(1), digest_parts(digest(1), options)[0], options).blocks

    inside = next(block for block in blocks if block["type"] == "details")["blocks"]

    assert isinstance(inside, list)
    assert inside[0] == {"type": "anchor", "name": "p1"}


@pytest.mark.parametrize(
    ("link", "safe"),
    [
        ("https://arxiv.org/abs/2611.90001", True),
        ("http://a-b.org/c?d=e&f#g", True),
        ("javascript:alert(1)", False),
        ("https://localhost/x", False),
        ("https://a.b c.d/", False),
        ("http://[", False),
        ("ftp://arxiv.org/abs/1", False),
        ("https://arxiv.org/" + "x" * 1000, False),
    ],
)
def test_only_plain_web_addresses_become_links(link: str, safe: bool) -> None:
    assert is_safe_link(link) is safe


def test_a_paper_with_an_unsafe_link_is_shown_without_one() -> None:
    ours = digest(entries=(entry(1, id="url:0123", link="javascript:alert(1)"),))

    html = render_part(ours, digest_parts(ours, ENGLISH)[0], ENGLISH).html

    assert paper().title in html
    assert "href" not in html


LIVE = "@durov #tag $TON /unsub evil.shop аррӏе.com 1.2.3.4/x me@evil.zip https://evil.example/x"


@pytest.mark.parametrize("full", [False, True])
def test_nothing_of_anybodys_words_is_live_in_text(full: bool) -> None:
    """Not in a title, a name, a class, an abstract, a summary, a topic or matched words."""
    before = sample_digest().entries[0]
    live_summary = replace(before.summaries[0], title=LIVE, tldr=LIVE, abstract=f"{LIVE} {LIVE}")
    hostile = replace(before.paper, title=LIVE, abstract=LIVE, authors=(LIVE,))
    hostile = replace(hostile, categories=("cs.CL", "math.CO"))
    words = (MatchReason(QueryField.ABSTRACT, "durov"), MatchReason(QueryField.TITLE, "evil.shop"))
    odd = replace(
        before,
        paper=hostile,
        summaries=(live_summary,),
        reasons=words,
        other_topics=("cs.CV", LIVE),
    )
    ours = digest(topic=LIVE, entries=(odd,))

    for languages in (("en",), ("zh",), ("zh", "en")):
        options = DisplayOptions(form=MessageForm.CLASSIC, language="en", languages=languages)
        for part in digest_parts(ours, options, with_entries=full):
            html = render_part(ours, part, options).html
            judges.check_nothing_autolinked(html)
            assert "durov" in html
    note = PaperNote(1, 1, "en", LIVE, LIVE, LIVE, LIVE, LIVE, ours.issued_at)
    judges.check_nothing_autolinked(
        note_message(note, hostile, DisplayOptions(form=MessageForm.CLASSIC)).html
    )
