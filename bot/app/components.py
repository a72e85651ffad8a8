"""A bot at work: what its beats and workers share, and what it does at each beat."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.app import retention
from bot.app.config import Config, Doubt
from bot.app.leader_election import holder
from bot.arxiv.taxonomy import expand
from bot.chat.api import client
from bot.chat.api.callback_data import link
from bot.chat.api.file_download import fetch
from bot.chat.api.transport import UPLOAD
from bot.chat.dispatch.inbox_worker import Answering
from bot.chat.request_and_reply import House
from bot.chat.services import Counter, Outside
from bot.chat.user_limits import Limits
from bot.concurrency.rate_limiter import Breaker, Floods, Monotonic, Pace, Sleep
from bot.concurrency.trusted_clock import TrustedClock
from bot.concurrency.wake_event import Bell
from bot.delivery import worker
from bot.digests import edit_late_summaries, notices, prefetch_summaries, publish
from bot.digests.wait_for_summaries import Patience
from bot.health import alerts, troubles
from bot.ingest import paper_lookup
from bot.ingest.http_client import Fetcher
from bot.render.telegram.stored_answer import Said
from bot.summaries.gateway.model_gateway import Workshop
from bot.topics.export_file import LARGEST
from bot.topics.query.analyzer import analyser_mark
from storage import Store
from storage.records import Outcome, Paper, Parcel

Now = Callable[[], datetime]

log = logging.getLogger(__name__)

RENEWAL_PAUSE = 0.05  # seconds between a hundred papers that are indexed anew: others go first
FREE = 30.0  # messages a second that Telegram gives every bot


@dataclass(slots=True)
class Bot:
    """A running bot: what its beats and workers share."""

    store: Store
    telegram: client.Client
    config: Config
    now: Now
    post: Bell = field(default_factory=Bell)
    letters: Bell = field(default_factory=Bell)
    answering: Answering | None = None  # while it serves
    limits: Limits = field(default_factory=Limits)
    asker: Fetcher | None = None  # asks arXiv for papers that people name
    shop: Workshop | None = None  # where glosses are made, with a model
    orders: Bell = field(default_factory=Bell)
    clock: TrustedClock | None = None  # whose time ``now`` tells, where that may be wrong
    monotonic: Monotonic = time.monotonic
    sleep: Sleep = asyncio.sleep
    is_closing: bool = False  # what is half done is left as it is
    _patience: Patience | None = None
    _foreseen: tuple[int, datetime] | None = None
    _damage: str = ""  # what was broken in the store when all of it was read last
    _whole_check_at: float = 0.0

    @property
    def holder(self) -> str:
        """This process, by a name that no other has."""
        return holder()

    @property
    def answers_holder(self) -> str:
        """The same as who sends its answers at once: what the workers give back is not theirs."""
        return f"{self.holder} answering"

    def counter(self) -> Counter:
        """Where updates are answered."""
        polled = self.config.categories
        read = frozenset(code for one in polled for code in (one, *expand(one)))
        return Counter(
            bot=self.telegram,
            house=House(
                self.telegram.id,
                self.telegram.username,
                read,
                operator=self.config.operator or 0,
                contract=self.config.contract,
                languages=self.config.languages,
            ),
            store=self.store,
            now=self.now,
            wake=self.post.ring,
            holder=self.answers_holder,
            lease=self.config.lease,
            message_lasts=timedelta(minutes=self.config.answer_minutes),
            file_lasts=timedelta(hours=self.config.file_hours),
            form=self.config.form,
            limits=self.limits,
            errands=Outside(self.papers if self.asker else None, self.file, self.shop),
        )

    async def file(self, name: str) -> bytes:
        """The bytes of a file that a person sent."""
        return await fetch(self.telegram, name, LARGEST)

    async def papers(self, ids: Sequence[str]) -> list[Paper]:
        """Papers that somebody named, from arXiv."""
        assert self.asker is not None
        return await paper_lookup.looked_up(
            self.asker, ids, base=self.config.arxiv_api, archive=self.config.arxiv_oai
        )

    def desk(self) -> worker.Desk:
        """Where parcels are sent from."""

        async def send(parcel: Parcel, message: Said) -> Outcome:
            paid = self.config.paid_broadcast
            return await client.deliver_parcel(self.telegram, parcel, message, paid=paid)

        return worker.Desk(
            store=self.store,
            bot=self.telegram.id,
            link=lambda paper, version: link(self.telegram.username, paper, version),
            holder=self.holder,
            send=send,
            now=self.now,
            pace=Pace(
                self.config.pace,
                monotonic=self.monotonic,
                sleep=self.sleep,
                # What is not paid for is held to Telegram's own limit.
                asked=FREE if self.config.paid_broadcast else None,
            ),
            breaker=Breaker(monotonic=self.monotonic),
            floods=Floods(monotonic=self.monotonic),
            lease=self.config.lease,
            longest=self.config.send_timeout,
            upload=UPLOAD,
            sleep=self.sleep,
            resend=self.config.doubt is Doubt.AGAIN,
        )

    async def tick(self) -> None:
        """Issues what is due and wakes the delivery."""
        store, bot = self.store, self.telegram.id
        published = await store.run_long(
            publish.publish,
            store,
            bot,
            self.now(),
            goes_on=lambda: not self.is_closing,
            patience=self.patience,
        )
        told = await self.store.run(notices.tell_versions, self.store, self.telegram.id, self.now())
        if published.digests or told:
            self.post.ring()

    async def catch_up(self) -> None:
        """Issues what is due for those who were last told long ago."""
        published = await self.store.run_long(
            publish.catch_up,
            self.store,
            self.telegram.id,
            self.now(),
            goes_on=lambda: not self.is_closing,
        )
        if published.digests:
            self.post.ring()

    async def renew_index(self) -> None:
        """Indexes papers anew whose words an older version wrote, a few at a time."""
        mark, renewed = analyser_mark(), 0
        while not self.is_closing and (
            count := await self.store.run_long(self.store.papers.renew, mark)
        ):
            renewed += count
            await self.sleep(RENEWAL_PAUSE)
        if renewed:
            log.info("words indexed anew", extra={"papers": renewed})

    @property
    def patience(self) -> Patience | None:
        """Lets digests wait for the model; nobody waits without one."""
        if self.shop and not self._patience:
            # It rings from a thread of the store.
            ring = partial(asyncio.get_running_loop().call_soon_threadsafe, self.orders.ring)
            self._patience = Patience(self.store, self.shop.is_able, ring, self.config.languages)
        return self._patience

    async def look_ahead(self) -> None:
        """Orders the glosses that are wanted soon, and edits what came late.

        The edits go first: they do not wait for a look ahead, nor fail with it.
        """
        store, bot, now = self.store, self.telegram.id, self.now()
        await store.run_long(
            prefetch_summaries.make_up, store, bot, now, offered=self.config.languages
        )
        self.orders.ring()
        if await store.run_long(edit_late_summaries.amend, store, bot, now):
            self.post.ring()
        await self._foresee(now)

    async def _foresee(self, now: datetime) -> None:
        """Looks ahead if something was announced, or an hour has passed."""
        store = self.store
        hour = now.replace(minute=0, second=0, microsecond=0)
        mark = await store.run(store.papers.last_seq), hour
        if mark == self._foreseen:
            return
        await store.run_long(
            prefetch_summaries.foresee,
            store,
            self.telegram.id,
            now,
            offered=self.config.languages,
            goes_on=lambda: not self.is_closing,
        )
        if not self.is_closing:
            self._foreseen = mark
        self.orders.ring()

    async def clear(self) -> None:
        """Deletes what is no longer of use."""
        store, bot = self.store, self.telegram.id
        await store.run_long(
            retention.sweep, store, bot, self.now(), goes_on=lambda: not self.is_closing
        )

    async def clear_answered(self) -> None:
        """Deletes the updates and answers that are done with."""
        store, bot = self.store, self.telegram.id
        await store.run_long(
            retention.sweep_answered, store, bot, self.now(), goes_on=lambda: not self.is_closing
        )

    async def watch(self) -> None:
        """Looks for what is wrong, and tells the operator."""
        store, bot, now = self.store, self.telegram.id, self.now()
        error = timedelta()
        if self.clock:
            error = self.clock.error()
            if certain := self.clock.certain():
                await store.run(troubles.note_certain, store, certain)
        disk = troubles.room(store.path)
        if self.monotonic() >= self._whole_check_at:
            self._damage = await store.run_long(store.damage)
            self._whole_check_at = self.monotonic() + troubles.WHOLE_CHECK
        look = partial(troubles.health, damage=self._damage, clock_error=error)
        found = await store.run_long(look, store, bot, self.config.categories, now, disk)
        if await store.run(alerts.sound, store, bot, self.config.operator, found, now):
            self.post.ring()
