"""How fast a bot may post: what Telegram publishes as its limits, kept to the letter."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

RATE_LIMITED_METHODS = {
    "sendMessage",
    "sendRichMessage",
    "sendDocument",
    "copyMessage",
    "forwardMessage",
}
_OVERALL_LIMIT = (30, timedelta(seconds=1))
_PRIVATE_CHAT_LIMIT = (1, timedelta(seconds=1))
_GROUP_LIMIT = (20, timedelta(minutes=1))


@dataclass(slots=True)
class RateLimits:
    """Remember the latest posts; thirty a second, one a second per person, twenty a minute per
    group."""

    _all_posts: deque[datetime] = field(default_factory=deque)
    _posts_by_chat: dict[str, deque[datetime]] = field(default_factory=dict)

    def take_or_wait(self, chat: str, now: datetime) -> int | None:
        """Take a post and give None, or give the seconds that the bot must wait."""
        is_group = chat.startswith(("-", "@"))
        posts = self._posts_by_chat.setdefault(chat, deque())
        wait = max(
            _time_to_wait(self._all_posts, _OVERALL_LIMIT, now),
            _time_to_wait(posts, _GROUP_LIMIT if is_group else _PRIVATE_CHAT_LIMIT, now),
        )
        if wait > timedelta(0):
            return max(1, ceil(wait.total_seconds()))
        self._all_posts.append(now)
        posts.append(now)
        return None


def _time_to_wait(posts: deque[datetime], limit: tuple[int, timedelta], now: datetime) -> timedelta:
    count, window = limit
    while posts and now - posts[0] >= window:
        posts.popleft()
    if len(posts) < count:
        return timedelta(0)
    return posts[len(posts) - count] + window - now
