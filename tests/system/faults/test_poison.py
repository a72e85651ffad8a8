"""One paper, query or chat that breaks something: isolated, told in the log, and nobody else's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import pytest

from bot.digests import shared_digest
from bot.digests.publish import POSTPONED
from bot.digests.select_entries import assemble
from bot.render.telegram import fallback_forms as writing
from bot.render.telegram.split_into_messages import message
from bot.summaries import fill_missing
from bot.summaries.extractive.select import gist
from bot.texts import say
from storage import Store
from storage.records import ChatKind, Digest, Form
from tests.support.builders import BOT, DAY, DUE, follow
from tests.support.database import count
from tests.system.faults.scene import upset

POISON = "Study 2"


def _breaks(original: Callable[..., str]) -> Callable[..., str]:
    """A function of texts that fails for one paper."""

    def broken(text: str, *rest: str) -> str:
        if POISON in text:
            raise RecursionError("too deep")
        return original(text, *rest)

    return broken


def _logged(caplog: pytest.LogCaptureFixture) -> set[str]:
    return {one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR}


@pytest.mark.parametrize("form", list(Form))
async def test_a_paper_that_breaks_the_reading_of_tex_is_shown_as_written(
    store: Store, form: Form, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spoken = import_module("bot.render.entry_content")
    monkeypatch.setattr(spoken, "to_unicode", _breaks(spoken.to_unicode))
    spoken.display.cache_clear()  # it may know these words from before
    async with upset(store) as scene:
        ada = scene.reader("Ada", form=form)

        await scene.due(1, 2, 3)

        [digest] = scene.shown(ada)
        assert all(f"Study {number} of diffusion" in digest for number in (1, 2, 3))
        assert _logged(caplog) == {"TeX not readable"}
        assert count(store, "ledger", state="sent") == 3


async def test_a_paper_without_a_sentence_shows_its_abstract(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fill_missing, "gist", _breaks(gist))
    async with upset(store) as scene:
        ada = scene.reader("Ada")

        await scene.due(1, 2, 3)

        [digest] = scene.shown(ada)
        assert "Study 2 of diffusion\nWe study diffusion. It works in 2 cases." in digest
        assert _logged(caplog) == {"no gist"}


async def test_a_digest_that_cannot_be_written_at_all_holds_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In no form: it is kept for us to look at, and sent by hand once we have mended it."""
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        scene.follows(ada.id, ChatKind.PRIVATE, words="kettle")
        bob = scene.reader("Bob")
        scene.announces(1)
        await scene.publishes()
        scene.clock.at = DUE
        await scene.publishes()

        def broken(digest: Digest, *rest: object, **named: object) -> object:
            if digest.chat == ada.id:
                raise ValueError("broken")
            return message(digest, *rest, **named)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(writing, "message", broken)
            await scene.settled()
            assert scene.states(ada) == ["dead"]
            assert len(scene.shown(bob)) == 1
            assert {"parcel cannot be rendered", "parcel refused"} < _logged(caplog)

        [dead] = scene.parcels(ada)
        assert store.outbox.retry(dead.key, now=scene.clock.at)
        await scene.settled()
        assert len(scene.shown(ada)) == 1
        assert count(store, "ledger", chat=ada.id, state="sent") == 1


async def test_a_query_that_no_longer_parses_holds_no_other_topic(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        known = store.subscribers.get(BOT, ada.id)
        assert known is not None
        broken = follow(store, known, "kettle")
        assert store.subscriptions.change(replace(broken, query="((("))

        await scene.due()
        for _ in range(10):
            await scene.later(minutes=1)

        unreadable, digest = scene.shown(ada)  # told once, not at each tick
        assert say("en", "topic-unreadable-paused", topic="kettle", query="(((") in unreadable
        assert "diffusion" in digest, "the chat's other topic"
        assert len(scene.shown(bob)) == 1
        assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
        left = store.subscriptions.get(broken.key)
        assert left is not None
        assert (left.cursor, left.paused) == (broken.cursor, True), "nothing is skipped"


async def test_a_topic_that_breaks_is_tried_again_later(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")

        def broken(*given: object, **named: object) -> Digest:
            digest = assemble(*given, **named)  # type: ignore[arg-type]
            if len(digest.entries) == 2 and store.digests.of(BOT, bob.id) == []:
                raise ZeroDivisionError
            return digest

        with monkeypatch.context() as patch:
            patch.setattr(shared_digest, "assemble", broken)
            await scene.due()
        assert _logged(caplog) == {"topic not published"}
        assert sorted([len(scene.shown(ada)), len(scene.shown(bob))]) == [0, 0]

        await scene.move_to(DUE + POSTPONED)
        assert [len(scene.shown(ada)), len(scene.shown(bob))] == [1, 1]
        [topic] = await scene.topics(ada)
        assert topic.next_due == DUE + DAY
