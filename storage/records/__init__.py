"""Define the records of Papergram as frozen values.

Nothing here reads a clock, a file or the network. Times are aware and in UTC; a ``key`` of 0 means
"not stored yet"; chats, people and messages carry Telegram's own 64-bit ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum

# ---------------------------------------------------------------------------- papers


class AnnouncementKind(StrEnum):
    """Why arXiv announced a paper (RSS ``arxiv:announce_type``)."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper, in the words of its announcement.

    ``id`` is ``arxiv:2402.12844``, ``doi:10.1101/…`` or ``url:<hash>`` and has no version.
    ``version`` counts from 1; 0 means that a document named the paper without saying which.
    ``partial`` marks a version known only from an imported document (title with the feed's
    suffix, abstract cut); a live source completes it.
    """

    id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # primary first
    link: str = ""
    submitted_at: datetime | None = None  # first version
    revised_at: datetime | None = None  # this version
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""
    licence: str = ""
    partial: bool = False
    key: int = 0


@dataclass(frozen=True, slots=True)
class Announcement:
    """A feed announced a paper version on an arXiv day (a date in US Eastern).

    ``kind`` is the feed's word, relative to the categories the feed was asked for. ``seq`` is the
    only global sequence: cursors are positions in it.
    """

    paper: Paper
    feed: str
    kind: AnnouncementKind
    day: date
    seq: int = 0


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """What a batch changed: counts of announcements by what became of them."""

    stored: int = 0  # papers seen for the first time
    updated: int = 0  # papers that gained a higher version or were completed
    unchanged: int = 0  # announcements of versions that were there already

    def plus(self, other: IngestCounts) -> IngestCounts:
        """Add another batch's counts."""
        return IngestCounts(
            self.stored + other.stored,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary of a paper version in one language; a row that never changes.

    ``producer`` is ``extractive``, ``import`` or the name of a model.
    """

    paper: int
    version: int
    language: str  # BCP 47: "en", "zh"
    title: str
    tldr: str  # one sentence
    abstract: str
    producer: str
    created_at: datetime
    prompt_version: str = ""  # version of the prompt
    tokens: int = 0
    key: int = 0


@dataclass(frozen=True, slots=True)
class PaperNote:
    """A longer note that a model wrote on a paper version, in one language, on request."""

    paper: int
    version: int
    language: str
    problem: str
    method: str
    result: str
    limits: str
    producer: str
    created_at: datetime
    prompt_version: str = ""


@dataclass(frozen=True, slots=True)
class SummaryJob:
    """A summary that is needed and not written yet, first shown by a digest at ``needed_at``."""

    paper: int
    version: int
    language: str
    needed_at: datetime
    attempts: int = 0
    error: str = ""
    fencing_token: int = 0  # grows with every claim
    key: int = 0


@dataclass(frozen=True, slots=True)
class SummaryBacklog:
    """How many summary jobs wait, how many of them failed before, and how many were given up."""

    waiting: int = 0
    retrying: int = 0
    abandoned: int = 0


@dataclass(frozen=True, slots=True)
class DailySpending:
    """What a model cost on one day; money in millionths of the configured currency."""

    day: date  # in UTC
    model: str
    calls: int = 0
    prompt_tokens: int = 0  # tokens sent
    completion_tokens: int = 0  # tokens received
    cost_micros: int = 0
    unusable_answers: int = 0  # paid answers that could not be used


@dataclass(frozen=True, slots=True)
class SummaryCoverage:
    """How many of the recently shown paper versions have a summary from a model or an import."""

    language: str
    summarized_count: int
    shown_count: int


# ---------------------------------------------------------------------------- queries


class QueryField(StrEnum):
    """Where a term of a query looks."""

    ANY = "any"
    TITLE = "ti"
    ABSTRACT = "abs"
    AUTHOR = "au"
    CATEGORY = "cat"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Term:
    """A word, phrase, prefix, name, category or id.

    ``text`` is printed; ``words`` are compared: analysed words for text and names (more than one is
    a phrase, or the parts of one name), category codes that count (any of them), or one paper id.
    ``alternatives`` are other words that mean the same, such as two of a phrase written as one; of
    a prefix, beginnings of the stems that words of this beginning may have. ``former_words`` are
    the words that the previous analyser would have compared, where they differ. With ``max_gap``,
    several words may stand in any order in one title or abstract, with at most this many other
    words between the first and the last of them.
    """

    field: QueryField
    text: str
    words: tuple[str, ...]
    prefix: bool = False
    alternatives: tuple[tuple[str, ...], ...] = ()
    former_words: tuple[str, ...] = ()
    max_gap: int = 0

    @property
    def variants(self) -> tuple[tuple[str, ...], ...]:
        """Return each sequence of words that is looked for."""
        return (self.words,) if self.prefix else (self.words, *self.alternatives)


@dataclass(frozen=True, slots=True)
class Not:
    clause: Clause


@dataclass(frozen=True, slots=True)
class And:
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Or:
    clauses: tuple[Clause, ...]


Clause = Term | Not | And | Or
"""The only form in which a query reaches the store."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; ``text`` is its canonical print and its identity."""

    text: str
    clause: Clause = field(compare=False)


@dataclass(frozen=True, slots=True)
class MatchReason:
    """Why a paper matched: the field, and the word as the paper writes it."""

    field: QueryField
    word: str


@dataclass(frozen=True, slots=True)
class Match:
    """A query found an announced paper; ``kind`` is relative to the query's categories."""

    announcement: Announcement
    kind: AnnouncementKind
    score: float
    reasons: tuple[MatchReason, ...] = ()


# ---------------------------------------------------------------------------- people


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class MessageForm(StrEnum):
    """How a digest looks in Telegram."""

    RICH = "rich"  # blocks with a table
    CLASSIC = "classic"  # HTML text


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
    pause_reason: str = ""  # the reason, "" when active
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
    kinds: frozenset[AnnouncementKind] = frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS})
    form: MessageForm | None = None  # None follows the chat
    languages: tuple[str, ...] | None = None
    silent: bool | None = None
    paused: bool = False
    position: int = 0  # the chat's own order
    row_version: int = 0  # grows with every change; compare and swap
    key: int = 0


