"""Which web addresses Telegram turns into links, and how it writes them."""

import re
from urllib.parse import quote

_ADDRESS = re.compile(
    r"""(?:(?P<scheme>https?)://)?
        (?P<user>[^/?\#\s@]*@)?
        (?P<host>[^/?\#\s:@\x00-\x20]+)
        (?P<port>:\d{1,5})?
        (?P<rest>[/?\#].*)?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_OWN = re.compile(r"(?:tg|ton|tonsite)://\S+", re.IGNORECASE)
_USER = re.compile(r"tg://user/?\?id=([1-9]\d{0,15})", re.IGNORECASE)
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")


def mentioned_user(url: str) -> int | None:
    """Give the user that a ``tg://user?id=`` address names."""
    match = _USER.fullmatch(url.strip())
    return int(match[1]) if match else None


def checked_link(url: str) -> str | None:
    """Give the address as Telegram would show it in a message, or None when it drops it."""
    url = url.strip()
    if _OWN.fullmatch(url):
        scheme, _, rest = url.partition("://")
        return f"{scheme.lower()}://{rest}"
    match = _ADDRESS.fullmatch(url)
    if match is None or not _is_public_host(match["host"]):
        return None
    scheme = (match["scheme"] or "http").lower()
    rest = match["rest"] or "/"
    if not rest.startswith("/"):
        rest = "/" + rest
    host = match["host"].lower() + (match["port"] or "")
    return f"{scheme}://{match['user'] or ''}{host}{_escaped(rest)}"


def _is_public_host(host: str) -> bool:
    labels = host.split(".")
    return len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)


def _escaped(rest: str) -> str:
    return "".join(quote(letter) if letter <= " " else letter for letter in rest)


def is_rich_link(url: str) -> bool:
    """Say whether a link is allowed in a rich message."""
    lowered = url.lower()
    if url.startswith("#"):
        return len(url) > 1
    if lowered.startswith(("mailto:", "tel:", "tg://")):
        return not url.endswith((":", "/"))
    return lowered.startswith(("http://", "https://")) and checked_link(url) is not None
