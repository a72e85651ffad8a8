"""The table of commands, buttons, answers and follow-ups, with the rights that each requires.

The rights are checked in ``dispatch/authorize.py``: ``admin_only`` marks what only administrators
of a group or channel may do, ``requires_write_access`` what is for those who may write there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.chat.api.updates import Update, UpdateKind
from bot.chat.handlers.account import (
    delivery_times,
    onboarding,
    operator,
    privacy,
    settings,
    welcome_and_help,
)
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
from bot.chat.read_cache import MULTI_QUERY_SECONDS, QUERY_SECONDS
from bot.chat.request_and_reply import Reply, Request
from bot.chat.services import FollowUpHandler
from bot.chat.user_limits import Cost
from storage import Store

Handler = Callable[[Store, Request], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A handler, who may use it, and its other names."""

    handler: Handler
    admin_only: bool = False
    requires_write_access: bool = False  # the button posts or edits messages
    opens_private_chat: bool = False  # in a channel, instead of posting there
    aliases: tuple[str, ...] = ()
    in_command_menu: bool = False  # in Telegram's command menu, with the text command-<name>
    operator_only: bool = False  # an unknown command outside the operator's chat
    allows_other_chat: bool = False  # changes nothing, and may be asked about another chat
    # Not 0: the handler writes nothing and runs outside the transaction, at most for so long.
    read_budget_seconds: float = 0.0
    cost: Cost | None = None  # in addition to that of a command or a button

    @property
    def accepts_chat_argument(self) -> bool:
        """Whether the first word of the command may name another chat."""
        return (self.admin_only or self.allows_other_chat) and not self.operator_only

    def handle(self, store: Store, request: Request) -> Reply:
        """Run the handler; one with a read budget runs outside the transaction."""
        if self.read_budget_seconds:
            return request.read_cache.get(self.read_budget_seconds, self.handler, request)
        return self.handler(store, request)


COMMANDS: Mapping[str, Route] = {
    "start": Route(welcome_and_help.start),
    "help": Route(welcome_and_help.help_, in_command_menu=True),
    "sub": Route(
        new_topic.sub,
        admin_only=True,
        aliases=("subscribe", "add", "add_topic", "follow"),
        in_command_menu=True,
        cost=Cost.PREVIEW,
    ),
    "list": Route(
        topic_list.list_, allows_other_chat=True, aliases=("topics", "subs"), in_command_menu=True
    ),
    "digest": Route(
        digest.digest,
        allows_other_chat=True,
        aliases=("latest",),
        in_command_menu=True,
        cost=Cost.SEARCH,
    ),
    "missed": Route(digest.missed, allows_other_chat=True, in_command_menu=True),
    "unsub": Route(
        topic_list.unsub,
        admin_only=True,
        aliases=("unsubscribe", "remove_topic"),
        in_command_menu=True,
    ),
    "unsub_all": Route(export_import.unsub_all, admin_only=True, aliases=("stop_all",)),
    "stop": Route(topic_list.stop, admin_only=True),
    "export": Route(export_import.export, allows_other_chat=True, in_command_menu=True),
    "import": Route(export_import.import_, admin_only=True, in_command_menu=True),
    "settings": Route(settings.settings, admin_only=True, aliases=("set",), in_command_menu=True),
    "time": Route(delivery_times.time_, admin_only=True, in_command_menu=True),
    "timezone": Route(settings.timezone, admin_only=True, aliases=("tz",), in_command_menu=True),
    "lang": Route(settings.lang, admin_only=True, aliases=("language",), in_command_menu=True),
    "pause": Route(settings.pause, admin_only=True, in_command_menu=True),
    "resume": Route(settings.resume, admin_only=True, in_command_menu=True),
    "today": Route(
        today.today,
        allows_other_chat=True,
        aliases=("new",),
        in_command_menu=True,
        cost=Cost.SEARCH,
    ),
    "search": Route(search.search, aliases=("find",), in_command_menu=True, cost=Cost.SEARCH),
    "paper": Route(search.paper, aliases=("get",), in_command_menu=True, cost=Cost.SEARCH),
    "saved": Route(saved.saved, aliases=("bookmarks", "library"), in_command_menu=True),
    "history": Route(
        today.history,
        allows_other_chat=True,
        aliases=("archive",),
        in_command_menu=True,
        read_budget_seconds=QUERY_SECONDS,
    ),
    "forget": Route(
        privacy.forget,
        admin_only=True,
        aliases=("export_data", "delete_me"),
        in_command_menu=True,
        read_budget_seconds=MULTI_QUERY_SECONDS,
    ),
    "about": Route(privacy.about, aliases=("version", "privacy"), in_command_menu=True),
    "status": Route(operator.status, admin_only=True, operator_only=True),
    "users": Route(operator.users, admin_only=True, operator_only=True),
    "ban": Route(operator.ban, admin_only=True, operator_only=True),
    "unban": Route(operator.unban, admin_only=True, operator_only=True),
    "limit": Route(operator.limit, admin_only=True, operator_only=True),
}

