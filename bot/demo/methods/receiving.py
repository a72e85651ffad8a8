"""Methods to receive updates, by polling or webhook, and files."""

import re
from urllib.parse import urlsplit

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, JsonObject, bad_request
from bot.demo.emulator.telegram_state import TelegramState
from bot.demo.emulator.updates import Webhook

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_WEBHOOK_PORTS = {443, 80, 88, 8443}
_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
_DEFAULT_LIMIT = 100


async def get_updates(state: TelegramState, arguments: CallArguments) -> Json:
    """Return waiting updates, or wait for one."""
    _set_allowed_updates(state, arguments)
    limit = arguments.number("limit", _DEFAULT_LIMIT)
    limit = limit if 1 <= limit <= _DEFAULT_LIMIT else _DEFAULT_LIMIT
    offset, timeout = arguments.number("offset"), arguments.number("timeout")
    updates: list[Json] = [*await state.updates.fetch(offset, limit, timeout)]
    return updates


def _set_allowed_updates(state: TelegramState, arguments: CallArguments) -> None:
    if not arguments.has("allowed_updates"):
        return
    error_text = "Can't parse allowed updates JSON object"
    kinds = arguments.json_value("allowed_updates", error_text)
    if not isinstance(kinds, list):
        raise bad_request(error_text)
    state.updates.allowed_kinds = tuple(str(kind) for kind in kinds)


def set_webhook(state: TelegramState, arguments: CallArguments) -> Json:
    """Post updates to a URL; an empty one returns to polling."""
    url = arguments.text("url")
    if not url:
        return delete_webhook(state, arguments)
    _check_webhook_url(url)
    secret = arguments.text("secret_token")
    if secret and not _SECRET_TOKEN.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _set_allowed_updates(state, arguments)
    if arguments.flag("drop_pending_updates"):
        state.updates.clear()
    connections = arguments.number("max_connections", 40)
    state.updates.webhook = Webhook(url, secret, min(max(connections, 1), 100))
    state.updates.arrival_event.set()
    return True


def _check_webhook_url(url: str) -> None:
    """Accept HTTPS on Telegram's ports, and plain HTTP on loopback like a local server."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook") from error
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in _WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def delete_webhook(state: TelegramState, arguments: CallArguments) -> Json:
    """Return to polling."""
    state.updates.webhook = None
    if arguments.flag("drop_pending_updates"):
        state.updates.clear()
    return True


def get_webhook_info(state: TelegramState, arguments: CallArguments) -> Json:
    """Return where updates are posted, and how many wait."""
    webhook = state.updates.webhook
    info: JsonObject = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates),
    }
    if webhook:
        info["max_connections"] = webhook.max_connections
    if state.updates.allowed_kinds:
        info["allowed_updates"] = [*state.updates.allowed_kinds]
    if state.updates.last_error:
        info["last_error_message"] = state.updates.last_error
        info["last_error_date"] = int(state.now().timestamp())
    return info


def get_file(state: TelegramState, arguments: CallArguments) -> Json:
    """Return the path from which a file can be downloaded."""
    file_id = arguments.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = state.files.get(file_id)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {
        "file_id": file.id,
        "file_unique_id": f"unique-{file.id}",
        "file_size": len(file.content),
        "file_path": f"documents/{file.id}",
    }
