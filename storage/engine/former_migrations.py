"""The steps that made the schema before the first one, and how such a file is renewed.

A file that was written then goes through the former steps that it lacks, gets the present names of
tables and columns, and is marked as having the first schema. Nothing here is needed for a new file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from storage.engine.migrations import first_schema
from storage.engine.schema import FIRST_SCHEMA
from storage.engine.schema_version import FORMER_MIGRATION_NAMES, applied_migrations

if TYPE_CHECKING:
    from storage.engine.driver import Connection

FORMER_MIGRATIONS = Migrations("papergram")


def _execute_each(db: Database, *statements: str) -> None:
    # One by one: executescript() would commit the step's transaction.
    for statement in statements:
        db.execute(statement)


@FORMER_MIGRATIONS()
def papers(db: Database) -> None:
    """Keep papers, all their versions, and every announcement of them."""
    _execute_each(
        db,
        """
        create table papers (
            key integer primary key,
            id text not null unique,            -- arxiv:2402.12844, doi:..., url:<hash>
            -- Which row of versions speaks for the paper: the highest version, and of two
            -- rows of one version the complete one.
            version integer not null,
            partial integer not null check (partial in (0, 1)),
            -- Where the paper stands among all, oldest first: days since 1970 of its first
            -- announcement times a million, plus a count. Search walks it backwards, so an
            -- old paper imported today is not among today's.
            place integer not null unique,
            seen integer not null               -- when we first heard of it
        ) strict
        """,
        # Rows are added and never changed: an issued digest points at them. A live source
        # that completes a partial version therefore adds a row beside it.
        """
        create table versions (
            paper integer not null references papers (key),
            version integer not null,           -- 0: a document did not say which
            partial integer not null check (partial in (0, 1)),
            title text not null,
            abstract text not null,
            authors text not null,              -- JSON list
            categories text not null,           -- JSON list, primary first
            link text not null,
            submitted integer,                  -- first version; null where unknown
            revised integer,                    -- this version; null where unknown
            comment text not null,
            journal text not null,
            doi text not null,
            licence text not null,
            seen integer not null,
            primary key (paper, version, partial)
        ) strict
        """,
        # seq is the only sequence of the house and topics keep positions in it:
        # autoincrement never reuses one, and the single writer numbers in commit order.
        """
        create table announcements (
            seq integer primary key autoincrement,
            paper integer not null references papers (key),
            version integer not null,
            feed text not null,
            kind text not null,                 -- the feed's word: new, cross, replace, ...
            day text not null,                  -- arXiv day, a date in US Eastern
            unique (paper, version, feed, day)  -- each announcement once
        ) strict
        """,
        "create index announcements_by_day on announcements (day, seq)",
    )


@FORMER_MIGRATIONS()
def glosses(db: Database) -> None:
    """Keep what we say about a paper version, in each language and by each maker."""
    _execute_each(
        db,
        # A better prompt may say it anew; what was said before stays for its digests.
        """
        create table glosses (
            key integer primary key,
            paper integer not null references papers (key),
            version integer not null,
            language text not null,
            title text not null,
            gist text not null,
            abstract text not null,
            maker text not null,                -- extractive, import, or a model's name
            prompt text not null,               -- version of the prompt, '' without one
            tokens integer not null,
            made integer not null,
            unique (paper, version, language, maker, prompt)
        ) strict
        """,
        "create index glosses_by_day on glosses (made)",  # spending per day and month
    )


@FORMER_MIGRATIONS()
def paper_index(db: Database) -> None:
    """Find papers by their words: one row per paper, numbered by its place.

    The columns hold analysed words already, so the tokenizer only cuts at blanks: every
    printable ASCII sign counts as part of a word, as does everything beyond ASCII.
    """
    _execute_each(
        db,
        # The mark names the analyser that wrote the words. When it changes, the papers that
        # exist (up to the key "until") are indexed anew, slice by slice ("upto" is done).
        """
        create table index_state (
            mark text not null,
            upto integer not null,
            until integer not null
        ) strict
        """,
        "insert into index_state (mark, upto, until) values ('', 0, 0)",
        """
        create virtual table paper_index using fts5 (
            title, abstract, authors, categories, id, gloss,
            tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
        )
        """,
    )


@FORMER_MIGRATIONS()
def subscribers(db: Database) -> None:
    """Know the chats that read, the people who press buttons, and what they saved."""
    _execute_each(
        db,
        """
        create table subscribers (
            bot integer not null,
            chat integer not null,
            kind text not null,
            title text not null,
            language text not null,             -- of what the bot says
            languages text not null,            -- of the entries, JSON list
            zone text not null,                 -- IANA
            form text not null,
            silent integer not null check (silent in (0, 1)),
            "full" integer not null check ("full" in (0, 1)),
            settled integer not null check (settled in (0, 1)),
            paused text not null,               -- the reason, '' when active
            paused_until text,                  -- a day in the chat's zone
            -- Refusals that may pass (chat not found, no rights) count once a day; a chat
            -- that only bounces is paused in the end, and a delivery clears the count.
            bounces integer not null default 0,
            bounced text,                       -- the last day that counted
            primary key (bot, chat)
        ) strict, without rowid
        """,
        """
        create table people (
            bot integer not null,
            person integer not null,
            name text not null,
            language text not null,
            primary key (bot, person)
        ) strict, without rowid
        """,
        """
        create table library (
            bot integer not null,
            person integer not null,
            paper integer not null references papers (key),
            saved integer not null,
            primary key (bot, person, paper)
        ) strict, without rowid
        """,
    )


@FORMER_MIGRATIONS()
def subscriptions(db: Database) -> None:
    """Keep the topics: what each asks for, when, and how far it has been told."""
    _execute_each(
        db,
        # autoincrement: a button pressed long after its topic was removed must not reach
        # another topic that got the same number.
        """
        create table subscriptions (
            key integer primary key autoincrement,
            bot integer not null,
            chat integer not null,
            thread integer not null,            -- forum topic, 0 is the chat itself
            query text not null,                -- canonical, equal topics share it
            name text not null,
            times text not null,                -- JSON list of 08:00:00; [] as soon as announced
            weekdays text not null,             -- JSON list, Monday is 0; [] every day
            quiet text not null,
            zone text not null,
            cursor integer not null,            -- the last announcement it was told of
            next_due integer,                   -- null: paused, or as soon as announced
            "limit" integer not null,
            kinds text not null,                -- JSON list, sorted
            form text,                          -- null follows the chat, as do the next two
            languages text,
            silent integer check (silent in (0, 1)),
            paused integer not null check (paused in (0, 1)),
            position integer not null,          -- the chat's own order
            fence integer not null,             -- grows with every change; compare and swap
            foreign key (bot, chat) references subscribers (bot, chat),
            unique (bot, chat, thread, query)
        ) strict
        """,
        "create index subscriptions_due on subscriptions (bot, next_due) where paused = 0",
        """
        create index subscriptions_at_once on subscriptions (bot, cursor)
            where paused = 0 and next_due is null
        """,
        "create index subscriptions_by_query on subscriptions (bot, query)",
    )


@FORMER_MIGRATIONS()
def digests(db: Database) -> None:
    """Keep what was issued, so that it renders to the same bytes for ever."""
    _execute_each(
        db,
        """
        create table digests (
            number integer primary key autoincrement,  -- people quote it: never reused
            bot integer not null,               -- 0 with chat 0: an imported document
            chat integer not null,
            thread integer not null,
            subscription integer not null,      -- 0 for a digest that no topic asked for
            topic text not null,
            query text not null,
            period text not null,               -- names the occasion
            issued integer not null,
            first_day text,
            last_day text,
            seen integer not null,              -- papers announced in the period
            imported integer not null check (imported in (0, 1)),
            revision integer not null           -- the newest one
        ) strict
        """,
        # Once per occasion; '' is an occasion of its own each time.
        """
        create unique index digests_once on digests (bot, chat, subscription, period)
            where period <> ''
        """,
        "create index digests_by_chat on digests (bot, chat, number)",
        """
        create table entries (
            digest integer not null references digests (number),
            place integer not null,             -- from 1, shown ones first
            shown integer not null check (shown in (0, 1)),  -- 0: matched but left out
            paper integer not null,
            version integer not null,
            partial integer not null,
            kind text not null,
            reasons text not null,              -- JSON list of [field, word]
            topics text not null,               -- JSON list: other topics that found it
            verbatim text,                      -- JSON list of an imported entry's 7 fields
            primary key (digest, place),
            foreign key (paper, version, partial) references versions (paper, version, partial)
        ) strict
        """,
        # Which glosses each revision shows. A late gloss makes the next revision; the
        # earlier one keeps its rows, so both can be printed.
        """
        create table entry_glosses (
            digest integer not null,
            revision integer not null,
            place integer not null,
            position integer not null,
            gloss integer not null references glosses (key),
            primary key (digest, revision, place, position),
            foreign key (digest, place) references entries (digest, place)
        ) strict, without rowid
        """,
        # What a chat has received or is about to: the promise "never twice". One row a
        # version, so that freeing an undelivered update leaves the delivered original.
        """
        create table ledger (
            bot integer not null,
            chat integer not null,
            paper integer not null,
            version integer not null,
            state text not null check (state in ('reserved', 'sent')),
            digest integer not null,
            place integer not null,             -- of the entry, to find its parcel
            since integer not null,             -- when reserved or sent; old rows are retired
            primary key (bot, chat, paper, version)
        ) strict, without rowid
        """,
        "create index ledger_by_digest on ledger (digest, place)",
    )


@FORMER_MIGRATIONS()
def delivery(db: Database) -> None:
    """Keep every message to be sent until its outcome is known, and every update once."""
    _execute_each(
        db,
        """
        create table parcels (
            key integer primary key autoincrement,
            bot integer not null,
            chat integer not null,
            thread integer not null,
            period text not null,               -- names topic and occasion
            part integer not null,
            piece integer not null,             -- over 0: made when a rich part was refused
            revision integer not null,          -- over 1: an edit of a message already sent
            edits integer not null,             -- that message's id, 0 for a new message
            digest integer not null,
            "first" integer not null,
            "last" integer not null,
            form text not null,                 -- form, languages and zone as at issue
            language text not null,
            languages text not null,
            zone text not null,
            notice text,                        -- JSON; emptied once it was sent
            silent integer not null check (silent in (0, 1)),
            state text not null
                check (state in ('ready', 'sending', 'sent', 'unknown', 'dead', 'dropped')),
            -- A chat receives its parcels in order of (turn, piece): pieces take the turn
            -- of the part they replace.
            turn integer not null,
            attempts integer not null,          -- failures that count
            doubts integer not null,            -- sends whose outcome nobody knows
            fence integer not null,             -- grows with every claim
            holder text not null,               -- who claimed it, '' when free
            lease_until integer not null,       -- 0 when free
            next_at integer not null,           -- not before
            settled integer,
            message integer not null,
            error text not null,
            unique (bot, chat, period, part, piece, revision)
        ) strict
        """,
        # The two states in motion are few; the indexes hold only them, whatever the archive.
        """
        create index parcels_ready on parcels (bot, next_at, turn, piece) where state = 'ready'
        """,
        """
        create index parcels_sending on parcels (bot, lease_until) where state = 'sending'
        """,
        """
        create index parcels_in_order on parcels (bot, chat, turn, piece)
            where state in ('ready', 'sending')
        """,
        "create index parcels_turn on parcels (turn)",
        "create index parcels_by_state on parcels (bot, state)",
        "create index parcels_by_digest on parcels (digest)",
        # Flood control outlives a restart; chat 0 holds everybody.
        """
        create table holds (
            bot integer not null,
            chat integer not null,
            until integer not null,
            primary key (bot, chat)
        ) strict, without rowid
        """,
        """
        create table updates (
            -- The order of arrival. Telegram's ids may begin anew after a quiet week, so
            -- neither the order nor the last one can be told from them.
            key integer primary key autoincrement,
            bot integer not null,
            id integer not null,
            chat integer not null,              -- 0: none, or forgotten
            body text not null,                 -- JSON; emptied once applied
            state text not null check (state in ('pending', 'applied', 'failed')),
            attempts integer not null,          -- begun; tells the update that kills us
            error text not null,
            unique (bot, id)
        ) strict
        """,
        """
        create index updates_pending on updates (bot, chat, key) where state = 'pending'
        """,
    )


@FORMER_MIGRATIONS()
def duties(db: Database) -> None:
    """Remember how far each source was read and who holds which duty."""
    _execute_each(
        db,
        """
        create table cursors (
            source text primary key,
            etag text not null,
            token text not null,                -- OAI-PMH resumption
            day text,                           -- arXiv day of the last non-empty batch
            batch text not null,                -- fingerprint of that batch's ids
            checked integer
        ) strict, without rowid
        """,
        # A released lease keeps its row: the fence must go on growing.
        """
        create table leases (
            duty text primary key,
            holder text not null,
            until integer not null,
            fence integer not null
        ) strict, without rowid
        """,
    )


@FORMER_MIGRATIONS()
def drafts(db: Database) -> None:
    """Remember the words a button stands for, since a button carries integers only."""
    _execute_each(
        db,
        # autoincrement: an old button never reaches newer words.
        """
        create table drafts (
            key integer primary key autoincrement,
            bot integer not null,
            chat integer not null,
            words text not null,
            cursor integer,                     -- of a topic just stopped: undo loses no paper
            made integer not null,
            unique (bot, chat, words)
        ) strict
        """,
    )


@FORMER_MIGRATIONS()
def chosen_times(db: Database) -> None:
    """Remember when a chat wants digests, which outlives its topics and waits for the first."""
    _execute_each(
        db,
        """
        alter table subscribers add column times text not null default '["08:00:00"]'
        """,
        "alter table subscribers add column weekdays text not null default '[]'",
        "alter table subscribers add column quiet text not null default 'silence'",
    )


@FORMER_MIGRATIONS()
def repairs(db: Database) -> None:
    """Notice missed feed days, fetch them once, and remember what the operator was told."""
    _execute_each(
        db,
        # Which days of a feed are there is asked after each poll; the index alone answers.
        "create index announcements_by_feed on announcements (feed, day)",
        """
        create table answers (
            feed text primary key,
            condition text not null,            -- of the last answer
            since integer not null,             -- of the first answer in a row with it
            cut text                            -- the last day of which arXiv left papers out
        ) strict, without rowid
        """,
        # A row stays when it is done: the same question is not asked again.
        """
        create table harvests (
            "set" text not null,                -- of OAI-PMH, '' is all of arXiv
            "first" text not null,              -- feed days, both ends included
            "last" text not null,
            feeds text not null,                -- JSON list of the feeds that missed them
            token text not null,                -- leads to the next page; a day old at most
            pages integer not null,
            asked integer,                      -- when the first page was answered
            made integer not null,
            done integer,
            primary key ("set", "first", "last", feeds)
        ) strict, without rowid
        """,
        """
        create table troubles (
            name text primary key,
            notice text not null,               -- JSON
            told integer not null,
            healed integer                      -- when the operator was told that it is over
        ) strict, without rowid
        """,
    )


@FORMER_MIGRATIONS()
def asks(db: Database) -> None:
    """Remember what somebody was asked, so that their next words are taken as the answer."""
    _execute_each(
        db,
        """
        create table asks (
            bot integer not null,
            chat integer not null,
            person integer not null,
            verb text not null,
            first integer not null,
            second integer not null,
            made integer not null,
            primary key (bot, chat, person)
        ) strict, without rowid
        """,
    )


@FORMER_MIGRATIONS()
def library_versions(db: Database) -> None:
    """Remember which version of a saved paper its reader knows, and who wants to hear of more."""
    _execute_each(
        db,
        "alter table library add column version integer not null default 0",
        # What was saved before is known as it is: nobody is told of the past.
        "update library set version = (select version from papers where key = paper)",
        """
        alter table people add column tells_versions integer not null default 1
            check (tells_versions in (0, 1))
        """,
    )


@FORMER_MIGRATIONS()
def rulings(db: Database) -> None:
    """Remember who is banned, what single chats are allowed, and questions about another chat."""
    _execute_each(
        db,
        """
        create table bans (
            bot integer not null,
            who integer not null,               -- a person (and their chat), a group, a channel
            made integer not null,
            told integer not null check (told in (0, 1)),  -- they heard it once
            primary key (bot, who)
        ) strict, without rowid
        """,
        """
        create table allowances (
            bot integer not null,
            chat integer not null,
            topics integer not null,            -- it may follow at most
            primary key (bot, chat)
        ) strict, without rowid
        """,
        # Whoever manages a channel is asked in private: 0 is the chat of the question itself.
        "alter table asks add column about integer not null default 0",
    )


@FORMER_MIGRATIONS()
def models(db: Database) -> None:
    """Keep which glosses are wanted, what readers asked to be explained, and what it cost."""
    _execute_each(
        db,
        # A row goes when its gloss is kept. Without next_at it was given up.
        """
        create table commissions (
            key integer primary key,
            paper integer not null references papers (key),
            version integer not null,
            language text not null,
            wanted integer not null,            -- when a digest first shows it
            attempts integer not null,
            next_at integer,
            lease_until integer not null,       -- somebody is at it until then
            error text not null,
            unique (paper, version, language)
        ) strict
        """,
        "create index commissions_by_need on commissions (wanted, key) where next_at is not null",
        """
        create table notes (
            paper integer not null references papers (key),
            version integer not null,
            language text not null,
            problem text not null,
            method text not null,
            result text not null,
            limits text not null,
            maker text not null,
            prompt text not null,
            made integer not null,
            primary key (paper, version, language)
        ) strict
        """,
        """
        create table spending (
            day text not null,                  -- in UTC
            model text not null,
            calls integer not null,
            asked integer not null,             -- tokens
            answered integer not null,
            money integer not null,             -- millionths
            unused integer not null,            -- paid answers that failed the checks
            primary key (day, model)
        ) strict, without rowid
        """,
    )


@FORMER_MIGRATIONS()
def ranks(db: Database) -> None:
    """Let what somebody asked for leave before what is due to many, and edits after both."""
    _execute_each(
        db,
        "alter table parcels add column rank integer not null default 1",
        "drop index parcels_ready",
        """
        create index parcels_ready on parcels (bot, rank, next_at, turn, piece)
            where state = 'ready'
        """,
    )


@FORMER_MIGRATIONS()
def recent(db: Database) -> None:
    """Tell what was settled long ago and what was issued lately without a look at all the rest."""
    _execute_each(
        db,
        # A parcel may be settled long after others that were queued with it (by hand, or with a
        # chat that came back), so the order of the keys does not tell which are old.
        "drop index parcels_by_state",
        "create index parcels_by_state on parcels (bot, state, settled)",
        # Which digests lack a gloss by now is asked every minute, of the last day's.
        "create index digests_by_issue on digests (bot, issued) where imported = 0",
    )


@FORMER_MIGRATIONS()
def commission_fences(db: Database) -> None:
    """Let nobody whose lease ran out touch an order that is in another's hands by now."""
    _execute_each(
        db,
        # autoincrement: the key of an order that is gone does not become another's.
        """
        create table fenced (
            key integer primary key autoincrement,
            paper integer not null references papers (key),
            version integer not null,
            language text not null,
            wanted integer not null,            -- when a digest first shows it
            attempts integer not null,
            next_at integer,
            lease_until integer not null,       -- somebody is at it until then
            error text not null,
            fence integer not null default 0,   -- grows with every claim
            unique (paper, version, language)
        ) strict
        """,
        """
        insert into fenced (key, paper, version, language, wanted, attempts, next_at,
            lease_until, error)
        select key, paper, version, language, wanted, attempts, next_at, lease_until, error
        from commissions
        """,
        "drop table commissions",
        "alter table fenced rename to commissions",
        "create index commissions_by_need on commissions (wanted, key) where next_at is not null",
    )


