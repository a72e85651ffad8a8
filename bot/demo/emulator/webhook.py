"""Post updates to the bot's webhook on this machine."""

import asyncio
import json
from urllib.parse import urlsplit

from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.emulator.updates import UpdateQueue, Webhook
from bot.demo.methods.receiving import LOOPBACK

_RETRY_DELAY = 0.2


async def post_updates(updates: UpdateQueue) -> None:
    """Post waiting updates one after the other while a webhook on this machine is set."""
    while not updates.is_closed:
        webhook, oldest = updates.webhook, updates.oldest()
        if webhook is None or oldest is None or urlsplit(webhook.url).hostname not in LOOPBACK:
            updates.arrival_event.clear()
            await updates.arrival_event.wait()
            continue
        update_id, update = oldest
        failure = await _post_update(webhook, update)
        updates.last_error = failure
        if failure:
            await asyncio.sleep(_RETRY_DELAY)
        else:
            updates.acknowledge(update_id + 1)


async def _post_update(webhook: Webhook, update: JsonObject) -> str:
    """Post one update; return the error, or an empty text if it was accepted."""
    parts = urlsplit(webhook.url)
    body = json.dumps(update).encode()
    header_lines = [
        f"POST {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    if webhook.secret:
        header_lines.append(f"X-Telegram-Bot-Api-Secret-Token: {webhook.secret}")
    try:
        status = await _send_http_request(
            parts.hostname or "", parts.port or 80, header_lines, body
        )
    except OSError as error:
        return f"Connection failed: {error.strerror}"
    is_accepted = status.split(" ")[1:2] and status.split(" ")[1].startswith("2")
    return "" if is_accepted else f"Wrong response from the webhook: {status.partition(' ')[2]}"


async def _send_http_request(host: str, port: int, header_lines: list[str], body: bytes) -> str:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write("\r\n".join([*header_lines, "", ""]).encode() + body)
        await writer.drain()
        return (await reader.readline()).decode("latin-1").strip()
    finally:
        writer.close()
