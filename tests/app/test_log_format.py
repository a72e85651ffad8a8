"""Nothing secret reaches the log, whoever writes it and wherever in it it stands."""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import httpx
import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from bot.app import log_format
from tests.cli.terminal import TOKEN, preserved_logging

HALF = TOKEN.partition(":")[2]
OTHER = "123456789:AAanotheranotheranotheranotherano"  # nobody told us of this one


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the log holds after ``configure_logging`` at DEBUG."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with preserved_logging():
        log_format.configure_logging("DEBUG", secrets=[TOKEN])
        yield stream


def raised(error: Exception) -> Exception:
    """An error with its trace and, as libraries do it, a cause that tells the same."""
    try:
        try:
            raise ValueError(f"https://api.telegram.org/bot{TOKEN}/getMe")
        except ValueError as cause:
            raise error from cause
    except Exception as caught:
        return caught


def test_a_line_tells_time_level_place_and_facts(written: io.StringIO) -> None:
    logging.getLogger("bot.digests.publish").info(
        "digest issued", extra={"digest": 12, "entries": 9}
    )

    when, _, remainder = written.getvalue().partition(" ")
    assert remainder == "INFO bot.digests.publish digest issued digest=12 entries=9\n"
    assert when.endswith("Z")


def test_a_token_is_blacked_out_in_message_arguments_and_facts(written: io.StringIO) -> None:
    log = logging.getLogger("bot")

    log.info(f"polling with {TOKEN}")
    log.info("asking %s and %s", f"https://host/bot{TOKEN}/getMe", {"token": TOKEN})
    log.info("sent", extra={"url": f"https://host/bot{TOKEN}/send", "header": ("x", TOKEN)})
    log.info("quoted %s", TOKEN.replace(":", "%3A"))

    assert HALF not in written.getvalue()
    assert written.getvalue().count("[secret]") == 6


def test_a_token_that_nobody_told_us_of_is_known_by_its_shape(written: io.StringIO) -> None:
    logging.getLogger("bot").error("%s", f"GET /bot{OTHER}/x, /file/bot{OTHER.replace(':', '%3a')}")

    assert OTHER.partition(":")[2] not in written.getvalue()


def test_traces_and_causes_are_blacked_out(written: io.StringIO) -> None:
    logging.getLogger("bot").error("failed", exc_info=raised(RuntimeError(f"no {TOKEN}")))

    assert "RuntimeError: no [secret]" in written.getvalue()
    assert "bot[secret]/getMe" in written.getvalue()
    assert HALF not in written.getvalue()


def test_errors_that_nobody_caught_are_blacked_out(written: io.StringIO) -> None:
    error = raised(telegram.error.InvalidToken(f"The token `{TOKEN}` was rejected by the server."))
    sys.excepthook(type(error), error, error.__traceback__)

    def fail() -> None:
        raise RuntimeError(TOKEN)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    log_text = written.getvalue()
    assert HALF not in log_text
    assert "The token `[secret]` was rejected" in log_text
    assert "a thread ended by an error" in log_text


def test_ctrl_c_leaves_no_trace(written: io.StringIO) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert written.getvalue() == ""


def test_warnings_of_libraries_go_the_same_way(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"deprecated at {TOKEN}", DeprecationWarning, stacklevel=1)

    assert "py.warnings" in written.getvalue()
    assert HALF not in written.getvalue()


@pytest.mark.parametrize("loud", [False, True])
async def test_httpx_tells_no_address_of_the_bot_api(written: io.StringIO, loud: bool) -> None:
    """Quiet by itself, and blacked out where somebody made it loud."""
    if loud:
        for name in ("httpx", "httpcore", "telegram"):
            logging.getLogger(name).setLevel(logging.DEBUG)

    transport = httpx.MockTransport(lambda request: httpx.Response(404))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")

    assert HALF not in written.getvalue()
    assert ("/bot[secret]/getMe" in written.getvalue()) == loud


async def test_the_telegram_client_tells_no_token(written: io.StringIO) -> None:
    logging.getLogger("telegram").setLevel(logging.DEBUG)

    bot = telegram.Bot(TOKEN, base_url="http://127.0.0.1:9/bot")
    with pytest.raises(telegram.error.NetworkError):
        await bot.get_me()

    assert "telegram" in written.getvalue()
    assert HALF not in written.getvalue()


def test_a_strangers_text_cannot_forge_a_line(written: io.StringIO) -> None:
    logging.getLogger("bot").info("title", extra={"title": "a\n2026-01-01T00:00:00Z INFO bot b"})

    assert written.getvalue().count("\n") == 1


@given(before=st.text(max_size=20), after=st.text(max_size=20), secret=st.text(min_size=8))
def test_a_secret_is_found_wherever_it_stands(before: str, after: str, secret: str) -> None:
    assert secret not in log_format.redact(before + secret + after, [secret]).replace(
        "[secret]", "\0"
    )


@given(st.from_regex(r"[a-z ./]{0,20}\d{6,10}:AA[A-Za-z0-9_-]{33}[ ./]?", fullmatch=True))
def test_every_shape_of_token_is_found(text: str) -> None:
    assert ":AA" not in log_format.redact(text)


def test_times_and_ids_are_no_tokens() -> None:
    plain = "2026-11-22T08:00:00Z arXiv:2402.12844 chat -1001234567890 127.0.0.1:8765"

    assert log_format.redact(plain, ["", TOKEN]) == plain


ESCAPES = "\x1b]52;c;eA==\x07 \x1b[2J \x9b2J \x85 \u2028 \u202eabc\u2069 \x7f \x00"


def test_what_others_wrote_moves_no_cursor(written: io.StringIO) -> None:
    """Controls and directions stand there as their numbers; the line stays one."""
    logging.getLogger("bot.delivery.record_outcome").info(
        "parcel not sent", extra={"reason": ESCAPES}
    )
    logging.getLogger("bot").error(ESCAPES, exc_info=raised(RuntimeError(ESCAPES)))

    log_text = written.getvalue()
    assert "\\u001b]52;c;eA==\\u0007" in log_text
    assert "\\u202eabc\\u2069" in log_text
    assert not [
        character
        for character in log_text
        if character != "\n" and (not character.isprintable() or character == "\x9b")
    ]
