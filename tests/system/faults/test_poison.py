"""One paper, query or chat that breaks something: isolated, told in the log, and nobody else's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import pytest

from bot.digests import shared_digest
from bot.digests.publish import RETRY_FAILED_AFTER
from bot.digests.select_entries import assemble_digest
from bot.render.telegram import fallback_forms
from bot.render.telegram.split_into_messages import render_part
from bot.summaries import fill_missing
from bot.summaries.extractive.select import extract_tldr
from bot.texts import say
from storage import Store
from storage.records.chats import ChatKind, MessageForm
from storage.records.digests import Digest
from tests.support.builders import BOT, DAY, DUE_AT, subscribe_chat
from tests.support.database import count_rows
from tests.system.faults.scene import bot_with_faults

POISON = "Study 2"


def _breaks(original: Callable[..., str]) -> Callable[..., str]:
    """A function of texts that fails for one paper."""

    def broken(text: str, *arguments: str) -> str:
        if POISON in text:
            raise RecursionError("too deep")
        return original(text, *arguments)

    return broken


def _logged(caplog: pytest.LogCaptureFixture) -> set[str]:
    return {record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR}


@pytest.mark.parametrize("form", list(MessageForm))
async def test_a_paper_that_breaks_the_reading_of_tex_is_shown_as_written(
    store: Store,
    form: MessageForm,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry_content = import_module("bot.render.entry_content")
    monkeypatch.setattr(entry_content, "to_unicode", _breaks(entry_content.to_unicode))
    entry_content.display_text.cache_clear()  # it may know these words from before
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada", form=form)

        await scene.make_digests_due(1, 2, 3)

        [digest] = scene.bot_messages(ada)
        assert all(f"Study {number} of diffusion" in digest for number in (1, 2, 3))
        assert _logged(caplog) == {"TeX not readable"}
        assert count_rows(store, "receipts", state="sent") == 3


async def test_a_paper_without_a_sentence_shows_its_abstract(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fill_missing, "extract_tldr", _breaks(extract_tldr))
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")

        await scene.make_digests_due(1, 2, 3)

        [digest] = scene.bot_messages(ada)
        assert "Study 2 of diffusion\nWe study diffusion. It works in 2 cases." in digest
        assert _logged(caplog) == {"no gist"}


async def test_a_digest_that_cannot_be_written_at_all_holds_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In no form: it is kept for us to look at, and sent by hand once we have mended it."""
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        scene.add_chat(ada.id, ChatKind.PRIVATE, words="kettle")
        bob = scene.add_reader("Bob")
        scene.announce_papers(1)
        await scene.publish_digests()
        scene.clock.instant = DUE_AT
        await scene.publish_digests()

        def broken(digest: Digest, *arguments: object, **named: object) -> object:
            if digest.chat == ada.id:
                raise ValueError("broken")
            return render_part(digest, *arguments, **named)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(fallback_forms, "render_part", broken)
            await scene.wait_until_idle()
            assert scene.message_states(ada) == ["dead"]
            assert len(scene.bot_messages(bob)) == 1
            assert {"parcel cannot be rendered", "parcel refused"} < _logged(caplog)

        [dead] = scene.outbox_messages(ada)
        assert store.outbox_repair.retry_message(dead.key, now=scene.clock.instant)
        await scene.wait_until_idle()
        assert len(scene.bot_messages(ada)) == 1
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 1


async def test_a_query_that_no_longer_parses_holds_no_other_topic(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        chat = store.chats.get(BOT, ada.id)
        assert chat is not None
        broken = subscribe_chat(store, chat, "kettle")
        assert store.subscriptions.update(replace(broken, query="((("))

        await scene.make_digests_due()
        for _ in range(10):
            await scene.advance_time(minutes=1)

        unreadable, digest = scene.bot_messages(ada)  # told once, not at each tick
        assert say("en", "topic-unreadable-paused", topic="kettle", query="(((") in unreadable
        assert "diffusion" in digest, "the chat's other topic"
        assert len(scene.bot_messages(bob)) == 1
        assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
        topic = store.subscriptions.get(broken.key)
        assert topic is not None
        assert (topic.cursor, topic.paused) == (broken.cursor, True), "nothing is skipped"


async def test_a_topic_that_breaks_is_tried_again_later(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")

        def broken(*arguments: object, **named: object) -> Digest:
            digest = assemble_digest(*arguments, **named)  # type: ignore[arg-type]
            if len(digest.entries) == 2 and store.digests.headings_of_chat(BOT, bob.id) == []:
                raise ZeroDivisionError
            return digest

        with monkeypatch.context() as patch:
            patch.setattr(shared_digest, "assemble_digest", broken)
            await scene.make_digests_due()
        assert _logged(caplog) == {"topic not published"}
        assert sorted([len(scene.bot_messages(ada)), len(scene.bot_messages(bob))]) == [0, 0]

        await scene.move_clock_to(DUE_AT + RETRY_FAILED_AFTER)
        assert [len(scene.bot_messages(ada)), len(scene.bot_messages(bob))] == [1, 1]
        [topic] = await scene.topics(ada)
        assert topic.next_due == DUE_AT + DAY