# ---------------------------------------------------------------------------- digests


@dataclass(frozen=True, slots=True)
class VerbatimEntry:
    """The seven fields of an entry of an imported document, byte for byte."""

    title_zh: str
    title: str
    link: str
    tldr_zh: str
    tldr_en: str
    abstract_zh: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a digest, with its summaries and why it is there."""

    paper: Paper
    kind: AnnouncementKind
    summaries: tuple[Summary, ...] = ()  # at most one per language
    reasons: tuple[MatchReason, ...] = ()
    other_topics: tuple[str, ...] = ()  # the other topics of the chat that found it too
    verbatim: VerbatimEntry | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """The entries of one topic over one period, numbered from 1 in this order.

    ``entries`` are shown; ``left_out`` matched as well but exceeded the limit. Where only the first
    entries were loaded, ``unloaded_kinds`` are the kinds of the rest. ``unstored_kinds`` are the
    kinds of matches that have no row: they are counted but not numbered. An imported document is a
    digest without a chat; ``imported`` where its entries are verbatim.
    """

    topic: str  # the topic's name
    query: str  # canonical text; a category for imported documents
    issued_at: datetime
    entries: tuple[Entry, ...]
    left_out: tuple[Entry, ...] = ()
    first_day: date | None = None  # arXiv days covered
    last_day: date | None = None
    announced_count: int = 0  # papers announced in the period, whether matched or not
    period: str = ""  # names the occasion; unique with the chat and subscription
    bot: int = 0
    chat: int = 0
    thread: int = 0
    subscription: int = 0
    imported: bool = False
    revision: int = 1
    number: int = 0
    unloaded_kinds: tuple[AnnouncementKind, ...] = ()
    unstored_kinds: tuple[AnnouncementKind, ...] = ()
    languages: tuple[str, ...] = ()  # it was written in; none where that was not noted
    source_document: str = ""  # it was imported from, unless its entries are verbatim

    @property
    def matched_count(self) -> int:
        """How many papers were found, shown or not."""
        return self.numbered_count + len(self.unstored_kinds)

    @property
    def numbered_count(self) -> int:
        """How many of them have a position and can be opened."""
        return len(self.entries) + len(self.left_out) + len(self.unloaded_kinds)


@dataclass(frozen=True, slots=True)
class DigestHeading:
    """A digest without its entries: a line in a list of digests."""

    number: int
    topic: str
    query: str
    issued_at: datetime
    shown_count: int
    left_out_count: int
    period: str = ""
    bot: int = 0
    chat: int = 0
    thread: int = 0
    subscription: int = 0
    imported: bool = False
    revision: int = 1


# ---------------------------------------------------------------------------- delivery


class MessageState(StrEnum):
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"  # may have arrived; is not sent again by itself
    DEAD = "dead"  # kept, visible, can be sent again by hand
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text instead of a digest: the key of the text and its values."""

    text_key: str
    values: tuple[tuple[str, str | int], ...] = ()


