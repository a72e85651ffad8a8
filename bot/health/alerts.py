"""Notify the operator of incidents, and once more when they are over.

An incident is repeated at most once in six hours; the record survives a restart. The notification
is an outbox message like any other, so it is retried, and the log has it in any case.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.texts import say
from storage import Store
from storage.records.chats import Chat, ChatKind
from storage.records.messages import Notice, notice_message
from storage.records.operations import Incident, NotifiedIncident

log = logging.getLogger(__name__)

REPEAT_AFTER = timedelta(hours=6)  # between two notifications of one incident
_MAX_LISTED = 12  # incidents in one message


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """The notifications due now: incidents, resolved incidents, and what to remember."""

    raised: tuple[Incident, ...]
    resolved: tuple[Incident, ...]
    to_save: tuple[NotifiedIncident, ...]
    to_delete: tuple[str, ...]


def plan_alerts(
    incidents: Sequence[Incident], notified: Sequence[NotifiedIncident], now: datetime
) -> AlertPlan:
    """Decide which incidents to notify, which are resolved, and what to save or forget."""
    previous = {record.incident.name: record for record in notified}
    current_names = {incident.name for incident in incidents}
    raised = tuple(
        incident
        for incident in incidents
        if (record := previous.get(incident.name)) is None
        or not _was_notified_recently(record, now)
    )
    ended = [record for record in notified if record.incident.name not in current_names]
    resolved = tuple(record for record in ended if record.resolved_at is None)
    return AlertPlan(
        raised,
        tuple(record.incident for record in resolved),
        (
            *(NotifiedIncident(incident, now) for incident in raised),
            *(replace(record, resolved_at=now) for record in resolved),
        ),
        # An intermittent incident is remembered as long as it must not be repeated.
        tuple(
            record.incident.name
            for record in ended
            if record.resolved_at and not _was_notified_recently(record, now)
        ),
    )


def _was_notified_recently(record: NotifiedIncident, now: datetime) -> bool:
    """Return whether an incident was notified lately; a future time means a clock set back."""
    return timedelta() <= now - record.notified_at < REPEAT_AFTER


def notify_operator(
    store: Store, bot: int, operator: int | None, incidents: Sequence[Incident], now: datetime
) -> int:
    """Tell the operator in the log and in the chat what changed; return the messages queued."""
    plan = plan_alerts(incidents, store.incidents.all(), now)
    # The log comes before the store, which needs space: the disk may be what is full.
    for incident in plan.raised:
        facts = dict(incident.notice.values)
        log.error("trouble", extra={"trouble": incident.name, "facts": facts})
    for incident in plan.resolved:
        log.info("trouble is over", extra={"trouble": incident.name})
    queued_count = 0
    with store.transaction():
        for record in plan.to_save:
            store.incidents.save(record)
        for name in plan.to_delete:
            store.incidents.delete(name)
        if operator is None:
            return 0
        chat = store.chats.get(bot, operator) or Chat(bot, operator, ChatKind.PRIVATE)
        groups = (("alarm-troubles", plan.raised), ("alarm-healed", plan.resolved))
        for part, (key, group) in enumerate(groups, start=1):
            if not group:
                continue
            texts = [
                say(chat.language, incident.notice.text_key, **dict(incident.notice.values))
                for incident in group[:_MAX_LISTED]
            ]
            lines = "\n".join(f"• {text}" for text in texts)
            notice = Notice(key, (("count", len(group)), ("lines", lines)))
            message = notice_message(chat, notice, period=f"alarm/{now.isoformat()}", part=part)
            queued_count += store.outbox.put_once(message, due_at=now)
    return queued_count
