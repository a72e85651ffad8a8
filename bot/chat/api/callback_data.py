"""Callback data and deep links ↔ values.

Both carry a version tag, a verb and two integers, never text. Both can be forged: a handler asks
the store whether this presser may do this in this chat.
"""

from __future__ import annotations

import re

from bot.render.telegram.keyboard import Action, Elsewhere

_TAG = "1"
_SUPERGROUPS = 10**12  # their ids are below, negative; in links they stand without it
_DATA = re.compile(rf"{_TAG}([a-z_]{{1,20}}):(\d{{1,18}}):(\d{{1,18}})(?::(-\d{{1,18}}))?")
LIBRARY = "saved"  # the payload that opens the presser's own papers
_PAYLOAD = re.compile(r"p_(\d{1,18})_(\d{1,9})")


def data(action: Action) -> str:
    """The callback data of a button: ``1entry:42:3``, at most 64 bytes (Bot API).

    A chat that is acted on from another one stands behind: ``1stop:7:0:-1001234567890``.
    """
    told = f"{_TAG}{action.verb}:{action.first}:{action.second}"
    return f"{told}:{action.chat}" if isinstance(action, Elsewhere) else told


def action(data: str | None) -> Action | None:
    """The action that callback data names, or None when it is not of our making."""
    found = _DATA.fullmatch(data or "")
    if found is None:
        return None
    verb, first, second = found[1], int(found[2]), int(found[3])
    if found[4]:
        return Elsewhere(verb, first, second, int(found[4]))
    return Action(verb, first, second)


def link(username: str, paper: int, version: int) -> str:
    """A deep link that opens a paper in the chat with the bot.

    It names the paper and not the digest it stood in: it may be forwarded to anybody.
    """
    return payload_link(username, f"p_{paper}_{version}")


def payload_link(username: str, payload: str) -> str:
    """A deep link: an address that opens the chat with the bot, and says something there."""
    return f"https://t.me/{username}?start={payload}"


def thread_link(chat: int, thread: int) -> str:
    """A link to a forum topic, for who is in the forum."""
    return f"https://t.me/c/{-chat - _SUPERGROUPS}/{thread}"


def opened(payload: str) -> Action | None:
    """The action of a deep link's payload, or None when it is not of our making."""
    if payload == LIBRARY:
        return Action("saved")
    found = _PAYLOAD.fullmatch(payload)
    return Action("paper", int(found[1]), int(found[2])) if found else None