class Priority(IntEnum):
    """Which messages go before others, chat by chat: the lower ones."""

    REPLY = -1  # to an update; a queue of its own beside the digests
    INTERACTIVE = 0  # a digest that a person asked for
    SCHEDULED = 1
    EDIT = 2  # of what was delivered


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to be sent: a part of a digest, a notice, or a reply.

    Form, languages and zone are frozen when the digest is issued. ``fencing_token`` grows with each
    claim, so that an outcome from a former holder is not accepted. ``unknown_sends`` counts sends
    with an unknown outcome: the next one is marked as a possible repeat.
    """

    bot: int
    chat: int
    period: str
    part: int
    form: MessageForm
    language: str
    languages: tuple[str, ...]
    zone: str
    thread: int = 0
    fallback_part: int = 0  # over 0: replaces a rejected part; fallback_forms tells its form
    digest: int = 0
    first_entry: int = 0  # entries, from 1, both ends included; 0 and 0 for none
    last_entry: int = 0
    notice: Notice | None = None
    silent: bool = False
    state: MessageState = MessageState.READY
    attempts: int = 0
    unknown_sends: int = 0
    fencing_token: int = 0
    message_id: int = 0  # Telegram's id once sent
    error: str = ""
    revision: int = 1  # of the digest; over 1: an edit that shows late summaries
    edited_message_id: int = 0  # the message to edit, 0 for a new one
    priority: Priority = Priority.SCHEDULED
    reply_content: str = ""  # as stored_answer encodes it; emptied when settled
    expires_at: datetime | None = None  # a reply that has not left by then is dropped
    key: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram accepted it."""

    message_id: int


@dataclass(frozen=True, slots=True)
class RetryLater:
    """It did not reach Telegram, or Telegram asked to wait: try again after ``seconds``."""

    seconds: float
    reason: str = ""
    counts_as_attempt: bool = True  # False: not an attempt (flood control, no connection)
    requested_by_telegram: bool = False  # True: Telegram itself asked to wait


@dataclass(frozen=True, slots=True)
class UnknownOutcome:
    """It may or may not have been delivered."""

    reason: str


@dataclass(frozen=True, slots=True)
class MovedToSupergroup:
    """The group became a supergroup with this id."""

    chat: int


@dataclass(frozen=True, slots=True)
class ChatUnreachable:
    """The chat cannot be reached any more: blocked, kicked, deleted.

    Not ``is_permanent`` where the refusal may pass (missing rights): then a chat is given up only
    after refusals on several days.
    """

    reason: str
    is_permanent: bool = True


