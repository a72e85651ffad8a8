"""The bot's face in Telegram: the handler table, and nothing else.

Who may press what is said here and checked in ``standing``: ``changes`` marks what in a group
or channel only administrators may do, ``posts`` what is for those who may write there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.chat.handlers.account import (
    delivery_times,
    onboarding,
    privacy,
    settings,
    welcome_and_help,
)
from bot.chat.handlers.account import operator as operators
from bot.chat.handlers.papers import digest, explain, paper, saved, search, today
from bot.chat.handlers.topics import (
    categories,
    export_import,
    more_or_less_like_this,
    new_topic,
    topic_card,
    topic_edit,
    topic_list,
)
from bot.chat.prepared_reads import QUERY, SEVERAL
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.services import Runner
from bot.chat.user_limits import Cost
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
    "start": Entrance(welcome_and_help.start),
    "help": Entrance(welcome_and_help.help_, listed=True),
    "sub": Entrance(
        new_topic.sub,
        changes=True,
        aliases=("subscribe", "add", "add_topic", "follow"),
        listed=True,
        cost=Cost.PREVIEW,
    ),
    "list": Entrance(topic_list.list_, abroad=True, aliases=("topics", "subs"), listed=True),
    "digest": Entrance(
        digest.digest, abroad=True, aliases=("latest",), listed=True, cost=Cost.SEARCH
    ),
    "missed": Entrance(digest.missed, abroad=True, listed=True),
    "unsub": Entrance(
        topic_list.unsub, changes=True, aliases=("unsubscribe", "remove_topic"), listed=True
    ),
    "unsub_all": Entrance(export_import.unsub_all, changes=True, aliases=("stop_all",)),
    "export": Entrance(export_import.export, abroad=True, listed=True),
    "import": Entrance(export_import.import_, changes=True, listed=True),
    "settings": Entrance(settings.settings, changes=True, aliases=("set",), listed=True),
    "time": Entrance(delivery_times.time_, changes=True, listed=True),
    "timezone": Entrance(settings.timezone, changes=True, aliases=("tz",), listed=True),
    "lang": Entrance(settings.lang, changes=True, aliases=("language",), listed=True),
    "pause": Entrance(settings.pause, changes=True, listed=True),
    "resume": Entrance(settings.resume, changes=True, listed=True),
    "today": Entrance(today.today, abroad=True, aliases=("new",), listed=True, cost=Cost.SEARCH),
    "search": Entrance(search.search, aliases=("find",), listed=True, cost=Cost.SEARCH),
    "paper": Entrance(search.paper, aliases=("get",), listed=True, cost=Cost.SEARCH),
    "saved": Entrance(saved.saved, aliases=("bookmarks", "library"), listed=True),
    "history": Entrance(today.history, abroad=True, aliases=("archive",), listed=True, reads=QUERY),
    "forget": Entrance(
        privacy.forget,
        changes=True,
        aliases=("export_data", "delete_me"),
        listed=True,
        reads=SEVERAL,
    ),
    "about": Entrance(privacy.about, aliases=("version", "privacy"), listed=True),
    "status": Entrance(operators.status, changes=True, operator=True),
    "users": Entrance(operators.users, changes=True, operator=True),
    "ban": Entrance(operators.ban, changes=True, operator=True),
    "unban": Entrance(operators.unban, changes=True, operator=True),
    "limit": Entrance(operators.limit, changes=True, operator=True),
}

BUTTONS: Mapping[str, Entrance] = {
    "greet": Entrance(settings.greet, changes=True),
    "forget": Entrance(privacy.forget_pressed, changes=True),
    "users": Entrance(operators.users, changes=True, operator=True),
    "draft": Entrance(new_topic.draft, posts=True, cost=Cost.PREVIEW),
    "subscribe": Entrance(onboarding.subscribe, changes=True),
    "change": Entrance(new_topic.change, changes=True),
    "cancel": Entrance(new_topic.cancel, changes=True),
    "list": Entrance(topic_list.list_, posts=True),
    "stop": Entrance(topic_list.stop, changes=True),
    "unsub_all": Entrance(export_import.unsub_all_pressed, changes=True),
    "undo": Entrance(topic_list.undo, changes=True),
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
    "topic_other": Entrance(topic_edit.other_time, changes=True),
    "rename": Entrance(topic_edit.rename, changes=True),
    "words": Entrance(topic_edit.words, changes=True),
    "reword": Entrance(topic_edit.reword, changes=True),
    "digest": Entrance(digest.digest_pressed, posts=True),
    "rest": Entrance(digest.rest, posts=True),
    "entry": Entrance(paper.entry, posts=True, opens=True, reads=QUERY),
    "next": Entrance(paper.next_entry, posts=True, reads=QUERY),
    "table": Entrance(paper.table, posts=True, reads=QUERY),
    "paper": Entrance(paper.paper, posts=True, reads=QUERY),
    "authors": Entrance(paper.authors, posts=True, reads=QUERY),
    "explain": Entrance(explain.explained, posts=True, reads=QUERY),
    "save": Entrance(paper.save),
    "bibtex": Entrance(paper.cite, posts=True, reads=QUERY),
    "settings": Entrance(topic_card.settings_pressed, changes=True),
    "set": Entrance(settings.set_, changes=True),
    "times": Entrance(delivery_times.times, changes=True),
    "time": Entrance(delivery_times.time_pressed, changes=True),
    "cadence": Entrance(delivery_times.cadence_pressed, changes=True),
    "zones": Entrance(settings.zones, changes=True),
    "zone": Entrance(settings.zone_pressed, changes=True),
    "saved": Entrance(saved.saved, posts=True),
    "files": Entrance(saved.files, reads=SEVERAL),
    "versions": Entrance(saved.versions),
    "search": Entrance(search.turned, posts=True, reads=QUERY),
    "history": Entrance(today.history, posts=True, reads=QUERY),
    "reopen": Entrance(today.reopen, posts=True, reads=QUERY),
    "less": Entrance(more_or_less_like_this.less, posts=True),
    "more": Entrance(more_or_less_like_this.more, posts=True),
    "exclude": Entrance(more_or_less_like_this.exclude, changes=True),
    "include": Entrance(more_or_less_like_this.include, changes=True),
}


# What a person was asked, by the verb of the question: their next words are the answer.
ANSWERS: Mapping[str, Handler] = {
    "guide_time": onboarding.time_said,
    "guide_zone": onboarding.zone_said,
    "rename": topic_edit.renamed,
    "words": topic_edit.reworded,
    "topic_time": topic_edit.timed,
    "import": search.typed,  # words instead of the file
    "search": search.search,
    "paper": search.paper,
}

# What is fetched after the transaction, by the verb of the errand.
ERRANDS: Mapping[str, Runner] = {
    "import": export_import.fetched,
    "paper": search.fetched,
    "explain": explain.written,
    "topic": new_topic.put_into_english,
    "search": search.put_into_english,
    "digest": digest.put_into_english,
}


def command(name: str) -> Entrance | None:
    """The entrance of a command by its name or one of its aliases."""
    found = COMMANDS.get(name)
    return found or next((one for one in COMMANDS.values() if name in one.aliases), None)
