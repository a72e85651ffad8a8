"""Count what a paper and a command pass: ``python -m tests.architecture.passed_functions``.

A paper is followed from the bytes of a feed to the message of a digest, a command from the update
to its reply; each function of the bot and its storage that runs on the way is counted once.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx

from bot.app.config import Config
from bot.app.wiring import make_feed_job
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import COMPLETE_MARK, FIRST_FILL
from bot.ingest.request_pace import RequestPace
from bot.topics.query.analyzer import index_text
from storage import open_store
from storage.records.feeds import FeedCursor
from tests.architecture.rules import ROOT
from tests.ingest.sources.feeds import rss_feed, rss_item
from tests.ingest.sources.offline import streamed_response
from tests.support.running_bot import RunningBot, run_bot

Function = tuple[str, str]  # a path below the root, a qualified name

_COUNTED_FOLDERS = tuple(f"{ROOT / top}/" for top in ("bot", "storage"))
_NOT_COUNTED = f"{ROOT / 'bot' / 'demo'}/"  # the emulated Telegram


class PassedFunctions:
    """Records the functions that are called while it is told to, on every later thread."""

    def __init__(self) -> None:
        self._passed: set[Function] | None = None

    def install(self) -> None:
        """Watch this thread and the threads that begin from now on."""
        threading.setprofile(self._see)
        sys.setprofile(self._see)

    @contextmanager
    def recording(self) -> Iterator[set[Function]]:
        """Collect what is called during the block."""
        passed: set[Function] = set()
        self._passed = passed
        try:
            yield passed
        finally:
            self._passed = None

    def _see(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if (
            self._passed is not None
            and event == "call"
            and code.co_filename.startswith(_COUNTED_FOLDERS)
            and not code.co_filename.startswith(_NOT_COUNTED)
            and "<" not in code.co_name  # comprehensions, lambdas and the bodies of modules
        ):
            path = str(Path(code.co_filename).relative_to(ROOT))
            self._passed.add((path, code.co_qualname))


async def _paper_and_command(
    running_bot: RunningBot, functions: PassedFunctions
) -> tuple[set[Function], set[Function]]:
    """Let a reader get a paper by a topic and find it by a command."""
    ada = running_bot.create_person()
    today = running_bot.clock.instant.date()
    running_bot.store.feed_cursors.put(
        FeedCursor(FIRST_FILL, last_day=today, batch_fingerprint=COMPLETE_MARK)
    )
    await running_bot.send_text(ada, "/start")
    await running_bot.send_text(ada, "/sub boats")
    await running_bot.press_button(ada, "Subscribe")

    def answer(_: httpx.Request) -> httpx.Response:
        day = f"{today:%a, %d %b %Y}"
        item = rss_item(f"{today:%y%m}.00001v1", title="Boats that learn")
        return streamed_response(200, rss_feed([item], day=day))

    fetcher = Fetcher(transport=httpx.MockTransport(answer), request_pace=RequestPace(0.0))
    poll_feeds = make_feed_job(
        running_bot.store, fetcher, Config(feeds=("cs.CV",)), running_bot.clock.now
    )
    with functions.recording() as by_paper:
        await poll_feeds()
        await running_bot.advance_clock(days=1)
    assert "Boats that learn" in ada.messages()[-1].text
    with functions.recording() as by_command:
        [reply] = await running_bot.send_text(ada, "/search boats")
    assert "Boats that learn" in reply.text
    return by_paper, by_command


async def _count(folder: Path) -> None:
    functions = PassedFunctions()
    functions.install()
    store = open_store(f"sqlite:///{folder}/papergram.db", analyze=index_text)
    async with run_bot(store) as running_bot:
        by_paper, by_command = await _paper_and_command(running_bot, functions)
    sys.setprofile(None)
    store.close()
    for what, passed in (("a paper", by_paper), ("a command", by_command)):
        print(f"{what} passes {len(passed)} functions in {len({path for path, _ in passed})} files")
        if "--list" in sys.argv:
            print(*(f"    {path}:{name}" for path, name in sorted(passed)), sep="\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary_folder:
        asyncio.run(_count(Path(temporary_folder)))