@dataclass(frozen=True, slots=True)
class MessageRejected:
    """Telegram does not accept this message, whoever reads it.

    ``form_unsupported`` where it accepts no message of this form: a server older than rich
    messages.
    """

    reason: str
    form_unsupported: bool = False


SendOutcome = (
    Sent | RetryLater | UnknownOutcome | MovedToSupergroup | ChatUnreachable | MessageRejected
)


@dataclass(frozen=True, slots=True)
class InboxUpdate:
    """A Telegram update as it came, stored before it is acknowledged."""

    bot: int
    id: int
    chat: int  # 0 when it names none
    body: str  # JSON
    follow_up: str = ""  # JSON; what is to be fetched for it yet, its effect being stored
    attempts: int = field(default=0, compare=False)  # begun so far


@dataclass(frozen=True, slots=True)
class UnreadableUpdates:
    """How many updates could not be read, and when the last of them came."""

    count: int = 0
    last_at: datetime | None = None


# ---------------------------------------------------------------------------- sources, leases


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """How far a source has been read.

    ``batch_fingerprint`` is a fingerprint of the last non-empty batch's ids: a feed that shows the
    same ids under a new build date is stale.
    """

    source: str
    etag: str = ""
    resumption_token: str = ""  # OAI-PMH resumption
    last_day: date | None = None  # arXiv day of the last non-empty batch
    batch_fingerprint: str = ""
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """How a feed answered last, since when, and the last day that was truncated."""

    feed: str
    status: str
    since: datetime
    truncated_day: date | None = None


@dataclass(frozen=True, slots=True)
class Backfill:
    """A range of feed days to be fetched from a set of arXiv's archive, for some feeds.

    ``resumption_token`` leads to the next page; ``first_page_at`` is when the first one was
    answered.
    """

    set_spec: str  # "cs:cs:CV"; "" is all of arXiv
    first_day: date
    last_day: date
    feeds: tuple[str, ...]
    created_at: datetime
    resumption_token: str = ""
    pages: int = 0
    first_page_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MissingPaper:
    """A paper named by a feed item that could not be read; it is to be requested.

    ``kind`` is None where the paper's history tells what a feed announced on these days.
    """

    feed: str
    id: str  # without scheme and version; "" where the item lacks it
    first_day: date
    last_day: date
    noted_at: datetime
    version: int = 0
    kind: AnnouncementKind | None = None
    attempts: int = 0
    last_requested_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something an operator should know, identified by its name."""

    name: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class NotifiedIncident:
    """An incident that the operator was notified of, and of its end."""

    incident: Incident
    notified_at: datetime
    resolved_at: datetime | None = None


MAX_LEASE_DURATION = timedelta(days=8)  # arXiv may ask for a rest of a week


@dataclass(frozen=True, slots=True)
class Lease:
    """Who leads some work, and until when."""

    name: str  # "send", "poll", "ingest"
    holder: str
    expires_at: datetime
    fencing_token: int

    def is_valid(self, now: datetime) -> bool:
        """Tell whether it is in force; one that ends implausibly late was set by a wrong clock."""
        return now < self.expires_at <= now + MAX_LEASE_DURATION


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
class UsageCounts:
    """Counts of chats, people and topics; ``distinct_queries`` are the topics that differ."""

    chats: Mapping[ChatKind, int]
    paused_chats: int
    people: int
    topics: int
    distinct_queries: int


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """A paper that a person saved."""

    person: int
    paper: Paper
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """The state of the store's file; ``damage`` is "" when it is intact."""

    path: str
    damage: str
    size_bytes: int  # bytes, with the write-ahead log
    papers: int
    announcements: int
    chats: int
    subscriptions: int
    digests: int
    waiting_messages: int  # messages to be sent
    sqlite_version: str  # SQLite's version
