"""The program as a process: pipes, signals, and what a failed start says."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from bot.demo import Emulator
from tests.cli.terminal import TOKEN, Terminal, process_command, process_environment
from tests.ingest.sources.feeds import FOLDER, rss_feed, rss_item

SOON = 30.0


def ran(terminal: Terminal, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = process_environment(terminal, **more)
    return subprocess.run(
        process_command(*words),
        env=environment,
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )


async def begun(terminal: Terminal, *words: str, limits: str = "", **more: str) -> Process:
    """A command in a process of its own, behind the limits that a shell sets."""
    environment = process_environment(terminal, **more)
    command = process_command(*words)
    if limits:
        command = ["sh", "-c", f'{limits} && exec "$@"', "sh", *command]
    return await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=PIPE, stderr=PIPE, preexec_fn=_heeds_ctrl_c
    )


def _heeds_ctrl_c() -> None:
    """As in a terminal: what a shell starts in the background inherits that it is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def emulator_environment(emulator: Emulator) -> dict[str, str]:
    """The settings of a bot before an emulated Telegram and no arXiv."""
    return {
        "TELEGRAM_BOT_TOKEN": emulator.token,
        "PAPERGRAM_TELEGRAM_API": emulator.url,
        "PAPERGRAM_ARXIV_RSS": emulator.url,
        "PAPERGRAM_ARXIV_API": f"{emulator.url}/api",
        "PAPERGRAM_FEEDS": "cs.CV",
    }


async def ended(process: Process) -> tuple[int, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), SOON)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def polling(process: Process) -> str:
    """Waits until the log says that the bot listens; returns what it said before."""
    assert process.stderr
    output = b""
    while b" polling" not in (line := await asyncio.wait_for(process.stderr.readline(), SOON)):
        assert line, "it ended before it polled"
        output += line
    return output.decode()


def test_the_module_is_the_command(terminal: Terminal) -> None:
    result = ran(terminal, "ingest", str(FOLDER / "day.rss.xml"), "--json")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("{")


def test_run_without_a_token_names_the_demo(terminal: Terminal) -> None:
    result = ran(terminal, "run")

    assert (result.returncode, result.stdout) == (2, "")
    assert "papergram demo" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_closed_pipe_ends_quietly(terminal: Terminal, encoding: str) -> None:
    path = terminal.database.with_suffix(".xml")
    path.write_bytes(rss_feed(rss_item(f"2611.{n:05}v1", "壶" * 200) for n in range(400)))
    terminal("ingest", str(path))

    process = subprocess.Popen(
        process_command("search", "cat:cs.CV", "--limit", "500"),
        env=process_environment(terminal, PYTHONIOENCODING=encoding),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline().startswith(b"arxiv:2611.")
    process.stdout.close()
    error_text = process.stderr.read()
    process.stderr.close()

    assert process.wait(SOON) in (0, 1)
    assert error_text == b""


async def test_ctrl_c_ends_an_ingest_quietly(terminal: Terminal) -> None:
    """Somebody gives up waiting for a server that never answers."""
    arrived = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        process = await begun(terminal, "ingest", f"http://127.0.0.1:{port}/")
        await asyncio.wait_for(arrived.wait(), SOON)
        process.send_signal(signal.SIGINT)
        code, out, err = await ended(process)

    assert (code, out, err) == (130, "", "")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_the_bot_stops_when_it_is_asked_to(terminal: Terminal, stop: signal.Signals) -> None:
    async with Emulator.serve() as emulator:
        process = await begun(terminal, "run", **emulator_environment(emulator))
        await polling(process)
        process.send_signal(stop)
        code, out, err = await ended(process)

    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert emulator.token.partition(":")[2] not in err


@pytest.mark.slow
@pytest.mark.parametrize("how", ["deleted", "replaced"])
async def test_a_database_that_is_not_at_its_place_stops_the_bot(
    terminal: Terminal, tmp_path: Path, how: str
) -> None:
    async with Emulator.serve() as emulator:
        process = await begun(terminal, "run", **emulator_environment(emulator))
        await polling(process)
        assert terminal("backup", str(tmp_path / "copy.db")).exit_code == 0
        if how == "deleted":
            terminal.database.unlink()
        else:
            (tmp_path / "copy.db").replace(terminal.database)
        code, out, err = await ended(process)

    assert (code, out) == (1, "")
    assert "Traceback" not in err
    assert f"{terminal.database} was deleted or replaced" in err.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("soft", "hard", "is_told"), [(64, 64, True), (32, 32, True), (64, 4096, False)]
)
async def test_few_open_files_are_enough(
    terminal: Terminal, soft: int, hard: int, is_told: bool
) -> None:
    """Everybody who asks at once is answered; the limit is raised where it may be."""
    async with Emulator.serve() as emulator:
        people = [
            emulator.people.create_person(f"P{number}", has_started_bot=True)
            for number in range(60)
        ]
        limits = f"ulimit -S -n {soft} && ulimit -H -n {hard}"
        process = await begun(terminal, "run", limits=limits, **emulator_environment(emulator))
        result = await polling(process)
        for person in people:
            person.send_text("/help")
        async with asyncio.timeout(SOON):
            for person in people:
                await person.wait_for_reply(containing="/sub")
        process.send_signal(signal.SIGTERM)
        code, _, err = await ended(process)

    assert code == 0
    assert "Traceback" not in err
    assert ("few files" in result) is is_told


async def test_a_refused_token_is_told_in_one_sentence(terminal: Terminal) -> None:
    async with Emulator.serve() as emulator:
        process = await begun(
            terminal,
            "run",
            TELEGRAM_BOT_TOKEN=TOKEN,
            PAPERGRAM_TELEGRAM_API=emulator.url,
            PAPERGRAM_LOG_LEVEL="ERROR",
        )
        code, out, err = await ended(process)

    assert (code, out) == (1, "")
    assert err.startswith("Telegram does not accept this token.")
    assert len(err.splitlines()) == 1


def test_a_server_that_is_not_there_is_told_in_one_sentence(terminal: Terminal) -> None:
    result = ran(
        terminal,
        "run",
        TELEGRAM_BOT_TOKEN=TOKEN,
        PAPERGRAM_TELEGRAM_API="http://127.0.0.1:9",
        PAPERGRAM_LOG_LEVEL="ERROR",
    )

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("The Bot API at http://127.0.0.1:9 cannot be reached.")
    assert len(result.stderr.splitlines()) == 1


async def test_the_demo_says_where_it_is_and_ends_quietly(terminal: Terminal) -> None:
    process = await begun(terminal, "demo", "--port", "0", PAPERGRAM_LOG_LEVEL="DEBUG")
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), SOON)
    await polling(process)
    process.send_signal(signal.SIGINT)
    code, _, err = await ended(process)

    assert line.startswith(b"Open http://127.0.0.1:")
    assert code == 0
    assert "Traceback" not in err
    assert " ERROR " not in err
    assert not terminal.database.exists(), "the demo has a store of its own"


async def test_a_port_in_use_is_told(terminal: Terminal) -> None:
    async with await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        process = await begun(terminal, "demo", "--port", str(port))
        code, out, err = await ended(process)

    assert (code, out) == (1, "")
    assert err == f"Port {port} is in use or not allowed. Choose another with --port.\n"
