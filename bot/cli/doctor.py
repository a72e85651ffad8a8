"""``papergram doctor``: what is wrong, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import click

from bot.cli.options import FAILED, as_json, basics, database, echo, settings, speaker
from storage.engine.liveness_probe import RUN_LEASE, Vitality, probe


@click.command()
@click.option("--quick", is_flag=True, help="Only whether the bot is running: for health checks.")
@as_json
@database
def doctor(quick: bool, as_json: bool, database: str | None) -> None:
    """Check settings, database, feeds and Bot API, and say what to do.

    \b
    papergram doctor
    papergram doctor --quick
    """
    now = datetime.now(UTC)
    if quick:
        basic = basics(database)
        vitality = probe(basic.database, RUN_LEASE, now)
        speak = speaker(basic)
        is_alive = vitality is not Vitality.ABSENT
        _print(speak, "running", is_alive, speak(f"doctor-running-{vitality}"), as_json=as_json)
        if not is_alive:
            raise SystemExit(FAILED)
        return
    import asyncio  # with the findings, longer in loading than a health probe may take

    from bot.cli.doctor_checks import examine

    config = settings(database)
    speak = speaker(config)
    findings = asyncio.run(examine(config, now))
    for one in findings:
        told = speak(one.notice.key, **dict(one.notice.values))
        _print(speak, one.name, one.is_good, told, as_json=as_json)
    if not all(one.is_good for one in findings):
        raise SystemExit(FAILED)


def _print(
    speak: Callable[..., str], name: str, is_good: bool, told: str, *, as_json: bool
) -> None:
    """A finding as a line: what was looked at, whether it is well, and what to do."""
    if as_json:
        row = {"check": name, "good": is_good, "says": told}
        echo(json.dumps(row, ensure_ascii=False))
        return
    mark = speak("doctor-good" if is_good else "doctor-bad")
    echo(f"{speak(f'doctor-{name}'):12} {mark:8} {told}")
