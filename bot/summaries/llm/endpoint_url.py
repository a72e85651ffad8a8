"""Parse the address of a model server, in the forms that providers document.

It may have a version or not (``https://api.x.ai``, ``https://api.x.ai/v1``), be below a path
(``https://openrouter.ai/api``), or be the full address of the method (``.../chat/completions``),
which is then used as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_METHOD_PATH = "/chat/completions"
_VERSION = re.compile(r"v\d+(?:[a-z]+\d*)?")  # v1, v1beta, v4


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The base address of a server, the query of each request, and the host for messages."""

    base: str
    query: tuple[tuple[str, str], ...]
    host: str


def parse_endpoint(url: str) -> Endpoint:
    """Return the endpoint at an address.

    Raises:
        ValueError: it is no http address, or it contains a password; the text says which.
    """
    url_parts = urlsplit(url.strip())
    if url_parts.scheme not in ("http", "https") or not url_parts.hostname or url_parts.port == 0:
        raise ValueError("not an address that begins with http:// or https://")
    if url_parts.username is not None or url_parts.password is not None:
        raise ValueError("an address with a name or password; the key has a setting of its own")
    path = url_parts.path.rstrip("/")
    if path.endswith(_METHOD_PATH):
        path = path.removesuffix(_METHOD_PATH)
    elif not any(_VERSION.fullmatch(part) for part in path.split("/")):
        path += "/v1"
    return Endpoint(
        f"{url_parts.scheme}://{url_parts.netloc}{path}",
        tuple(parse_qsl(url_parts.query)),
        url_parts.hostname,
    )
