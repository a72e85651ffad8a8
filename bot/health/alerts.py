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
from storage.records.chats import MessageForm
from storage.records.messages import Notice, OutboxMessage
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
        incident for incident in incidents if _is_notification_due(previous.get(incident.name), now)
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


def _is_notification_due(record: NotifiedIncident | None, now: datetime) -> bool:
    return record is None or not _was_notified_recently(record, now)


def _was_notified_recently(record: NotifiedIncident, now: datetime) -> bool:
    """Return whether an incident was notified lately; a future time means a clock set back."""
    return timedelta() <= now - record.notified_at < REPEAT_AFTER


def notify_operator(
    store: Store, bot: int, operator: int | None, incidents: Sequence[Incident], now: datetime
) -> int:
    """Tell the operator in the log and in the chat what changed; return the messages queued."""
    plan = plan_alerts(incidents, store.incidents.all(), now)
    _log_alerts(plan)  # before the store needs space: the disk may be what is full
    with store.transaction():
        for record in plan.to_save:
            store.incidents.save(record)
        for name in plan.to_delete:
            store.incidents.delete(name)
        return 0 if operator is None else _queue_alerts(store, bot, operator, plan, now)


def _queue_alerts(store: Store, bot: int, operator: int, plan: AlertPlan, now: datetime) -> int:
    operator_chat = store.chats.get(bot, operator)
    language = operator_chat.language if operator_chat else "en"
    groups = (("alarm-troubles", plan.raised), ("alarm-healed", plan.resolved))
    messages = [
        OutboxMessage(
            bot=bot,
            chat=operator,
            period=f"alarm/{now.isoformat()}",
            part=part,
            form=MessageForm.CLASSIC,
            language=language,
            languages=(language,),
            zone=operator_chat.zone if operator_chat else "UTC",
            notice=_alert_notice(key, incidents, language),
        )
        for part, (key, incidents) in enumerate(groups, start=1)
        if incidents
    ]
    return sum(store.outbox.put_once(message, due_at=now) for message in messages)


def _alert_notice(key: str, incidents: Sequence[Incident], language: str) -> Notice:
    """Return one message for all incidents, one line each."""
    lines = [f"• {_incident_text(incident, language)}" for incident in incidents[:_MAX_LISTED]]
    return Notice(key, (("count", len(incidents)), ("lines", "\n".join(lines))))


def _incident_text(incident: Incident, language: str) -> str:
    return say(language, incident.notice.text_key, **dict(incident.notice.values))


def _log_alerts(plan: AlertPlan) -> None:
    for incident in plan.raised:
        facts = dict(incident.notice.values)
        log.error("trouble", extra={"trouble": incident.name, "facts": facts})
    for incident in plan.resolved:
        log.info("trouble is over", extra={"trouble": incident.name})
