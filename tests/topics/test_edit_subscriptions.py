"""What a person asks for becomes topics and settings, or a refusal that says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.digests.preview import WeeklyPaperCounts, preview, sample_digest
from bot.digests.publish import publish_due_chats
from bot.texts import Refusal
from bot.topics import edit_subscriptions
from bot.topics.edit_subscriptions import find_same_topic
from bot.topics.query.normal_form import query_categories
from bot.topics.query.parser import QueryError, parse
from bot.topics.topic_name import MAX_DEFAULT_LENGTH
from storage import Store
from storage.records.chats import Cadence, Chat, ChatKind, MessageForm
from tests.support.builders import (
    BOT,
    DAY,
    DUE_AT,
    NOW,
    POLLED_CATEGORIES,
    TODAY,
    announce,
    create_chat,
    papers,
    subscribe_chat,
)
from tests.support.database import dump_tables


def test_a_preview_counts_a_week_and_stores_nothing(store: Store) -> None:
    announce(store, papers(1), day=TODAY - 6 * DAY)
    announce(store, papers(2, 3, 4))
    announce(store, papers(5), day=TODAY - 7 * DAY)
    before = dump_tables(store)

    words = "Diffusion STUDY"
    shown = preview(store, parse(words), words, NOW, polled_categories=POLLED_CATEGORIES)

    assert (shown.papers, shown.days, len(shown.papers_by_day)) == (4, 7, 2)
    assert [paper.id for paper in shown.examples] == [
        f"arxiv:2611.8{number:04}" for number in (2, 3, 4)
    ]
    assert (shown.query.text, shown.has_chinese) == ("diffusion study", False)
    assert dump_tables(store) == before


def test_a_topic_is_known_in_other_words(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "diffusion cat:cs.CV")

    assert find_same_topic(store, reader, parse("CS.cv  Diffusion"), 0) == topic
    assert find_same_topic(store, reader, parse("CS.cv  Diffusion"), 7) is None


def test_a_topic_that_an_older_version_printed_otherwise_is_known(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "diffusion")
    with store.transaction():
        store.subscriptions.update(replace(topic, query="diffusion or splatting"))

    same_topic = find_same_topic(store, reader, parse("splatting or diffusion"), 0)

    assert same_topic
    assert same_topic.key == topic.key


def test_a_preview_tells_chinese_words(store: Store) -> None:
    words = "扩散模型"
    shown = preview(store, parse(words), words, NOW, polled_categories=POLLED_CATEGORIES)
    assert (shown.has_chinese, shown.papers) == (True, 0)


def test_a_new_topic_begins_with_what_comes(store: Store) -> None:
    announce(store, papers(1, 2))

    topic = subscribe_chat(store, create_chat(store))

    assert (topic.cursor, topic.next_due, topic.zone) == (
        store.announcements.last_seq(),
        DUE_AT,
        "UTC",
    )


def test_the_same_topic_twice_is_the_one_that_is_there(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "diffusion -survey")
    before = dump_tables(store)

    with store.transaction():
        again, added = edit_subscriptions.subscribe(
            store,
            reader,
            "NOT survey Diffusion",
            NOW + DAY,
            polled_categories=POLLED_CATEGORIES,
            limit=50,
        )

    assert (again, added) == (topic, False)
    assert dump_tables(store) == before


def test_no_two_topics_of_a_chat_are_named_alike(store: Store) -> None:
    reader = create_chat(store)
    first = subscribe_chat(store, reader, "cat:cs.CV")
    second = subscribe_chat(store, reader, "cat:cs.CV -survey")
    third = subscribe_chat(store, reader, "robots")

    _, edited = edit_subscriptions.edit_query(
        store, reader, third.key, "cat:cs.CV -video", polled_categories=POLLED_CATEGORIES
    )
    renamed = edit_subscriptions.rename_topic(store, reader, second.key, "")

    names = [first.name, second.name, edited.name]
    assert names == ["cs.CV", "cat:cs.CV -survey", "cat:cs.CV -video"]
    assert renamed.name != first.name


def test_a_name_given_with_a_topic_is_no_other_topics(store: Store) -> None:
    reader = create_chat(store)
    typed = subscribe_chat(store, reader, "Diffusion Models")
    robots = subscribe_chat(store, reader, "robots")
    edit_subscriptions.rename_topic(store, reader, robots.key, "扩散模型")

    with store.transaction():
        field, _ = edit_subscriptions.subscribe(
            store,
            reader,
            '"diffusion transformer"',
            NOW,
            polled_categories=POLLED_CATEGORIES,
            limit=50,
            name="Diffusion models",
        )
        chinese, _ = edit_subscriptions.subscribe(
            store, reader, "扩散模型", NOW, polled_categories=POLLED_CATEGORIES, limit=50
        )

    assert typed.name == "Diffusion Models"
    assert field.name == '"diffusion transformer"'
    assert (chinese.name, chinese.query) == ('"diffusion model"', '"diffusion model"')


def test_chinese_words_name_a_topic_however_they_come(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "扩散模型 cat:cs.CV")

    _, edited = edit_subscriptions.edit_query(
        store, reader, topic.key, "图像修复", polled_categories=POLLED_CATEGORIES
    )

    assert (topic.name, topic.query) == ("扩散模型 cs.CV", '"diffusion model" cat:cs.CV')
    assert (edited.name, edited.query) == ("图像修复", '"image restoration"')


def test_two_threads_of_a_forum_may_follow_the_same(store: Store) -> None:
    forum = create_chat(store, -5)
    subscribe_chat(store, forum)
    with store.transaction():
        other, added = edit_subscriptions.subscribe(
            store, forum, "diffusion", NOW, polled_categories=POLLED_CATEGORIES, limit=50, thread=7
        )
    assert added
    assert other.thread == 7


def test_topics_keep_the_order_in_which_they_came(store: Store) -> None:
    reader = create_chat(store)
    for words in ("study", "diffusion", "robots"):
        subscribe_chat(store, reader, words)
    first, *_ = store.subscriptions.of_chat(BOT, reader.id)
    store.subscriptions.remove(first.key)
    subscribe_chat(store, reader, "vision")

    names = [topic.name for topic in store.subscriptions.of_chat(BOT, reader.id)]
    assert names == ["diffusion", "robots", "vision"]


def test_a_chat_follows_no_more_than_it_may(store: Store) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader, "diffusion")
    before = dump_tables(store)

    with pytest.raises(Refusal) as refusal:
        edit_subscriptions.subscribe(
            store, reader, "robots", NOW, polled_categories=POLLED_CATEGORIES, limit=1
        )

    assert (refusal.value.key, refusal.value.values) == ("topic-limit", {"limit": 1})
    assert dump_tables(store) == before


@pytest.mark.parametrize("words", ["cat:hep-th", "hep-th quantum", "hep-th OR gr-qc"])
def test_a_category_that_nobody_reads_is_refused(store: Store, words: str) -> None:
    """The topic would stay silent for ever."""
    reader = create_chat(store)
    before = dump_tables(store)

    with pytest.raises(Refusal) as refusal:
        preview(store, parse(words), words, NOW, polled_categories=POLLED_CATEGORIES)
    with pytest.raises(Refusal):
        edit_subscriptions.subscribe(
            store, reader, words, NOW, polled_categories=POLLED_CATEGORIES, limit=50
        )

    assert refusal.value.key == "topic-unread"
    assert "hep-th" in refusal.value.say("en")
    assert "cs.CV" in refusal.value.say("en")
    assert dump_tables(store) == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("diffusion", ()),
        ("cs.CV", ("cs.CV",)),
        ("diffusion (cs.CV OR cs.LG) -cs.RO", ("cs.CV", "cs.LG")),
        ("cs.CV OR (cs.CV robots)", ("cs.CV",)),
    ],
)
def test_the_categories_that_a_query_asks_for(words: str, expected: tuple[str, ...]) -> None:
    assert query_categories(parse(words).clause) == expected


def test_words_that_cannot_be_understood_store_nothing(store: Store) -> None:
    reader = create_chat(store)
    before = dump_tables(store)

    with pytest.raises(QueryError) as error:
        edit_subscriptions.subscribe(
            store, reader, "robots (", NOW, polled_categories=POLLED_CATEGORIES, limit=50
        )

    assert error.value.position == 7
    assert dump_tables(store) == before


def test_another_chats_topic_is_as_if_it_were_not_there(store: Store) -> None:
    topic = subscribe_chat(store, create_chat(store, 1))
    stranger = create_chat(store, 2)
    other_bot = store.chats.get_or_add(Chat(BOT + 1, 1, ChatKind.PRIVATE))
    before = dump_tables(store)

    for reader in (stranger, other_bot):
        with pytest.raises(Refusal) as refusal:
            edit_subscriptions.unsubscribe(store, reader, topic.key)
        assert refusal.value.key == "topic-gone"
        assert edit_subscriptions.find_topic(store, reader, "1") is None

    assert dump_tables(store) == before


@pytest.mark.parametrize(
    ("words", "words_found"),
    [
        ("1", "diffusion study"),
        ("2", "robots"),
        ("ROBOTS", "robots"),
        ("study diffusion", "diffusion study"),
        ("0", ""),
        ("3", ""),
        ("²", ""),
        ("vision", ""),
        ("(((", ""),
    ],
)
def test_a_topic_is_named_by_number_or_words(store: Store, words: str, words_found: str) -> None:
    reader = create_chat(store)
    subscribe_chat(store, reader, "diffusion study")
    subscribe_chat(store, reader, "robots")

    topic = edit_subscriptions.find_topic(store, reader, words)

    assert (topic.query if topic else "") == words_found


def test_a_topics_name_keeps_the_order_of_the_words(store: Store) -> None:
    topic = subscribe_chat(store, create_chat(store), "  study   diffusion ")
    assert (topic.name, topic.query) == ("study diffusion", "diffusion study")


def test_other_words_keep_the_cursor_and_the_chosen_name(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "study diffusion")
    announce(store, papers(1))

    old, new = edit_subscriptions.edit_query(
        store, reader, topic.key, "robots study", polled_categories=POLLED_CATEGORIES
    )
    assert old == topic
    assert (new.name, new.query, new.cursor) == ("robots study", "robots study", topic.cursor)
    edit_subscriptions.rename_topic(store, reader, topic.key, "Machines")
    _, edited = edit_subscriptions.edit_query(
        store, reader, topic.key, "robots -survey", polled_categories=POLLED_CATEGORIES
    )
    assert (edited.name, edited.query) == ("Machines", "robots -survey")
    assert edit_subscriptions.rename_topic(store, reader, topic.key, " ").name == "robots"


def test_a_long_name_is_cut_and_still_known_as_the_words(store: Store) -> None:
    reader = create_chat(store)
    words = " ".join(f"word{number:02}" for number in range(40))
    topic = subscribe_chat(store, reader, words)
    assert len(topic.name) <= MAX_DEFAULT_LENGTH
    _, new = edit_subscriptions.edit_query(
        store, reader, topic.key, "robots", polled_categories=POLLED_CATEGORIES
    )
    assert new.name == "robots"


@pytest.mark.parametrize(
    ("words", "key"), [("Robots", "topic-same"), ("cat:hep-th", "topic-unread")]
)
def test_words_of_another_topic_or_of_an_unread_category_are_refused(
    store: Store, words: str, key: str
) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    subscribe_chat(store, reader, "robots")
    before = dump_tables(store)

    with pytest.raises(Refusal, match=key):
        edit_subscriptions.edit_query(
            store, reader, topic.key, words, polled_categories=POLLED_CATEGORIES
        )

    assert dump_tables(store) == before


def test_a_topic_that_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    edit_subscriptions.rename_topic(store, reader, topic.key, "Noise")

    with pytest.raises(Refusal, match="topic-changed"):
        edit_subscriptions.save_topic(store, replace(topic, limit=50))

    [stored_topic] = store.subscriptions.of_chat(BOT, reader.id)
    assert (stored_topic.name, stored_topic.limit) == ("Noise", topic.limit)


def test_a_restored_topic_never_skips_what_it_was_not_told_of(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    announce(store, papers(1))
    store.subscriptions.remove(topic.key)

    for cursor, expected in ((topic.cursor, topic.cursor), (10**9, 1), (-1, 1)):
        back = replace(topic, cursor=cursor)
        assert edit_subscriptions.restore_topic(
            store, back, NOW, polled_categories=POLLED_CATEGORIES, limit=50
        )
        [stored_topic] = store.subscriptions.of_chat(BOT, reader.id)
        assert (stored_topic.cursor, stored_topic.next_due) == (expected, DUE_AT)
        store.subscriptions.remove(stored_topic.key)


def test_a_restored_topic_is_not_followed_twice_in_other_words(store: Store) -> None:
    """An earlier version printed the words of a query in another order."""
    reader = create_chat(store)
    topic = subscribe_chat(store, reader, "diffusion video")
    with store.transaction():
        assert store.subscriptions.update(replace(topic, query="video diffusion"))

    assert not edit_subscriptions.restore_topic(
        store, topic, NOW, polled_categories=POLLED_CATEGORIES, limit=50
    )
    assert len(store.subscriptions.of_chat(BOT, reader.id)) == 1


def test_a_sample_counts_for_nothing_later(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    assert sample_digest(store, reader, topic, NOW) is None
    announce(store, papers(1, 2))

    shown = sample_digest(store, reader, topic, NOW)

    assert shown
    assert (len(shown.entries), shown.topic) == (2, topic.name)
    assert store.subscriptions.get(topic.key) == topic
    assert dump_tables(store)["receipts"] == []
    assert dump_tables(store)["outbox_messages"] == []


def test_a_week_is_counted_once_a_day_and_a_few_at_a_time(store: Store) -> None:
    announce(store, papers(1, 2))
    volumes = WeeklyPaperCounts()
    queries = ["diffusion", "study", "robots"]

    assert volumes.counts_for(store, queries, NOW, count=2) == {"diffusion": (2,), "study": (2,)}
    announce(store, papers(3))
    assert volumes.counts_for(store, queries, NOW, count=2) == {
        "diffusion": (2,),
        "study": (2,),
        "robots": (0,),
    }
    assert volumes.counts_for(store, queries, NOW + DAY, count=1) == {"diffusion": (3,)}


def test_only_so_many_counts_are_remembered(store: Store) -> None:
    volumes = WeeklyPaperCounts(max_topics=2)
    for query in ("a1", "b2", "c3"):
        volumes.remember(query, (1,), NOW)
    assert set(volumes.counts) == {"b2", "c3"}


def test_a_topic_with_times_of_its_own_keeps_them(store: Store) -> None:
    reader = create_chat(store)
    topic = subscribe_chat(store, reader)
    subscribe_chat(store, reader, "robots")
    own_cadence, others = Cadence(times=(time(21),)), Cadence(times=(time(7),))
    with store.transaction():
        edit_subscriptions.set_topic_cadence(store, topic, own_cadence, NOW)
        edit_subscriptions.set_cadence(store, reader, others, NOW)

    assert [t.cadence for t in store.subscriptions.of_chat(BOT, reader.id)] == [own_cadence, others]


def test_a_new_zone_is_for_the_chat_and_all_its_topics(store: Store) -> None:
    reader = create_chat(store)
    for words in ("diffusion", "robots"):
        subscribe_chat(store, reader, words)

    with store.transaction():
        changed = edit_subscriptions.set_zone(store, reader, "Asia/Shanghai", NOW)

    assert changed.zone == "Asia/Shanghai"
    assert store.chats.get(BOT, reader.id) == changed
    assert [
        (topic.zone, topic.next_due) for topic in store.subscriptions.of_chat(BOT, reader.id)
    ] == [("Asia/Shanghai", DUE_AT.replace(hour=0))] * 2


def test_turning_the_clock_back_does_not_bring_today_again(store: Store) -> None:
    """Eight o'clock came in Shanghai; the same morning's eight in Berlin is the same occasion."""
    reader = create_chat(store)
    with store.transaction():
        reader = edit_subscriptions.set_zone(store, reader, "Asia/Shanghai", NOW)
    subscribe_chat(store, reader)
    publish_due_chats(store, BOT, datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
    after_eight = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)

    with store.transaction():
        edit_subscriptions.set_zone(store, reader, "Europe/Berlin", after_eight)

    [topic] = store.subscriptions.of_chat(BOT, reader.id)
    assert topic.next_due == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def test_a_new_time_is_for_every_topic(store: Store) -> None:
    reader = create_chat(store)
    for words in ("diffusion", "robots"):
        subscribe_chat(store, reader, words)

    with store.transaction():
        edit_subscriptions.set_cadence(store, reader, Cadence(times=(time(7, 30),)), NOW)

    assert [
        (topic.cadence.times, topic.next_due)
        for topic in store.subscriptions.of_chat(BOT, reader.id)
    ] == [((time(7, 30),), DUE_AT.replace(hour=7, minute=30))] * 2


def test_a_time_outlives_the_topics(store: Store) -> None:
    """Chosen before the first topic, or between the last one and its undo, it still holds."""
    reader = create_chat(store)
    with store.transaction():
        reader = edit_subscriptions.set_cadence(store, reader, Cadence(times=(time(7, 30),)), NOW)
    topic = subscribe_chat(store, reader)
    assert topic.cadence.times == (time(7, 30),)

    with store.transaction():
        edit_subscriptions.unsubscribe(store, reader, topic.key)
    assert subscribe_chat(store, reader).cadence.times == (time(7, 30),)


def test_form_and_languages_are_the_chats(store: Store) -> None:
    reader = create_chat(store)
    with store.transaction():
        edit_subscriptions.set_form(store, reader, MessageForm.THREE_COLUMNS)
    reader = replace(reader, form=MessageForm.THREE_COLUMNS)
    with store.transaction():
        reader = edit_subscriptions.set_language(store, reader, "zh")
        reader = edit_subscriptions.set_languages(store, reader, ("zh", "en"))

    assert store.chats.get(BOT, reader.id) == reader
    assert (reader.form, reader.language, reader.languages) == (
        MessageForm.THREE_COLUMNS,
        "zh",
        ("zh", "en"),
    )
