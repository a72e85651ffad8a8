"""What does it mean when Telegram says no? Exceptions of the client → outcomes.

The texts are the Bot API server's own. Whether a message reached Telegram is told by the cause
underneath the client's exception, never by its class: without a connection it never left this
machine, any other break may have come after delivery.
"""

from __future__ import annotations

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.chat.transport import Broken, NotSent
from storage.model import Gone, Later, Moved, Outcome, Refused, Unknown

# A chat that answers so cannot be written to, whatever the message.
ERRORS_OF_CHAT = (
    "chat not found",
    "private chat not found",
    "not enough rights to send",
    "chat_write_forbidden",
    "have no rights to send a message",
    "have no write access to the chat",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
    "group chat was deactivated",
    "user_is_blocked",
    "peer_id_invalid",
    "bot_blocked",
)
ERROR_NOT_MODIFIED = ("message is not modified",)
ERRORS_OF_STALE = (
    "query is too old",
    "query id is invalid",
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
)

_PROBE = 60.0  # seconds before a token that was refused is tried again


def outcome(error: TelegramError) -> Outcome:
    """The outcome of a send that raised ``error`` (Bot API error texts, as of 10.3)."""
    match error:
        case RetryAfter():
            return Later(_seconds(error) + 1.0, "flood control", counted=False, answered=True)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Gone(error.message)
        case BadRequest():
            return _bad_request(error.message)
        case InvalidToken():
            # Also any 404, a proxy's too: nothing is given up, everything waits.
            return Later(_PROBE, "token refused", counted=False)
        case NetworkError() if isinstance(error.__cause__, NotSent):
            return Later(5.0, "no connection", counted=False)
        case _:
            return Unknown(_told(error))


def _bad_request(text: str) -> Outcome:
    folded = text.casefold()
    if any(known in folded for known in ERRORS_OF_CHAT):
        return Gone(text, sure=False)
    return Refused(text)


def is_settled(error: TelegramError) -> bool:
    """The edit is as good as done: nothing changed, or the message is no longer there."""
    folded = str(error.message).casefold()
    return any(known in folded for known in (*ERROR_NOT_MODIFIED, *ERRORS_OF_STALE))


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def _told(error: TelegramError) -> str:
    """The kind of failure without its text: a text may hold an address with the token."""
    cause = error.__cause__
    if isinstance(cause, Broken):
        return str(cause)
    told = error if cause is None or isinstance(cause, TelegramError) else cause
    return type(told).__name__
