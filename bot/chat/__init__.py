"""The bot's face in Telegram: the handler table, and nothing else.

Who may press what is said here and checked in ``standing``: ``changes`` marks what in a group
or channel only administrators may do, ``posts`` what is for those who may write there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.chat import (
    categories,
    days,
    entry,
    explaining,
    files,
    finding,
    library,
    listing,
    onboarding,
    operators,
    own_data,
    reading,
    settings,
    times,
    topic_card,
    topic_words,
    topics,
    tuning,
    welcome,
)
from bot.chat.context import Ask, Reply
from bot.chat.errands import Runner
from bot.chat.limits import Cost
from bot.chat.readings import QUERY, SEVERAL
from storage import Store

Handler = Callable[[Store, Ask], Reply]


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way in: what answers, who may use it, and by which other names."""

    handler: Handler
    changes: bool = False
    posts: bool = False  # a press posts or edits: for those who may write there
    opens: bool = False  # in a channel a press posts nothing: it opens the private chat
    aliases: tuple[str, ...] = ()
    listed: bool = False  # in Telegram's command menu, with the text command-<name>
    operator: bool = False  # for the operator's chat alone; elsewhere it is no command
    abroad: bool = False  # changes nothing, and may be asked about another chat
    reads: float = 0.0  # it writes nothing, so all of it is a reading of at most so many seconds
    cost: Cost | None = None  # beside that of a command or a button

    @property
    def acts_elsewhere(self) -> bool:
        """Whether its first word may name another chat."""
        return (self.changes or self.abroad) and not self.operator

    def answer(self, store: Store, ask: Ask) -> Reply:
        """What the handler says; one that only reads is read outside of the transaction."""
        if self.reads:
            return ask.readings.get(self.reads, self.handler, ask)
        return self.handler(store, ask)


COMMANDS: Mapping[str, Entrance] = {
    "start": Entrance(welcome.start),
    "help": Entrance(welcome.help_, listed=True),
    "sub": Entrance(
        topics.sub,
        changes=True,
        aliases=("subscribe", "add", "add_topic", "follow"),
        listed=True,
        cost=Cost.PREVIEW,
    ),
    "list": Entrance(listing.list_, abroad=True, aliases=("topics", "subs"), listed=True),
    "digest": Entrance(
        reading.digest, abroad=True, aliases=("latest",), listed=True, cost=Cost.SEARCH
    ),
    "missed": Entrance(reading.missed, abroad=True, listed=True),
    "unsub": Entrance(
        listing.unsub, changes=True, aliases=("unsubscribe", "remove_topic"), listed=True
    ),
    "unsub_all": Entrance(files.unsub_all, changes=True, aliases=("stop_all",)),
    "export": Entrance(files.export, abroad=True, listed=True),
    "import": Entrance(files.import_, changes=True, listed=True),
    "settings": Entrance(settings.settings, changes=True, aliases=("set",), listed=True),
    "time": Entrance(times.time_, changes=True, listed=True),
    "timezone": Entrance(settings.timezone, changes=True, aliases=("tz",), listed=True),
    "lang": Entrance(settings.lang, changes=True, aliases=("language",), listed=True),
    "pause": Entrance(settings.pause, changes=True, listed=True),
    "resume": Entrance(settings.resume, changes=True, listed=True),
    "today": Entrance(days.today, abroad=True, aliases=("new",), listed=True, cost=Cost.SEARCH),
    "search": Entrance(finding.search, aliases=("find",), listed=True, cost=Cost.SEARCH),
    "paper": Entrance(finding.paper, aliases=("get",), listed=True, cost=Cost.SEARCH),
    "saved": Entrance(library.saved, aliases=("bookmarks", "library"), listed=True),
    "history": Entrance(days.history, abroad=True, aliases=("archive",), listed=True, reads=QUERY),
    "forget": Entrance(
        own_data.forget,
        changes=True,
        aliases=("export_data", "delete_me"),
        listed=True,
        reads=SEVERAL,
    ),
    "about": Entrance(own_data.about, aliases=("version", "privacy"), listed=True),
    "status": Entrance(operators.status, changes=True, operator=True),
    "users": Entrance(operators.users, changes=True, operator=True),
    "ban": Entrance(operators.ban, changes=True, operator=True),
    "unban": Entrance(operators.unban, changes=True, operator=True),
    "limit": Entrance(operators.limit, changes=True, operator=True),
}

