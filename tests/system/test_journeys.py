"""A subscriber's journey and a paper's journey, from end to end over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.demo.people.people import Person
from bot.demo.people.visible_messages import VisibleMessage
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import IngestReport, ingest_source
from bot.ingest.sources.addresses import arxiv_feed
from bot.texts import say
from bot.texts.dates import format_day, format_days_briefly, format_moment
from storage import Store
from storage.records.chats import MessageForm
from storage.records.messages import Priority
from storage.records.papers import Announcement
from storage.records.summaries import Summary
from tests.ingest.sources.feeds import read_feed
from tests.ingest.sources.offline import streamed_response
from tests.support.clock import MONDAY_AFTERNOON
from tests.support.database import count_rows, dump_tables
from tests.support.running_bot import RunningBot, run_bot, sample_announcements, store_sample

TOPIC = "diffusion OR splatting"
DUE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # the next 08:00 in UTC, a new chat's zone
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tongue:
    """What the bot says on the way, in one language."""

    code: str
    paper: str  # what is said about the first paper of the last days
    tldr: str  # ... about the first one of the scheduled digest

    def __call__(self, key: str, **values: str | int) -> str:
        """A text in this language."""
        return say(self.code, key, **values)

    def labels(self, *keys: str) -> tuple[str, ...]:
        """The labels of buttons."""
        return tuple(self(key) for key in keys)


ENGLISH = Tongue(
    "en",
    "We show that a locomotion policy of this kind can be distilled into 210 kB of weights",
    "We introduce Noise Budgets, a sampler that allocates steps to image regions",
)
CHINESE = Tongue(
    "zh",
    "将扩散运动策略蒸馏成 210 kB 的四头混合学生网络而不丢失步态选择能力",
    "提出一种按图像区域的收敛快慢分配去噪步数的采样器",
)


@pytest.mark.parametrize("form", list(MessageForm))
@pytest.mark.parametrize("tongue", [ENGLISH, CHINESE], ids=["en", "zh"])
async def test_a_subscriber_from_hello_to_undo(
    store: Store, tongue: Tongue, form: MessageForm
) -> None:
    """Each step: what is to be seen, and what is left in the store."""
    async with run_bot(store, form=form) as running_bot:
        ahead = await store_sample(running_bot)
        ada = running_bot.create_person(language=tongue.code)

        await _greeted(running_bot, ada, tongue)
        await _subscribed(running_bot, ada, tongue)
        await _shown_by_command(running_bot, ada, tongue, form)
        await _delivered_at_its_minute(running_bot, ada, tongue, form, ahead)
        await _stopped_and_undone(running_bot, ada, tongue)


async def _greeted(running_bot: RunningBot, ada: Person, tongue: Tongue) -> None:
    [hello] = await running_bot.send_text(ada, "/start")

    assert hello.text.startswith(tongue("start-hello"))
    assert hello.button_labels[:2] == (
        tongue("field-diffusion"),
        tongue("field-agents"),
    )
    assert (await running_bot.stored_chat(ada)).language == tongue.code
    assert await running_bot.topics(ada) == []


async def _subscribed(running_bot: RunningBot, ada: Person, tongue: Tongue) -> None:
    before = dump_tables(
        running_bot.store, ignored_tables=("inbox_updates", "leases", "button_payloads")
    )
    [preview] = await running_bot.send_text(ada, f"/sub {TOPIC}")

    assert preview.text.startswith(f"{TOPIC}\n\n{tongue('preview-count', papers=3, days=7)}")
    assert preview.button_labels == tongue.labels(
        "button-subscribe", "button-change", "button-cancel"
    )
    assert (
        dump_tables(
            running_bot.store, ignored_tables=("inbox_updates", "leases", "button_payloads")
        )
        == before
    )

    await running_bot.finish_onboarding(ada)
    answer = await running_bot.press_button(ada, tongue("button-subscribe"))

    assert answer.only_message.id == preview.id, "the preview becomes the confirmation"
    assert answer.only_message.text == tongue(
        "subscribed", topic=TOPIC, next=format_moment(tongue.code, DUE, "UTC"), zone="UTC"
    )
    assert answer.only_message.button_labels == tongue.labels(
        "button-digest", "button-settings", "button-list"
    )
    [topic] = await running_bot.topics(ada)
    assert (topic.query, topic.next_due, topic.zone) == (TOPIC, DUE, "UTC")
    assert topic.cursor == running_bot.store.announcements.last_seq()


async def _shown_by_command(
    running_bot: RunningBot, ada: Person, tongue: Tongue, form: MessageForm
) -> None:
    """A new topic shows its last days at once, which counts for nothing later."""
    [digest] = await running_bot.send_text(ada, "/digest 1")

    assert digest.is_rich == form.is_rich
    assert tongue("digest-shown-all", matched=3) in digest.text.replace("\u00a0", " ")
    assert digest.button_labels[:3] == ("1", "2", "3")
    assert count_rows(running_bot.store, "digests") == 1
    assert count_rows(running_bot.store, "receipts") == 0
    assert (
        count_rows(
            running_bot.store, "outbox_messages", state="sent", priority=Priority.INTERACTIVE
        )
        == 1
    )

    opened = (await running_bot.press_button(ada, "1", message_id=digest.id)).only_message
    assert tongue.paper in opened.text
    assert "[1] Diffusion Policies That Fit in a Microcontroller" in opened.text
    assert opened.button_labels[-1] == tongue("button-next")

    turned = (await running_bot.press_button(ada, tongue("button-next"))).only_message
    assert turned.id == opened.id, "the next entry comes in the same place"
    assert "[2] One Step Is Enough for Video" in turned.text


async def _delivered_at_its_minute(
    running_bot: RunningBot,
    ada: Person,
    tongue: Tongue,
    form: MessageForm,
    ahead: list[Announcement],
) -> None:
    await running_bot.announce(ahead)
    await running_bot.announce([], _summaries(running_bot))
    ids_before = {message.id for message in ada.messages()}

    await running_bot.move_clock_to(DUE - MINUTE)
    assert {message.id for message in ada.messages()} == ids_before, "a minute too early"

    await running_bot.move_clock_to(DUE)
    [digest] = [message for message in ada.messages() if message.id not in ids_before]
    heading = tongue("digest-heading", topic=TOPIC, days=format_day(tongue.code, DUE.date()))
    if form is MessageForm.TWO_COLUMNS:
        days = format_days_briefly(tongue.code, DUE.date(), DUE.date())
        heading = f"{TOPIC} · {days} · {tongue('digest-shown-all', matched=2)}"
    assert heading in digest.text.replace("\u00a0", " ")
    assert tongue("digest-seen", seen=8) in digest.text
    assert tongue.tldr in digest.text
    assert digest.button_labels == (
        "1",
        "2",
        *tongue.labels("digest-button-settings", "digest-button-stop"),
    )
    assert digest.is_rich == form.is_rich
    if form.is_rich:
        assert "▸ [1] Noise Budgets" in digest.text, "the row leads to its folded entry"
        number = "[1]" if form is MessageForm.THREE_COLUMNS else "1"
        assert next(url for label, url in digest.links if label == number).startswith("#")
    [topic] = await running_bot.topics(ada)
    assert topic.next_due == DUE + DAY
    assert topic.cursor == running_bot.store.announcements.last_seq()
    assert count_rows(running_bot.store, "receipts", state="sent") == 2
    assert (
        count_rows(running_bot.store, "outbox_messages", state="sent", priority=Priority.SCHEDULED)
        == 1
    )

    await running_bot.move_clock_to(DUE + MINUTE)
    assert [m.id for m in ada.messages() if m.id not in ids_before] == [digest.id], "once"


async def _stopped_and_undone(running_bot: RunningBot, ada: Person, tongue: Tongue) -> None:
    [before] = await running_bot.topics(ada)
    gone = (await running_bot.press_button(ada, tongue("digest-button-stop"))).only_message
    assert gone.text == tongue("unsubscribed", topic=TOPIC)
    assert gone.button_labels == tongue.labels("button-undo")
    assert await running_bot.topics(ada) == []

    back = (await running_bot.press_button(ada, tongue("button-undo"))).only_message
    assert back.id == gone.id
    [after] = await running_bot.topics(ada)
    assert (after.query, after.cursor, after.next_due) == (
        before.query,
        before.cursor,
        before.next_due,
    )
    [listed] = await running_bot.send_text(ada, "/list")
    assert tongue("list-next", next=format_moment(tongue.code, DUE + DAY, "UTC")) in listed.text


def _summaries(running_bot: RunningBot) -> dict[str, Summary]:
    return sample_announcements((MONDAY_AFTERNOON + timedelta(days=1)).date())[1]


async def test_a_row_of_a_long_table_leads_to_its_entry(store: Store) -> None:
    """A table too long for folded entries has links; whoever follows one gets the paper."""
    async with run_bot(store, form=MessageForm.THREE_COLUMNS) as running_bot:
        await store_sample(running_bot)
        ada = running_bot.create_person()
        [digest] = await running_bot.send_text(ada, "/digest cs.LG OR cs.CV OR cs.CL OR quant-ph")
        assert digest.is_rich
        assert "▸" not in digest.text
        row = next(line for line in digest.text.split("\n") if line.startswith("[3] | "))

        url = ada.follow_link("[3]")
        [opened] = await running_bot.wait_for_replies(ada)

        assert url.startswith(f"https://t.me/{running_bot.bot.telegram.username}?start=p_")
        assert opened.text.startswith(f"{row.split(' | ')[1]}\n")
        assert count_rows(store, "receipts") == 0


async def test_two_topics_come_one_after_the_other(store: Store, running_bot: RunningBot) -> None:
    """Each paper under the first topic that found it, a second between the messages."""
    ahead = await store_sample(running_bot)
    ada = running_bot.create_person()
    for words in ("splatting", "cs.CV"):
        await running_bot.send_text(ada, f"/sub {words}")
        await running_bot.finish_onboarding(ada)
        await running_bot.press_button(ada, "Subscribe")
    ids_before = {message.id for message in ada.messages()}
    await running_bot.announce(ahead)

    await running_bot.move_clock_to(DUE)
    assert len(ada.messages()) == len(ids_before) + 1
    await running_bot.advance_clock(seconds=1)

    first, second = [message for message in ada.messages() if message.id not in ids_before]
    assert first.text.startswith("splatting: Tue 24 Nov 2026\n1 paper")
    assert second.text.startswith("cs.CV: Tue 24 Nov 2026\n2 papers")
    assert "Splats That Remember" not in second.text
    opened = (await running_bot.press_button(ada, "1", message_id=first.id)).only_message
    assert "Also in your topics: cs.CV" in opened.text
    assert count_rows(store, "receipts", state="sent") == 3


async def test_who_blocked_the_bot_comes_back_without_losing_anything(
    store: Store, running_bot: RunningBot
) -> None:
    """Blocked unnoticed, found out at the delivery, revived by a word."""
    ahead = await store_sample(running_bot)
    ada = running_bot.create_person()
    await running_bot.send_text(ada, f"/sub {TOPIC}")
    await running_bot.finish_onboarding(ada)
    await running_bot.press_button(ada, "Subscribe")
    ada.chat.members[running_bot.bot.telegram.id] = "kicked"
    await running_bot.announce(ahead)
    await running_bot.move_clock_to(DUE)
    assert "blocked" in (await running_bot.stored_chat(ada)).pause_reason
    assert count_rows(store, "outbox_messages", state="sent", priority=Priority.SCHEDULED) == 0

    ada.chat.members[running_bot.bot.telegram.id] = "member"
    await running_bot.send_text(ada, "/start")
    await running_bot.advance_clock(seconds=5)

    assert (await running_bot.stored_chat(ada)).pause_reason == ""
    [digest] = [message for message in ada.messages() if "Noise Budgets" in message.text]
    assert digest.button_labels == ("1", "2", "Settings", "Stop this topic")
    assert count_rows(store, "receipts", state="sent") == 2


FEED = "cs.CV+cs.LG"
EARLY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # before arXiv's feed turns to Monday


@pytest.mark.parametrize("form", list(MessageForm))
async def test_a_paper_from_the_bytes_of_a_feed_to_a_message(
    store: Store, form: MessageForm
) -> None:
    """Fetched, kept, matched, issued and delivered, once; a second fetch brings nothing more."""
    async with run_bot(store, instant=EARLY, form=form) as running_bot:
        ada = running_bot.create_person()
        await running_bot.send_text(ada, "/sub fog OR kettle")
        await running_bot.finish_onboarding(ada)
        await running_bot.press_button(ada, "Subscribe")

        running_bot.clock.instant = EARLY + timedelta(hours=2)
        reports = [await _fetched(running_bot) for _ in range(2)]
        await running_bot.move_clock_to(EARLY.replace(hour=8))
        await running_bot.advance_clock(days=1)

        [digest] = [message for message in ada.messages() if "Wet Lenses" in message.text]
        assert [(r.added.stored, r.added.unchanged) for r in reports] == [(4, 0), (0, 4)]
        assert "[1] Teaching a Kettle to <think> Before It Boils: 0<r<1 & Beyond" in _plain(digest)
        assert "[2] Seeing Through Fog with Wet Lenses" in _plain(digest)
        assert "2 papers" in digest.text.replace("\u00a0", " ")
        assert "4 announced by arXiv" in digest.text
        opened = (await running_bot.press_button(ada, "1", message_id=digest.id)).only_message
        assert "Its Q&A score is a<b<c, and R&D likes the tag <think>." in opened.text
        assert "Matched: " in opened.text
        assert count_rows(store, "receipts", state="sent") == 2


async def _fetched(running_bot: RunningBot) -> IngestReport:
    """Asks a feed that answers with our own file, wherever it is looked for."""
    transport = httpx.MockTransport(lambda _: streamed_response(content=read_feed("day.rss.xml")))
    async with Fetcher(transport=transport) as fetcher:
        return await ingest_source(
            running_bot.store, fetcher, arxiv_feed(FEED), running_bot.clock.instant
        )


def _plain(message: VisibleMessage) -> str:
    """A digest's rows on one line each, whatever the form."""
    return message.text.replace(" | ", " ")
