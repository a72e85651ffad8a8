"""Chats, people, topics, and what people saved or were asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from storage.records.digests import EntryOrder
from storage.records.papers import FRESH_KINDS, AnnouncementKind, Paper


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


REQUESTED_PAUSE = "asked"  # the reason of a pause that a person requested


class MessageForm(StrEnum):
    """How a digest looks in Telegram."""

    TWO_COLUMNS = "two-columns"  # a table for phones: the number, and all else in one cell
    THREE_COLUMNS = "rich"  # a table like that of the documents; the only one in older databases
    CLASSIC = "classic"  # HTML text

    @property
    def is_rich(self) -> bool:
        """Whether messages of this form are rich ones: blocks instead of HTML."""
        return self is not MessageForm.CLASSIC


class QuietDayPolicy(StrEnum):
    """What a topic does on a day without papers."""

    SILENCE = "silence"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a topic is due, in the reader's zone: without times, as soon as arXiv announced."""

    times: tuple[time, ...] = (time(8, 0),)
    weekdays: tuple[int, ...] = ()  # Monday is 0; none means every day
    on_quiet_days: QuietDayPolicy = QuietDayPolicy.SILENCE


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that reads digests, and how it reads them."""

    bot: int
    id: int
    kind: ChatKind
    title: str = ""
    language: str = "en"  # of the bot's own texts
    languages: tuple[str, ...] = ("en",)  # of the entries, first one in the table
    zone: str = "UTC"  # IANA
    form: MessageForm = MessageForm.CLASSIC
    cadence: Cadence = Cadence()  # of the topics that are added
    silent: bool = False
    full_entries: bool = False  # every entry as a message of its own after the table
    onboarded: bool = False  # onboarding was finished or skipped
    pause_reason: str = ""  # "" when active
    paused_until: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A user; saved papers belong to the person, subscriptions to the chat."""

    bot: int
    id: int
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic of a chat: its query, when it is due, and what it has covered."""

    bot: int
    chat: int
    query: str  # canonical text
    name: str
    cadence: Cadence
    zone: str
    cursor: int  # seq of the last announcement that it has covered
    next_due: datetime | None  # None while paused, or "as soon as announced"
    thread: int = 0  # forum topic, 0 is the chat itself
    limit: int = 12
    kinds: frozenset[AnnouncementKind] = FRESH_KINDS
    form: MessageForm | None = None  # None follows the chat
    languages: tuple[str, ...] | None = None
    silent: bool | None = None
    paused: bool = False
    entry_order: EntryOrder = EntryOrder.RELEVANCE
    position: int = 0  # the chat's own order
    row_version: int = 0  # grows with every change; compare and swap
    key: int = 0


class ButtonPayloadKind(StrEnum):
    """Who wrote what a button stands for, and how it is read."""

    QUERY_TEXT = "words"  # a person's, or made of a person's: read as a query and nothing else
    STOPPED_TOPICS = "topics"  # our own record of stopped topics, with their cursors


@dataclass(frozen=True, slots=True)
class ButtonPayload:
    """What a button stands for."""

    text: str
    kind: ButtonPayloadKind = ButtonPayloadKind.QUERY_TEXT


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """What a person's next message answers: a verb and its arguments."""

    verb: str
    first_argument: int = 0
    second_argument: int = 0
    about_chat: int = 0  # the chat it is about, where that is another one


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """A paper that a person saved."""

    person: int
    paper: Paper
    saved_at: datetime
