"""Messages that Telegram refuses: in simpler forms, and plain words rather than nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.emulator.faults import error_response
from bot.render.size_limits import CLASSIC_UNITS, split_text, utf16_length
from bot.render.telegram.plain_text import plain_text_messages
from bot.render.telegram.split_into_messages import Message
from storage import Store
from storage.records.chats import MessageForm
from storage.records.messages import Notice, OutboxMessage
from tests.support.builders import BOT, DAY, DUE_AT
from tests.support.database import count_rows
from tests.system.faults.scene import REPEAT_NOTE, FaultScenario, bot_with_faults

RICH = (
    "Bad Request: RICH_MESSAGE_BLOCKS_TOO_MANY",
    "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG",
    "Bad Request: RICH_MESSAGE_URL_INVALID",
    "Bad Request: RICH_MESSAGE_UNSUPPORTED",
    "Bad Request: can't parse InputRichBlock: Can't find field \"size\"",
    "Bad Request: rich message must be non-empty",
)
TEXT = (
    'Bad Request: can\'t parse entities: Unsupported start tag "h1" at byte offset 0',
    "Bad Request: message is too long",
    "Bad Request: text is too long",
    "Bad Request: message text is empty",
    "Bad Request: reply markup is too long",
    "Bad Request: BUTTON_DATA_INVALID",
)


def _refuses(scene: FaultScenario, method: str, text: str, chat: int, *, times: int = 1) -> None:
    fault = error_response(int(text[:3]) if text[:3].isdecimal() else 400, text)
    scene.emulator.faults.schedule(method, fault, chat=chat, times=times)


@pytest.mark.parametrize("text", RICH)
async def test_refused_blocks_become_text_over_the_same_papers(store: Store, text: str) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = (
            scene.add_reader("Ada", form=MessageForm.THREE_COLUMNS),
            scene.add_reader("Bob", form=MessageForm.THREE_COLUMNS),
        )
        _refuses(scene, "sendRichMessage", text, ada.id)

        await scene.make_digests_due()
        await scene.advance_time(seconds=5)

        assert [c.method for c in scene.delivery_calls(ada.id)] == [
            "sendRichMessage",
            "sendMessage",
        ]
        [shown] = scene.bot_messages(ada)
        assert "[1] Study 1 of diffusion" in shown
        assert "[2] Study 2 of diffusion" in shown
        assert sorted(scene.message_states(ada)) == ["dropped", "sent"]
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 2
        assert [c.method for c in scene.delivery_calls(bob.id)] == ["sendRichMessage"], (
            "others stay rich"
        )
        assert scene.pause_reason(ada) == ""


async def test_a_server_without_rich_messages_is_asked_once(store: Store) -> None:
    """Its word counts for the whole process: everybody gets text, nobody a try in vain."""
    async with bot_with_faults(store) as scene:
        readers = [
            scene.add_reader(f"R{position}", form=MessageForm.THREE_COLUMNS)
            for position in range(20)
        ]
        missing = error_response(404, "Not Found: method not found")
        scene.emulator.faults.schedule("sendRichMessage", missing, times=1000)

        await scene.make_digests_due()
        await scene.advance_time(seconds=5)

        assert 1 <= len(scene.delivery_calls(method="sendRichMessage")) <= 8, (
            "what was in flight by then"
        )
        assert [len(scene.bot_messages(reader)) for reader in readers] == [1] * 20

        tried = len(scene.delivery_calls(method="sendRichMessage"))
        scene.announce_papers(3)
        await scene.move_clock_to(DUE_AT + DAY)
        await scene.advance_time(seconds=5)
        assert len(scene.delivery_calls(method="sendRichMessage")) == tried
        assert [len(scene.bot_messages(reader)) for reader in readers] == [2] * 20


@pytest.mark.parametrize(("code", "text"), [(404, "Not Found"), (401, "Unauthorized")])
async def test_not_every_404_is_a_missing_method(store: Store, code: int, text: str) -> None:
    """A proxy's 404 and a revoked token say nothing of blocks: the digest stays as it is."""
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada", form=MessageForm.THREE_COLUMNS)
        scene.emulator.faults.schedule("sendRichMessage", error_response(code, text))

        await scene.make_digests_due()
        await scene.advance_time(minutes=1)

        assert [c.method for c in scene.delivery_calls(ada.id)] == ["sendRichMessage"] * 2
        assert scene.message_states(ada) == ["sent"]


