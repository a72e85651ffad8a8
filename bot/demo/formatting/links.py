"""Decide which URLs become links, and normalize them as Telegram does."""

import re
from urllib.parse import quote

_WEB_URL = re.compile(
    r"""(?:(?P<scheme>https?)://)?
        (?P<user>[^/?\#\s@]*@)?
        (?P<host>[^/?\#\s:@\x00-\x20]+)
        (?P<port>:\d{1,5})?
        (?P<rest>[/?\#].*)?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_TELEGRAM_URL = re.compile(r"(?:tg|ton|tonsite)://\S+", re.IGNORECASE)
_USER_URL = re.compile(r"tg://user/?\?id=([1-9]\d{0,15})", re.IGNORECASE)
_HOST_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")


def mentioned_user_id(url: str) -> int | None:
    """Return the user id of a ``tg://user?id=`` URL."""
    match = _USER_URL.fullmatch(url.strip())
    return int(match[1]) if match else None


def normalize_link(url: str) -> str | None:
    """Return the URL as Telegram shows it in a message, or None if it is dropped."""
    url = url.strip()
    if _TELEGRAM_URL.fullmatch(url):
        scheme, _, path = url.partition("://")
        return f"{scheme.lower()}://{path}"
    match = _WEB_URL.fullmatch(url)
    if match is None:
        return None
    host_labels = match["host"].split(".")
    if len(host_labels) < 2 or not all(map(_HOST_LABEL.fullmatch, host_labels)):
        return None
    scheme = (match["scheme"] or "http").lower()
    path = match["rest"] or "/"
    if not path.startswith("/"):
        path = "/" + path
    path = "".join(quote(letter) if letter <= " " else letter for letter in path)
    host = match["host"].lower() + (match["port"] or "")
    return f"{scheme}://{match['user'] or ''}{host}{path}"


def is_rich_link(url: str) -> bool:
    """Return whether a link is allowed in a rich message."""
    lowered_url = url.lower()
    if url.startswith("#"):
        return len(url) > 1
    if lowered_url.startswith(("mailto:", "tel:", "tg://")):
        return not url.endswith((":", "/"))
    return lowered_url.startswith(("http://", "https://")) and normalize_link(url) is not None
