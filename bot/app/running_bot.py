"""The running bot: the state its jobs and workers share, and the work of each job."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.app import retention
from bot.app.config import FREE_MESSAGES_PER_SECOND, Config, ResendPolicy
from bot.app.leader_election import process_name
from bot.arxiv.taxonomy import all_spellings
from bot.chat.api import send_and_edit
from bot.chat.api.callback_data import paper_link
from bot.chat.api.client import Client
from bot.chat.api.file_download import download_file
from bot.chat.api.transport import UPLOAD_TIMEOUT
from bot.chat.dispatch.inbox_worker import InboxWorker
from bot.chat.request_and_reply import BotInfo
from bot.chat.services import ExternalServices, Services
from bot.chat.user_limits import UserLimits
from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import MonotonicClock, RateLimiter, Sleep
from bot.concurrency.trusted_clock import TrustedClock
from bot.concurrency.wake_event import WakeEvent
from bot.delivery.telegram_floods import TelegramFloods
from bot.delivery.worker_context import DeliveryContext
from bot.digests import edit_late_summaries, notices, prefetch_summaries, publish
from bot.digests.wait_for_summaries import SummaryWait
from bot.health import alerts, health_checks
from bot.ingest import paper_lookup
from bot.ingest.http_client import Fetcher
from bot.render.telegram.reply_encoding import ReplyContent
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.topics.export_file import MAX_BYTES
from bot.topics.query.analyzer import analyzer_version
from storage import Store
from storage.records.messages import OutboxMessage, SendOutcome
from storage.records.papers import Paper

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)

# Seconds between batches of a hundred papers to reindex, so that others go first.
REINDEX_PAUSE_SECONDS = 0.05


@dataclass(slots=True)
class Bot:
    """A running bot: what its jobs and workers share."""

    store: Store
    telegram: Client
    config: Config
    now: Clock
    outbox_wake: WakeEvent = field(default_factory=WakeEvent)
    inbox_wake: WakeEvent = field(default_factory=WakeEvent)
    inbox_worker: InboxWorker | None = None  # while serving
    user_limits: UserLimits = field(default_factory=UserLimits)
    fetcher: Fetcher | None = None  # fetches papers that people name from arXiv
    model_gateway: ModelGateway | None = None  # makes summaries, if a model is configured
    jobs_wake: WakeEvent = field(default_factory=WakeEvent)
    clock: TrustedClock | None = None  # behind ``now``, where the system clock may be wrong
    monotonic: MonotonicClock = time.monotonic
    sleep: Sleep = asyncio.sleep
    is_stopping: bool = False  # unfinished work is left as it is
    _summary_wait: SummaryWait | None = None
    _prefetched_at: tuple[int, datetime] | None = None
    _database_damage: str = ""  # the result of the last integrity check
    _integrity_check_at: float = 0.0

    @property
    def lease_holder(self) -> str:
        """The unique name of this process as a lease holder."""
        return process_name()

    @property
    def inbox_lease_holder(self) -> str:
        """The lease holder's name for immediate replies, which workers must not release."""
        return f"{self.lease_holder} answering"

    def services(self) -> Services:
        """Return the services with which updates are answered."""
        polled_categories = self.config.categories
        known_categories = frozenset(
            code for category in polled_categories for code in (category, *all_spellings(category))
        )
        return Services(
            bot=self.telegram,
            bot_info=BotInfo(
                self.telegram.id,
                self.telegram.username,
                known_categories,
                operator_chat=self.config.operator or 0,
                llm_settings=self.config.llm_settings,
                entry_languages=self.config.languages,
            ),
            store=self.store,
            now=self.now,
            wake_delivery=self.outbox_wake.set,
            lease_holder=self.inbox_lease_holder,
            lease_seconds=self.config.lease,
            message_ttl=timedelta(minutes=self.config.answer_minutes),
            file_ttl=timedelta(hours=self.config.file_hours),
            default_form=self.config.form,
            user_limits=self.user_limits,
            external_services=ExternalServices(
                self.fetch_papers if self.fetcher else None, self.fetch_file, self.model_gateway
            ),
        )

    async def fetch_file(self, name: str) -> bytes:
        """Download a file that a person sent."""
        return await download_file(self.telegram, name, MAX_BYTES)

    async def fetch_papers(self, ids: Sequence[str]) -> list[Paper]:
        """Fetch papers that somebody named from arXiv."""
        assert self.fetcher is not None
        return await paper_lookup.fetch_papers_by_id(
            self.fetcher, ids, base=self.config.arxiv_api, archive=self.config.arxiv_oai
        )

    def delivery_context(self) -> DeliveryContext:
        """Return the context in which messages are delivered."""

        async def send(message: OutboxMessage, content: ReplyContent) -> SendOutcome:
            paid = self.config.paid_broadcast
            return await send_and_edit.send_outbox_message(
                self.telegram, message, content, paid=paid
            )

        return DeliveryContext(
            store=self.store,
            bot=self.telegram.id,
            paper_link=lambda paper, version: paper_link(self.telegram.username, paper, version),
            holder=self.lease_holder,
            send=send,
            now=self.now,
            rate_limiter=RateLimiter(
                self.config.messages_per_second,
                monotonic=self.monotonic,
                sleep=self.sleep,
                # Replies are not paid for, so they stay within Telegram's own limit.
                interactive_rate=FREE_MESSAGES_PER_SECOND if self.config.paid_broadcast else None,
            ),
            circuit_breaker=CircuitBreaker(monotonic=self.monotonic),
            telegram_floods=TelegramFloods(monotonic=self.monotonic),
            lease_seconds=self.config.lease,
            send_timeout=self.config.send_timeout,
            upload_timeout=UPLOAD_TIMEOUT,
            sleep=self.sleep,
            resend_unknown=self.config.doubt is ResendPolicy.ONCE_MORE,
        )

    async def publish_due(self) -> None:
        """Publish what is due and wake the delivery."""
        store, bot = self.store, self.telegram.id
        publish_result = await store.run_long(
            publish.publish_due_chats,
            store,
            bot,
            self.now(),
            should_continue=lambda: not self.is_stopping,
            summary_wait=self.summary_wait,
        )
        version_notices = await store.run(notices.notify_new_versions, store, bot, self.now())
        if publish_result.digests or version_notices:
            self.outbox_wake.set()

    async def publish_chats_behind(self) -> None:
        """Publish what is due for the chats that are furthest behind."""
        publish_result = await self.store.run_long(
            publish.publish_chats_behind,
            self.store,
            self.telegram.id,
            self.now(),
            should_continue=lambda: not self.is_stopping,
        )
        if publish_result.digests:
            self.outbox_wake.set()

    async def reindex_papers(self) -> None:
        """Reindex papers that an older version analysed, a few at a time."""
        version, reindexed_count = analyzer_version(), 0
        while not self.is_stopping and (
            batch_count := await self.store.run_long(self.store.papers.reindex_some, version)
        ):
            reindexed_count += batch_count
            await self.sleep(REINDEX_PAUSE_SECONDS)
        if reindexed_count:
            log.info("words indexed anew", extra={"papers": reindexed_count})

    @property
    def summary_wait(self) -> SummaryWait | None:
        """Return how digests wait for the model's summaries; None without a model."""
        if self.model_gateway and not self._summary_wait:
            # It is called from a thread of the store.
            wake_jobs = partial(asyncio.get_running_loop().call_soon_threadsafe, self.jobs_wake.set)
            self._summary_wait = SummaryWait(
                self.store, self.model_gateway.is_available, wake_jobs, self.config.languages
            )
        return self._summary_wait

    async def prefetch_and_edit_summaries(self) -> None:
        """Order the summaries that will be needed soon, and edit late ones into messages.

        Edits go first, so that they neither wait for nor fail with the prefetching.
        """
        store, bot, now = self.store, self.telegram.id, self.now()
        await store.run_long(
            prefetch_summaries.order_recent_missing,
            store,
            bot,
            now,
            offered_languages=self.config.languages,
        )
        self.jobs_wake.set()
        if await store.run_long(edit_late_summaries.edit_late_summaries, store, bot, now):
            self.outbox_wake.set()
        hour = now.replace(minute=0, second=0, microsecond=0)
        prefetch_point = await store.run(store.announcements.last_seq), hour
        if prefetch_point == self._prefetched_at:
            return  # nothing was announced within this hour
        await store.run_long(
            prefetch_summaries.prefetch_summaries,
            store,
            bot,
            now,
            offered_languages=self.config.languages,
            should_continue=lambda: not self.is_stopping,
        )
        if not self.is_stopping:
            self._prefetched_at = prefetch_point
        self.jobs_wake.set()

    async def apply_retention(self) -> None:
        """Delete rows past their retention."""
        store, bot = self.store, self.telegram.id
        await store.run_long(
            retention.apply_retention,
            store,
            bot,
            self.now(),
            should_continue=lambda: not self.is_stopping,
        )

    async def delete_settled(self) -> None:
        """Delete settled updates and replies."""
        store, bot = self.store, self.telegram.id
        await store.run_long(
            retention.delete_settled,
            store,
            bot,
            self.now(),
            should_continue=lambda: not self.is_stopping,
        )

    async def check_health(self) -> None:
        """Find incidents and notify the operator."""
        store, bot, now = self.store, self.telegram.id, self.now()
        clock_error = timedelta()
        if self.clock:
            clock_error = self.clock.system_clock_error()
            if confirmed_time := self.clock.confirmed_now():
                await store.run(health_checks.save_confirmed_time, store, confirmed_time)
        disk = health_checks.disk_space(store.path)
        if self.monotonic() >= self._integrity_check_at:
            self._database_damage = await store.run_long(store.find_damage)
            self._integrity_check_at = self.monotonic() + health_checks.INTEGRITY_CHECK_SECONDS
        find_incidents = partial(
            health_checks.find_incidents, damage=self._database_damage, clock_error=clock_error
        )
        current_incidents = await store.run_long(
            find_incidents, store, bot, self.config.categories, now, disk
        )
        if await store.run(
            alerts.notify_operator, store, bot, self.config.operator, current_incidents, now
        ):
            self.outbox_wake.set()
