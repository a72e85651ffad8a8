"""Methods by which a bot receives: updates by polling or by webhook, and files."""

import re
from urllib.parse import urlsplit

from bot.demo.emulator.arguments import Arguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import World
from bot.demo.emulator.updates import Webhook

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_PORTS = {443, 80, 88, 8443}
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_DEFAULT_LIMIT = 100


async def get_updates(world: World, arguments: Arguments) -> Json:
    """Give the updates that wait, or wait for one."""
    _set_allowed(world, arguments)
    limit = arguments.number("limit", _DEFAULT_LIMIT)
    limit = limit if 1 <= limit <= _DEFAULT_LIMIT else _DEFAULT_LIMIT
    offset, patience = arguments.number("offset"), arguments.number("timeout")
    updates: list[Json] = [*await world.updates.fetch(offset, limit, patience)]
    return updates


def _set_allowed(world: World, arguments: Arguments) -> None:
    if not arguments.has("allowed_updates"):
        return
    refusal = "Can't parse allowed updates JSON object"
    allowed = arguments.structure("allowed_updates", refusal)
    if not isinstance(allowed, list):
        raise bad_request(refusal)
    world.updates.allowed = tuple(str(kind) for kind in allowed)


def set_webhook(world: World, arguments: Arguments) -> Json:
    """Have updates posted to an address; an empty one goes back to polling."""
    url = arguments.text("url")
    if not url:
        return delete_webhook(world, arguments)
    _check_url(url)
    secret = arguments.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _set_allowed(world, arguments)
    if arguments.flag("drop_pending_updates"):
        world.updates.clear()
    connections = arguments.number("max_connections", 40)
    world.updates.webhook = Webhook(url, secret, min(max(connections, 1), 100))
    world.updates.arrived.set()
    return True


def _check_url(url: str) -> None:
    """Take HTTPS on Telegram's ports, and plain HTTP on this machine as a local server does."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook") from error
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def delete_webhook(world: World, arguments: Arguments) -> Json:
    """Go back to polling."""
    world.updates.webhook = None
    if arguments.flag("drop_pending_updates"):
        world.updates.clear()
    return True


def get_webhook_info(world: World, arguments: Arguments) -> Json:
    """Tell where updates go and how many wait."""
    webhook = world.updates.webhook
    info: JsonObject = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if webhook:
        info["max_connections"] = webhook.max_connections
    if world.updates.allowed:
        info["allowed_updates"] = [*world.updates.allowed]
    if world.updates.last_error:
        info["last_error_message"] = world.updates.last_error
        info["last_error_date"] = int(world.now().timestamp())
    return info


def get_file(world: World, arguments: Arguments) -> Json:
    """Tell where a file can be fetched."""
    given = arguments.text("file_id")
    if not given:
        raise bad_request("file_id not specified")
    file = world.files.get(given)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {
        "file_id": file.id,
        "file_unique_id": f"unique-{file.id}",
        "file_size": len(file.content),
        "file_path": f"documents/{file.id}",
    }
