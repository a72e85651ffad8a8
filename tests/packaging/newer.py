"""Install the bot and its tests where a newer version of everything is on offer.

Run by ``make test-install`` in a fresh clone. A package index on loopback, beside pip's own, has a
version 9999 of whatever it is asked for; none of them may be taken. Imports the standard library
only, for nothing is installed yet.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import ClassVar
from zipfile import ZipFile

VERSION = "9999"
VENV_BIN = Path(".venv/bin")
NOT_FROM_INDEX = {"papergram", "pip"}  # this folder, and what comes with Python


def wheel(name: str) -> bytes:
    """Return a wheel that installs and holds nothing."""
    info = f"{name}-{VERSION}.dist-info"
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return file.getvalue()


class PackageIndex(BaseHTTPRequestHandler):
    """A simple index that has one version of each name that is asked for."""

    requested_names: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        """Answer with the page of a name, or with its wheel."""
        folder, name = self.path.strip("/").split("/", 1)
        if folder == "simple":
            self.requested_names.add(name)
            file = f"{name.replace('-', '_')}-{VERSION}-py3-none-any.whl"
            kind, body = "text/html", f'<a href="/files/{file}">{file}</a>'.encode()
        else:
            kind, body = "application/zip", wheel(name.partition("-")[0])
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def main() -> None:
    """Install, and end with a sentence where something is not as the lock has it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), PackageIndex)
    Thread(target=server.serve_forever, daemon=True).start()
    with TemporaryDirectory() as cache:
        index = f"http://127.0.0.1:{server.server_port}/simple"
        pip_environment = {"PIP_EXTRA_INDEX_URL": index, "PIP_CACHE_DIR": cache}
        for command in (
            ("make", ".venv/tests", f"PYTHON={sys.executable}"),
            (VENV_BIN / "papergram", "--version"),
            (VENV_BIN / "pip", "check"),
        ):
            subprocess.run(command, env=os.environ | pip_environment, check=True)
    server.shutdown()

    pip_list_output = subprocess.run(
        (VENV_BIN / "pip", "list", "--format=json"), stdout=subprocess.PIPE, check=True
    ).stdout
    installed = {
        re.sub(r"[-_.]+", "-", package["name"]).lower(): package["version"]
        for package in json.loads(pip_list_output)
    }
    if newer := sorted(name for name, version in installed.items() if version == VERSION):
        sys.exit(f"Installed in a version that the lock does not name: {', '.join(newer)}")
    if not_requested := sorted(installed.keys() - PackageIndex.requested_names - NOT_FROM_INDEX):
        sys.exit(
            f"Not installed from an index, so begin with a fresh clone: {', '.join(not_requested)}"
        )
    print(
        f"{len(installed)} packages installed as locked; {len(PackageIndex.requested_names)}"
        " were on offer newer."
    )


if __name__ == "__main__":
    main()