BUTTONS: Mapping[str, Route] = {
    "greet": Route(settings.greet_in_language, admin_only=True),
    "forget": Route(privacy.forget_pressed, admin_only=True),
    "users": Route(operator.users, admin_only=True, operator_only=True),
    "field": Route(new_topic.field_pressed, requires_write_access=True, cost=Cost.PREVIEW),
    "draft": Route(new_topic.suggestion_pressed, requires_write_access=True, cost=Cost.PREVIEW),
    "subscribe": Route(onboarding.subscribe_pressed, admin_only=True),
    "change": Route(new_topic.change_pressed, admin_only=True),
    "cancel": Route(new_topic.cancel_pressed, admin_only=True),
    "list": Route(topic_list.list_, requires_write_access=True),
    "stop": Route(topic_list.stop_pressed, admin_only=True),
    "unsub_all": Route(export_import.unsub_all_pressed, admin_only=True),
    "unsub_all_ask": Route(export_import.unsub_all, admin_only=True, cost=Cost.COMMAND),
    "undo": Route(topic_list.undo_pressed, admin_only=True),
    "guide": Route(onboarding.guide_pressed, admin_only=True),
    "guide_zone": Route(onboarding.zone_pressed, admin_only=True),
    "guide_time": Route(onboarding.time_pressed, admin_only=True),
    "guide_town": Route(onboarding.town_pressed, admin_only=True),
    "sees": Route(onboarding.table_seen_pressed, admin_only=True),
    "groups": Route(categories.show_groups, admin_only=True),
    "group": Route(categories.show_group, admin_only=True),
    "archive": Route(categories.show_archive, admin_only=True),
    "category": Route(categories.show_category, admin_only=True),
    "topic": Route(topic_card.topic_pressed, admin_only=True),
    "tune": Route(topic_card.switch_pressed, admin_only=True),
    "looks": Route(topic_card.looks_pressed, admin_only=True),
    "topic_times": Route(topic_card.times_pressed, admin_only=True),
    "topic_hour": Route(topic_card.hour_pressed, admin_only=True),
    "topic_cadence": Route(topic_card.cadence_pressed, admin_only=True),
    "topic_other": Route(topic_edit.other_time_pressed, admin_only=True),
    "rename": Route(topic_edit.rename_pressed, admin_only=True),
    "words": Route(topic_edit.change_words_pressed, admin_only=True),
    "reword": Route(topic_edit.use_words_pressed, admin_only=True),
    "digest": Route(digest.digest_pressed, requires_write_access=True),
    "rest": Route(digest.show_left_out, requires_write_access=True),
    "entry": Route(
        paper.open_entry,
        requires_write_access=True,
        opens_private_chat=True,
        read_budget_seconds=QUERY_SECONDS,
    ),
    "next": Route(paper.next_entry, requires_write_access=True, read_budget_seconds=QUERY_SECONDS),
    "table": Route(
        paper.back_to_table, requires_write_access=True, read_budget_seconds=QUERY_SECONDS
    ),
    "paper": Route(paper.open_paper, requires_write_access=True, read_budget_seconds=QUERY_SECONDS),
    "authors": Route(
        paper.show_all_authors, requires_write_access=True, read_budget_seconds=QUERY_SECONDS
    ),
    "explain": Route(
        explain.explain_pressed, requires_write_access=True, read_budget_seconds=QUERY_SECONDS
    ),
    "save": Route(paper.toggle_saved),
    "bibtex": Route(
        paper.send_citation, requires_write_access=True, read_budget_seconds=QUERY_SECONDS
    ),
    "settings": Route(topic_card.settings_pressed, admin_only=True),
    "set": Route(settings.setting_pressed, admin_only=True),
    "times": Route(delivery_times.choose_times, admin_only=True),
    "time": Route(delivery_times.time_pressed, admin_only=True),
    "cadence": Route(delivery_times.cadence_pressed, admin_only=True),
    "zones": Route(settings.choose_zone, admin_only=True),
    "zone": Route(settings.zone_pressed, admin_only=True),
    "town": Route(settings.town_pressed, admin_only=True),
    "saved": Route(saved.saved, requires_write_access=True),
    "files": Route(saved.export_files, read_budget_seconds=MULTI_QUERY_SECONDS),
    "versions": Route(saved.toggle_version_notices),
    "search": Route(
        search.search_page_pressed, requires_write_access=True, read_budget_seconds=QUERY_SECONDS
    ),
    "history": Route(today.history, requires_write_access=True, read_budget_seconds=QUERY_SECONDS),
    "reopen": Route(today.reopen, requires_write_access=True, read_budget_seconds=QUERY_SECONDS),
    "less": Route(more_or_less_like_this.less_pressed, requires_write_access=True),
    "more": Route(more_or_less_like_this.more_pressed, requires_write_access=True),
    "exclude": Route(more_or_less_like_this.exclude_pressed, admin_only=True),
    "include": Route(more_or_less_like_this.include_pressed, admin_only=True),
}