@FORMER_MIGRATIONS()
def dead_letters(db: Database) -> None:
    """Free the papers of messages that were refused before a refusal did so itself."""
    _execute_each(
        db,
        """
        delete from ledger where state = 'reserved'
            and digest in (select digest from parcels where state = 'dead')
            and exists (select 1 from parcels p
                where p.digest = ledger.digest and p.state = 'dead'
                    and ledger.place between p."first" and p."last")
            and not exists (select 1 from parcels p
                where p.digest = ledger.digest
                    and ledger.place between p."first" and p."last"
                    and p.state in ('ready', 'sending', 'unknown', 'sent'))
        """,
    )


@FORMER_MIGRATIONS()
def draft_kinds(db: Database) -> None:
    """Tell our own record of stopped topics from a person's words, which may look the same."""
    _execute_each(
        db,
        """
        create table kinded (
            key integer primary key autoincrement,
            bot integer not null,
            chat integer not null,
            kind text not null check (kind in ('words', 'topics')),
            words text not null,
            made integer not null,
            unique (bot, chat, kind, words)
        ) strict
        """,
        # Nobody can tell who wrote what begins like a record: it counts as expired.
        """
        insert into kinded (key, bot, chat, kind, words, made)
        select key, bot, chat, 'words', words, made from drafts where substr(words, 1, 1) <> '{'
        """,
        # The keys go on after the last one that was ever given, not after the last one kept.
        "delete from sqlite_sequence where name = 'kinded'",
        """
        insert into sqlite_sequence (name, seq)
        select 'kinded', seq from sqlite_sequence where name = 'drafts'
        """,
        "drop table drafts",
        "alter table kinded rename to drafts",
    )


