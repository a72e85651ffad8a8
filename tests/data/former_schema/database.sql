-- A database as it was before its tables and columns got their present names.
begin;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE TABLE papers (
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
        ) strict;
CREATE TABLE versions (
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
        ) strict;
CREATE TABLE announcements (
            seq integer primary key autoincrement,
            paper integer not null references papers (key),
            version integer not null,
            feed text not null,
            kind text not null,                 -- the feed's word: new, cross, replace, ...
            day text not null,                  -- arXiv day, a date in US Eastern
            unique (paper, version, feed, day)  -- each announcement once
        ) strict;
CREATE TABLE glosses (
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
        ) strict;
CREATE TABLE index_state (
            mark text not null,
            upto integer not null,
            until integer not null
        ) strict;
CREATE VIRTUAL TABLE paper_index using fts5 (
            title, abstract, authors, categories, id, gloss,
            tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\]^_`{|}~'"
        );
CREATE TABLE subscribers (
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
            bounced text, times text not null default '["08:00:00"]', weekdays text not null default '[]', quiet text not null default 'silence',                       -- the last day that counted
            primary key (bot, chat)
        ) strict, without rowid;
CREATE TABLE people (
            bot integer not null,
            person integer not null,
            name text not null,
            language text not null, tells_versions integer not null default 1
            check (tells_versions in (0, 1)),
            primary key (bot, person)
        ) strict, without rowid;
CREATE TABLE library (
            bot integer not null,
            person integer not null,
            paper integer not null references papers (key),
            saved integer not null, version integer not null default 0,
            primary key (bot, person, paper)
        ) strict, without rowid;
CREATE TABLE subscriptions (
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
        ) strict;
CREATE TABLE digests (
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
        , beyond text not null default '{}', languages text not null default '[]') strict;
CREATE TABLE entries (
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
        ) strict;
CREATE TABLE entry_glosses (
            digest integer not null,
            revision integer not null,
            place integer not null,
            position integer not null,
            gloss integer not null references glosses (key),
            primary key (digest, revision, place, position),
            foreign key (digest, place) references entries (digest, place)
        ) strict, without rowid;
CREATE TABLE ledger (
            bot integer not null,
            chat integer not null,
            paper integer not null,
            version integer not null,
            state text not null check (state in ('reserved', 'sent')),
            digest integer not null,
            place integer not null,             -- of the entry, to find its parcel
            since integer not null,             -- when reserved or sent; old rows are retired
            primary key (bot, chat, paper, version)
        ) strict, without rowid;
CREATE TABLE parcels (
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
            error text not null, rank integer not null default 1, expires integer, content text,
            unique (bot, chat, period, part, piece, revision)
        ) strict;
CREATE TABLE holds (
            bot integer not null,
            chat integer not null,
            until integer not null, told integer not null default 0,
            primary key (bot, chat)
        ) strict, without rowid;
CREATE TABLE updates (
            -- The order of arrival. Telegram's ids may begin anew after a quiet week, so
            -- neither the order nor the last one can be told from them.
            key integer primary key autoincrement,
            bot integer not null,
            id integer not null,
            chat integer not null,              -- 0: none, or forgotten
            body text not null,                 -- JSON; emptied once applied
            state text not null check (state in ('pending', 'applied', 'failed')),
            attempts integer not null,          -- begun; tells the update that kills us
            error text not null, errand text not null default '',
            unique (bot, id)
        ) strict;
CREATE TABLE cursors (
            source text primary key,
            etag text not null,
            token text not null,                -- OAI-PMH resumption
            day text,                           -- arXiv day of the last non-empty batch
            batch text not null,                -- fingerprint of that batch's ids
            checked integer
        ) strict, without rowid;
CREATE TABLE leases (
            duty text primary key,
            holder text not null,
            until integer not null,
            fence integer not null
        ) strict, without rowid;
CREATE TABLE answers (
            feed text primary key,
            condition text not null,            -- of the last answer
            since integer not null,             -- of the first answer in a row with it
            cut text                            -- the last day of which arXiv left papers out
        ) strict, without rowid;
CREATE TABLE harvests (
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
        ) strict, without rowid;
CREATE TABLE troubles (
            name text primary key,
            notice text not null,               -- JSON
            told integer not null,
            healed integer                      -- when the operator was told that it is over
        ) strict, without rowid;
CREATE TABLE asks (
            bot integer not null,
            chat integer not null,
            person integer not null,
            verb text not null,
            first integer not null,
            second integer not null,
            made integer not null, about integer not null default 0,
            primary key (bot, chat, person)
        ) strict, without rowid;
CREATE TABLE bans (
            bot integer not null,
            who integer not null,               -- a person (and their chat), a group, a channel
            made integer not null,
            told integer not null check (told in (0, 1)),  -- they heard it once
            primary key (bot, who)
        ) strict, without rowid;
CREATE TABLE allowances (
            bot integer not null,
            chat integer not null,
            topics integer not null,            -- it may follow at most
            primary key (bot, chat)
        ) strict, without rowid;
CREATE TABLE notes (
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
        ) strict;
CREATE TABLE spending (
            day text not null,                  -- in UTC
            model text not null,
            calls integer not null,
            asked integer not null,             -- tokens
            answered integer not null,
            money integer not null,             -- millionths
            unused integer not null,            -- paid answers that failed the checks
            primary key (day, model)
        ) strict, without rowid;
CREATE TABLE "commissions" (
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
        ) strict;
CREATE TABLE "drafts" (
            key integer primary key autoincrement,
            bot integer not null,
            chat integer not null,
            kind text not null check (kind in ('words', 'topics')),
            words text not null,
            made integer not null,
            unique (bot, chat, kind, words)
        ) strict;
CREATE TABLE unreadable (
            bot integer primary key,
            updates integer not null,
            last integer not null               -- when the last of them was set aside
        ) strict;
CREATE TABLE outstanding (
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
        ) strict, without rowid;
CREATE TABLE documents (
            digest integer primary key references digests (number),
            content blob not null               -- UTF-8, compressed by zlib
        ) strict;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX announcements_by_day on announcements (day, seq);
CREATE INDEX glosses_by_day on glosses (made);
CREATE INDEX subscriptions_due on subscriptions (bot, next_due) where paused = 0;
CREATE INDEX subscriptions_at_once on subscriptions (bot, cursor)
            where paused = 0 and next_due is null;
CREATE INDEX subscriptions_by_query on subscriptions (bot, query);
CREATE UNIQUE INDEX digests_once on digests (bot, chat, subscription, period)
            where period <> '';
CREATE INDEX digests_by_chat on digests (bot, chat, number);
CREATE INDEX ledger_by_digest on ledger (digest, place);
CREATE INDEX parcels_sending on parcels (bot, lease_until) where state = 'sending';
CREATE INDEX parcels_in_order on parcels (bot, chat, turn, piece)
            where state in ('ready', 'sending');
CREATE INDEX parcels_turn on parcels (turn);
CREATE INDEX parcels_by_digest on parcels (digest);
CREATE INDEX updates_pending on updates (bot, chat, key) where state = 'pending';
CREATE INDEX announcements_by_feed on announcements (feed, day);
CREATE INDEX parcels_ready on parcels (bot, rank, next_at, turn, piece)
            where state = 'ready';
CREATE INDEX parcels_by_state on parcels (bot, state, settled);
CREATE INDEX digests_by_issue on digests (bot, issued) where imported = 0;
CREATE INDEX commissions_by_need on commissions (wanted, key) where next_at is not null;
CREATE INDEX digests_topicless on digests (issued)
            where subscription = 0 and imported = 0;
CREATE INDEX parcels_answered on parcels (bot, settled) where rank < 0;
CREATE INDEX outstanding_open on outstanding (noted) where done is null;
insert into _sqlite_migrations values
(1, 'papergram', 'papers', '2026-11-30 16:59:27.507784+00:00'),
(2, 'papergram', 'glosses', '2026-11-30 16:59:27.508182+00:00'),
(3, 'papergram', 'paper_index', '2026-11-30 16:59:27.508929+00:00'),
(4, 'papergram', 'subscribers', '2026-11-30 16:59:27.509469+00:00'),
(5, 'papergram', 'subscriptions', '2026-11-30 16:59:27.510211+00:00'),
(6, 'papergram', 'digests', '2026-11-30 16:59:27.511074+00:00'),
(7, 'papergram', 'delivery', '2026-11-30 16:59:27.513626+00:00'),
(8, 'papergram', 'duties', '2026-11-30 16:59:27.514209+00:00'),
(9, 'papergram', 'drafts', '2026-11-30 16:59:27.514551+00:00'),
(10, 'papergram', 'chosen_times', '2026-11-30 16:59:27.516785+00:00'),
(11, 'papergram', 'repairs', '2026-11-30 16:59:27.517361+00:00'),
(12, 'papergram', 'asks', '2026-11-30 16:59:27.517680+00:00'),
(13, 'papergram', 'library_versions', '2026-11-30 16:59:27.518910+00:00'),
(14, 'papergram', 'rulings', '2026-11-30 16:59:27.520006+00:00'),
(15, 'papergram', 'models', '2026-11-30 16:59:27.520713+00:00'),
(16, 'papergram', 'ranks', '2026-11-30 16:59:27.521712+00:00'),
(17, 'papergram', 'recent', '2026-11-30 16:59:27.524703+00:00'),
(18, 'papergram', 'commission_fences', '2026-11-30 16:59:27.528797+00:00'),
(19, 'papergram', 'dead_letters', '2026-11-30 16:59:27.529169+00:00'),
(20, 'papergram', 'draft_kinds', '2026-11-30 16:59:27.530920+00:00'),
(21, 'papergram', 'topicless_digests', '2026-11-30 16:59:27.531685+00:00'),
(22, 'papergram', 'unreadable_updates', '2026-11-30 16:59:27.532298+00:00'),
(23, 'papergram', 'stored_answers', '2026-11-30 16:59:27.535256+00:00'),
(24, 'papergram', 'outstanding_papers', '2026-11-30 16:59:27.535659+00:00'),
(25, 'papergram', 'digest_documents', '2026-11-30 16:59:27.537016+00:00');
insert into papers values
(1, 'arxiv:2611.90001', 1, 0, 20777000001, 1795161600000000),
(2, 'arxiv:2611.90002', 3, 1, 20776000001, 1795161600000000),
(3, 'arxiv:2611.90003', 1, 0, 20775000001, 1795161600000000),
(4, 'arxiv:2611.90004', 3, 0, 20777000002, 1795161600000000),
(5, 'arxiv:2611.90005', 1, 0, 20776000002, 1795161600000000),
(6, 'arxiv:2611.90006', 1, 0, 20775000002, 1795161600000000),
(7, 'arxiv:2611.90007', 1, 0, 20777000003, 1795161600000000),
(8, 'arxiv:2611.90008', 1, 0, 20776000003, 1795161600000000),
(9, 'arxiv:2611.90009', 1, 0, 20775000003, 1795161600000000),
(10, 'arxiv:2611.90010', 1, 0, 20777000004, 1795161600000000),
(11, 'arxiv:2611.90011', 1, 0, 20776000004, 1795161600000000),
(12, 'arxiv:2611.90012', 1, 0, 20775000004, 1795161600000000),
(13, 'arxiv:2611.90020', 1, 0, 20777000005, 1795168800000000),
(14, 'doi:10.1101/2026.01.01.1', 0, 1, 20777000006, 1795168800000000),
(15, 'arxiv:2611.90021', 1, 0, 20777000007, 1795168800000000);
insert into versions values
(1, 1, 0, 'Diffusion 1: $L^{2}$ bounds for \''Etale models', 'We train model 1 on robots. It works in 1 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.CV", "cs.LG"]', 'https://arxiv.org/abs/2611.90001', 1795125600000000, NULL, '1 pages', '', '', 'CC BY 4.0', 1795161600000000),
(2, 1, 0, 'Diffusion 2: $L^{2}$ bounds for \''Etale models', 'We train model 2 on robots. It works in 2 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90002', 1795125600000000, NULL, '2 pages', 'J. Boats 7', '', 'CC BY 4.0', 1795161600000000),
(3, 1, 0, 'Diffusion 3: $L^{2}$ bounds for \''Etale models', 'We train model 3 on robots. It works in 3 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.CV", "cs.LG"]', 'https://arxiv.org/abs/2611.90003', 1795125600000000, NULL, '3 pages', '', '10.1000/x', 'CC BY 4.0', 1795161600000000),
(4, 1, 0, 'Diffusion 4: $L^{2}$ bounds for \''Etale models', 'We train model 4 on robots. It works in 4 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90004', 1795125600000000, NULL, '4 pages', '', '', 'CC BY 4.0', 1795161600000000),
(5, 1, 0, 'Diffusion 5: $L^{2}$ bounds for \''Etale models', 'We train model 5 on robots. It works in 5 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.CV", "cs.LG"]', 'https://arxiv.org/abs/2611.90005', 1795125600000000, NULL, '5 pages', '', '', 'CC BY 4.0', 1795161600000000),
(6, 1, 0, 'Diffusion 6: $L^{2}$ bounds for \''Etale models', 'We train model 6 on robots. It works in 6 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90006', 1795125600000000, NULL, '6 pages', '', '', 'CC BY 4.0', 1795161600000000),
(7, 1, 0, 'Diffusion 7: $L^{2}$ bounds for \''Etale models', 'We train model 7 on robots. It works in 7 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.CV", "cs.LG"]', 'https://arxiv.org/abs/2611.90007', 1795125600000000, NULL, '7 pages', '', '', 'CC BY 4.0', 1795161600000000),
(8, 1, 0, 'Diffusion 8: $L^{2}$ bounds for \''Etale models', 'We train model 8 on robots. It works in 8 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90008', 1795125600000000, NULL, '8 pages', '', '', 'CC BY 4.0', 1795161600000000),
(9, 1, 0, 'Diffusion 9: $L^{2}$ bounds for \''Etale models', 'We train model 9 on robots. It works in 9 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.CV", "cs.LG"]', 'https://arxiv.org/abs/2611.90009', 1795125600000000, NULL, '9 pages', '', '', 'CC BY 4.0', 1795161600000000),
(10, 1, 0, 'Diffusion 10: $L^{2}$ bounds for \''Etale models', 'We train model 10 on robots. It works in 10 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90010', 1795125600000000, NULL, '10 pages', '', '', 'CC BY 4.0', 1795161600000000),
(11, 1, 0, 'Diffusion 11: $L^{2}$ bounds for \''Etale models', 'We train model 11 on robots. It works in 11 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.CV", "cs.LG"]', 'https://arxiv.org/abs/2611.90011', 1795125600000000, NULL, '11 pages', '', '', 'CC BY 4.0', 1795161600000000),
(12, 1, 0, 'Diffusion 12: $L^{2}$ bounds for \''Etale models', 'We train model 12 on robots. It works in 12 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90012', 1795125600000000, NULL, '12 pages', '', '', 'CC BY 4.0', 1795161600000000),
(2, 2, 0, 'Diffusion 2: $L^{2}$ bounds for \''Etale models', 'We train model 2 on robots. It works in 2 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90002', 1795125600000000, 1795143600000000, '2 pages', 'J. Boats 7', '', 'CC BY 4.0', 1795165200000000),
(4, 3, 0, 'Diffusion 4: $L^{2}$ bounds for \''Etale models', 'We train model 4 on robots. It works in 4 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90004', 1795125600000000, 1795143600000000, '4 pages', '', '', 'CC BY 4.0', 1795165200000000),
(13, 1, 1, 'Diffusion 20: $L^{2}$ bounds for \''Etale models', 'We train model 20 on robots. It works in 20 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90020', 1795125600000000, NULL, '20 pages', '', '', 'CC BY 4.0', 1795168800000000),
(14, 0, 1, 'A preprint', 'Short', '[]', '[]', '', NULL, NULL, '', '', '', '', 1795168800000000),
(15, 1, 0, 'Diffusion 21: $L^{2}$ bounds for \''Etale models', 'We train model 21 on robots. It works in 21 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.CV", "cs.LG"]', 'https://arxiv.org/abs/2611.90021', 1795125600000000, NULL, '21 pages', '', '', 'CC BY 4.0', 1795168800000000),
(13, 1, 0, 'Diffusion 20: $L^{2}$ bounds for \''Etale models', 'We train model 20 on robots. It works in 20 cases.', '["Ada Lovelace", "Jos\\''e de la Cruz", "李伟"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90020', 1795125600000000, NULL, '20 pages', '', '', 'CC BY 4.0', 1795172400000000),
(1, 1, 1, '$L^2$ Drift of Antr\`as Boats | A [Short] Study', 'Boats with a < b drift by $10^{-3}$ of it. We \emph{show} 5\% less.', '["Ana Prvić", "Jos\\''e Mar\\''ia de la Cruz", "Li Wei", "O. Ek", "U. Zwei"]', '["cs.RO", "physics.flu-dyn"]', 'https://arxiv.org/abs/2611.90001', NULL, NULL, '', '', '', '', 1795156200000000),
(2, 3, 1, 'Folding <b>Boldly</b> & Quietly', 'Paper boats drift. We measure how boat 2 drifts, and it drifts east.', '[]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90002', NULL, NULL, '', '', '', '', 1795156200000000),
(3, 1, 1, 'Paper 3 on the Motion of Paper Boats', 'Paper boats drift. We measure how boat 3 drifts, and it drifts east.', '["Ana Prvić"]', '["cs.RO"]', 'https://arxiv.org/abs/2611.90003', NULL, NULL, '', '', '', '', 1795156200000000),
(2, 1, 1, 'Fog Models: Attending to <mist> | Part Two', 'Mist has been neglected. We attend to it \\emph{closely}, and the fog lifts in', '[]', '[]', 'https://arxiv.org/abs/2611.90002', NULL, NULL, '', '', '', '', 1795132800000000);
insert into announcements values
(1, 1, 1, 'cs.LG', 'new', '2026-11-20'),
(2, 2, 1, 'cs.CV', 'new', '2026-11-19'),
(3, 3, 1, 'cs.LG', 'new', '2026-11-18'),
(4, 4, 1, 'cs.CV', 'new', '2026-11-20'),
(5, 5, 1, 'cs.LG', 'cross', '2026-11-19'),
(6, 6, 1, 'cs.CV', 'new', '2026-11-18'),
(7, 7, 1, 'cs.LG', 'new', '2026-11-20'),
(8, 8, 1, 'cs.CV', 'new', '2026-11-19'),
(9, 9, 1, 'cs.LG', 'new', '2026-11-18'),
(10, 10, 1, 'cs.CV', 'cross', '2026-11-20'),
(11, 11, 1, 'cs.LG', 'new', '2026-11-19'),
(12, 12, 1, 'cs.CV', 'new', '2026-11-18'),
(13, 2, 2, 'cs.CV', 'replace', '2026-11-20'),
(14, 4, 3, 'cs.LG', 'replace-cross', '2026-11-20');
insert into glosses values
(1, 1, 1, 'zh', '图像扩散模型 1', '本文训练了模型 1。', '我们训练模型。', 'model-x', '', 321, 1795161600000000),
(2, 1, 1, 'en', '', 'It works.', '', 'extractive', '', 0, 1795161600000000),
(3, 2, 1, 'zh', '图像扩散模型 2', '本文训练了模型 2。', '我们训练模型。', 'model-x', '', 321, 1795161600000000),
(4, 2, 1, 'en', '', 'It works.', '', 'extractive', '', 0, 1795161600000000),
(5, 3, 1, 'zh', '图像扩散模型 3', '本文训练了模型 3。', '我们训练模型。', 'model-x', '', 321, 1795161600000000),
(6, 3, 1, 'en', '', 'It works.', '', 'extractive', '', 0, 1795161600000000),
(7, 4, 1, 'zh', '图像扩散模型 4', '本文训练了模型 4。', '我们训练模型。', 'model-x', '', 321, 1795161600000000),
(8, 4, 1, 'en', '', 'It works.', '', 'extractive', '', 0, 1795161600000000),
(9, 5, 1, 'zh', '图像扩散模型 5', '本文训练了模型 5。', '我们训练模型。', 'model-x', '', 321, 1795161600000000),
(10, 5, 1, 'en', '', 'It works.', '', 'extractive', '', 0, 1795161600000000),
(11, 6, 1, 'zh', '图像扩散模型 6', '本文训练了模型 6。', '我们训练模型。', 'model-x', '', 321, 1795161600000000),
(12, 6, 1, 'en', '', 'It works.', '', 'extractive', '', 0, 1795161600000000),
(13, 1, 1, 'zh', '另一个', '本文训练了一个模型。', '我们训练模型。', 'model-y', '3', 0, 1795161600000000),
(14, 8, 1, 'de', 'Modelle', '本文训练了一个模型。', '我们训练模型。', 'import', '', 0, 1795161600000000),
(15, 3, 1, 'zh', '后来', '后来的话。', '我们训练模型。', 'model-z', '', 9, 1795161600000000),
(16, 1, 1, 'en', '$L^2$ Drift of Antr\`as Boats | A [Short] Study', 'We show 5\% less drift.', 'Boats with a < b drift by $10^{-3}$ of it. We \emph{show} 5\% less.', 'import', '', 0, 1795156200000000),
(17, 2, 3, 'en', 'Folding <b>Boldly</b> & Quietly', 'Folding can be quiet.', 'Paper boats drift. We measure how boat 2 drifts, and it drifts east.', 'import', '', 0, 1795156200000000),
(18, 3, 1, 'en', 'Paper 3 on the Motion of Paper Boats', 'We measure how boat 3 drifts.', 'Paper boats drift. We measure how boat 3 drifts, and it drifts east.', 'import', '', 0, 1795156200000000),
(19, 1, 1, 'zh', '水壶的曲率：以长壶嘴为例', '本文把水壶弯曲，直到能够测出它的曲率。', '我们弯曲一个水壶并测量其曲率。', 'import', '', 0, 1795132800000000),
(20, 2, 1, 'zh', '雾模型：关注薄雾 | 第二部', '本文提出关注薄雾的雾模型。', '薄雾一直被忽视。我们关注它。', 'import', '', 0, 1795132800000000);
insert into index_state values
('eb9fdad2138c', 0, 3);
insert into paper_index (rowid, title, abstract, authors, categories, id, gloss) values
(20775000001, 'diffus 3 l2 bound for etal model', 'we train model 3 on robot it work in 3 case', 'ada lovelac jose de la cruz 李 伟', 'cs.CV cs.LG', 'arxiv:2611.90003 2611.90003', 'paper 3 on the motion of paper boat we measur how boat 3 drift paper boat drift we measur how boat 3 drift and it drift east 后 来 后 来 的 话 我 们 训 练 模 型'),
(20775000002, 'diffus 6 l2 bound for etal model', 'we train model 6 on robot it work in 6 case', 'ada lovelac jose de la cruz 李 伟', 'cs.RO', 'arxiv:2611.90006 2611.90006', '图 像 扩 散 模 型 6 本 文 训 练 了 模 型 6 我 们 训 练 模 型'),
(20775000003, 'diffus 9 l2 bound for etal model', 'we train model 9 on robot it work in 9 case', 'ada lovelac jose de la cruz 李 伟', 'cs.CV cs.LG', 'arxiv:2611.90009 2611.90009', ''),
(20775000004, 'diffus 12 l2 bound for etal model', 'we train model 12 on robot it work in 12 case', 'ada lovelac jose de la cruz 李 伟', 'cs.RO', 'arxiv:2611.90012 2611.90012', ''),
(20776000001, 'fold b bold b quiet', 'paper boat drift we measur how boat 2 drift and it drift east', '', 'cs.RO', 'arxiv:2611.90002 2611.90002', 'fold b bold b quiet fold can be quiet paper boat drift we measur how boat 2 drift and it drift east 图 像 扩 散 模 型 2 本 文 训 练 了 模 型 2 我 们 训 练 模 型'),
(20776000002, 'diffus 5 l2 bound for etal model', 'we train model 5 on robot it work in 5 case', 'ada lovelac jose de la cruz 李 伟', 'cs.CV cs.LG', 'arxiv:2611.90005 2611.90005', '图 像 扩 散 模 型 5 本 文 训 练 了 模 型 5 我 们 训 练 模 型'),
(20776000003, 'diffus 8 l2 bound for etal model', 'we train model 8 on robot it work in 8 case', 'ada lovelac jose de la cruz 李 伟', 'cs.RO', 'arxiv:2611.90008 2611.90008', 'modell 本 文 训 练 了 一 个 模 型 我 们 训 练 模 型'),
(20776000004, 'diffus 11 l2 bound for etal model', 'we train model 11 on robot it work in 11 case', 'ada lovelac jose de la cruz 李 伟', 'cs.CV cs.LG', 'arxiv:2611.90011 2611.90011', ''),
(20777000001, 'diffus 1 l2 bound for etal model', 'we train model 1 on robot it work in 1 case', 'ada lovelac jose de la cruz 李 伟', 'cs.CV cs.LG', 'arxiv:2611.90001 2611.90001', 'l2 drift of antra boat a short studi we show 5 less drift boat with a b drift by 10 3 of it we show 5 less 另 一 个 本 文 训 练 了 一 个 模 型 我 们 训 练 模 型'),
(20777000002, 'diffus 4 l2 bound for etal model', 'we train model 4 on robot it work in 4 case', 'ada lovelac jose de la cruz 李 伟', 'cs.RO', 'arxiv:2611.90004 2611.90004', '图 像 扩 散 模 型 4 本 文 训 练 了 模 型 4 我 们 训 练 模 型'),
(20777000003, 'diffus 7 l2 bound for etal model', 'we train model 7 on robot it work in 7 case', 'ada lovelac jose de la cruz 李 伟', 'cs.CV cs.LG', 'arxiv:2611.90007 2611.90007', ''),
(20777000004, 'diffus 10 l2 bound for etal model', 'we train model 10 on robot it work in 10 case', 'ada lovelac jose de la cruz 李 伟', 'cs.RO', 'arxiv:2611.90010 2611.90010', ''),
(20777000005, 'diffus 20 l2 bound for etal model', 'we train model 20 on robot it work in 20 case', 'ada lovelac jose de la cruz 李 伟', 'cs.RO', 'arxiv:2611.90020 2611.90020', ''),
(20777000006, 'a preprint', 'short', '', '', 'doi:10.1101/2026.01.01.1 10.1101/2026.01.01.1', ''),
(20777000007, 'diffus 21 l2 bound for etal model', 'we train model 21 on robot it work in 21 case', 'ada lovelac jose de la cruz 李 伟', 'cs.CV cs.LG', 'arxiv:2611.90021 2611.90021', '');
insert into subscribers values
(7000000001, -1001234567890, 'supergroup', 'Group <&>', 'zh', '["zh", "en"]', 'Asia/Shanghai', 'rich', 1, 1, 1, '', NULL, 0, NULL, '["08:00:00", "18:30:00"]', '[0, 2, 4]', 'notice'),
(7000000001, -1009, 'channel', 'Channel', 'en', '["en"]', 'UTC', 'classic', 0, 0, 0, '', NULL, 1, '2026-11-20', '[]', '[]', 'silence'),
(7000000001, 42, 'private', 'Ada', 'en', '["en"]', 'Europe/Berlin', 'classic', 0, 0, 1, '', NULL, 0, NULL, '["08:00:00"]', '[]', 'silence'),
(7000000001, 43, 'private', 'Bob', 'en', '["en"]', 'UTC', 'classic', 0, 0, 0, 'blocked', '2026-12-24', 0, NULL, '["08:00:00"]', '[]', 'silence');
insert into people values
(7000000001, 42, 'Ada', 'de', 1),
(7000000001, 77, 'Eve', '', 0);
insert into library values
(7000000001, 42, 2, 1795161600000000, 2),
(7000000001, 42, 5, 1795165200000000, 1),
(7000000001, 77, 3, 1795161600000000, 1);
insert into subscriptions values
(1, 7000000001, -1001234567890, 0, 'diffusion', 'Diffusion', '["08:00:00"]', '[]', 'silence', 'Europe/Berlin', 7, 1795248000000000, 12, '["cross", "new"]', NULL, NULL, NULL, 0, 0, 1),
(2, 7000000001, -1001234567890, 5, 'cat:cs.RO', 'Cat:Cs.Ro', '["08:00:00"]', '[]', 'silence', 'Europe/Berlin', 0, 1795161600000000, 3, '["replace"]', 'rich', '["en"]', 1, 0, 1, 1),
(3, 7000000001, 42, 0, 'robots', 'Robots', '[]', '[]', 'notice', 'Europe/Berlin', 0, NULL, 12, '["cross", "new"]', NULL, NULL, NULL, 0, 0, 0),
(4, 7000000001, -1009, 0, 'survey', 'Survey', '["08:00:00"]', '[]', 'silence', 'Europe/Berlin', 0, NULL, 12, '["cross", "new"]', NULL, NULL, NULL, 1, 0, 1);
insert into digests values
(1, 7000000001, -1001234567890, 0, 1, 'Diffusion & more', 'diffusion', '1/2026-11-20', 1795161600000000, '2026-11-19', '2026-11-20', 14, 0, 2, '{}', '["zh", "en"]'),
(2, 7000000001, 42, 0, 3, 'Diffusion & more', 'diffusion', '3/2026-11-20', 1795165200000000, '2026-11-19', '2026-11-20', 14, 0, 1, '{}', '["en"]'),
(3, 7000000001, 42, 0, 0, 'words', 'words', 'today/1', 1795168800000000, '2026-11-19', '2026-11-20', 14, 0, 1, '{"new": 2, "cross": 1}', '["en", "zh"]'),
(4, 7000000001, -1009, 0, 4, 'Diffusion & more', 'diffusion', '4/2026-11-20', 1795161600000000, '2026-11-19', '2026-11-20', 14, 0, 1, '{}', '["zh", "en"]'),
(5, 7000000001, 43, 0, 1, 'Diffusion & more', 'diffusion', '', 1793721600000000, '2026-11-19', '2026-11-20', 14, 0, 1, '{}', '["zh", "en"]'),
(6, 0, 0, 0, 0, 'paper boats', 'paper boats', 'import/paper boats/2026-11-20T06:30Z/7fb36c620eaba593', 1795156200000000, '2026-11-19', '2026-11-20', 412, 0, 1, '{"new": 1}', '["en"]'),
(7, 0, 0, 0, 0, 'cs.CV', 'cs.CV', 'import/cs.CV/2026-11-20T00:00Z/e9041b1d17ba2a85', 1795132800000000, NULL, NULL, 0, 1, 1, '{}', '[]');
insert into entries values
(1, 1, 1, 1, 1, 0, 'new', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '[]', NULL),
(1, 2, 1, 2, 1, 0, 'new', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '[]', NULL),
(1, 3, 1, 3, 1, 0, 'new', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '[]', NULL),
(1, 4, 1, 4, 1, 0, 'new', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '[]', NULL),
(1, 5, 0, 5, 1, 0, 'cross', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '["Robots"]', NULL),
(1, 6, 0, 6, 1, 0, 'cross', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '["Robots"]', NULL),
(1, 7, 0, 7, 1, 0, 'cross', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '["Robots"]', NULL),
(2, 1, 1, 8, 1, 0, 'new', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '[]', NULL),
(2, 2, 1, 9, 1, 0, 'new', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '[]', NULL),
(3, 1, 1, 10, 1, 0, 'new', '[["ti", "diffusion"], ["cat", "cs.CV"]]', '["A", "B"]', NULL),
(6, 1, 1, 1, 1, 1, 'new', '[]', '[]', NULL),
(6, 2, 1, 2, 3, 1, 'replace-cross', '[]', '[]', NULL),
(6, 3, 1, 3, 1, 1, 'cross', '[]', '[]', NULL),
(7, 1, 1, 1, 1, 1, 'new', '[]', '[]', '["\u6c34\u58f6\u7684\u66f2\u7387\uff1a\u4ee5\u957f\u58f6\u5634\u4e3a\u4f8b", "Curvature of Kettles, with Applications to Long Spouts", "https://arxiv.org/abs/2611.90001", "\u672c\u6587\u628a\u6c34\u58f6\u5f2f\u66f2\uff0c\u76f4\u5230\u80fd\u591f\u6d4b\u51fa\u5b83\u7684\u66f2\u7387\u3002", "", "\u6211\u4eec\u5f2f\u66f2\u4e00\u4e2a\u6c34\u58f6\u5e76\u6d4b\u91cf\u5176\u66f2\u7387\u3002", "arXiv:2611.90001v1 Announce Type: new  Abstract: We bend a kettle until $a<b$ holds and measure its curvature. The spout is longer than an"]'),
(7, 2, 1, 2, 1, 1, 'new', '[]', '[]', '["\u96fe\u6a21\u578b\uff1a\u5173\u6ce8\u8584\u96fe | \u7b2c\u4e8c\u90e8", "Fog Models: Attending to <mist> | Part Two", "https://arxiv.org/abs/2611.90002", "\u672c\u6587\u63d0\u51fa\u5173\u6ce8\u8584\u96fe\u7684\u96fe\u6a21\u578b\u3002", "", "\u8584\u96fe\u4e00\u76f4\u88ab\u5ffd\u89c6\u3002\u6211\u4eec\u5173\u6ce8\u5b83\u3002", "arXiv:2611.90002v1 Announce Type: new  Abstract: Mist has been neglected. We attend to it \\\\emph{closely}, and the fog lifts in"]');
insert into entry_glosses values
(1, 1, 1, 0, 2),
(1, 1, 1, 1, 13),
(1, 1, 2, 0, 4),
(1, 1, 2, 1, 3),
(1, 1, 3, 0, 6),
(1, 1, 3, 1, 5),
(1, 1, 4, 0, 8),
(1, 1, 4, 1, 7),
(1, 1, 5, 0, 10),
(1, 1, 5, 1, 9),
(1, 1, 6, 0, 12),
(1, 1, 6, 1, 11),
(1, 2, 1, 0, 2),
(1, 2, 1, 1, 13),
(1, 2, 2, 0, 4),
(1, 2, 2, 1, 3),
(1, 2, 3, 0, 6),
(1, 2, 3, 1, 15),
(1, 2, 4, 0, 8),
(1, 2, 4, 1, 7),
(1, 2, 5, 0, 10),
(1, 2, 5, 1, 9),
(1, 2, 6, 0, 12),
(1, 2, 6, 1, 11),
(2, 1, 1, 0, 14),
(6, 1, 1, 0, 16),
(6, 1, 2, 0, 17),
(6, 1, 3, 0, 18),
(7, 1, 1, 0, 19),
(7, 1, 2, 0, 20);
insert into ledger values
(7000000001, -1001234567890, 1, 1, 'sent', 1, 1, 1795165200000000),
(7000000001, -1001234567890, 2, 1, 'sent', 1, 2, 1795165200000000),
(7000000001, -1001234567890, 3, 1, 'sent', 1, 3, 1795165200000000),
(7000000001, -1001234567890, 5, 1, 'sent', 1, 5, 1795161600000000),
(7000000001, 42, 8, 1, 'reserved', 2, 1, 1795165200000000),
(7000000001, 42, 9, 1, 'reserved', 2, 2, 1795165200000000);
insert into parcels values
(1, 7000000001, -1001234567890, 0, '1/2026-11-20', 1, 0, 1, 0, 1, 1, 2, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'sent', 1, 0, 0, 1, '', 0, 1795161600000000, 1795165200000000, 901, '', 1, NULL, NULL),
(2, 7000000001, -1001234567890, 0, '1/2026-11-20', 2, 0, 1, 0, 1, 3, 3, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'dropped', 2, 0, 0, 1, '', 0, 1795161600000000, 1795165200000000, 0, 'too long', 1, NULL, NULL),
(3, 7000000001, -1001234567890, 0, '1/2026-11-20', 3, 0, 1, 0, 1, 4, 4, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'dead', 3, 0, 0, 1, '', 0, 1795161600000000, 1795165200000000, 0, 'bad', 1, NULL, NULL),
(4, 7000000001, -1001234567890, 0, '1/2026-11-20', 2, 1, 1, 0, 1, 3, 3, 'classic', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'unknown', 2, 1, 1, 1, '', 0, 1795165200000000, 1795165200000000, 0, 'timeout', 1, NULL, NULL),
(5, 7000000001, 42, 0, '3/2026-11-20', 1, 0, 1, 0, 2, 1, 2, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'ready', 4, 1, 0, 1, '', 0, 1795165230000000, NULL, 0, '429', 0, NULL, NULL),
(6, 7000000001, -1009, 0, 'quiet/1', 1, 0, 1, 0, 0, 0, 0, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', '["start-hello", [["name", "Ada"], ["n", 3]]]', 0, 'sending', 5, 0, 0, 1, 'h:3', 1795165800000000, 0, NULL, 0, '', 1, NULL, NULL),
(7, 7000000001, -1001234567890, 0, '1/2026-11-20', 1, 0, 2, 901, 1, 1, 2, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'ready', 6, 0, 0, 0, '', 0, 1795161600000000, NULL, 0, '', 2, NULL, NULL),
(8, 7000000001, 42, 0, 'today/1', 1, 0, 1, 0, 3, 1, 1, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'ready', 7, 0, 0, 0, '', 0, 1795168800000000, NULL, 0, '', 1, NULL, NULL),
(9, 7000000001, 42, 0, 'answer/5', 1, 0, 1, 0, 0, 0, 0, 'classic', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'ready', 8, 0, 0, 2, 'h:5', 1795171500000000, 1795165200000000, NULL, 0, '', -1, 1795179600000000, '{"text": "hi"}'),
(10, 7000000001, 42, 0, 'answer/5', 2, 0, 1, 0, 0, 0, 0, 'classic', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'ready', 9, 0, 0, 1, 'h:4', 1795165260000000, 1795165200000000, NULL, 0, '', -1, 1795179600000000, '{"text": "hi"}'),
(11, 7000000001, 42, 0, 'answer/6', 1, 0, 1, 0, 0, 0, 0, 'classic', 'zh', '["zh", "en"]', 'Asia/Shanghai', NULL, 0, 'dropped', 10, 0, 0, 1, '', 0, 1795165200000000, 1795165500000000, 0, 'nobody waits for it any more', -1, 1795165200000000, NULL),
(12, 7000000001, 43, 0, 'alarm/1', 9, 0, 1, 0, 0, 0, 0, 'rich', 'zh', '["zh", "en"]', 'Asia/Shanghai', '["x", []]', 0, 'dropped', 11, 0, 0, 1, '', 0, 0, 1795165200000000, 0, 'blocked', 1, NULL, NULL);
insert into holds values
(7000000001, -1001234567890, 1795168800000000, 0),
(7000000001, 0, 1795165200000000, 1795165200000000);
insert into updates values
(1, 7000000001, 100, -1001234567890, '', 'applied', 1, '', ''),
(2, 7000000001, 101, 42, '{"update_id": 101, "text": "héllo"}', 'failed', 1, 'too many attempts', ''),
(3, 7000000001, 102, -1001234567890, '{}', 'pending', 1, '', '{"verb":"x"}'),
(4, 7000000001, 103, 42, '{"update_id": 103, "text": "héllo"}', 'pending', 0, '', ''),
(5, 7000000001, 104, -1001234567890, '{"update_id": 104, "text": "héllo"}', 'pending', 0, '', ''),
(6, 7000000001, 105, 42, '{"update_id": 105, "text": "héllo"}', 'pending', 0, '', ''),
(7, 7000000001, 200, 0, '', 'failed', 0, 'unreadable', '');
insert into cursors values
('oai', '', '', NULL, '', NULL),
('rss:cs.CV', '"etag"', 'tok|1', '2026-11-20', 'fp12', 1795161600000000);
insert into leases values
('ingest', 'host:2', 1795165800000000, 2),
('run', 'host:1', 1795161660000000, 1);
insert into answers values
('cs.CV', 'ok', 1795161600000000, '2026-11-20'),
('cs.LG', 'stale', 1795161600000000, NULL);
insert into harvests values
('', '2026-11-15', '2026-11-20', '["cs.CV", "cs.LG"]', '', 0, NULL, 1795161600000000, 1795165200000000),
('cs:cs:CV', '2026-11-15', '2026-11-20', '["cs.CV", "cs.LG"]', 't', 2, 1795161600000000, 1795161600000000, NULL);
insert into troubles values
('disk', '["trouble-disk", []]', 1795161600000000, 1795165200000000),
('feed:cs.CV', '["trouble-feed", [["feed", "cs.CV"]]]', 1795161600000000, NULL);
insert into asks values
(7000000001, -1001234567890, 77, 'zone', 0, 0, 1795161600000000, 0),
(7000000001, 42, 42, 'rename', 7, 8, 1795161600000000, -1001234567890);
insert into bans values
(7000000001, 666, 1795161600000000, 0),
(7000000001, 667, 1795161600000000, 1);
insert into allowances values
(7000000001, -1001234567890, 50);
insert into notes values
(1, 1, 'en', 'problem', 'method', 'result', 'limits', 'model-x', '2', 1795161600000000);
insert into spending values
('2026-11-20', 'model-x', 4, 1010, 202, 5000005, 1);
insert into commissions values
(1, 9, 1, 'zh', 1795190400000000, 1, 1795233600000000, 0, 'copy', 1),
(2, 10, 1, 'zh', 1795194000000000, 1, NULL, 0, 'numbers', 1),
(3, 11, 1, 'zh', 1795197600000000, 0, 0, 0, '', 0);
insert into drafts values
(1, 7000000001, 42, 'words', 'robots OR gan', 1795161600000000),
(2, 7000000001, 42, 'topics', '{"format":"papergram topics","topics":[]}', 1795165200000000);
insert into unreadable values
(7000000001, 1, 1795161600000000);
insert into outstanding values
('cs.CV', '2611.99999', '2026-11-20', '2026-11-20', 2, 'new', 1795161600000000, 2, 1795161600000000, 1795165200000000),
('cs.LG', '', '2026-11-19', '2026-11-20', 0, NULL, 1795161600000000, 0, NULL, NULL);
insert into documents values
(6, X'789C9D94DF52D34014C6EFF3149F63159D216DFE283334941910BC707040C0718606C64DB26D774C93B8BBA146CAB58FE4BDE38379366D6911B0C55C6C367B36E7CBF99D6FB3F5C4B651B082CBBE64C33612C1521EEB8E1740E785883B750C51CEB40AF0B5E4B2BABD24942A79D2F11C6FC3765DDB734E9D8DB6EFB41DE72C40CAB27EC9FA5C757816206195BAD9E86EB6E6EF0460599697594C995EB9A49DF29EEEB8B0ED6DEB294ECAE190C9CAB2C638E63D8C712A74CAE93E0D604C119BEAB835D25AF7C23DA7C76EE3E0C26B604F8A9E46DEC34EA665F89929EC9A12108EB183B07B32C8A50ECF71A2CBA43A7F31D0BA50ED568BC96FE2B299CB7E8B45AAE56DB86E73D3711CF72525FEC4A106F908AFC367F4C54A213112CDA9B6576BBFCDD344647D845BD1F62ECDD32ADC6A45DB788E0FA5E03A5D2EE519A9599A986588383582DE9D09F9B5D051DD151F79063DE0789F6B41532A7712A86B5DAAE54FCB1A72A64AC961AA338DA6BC756DCA68524BF6B8662255966510B7F16FC0F7F0B52CD03519BBCB50AFD28C5F3F5107DBF345B376598F191F995BAC9AC787EB2806951234EFA5A59D549989EC640C47F252FCFE11E05DAEC235E2C764B82618124E2EC61B597E0F7020888D0870D8C4FE97001F9B381B71B158CB038E58DC326132127A0046AE4034D983A842C3752EAE6CFFBA61200AEA2FA50BF9B0185C99A4D737599B9374C6626D2C35D863587BABB8F12E6BAF66ED9B51F2226531B7639953F933EA66B2F81DF7DA7971C3D1FC1F333B55F7D9D29BDA729D7E2009219B3E82F6E91B4A3E515AE5743C0694BFCA51BA0BCA9F9BF22EA0B90BFFB2D4C3A7F13F90F9CB91597F00095BDE73');
delete from sqlite_sequence;
insert into sqlite_sequence (name, seq) values
('commissions', 3),
('announcements', 14),
('subscriptions', 5),
('digests', 7),
('parcels', 12),
('updates', 7),
('drafts', 3);
commit;
