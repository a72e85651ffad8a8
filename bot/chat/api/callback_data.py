"""Callback data and deep links ↔ values.

Both carry a version tag, a verb and two integers, never text. Both can be forged: a handler asks
the store whether this presser may do this in this chat.
"""

from __future__ import annotations

import re

from bot.render.telegram.keyboard import Action, ManagedChatAction

_VERSION_TAG = "1"
_SUPERGROUP_ID_OFFSET = 10**12  # their ids are below, negative; in links they stand without it
_CALLBACK_DATA = re.compile(
    rf"{_VERSION_TAG}([a-z_]{{1,20}}):(\d{{1,18}}):(\d{{1,18}})(?::(-\d{{1,18}}))?"
)
SAVED_PAPERS_PAYLOAD = "saved"  # the payload that opens the presser's own papers
_PAPER_PAYLOAD = re.compile(r"p_(\d{1,18})_(\d{1,9})")


def encode_action(button_action: Action) -> str:
    """The callback data of a button: ``1entry:42:3``, at most 64 bytes (Bot API).

    A chat that is acted on from another one stands behind: ``1stop:7:0:-1001234567890``.
    """
    numbers = f"{button_action.first_argument}:{button_action.second_argument}"
    encoded = f"{_VERSION_TAG}{button_action.verb}:{numbers}"
    return (
        f"{encoded}:{button_action.chat}"
        if isinstance(button_action, ManagedChatAction)
        else encoded
    )


def decode_action(data: str | None) -> Action | None:
    """The action that callback data names, or None when it is not of our making."""
    match = _CALLBACK_DATA.fullmatch(data or "")
    if match is None:
        return None
    verb, first, second = match[1], int(match[2]), int(match[3])
    if match[4]:
        return ManagedChatAction(verb, first, second, int(match[4]))
    return Action(verb, first, second)


def paper_link(username: str, paper: int, version: int) -> str:
    """A deep link that opens a paper in the chat with the bot.

    It names the paper and not the digest it stood in: it may be forwarded to anybody.
    """
    return start_link(username, f"p_{paper}_{version}")


def start_link(username: str, payload: str) -> str:
    """A deep link: an address that opens the chat with the bot, and says something there."""
    return f"https://t.me/{username}?start={payload}"


def forum_topic_link(chat: int, thread: int) -> str:
    """A link to a forum topic, for who is in the forum."""
    return f"https://t.me/c/{-chat - _SUPERGROUP_ID_OFFSET}/{thread}"


def decode_start_payload(payload: str) -> Action | None:
    """The action of a deep link's payload, or None when it is not of our making."""
    if payload == SAVED_PAPERS_PAYLOAD:
        return Action("saved")
    match = _PAPER_PAYLOAD.fullmatch(payload)
    return Action("paper", int(match[1]), int(match[2])) if match else None