@FORMER_MIGRATIONS()
def topicless_digests(db: Database) -> None:
    """Let a digest that no topic issued count what it does not keep, and go after a while."""
    _execute_each(
        db,
        # JSON: how many of each kind were found and have no row in entries
        "alter table digests add column beyond text not null default '{}'",
        """
        create index digests_topicless on digests (issued)
            where subscription = 0 and imported = 0
        """,
    )


@FORMER_MIGRATIONS()
def unreadable_updates(db: Database) -> None:
    """Count the updates that nobody could read; their rows are deleted after a while."""
    _execute_each(
        db,
        """
        create table unreadable (
            bot integer primary key,
            updates integer not null,
            last integer not null               -- when the last of them was set aside
        ) strict
        """,
    )


@FORMER_MIGRATIONS()
def stored_answers(db: Database) -> None:
    """Let answers leave by the outbox, and let what is fetched for them outlive the process."""
    _execute_each(
        db,
        "alter table parcels add column expires integer",  # null: never
        "alter table parcels add column content text",  # of an answer; last, for it may be long
        # Answers are many and soon of no use; this finds the old ones among all else.
        "create index parcels_answered on parcels (bot, settled) where rank < 0",
        # Our own gap between two digests of a chat holds no answer; only Telegram's word does.
        "alter table holds add column told integer not null default 0",
        "update holds set told = until",
        "alter table updates add column errand text not null default ''",
    )


