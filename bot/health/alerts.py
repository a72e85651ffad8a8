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
    notified_by_name = {record.incident.name: record for record in notified}
    current_names = {incident.name for incident in incidents}
    raised_incidents = tuple(
        incident
        for incident in incidents
        if (record := notified_by_name.get(incident.name)) is None
        or not _was_notified_recently(record, now)
    )
    ended_incidents = [record for record in notified if record.incident.name not in current_names]
    resolved_incidents = tuple(record for record in ended_incidents if record.resolved_at is None)
    return AlertPlan(
        raised_incidents,
        tuple(record.incident for record in resolved_incidents),
        (
            *(NotifiedIncident(incident, now) for incident in raised_incidents),
            *(replace(record, resolved_at=now) for record in resolved_incidents),
        ),
        # An intermittent incident is remembered as long as it must not be repeated.
        tuple(
            record.incident.name
            for record in ended_incidents
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
    alert_plan = plan_alerts(incidents, store.incidents.all(), now)
    # The log comes before the store, which needs space: the disk may be what is full.
    for incident in alert_plan.raised:
        facts = dict(incident.notice.values)
        log.error("trouble", extra={"trouble": incident.name, "facts": facts})
    for incident in alert_plan.resolved:
        log.info("trouble is over", extra={"trouble": incident.name})
    queued_count = 0
    with store.transaction():
        for record in alert_plan.to_save:
            store.incidents.save(record)
        for incident_name in alert_plan.to_delete:
            store.incidents.delete(incident_name)
        if operator is None:
            return 0
        chat = store.chats.get(bot, operator) or Chat(bot, operator, ChatKind.PRIVATE)
        incidents_by_text_key = (
            ("alarm-troubles", alert_plan.raised),
            ("alarm-healed", alert_plan.resolved),
        )
        for part_number, (text_key, changed_incidents) in enumerate(incidents_by_text_key, start=1):
            if not changed_incidents:
                continue
            incident_texts = [
                say(chat.language, incident.notice.text_key, **dict(incident.notice.values))
                for incident in changed_incidents[:_MAX_LISTED]
            ]
            lines = "\n".join(f"• {text}" for text in incident_texts)
            notice = Notice(text_key, (("count", len(changed_incidents)), ("lines", lines)))
            message = notice_message(
                chat, notice, period=f"alarm/{now.isoformat()}", part=part_number
            )
            queued_count += store.outbox.put_once(message, due_at=now)
    return queued_count
