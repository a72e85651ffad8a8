"""The rate limits that Telegram publishes, enforced strictly."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

RATE_LIMITED_METHODS = {"sendMessage", "sendRichMessage", "sendDocument"}
_OVERALL_LIMIT = (30, timedelta(seconds=1))
_PRIVATE_CHAT_LIMIT = (1, timedelta(seconds=1))
_GROUP_LIMIT = (20, timedelta(minutes=1))


@dataclass(slots=True)
class RateLimits:
    """Counts recent posts and enforces the limits.

    They are 30 per second overall, one per second in a private chat and 20 per minute in a group.
    """

    _all_posts: deque[datetime] = field(default_factory=deque)
    _posts_by_chat: dict[str, deque[datetime]] = field(default_factory=dict)

    def take_or_wait(self, chat: str, now: datetime) -> int | None:
        """Count a post and return None, or return the seconds to wait."""
        is_group = chat.startswith(("-", "@"))
        posts = self._posts_by_chat.setdefault(chat, deque())
        wait_seconds = max(
            _time_to_wait(self._all_posts, _OVERALL_LIMIT, now),
            _time_to_wait(posts, _GROUP_LIMIT if is_group else _PRIVATE_CHAT_LIMIT, now),
        )
        if wait_seconds > timedelta(0):
            return max(1, ceil(wait_seconds.total_seconds()))
        self._all_posts.append(now)
        posts.append(now)
        return None


def _time_to_wait(posts: deque[datetime], limit: tuple[int, timedelta], now: datetime) -> timedelta:
    max_calls, window_seconds = limit
    while posts and now - posts[0] >= window_seconds:
        posts.popleft()
    if len(posts) < max_calls:
        return timedelta(0)
    return posts[len(posts) - max_calls] + window_seconds - now