@FORMER_MIGRATIONS()
def outstanding_papers(db: Database) -> None:
    """Remember papers whose announcements could not be read, until they are there."""
    _execute_each(
        db,
        # A row stays when it is done: the feed shows the same item all day.
        """
        create table outstanding (
            feed text not null,
            id text not null,                   -- of arXiv, '' where the item did not tell it
            "first" text not null,              -- feed days, both ends included
            "last" text not null,
            version integer not null,           -- 0: not known
            kind text,                          -- null: the paper's history tells it
            noted integer not null,
            attempts integer not null,
            asked integer,                      -- when arXiv last answered without it
            done integer,
            primary key (feed, id, "last")
        ) strict, without rowid
        """,
        "create index outstanding_open on outstanding (noted) where done is null",
    )


@FORMER_MIGRATIONS()
def digest_documents(db: Database) -> None:
    """Print a stored digest in its own languages, and an imported document byte for byte."""
    _execute_each(
        db,
        "alter table digests add column languages text not null default '[]'",
        """
        update digests set languages = coalesce((select languages from parcels
            where digest = number order by key desc limit 1), languages)
        """,
        """
        create table documents (
            digest integer primary key references digests (number),
            content blob not null               -- UTF-8, compressed by zlib
        ) strict
        """,
    )


