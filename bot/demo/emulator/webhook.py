"""Posting updates to a bot's webhook on this machine."""

import asyncio
import json
from urllib.parse import urlsplit

from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.emulator.updates import Updates, Webhook
from bot.demo.methods.receiving import LOOPBACK

_PAUSE = 0.2


async def deliver(updates: Updates) -> None:
    """Post waiting updates one after the other while a webhook on this machine is set."""
    while not updates.is_closed:
        webhook, first = updates.webhook, updates.first()
        if webhook is None or first is None or urlsplit(webhook.url).hostname not in LOOPBACK:
            updates.arrived.clear()
            await updates.arrived.wait()
            continue
        number, update = first
        failure = await _post(webhook, update)
        updates.last_error = failure
        if failure:
            await asyncio.sleep(_PAUSE)
        else:
            updates.acknowledge(number + 1)


async def _post(webhook: Webhook, update: JsonObject) -> str:
    """Post one update and say what went wrong, nothing if it was taken."""
    parts = urlsplit(webhook.url)
    body = json.dumps(update).encode()
    head = [
        f"POST {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    if webhook.secret:
        head.append(f"X-Telegram-Bot-Api-Secret-Token: {webhook.secret}")
    try:
        status = await _exchange(parts.hostname or "", parts.port or 80, head, body)
    except OSError as error:
        return f"Connection failed: {error.strerror}"
    is_taken = status.split(" ")[1:2] and status.split(" ")[1].startswith("2")
    return "" if is_taken else f"Wrong response from the webhook: {status.partition(' ')[2]}"


async def _exchange(host: str, port: int, head: list[str], body: bytes) -> str:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()
        return (await reader.readline()).decode("latin-1").strip()
    finally:
        writer.close()
