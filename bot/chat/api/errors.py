"""What does it mean when Telegram says no? Exceptions of the client → outcomes.

The texts are the Bot API server's own. Whether a message reached Telegram is told by the cause
underneath the client's exception, never by its class: without a connection it never left this
machine, any other break may have come after delivery.
"""

from __future__ import annotations

import warnings
from http import HTTPStatus

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.warnings import PTBDeprecationWarning

from bot.chat.api.transport import Broken, Declined, NotSent
from storage.records import Gone, Later, Moved, Outcome, Refused, Unknown

# The chat is there, its topic is not: what belongs there can be told in the chat itself.
ERRORS_OF_THREAD = ("message thread not found", "topic_deleted", "topic_closed")
# A chat that answers so cannot be written to, whatever the message.
ERRORS_OF_CHAT = (
    "chat not found",
    "private chat not found",
    "not enough rights to send",
    "chat_write_forbidden",
    "have no rights to send a message",
    "have no write access to the chat",
    *ERRORS_OF_THREAD,
    "group chat was deactivated",
    "user_is_blocked",
    "peer_id_invalid",
    "bot_blocked",
)
ERRORS_OF_METHOD = ("method not found",)
ERROR_NOT_MODIFIED = ("message is not modified",)
ERRORS_OF_STALE = ("query is too old", "query id is invalid")

_PROBE = 60.0  # seconds before a token that was refused is tried again


def outcome(error: TelegramError) -> Outcome:
    """The outcome of a send that raised ``error`` (Bot API error texts, as of 10.3)."""
    match error:
        case RetryAfter():
            return Later(seconds(error) + 1.0, "flood control", counted=False, answered=True)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Gone(error.message)
        case BadRequest():
            return _bad_request(error.message)
        case InvalidToken() if _is_one(error, ERRORS_OF_METHOD):
            # Telegram itself lacks the method; a proxy's 404 and a refused token sound different.
            return Refused("rich messages unknown", always=True)
        case InvalidToken():
            # Also any 404, a proxy's too: nothing is given up, everything waits.
            return Later(_PROBE, "token refused", counted=False)
        case Declined(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            return Refused(error.message)
        case Declined() | Conflict():
            # Whoever said so may mean the sender, not the message: it is tried again, and not
            # marked as a repeat, for it was not carried out.
            return Later(0.0, error.message)
        case NetworkError() if isinstance(error.__cause__, NotSent):
            return Later(5.0, "no connection", counted=False)
        case _:
            return Unknown(_told(error))


def _bad_request(text: str) -> Outcome:
    folded = text.casefold()
    if any(known in folded for known in ERRORS_OF_CHAT):
        return Gone(text, sure=False)
    return Refused(text)


def lacks_thread(result: Outcome) -> bool:
    """The chat may be written to, but not in the topic that was named."""
    return isinstance(result, Gone) and any(
        known in result.reason.casefold() for known in ERRORS_OF_THREAD
    )


def is_unchanged(result: Outcome) -> bool:
    """The edit is as good as done: the message shows this already."""
    return isinstance(result, Refused) and any(
        known in result.reason.casefold() for known in ERROR_NOT_MODIFIED
    )


def is_stale(error: TelegramError) -> bool:
    """Too late to answer a press; nobody waits for it any more."""
    return _is_one(error, ERRORS_OF_STALE)


def _is_one(error: TelegramError, texts: tuple[str, ...]) -> bool:
    folded = str(error.message).casefold()
    return any(known in folded for known in texts)


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    with warnings.catch_warnings():
        # It warns of the type that the time will have one day; both types are read here.
        warnings.filterwarnings("ignore", ".*`retry_after`", PTBDeprecationWarning)
        wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def _told(error: TelegramError) -> str:
    """The kind of failure without its text: a text may hold an address with the token."""
    cause = error.__cause__
    if isinstance(cause, Broken):
        return str(cause)
    told = error if cause is None or isinstance(cause, TelegramError) else cause
    return type(told).__name__
