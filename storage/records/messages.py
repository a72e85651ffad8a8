"""Messages that go out, what came of them, and updates that come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from storage.records.chats import Chat, MessageForm


class MessageState(StrEnum):
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"  # may have arrived; is not sent again by itself
    DEAD = "dead"  # kept, visible, can be sent again by hand
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text instead of a digest: the key of the text and its values."""

    text_key: str
    values: tuple[tuple[str, str | int], ...] = ()


class Priority(IntEnum):
    """Which messages go before others, chat by chat: the lower ones."""

    REPLY = -1  # to an update; a queue of its own beside the digests
    INTERACTIVE = 0  # a digest that a person asked for
    SCHEDULED = 1
    EDIT = 2  # of what was delivered


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to be sent: a part of a digest, a notice, or a reply.

    Form, languages and zone are frozen when the digest is issued. ``fencing_token`` grows with each
    claim, so that an outcome from a former holder is not accepted. ``unknown_sends`` counts sends
    with an unknown outcome: the next one is marked as a possible repeat.
    """

    bot: int
    chat: int
    period: str
    part: int
    form: MessageForm
    language: str
    languages: tuple[str, ...]
    zone: str
    thread: int = 0
    fallback_part: int = 0  # over 0: replaces a rejected part; fallback_forms tells its form
    digest: int = 0
    first_entry: int = 0  # entries, from 1, both ends included; 0 and 0 for none
    last_entry: int = 0
    notice: Notice | None = None
    silent: bool = False
    state: MessageState = MessageState.READY
    attempts: int = 0
    unknown_sends: int = 0
    fencing_token: int = 0
    message_id: int = 0  # Telegram's id once sent
    error: str = ""
    revision: int = 1  # of the digest; over 1: an edit that shows late summaries
    edited_message_id: int = 0  # the message to edit, 0 for a new one
    priority: Priority = Priority.SCHEDULED
    reply_content: str = ""  # as reply_encoding encodes it; emptied when settled
    expires_at: datetime | None = None  # a reply that has not left by then is dropped
    key: int = 0


def notice_message(
    chat: Chat,
    notice: Notice,
    *,
    period: str,
    part: int = 1,
    thread: int = 0,
    zone: str = "",
    silent: bool = False,
) -> OutboxMessage:
    """Return the message of a notice to a chat, in its language and in its zone or another."""
    return OutboxMessage(
        bot=chat.bot,
        chat=chat.id,
        thread=thread,
        period=period,
        part=part,
        form=MessageForm.CLASSIC,
        language=chat.language,
        languages=chat.languages,
        zone=zone or chat.zone,
        notice=notice,
        silent=silent,
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram accepted it."""

    message_id: int


@dataclass(frozen=True, slots=True)
class RetryLater:
    """It did not reach Telegram, or Telegram asked to wait: try again after ``seconds``."""

    seconds: float
    reason: str = ""
    counts_as_attempt: bool = True  # False: not an attempt (flood control, no connection)
    requested_by_telegram: bool = False


@dataclass(frozen=True, slots=True)
class UnknownOutcome:
    """It may or may not have been delivered."""

    reason: str


@dataclass(frozen=True, slots=True)
class MovedToSupergroup:
    """The group became a supergroup with this id."""

    chat: int


@dataclass(frozen=True, slots=True)
class ChatUnreachable:
    """The chat cannot be reached any more: blocked, kicked, deleted.

    Not ``is_permanent`` where the refusal may pass (missing rights): then a chat is given up only
    after refusals on several days.
    """

    reason: str
    is_permanent: bool = True


@dataclass(frozen=True, slots=True)
class MessageRejected:
    """Telegram does not accept this message, whoever reads it.

    ``form_unsupported`` where it accepts no message of this form: a server older than rich
    messages.
    """

    reason: str
    form_unsupported: bool = False


SendOutcome = (
    Sent | RetryLater | UnknownOutcome | MovedToSupergroup | ChatUnreachable | MessageRejected
)


@dataclass(frozen=True, slots=True)
class InboxUpdate:
    """A Telegram update as it came, stored before it is acknowledged."""

    bot: int
    id: int
    chat: int  # 0 when it names none
    body: str  # JSON
    follow_up: str = ""  # JSON; what is to be fetched for it yet, its effect being stored
    attempts: int = field(default=0, compare=False)  # begun so far


@dataclass(frozen=True, slots=True)
class UnreadableUpdates:
    """How many updates could not be read, and when the last of them came."""

    count: int = 0
    last_at: datetime | None = None