def pending_former_migrations(connection: Connection) -> list[str]:
    """Return the former steps a file still lacks, in order."""
    return [step.name for step in FORMER_MIGRATIONS.pending(_database(connection))]


def apply_former_migrations(connection: Connection, *, stop_before: str | None = None) -> None:
    """Apply the former steps a file lacks; inside a transaction all of them or none."""
    FORMER_MIGRATIONS.apply(_database(connection), stop_before=stop_before)


# Each table by its former name: its present name, and the columns that got another one.
_RENAMES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "papers": ("papers", {"place": "sort_key", "seen": "seen_at"}),
    "versions": (
        "versions",
        {
            "submitted": "submitted_at",
            "revised": "revised_at",
            "journal": "journal_ref",
            "seen": "seen_at",
        },
    ),
    "glosses": (
        "summaries",
        {"gist": "tldr", "maker": "producer", "prompt": "prompt_version", "made": "created_at"},
    ),
    "index_state": (
        "search_index_state",
        {"mark": "analyzer", "upto": "outdated_after", "until": "outdated_up_to"},
    ),
    "commissions": ("summary_jobs", {"wanted": "needed_at", "fence": "fencing_token"}),
    "notes": (
        "paper_notes",
        {"maker": "producer", "prompt": "prompt_version", "made": "created_at"},
    ),
    "spending": (
        "spending",
        {
            "asked": "prompt_tokens",
            "answered": "completion_tokens",
            "money": "cost_micros",
            "unused": "unusable_answers",
        },
    ),
    "subscribers": (
        "chats",
        {
            "full": "full_entries",
            "settled": "onboarded",
            "paused": "pause_reason",
            "quiet": "on_quiet_days",
            "bounced": "last_bounce_day",
        },
    ),
    "people": ("people", {"tells_versions": "notify_versions"}),
    "library": ("saved_papers", {"saved": "saved_at", "version": "notified_version"}),
    "subscriptions": ("subscriptions", {"quiet": "on_quiet_days", "fence": "row_version"}),
    "drafts": ("button_payloads", {"words": "text", "made": "updated_at"}),
    "asks": (
        "pending_questions",
        {
            "first": "first_argument",
            "second": "second_argument",
            "about": "about_chat",
            "made": "created_at",
        },
    ),
    "bans": ("bans", {"who": "target", "made": "created_at", "told": "notified"}),
    "allowances": ("topic_quotas", {"topics": "quota"}),
    "digests": (
        "digests",
        {"issued": "issued_at", "seen": "announced_count", "beyond": "unstored_kinds"},
    ),
    "documents": ("digest_documents", {}),
    "entries": ("entries", {"place": "position", "topics": "other_topics"}),
    "entry_glosses": (
        "entry_summaries",
        {"gloss": "summary", "place": "entry_position", "position": "summary_position"},
    ),
    "ledger": ("receipts", {"place": "position"}),
    "parcels": (
        "outbox_messages",
        {
            "piece": "fallback_part",
            "rank": "priority",
            "settled": "settled_at",
            "edits": "edited_message_id",
            "first": "first_entry",
            "last": "last_entry",
            "turn": "queue_position",
            "doubts": "unknown_sends",
            "fence": "fencing_token",
            "message": "message_id",
            "content": "reply_content",
            "expires": "expires_at",
        },
    ),
    "holds": ("chat_holds", {"until": "held_until", "told": "held_by_telegram_until"}),
    "updates": ("inbox_updates", {"errand": "follow_up"}),
    "unreadable": ("unreadable_updates", {"updates": "count", "last": "last_at"}),
    "cursors": (
        "feed_cursors",
        {
            "token": "resumption_token",
            "day": "last_day",
            "batch": "batch_fingerprint",
            "checked": "checked_at",
        },
    ),
    "answers": ("feed_health", {"condition": "status", "cut": "truncated_day"}),
    "harvests": (
        "backfills",
        {
            "set": "set_spec",
            "first": "first_day",
            "last": "last_day",
            "token": "resumption_token",
            "asked": "first_page_at",
            "made": "created_at",
            "done": "done_at",
        },
    ),
    "outstanding": (
        "missing_papers",
        {
            "first": "first_day",
            "last": "last_day",
            "noted": "noted_at",
            "asked": "last_requested_at",
            "done": "done_at",
        },
    ),
    "leases": ("leases", {"duty": "name", "until": "expires_at", "fence": "fencing_token"}),
    "troubles": ("incidents", {"told": "notified_at", "healed": "resolved_at"}),
}


