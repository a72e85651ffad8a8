"""Which address is asked, when somebody names a server?

Taken are the forms that providers print: with or without a version (``https://api.x.ai``,
``https://api.x.ai/v1``), below a path (``https://openrouter.ai/api``), or the whole address of
the method (``.../chat/completions``), which is then taken at its word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_METHOD_PATH = "/chat/completions"
_VERSION = re.compile(r"v\d+(?:[a-z]+\d*)?")  # v1, v1beta, v4


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The base address of a server, what its query adds to each request, and its host to name."""

    base: str
    query: tuple[tuple[str, str], ...]
    host: str


def parse_endpoint(url: str) -> Endpoint:
    """The endpoint that an address means.

    Raises:
        ValueError: it is no http address, or it holds a password; the text says which.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("not an address that begins with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a name or password; the key has a setting of its own")
    path = parts.path.rstrip("/")
    if path.endswith(_METHOD_PATH):
        path = path.removesuffix(_METHOD_PATH)
    elif not any(_VERSION.fullmatch(part) for part in path.split("/")):
        path += "/v1"
    return Endpoint(
        f"{parts.scheme}://{parts.netloc}{path}", tuple(parse_qsl(parts.query)), parts.hostname
    )
