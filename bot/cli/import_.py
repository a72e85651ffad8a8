"""``papergram import``: digest documents come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.app import wiring
from bot.app.config import Config
from bot.cli.options import FAILED, Misused, as_json, database, echo, settings, speaker
from bot.ingest.http_errors import FetchError, read_file
from bot.ingest.ingest_source import import_digest
from bot.ingest.sources.digest_document import read as read_document
from bot.texts import Refusal
from storage.records import Digest


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--topic", default="", help="The topic; by default the file's name tells it.")
@click.option("--issued", default="", metavar="DATE", help="The date; by default from the name.")
@as_json
@database
def import_(
    files: tuple[str, ...], topic: str, issued: str, as_json: bool, database: str | None
) -> None:
    """Keep digest documents: their papers, their glosses, and the digest itself.

    \b
    papergram import cs.CV_2024-09-27.md
    papergram import notes.md --topic cs.CV --issued 2024-09-27
    """
    config = settings(database)
    when = _instant(issued, config) if issued else None
    failed = False
    with wiring.opened(config) as store:
        for name in files:
            try:
                digest = read_document(name, read_file(Path(name)), topic=topic, issued=when)
            except (Refusal, FetchError) as error:
                echo(_refused(config, name, error), err=True)
                failed = True
            else:
                kept = Imported(name, import_digest(store, digest), digest)
                echo(kept.json() if as_json else kept.line(speaker(config)))
    if failed:
        raise SystemExit(FAILED)


@dataclass(frozen=True, slots=True)
class Imported:
    """A document of a file, kept under a number."""

    file: str
    number: int
    digest: Digest

    def line(self, speak: Callable[..., str]) -> str:
        """What was kept, as a sentence."""
        return speak(
            "cli-imported",
            file=self.file,
            number=str(self.number),
            entries=len(self.digest.entries),
            topic=self.digest.topic,
            issued=f"{self.digest.issued:%Y-%m-%d}",
        )

    def json(self) -> str:
        """What was kept, as a line of JSON."""
        row = {
            "file": self.file,
            "number": self.number,
            "entries": len(self.digest.entries),
            "topic": self.digest.topic,
            "issued": self.digest.issued.isoformat(),
        }
        return json.dumps(row, ensure_ascii=False)


def _refused(config: Config, name: str, error: Refusal | FetchError) -> str:
    """What is wrong with a file; the file is named once."""
    speak = speaker(config)
    if isinstance(error, FetchError):
        return speak(error.notice.key, **dict(error.notice.values))
    return speak("cli-file-refused", file=name, problem=speak(error.key, **error.values))


def _instant(text: str, config: Config) -> datetime:
    """An instant as it was typed; UTC where no offset stands in it."""
    try:
        typed = datetime.fromisoformat(text)
        return typed.astimezone(UTC) if typed.tzinfo else typed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Misused(speaker(config)("cli-date-wrong", given=text[:40])) from None