def renew(connection: Connection) -> None:
    """Give a file of the former steps the first schema, with everything in it.

    Run it inside a transaction: then all of it is done or nothing. Any other file stays as it is.
    """
    if not set(applied_migrations(connection)) & set(FORMER_MIGRATION_NAMES):
        return
    apply_former_migrations(connection)
    for former_name, (name, columns) in _RENAMES.items():
        for former_column, column in columns.items():
            connection.execute(
                f'alter table {former_name} rename column "{former_column}" to {column}'
            )
        if name != former_name:
            connection.execute(f"alter table {former_name} rename to {name}")
    # SQLite cannot rename an index: those of former names are made anew.
    index_statements = {
        match[1]: statement
        for statement in FIRST_SCHEMA
        if (match := re.match(r"\s*create (?:unique )?index (\w+)", statement))
    }
    rows = connection.execute(
        """
        select name from sqlite_master
        where type = 'index' and sql is not null and tbl_name <> '_sqlite_migrations'
        """
    ).fetchall()
    existing_names = {str(row[0]) for row in rows}
    for name in existing_names - index_statements.keys():
        connection.execute(f"drop index {name}")
    for name, statement in index_statements.items():
        if name not in existing_names:
            connection.execute(statement)
    # Nor a column of the full text: it is copied, word for word.
    [create_index] = [sql for sql in FIRST_SCHEMA if "create virtual table paper_index" in sql]
    connection.execute("alter table paper_index rename to former_paper_index")
    connection.execute(create_index)
    connection.execute(
        """
        insert into paper_index (rowid, title, abstract, authors, categories, id, summary)
        select rowid, title, abstract, authors, categories, id, gloss
        from former_paper_index order by rowid
        """
    )
    connection.execute("drop table former_paper_index")
    connection.execute("delete from _sqlite_migrations where migration_set = 'papergram'")
    connection.execute(
        """
        insert into _sqlite_migrations (migration_set, name, applied_at)
        values ('papergram', :name, datetime('now'))
        """,
        {"name": first_schema.__name__},
    )


def _database(connection: Connection) -> Database:
    return Database(connection, execute_plugins=False)
