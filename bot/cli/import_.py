"""``papergram import``: import digest documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.app import wiring
from bot.app.config import Config
from bot.cli.terminal.options import (
    EXIT_FAILED,
    CommandMisused,
    database_option,
    echo,
    json_option,
    load_config,
    translator,
)
from bot.ingest.http_errors import FetchError, read_file
from bot.ingest.ingest_source import import_digest
from bot.ingest.sources.digest_document import read_document
from bot.texts import Refusal
from storage.records.digests import Digest


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--topic", default="", help="The topic; by default the file's name tells it.")
@click.option("--issued", default="", metavar="DATE", help="The date; by default from the name.")
@json_option
@database_option
def import_(
    files: tuple[str, ...], topic: str, issued: str, as_json: bool, database: str | None
) -> None:
    """Keep digest documents: their papers, their glosses, and the digest itself.

    \b
    papergram import cs.CV_2024-09-27.md
    papergram import notes.md --topic cs.CV --issued 2024-09-27
    """
    config = load_config(database)
    issued_at = _parse_instant(issued, config) if issued else None
    has_failed = False
    with wiring.open_indexed_store(config) as store:
        for name in files:
            try:
                digest = read_document(name, read_file(Path(name)), topic=topic, issued=issued_at)
            except (Refusal, FetchError) as error:
                echo(_file_error_text(config, name, error), err=True)
                has_failed = True
            else:
                imported = ImportedDocument(name, import_digest(store, digest), digest)
                echo(imported.as_json_line() if as_json else imported.as_text(translator(config)))
    if has_failed:
        raise SystemExit(EXIT_FAILED)


@dataclass(frozen=True, slots=True)
class ImportedDocument:
    """A document imported from a file, with its number."""

    file: str
    number: int
    digest: Digest

    def as_text(self, translate: Callable[..., str]) -> str:
        """Return the imported document as a sentence."""
        return translate(
            "cli-imported",
            file=self.file,
            number=str(self.number),
            entries=len(self.digest.entries),
            topic=self.digest.topic,
            issued=f"{self.digest.issued_at:%Y-%m-%d}",
        )

    def as_json_line(self) -> str:
        """Return the imported document as a line of JSON."""
        row = {
            "file": self.file,
            "number": self.number,
            "entries": len(self.digest.entries),
            "topic": self.digest.topic,
            "issued": self.digest.issued_at.isoformat(),
        }
        return json.dumps(row, ensure_ascii=False)


def _file_error_text(config: Config, name: str, error: Refusal | FetchError) -> str:
    """Return what is wrong with a file, naming the file once."""
    translate = translator(config)
    if isinstance(error, FetchError):
        return translate(error.notice.text_key, **dict(error.notice.values))
    return translate("cli-file-refused", file=name, problem=translate(error.key, **error.values))


def _parse_instant(text: str, config: Config) -> datetime:
    """Parse an instant as typed; UTC if it has no offset."""
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise CommandMisused(translator(config)("cli-date-wrong", given=text[:40])) from None
