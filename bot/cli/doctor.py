"""``papergram doctor``: print what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import click

from bot.cli.terminal.options import (
    EXIT_FAILED,
    database_option,
    echo,
    echo_json,
    json_option,
    load_basic_settings,
    load_config,
    translator,
)
from storage.engine.liveness_probe import RUN_LEASE, BotStatus, probe_bot


@click.command()
@click.option("--quick", is_flag=True, help="Only whether the bot is running: for health checks.")
@json_option
@database_option
def doctor(quick: bool, as_json: bool, database: str | None) -> None:
    """Check settings, database, feeds and Bot API, and say what to do.

    \b
    papergram doctor
    papergram doctor --quick
    """
    now = datetime.now(UTC)
    if quick:
        basic_config = load_basic_settings(database)
        bot_status = probe_bot(basic_config.database, RUN_LEASE, now)
        translate = translator(basic_config)
        is_alive = bot_status is not BotStatus.ABSENT
        _print_finding(
            translate,
            "running",
            is_alive,
            translate(f"doctor-running-{bot_status}"),
            as_json=as_json,
        )
        if not is_alive:
            raise SystemExit(EXIT_FAILED)
        return
    import asyncio  # loaded with the checks, for which a health probe has no time

    from bot.cli.doctor_checks import run_diagnostics

    config = load_config(database)
    translate = translator(config)
    findings = asyncio.run(run_diagnostics(config, now))
    for finding in findings:
        sentence = translate(finding.notice.text_key, **dict(finding.notice.values))
        _print_finding(translate, finding.name, finding.is_good, sentence, as_json=as_json)
    if not all(finding.is_good for finding in findings):
        raise SystemExit(EXIT_FAILED)


def _print_finding(
    translate: Callable[..., str], name: str, is_good: bool, sentence: str, *, as_json: bool
) -> None:
    """Print a finding as a line: the part, whether it is well, and what to do."""
    if as_json:
        echo_json({"check": name, "good": is_good, "says": sentence})
        return
    verdict = translate("doctor-good" if is_good else "doctor-bad")
    echo(f"{translate(f'doctor-{name}'):12} {verdict:8} {sentence}")