@pytest.mark.parametrize("text", TEXT)
async def test_a_refused_text_becomes_plain_words(store: Store, text: str) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        _refuses(scene, "sendMessage", text, ada.id)

        await scene.make_digests_due()
        await scene.advance_time(seconds=5)

        first, second = scene.delivery_calls(ada.id)
        assert not first.is_accepted
        assert "parse_mode" not in second.parameters
        assert "reply_markup" not in second.parameters
        [shown] = scene.bot_messages(ada)
        assert "[1] Study 1 of diffusion https://arxiv.org/abs/2611.80001" in shown
        assert "We study diffusion." in shown
        assert sorted(scene.message_states(ada)) == ["dropped", "sent"]
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 2
        assert len(scene.bot_messages(bob)) == 1


async def test_rich_then_classic_then_plain(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada", form=MessageForm.THREE_COLUMNS, full=True)
        _refuses(scene, "sendRichMessage", RICH[0], ada.id, times=3)
        _refuses(scene, "sendMessage", TEXT[0], ada.id)

        await scene.make_digests_due()
        for _ in range(10):
            await scene.advance_time(seconds=2)

        shown = scene.bot_messages(ada)
        assert len(shown) == 3, "the table and both entries, none twice"
        assert [text.count("[1]") for text in shown] == [1, 1, 0], "in their order"
        assert [text.count("[2]") for text in shown] == [1, 0, 1]
        assert sorted(scene.message_states(ada)) == ["dropped"] * 4 + ["sent"] * 3
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 2


async def test_plain_words_that_may_have_arrived_are_marked(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        _refuses(scene, "sendMessage", TEXT[0], ada.id)
        scene.emulator.faults.schedule("sendMessage", error_response(500, "Internal Server Error"))

        await scene.make_digests_due()
        await scene.advance_time(seconds=2)
        await scene.advance_time(minutes=1)

        [shown] = scene.bot_messages(ada)
        assert shown.startswith(REPEAT_NOTE)
        assert shown.count("Study 1 of") == 1


async def test_what_is_refused_to_the_end_is_kept_and_holds_nobody(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        _refuses(scene, "sendMessage", TEXT[0], ada.id, times=2)

        await scene.make_digests_due()
        await scene.advance_time(seconds=5)
        [dead] = [message for message in scene.outbox_messages(ada) if message.state == "dead"]
        assert dead.error.startswith("Can't parse entities")
        assert len(store.entries.missed_entries(dead.bot, ada.id, scene.clock.instant - DAY)) == 2
        assert len(scene.bot_messages(bob)) == 1

        scene.announce_papers(3)
        await scene.move_clock_to(DUE_AT + DAY)
        assert len(scene.bot_messages(ada)) == 1, "the next digest comes"

        assert store.outbox_repair.retry_message(dead.key, now=scene.clock.instant)
        await scene.advance_time(seconds=5)
        assert len(scene.bot_messages(ada)) == 2, "sent again by hand"


async def test_a_refused_notice_becomes_plain_too(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        values = (("topic", "a<b"), ("next", "x"), ("zone", "UTC"))
        notice = Notice("digest-none-yet", values)
        notice_message = OutboxMessage(
            BOT, ada.id, "now", 1, MessageForm.CLASSIC, "en", ("en",), "UTC", notice=notice
        )
        assert store.outbox.put_once(notice_message, due_at=scene.clock.instant)
        _refuses(scene, "sendMessage", TEXT[0], ada.id)

        await scene.wait_until_idle()
        await scene.advance_time(seconds=2)

        assert scene.bot_messages(ada)[0].startswith("Nothing for a<b so far.")


async def test_an_edit_that_changes_nothing_is_no_failure(store: Store) -> None:
    """The same button twice: the emulator refuses the second edit as Telegram does."""
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        [listed] = await scene.send_text(ada, "/settings")
        same = "Bad Request: message is not modified: specified new message content is the same"
        scene.emulator.faults.schedule("editMessageText", error_response(400, same))

        answer = await scene.press_button(ada, listed.button_labels[0], message_id=listed.id)

        assert answer.is_empty, "nothing is posted in its stead"
        assert count_rows(store, "inbox_updates", state="pending") == 0
        assert count_rows(store, "inbox_updates", state="failed") == 0


@given(st.text(), st.integers(2, 50))
def test_pieces_hold_every_word_and_fit(text: str, most: int) -> None:
    cut = list(split_text(text, most))

    assert all(0 < utf16_length(piece) <= most for piece in cut)
    assert "".join(cut).replace("\n", "") == text.replace("\n", "")


@given(st.text(st.characters(codec="utf-8"), max_size=9000))
def test_plain_messages_fit_telegram_whatever_the_markup(html: str) -> None:
    for message in plain_text_messages(Message(MessageForm.CLASSIC, html=html), note="x" * 150):
        assert 0 < utf16_length(message.text) <= CLASSIC_UNITS
        assert message.buttons == ()
