"""Nothing that was made inert is live to Telegram's own parser, and it reads as before."""

from __future__ import annotations

import json
from typing import cast

import pytest
import tdjson
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.telegram_autolinks import WORD_JOINER, disable_autolinks, find_autolinks

ENDINGS = ("shop", "link", "us", "uk", "de", "zip", "click", "site", "online", "live", "tech", "tk")
LIVE = [
    *(f"evil.{ending}" for ending in ENDINGS),
    *("x.ton", "EVIL.SHOP", "аррӏе.com", "пример.рф", "例子.中国", "xn--e1afmkfd.xn--p1ai"),
    *("evil.co.uk", "evil.com:8080", "evil.com?x=1", "t.me/abc", "http://evil.shop:80/a?b#c"),
    *("1.2.3.4", "1.2.3.4/x", "ton://x", "tg://user?id=1", "tonsite://foo.ton"),
    *("me@evil.com", "a+b@c.dev", "@some_channel", "(@name_x)", "#tag", "#тег", "$TAG"),
    *("/unsub", "/unsub@papergram_bot", "（/forget）", "github.com/a/b"),
    *("4242 4242 4242 4242", "4242424242424242", "4242-4242-4242-4242"),
]
"""Forms that Telegram makes live, each of its kind."""

SIGNS = [*"ab1.:/@#$-_ ·の例。—'?&=+(),5", "\u200d", "\u0301"]
WORDS = ["com", "shop", "рф", "TON", "t.me", "4242", "www.", "http://", "tg://", "@name", "/cmd"]


def live(text: str) -> list[str]:
    """The kinds of what a client makes live in a text of a bot, where times of films are none."""
    question = json.dumps({"@type": "getTextEntities", "text": text})
    answer = json.loads(cast("bytes", tdjson.td_execute(question.encode())))
    kinds = [entity["type"]["@type"] for entity in answer["entities"]]
    return [kind for kind in kinds if kind != "textEntityTypeMediaTimestamp"]


@pytest.mark.parametrize("form", LIVE)
def test_what_telegram_makes_live_is_seen_and_made_inert(form: str) -> None:
    text = f"see {form} now"

    assert live(text)
    assert list(find_autolinks(text))
    assert live(disable_autolinks(text)) == []
    assert disable_autolinks(disable_autolinks(text)) == disable_autolinks(text)


@pytest.mark.parametrize(
    "text",
    [
        "an and/or tree in 3/4 time, /mnt/data, TCP/IP",
        "Vicuna-1.5 vs. U.S. data.In e.g. Fig.2 of v2.0",
        "accuracy@5 of 3.5/4 with torch.nn, i.e. a/b",
        "mAP@50, mAP@0.5:0.95 and P@10 rise by 2.1%",
        "输入/forget 即可",  # clients see no command within a word
    ],
)
def test_what_only_resembles_a_link_is_none(text: str) -> None:
    assert list(find_autolinks(text)) == []


def test_an_address_that_other_clients_may_see_is_seen() -> None:
    assert live("代码在evil.com。") == []
    assert list(find_autolinks("代码在evil.com。"))


@given(st.lists(st.sampled_from(SIGNS + WORDS), max_size=12).map("".join))
def test_nothing_is_live_and_no_sign_is_lost(text: str) -> None:
    shown = disable_autolinks(text)

    assert live(shown) == []
    assert shown.replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")


@pytest.mark.parametrize(
    "text",
    [
        "of 18.5% in 3/4 of 1,250 runs on torch.nn and llama.cpp, e.g. at 0.5:0.95, i.e. 10^{-3}.",
        "Node.js, U.S. and v2.0 of Fig.2; arXiv:2401.01234v2; 1999-2024; C# and $5 for 3 $x$",
    ],
)
def test_ordinary_words_are_left_as_they_are(text: str) -> None:
    assert disable_autolinks(text) == text
    assert list(find_autolinks(text)) == []


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["a-", "a.", "@a", "1 ", "/a", "a@a.", "a://", "$A", "1.1."])
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    """The time limit of the test is the proof: each step backwards would take minutes."""
    text = piece * (500_000 // len(piece))

    assert len(disable_autolinks(text)) >= len(text)
    assert len(list(find_autolinks(text))) < len(text)
