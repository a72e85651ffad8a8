"""``papergram import``: import digest documents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from bot.app import wiring
from bot.cli.terminal.options import (
    EXIT_FAILED,
    CommandMisused,
    database_option,
    echo,
    echo_json,
    json_option,
    load_config,
    translator,
)
from bot.ingest.http_errors import FetchError, read_file
from bot.ingest.import_digest import import_digest
from bot.ingest.sources.digest_import import read_document
from bot.texts import Refusal


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
    translate = translator(config)
    issued_at = None
    if issued:
        try:
            instant = datetime.fromisoformat(issued)
            issued_at = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise CommandMisused(translate("cli-date-wrong", given=issued[:40])) from None
    has_failed = False
    with wiring.open_indexed_store(config) as store:
        for file_name in files:
            try:
                digest = read_document(
                    file_name, read_file(Path(file_name)), topic=topic, issued=issued_at
                )
            except (Refusal, FetchError) as error:
                if isinstance(error, FetchError):
                    sentence = translate(error.notice.text_key, **dict(error.notice.values))
                else:
                    problem = translate(error.key, **error.values)
                    sentence = translate("cli-file-refused", file=file_name, problem=problem)
                echo(sentence, err=True)
                has_failed = True
                continue
            digest_number, entry_count = import_digest(store, digest), len(digest.entries)
            if as_json:
                echo_json(
                    {
                        "file": file_name,
                        "number": digest_number,
                        "entries": entry_count,
                        "topic": digest.topic,
                        "issued": digest.issued_at.isoformat(),
                    }
                )
            else:
                echo(
                    translate(
                        "cli-imported",
                        file=file_name,
                        number=str(digest_number),
                        entries=entry_count,
                        topic=digest.topic,
                        issued=f"{digest.issued_at:%Y-%m-%d}",
                    )
                )
    if has_failed:
        raise SystemExit(EXIT_FAILED)
