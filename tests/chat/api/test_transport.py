"""What is known of a message when its request breaks, and what nobody may ever read of it."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import telegram
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.chat.api import send_and_edit, transport
from bot.chat.api.errors import outcome_of_error
from bot.chat.api.transport import (
    RequestFailure,
    RequestNotSent,
    RequestUnanswered,
    Transport,
    proxy_for,
    tls_context,
)
from bot.demo.emulator import faults
from bot.demo.emulator.bot_api import TOKEN, Emulator
from bot.demo.emulator.faults import Fault
from bot.render.telegram.split_into_messages import Message
from storage.records.chats import MessageForm
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MovedToSupergroup,
    RetryLater,
    SendOutcome,
    Sent,
    UnknownOutcome,
)

SECRET = TOKEN.partition(":")[2]
LOOPBACK = Path(__file__).parent / "loopback.pem"  # key and certificate of 127.0.0.1, no secret
DATE = "Fri, 20 Nov 2037 08:00:00 GMT"
SHORT = 1.0  # seconds for a request that is meant to run out of time
HELLO = Message(MessageForm.CLASSIC, html="hello")
RICH = Message(MessageForm.THREE_COLUMNS, blocks=({"type": "paragraph", "text": "hello"},))

Reply = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def served_emulator() -> AsyncIterator[Emulator]:
    async with Emulator.serve() as emulator:
        yield emulator


@asynccontextmanager
async def posting(base: str, longest: float = 30.0) -> AsyncIterator[telegram.Bot]:
    """A bot that may send, and has asked the server nothing yet."""
    bot = send_and_edit.create_client(TOKEN, base, request_timeout=longest)
    async with bot.request:
        yield bot


@asynccontextmanager
async def answering(reply: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that reads each request whole and leaves the answer to ``reply``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
            await reader.readexactly(int(length or 0))
            await reply(head.partition("\r\n")[0], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the caller hung up
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def saying(status: str, body: str, *, promised: int | None = None) -> Reply:
    """Answers with a page, of which ``promised`` bytes were announced; ``{line}`` is asked for."""

    async def reply(line: str, writer: asyncio.StreamWriter) -> None:
        page = body.replace("{line}", line).encode()
        length = len(page) if promised is None else promised
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n"
        writer.write(head.encode() + page)
        await writer.drain()

    return reply


async def silent(line: str, writer: asyncio.StreamWriter) -> None:
    """Says nothing until the caller goes."""
    await asyncio.wait_for(writer.wait_closed(), None)


@contextmanager
def nobody() -> Iterator[str]:
    """An address of this machine where nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{reserved.getsockname()[1]}"


def never_left(outcome: SendOutcome) -> bool:
    """Whether an outcome says: as if it had not been tried."""
    return (
        isinstance(outcome, RetryLater)
        and not outcome.counts_as_attempt
        and not outcome.requested_by_telegram
    )


def everything(error: BaseException) -> str:
    """All that a trace could print of an error and of what is behind it."""
    seen: list[BaseException] = []
    to_visit: list[BaseException | None] = [error]
    while to_visit:
        exception = to_visit.pop()
        if exception is not None and exception not in seen:
            seen.append(exception)
            to_visit += [exception.__cause__, exception.__context__]
    return "\n".join(
        f"{exception} {exception!r} {exception.args} {getattr(exception, '__notes__', '')}"
        for exception in seen
    )


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged at any level, except by the server's side."""
    lines = logging.Formatter("%(message)s")
    return "\n".join(
        lines.format(record) for record in caplog.records if "uvicorn" not in record.name
    )


