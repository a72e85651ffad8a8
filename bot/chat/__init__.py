"""The bot's face in Telegram: the handler table, and nothing else.

Who may press what is said here and checked in ``answering``: ``changes`` marks what in a group
or channel only administrators may do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.chat import (
    entry,
    reading,
    settings,
    topics,
    welcome,
)
from bot.chat.context import Ask, Reply
from storage import Store

Handler = Callable[[Store, Ask], Reply]


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way in: what answers, who may use it, and by which other names."""

    handler: Handler
    changes: bool = False
    posts: bool = False  # what a button posts or edits; in a channel that is for administrators
    aliases: tuple[str, ...] = ()
    listed: bool = False  # in Telegram's command menu, with the text command-<name>


COMMANDS: Mapping[str, Entrance] = {
    "start": Entrance(welcome.start),
    "help": Entrance(welcome.help_, listed=True),
    "sub": Entrance(
        topics.sub, changes=True, aliases=("subscribe", "add", "add_topic", "follow"), listed=True
    ),
    "list": Entrance(topics.list_, aliases=("topics", "subs"), listed=True),
    "digest": Entrance(reading.digest, aliases=("latest",), listed=True),
    "missed": Entrance(reading.missed, listed=True),
    "unsub": Entrance(
        topics.unsub, changes=True, aliases=("unsubscribe", "remove_topic"), listed=True
    ),
    "settings": Entrance(settings.settings, changes=True, aliases=("set",), listed=True),
    "time": Entrance(settings.time_, changes=True, listed=True),
    "timezone": Entrance(settings.timezone, changes=True, aliases=("tz",), listed=True),
    "lang": Entrance(settings.lang, changes=True, aliases=("language",), listed=True),
    "pause": Entrance(settings.pause, changes=True, listed=True),
    "resume": Entrance(settings.resume, changes=True, listed=True),
}

BUTTONS: Mapping[str, Entrance] = {
    "greet": Entrance(settings.greet, changes=True),
    "draft": Entrance(topics.draft),
    "subscribe": Entrance(topics.subscribe, changes=True),
    "change": Entrance(topics.change, changes=True),
    "cancel": Entrance(topics.cancel, changes=True),
    "list": Entrance(topics.list_),
    "stop": Entrance(topics.stop, changes=True),
    "settings": Entrance(settings.settings, changes=True),
    "set": Entrance(settings.set_, changes=True),
    "times": Entrance(settings.times, changes=True),
    "time": Entrance(settings.time_pressed, changes=True),
    "cadence": Entrance(settings.cadence_pressed, changes=True),
    "zones": Entrance(settings.zones, changes=True),
    "zone": Entrance(settings.zone_pressed, changes=True),
    "digest": Entrance(reading.digest_pressed, posts=True),
    "rest": Entrance(reading.rest, posts=True),
    "entry": Entrance(entry.entry),
    "next": Entrance(entry.next_entry, posts=True),
    "table": Entrance(entry.table, posts=True),
    "paper": Entrance(entry.paper, posts=True),
    "authors": Entrance(entry.authors, posts=True),
    "save": Entrance(entry.save),
    "bibtex": Entrance(entry.cite, posts=True),
}


# What a person was asked, by the verb of the question: their next words are the answer.
ANSWERS: Mapping[str, Handler] = {}


def command(name: str) -> Entrance | None:
    """The entrance of a command by its name or one of its aliases."""
    found = COMMANDS.get(name)
    return found or next((one for one in COMMANDS.values() if name in one.aliases), None)