BUTTONS: Mapping[str, Entrance] = {
    "greet": Entrance(settings.greet, changes=True),
    "forget": Entrance(own_data.forget_pressed, changes=True),
    "users": Entrance(operators.users, changes=True, operator=True),
    "draft": Entrance(topics.draft, posts=True, cost=Cost.PREVIEW),
    "subscribe": Entrance(onboarding.subscribe, changes=True),
    "change": Entrance(topics.change, changes=True),
    "cancel": Entrance(topics.cancel, changes=True),
    "list": Entrance(listing.list_, posts=True),
    "stop": Entrance(listing.stop, changes=True),
    "unsub_all": Entrance(files.unsub_all_pressed, changes=True),
    "undo": Entrance(listing.undo, changes=True),
    "guide": Entrance(onboarding.guide, changes=True),
    "guide_zone": Entrance(onboarding.zone_pressed, changes=True),
    "sees": Entrance(onboarding.sees, changes=True),
    "groups": Entrance(categories.groups, changes=True),
    "group": Entrance(categories.group, changes=True),
    "archive": Entrance(categories.archive, changes=True),
    "category": Entrance(categories.category, changes=True),
    "topic": Entrance(topic_card.opened, changes=True),
    "tune": Entrance(topic_card.tune, changes=True),
    "looks": Entrance(topic_card.looks, changes=True),
    "topic_times": Entrance(topic_card.topic_times, changes=True),
    "topic_hour": Entrance(topic_card.hour_pressed, changes=True),
    "topic_cadence": Entrance(topic_card.cadence_pressed, changes=True),
    "topic_other": Entrance(topic_words.other_time, changes=True),
    "rename": Entrance(topic_words.rename, changes=True),
    "words": Entrance(topic_words.words, changes=True),
    "reword": Entrance(topic_words.reword, changes=True),
    "digest": Entrance(reading.digest_pressed, posts=True),
    "rest": Entrance(reading.rest, posts=True),
    "entry": Entrance(entry.entry, posts=True, opens=True, reads=QUERY),
    "next": Entrance(entry.next_entry, posts=True, reads=QUERY),
    "table": Entrance(entry.table, posts=True, reads=QUERY),
    "paper": Entrance(entry.paper, posts=True, reads=QUERY),
    "authors": Entrance(entry.authors, posts=True, reads=QUERY),
    "explain": Entrance(explaining.explained, posts=True, reads=QUERY),
    "save": Entrance(entry.save),
    "bibtex": Entrance(entry.cite, posts=True, reads=QUERY),
    "settings": Entrance(topic_card.settings_pressed, changes=True),
    "set": Entrance(settings.set_, changes=True),
    "times": Entrance(times.times, changes=True),
    "time": Entrance(times.time_pressed, changes=True),
    "cadence": Entrance(times.cadence_pressed, changes=True),
    "zones": Entrance(settings.zones, changes=True),
    "zone": Entrance(settings.zone_pressed, changes=True),
    "saved": Entrance(library.saved, posts=True),
    "files": Entrance(library.files, reads=SEVERAL),
    "versions": Entrance(library.versions),
    "search": Entrance(finding.turned, posts=True, reads=QUERY),
    "history": Entrance(days.history, posts=True, reads=QUERY),
    "reopen": Entrance(days.reopen, posts=True, reads=QUERY),
    "less": Entrance(tuning.less, posts=True),
    "more": Entrance(tuning.more, posts=True),
    "exclude": Entrance(tuning.exclude, changes=True),
    "include": Entrance(tuning.include, changes=True),
}


# What a person was asked, by the verb of the question: their next words are the answer.
ANSWERS: Mapping[str, Handler] = {
    "guide_time": onboarding.time_said,
    "guide_zone": onboarding.zone_said,
    "rename": topic_words.renamed,
    "words": topic_words.reworded,
    "topic_time": topic_words.timed,
    "import": finding.typed,  # words instead of the file
    "search": finding.search,
    "paper": finding.paper,
}

# What is fetched after the transaction, by the verb of the errand.
ERRANDS: Mapping[str, Runner] = {
    "import": files.fetched,
    "paper": finding.fetched,
    "explain": explaining.written,
    "topic": topics.put_into_english,
    "search": finding.put_into_english,
    "digest": reading.put_into_english,
}


def command(name: str) -> Entrance | None:
    """The entrance of a command by its name or one of its aliases."""
    found = COMMANDS.get(name)
    return found or next((one for one in COMMANDS.values() if name in one.aliases), None)