@pytest.mark.parametrize(
    ("fault", "expected", "is_accepted"),
    [
        (faults.too_many_requests(3), RetryLater(4.0, "flood control", False, True), False),
        (faults.error_response(403, "Forbidden: user is deactivated"), ChatUnreachable, False),
        (faults.error_response(400, "Bad Request: chat not found"), ChatUnreachable, False),
        (faults.error_response(400, "Bad Request: message is too long"), MessageRejected, False),
        (faults.error_response(401, "Unauthorized"), RetryLater, False),
        (faults.chat_migrated(-1005), MovedToSupergroup(-1005), False),
        (faults.internal_error(), UnknownOutcome("NetworkError"), False),
        (faults.bad_gateway(), UnknownOutcome, False),
        (faults.accepted_then_bad_gateway(), UnknownOutcome, True),
        (faults.connection_closed(), UnknownOutcome("ServerDisconnectedError"), False),
        (faults.accepted_then_connection_closed(), UnknownOutcome("ServerDisconnectedError"), True),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
@pytest.mark.parametrize("message", [HELLO, RICH], ids=["classic", "rich"])
async def test_a_fault_means_its_outcome_and_is_not_tried_again(
    served_emulator: Emulator,
    message: Message,
    fault: Fault,
    expected: SendOutcome | type[SendOutcome],
    is_accepted: bool,
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    served_emulator.faults.schedule("*", fault, chat=ada.id)
    async with posting(served_emulator.url) as bot:
        outcome = await send_and_edit.send_message(bot, ada.id, message)

        assert expected in (outcome, type(outcome))
        assert len(served_emulator.calls) == 1
        assert len(ada.messages()) == is_accepted
        assert isinstance(await send_and_edit.send_message(bot, ada.id, message), Sent)


@pytest.mark.parametrize(
    ("fault", "is_accepted"),
    [(faults.no_response(), False), (faults.accepted_then_no_response(), True)],
    ids=["before", "after"],
)
async def test_silence_leaves_a_message_in_doubt(
    served_emulator: Emulator, fault: Fault, is_accepted: bool
) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    served_emulator.faults.schedule("sendMessage", fault)
    async with posting(served_emulator.url, SHORT) as bot:
        assert await send_and_edit.send_message(bot, ada.id, HELLO) == UnknownOutcome(
            "TimeoutError"
        )
        assert len(served_emulator.calls) == 1
        assert len(ada.messages()) == is_accepted


async def test_a_drip_of_bytes_ends_in_time() -> None:
    """A time-out between two bytes would wait as long as the server likes."""

    async def drip(line: str, writer: asyncio.StreamWriter) -> None:
        await saying("200 OK", "", promised=10**9)(line, writer)
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.wait([asyncio.ensure_future(writer.wait_closed())], timeout=SHORT / 20)

    async with answering(drip) as base, posting(base, SHORT) as bot:
        async with asyncio.timeout(SHORT * 5):
            assert await send_and_edit.send_message(bot, 7, HELLO) == UnknownOutcome("TimeoutError")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (saying("200 OK", '{"ok": true, "re', promised=500), "ClientPayloadError"),
        (saying("200 OK", "<html>Log in to this network</html>"), "no result"),
        (saying("302 Found\r\nLocation: /else", "<html>Moved</html>"), "NetworkError"),
        (saying("504 Gateway Timeout", "<html>nginx</html>"), "NetworkError"),
    ],
    ids=["half", "not JSON", "redirect", "504"],
)
async def test_a_useless_answer_leaves_a_message_in_doubt(reply: Reply, reason: str) -> None:
    async with answering(reply) as base, posting(base) as bot:
        assert await send_and_edit.send_message(bot, 7, HELLO) == UnknownOutcome(reason)


async def test_a_refused_connection_never_left() -> None:
    with nobody() as base:
        async with posting(base) as bot:
            assert never_left(await send_and_edit.send_message(bot, 7, HELLO))


async def test_a_name_that_nobody_knows_never_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    async with posting("http://telegram.example") as bot:
        assert never_left(await send_and_edit.send_message(bot, 7, HELLO))


async def test_a_handshake_without_end_never_left() -> None:
    """The time for a connection includes its encryption."""
    secure = Transport("https://127.0.0.1", TOKEN, connections=1, total_timeout=SHORT)
    async with answering(silent) as base, secure:
        with pytest.raises(TimedOut) as caught:
            await secure.post(f"{base.replace('http:', 'https:')}/bot{TOKEN}/getMe")

    assert isinstance(caught.value.__cause__, RequestNotSent)
    assert never_left(outcome_of_error(caught.value))


async def test_a_server_without_encryption_never_gets_the_message(
    served_emulator: Emulator,
) -> None:
    async with posting(served_emulator.url.replace("http:", "https:")) as bot:
        assert never_left(await send_and_edit.send_message(bot, 7, HELLO))
    assert served_emulator.calls == []


async def test_a_message_that_got_no_connection_never_left(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    release = asyncio.Event()
    served_emulator.faults.schedule("sendMessage", faults.slow_response(release))
    narrow = Transport(served_emulator.url, TOKEN, connections=1, total_timeout=30.0)
    bot = telegram.Bot(
        TOKEN, f"{served_emulator.url}/bot", request=narrow, get_updates_request=narrow
    )
    async with narrow:
        first = asyncio.create_task(bot.send_message(ada.id, "first"))
        await ada.wait_for_reply(containing="first")

        with pytest.raises(TimedOut) as caught:
            await bot.send_message(ada.id, "second", connect_timeout=0.05)
        assert isinstance(caught.value.__cause__, RequestNotSent)
        assert len(served_emulator.calls) == 1

        release.set()
        await first
        await bot.send_message(ada.id, "third", connect_timeout=None)


async def test_updates_come_while_every_other_connection_is_busy(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada")
    async with send_and_edit.create_client(TOKEN, served_emulator.url) as bot:
        polling = asyncio.create_task(bot.get_updates(timeout=5))
        release = asyncio.Event()
        served_emulator.faults.schedule(
            "sendMessage", faults.slow_response(release), times=send_and_edit.MAX_CONNECTIONS
        )
        ada.send_text("hello")
        sends = [bot.send_message(ada.id, f"{n}") for n in range(send_and_edit.MAX_CONNECTIONS)]
        busy = asyncio.gather(*sends)

        assert len(await polling) == 1
        await ada.wait_for_reply(containing=f"{send_and_edit.MAX_CONNECTIONS - 1}")
        assert await bot.get_updates(offset=1) != ()

        release.set()
        assert len(await busy) == send_and_edit.MAX_CONNECTIONS


async def test_a_document_arrives_as_it_is_named(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    async with posting(served_emulator.url) as bot:
        sent = await bot.send_document(
            ada.id, b"a\r\n\0b" * 9999, "all", filename="Tag 1 é 扩散.md"
        )
        assert sent.document is not None
        assert sent.document.file_name == "Tag 1 é 扩散.md"
        file = await bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"a\r\n\0b" * 9999


async def test_only_paid_messages_say_so(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    async with posting(served_emulator.url) as bot:
        for message in (HELLO, RICH):
            for paid in (False, True):
                assert isinstance(
                    await send_and_edit.send_message(bot, ada.id, message, paid=paid), Sent
                )

    paid_for = ["allow_paid_broadcast" in call.parameters for call in served_emulator.calls]
    assert paid_for == [False, True, False, True]
    assert served_emulator.misuses == []


@pytest.mark.parametrize(
    "fault",
    [
        faults.bad_gateway(),
        faults.connection_closed(),
        faults.internal_error(),
        faults.no_response(),
    ],
)
async def test_the_token_is_in_nothing_that_is_raised_or_logged(
    served_emulator: Emulator, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    served_emulator.faults.schedule("sendMessage", fault)
    async with posting(served_emulator.url, SHORT) as bot:
        # Not before: a bot that is made logs its address once.
        caplog.set_level(logging.DEBUG)
        caplog.set_level(logging.DEBUG, "telegram")  # which another test may have silenced
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(7, "hello")

    assert caplog.records
    assert SECRET not in everything(caught.value) + logged(caplog)


@pytest.mark.parametrize("status", ["502 Bad Gateway", "200 OK", "404 Not Found"])
async def test_a_page_that_quotes_the_address_does_not_tell_the_token(
    status: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As squid does in its own error pages."""
    page = saying(status, "<p>While asking for {line}</p>")
    async with answering(page) as base, posting(base) as bot:
        caplog.set_level(logging.DEBUG)
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(7, "hello")

    assert SECRET not in everything(caught.value) + logged(caplog)


@pytest.mark.parametrize("base", ["http://127.0.0.1:1", "http://[::", "gopher://x", "http://é..x"])
async def test_an_address_that_leads_nowhere_does_not_tell_the_token(base: str) -> None:
    transport = Transport("http://127.0.0.1", TOKEN, connections=1, total_timeout=5.0)
    async with transport:
        with pytest.raises(NetworkError) as caught:
            await transport.post(f"{base}/bot{TOKEN}/getMe")

    assert isinstance(caught.value.__cause__, RequestNotSent)
    assert SECRET not in everything(caught.value)
    assert SECRET not in repr(transport)


async def test_what_was_in_flight_at_the_end_is_in_doubt(served_emulator: Emulator) -> None:
    ada = served_emulator.people.create_person("Ada", has_started_bot=True)
    served_emulator.faults.schedule("sendMessage", faults.accepted_then_no_response())
    async with posting(served_emulator.url) as bot:
        sending = asyncio.create_task(send_and_edit.send_message(bot, ada.id, HELLO))
        await ada.wait_for_reply(containing="hello")

    assert isinstance(await sending, UnknownOutcome)


async def test_a_transport_can_be_opened_again_and_leaves_nothing_open(
    served_emulator: Emulator,
) -> None:
    transport = Transport(served_emulator.url, TOKEN, connections=4, total_timeout=30.0)
    address = f"{served_emulator.url}/bot{TOKEN}/getMe"
    for _ in range(2):
        async with transport:
            await transport.initialize()
            await asyncio.gather(*(transport.post(address) for _ in range(9)))
            assert len(served_emulator.api.connections.transports) <= 4
    await transport.shutdown()

    gc.collect()  # an unclosed session would warn, and warnings are errors
    with pytest.raises(NetworkError, match="not initialized"):
        await transport.post(address)


async def test_a_cancelled_send_frees_its_connection(served_emulator: Emulator) -> None:
    served_emulator.faults.schedule("getMe", faults.no_response())
    transport = Transport(served_emulator.url, TOKEN, connections=1, total_timeout=30.0)
    address = f"{served_emulator.url}/bot{TOKEN}/getMe"
    async with transport:
        asking = asyncio.create_task(transport.post(address))
        while not served_emulator.calls:
            await asyncio.wait([asking], timeout=0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        assert await transport.post(address)


async def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxied_urls: list[str] = []

    async def refuse(line: str, writer: asyncio.StreamWriter) -> None:
        proxied_urls.append(line)
        await saying("407 Proxy Authentication Required", "")(line, writer)

    async with answering(refuse) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        async with posting("https://telegram.example") as bot:
            assert never_left(await send_and_edit.send_message(bot, 7, HELLO))

    assert proxied_urls == ["CONNECT telegram.example:443 HTTP/1.1"]


@pytest.mark.parametrize(
    ("environment", "base", "proxy"),
    [
        ({}, "https://api.telegram.org", None),
        ({"https_proxy": "http://p:1"}, "https://api.telegram.org", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "http://10.0.0.1:8081", None),
        ({"all_proxy": "http://p:2"}, "https://api.telegram.org", "http://p:2"),
        ({"all_proxy": "http://p:2", "no_proxy": "telegram.org"}, "https://api.telegram.org", None),
        ({"http_proxy": "http://p:3", "no_proxy": "127.0.0.1"}, "http://127.0.0.1:80", None),
    ],
)
def test_which_proxy_an_address_is_asked_through(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], base: str, proxy: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert proxy_for(base) == proxy


def test_certificates_are_verified() -> None:
    assert tls_context().verify_mode is ssl.CERT_REQUIRED
    assert tls_context().check_hostname


async def dated(line: str, writer: asyncio.StreamWriter) -> None:
    """Answers with the date of another year, and no more."""
    head = f"HTTP/1.1 200 OK\r\nDate: {DATE}\r\nContent-Length: 26\r\n\r\n"
    writer.write(head.encode() + b'{"ok":true,"result":false}')
    await writer.drain()


@pytest.mark.parametrize("is_encrypted", [True, False])
async def test_the_date_of_an_encrypted_answer_is_heard(
    is_encrypted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other may be forged, or tell the time of this very machine."""
    heard: list[tuple[str, float]] = []
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(LOOPBACK)
    monkeypatch.setattr(
        transport, "tls_context", lambda: ssl.create_default_context(cafile=str(LOOPBACK))
    )
    async with answering(dated, server_context if is_encrypted else None) as base:
        bot = send_and_edit.create_client(
            TOKEN, base, on_server_date=lambda date, took: heard.append((date, took))
        )
        async with bot.request:
            await send_and_edit.send_message(bot, 7, HELLO)

    assert [date for date, _ in heard] == [DATE] * is_encrypted
    assert all(0.0 <= took < 30.0 for _, took in heard)


def test_a_cause_is_one_of_two_kinds() -> None:
    """Who asks for ``RequestNotSent`` alone has asked for all."""
    assert set(RequestFailure.__subclasses__()) == {RequestNotSent, RequestUnanswered}
