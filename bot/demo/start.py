"""Start the demo: the same bot over the same HTTP, with an emulated Telegram and a movable clock.

The last days of the sample lie in the future; they are announced when the clock reaches them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.app import lifecycle, running_bot, wiring
from bot.app.config import Config
from bot.arxiv import calendar
from bot.chat.api.send_and_edit import create_client
from bot.demo.emulator.bot_api import Emulator
from bot.demo.page import demo_accounts
from bot.demo.sample import Sample, load_sample
from bot.digests import publish
from storage import Store
from storage.records.chats import MessageForm

FUTURE_DAYS = 3  # feed days of the sample that lie in the future
MAX_QUIET_DUE = 10  # due times without a digest before the search for one stops


class MovableClock:
    """A clock that can be moved forward."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the current instant of the demo."""
        return datetime.now(UTC) + self._offset

    def advance(self, delta: timedelta) -> None:
        """Move the clock forward; a negative ``delta`` is ignored."""
        self._offset += max(delta, timedelta())


async def start_demo(
    config: Config, port: int, *, live: bool, on_ready: Callable[[str], None]
) -> None:
    """Serve the demo's page on loopback until the process is asked to stop.

    ``on_ready`` receives the page's URL. With ``live`` the papers come from arXiv.
    """
    clock = MovableClock()
    async with AsyncExitStack() as stack:
        store = stack.enter_context(wiring.open_indexed_store(config))
        sample = None
        if not live:
            last_sample_day = calendar.arxiv_day(clock.now())
            for _ in range(FUTURE_DAYS):
                last_sample_day = calendar.next_feed_day(last_sample_day)
            sample = load_sample(last_sample_day)
        timeline = _DemoTimeline(store, clock, sample)
        emulator = await stack.enter_async_context(
            Emulator.serve(port=port, now=clock.now, advance_clock=timeline.advance)
        )
        demo_config = config.for_demo(emulator.token, emulator.url, MessageForm.TWO_COLUMNS)
        client = create_client(emulator.token, emulator.url)
        demo_accounts.create_demo_accounts(emulator.people, emulator.page.view)
        emulator.page.skip_to_next_digest = timeline.advance_to_next_digest
        emulator.page.has_invented_papers = not live
        bot = running_bot.Bot(store, client, demo_config, clock.now)
        if demo_config.llm_settings:
            bot.model_gateway = await stack.enter_async_context(
                wiring.open_model_gateway(store, demo_config, clock.now)
            )
        feed_job = None
        if live:
            fetcher = bot.fetcher = await stack.enter_async_context(wiring.create_fetcher(config))
            feed_job = wiring.make_feed_job(store, fetcher, config, clock.now)
        await timeline.announce()
        timeline.bot = bot
        on_ready(emulator.url)
        await wiring.run_until_stopped(lifecycle.serve(bot, feed_job))


class _DemoTimeline:
    """Announces papers and publishes digests as the demo's clock moves."""

    def __init__(self, store: Store, clock: MovableClock, sample: Sample | None) -> None:
        self._store = store
        self._clock = clock
        self._sample = sample
        self._announced_until: date | None = None
        self.bot: running_bot.Bot | None = None

    async def advance(self, delta: timedelta) -> None:
        """Move the clock, announce papers and publish the digests due by then."""
        self._clock.advance(delta)
        await self.announce()
        if self.bot:
            await self.bot.publish_due()

    async def advance_to_next_digest(self, chat: int) -> bool:
        """Move the clock to a chat's next digest; return whether it came."""
        for _ in range(MAX_QUIET_DUE):
            due_at = await self._store.run(self._next_due, chat)
            if due_at is None:
                return False
            previous_digest = await self._store.run(self._newest_digest, chat)
            await self.advance(due_at - self._clock.now() + timedelta(seconds=1))
            if await self._store.run(self._newest_digest, chat) != previous_digest:
                return True
        return False

    def _next_due(self, chat: int) -> datetime | None:
        """Return when a chat's next digest may come, or None without active topics."""
        now = self._clock.now()
        topics = self._store.subscriptions.of_chat(self._bot_id, chat)
        times = [
            topic.next_due or calendar.next_feed_update(now) for topic in topics if not topic.paused
        ]
        return min(times, default=None)

    def _newest_digest(self, chat: int) -> int:
        """Return the number of a chat's newest digest, 0 if it has none."""
        return max(
            (
                digest.number
                for digest in self._store.digests.headings_of_chat(self._bot_id, chat, limit=1)
            ),
            default=0,
        )

    @property
    def _bot_id(self) -> int:
        assert self.bot is not None
        return self.bot.telegram.id

    async def announce(self) -> None:
        """Store the sample's papers of the days up to now."""
        if self._sample:
            await self._store.run(
                self._store_announced, self._sample, calendar.arxiv_day(self._clock.now())
            )

    def _store_announced(self, sample: Sample, today: date) -> None:
        new_announcements = [
            candidate
            for candidate in sample.announcements
            if candidate.day <= today
            and (self._announced_until is None or candidate.day > self._announced_until)
        ]
        self._announced_until = today
        now = self._clock.now()
        with self._store.transaction():
            self._store.papers.add_announcements(new_announcements, seen_at=now)
            for announcement in new_announcements:
                paper = self._store.papers.get(announcement.paper.id)
                sample_summary = sample.chinese_summaries.get(announcement.paper.id)
                if paper and sample_summary:
                    summary = replace(
                        sample_summary, paper=paper.key, version=paper.version, created_at=now
                    )
                    self._store.summaries.add(summary)
        publish.mark_feed_round_complete(self._store, now)
