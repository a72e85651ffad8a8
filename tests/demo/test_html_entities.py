"""Telegram's HTML: our reading agrees with Telegram's own parser, refusals included."""

import json

import pytest
import tdjson
from hypothesis import example, given
from hypothesis import strategies as st

from bot.demo.emulator.json_encoding import ApiError, JsonObject
from bot.demo.formatting.html_to_entities import parse_html
from bot.demo.formatting.message_entities import FormattedText
from tests.demo.telegram_parser import parse_html_by_telegram

PIECES = [
    *("<b>", "</b>", "<i>", "</i>", "</>", "<u a>", "</u>", '<s a=b c="d">', "</s>", "<B>", "</B>"),
    *("<code>", "</code>", "<pre>", "</pre>", '<code class="language-py">', "</b >", "<b\t>"),
    *("<blockquote>", "<blockquote expandable>", "</blockquote>", "<tg-spoiler>", "</tg-spoiler>"),
    *('<span class="tg-spoiler">', "</span>", '<tg-time unix="1647531900" format="wDT">'),
    *('<a href="http://a.b">', "<a href='t.me/x'>", "<a href=", "</a>", "</tg-time>", "</em>"),
    *("<", ">", "&", ";", '"', "'", "=", "/", "#", "a", "x", " ", "\n", "\t", "\r", "é", "😀", "𝔸"),
    *("&lt;", "&gt;", "&amp;", "&quot;", "&ampx", "&lt b", "&nbsp;", "&apos;", "&#65;", "&#65"),
    *("&#x1F600;", "&#0;", "&#1114111;", "&#xD800;", "&#00000065;", "&#x;", "\u00a0", "<h1>"),
]


def ours(source: str) -> JsonObject | str:
    """Give our reading in a form that can be compared."""
    try:
        return shape(parse_html(source))
    except ApiError as refusal:
        return refusal.description


def shape(formatted: FormattedText) -> JsonObject:
    """Give text and entities as JSON."""
    return {"text": formatted.text, "entities": [e.as_json() for e in formatted.entities]}


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@example("<a href='x'")
@example("<pre><code class='language-c++'>x</code></pre>")
def test_marked_up_texts_are_read_as_telegram_reads_them(source: str) -> None:
    assert ours(source) == parse_html_by_telegram(source)


@given(st.text(st.sampled_from("<>/&;#=\"' xbaÀİẞ😀")))
def test_marks_and_odd_letters_are_read_as_telegram_reads_them(source: str) -> None:
    assert ours(source) == parse_html_by_telegram(source)


@given(st.text())
@example("<À>")
def test_any_text_is_read_as_telegram_reads_it(source: str) -> None:
    if "\0" in source:
        source = source.replace("\0", "")

    assert ours(source) == parse_html_by_telegram(source)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_an_escaped_text_comes_back_whole(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert parse_html(escaped) == FormattedText(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://x.y",
        "https://arxiv.org/abs/2402.12844v2",
        "https://arxiv.org/abs/hep-th/9901001",
        "https://t.me/papergram_bot?start=e_12_3",
        "HTTP://A.B/C?d=E#F",
        "http://a.b?x=1&amp;y=2",
        "a.b/c d",
        "http://a.b:8080/x",
        "http://user@a.b/",
        "tg://resolve?domain=papergram_bot",
        "tg://user?id=123",
        "#p1",
        "/etc/passwd",
        "http://a",
        "ftp://a.b",
        "javascript:alert(1)",
        "tel:123",
        "mailto:a@b.c",
        "",
        "a-b.c-d.org",
        "http://例.公司/x",
    ],
)
def test_addresses_become_the_links_that_telegram_makes(url: str) -> None:
    source = f'<a href="{url}">t</a>'

    assert ours(source) == parse_html_by_telegram(source)


def test_the_judge_is_awake() -> None:
    broken = json.dumps({"@type": "parseTextEntities", "text": "<b>"})

    assert b"error" in (tdjson.td_execute(broken.encode()) or b"")
