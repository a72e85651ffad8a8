"""Encode and decode callback data and deep links.

Both contain a version tag, a verb and two integers, never text. Both can be forged: a handler
checks in the store whether this person may do this in this chat.
"""

from __future__ import annotations

import re

from bot.render.telegram.keyboard import Action, ManagedChatAction

_VERSION_TAG = "1"
_SUPERGROUP_ID_OFFSET = 10**12  # a supergroup's id is -(offset + n); links contain n
_CALLBACK_DATA = re.compile(
    rf"{_VERSION_TAG}([a-z_]{{1,20}}):(\d{{1,18}}):(\d{{1,18}})(?::(-\d{{1,18}}))?"
)
SAVED_PAPERS_PAYLOAD = "saved"  # opens the presser's own papers

_PAPER_PAYLOAD = re.compile(r"p_(\d{1,18})_(\d{1,9})")


def encode_action(action: Action) -> str:
    """Return the callback data of a button: ``1entry:42:3``, at most 64 bytes (Bot API).

    An action on another chat ends with its id: ``1stop:7:0:-1001234567890``.
    """
    numbers = f"{action.first_argument}:{action.second_argument}"
    encoded_action = f"{_VERSION_TAG}{action.verb}:{numbers}"
    return (
        f"{encoded_action}:{action.chat}"
        if isinstance(action, ManagedChatAction)
        else encoded_action
    )


def decode_action(data: str | None) -> Action | None:
    """Return the action that callback data encodes, or None if it is not ours."""
    match = _CALLBACK_DATA.fullmatch(data or "")
    if match is None:
        return None
    verb, first_argument, second_argument = match[1], int(match[2]), int(match[3])
    if match[4]:
        return ManagedChatAction(verb, first_argument, second_argument, int(match[4]))
    return Action(verb, first_argument, second_argument)


def paper_link(username: str, paper: int, version: int) -> str:
    """Return a deep link that opens a paper in the private chat with the bot.

    It names the paper and not its digest, because it may be forwarded to anybody.
    """
    return start_link(username, f"p_{paper}_{version}")


def start_link(username: str, payload: str) -> str:
    """Return a deep link, which opens the chat with the bot and sends it ``payload``."""
    return f"https://t.me/{username}?start={payload}"


def forum_topic_link(chat: int, thread: int) -> str:
    """Return a link to a forum topic, for members of the forum."""
    return f"https://t.me/c/{-chat - _SUPERGROUP_ID_OFFSET}/{thread}"


def decode_start_payload(payload: str) -> Action | None:
    """Return the action of a deep link's payload, or None if it is not ours."""
    if payload == SAVED_PAPERS_PAYLOAD:
        return Action("saved")
    match = _PAPER_PAYLOAD.fullmatch(payload)
    return Action("paper", int(match[1]), int(match[2])) if match else None
