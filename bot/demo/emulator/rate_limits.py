"""How fast a bot may post: what Telegram publishes as its limits, kept to the letter."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

COUNTED = {"sendMessage", "sendRichMessage", "sendDocument", "copyMessage", "forwardMessage"}
_OVERALL = (30, timedelta(seconds=1))
_PRIVATE = (1, timedelta(seconds=1))
_GROUP = (20, timedelta(minutes=1))


@dataclass(slots=True)
class Rates:
    """Remember the latest posts; thirty a second, one a second per person, twenty a minute per
    group."""

    _all: deque[datetime] = field(default_factory=deque)
    _chats: dict[str, deque[datetime]] = field(default_factory=dict)

    def admit(self, chat: str, now: datetime) -> int | None:
        """Take a post and give None, or give the seconds that the bot must wait."""
        is_group = chat.startswith(("-", "@"))
        posts = self._chats.setdefault(chat, deque())
        wait = max(
            _wait(self._all, _OVERALL, now), _wait(posts, _GROUP if is_group else _PRIVATE, now)
        )
        if wait > timedelta(0):
            return max(1, ceil(wait.total_seconds()))
        self._all.append(now)
        posts.append(now)
        return None


def _wait(posts: deque[datetime], limit: tuple[int, timedelta], now: datetime) -> timedelta:
    count, window = limit
    while posts and now - posts[0] >= window:
        posts.popleft()
    if len(posts) < count:
        return timedelta(0)
    return posts[len(posts) - count] + window - now
