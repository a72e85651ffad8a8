"""Map exceptions of the Telegram client to send outcomes.

The texts are the Bot API server's own. Whether a message reached Telegram follows from the cause of
the client's exception, never from its class: without a connection it never left this machine, any
other failure may have come after delivery.
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

from bot.chat.api.transport import RequestDeclined, RequestFailure, RequestNotSent
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MovedToSupergroup,
    RetryLater,
    SendOutcome,
    UnknownOutcome,
)

# The chat exists but its topic does not: the message can go to the chat itself.
THREAD_ERRORS = ("message thread not found", "topic_deleted", "topic_closed")
# The chat accepts no message at all.
CHAT_ERRORS = (
    "chat not found",
    "private chat not found",
    "not enough rights to send",
    "chat_write_forbidden",
    "have no rights to send a message",
    "have no write access to the chat",
    *THREAD_ERRORS,
    "group chat was deactivated",
    "user_is_blocked",
    "peer_id_invalid",
    "bot_blocked",
)
METHOD_ERRORS = ("method not found",)
NOT_MODIFIED_ERRORS = ("message is not modified",)
STALE_QUERY_ERRORS = ("query is too old", "query id is invalid")

_TOKEN_RETRY_SECONDS = 60.0  # after the token was refused


def outcome_of_error(error: TelegramError) -> SendOutcome:
    """Return the outcome of a send that raised ``error`` (error texts of Bot API 10.3)."""
    match error:
        case RetryAfter():
            return RetryLater(
                retry_after_seconds(error) + 1.0,
                "flood control",
                counts_as_attempt=False,
                requested_by_telegram=True,
            )
        case ChatMigrated():
            return MovedToSupergroup(error.new_chat_id)
        case Forbidden():
            return ChatUnreachable(error.message)
        case BadRequest() if _matches_any(error, CHAT_ERRORS):
            return ChatUnreachable(error.message, is_permanent=False)
        case BadRequest():
            return MessageRejected(error.message)
        case InvalidToken() if _matches_any(error, METHOD_ERRORS):
            # Telegram itself lacks the method; a proxy's 404 and a refused token read differently.
            return MessageRejected("rich messages unknown", form_unsupported=True)
        case InvalidToken():
            # Also any other 404, such as a proxy's: nothing is dropped, everything waits.
            return RetryLater(_TOKEN_RETRY_SECONDS, "token refused", counts_as_attempt=False)
        case RequestDeclined(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            return MessageRejected(error.message)
        case RequestDeclined() | Conflict():
            # The reason may be the sender and not the message: try again, and not as a repeat,
            # because nothing was carried out.
            return RetryLater(0.0, error.message)
        case NetworkError() if isinstance(error.__cause__, RequestNotSent):
            return RetryLater(5.0, "no connection", counts_as_attempt=False)
        case _:
            # Only the kind of the failure: its text may contain a URL with the token.
            cause = error.__cause__
            if isinstance(cause, RequestFailure):
                return UnknownOutcome(str(cause))
            failure = error if cause is None or isinstance(cause, TelegramError) else cause
            return UnknownOutcome(type(failure).__name__)


def is_thread_missing(result: SendOutcome) -> bool:
    """Return whether the chat accepts messages, but not in the named topic."""
    return isinstance(result, ChatUnreachable) and any(
        fragment in result.reason.casefold() for fragment in THREAD_ERRORS
    )


def is_not_modified(result: SendOutcome) -> bool:
    """Return whether an edit was refused because the message already has this content."""
    return isinstance(result, MessageRejected) and any(
        fragment in result.reason.casefold() for fragment in NOT_MODIFIED_ERRORS
    )


def is_stale_query(error: TelegramError) -> bool:
    """Return whether it is too late to answer a press."""
    return _matches_any(error, STALE_QUERY_ERRORS)


def _matches_any(error: TelegramError, fragments: tuple[str, ...]) -> bool:
    lowered_message = str(error.message).casefold()
    return any(fragment in lowered_message for fragment in fragments)


def retry_after_seconds(error: RetryAfter) -> float:
    """Return how many seconds Telegram asks to wait."""
    with warnings.catch_warnings():
        # The library warns that the type will change; both types are handled here.
        warnings.filterwarnings("ignore", ".*`retry_after`", PTBDeprecationWarning)
        retry_after = error.retry_after
    return (
        float(retry_after) if isinstance(retry_after, int | float) else retry_after.total_seconds()
    )
