"""Chats that cannot be written to: paused with the reason, alone, and back with all that came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.demo.emulator.faults import chat_migrated, error_response, too_many_requests
from bot.demo.people.people import GroupOrChannel, Person
from storage import Store
from storage.records.chats import ChatKind
from tests.support.builders import BOT, DAY, DUE_AT, announce, papers
from tests.support.database import count_rows
from tests.system.faults.scene import FaultScenario, bot_with_faults

FORBIDDEN = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot can't initiate conversation with a user",
    "the bot can't send messages to the bot",
    "bots can't send messages to bots",
    "the group chat was deleted",
    "bot was kicked from the group chat",
    "bot was kicked from the supergroup chat",
    "bot was kicked from the channel chat",
    "bot is not a member of the group chat",
    "bot is not a member of the supergroup chat",
    "bot is not a member of the channel chat",
)
UNCLEAR = (
    "chat not found",
    "private chat not found",
    "not enough rights to send text messages to the chat",
    "CHAT_WRITE_FORBIDDEN",
    "have no rights to send a message",
    "have no write access to the chat",
    "group chat was deactivated",
)


def _refuses(scene: FaultScenario, code: int, text: str, chat: int, *, times: int = 1000) -> None:
    kind = {400: "Bad Request", 403: "Forbidden"}[code]
    fault = error_response(code, f"{kind}: {text}")
    scene.emulator.faults.schedule("sendMessage", fault, chat=chat, times=times)


@pytest.mark.parametrize("text", FORBIDDEN)
async def test_a_chat_that_forbids_is_paused_and_the_others_go_on(store: Store, text: str) -> None:
    async with bot_with_faults(store) as scene:
        lost, other = scene.add_reader("Ada"), scene.add_reader("Bob")
        _refuses(scene, 403, text, lost.id)

        await scene.make_digests_due()
        await scene.advance_time(days=1)

        assert scene.bot_messages(lost) == []
        assert len(scene.delivery_calls(lost.id)) == 1, "asked once, never again"
        assert scene.pause_reason(lost) == f"Forbidden: {text}"
        assert scene.message_states(lost) == ["dropped"]
        assert count_rows(store, "receipts", chat=lost.id) == 0, "unseen papers are free again"
        assert len(scene.bot_messages(other)) == 1
        assert scene.message_states(other) == ["sent"]
        assert count_rows(store, "receipts", chat=other.id, state="sent") == 2


@pytest.mark.parametrize("text", UNCLEAR)
async def test_a_refusal_that_may_pass_is_tried_for_three_days(store: Store, text: str) -> None:
    async with bot_with_faults(store) as scene:
        unclear, other = scene.add_reader("Ada"), scene.add_reader("Bob")
        _refuses(scene, 400, text, unclear.id)

        await scene.make_digests_due()
        paused = []
        for _ in range(10):
            paused.append(bool(scene.pause_reason(unclear)))
            await scene.advance_time(hours=6)

        tried = [call.called_at for call in scene.delivery_calls(unclear.id)]
        assert paused == [False] * 7 + [True] * 3, "given up on the third day"
        assert len(tried) == 8, "every six hours until then"
        assert scene.pause_reason(unclear).casefold() == text.casefold()
        assert scene.message_states(unclear) == ["dropped"]
        assert len(scene.bot_messages(other)) == 1
        assert scene.delivery_calls(other.id)[0].called_at - DUE_AT < timedelta(seconds=1)


async def test_a_refusal_that_passes_costs_nothing(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        muted = scene.add_reader("Ada")
        _refuses(scene, 400, "CHAT_WRITE_FORBIDDEN", muted.id, times=3)

        await scene.make_digests_due()
        for _ in range(4):
            await scene.advance_time(hours=6)

        assert len(scene.bot_messages(muted)) == 1
        assert scene.pause_reason(muted) == ""
        assert scene.message_states(muted) == ["sent"]
        assert count_rows(store, "chats", chat=muted.id, bounces=0) == 1


async def _says_start(scene: FaultScenario, person: Person) -> None:
    await scene.send_text(person, "/start")


async def _unblocks(scene: FaultScenario, person: Person) -> None:
    person.unblock_bot()
    await scene.wait_until_idle()


@pytest.mark.parametrize("returns", [_says_start, _unblocks])
async def test_who_comes_back_gets_all_that_was_missed(
    store: Store, returns: Callable[[FaultScenario, Person], Awaitable[None]]
) -> None:
    """First what was dropped at the block, then one digest of what gathered meanwhile."""
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        _refuses(scene, 403, "bot was blocked by the user", ada.id, times=1)
        await scene.make_digests_due(1, 2)
        assert scene.pause_reason(ada)

        scene.announce_papers(3)
        await scene.move_clock_to(DUE_AT + DAY)
        scene.announce_papers(4)
        await scene.move_clock_to(DUE_AT + 2 * DAY)
        assert scene.bot_messages(ada) == []
        await returns(scene, ada)
        await scene.advance_time(minutes=1)
        await scene.advance_time(minutes=1)

        digests = [text for text in scene.bot_messages(ada) if "Study" in text]
        missed_numbers = [
            [number for number in "1234" if f"Study {number} of" in digest] for digest in digests
        ]
        assert missed_numbers == [["1", "2"], ["3", "4"]]
        assert scene.pause_reason(ada) == ""
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 4
        assert len(scene.bot_messages(bob)) == 3


async def test_who_paused_and_then_blocked_gets_what_was_missed_after_resuming(
    store: Store,
) -> None:
    """The pause that was asked for hides the block, and ends with it."""
    async with bot_with_faults(store) as scene:
        ada = scene.add_reader("Ada")
        scene.emulator.faults.schedule("sendMessage", too_many_requests(600), chat=ada.id)
        await scene.make_digests_due(1, 2)
        await scene.send_text(ada, "/pause")
        ada.block_bot()
        await scene.wait_until_idle()
        await scene.advance_time(minutes=11)
        assert scene.message_states(ada) == ["dropped"]
        assert scene.pause_reason(ada) == "asked"

        ada.unblock_bot()
        await scene.wait_until_idle()
        assert scene.message_states(ada) == ["dropped"], "the pause goes on"
        await scene.send_text(ada, "/resume")
        await scene.advance_time(minutes=1)

        assert scene.message_states(ada) == ["sent"]
        assert sum("Study 1 of" in text for text in scene.bot_messages(ada)) == 1
        assert count_rows(store, "receipts", chat=ada.id, state="sent") == 2


async def test_a_block_is_known_before_the_next_digest(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        ada, bob = scene.add_reader("Ada"), scene.add_reader("Bob")
        ada.block_bot()
        await scene.wait_until_idle()

        await scene.make_digests_due()

        assert scene.pause_reason(ada) == "blocked"
        assert scene.delivery_calls(ada.id) == [], "nobody is asked in vain"
        assert len(scene.bot_messages(bob)) == 1


async def test_a_group_that_became_a_supergroup_is_followed_there(store: Store) -> None:
    """Told by the refusal of a message, before the service message was seen."""
    async with bot_with_faults(store) as scene:
        group, bob = scene.add_group(), scene.add_reader("Bob")
        await scene.wait_until_idle()
        owner = scene.emulator.people.create_person("Owner")
        new = scene.emulator.people.create_supergroup("Lab", owner)
        new.add_bot()
        await scene.wait_until_idle()
        scene.emulator.faults.schedule("sendMessage", chat_migrated(new.id), chat=group.id)

        await scene.make_digests_due()
        await scene.advance_time(seconds=5)

        _, digest = scene.bot_messages(new)  # below the greeting
        assert digest.startswith("diffusion")
        _moved(store, group, new)
        assert len(scene.bot_messages(bob)) == 1


async def test_a_service_message_moves_everything_too(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        group, bob = scene.add_group(), scene.add_reader("Bob")
        await scene.wait_until_idle()
        await scene.make_digests_due(1, 2)
        assert len(scene.bot_messages(group)) == 1

        new = group.migrate()
        await scene.wait_until_idle()
        scene.announce_papers(2, 3)
        await scene.move_clock_to(DUE_AT + DAY)

        [digest] = scene.bot_messages(new)
        assert "Study 3 of" in digest
        assert "Study 2 of" not in digest, "what the old group had is not sent again"
        _moved(store, group, new)
        assert len(scene.bot_messages(bob)) == 2


def _moved(store: Store, old: GroupOrChannel, new: GroupOrChannel) -> None:
    for table in ("chats", "subscriptions", "digests", "outbox_messages", "receipts", "chat_holds"):
        assert count_rows(store, table, chat=old.id) == 0, table
    [topic] = store.subscriptions.of_chat(BOT, new.id)
    assert topic.cursor == store.announcements.last_seq()
    chat = store.chats.get(BOT, new.id)
    assert chat is not None
    assert chat.kind is ChatKind.SUPERGROUP


def _forum(scene: FaultScenario) -> tuple[GroupOrChannel, int]:
    """A forum with a topic in which a digest is due."""
    owner = scene.emulator.people.create_person("Owner")
    forum = scene.emulator.people.create_supergroup("Lab", owner, is_forum=True)
    forum.add_bot(is_administrator=True)
    thread = forum.open_topic("Papers")
    scene.add_chat(forum.id, ChatKind.SUPERGROUP, thread=thread)
    return forum, thread


async def _deleted(scene: FaultScenario, forum: GroupOrChannel, thread: int) -> None:
    forum.delete_topic(thread)


async def _closed(scene: FaultScenario, forum: GroupOrChannel, thread: int) -> None:
    forum.close_topic(thread)
    await scene.wait_until_idle()


@pytest.mark.parametrize("ends", [_deleted, _closed])
async def test_a_topic_that_takes_nothing_is_replaced_by_the_chat_itself(
    store: Store, ends: Callable[[FaultScenario, GroupOrChannel, int], Awaitable[None]]
) -> None:
    """No paper is lost to it, and the rest of the chat is not made to wait."""
    async with bot_with_faults(store) as scene:
        forum, thread = _forum(scene)
        scene.add_chat(forum.id, ChatKind.SUPERGROUP, words="robots")
        announce(store, papers(9, word="robots"))
        bob = scene.add_reader("Bob")
        await ends(scene, forum, thread)

        await scene.make_digests_due()
        await scene.advance_time(seconds=5)

        calls = scene.delivery_calls(forum.id)
        threads = [call.parameters.get("message_thread_id") for call in calls]
        assert threads == [str(thread), None, None]
        assert [call.is_accepted for call in calls] == [False, True, True]
        assert scene.pause_reason(forum) == ""
        assert scene.message_states(forum) == ["sent", "sent"]
        assert count_rows(store, "chats", chat=forum.id, bounces=0) == 1
        assert len(scene.bot_messages(bob)) == 1


async def test_a_topic_that_was_opened_again_has_its_digests(store: Store) -> None:
    async with bot_with_faults(store) as scene:
        forum, thread = _forum(scene)
        forum.close_topic(thread)
        await scene.make_digests_due()

        forum.chat.topics[thread].is_closed = False
        scene.announce_papers(3)
        await scene.move_clock_to(DUE_AT + DAY)

        accepted = [call for call in scene.delivery_calls(forum.id) if call.is_accepted]
        threads = [call.parameters.get("message_thread_id") for call in accepted]
        assert threads == [None, str(thread)]
