"""What an operator ruled, who there is, and a question that is answered somewhere else."""

from __future__ import annotations

from storage import Store
from storage.records import ChatKind, ParcelState, Person, Population, Question, Update
from tests.storage.builders import BOT, CHAT, MINUTE, NOW, chat, issued, paper, parcel, stored
from tests.storage.builders import topic as follow

PERSON = 987_654_321


def test_a_ban_holds_for_a_chat_or_a_person_until_it_is_lifted(store: Store) -> None:
    assert store.rulings.ban(BOT, PERSON, NOW)
    assert not store.rulings.ban(BOT, PERSON, NOW)
    assert store.rulings.banned(BOT, CHAT, PERSON) == PERSON
    assert store.rulings.banned(BOT, PERSON, 1) == PERSON
    assert store.rulings.banned(BOT, CHAT, 1) is None
    assert store.rulings.banned(BOT + 1, CHAT, PERSON) is None
    assert [store.rulings.tell(BOT, PERSON) for _ in range(2)] == [True, False]
    assert [store.rulings.lift(BOT, PERSON) for _ in range(2)] == [True, False]
    assert store.rulings.banned(BOT, CHAT, PERSON) is None


def test_a_chat_is_allowed_what_was_ruled_last(store: Store) -> None:
    assert store.rulings.allowed(BOT, CHAT) is None

    store.rulings.allow(BOT, CHAT, 3)
    store.rulings.allow(BOT, CHAT, 200)

    assert store.rulings.allowed(BOT, CHAT) == 200


def test_everybody_is_counted_and_the_busiest_come_first(store: Store) -> None:
    for number in (CHAT, CHAT - 1, CHAT - 2):
        chat(store, number)
    follow(store, "one", number=CHAT - 1)
    follow(store, "two", number=CHAT - 1)
    follow(store, "one", number=CHAT)
    store.subscribers.pause(BOT, CHAT - 2, "asked")
    store.subscribers.meet(Person(BOT, PERSON, "Ada"))

    kind = chat(store).kind
    assert store.census.population(BOT) == Population(
        chats={kind: 3}, paused=1, people=1, topics=3, queries=2
    )
    busiest = store.census.busiest(BOT, 2)
    assert [(one.chat, topics) for one, topics in busiest] == [(CHAT - 1, 2), (CHAT, 1)]
    assert [one.chat for one, _ in store.census.busiest(BOT, 2, skip=2)] == [CHAT - 2]
    assert store.census.population(BOT + 1) == Population({}, 0, 0, 0, 0)
    assert isinstance(kind, ChatKind)


def test_a_question_about_a_channel_is_answered_in_private(store: Store) -> None:
    store.asks.put(BOT, CHAT, PERSON, Question("rename", 7, 8), NOW)

    store.asks.carry(BOT, CHAT, PERSON, to=PERSON)

    assert store.asks.take(BOT, CHAT, PERSON, NOW) is None
    assert store.asks.about(BOT, PERSON, PERSON) == CHAT
    assert store.asks.take(BOT, PERSON, PERSON, NOW) == Question("rename", 7, 8, about=CHAT)
    assert store.asks.about(BOT, PERSON, PERSON) == 0


def test_what_waits_for_a_chat_is_withdrawn_and_can_come_back(store: Store) -> None:
    [one] = stored(store, [paper(1)])
    chat(store)
    digest = issued(store, [one])
    store.outbox.put_once(parcel(CHAT, digest=digest, first=1, last=1))

    assert store.outbox.withdraw(BOT, CHAT, now=NOW, reason="banned") == 1

    assert store.outbox.counts(BOT)[ParcelState.DROPPED] == 1
    assert store.digests.received(BOT, CHAT, [one.key]) == {}
    assert store.outbox.revive(BOT, CHAT, now=NOW + MINUTE) == 1


def test_what_a_forgotten_person_said_elsewhere_is_emptied(store: Store) -> None:
    """Only where it was set aside: all else is empty already."""
    for number, who in ((1, PERSON), (2, PERSON * 10)):
        said = f'{{"message": {{"from": {{"id": {who}, "is_bot": false}}}}}}'
        store.inbox.put([Update(BOT, number, CHAT, said)])
        store.inbox.failed(BOT, number, "exception")

    store.subscribers.forget_person(BOT, PERSON)

    rows = store._engine.all("select body from updates order by id")
    assert [bool(row["body"]) for row in rows] == [False, True]