# Routes of messages that are no commands. In groups text and files reach us only as answers.
MESSAGES: Mapping[UpdateKind, Route] = {
    UpdateKind.TEXT: Route(search.handle_text, admin_only=True, cost=Cost.PREVIEW),
    UpdateKind.FILE: Route(export_import.import_file, admin_only=True),
    UpdateKind.NON_TEXT: Route(welcome_and_help.non_text_reply),
    UpdateKind.LOCATION: Route(settings.location_shared, admin_only=True),
    UpdateKind.FORWARDED_COMMAND: Route(welcome_and_help.forwarded_command_reply),
}

# Handlers of a person's answer to a question, by the question's verb.
ANSWER_HANDLERS: Mapping[str, Handler] = {
    "guide_time": onboarding.time_answered,
    "guide_zone": onboarding.zone_answered,
    "rename": topic_edit.name_answered,
    "words": topic_edit.words_answered,
    "topic_time": topic_edit.time_answered,
    "import": search.handle_text,  # text instead of the file
    "search": search.search,
    "paper": search.paper,
}

# Work after the transaction, by the follow-up's verb.
FOLLOW_UP_HANDLERS: Mapping[str, FollowUpHandler] = {
    "import": export_import.fetch_and_import,
    "paper": search.fetch_and_open,
    "explain": explain.write_note,
    "topic": new_topic.preview_translation,
    "search": search.search_translation,
    "digest": digest.digest_translation,
}


def route_of(update: Update) -> Route | None:
    """Return the route of an update, before any rights are checked."""
    if update.kind in MESSAGES:
        return MESSAGES[update.kind]
    if update.action:  # of a button or a deep link
        return BUTTONS.get(update.action.verb)
    return command_route(update.command)


def command_route(name: str) -> Route | None:
    """Return the route of a command, by its name or an alias."""
    route = COMMANDS.get(name)
    return route or next(
        (candidate for candidate in COMMANDS.values() if name in candidate.aliases), None
    )
