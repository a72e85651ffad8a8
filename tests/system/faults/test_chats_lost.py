"""Chats that cannot be written to: paused with the reason, alone, and back with all that came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.demo.emulator.faults import migrated, refused, too_many_requests
from bot.demo.people.people import Person, Place
from storage import Store
from storage.records import ChatKind
from tests.support.builders import BOT, DAY, DUE, announce, papers
from tests.support.database import count
from tests.system.faults.scene import Scene, upset

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


def _refuses(scene: Scene, code: int, text: str, chat: int, *, times: int = 1000) -> None:
    kind = {400: "Bad Request", 403: "Forbidden"}[code]
    fault = refused(code, f"{kind}: {text}")
    scene.emulator.faults.next("sendMessage", fault, chat=chat, times=times)


@pytest.mark.parametrize("text", FORBIDDEN)
async def test_a_chat_that_forbids_is_paused_and_the_others_go_on(store: Store, text: str) -> None:
    async with upset(store) as scene:
        lost, other = scene.reader("Ada"), scene.reader("Bob")
        _refuses(scene, 403, text, lost.id)

        await scene.due()
        await scene.later(days=1)

        assert scene.shown(lost) == []
        assert len(scene.calls(lost.id)) == 1, "asked once, never again"
        assert scene.reason(lost) == f"Forbidden: {text}"
        assert scene.states(lost) == ["dropped"]
        assert count(store, "ledger", chat=lost.id) == 0, "unseen papers are free again"
        assert len(scene.shown(other)) == 1
        assert scene.states(other) == ["sent"]
        assert count(store, "ledger", chat=other.id, state="sent") == 2


@pytest.mark.parametrize("text", UNCLEAR)
async def test_a_refusal_that_may_pass_is_tried_for_three_days(store: Store, text: str) -> None:
    async with upset(store) as scene:
        unclear, other = scene.reader("Ada"), scene.reader("Bob")
        _refuses(scene, 400, text, unclear.id)

        await scene.due()
        paused = []
        for _ in range(10):
            paused.append(bool(scene.reason(unclear)))
            await scene.later(hours=6)

        tried = [call.at for call in scene.calls(unclear.id)]
        assert paused == [False] * 7 + [True] * 3, "given up on the third day"
        assert len(tried) == 8, "every six hours until then"
        assert scene.reason(unclear).casefold() == text.casefold()
        assert scene.states(unclear) == ["dropped"]
        assert len(scene.shown(other)) == 1
        assert scene.calls(other.id)[0].at - DUE < timedelta(seconds=1)


async def test_a_refusal_that_passes_costs_nothing(store: Store) -> None:
    async with upset(store) as scene:
        muted = scene.reader("Ada")
        _refuses(scene, 400, "CHAT_WRITE_FORBIDDEN", muted.id, times=3)

        await scene.due()
        for _ in range(4):
            await scene.later(hours=6)

        assert len(scene.shown(muted)) == 1
        assert scene.reason(muted) == ""
        assert scene.states(muted) == ["sent"]
        assert count(store, "subscribers", chat=muted.id, bounces=0) == 1


async def _says_start(scene: Scene, person: Person) -> None:
    await scene.says(person, "/start")


async def _unblocks(scene: Scene, person: Person) -> None:
    person.unblocks()
    await scene.settled()


@pytest.mark.parametrize("returns", [_says_start, _unblocks])
async def test_who_comes_back_gets_all_that_was_missed(
    store: Store, returns: Callable[[Scene, Person], Awaitable[None]]
) -> None:
    """First what was dropped at the block, then one digest of what gathered meanwhile."""
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        _refuses(scene, 403, "bot was blocked by the user", ada.id, times=1)
        await scene.due(1, 2)
        assert scene.reason(ada)

        scene.announces(3)
        await scene.move_to(DUE + DAY)
        scene.announces(4)
        await scene.move_to(DUE + 2 * DAY)
        assert scene.shown(ada) == []
        await returns(scene, ada)
        await scene.later(minutes=1)
        await scene.later(minutes=1)

        digests = [text for text in scene.shown(ada) if "Study" in text]
        told = [[number for number in "1234" if f"Study {number} of" in one] for one in digests]
        assert told == [["1", "2"], ["3", "4"]]
        assert scene.reason(ada) == ""
        assert count(store, "ledger", chat=ada.id, state="sent") == 4
        assert len(scene.shown(bob)) == 3


async def test_who_paused_and_then_blocked_gets_what_was_missed_after_resuming(
    store: Store,
) -> None:
    """The pause that was asked for hides the block, and ends with it."""
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        scene.emulator.faults.next("sendMessage", too_many_requests(600), chat=ada.id)
        await scene.due(1, 2)
        await scene.says(ada, "/pause")
        ada.blocks()
        await scene.settled()
        await scene.later(minutes=11)
        assert scene.states(ada) == ["dropped"]
        assert scene.reason(ada) == "asked"

        ada.unblocks()
        await scene.settled()
        assert scene.states(ada) == ["dropped"], "the pause goes on"
        await scene.says(ada, "/resume")
        await scene.later(minutes=1)

        assert scene.states(ada) == ["sent"]
        assert sum("Study 1 of" in text for text in scene.shown(ada)) == 1
        assert count(store, "ledger", chat=ada.id, state="sent") == 2


async def test_a_block_is_known_before_the_next_digest(store: Store) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        ada.blocks()
        await scene.settled()

        await scene.due()

        assert scene.reason(ada) == "blocked"
        assert scene.calls(ada.id) == [], "nobody is asked in vain"
        assert len(scene.shown(bob)) == 1


async def test_a_group_that_became_a_supergroup_is_followed_there(store: Store) -> None:
    """Told by the refusal of a message, before the service message was seen."""
    async with upset(store) as scene:
        lab, bob = scene.group(), scene.reader("Bob")
        await scene.settled()
        owner = scene.emulator.people.person("Owner")
        new = scene.emulator.people.supergroup("Lab", owner)
        new.add_bot()
        await scene.settled()
        scene.emulator.faults.next("sendMessage", migrated(new.id), chat=lab.id)

        await scene.due()
        await scene.later(seconds=5)

        _, digest = scene.shown(new)  # below the greeting
        assert digest.startswith("diffusion")
        _moved(store, lab, new)
        assert len(scene.shown(bob)) == 1


async def test_a_service_message_moves_everything_too(store: Store) -> None:
    async with upset(store) as scene:
        lab, bob = scene.group(), scene.reader("Bob")
        await scene.settled()
        await scene.due(1, 2)
        assert len(scene.shown(lab)) == 1

        new = lab.migrate()
        await scene.settled()
        scene.announces(2, 3)
        await scene.move_to(DUE + DAY)

        [digest] = scene.shown(new)
        assert "Study 3 of" in digest
        assert "Study 2 of" not in digest, "what the old group had is not sent again"
        _moved(store, lab, new)
        assert len(scene.shown(bob)) == 2


def _moved(store: Store, old: Place, new: Place) -> None:
    for table in ("subscribers", "subscriptions", "digests", "parcels", "ledger", "holds"):
        assert count(store, table, chat=old.id) == 0, table
    [topic] = store.subscriptions.of(BOT, new.id)
    assert topic.cursor == store.papers.last_seq()
    known = store.subscribers.get(BOT, new.id)
    assert known is not None
    assert known.kind is ChatKind.SUPERGROUP


def _forum(scene: Scene) -> tuple[Place, int]:
    """A forum with a topic in which a digest is due."""
    owner = scene.emulator.people.person("Owner")
    forum = scene.emulator.people.supergroup("Lab", owner, is_forum=True)
    forum.add_bot(is_administrator=True)
    thread = forum.open_topic("Papers")
    scene.follows(forum.id, ChatKind.SUPERGROUP, thread=thread)
    return forum, thread


async def _deleted(scene: Scene, forum: Place, thread: int) -> None:
    forum.delete_topic(thread)


async def _closed(scene: Scene, forum: Place, thread: int) -> None:
    forum.close_topic(thread)
    await scene.settled()


@pytest.mark.parametrize("ends", [_deleted, _closed])
async def test_a_topic_that_takes_nothing_is_replaced_by_the_chat_itself(
    store: Store, ends: Callable[[Scene, Place, int], Awaitable[None]]
) -> None:
    """No paper is lost to it, and the rest of the chat is not made to wait."""
    async with upset(store) as scene:
        forum, thread = _forum(scene)
        scene.follows(forum.id, ChatKind.SUPERGROUP, words="robots")
        announce(store, papers(9, word="robots"))
        bob = scene.reader("Bob")
        await ends(scene, forum, thread)

        await scene.due()
        await scene.later(seconds=5)

        calls = scene.calls(forum.id)
        threads = [call.parameters.get("message_thread_id") for call in calls]
        assert threads == [str(thread), None, None]
        assert [call.is_accepted for call in calls] == [False, True, True]
        assert scene.reason(forum) == ""
        assert scene.states(forum) == ["sent", "sent"]
        assert count(store, "subscribers", chat=forum.id, bounces=0) == 1
        assert len(scene.shown(bob)) == 1


async def test_a_topic_that_was_opened_again_has_its_digests(store: Store) -> None:
    async with upset(store) as scene:
        forum, thread = _forum(scene)
        forum.close_topic(thread)
        await scene.due()

        forum.chat.topics[thread].is_closed = False
        scene.announces(3)
        await scene.move_to(DUE + DAY)

        accepted = [call for call in scene.calls(forum.id) if call.is_accepted]
        threads = [call.parameters.get("message_thread_id") for call in accepted]
        assert threads == [None, str(thread)]
