"""The schema: what each table is for and why each column is there.

Rules of all tables: STRICT; instants are whole microseconds UTC; days are ISO text; flags are 0 or
1; lists are JSON text; chats, people and messages are Telegram's 64-bit ids beside the id of the
bot that knows them. Tables of short rows with a key of several columns are kept in the order of
that key (WITHOUT ROWID); long rows would spill there.
"""

from __future__ import annotations

FIRST_SCHEMA = (
    # ------------------------------------------------------------------------ papers
    """
    create table papers (
        key integer primary key,
        id text not null unique,            -- arxiv:2402.12844, doi:..., url:<hash>
        -- The row of versions that speaks for the paper: the highest version, and of two rows
        -- of one version the complete one.
        version integer not null,
        partial integer not null check (partial in (0, 1)),
        -- The paper's position among all, oldest first: days since 1970 of its first announcement
        -- times a million, plus a count. Search walks it backwards, so an old paper imported
        -- today is not among today's.
        sort_key integer not null unique,
        seen_at integer not null            -- when we first heard of it
    ) strict
    """,
    # Rows are added and never changed: an issued digest points at them. A live source that
    # completes a partial version therefore adds a row beside it.
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
        submitted_at integer,               -- first version; null where unknown
        revised_at integer,                 -- this version; null where unknown
        comment text not null,
        journal_ref text not null,
        doi text not null,
        licence text not null,
        seen_at integer not null,
        primary key (paper, version, partial)
    ) strict
    """,
    # seq is the only global sequence and topics keep positions in it: autoincrement never
    # reuses one, and the single writer numbers in commit order.
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
    # Which days of a feed are stored is asked after each poll; the index alone answers.
    "create index announcements_by_feed on announcements (feed, day)",
    # The full text: one row per paper, numbered by the paper's sort_key. The columns hold analysed
    # words already, so the tokenizer only splits at blanks: every printable ASCII character counts
    # as part of a word, as does everything beyond ASCII.
    """
    create virtual table paper_index using fts5 (
        title, abstract, authors, categories, id, summary,
        tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
    )
    """,
    # One row. When the analyser changes, the papers that exist are indexed anew, slice by slice
    # from the newest: those whose keys are above outdated_after and up to outdated_up_to still have
    # the words of the former analyser.
    """
    create table search_index_state (
        analyzer text not null,             -- the analyser that wrote the words
        outdated_after integer not null,
        outdated_up_to integer not null
    ) strict
    """,
    """
    insert into search_index_state (analyzer, outdated_after, outdated_up_to) values ('', 0, 0)
    """,
    # ------------------------------------------------------------------------ summaries
    # What we say about a paper version, in each language and by each producer. A better prompt may
    # say it anew; the former summary stays for the digests that show it.
    """
    create table summaries (
        key integer primary key,
        paper integer not null references papers (key),
        version integer not null,
        language text not null,
        title text not null,
        tldr text not null,
        abstract text not null,
        producer text not null,             -- extractive, import, or a model's name
        prompt_version text not null,       -- '' without a prompt
        tokens integer not null,
        created_at integer not null,
        unique (paper, version, language, producer, prompt_version)
    ) strict
    """,
    "create index summaries_by_creation on summaries (created_at)",
    # Summaries that are needed and not written yet. A row is deleted when its summary is stored;
    # without next_at it was given up. autoincrement: the key of a deleted job is never another's.
    """
    create table summary_jobs (
        key integer primary key autoincrement,
        paper integer not null references papers (key),
        version integer not null,
        language text not null,
        needed_at integer not null,         -- when a digest first shows it
        attempts integer not null,
        next_at integer,
        lease_until integer not null,       -- somebody is working on it until then
        error text not null,
        fencing_token integer not null default 0,  -- grows with every claim
        unique (paper, version, language)
    ) strict
    """,
    """
    create index summary_jobs_by_need on summary_jobs (needed_at, key) where next_at is not null
    """,
    # What a model says of a paper at length, when a reader asks.
    """
    create table paper_notes (
        paper integer not null references papers (key),
        version integer not null,
        language text not null,
        problem text not null,
        method text not null,
        result text not null,
        limits text not null,
        producer text not null,
        prompt_version text not null,
        created_at integer not null,
        primary key (paper, version, language)
    ) strict
    """,
    """
    create table spending (
        day text not null,                  -- in UTC
        model text not null,
        calls integer not null,
        prompt_tokens integer not null,
        completion_tokens integer not null,
        cost_micros integer not null,       -- millionths of the currency
        unusable_answers integer not null,  -- paid answers that failed the checks
        primary key (day, model)
    ) strict, without rowid
    """,
    # ------------------------------------------------------------------------ chats and people
    # The chats that read digests. times, weekdays and on_quiet_days are the cadence of the topics
    # that are added; it outlives the topics and waits for the first one.
    """
    create table chats (
        bot integer not null,
        chat integer not null,
        kind text not null,
        title text not null,
        language text not null,             -- of what the bot says
        languages text not null,            -- of the entries, JSON list
        zone text not null,                 -- IANA
        form text not null,
        silent integer not null check (silent in (0, 1)),
        full_entries integer not null check (full_entries in (0, 1)),
        onboarded integer not null check (onboarded in (0, 1)),
        pause_reason text not null,         -- '' when active
        paused_until text,                  -- a day in the chat's zone
        -- Refusals that may pass (chat not found, no rights) count once a day; a chat that only
        -- bounces is paused in the end, and a delivery clears the count.
        bounces integer not null default 0,
        last_bounce_day text,               -- the last day that counted
        times text not null default '["08:00:00"]',
        weekdays text not null default '[]',
        on_quiet_days text not null default 'silence',
        primary key (bot, chat)
    ) strict, without rowid
    """,
    """
    create table people (
        bot integer not null,
        person integer not null,
        name text not null,
        language text not null,
        -- whether they want to hear of new versions of the papers that they saved
        notify_versions integer not null default 1 check (notify_versions in (0, 1)),
        primary key (bot, person)
    ) strict, without rowid
    """,
    """
    create table saved_papers (
        bot integer not null,
        person integer not null,
        paper integer not null references papers (key),
        saved_at integer not null,
        notified_version integer not null default 0,  -- the version that the person knows of
        primary key (bot, person, paper)
    ) strict, without rowid
    """,
    # The topics of all chats. autoincrement: a button pressed long after its topic was removed must
    # not reach another topic that got the same number.
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
        on_quiet_days text not null,
        zone text not null,
        cursor integer not null,            -- seq of the last announcement that it has covered
        next_due integer,                   -- null: paused, or as soon as announced
        "limit" integer not null,
        kinds text not null,                -- JSON list, sorted
        form text,                          -- null follows the chat, as do the next two
        languages text,
        silent integer check (silent in (0, 1)),
        paused integer not null check (paused in (0, 1)),
        position integer not null,          -- the chat's own order
        row_version integer not null,       -- grows with every change; compare and swap
        foreign key (bot, chat) references chats (bot, chat),
        unique (bot, chat, thread, query)
    ) strict
    """,
    "create index subscriptions_due on subscriptions (bot, next_due) where paused = 0",
    """
    create index subscriptions_as_announced on subscriptions (bot, cursor)
        where paused = 0 and next_due is null
    """,
    "create index subscriptions_by_query on subscriptions (bot, query)",
    # The words that a button stands for, since a button carries integers only. The kind tells our
    # own record of stopped topics from a person's words, which may look the same. autoincrement:
    # an old button never reaches newer words.
    """
    create table button_payloads (
        key integer primary key autoincrement,
        bot integer not null,
        chat integer not null,
        kind text not null check (kind in ('words', 'topics')),
        text text not null,
        updated_at integer not null,        -- when it was last shown
        unique (bot, chat, kind, text)
    ) strict
    """,
    # What somebody was asked: the next words of that person are the answer.
    """
    create table pending_questions (
        bot integer not null,
        chat integer not null,
        person integer not null,
        verb text not null,
        first_argument integer not null,
        second_argument integer not null,
        created_at integer not null,
        -- Whoever manages a channel is asked in private; 0 is the chat of the question itself.
        about_chat integer not null default 0,
        primary key (bot, chat, person)
    ) strict, without rowid
    """,
    """
    create table bans (
        bot integer not null,
        target integer not null,            -- a person (and their chat), a group, a channel
        created_at integer not null,
        notified integer not null check (notified in (0, 1)),  -- they were told once
        primary key (bot, target)
    ) strict, without rowid
    """,
    """
    create table topic_quotas (
        bot integer not null,
        chat integer not null,
        quota integer not null,             -- how many topics it may follow
        primary key (bot, chat)
    ) strict, without rowid
    """,
    # ------------------------------------------------------------------------ digests
    # What was issued, so that it renders to the same bytes for ever.
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
        issued_at integer not null,
        first_day text,
        last_day text,
        announced_count integer not null,   -- papers announced in the period
        imported integer not null check (imported in (0, 1)),
        revision integer not null,          -- the newest one
        -- JSON: how many of each kind matched and have no row in entries
        unstored_kinds text not null default '{}',
        languages text not null default '[]'  -- it was written in; [] where that was not noted
    ) strict
    """,
    # Once per occasion; '' is an occasion of its own each time.
    """
    create unique index digests_unique_period on digests (bot, chat, subscription, period)
        where period <> ''
    """,
    "create index digests_by_chat on digests (bot, chat, number)",
    # Which digests lack a summary by now is asked every minute, of the last day's.
    "create index digests_by_issued_at on digests (bot, issued_at) where imported = 0",
    """
    create index digests_topicless on digests (issued_at)
        where subscription = 0 and imported = 0
    """,
    # The imported documents that must come back byte for byte.
    """
    create table digest_documents (
        digest integer primary key references digests (number),
        content blob not null               -- UTF-8, compressed by zlib
    ) strict
    """,
    """
    create table entries (
        digest integer not null references digests (number),
        position integer not null,          -- from 1, shown ones first
        shown integer not null check (shown in (0, 1)),  -- 0: matched but left out
        paper integer not null,
        version integer not null,
        partial integer not null,
        kind text not null,
        reasons text not null,              -- JSON list of [field, word]
        other_topics text not null,         -- JSON list: other topics that found it
        verbatim text,                      -- JSON list of an imported entry's 7 fields
        primary key (digest, position),
        foreign key (paper, version, partial) references versions (paper, version, partial)
    ) strict
    """,
    # Which summaries each revision shows. A late summary makes the next revision; the earlier one
    # keeps its rows, so both can be printed.
    """
    create table entry_summaries (
        digest integer not null,
        revision integer not null,
        entry_position integer not null,
        summary_position integer not null,
        summary integer not null references summaries (key),
        primary key (digest, revision, entry_position, summary_position),
        foreign key (digest, entry_position) references entries (digest, position)
    ) strict, without rowid
    """,
    # What a chat has received or is about to: the promise "never twice". One row a version, so that
    # releasing an undelivered update leaves the delivered original.
    """
    create table receipts (
        bot integer not null,
        chat integer not null,
        paper integer not null,
        version integer not null,
        state text not null check (state in ('reserved', 'sent')),
        digest integer not null,
        position integer not null,          -- of the entry, to find its message
        since integer not null,             -- when reserved or sent; old rows are deleted
        primary key (bot, chat, paper, version)
    ) strict, without rowid
    """,
    "create index receipts_by_digest on receipts (digest, position)",
    # ------------------------------------------------------------------------ messages
    # Every message to be sent, until its outcome is known.
    """
    create table outbox_messages (
        key integer primary key autoincrement,
        bot integer not null,
        chat integer not null,
        thread integer not null,
        period text not null,               -- names topic and occasion
        part integer not null,
        fallback_part integer not null,     -- over 0: made when a rich part was refused
        revision integer not null,          -- over 1: an edit of a message already sent
        edited_message_id integer not null, -- that message's id, 0 for a new message
        digest integer not null,
        first_entry integer not null,
        last_entry integer not null,
        form text not null,                 -- form, languages and zone as at issue
        language text not null,
        languages text not null,
        zone text not null,
        notice text,                        -- JSON; emptied once it was sent
        silent integer not null check (silent in (0, 1)),
        state text not null
            check (state in ('ready', 'sending', 'sent', 'unknown', 'dead', 'dropped')),
        -- A chat receives its messages in order of (queue_position, fallback_part): fallback parts
        -- take the position of the part that they replace.
        queue_position integer not null,
        attempts integer not null,          -- failures that count
        unknown_sends integer not null,     -- sends whose outcome nobody knows
        fencing_token integer not null,     -- grows with every claim
        holder text not null,               -- who claimed it, '' when free
        lease_until integer not null,       -- 0 when free
        next_at integer not null,           -- not before
        settled_at integer,
        message_id integer not null,        -- Telegram's id once sent
        error text not null,
        -- Replies leave before what is due to many, and edits after both.
        priority integer not null default 1,
        expires_at integer,                 -- null: never
        reply_content text,                 -- last, for it may be long
        unique (bot, chat, period, part, fallback_part, revision)
    ) strict
    """,
    # The two states in motion are few; the indexes hold only them, however many have been sent.
    """
    create index outbox_messages_ready
        on outbox_messages (bot, priority, next_at, queue_position, fallback_part)
        where state = 'ready'
    """,
    """
    create index outbox_messages_sending on outbox_messages (bot, lease_until)
        where state = 'sending'
    """,
    """
    create index outbox_messages_in_order
        on outbox_messages (bot, chat, queue_position, fallback_part)
        where state in ('ready', 'sending')
    """,
    "create index outbox_messages_by_queue_position on outbox_messages (queue_position)",
    # A message may be settled long after others that were queued with it (by hand, or with a chat
    # that came back), so the order of the keys does not tell which are old.
    "create index outbox_messages_by_state on outbox_messages (bot, state, settled_at)",
    "create index outbox_messages_by_digest on outbox_messages (digest)",
    # Replies are many and soon of no use; this finds the old ones among all else.
    """
    create index outbox_replies_by_settlement on outbox_messages (bot, settled_at)
        where priority < 0
    """,
    # Flood control outlives a restart; chat 0 holds everybody. Our own gap between two digests of a
    # chat holds no reply; only Telegram's word does.
    """
    create table chat_holds (
        bot integer not null,
        chat integer not null,
        held_until integer not null,
        held_by_telegram_until integer not null default 0,
        primary key (bot, chat)
    ) strict, without rowid
    """,
    # Every update that came in, once.
    """
    create table inbox_updates (
        -- The order of arrival. Telegram's ids may begin anew after a quiet week, so neither the
        -- order nor the last one can be told from them.
        key integer primary key autoincrement,
        bot integer not null,
        id integer not null,
        chat integer not null,              -- 0: none, or erased
        body text not null,                 -- JSON; emptied once applied
        state text not null check (state in ('pending', 'applied', 'failed')),
        attempts integer not null,          -- begun; tells the update that kills us
        error text not null,
        follow_up text not null default '', -- JSON; what is still to be fetched for it
        unique (bot, id)
    ) strict
    """,
    """
    create index inbox_updates_pending on inbox_updates (bot, chat, key) where state = 'pending'
    """,
    # How many updates nobody could read; their rows are deleted after a while.
    """
    create table unreadable_updates (
        bot integer primary key,
        count integer not null,
        last_at integer not null            -- when the last of them was set aside
    ) strict
    """,
    # ------------------------------------------------------------------------ feeds
    # How far each source was read.
    """
    create table feed_cursors (
        source text primary key,
        etag text not null,
        resumption_token text not null,     -- of OAI-PMH
        last_day text,                      -- arXiv day of the last non-empty batch
        batch_fingerprint text not null,    -- of that batch's ids
        checked_at integer
    ) strict, without rowid
    """,
    """
    create table feed_health (
        feed text primary key,
        status text not null,               -- of the last answer
        since integer not null,             -- of the first answer in a row with it
        truncated_day text                  -- the last day of which arXiv left papers out
    ) strict, without rowid
    """,
    # Missed feed days to be fetched from arXiv's archive. A row stays when it is done: the same
    # question is not asked again.
    """
    create table backfills (
        set_spec text not null,             -- of OAI-PMH, '' is all of arXiv
        first_day text not null,            -- feed days, both ends included
        last_day text not null,
        feeds text not null,                -- JSON list of the feeds that missed them
        resumption_token text not null,     -- leads to the next page; a day old at most
        pages integer not null,
        first_page_at integer,              -- when the first page was answered
        created_at integer not null,
        done_at integer,
        primary key (set_spec, first_day, last_day, feeds)
    ) strict, without rowid
    """,
    # Papers whose announcements could not be read, until they are stored. A row stays when it is
    # done: the feed shows the same item all day.
    """
    create table missing_papers (
        feed text not null,
        id text not null,                   -- of arXiv, '' where the item did not tell it
        first_day text not null,            -- feed days, both ends included
        last_day text not null,
        version integer not null,           -- 0: not known
        kind text,                          -- null: the paper's history tells it
        noted_at integer not null,
        attempts integer not null,
        last_requested_at integer,          -- when arXiv last answered without it
        done_at integer,
        primary key (feed, id, last_day)
    ) strict, without rowid
    """,
    "create index missing_papers_open on missing_papers (noted_at) where done_at is null",
    # ------------------------------------------------------------------------ operations
    # Who leads which work. A released lease keeps its row: the fencing token must go on growing.
    """
    create table leases (
        name text primary key,
        holder text not null,
        expires_at integer not null,
        fencing_token integer not null
    ) strict, without rowid
    """,
    # What the operator was notified of.
    """
    create table incidents (
        name text primary key,
        notice text not null,               -- JSON
        notified_at integer not null,
        resolved_at integer                 -- when the operator was told that it is over
    ) strict, without rowid
    """,
)
