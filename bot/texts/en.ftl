# Every sentence that Papergram says in English. zh.ftl has the same keys and variables.

### Greeting

start-hello = Hello! I send you arXiv's new papers on your topics, every day at your time.
start-try = Pick a topic or type your own:
field-diffusion = Diffusion models
field-agents = LLM agents
field-robots = Robot manipulation and locomotion
field-quantum = Quantum error correction
start-back = Welcome back. { $topics ->
    [0] You follow no topic yet. Type a few words to begin.
    [one] You follow one topic. /list shows it, /digest brings what is new.
   *[other] You follow { $topics } topics. /list shows them, /digest brings what is new.
}
start-group = Hello! An administrator of this chat can add a topic: /sub and its words. /help shows the rest.
start-wordless = I read words only. Type a topic, for example diffusion model, or send the id or link of a paper; /help shows the rest.

help-title = What you can ask for
help-body =
    /sub diffusion -survey cat:cs.CV – follow a topic
    /list – your topics, and when they are due; a number opens one to change it
    /digest – what is new now; /digest 2 or /digest quantum error correction for one
    /unsub – stop a topic; /unsub_all stops all
    /pause, /resume – no digests for a while; /stop pauses too
    /export, /import – your topics as a file, and back
    /settings – time, zone, language, table or text
    /timezone Shanghai – your time zone
    /time 08:30 – the time of your digests
    /lang – English or Chinese
    /about – what this is; /forget – a copy of your data, and its deletion
help-papers-title = Papers
help-papers =
    /today – what the last announcement brought
    /search ti:attention – any stored paper
    /paper 2402.12844 – one paper by its id or link; any message with a link does the same
    /saved – the papers you saved with ☆
    /history – your earlier digests; /missed – what they left out
help-words-title = Words of a topic
help-words =
    diffusion segmentation – both words
    "image restoration" – a phrase
    "splatting video"~10 – near each other, in any order
    quant* – any word that begins so
    gan OR vae, (a OR b) c, -survey – or, groups, without
    ti:attention abs:robot au:"He, Kaiming" – title, abstract, author
    cs.CV, hep-th, math – categories

### Topics

sub-usage = Which topic? Pick one, or write its words behind the command, for example: /sub diffusion models
preview-title = { $topic }
preview-count = { $papers ->
    [0] No paper
    [one] One paper
   *[other] { $papers } papers
} in the last { $days ->
    [one] day
   *[other] { $days } days
}.
preview-about = About { $papers } papers in the last { $days ->
    [one] day
   *[other] { $days } days
}. Words with * and names are counted from a sample.
preview-at-least = At least { $papers } papers in the last { $days ->
    [one] day
   *[other] { $days } days
}. An update is being applied to the stored papers; ask again in a few minutes for all of them.
preview-partial = { $days ->
    [0] I hold no papers yet
    [one] I hold only one arXiv day so far
   *[other] I hold only { $days } arXiv days so far
}; the count will grow.
preview-many = That is a lot. Another word, a phrase or a category makes it fewer.
preview-author = No paper has these words. If { $name } is an author, follow the name:
button-follow-name = { $name } as an author
preview-none = It may be rare: subscribe and wait for the first one, or try fewer words.
preview-stored = Of all stored papers { $papers ->
    [one] one matches
   *[other] { $papers } match
}, so the topic is rare but not empty.
preview-stored-many = Of all stored papers { $papers } or more match, so the next ones will come.
suggestions = { $readings ->
    [one] Did you mean this?
   *[other] Did you mean one of these?
}
suggestion-recent = { $query } – { $papers ->
    [one] 1 paper a week
   *[other] { $papers } papers a week
}
suggestion-stored = { $query } – { $papers ->
    [one] 1 paper
   *[other] { $papers } papers
}
suggestion-stored-many = { $query } – { $papers }+ papers
suggestion-together = Near each other these words stand in { $papers ->
    [one] one of them
   *[other] { $papers } of them
}.
preview-examples = For example:
preview-chinese = arXiv papers are in English, and I do not know the English for all of these words. Send the English terms instead, for example: diffusion model
topic-unread = This bot does not read { $categories }, so the topic would stay silent. It reads, for example: { $read }
topic-unreadable = I can no longer read the words of your topic { $topic }: { $query }
    Open it with /list and press [Change words]. The papers since are kept for it.
topic-unreadable-paused = I can no longer read the words of your topic { $topic }: { $query }
    The topic is paused, and the papers since are kept for it. Open it with /list, press [Change words], then [Resume].
zone-without-summer = Your time zone is { $zone }, which has no summer time: for half of the year your digests may come an hour late. Where are you? Send /timezone and your city, for example: /timezone New York. Until then nothing changes.
preview-known = You follow this topic already. /digest brings what is new, /list shows your topics.
preview-gone = This preview is out of date. Send the words again.
preview-cancelled = Cancelled, nothing was changed. Type other words whenever you like.
preview-change = Send the words anew, for example: { $query }

subscribed = You follow { $topic }. Next digest: { $next } ({ $zone }).
subscribed-paused = You follow { $topic }. This chat is paused: /resume starts its digests again.
unsubscribed = You no longer follow { $topic }.
unsub-which = Which topic shall I stop?
unsub-more = For the others: /unsub and the number in /list.
unsub-none = You follow no topic. Type a few words to begin, for example: diffusion model
topic-unknown = You follow no topic { $given }. /list shows your topics.
topic-gone = This topic is no longer there. /list shows your topics.
topic-limit = You follow { $limit } topics, which is the limit. /unsub makes room.

list-title = { $topics ->
    [one] Your topic
   *[other] Your { $topics } topics
}
list-next = next: { $next }
list-announced = as soon as arXiv announces
list-paused = paused
list-zone = Times are for { $zone }.
list-thread = comes to another thread of this forum
list-none = You follow no topic yet. Pick one to begin, or type your own words.

### Digests by command

digest-none-yet = Nothing for { $topic } so far. Next digest: { $next } ({ $zone }).
digest-too-dear = { $topic } has gathered too much to be looked through while you wait. All of it comes with its next digest.
digest-none-again = Nothing new for { $topic } since your last digest; here it is again. Next: { $next } ({ $zone }).
digest-too-dear-topics = { $topics ->
    [one] One more topic has gathered too much to be looked through now. All of it comes with its next digest; /digest { $number } in a minute brings it sooner.
   *[other] { $topics } more topics have gathered too much to be looked through now. All of it comes with their next digests; /digest { $number } in a minute brings the first of them sooner.
}
digest-none-topics = { $topics ->
    [one] Nothing new for one of your topics:
   *[other] Nothing new for { $topics } of your topics:
}
digest-none-number = /digest and a topic’s number in /list shows its last digest again.
digest-query-none = No stored paper of the last { $days } days matches { $topic }. Fewer words find more.
digest-empty-store = I hold no papers yet. The first ones come with arXiv's next announcement; nothing will be missed.
digest-gone = This digest is no longer there. /digest brings what is new.
entry-gone = This entry is no longer there. /digest brings what is new.

### Settings

settings-title = Settings
settings-language = Language: { $value }
settings-languages = Entries in: { $value }
settings-form = Digests as: { $value }
settings-time = Time: { $value }
settings-zone = Time zone: { $value }
settings-form-two-columns = table
settings-form-rich = wide table
settings-form-classic = text
settings-languages-en = English
settings-languages-zh = Chinese
settings-languages-both = Chinese and English
settings-rich-warning = If your Telegram shows “not supported”, switch back to text here.
settings-time-usage = Write one time or several, with days if you like: /time 08:30, /time mon-fri 8:00 18:00, /time announced
settings-time-choose = When shall your digests come?
settings-zone-choose = Which time zone? Not in the list? Share your location, or write the city behind the command, for example: /timezone Shanghai
settings-zone-unknown = I do not know a place called { $given }. Write the nearest larger town, for example: /timezone Shanghai
settings-zone-which = Which { $given } do you mean?
settings-zone-similar = I do not know a place called { $given }. Do you mean one of these?
settings-location-near = That is near { $town }, where it is { $clock } now. Is this your time zone?
settings-location-remote = I know no town near that point. Write the nearest larger town, for example: /timezone Shanghai
button-use-zone = Yes: { $town }
button-other-place = No, another place
settings-lang-entries = I speak English and Chinese. Entries can be read in { $name }:
settings-lang-usage = I speak English and Chinese: /lang en or /lang zh
settings-zone-set = Your time zone is { $zone }. There it is { $clock } now.
settings-time-set = Your digests come { $cadence } ({ $zone }).
settings-saved = Saved.
language-en = English
language-zh = 中文

paused = Paused: no digests until /resume. Nothing is lost, the papers wait.
stopped = Stopped: no digests until /resume. Your topics stay, and the papers wait for you.
button-stop-topics = Stop all topics
resumed = Digests come again. What gathered meanwhile comes with the first one.

### Buttons

button-subscribe = Subscribe
button-change = Change
button-cancel = Cancel
button-undo = Undo
button-digest = Show one now
button-settings = Settings
button-next = Next ›
button-back = ‹ Back
button-list = My topics
button-language = English / 中文
button-time = Time
button-zone = Time zone
button-form-two-columns = As a table
button-form-rich = As a wide table
button-form-classic = As text

### Refusals

refusal-not-admin = Only administrators of this chat can change its topics and settings.
refusal-not-poster = Only administrators who may post in this channel can use me here. Its owner can give you that right.
refusal-not-writer = Only those who may write in this chat can have me post here. You can ask me in our private chat.
refusal-unseen = Telegram does not show me who may write here, so I post nothing. Ask me in our private chat, or let an administrator make me one too.
refusal-unasked = Telegram does not tell me just now who may do this. Please try again in a minute.
refusal-button-old = This button is out of date. /list shows your topics.
refusal-command-unknown = I do not know this command. /help shows what you can ask for.
thanks-answer = You are welcome.
refusal-passed-on = I only carry out commands that you type yourself. This one was forwarded or sent through another bot, so nothing was done.
refusal-failed = Something went wrong on my side, and it was noted. Please try again in a minute.

### The command menu and the bot's profile

command-help = what you can ask for
command-sub = follow a topic
command-list = your topics and when they are due
command-digest = what is new now
command-unsub = stop a topic
command-settings = time, zone, language, table or text
command-time = the time of your digests
command-timezone = your time zone
command-lang = English or Chinese
command-pause = no digests for a while
command-resume = digests again
about-description = I read arXiv for you. Tell me your research topics, and I send you a digest of their new papers at your time: a summary table whose rows open the details, in English, Chinese or both.
about-short = Digests of new arXiv papers on your topics.

### Command line

config-token = { $setting } is no token. One from @BotFather looks like 123456789:AbC-dEf… and stands alone.
config-database = { $setting } is no database. Write it as sqlite:///path/to/papergram.db
config-feeds = { $setting } cannot be used: arXiv has no category { $given }. The nearest are { $nearest }.
config-unusable = { $setting } cannot be used: { $problem }
config-choice = { $setting } cannot be used. Choose one of: { $choices }
config-number = { $setting } is no number from { $least } to { $most }.
config-number-above = { $setting } is no number above { $above } and up to { $most }.
config-chat = { $setting } is no chat: write its id, a whole number such as 123456789, or -1001234567890 for a group.
config-address = { $setting } is no address. It begins with http:// or https:// and a host.
config-languages = { $setting } cannot be used: { $given } is no language. Write codes such as en, zh, zh-Hant, de.
config-llm-model = { $setting } is missing: name the model that the server is to use, for example gpt-5-mini or qwen3:8b.
config-llm-price = { $setting } is no price. Write what a million tokens cost, sent and received: 0.27/1.10 USD
config-llm-budget = { $setting } is no budget. Write tokens a day, such as 500k or 2M, or money, such as 1.50 USD
config-llm-currency = { $setting } is in { $currency }; say what tokens cost in it: PAPERGRAM_LLM_PRICE=0.27/1.10 { $currency }
cli-no-model = PAPERGRAM_LLM_MODEL is not set: there is no model to write. See the settings in the README.
cli-language-wrong = { $given } is no language. Write a code such as zh, de or pt-BR.
cli-enrich-estimate = { $glosses ->
    [0] Nothing is wanted: whatever is shown next has its summary and translation.
    [one] 1 gloss is wanted, about { $tokens } tokens{ $money ->
        [none] {""}
       *[other] , { $money }
    }.
   *[other] { $glosses } glosses are wanted, about { $tokens } tokens{ $money ->
        [none] {""}
       *[other] , { $money }
    }.
}
cli-enrich-cost = { $tokens } tokens{ $money ->
    [none] {""}
   *[other] , { $money }
}
cli-enrich-done = { $made } made, { $failed } failed, { $waiting } waiting: { $tokens } tokens{ $money ->
    [none] {""}
   *[other] , { $money }
}.
cli-no-token = TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather, or try the demo without one: papergram demo
cli-conflict = Another process polls with this token. Stop it first, then start this one again.
cli-token-refused = Telegram does not accept this token. Check TELEGRAM_BOT_TOKEN, or get a new one from @BotFather.
cli-demo = Open { $url } in a browser. Ctrl+C ends the demo.
cli-port-busy = Port { $port } is in use or not allowed. Choose another with --port.
cli-no-digest = There is no digest { $number }. The store holds { $count }.
cli-digest-none = No stored paper of the last { $days } days matches { $query }.
cli-search-renewing = `papergram run` is applying an update to the stored papers; some may be missing until it is done.
cli-search-none = No stored paper matches { $query }. Fewer words find more.
cli-query-wrong = { $problem } (at character { $position })
cli-imported = { $file }: digest { $number }, { $entries } entries, topic { $topic }, issued { $issued }.
cli-file-refused = { $file }: { $problem }
cli-working = reading { $source }
cli-feed-counts = { $source }, { $day }: { $new } new, { $cross } cross-listed, { $replace } replaced, { $replacecross } replaced cross-lists; stored { $stored }, updated { $updated }, already known { $known }.
cli-feed-nothing = { $source }: { $problem }
cli-feed-unchanged = nothing new since the last time.
cli-telegram-unreachable = The Bot API at { $server } cannot be reached. Check the network and PAPERGRAM_TELEGRAM_API, then start again.
cli-file-unusable = { $name } cannot be used: { $problem }. Give another name or path.
cli-date-wrong = { $given } is no date. Write it as 2026-11-23.

doctor-good = good
doctor-bad = trouble
doctor-settings = settings
doctor-settings-good = every setting can be used
doctor-database = database
doctor-database-good = { $path }: { $papers } papers, { $days } arXiv days, SQLite { $sqlite }
doctor-database-unusable = { $problem }
doctor-database-damaged = { $path } is damaged ({ $papers } papers, { $days } arXiv days readable, SQLite { $sqlite }). Stop the bot and put a copy in its place
doctor-database-damaged-copy = { $path } is damaged ({ $papers } papers, { $days } arXiv days readable, SQLite { $sqlite }). Stop the bot, move { $path } and { $path }-wal away, and copy { $copy } to { $path }
doctor-sqlite = SQLite
doctor-sqlite-alone = SQLite { $version } does not let two processes write one file safely. Reading commands work beside the bot; stop it before ingest, import, backfill or enrich
doctor-clock = clock
doctor-clock-good = { $shown } UTC
doctor-clock-wrong = it shows { $shown } UTC, but it is { $time } UTC or later. Set it: timedatectl set-ntp true
doctor-feeds = feeds
doctor-feeds-none = nothing read so far. Run: papergram ingest cs.CV
doctor-feeds-stale = the last batch is of { $day }, { $missed } feed days are missing. Run: papergram ingest, and check the network
doctor-feeds-good = the last batch is of { $day }
doctor-feeds-filling = the first days are still being fetched
doctor-telegram = Bot API
doctor-telegram-none = no token. Set TELEGRAM_BOT_TOKEN, or try: papergram demo
doctor-telegram-good = @{ $username } at { $server }
doctor-telegram-bad = { $server } does not answer as it should: { $problem }
doctor-running = bot
doctor-running-good = running
doctor-running-starting = starting: the database is being brought up to date
doctor-running-none = not running. Start it with: papergram run
doctor-model = model
doctor-model-none = none; entries keep the words of their abstracts. To have summaries and translations, set PAPERGRAM_LLM_MODEL
doctor-glosses = glosses
doctor-outbox = outbox
doctor-outbox-good = nothing undeliverable
doctor-outbox-dead = { $dead } messages could not be delivered
doctor-updates = updates
doctor-updates-unreadable = { $updates ->
    [one] one update of Telegram could not be read, on { $day }
   *[other] { $updates } updates of Telegram could not be read, the last on { $day }
}. Look for a newer Papergram

### Topics that cannot be used (QueryError: key, values; the place is error.position)

query-empty = Tell me what to look for, for example: diffusion cat:cs.CV
query-only-excludes = This only says what to leave out. Add something to look for, for example: diffusion -survey
query-operand-missing = A word is missing beside { $operator }.
query-quote-unclosed = This quotation mark is not closed.
query-open-unclosed = This parenthesis is not closed.
query-close-extra = This parenthesis closes nothing.
query-group-empty = There is nothing between these parentheses.
query-no-word = There is no word to look for in { $given }.
query-near = Say how many words may stand between them: 1 to { $most }, for example "image restoration"~10
query-near-star = Words near each other are written out, without a star: { $given }
query-star-place = A star stands only at the end of a word: quant*
query-prefix-short = A star needs at least { $letters } letters before it: { $given } would find almost everything. In quotes it is an ordinary word.
query-field-unknown = I do not know the field { $given }. There are ti: (title), abs: (abstract), au: (author), cat: (category) and id: (paper). In quotes a colon is an ordinary character.
query-value-missing = Write what to look for directly behind { $field }:
query-category-unknown = arXiv has no category { $given }. { $nearest ->
    [none] /help shows how to write one.
   *[other] Did you mean { $nearest }?
}
query-id-unknown = { $given } is no arXiv id. It looks like 2402.12844 or hep-th/9901001.
query-link = This link is not one to a paper on arXiv: { $given }
query-too-long = This topic is too long: at most { $max } characters.
query-too-dear = This takes too long to look for. Use fewer words, write words with a star and single initials out in full, or name fewer days.
query-word-long = { $given } is too long for a word: at most { $most } letters. Use its beginning with a star, or put spaces between its words.
query-too-many-terms = These are too many words: at most { $max }.
query-too-deep = These parentheses are nested too deeply: at most { $max } levels.

## A digest: heading, counts, table

digest-heading = { $topic }: { $days }
digest-shown-all = { $matched ->
    [one] { $matched } paper
   *[other] { $matched } papers
}
digest-shown-some = { $order ->
    [relevance] { $shown } of { $matched } papers, the closest first
    [newest] { $shown } of { $matched } papers, the newest first
   *[unknown] { $shown } of { $matched } papers shown
}
digest-shown-range = Papers { $first } to { $last } of { $matched }
digest-shown-none = No papers this time
digest-brief-some = { $shown } of { $matched }
digest-brief-range = { $first }–{ $last } of { $matched }
digest-brief-none = no papers
digest-order-relevance = closest first
digest-order-newest = newest first
digest-count-new = { $count } new
digest-count-cross = { $count } cross-listed
digest-count-replace = { $count } revised
digest-count-replace-cross = { $count } revised and cross-listed
digest-seen = { $seen } announced by arXiv
digest-table = Summary
digest-details = Details
digest-column-ref = Ref
digest-column-title = Title
digest-column-summary = Summary
digest-untranslated = { $count ->
    [one] { $count } summary is not translated yet and stands here in English.
   *[other] { $count } summaries are not translated yet and stand here in English.
}
digest-repeat = You may have received this already: the connection broke while it was being sent.
digest-footer = Digest { $number }, issued { $issued }
digest-footer-plain = Issued { $issued }
digest-to-table = ↑ Back to the table
digest-button-rest = Show the rest ({ $count })
digest-button-settings = Settings
digest-button-stop = Stop this topic

## An entry of a digest

entry-kind-new = new
entry-kind-cross = cross-listed
entry-kind-replace = revised
entry-kind-replace-cross = revised, cross-listed
entry-authors-more = { $names } and { $more } more
entry-why = Matched: { $words }
entry-topics = Also in your topics: { $topics }
entry-untranslated = Not translated yet; this is the English.
entry-slot-untranslated = (not translated yet)
entry-shortened = Shortened: the whole abstract is on the paper's page.
entry-page-abstract = arXiv
entry-page-pdf = PDF
entry-page-html = HTML
entry-page-other = Paper
entry-button-save = ☆ Save
entry-button-saved = ★ Saved
entry-button-bibtex = BibTeX
entry-button-authors = All { $count } authors
entry-button-less = Less like this
entry-button-more = More like this

## Documents that are imported

digest-document-empty = This is not a digest: it is empty.
digest-document-heading = Line { $line } should be a heading of a digest. Digests begin with "# 摘要" or with a papergram comment.
digest-document-row = Line { $line } should be the row of the table that its entry makes, or the empty line after the rows.
digest-document-entry = Line { $line } is not what a digest has there. Each entry takes 14 lines and starts with "[^number]: ".
digest-document-link = Line { $line } should be the link of a paper, written [link](link), to arxiv.org/abs/.
digest-document-first-day = This digest is in the template of 13 March 2023, with entries of 10 lines and without sentences. That template cannot be imported.
digest-document-comment = Line { $line } should tell topic, time and languages of the digest, and "{ $given }" cannot be read.
digest-document-encoding = This file is not UTF-8 text: byte { $byte } cannot be read.
digest-document-carriage-return = Line { $line } ends with a carriage return. Digests have plain line feeds; convert the file first.
digest-document-topic = The file name does not tell the topic. Name it with --topic.
digest-document-issued = The file name does not tell when this digest was issued. Say it with --issued.

## Why arXiv announces nothing on a day (bot.arxiv_calendar gives the keys)

calendar-weekend = the weekend
calendar-new-year = New Year
calendar-king-day = Martin Luther King Jr. Day
calendar-juneteenth = Juneteenth
calendar-independence-day = Independence Day
calendar-labor-day = Labor Day
calendar-thanksgiving = Thanksgiving
calendar-christmas = Christmas
calendar-winter-break = the winter break
calendar-quiet = No new papers on { $day }: arXiv announces nothing ({ $reason }). The next papers come { $next }.
calendar-unlisted-year = arXiv's holidays of { NUMBER($year, useGrouping: 0) } are not in this version's calendar: days without papers are told late. A newer version of Papergram brings the list.

### Sources: what an answer is, and what to do about it

source-empty = No papers on { $day }: arXiv announced none.
source-stale = The feed of { $day } still shows the papers of { $last }. I ask again later.
source-older-day = These papers are of { $day }, before the last batch. They were kept.
source-partial = The answer broke off. { $papers ->
    [one] One whole paper was kept
   *[other] { $papers } whole papers were kept
}; ask again for the rest.
source-error-feed = arXiv says: { $said }
source-page = This is a web page, not a feed. arXiv may be down: try again later, or check the address.
source-text = This is no feed. It begins: { $words }
source-format = This is no feed of papers but <{ $name }>. RSS, Atom and answers of arXiv's API can be read.
source-foreign = This feed is not one of arXiv's: no paper could be read from it.
source-limited = arXiv says that it was asked too often. Wait, and ask less.
source-forbidden = arXiv refuses to answer (403). Stop asking, and set PAPERGRAM_CONTACT so that it can reach you.
source-empty-answer = The answer is empty. Try again later.
source-broken = The answer is damaged, nothing in it is whole. Try again later.
source-endless = The answer holds more than { $most } items, far more than any feed of arXiv.
source-skipped = { $items ->
    [one] One item cannot be read; its paper is asked for separately
   *[other] { $items } items cannot be read; their papers are asked for separately
}: { $names }
source-shortened = { $items ->
    [one] One paper has fields longer than any paper's; they were cut
   *[other] { $items } papers have fields longer than any paper's; they were cut
}: { $names }
source-bad-bytes = Some bytes are no characters; each is shown as a question mark in a diamond.
source-cut = The feed holds { $items } papers, where arXiv cuts: new papers are missing. Ask for single categories (cs.CV), not for a whole archive (cs).
source-empty-page = arXiv left out a page in the middle ({ $start } of { $total }). Ask for the same page again.
source-none-found = Nothing was found.
source-window = { $total } papers were found and arXiv gives the first { $most }. Ask for a shorter time.
source-status = The answer has HTTP status { $status }. Try again later, or check the address.
source-unreachable = No connection to { $place } ({ $fact }). Check the network and the address.
source-too-slow = { $place } did not answer in full within { $seconds } seconds. Try again later.
source-too-large = { $place } holds more than { $megabytes } MiB. No feed is that large.
source-elsewhere = { $place } leads elsewhere ({ $target }), where I do not follow.
source-unreadable = { $place } cannot be read: { $fact }
source-no-file = There is no file { $given }.
source-unknown = { $given } is no category, address or file. Nearest categories: { $nearest }
source-bad-address = { $given } is no usable address. It should look like https://rss.arxiv.org/rss/cs.CV

### Times

cadence-announced = as soon as arXiv announces
cadence-daily = daily at { $times }
cadence-days = { $days } at { $times }
settings-time-word = I did not understand { $word }. Write one time or several, with days if you like: /time 08:30, /time mon-fri 8:00 18:00, /time announced
settings-time-mixed = All days of a chat or a topic share their times. Write the days first, then the times: /time mon tue 8:00 9:00. For a topic with times of its own, open it in /list and press its time.
settings-time-many = At most { $most } times a day.
button-announced = As soon as announced
button-working-days = Mon–Fri only
button-quiet-notice = Tell me on quiet days
digest-quiet = Nothing new for your topics. arXiv announces again { $next }.
paused-until = Paused until { $day }. Nothing is lost, the papers wait; /resume ends the pause.
pause-usage = When shall digests come again? For example: /pause 2 weeks, /pause until friday, /pause { $example }
pause-past = That day is not ahead: today is { $today }. /pause alone pauses until /resume.
missed-title = Left out
missed-none = Nothing was left out in the last { $days } days.
command-missed = what your digests left out

### Health

alarm-troubles = ⚠️ { $count ->
    [one] Something needs your attention:
   *[other] { $count } things need your attention:
}
    { $lines }
alarm-healed = ✅ { $count ->
    [one] This is over:
   *[other] These { $count } are over:
}
    { $lines }
trouble-nothing = arXiv was to announce papers on { $day }, and nothing came. Check the network and the log.
trouble-feed-late = The feed { $feed } has brought no papers of { $day }; other feeds have.
trouble-feed-stale = The feed { $feed } has shown papers of an earlier day since { $since } UTC.
trouble-feed-broken = The feed { $feed } has been damaged, or no feed at all, since { $since } UTC.
trouble-feed-limited = arXiv has answered for { $feed } since { $since } UTC that it is asked too often. Set PAPERGRAM_CONTACT, and poll fewer categories.
trouble-feed-unreachable = The feed { $feed } has not answered since { $since } UTC. Check the network.
trouble-feed-cut = arXiv cut the feed { $feed } of { $day }: it has more papers than a feed may hold. The missing ones are fetched from the archive.
trouble-repair = The missed days { $first } to { $last } could not be fetched from arXiv's archive for a day. I go on trying.
trouble-outstanding = { $papers ->
    [one] One announced paper
   *[other] { $papers } announced papers
} could not be read and could not be fetched by id for a day: { $ids }. I go on trying.
trouble-standstill = Messages have waited since { $since } UTC, and none leaves. Check the connection to Telegram and the token.
trouble-errors = { $dead } messages were given up in the last hour. See them with: papergram outbox list
trouble-damaged = The database is damaged: { $problem }. Stop the bot and start it with the newest copy; papergram doctor names it.
trouble-disk = The disk is nearly full: { $megabytes } MiB are left.
trouble-clock = This machine’s clock shows { $shown } UTC, but it should be about { $time } UTC. I go by the latter; set the clock with: timedatectl set-ntp true
trouble-model-key-refused = { $model } cannot be asked: the server refuses PAPERGRAM_LLM_KEY. Until it is mended, entries keep the words of their abstracts.
trouble-model-model-unknown = The server knows no model { $model }. Check PAPERGRAM_LLM_MODEL; until then, entries keep the words of their abstracts.
trouble-model-out-of-credit = The account behind { $model } has no credit left. Until it has, entries keep the words of their abstracts.
trouble-model-spent = Today's budget for { $model } is spent; it goes on at 00:00 UTC. To go on sooner, raise PAPERGRAM_LLM_BUDGET.
trouble-model-overloaded = { $model } has had too many requests for hours. Lower PAPERGRAM_LLM_AT_ONCE, or ask for a higher limit.
trouble-model-unreachable = { $model } has not answered for hours. Check PAPERGRAM_LLM_URL and the network.
harvest-endless = The archive's answer has no end. I ask again later.

### Backfill

cli-backfill-range = { $first } is after { $last }. Give the earlier day first.
cli-backfill-ahead = { $last } is yet to come: at arXiv it is { $latest }.
cli-backfill-early = { $first } lies before arXiv's archive begins ({ $earliest }).
cli-backfill-quiet = arXiv announced nothing from { $first } to { $last }.
cli-backfill-many = { $days } days is a lot: whoever follows a topic is told of all its papers at once. Add --yes if you mean it.
cli-backfill-category = { $given } is no category of arXiv. Nearest categories: { $nearest }
cli-backfill-busy = The archive is being asked already, or arXiv wants a rest. Try again at { $until } UTC.
cli-backfill-working = { $set }: page { $pages }, { $announcements } announcements
cli-backfill-all = all of arXiv
cli-backfill-done = { $set }: { $announcements ->
    [one] one announcement
   *[other] { $announcements } announcements
} ({ $stored } papers are new, { $updated } were updated); records read: { $records }
cli-backfill-today = { $set }: asked already today. Try again tomorrow.
cli-backfill-stopped = { $set }: { $problem } The next call goes on here.

cli-backup-done = Copied to { $file }. Chats: { $chats }, topics: { $topics }, papers: { $papers }

cli-outbox-empty = Nothing is waiting and nothing has failed.
cli-outbox-no-state = No parcel is { $state }. All that is not settled: papergram outbox list
cli-outbox-retry = Parcel { $parcel } will be sent again.
cli-outbox-retry-not = Parcel { $parcel } is not there, or it is not dead, dropped or doubtful, or another message is bringing some of its papers. See: papergram outbox list
cli-outbox-drop = Parcel { $parcel } was dropped. Its papers can be asked for with /missed.
cli-outbox-drop-not = Parcel { $parcel } is not there, or it was sent already. See: papergram outbox list

### Reading and the library

button-table = ‹ Digest
button-previous-entry = ‹ Previous
button-saved = My saved papers
button-previous = ‹ Previous
button-following = Next ›
button-files = Export
button-versions-on = New versions: told
button-versions-off = New versions: not told
button-best = Best first
button-newest = Newest first
button-follow = Follow as a topic
button-latest = ‹ Newest
button-older = Older ›
saved-added = Saved. /saved shows all your papers.
saved-removed = No longer saved.
saved-title = { $count ->
    [one] Your saved paper
   *[other] Your { $count } saved papers
}
saved-topic = Saved papers
saved-none = You have saved no paper yet. Open one and press ☆ Save.
saved-private = Your saved papers are shown to you alone, in our private chat.
saved-files = { $count ->
    [one] One paper
   *[other] { $count } papers
}, as BibTeX, RIS and CSL-JSON and as a document.
saved-version = A paper that you saved has a new version, v{ $version }: { $title } { $link }
versions-on = You will be told of new versions of saved papers.
versions-off = You will not be told of new versions.
search-usage = What shall I look for? For example: /search diffusion -survey cat:cs.CV
search-renewing = An update is being applied to the stored papers. If something is missing, search again in a few minutes.
search-none = No stored paper matches { $query }. Fewer words find more.
search-loosened = { $matching ->
    [0] { $some ->
        [no] No paper matches all of this. These have most of the words, or the rarest.
       *[yes] These do not match all of this, but have most of the words, or the rarest.
    }
    [one] The first one matches all of this, the others have most of the words, or the rarest.
   *[other] The first { $matching } match all of this, the others have most of the words, or the rarest.
}
search-newest = Newest first
search-best = Best first
paper-usage = Which paper? Send its arXiv id or a link, for example: /paper 2402.12844
paper-unread = { $given } is no arXiv id or link. An id looks like 2402.12844 or hep-th/9901001; /search finds papers by their words.
paper-fetching = I do not hold { $id } yet and ask arXiv for it…
papers-fetching = I do not hold { $id } yet and ask arXiv for them…
papers-more = { $more ->
    [one] Your message names one more paper. Send me this line to open it:
   *[other] Your message names { $more } more papers. Send me this line to open the next ones:
}
paper-not-there = arXiv has no paper { $id }.
papers-not-there = arXiv has no papers { $id }.
paper-unreachable = arXiv did not answer when I asked for { $id }. Please try again in a few minutes.
paper-no-way = I do not hold { $id }, and cannot ask arXiv from here.
today-title = Today
today-last = The last announcement
today-topics = Your topics
today-long = For several days, at most { $most }, name what to look for: /today 2026-11-16 2026-11-20 cat:cs.CV
today-none = Nothing announced on { $day } matches.
today-no-date = There is no day { $given }. Write it as year, month and day: /today 2026-11-16
today-no-topic = You follow no topic yet. Name some words, for example: /today cat:cs.CV
history-title = Your digests
history-none = There is no digest yet. /digest brings one.
history-count = { $shown } of { $matched }
command-today = the last announcement
command-search = search all stored papers
command-paper = open a paper by its id or link
command-saved = your saved papers
command-history = your earlier digests
less-which = What shall { $topic } leave out from now on?
less-nothing = There is nothing in this paper that the topic could leave out.
less-no-topic = None of your topics finds this paper, so there is nothing to change.
less-done = Changed. The topic is now: { $query }
less-undone = Undone. The topic is again: { $query }
more-title = Similar papers
more-none = No stored paper is close to it.
more-bare = There is nothing to compare: its title and abstract are empty, too short, or not in English.
more-shared = Both have: { $words }
button-author = Follow { $name }

### The first topic, the tree of categories, the card of a topic

guide-followed = You follow { $topic }.
guide-when = arXiv announces at { $clock } ({ $zone }). When shall your digests come?
guide-time-type = Type a time, several, or days and times: 7:30, or mon-fri 8:00 18:00
guide-where = Where are you? Not listed? Type your city.
guide-sample = The last seven days would have brought this:
guide-sample-none = The last seven days brought nothing for it, so there is no sample to show.
guide-table = Do you see a table in the message above?
guide-table-yes = Good: your digests come with a table. /settings changes it.
guide-table-no = Then your digests come as text, like this one. /settings changes it.
browse-groups = Which field?
browse-archives = { $group }: which part?
browse-categories = { $archive }: which category?
browse-all = All of { $archive }
list-state = { $papers ->
    [one] one paper a week
   *[other] { $papers } papers a week
}, { $state }
list-choose = A number opens the topic.
card-words = Words: { $words }
card-time = Time: { $value } ({ $zone })
card-limit = At most { $papers } papers a digest
card-order = { $order ->
    [newest] The newest papers come first.
   *[relevance] The closest papers come first: with the topic's words near each other and in the title, or like its earlier papers.
}
card-time-own = These times are for this topic alone. /time sets those of the chat.
card-rename = What shall { $topic } be called? Type the new name.
card-renamed = Renamed.
card-words-type = Type the new words. Now it asks for: { $words }
card-words-before = so far: { $words }
card-words-stay = What you have received does not come again; the topic goes on from where it is.
card-reworded = The words are changed. The topic goes on from where it was.
looks-choose = How shall this topic's digests look and sound?
looks-form-chat = Form: as the chat
looks-languages-chat = Languages: as the chat
looks-sound-chat = Sound: as the chat
looks-loud = With sound
looks-silent = Silent
settings-time-own = { $topics ->
    [one] One topic keeps its own times.
   *[other] { $topics } topics keep their own times.
}
topic-same = Your topic { $topic } asks for the same already.
topic-changed = This topic was changed a moment ago. Please try again.
undo-gone = This can no longer be undone. Type the topic's words to follow it again.
button-browse = Browse categories
button-other = Other
button-skip = Skip
button-guide = Finish the set-up
button-yes = Yes
button-no = No
button-pause = Pause
button-resume = Resume
button-rename = Rename
button-words = Change words
button-use = Use these words
button-looks = Look and sound
button-cross = Cross-listed
button-revisions = Revised
button-up = ↑ Move up
button-list-back = ‹ My topics

### Topics in a file

export-caption = { $topics ->
    [one] Your topic
   *[other] Your { $topics } topics
}, as a file. /import brings them back, here or in another chat.
export-none = You follow no topic, so there is nothing to export.
import-ask = Send me the file that /export gave you, as a document.
import-added = { $topics ->
    [one] One topic added.
   *[other] { $topics } topics added.
}
import-known = { $topics ->
    [one] One was followed already.
   *[other] { $topics } were followed already.
}
import-refused = { $topics ->
    [one] One could not be used:
   *[other] { $topics } could not be used:
}
import-nothing = The file holds no topics.
import-begins = What is added begins with the papers that come from now on.
import-unreadable = This is not a file of topics. /export makes one.
import-large = This file is too large: at most { $kilobytes } KB.
import-many = This file holds too many topics: at most { $most }.
import-field = its { $field } cannot be used
import-lost = Telegram did not give me this file. Please send it again.
import-not-here = Files cannot be received here.
unsub-all-ask = { $topics ->
    [one] Stop your only topic?
   *[other] Stop all { $topics } topics?
} The file below keeps them: /import brings them back.
unsub-all-done = { $topics ->
    [one] You no longer follow that topic.
   *[other] You no longer follow any of the { $topics } topics.
}
unsub-all-kept = Nothing was stopped.
button-unsub-all = Stop all
command-export = your topics as a file
command-import = topics from a file

### Another chat, managed from the private one; limits; bans

there-managing = In { $title }:
there-posted = It is posted in { $title }.
there-unknown = I find no group or channel { $given } that both of us are in. Join it and add me, in a channel as an administrator who may post.
there-not-admin = Only administrators of { $title } can manage it from here.
there-not-poster = You may not post in { $title }, so you cannot manage it from here. Its owner can give you that right.
there-no-post = I may not post in { $title }. Make me an administrator who may post there, then send this again.
there-banned = The operator of this bot has excluded this chat, so nothing is done there.
there-added = I can post in { $title } now. Manage it from here: put its @name or { $chat } behind the command, for example /sub { $chat } diffusion model, /list { $chat }, /settings { $chat }
answer-by-reply = In a group I see only replies: answer this message directly.
answer-in-private = This is to be typed, which works in our private chat: write { $example } there.
limit-command = That was quick: I answer { $most } commands a minute. Please go on in a minute.
limit-button = That was quick: I answer { $most } presses a minute. Please go on in a minute.
limit-preview = I look through the stored papers for { $most } topics a minute. Please go on in a minute.
limit-search = I search { $most } times a minute. Please go on in a minute.
limit-time = Your last requests have used up the { $seconds } seconds of computing time that each person has a minute. Please go on in a minute, with fewer words or longer ones.
refusal-changing = Something kept changing while I looked. Please try again.
refusal-banned = The operator of this bot has excluded you, so I answer no more.

### Own data; about

forget-ask-person = The file below is a copy of all I keep about you: your settings, topics, digests and saved papers. Shall I delete everything?
forget-ask-chat = The file below is a copy of all I keep about this chat: its settings, topics and digests. Shall I delete everything?
forget-caption = All that is kept, as a file.
forget-waits = An answer or the copy of your data is still on its way. Press again when it is here.
forget-kept = Nothing was deleted.
forget-done = Everything is deleted, and no more digests come. /start begins anew.
forget-limit-stays = One thing stays: the operator’s limit of { $topics ->
        [one] one topic
       *[other] { $topics } topics
    } for this chat.
button-forget = Delete everything
about-title = Papergram { $version }
about-what = I follow arXiv for you: topics in your words, digests at your time.
about-source = Papers: arXiv.org, whose descriptions of papers are in the public domain (CC0). Thank you to arXiv for use of its open access interoperability.
about-licence = Program: free software under the MIT licence; not endorsed by arXiv. Towns: GeoNames.org (CC BY 4.0).
about-kept = I keep your chat’s id and title, your name and language as Telegram tells them, your settings, topics, digests and saved papers.
about-shared = Nobody but this bot’s operator can see them. /forget gives you a copy and deletes everything; only a ban or a limit of topics that the operator set stays.
about-model = Summaries and translations are written by { $model }. Of your own words it is given only topics and searches that hold another script than English, to put them into English.
command-forget = a copy of your data, and its deletion
command-about = what this is, and what it knows of you
command-start = what this bot does
command-status = feeds, papers, what waits or failed
command-users = who is there
command-ban = answer somebody no more
command-unban = answer somebody again
command-limit = topics that one chat may follow

## What models cost (for the operator)

account-good = Model { $model }: answers
account-key-refused = Model { $model }: refuses the key
account-model-unknown = Model { $model }: not known to the server
account-out-of-credit = Model { $model }: no credit left
account-overloaded = Model { $model }: asks to wait
account-unreachable = Model { $model }: does not answer
account-spent = Model { $model }: today's budget is spent, on from 00:00 UTC
account-backlog = Glosses waiting: { $waiting }, { $failed } of them tried before · given up: { $given }
account-coverage = { $code }: { $share } % of { $papers } papers shown in 7 days
account-today = Today: { $tokens ->
    [one] { $tokens } token
   *[other] { $tokens } tokens
}{ $money ->
    [none] {""}
   *[other] , { $money }
} of { $budget }
account-month = This month: { $tokens ->
    [one] { $tokens } token
   *[other] { $tokens } tokens
}{ $money ->
    [none] , { $each } a digest
   *[other] , { $money }, { $each } a digest
}

### The operator

status-title = Status
status-feeds = { $feeds ->
    [0] No feed has been asked yet.
    [one] One feed, last asked:
   *[other] { $feeds } feeds, last asked:
}
status-feed = { $feed }: { $at } ({ $answer })
status-papers = { $papers ->
    [one] One paper; announcements by day:
   *[other] { $papers } papers; announcements by day:
}
status-day = { $day }: { $papers }
status-queue = Waiting to be sent: { $waiting }
status-failures = Given up: { $failed } · of unknown outcome: { $unknown }
status-unreadable = { $updates ->
    [one] One update of Telegram could not be read, on { $at }.
   *[other] { $updates } updates of Telegram could not be read, the last on { $at }.
}
status-late = Answers given up because they were too late, in the last 24 hours: { $late }
status-oldest = The first of them has waited since { $at }.
users-title = Who is there
users-chats = Chats: { $kinds } (paused: { $paused })
users-private = { $chats } private
users-group = { $chats ->
    [one] one group
   *[other] { $chats } groups
}
users-supergroup = { $chats ->
    [one] one supergroup
   *[other] { $chats } supergroups
}
users-channel = { $chats ->
    [one] one channel
   *[other] { $chats } channels
}
users-people = People: { $people }
users-topics = Topics: { $topics }, of which { $queries } differ
users-chat = { $number }. { $title } ({ $id }): { $topics ->
    [one] one topic
   *[other] { $topics } topics
}
users-chat-paused = { $number }. { $title } ({ $id }): { $topics ->
    [one] one topic, paused
   *[other] { $topics } topics, paused
}
ban-usage = Whom? Write the id of a person or chat, as /users shows it: /ban 123456789
ban-self = This is you, or your own chat.
ban-known = { $id } is banned already. /unban { $id } ends it.
ban-done = Banned: { $title } ({ $id }). I answer once that it is so and then no more, and send nothing there.
unban-usage = Whom? Write the id of a person or chat: /unban 123456789
unban-unknown = { $id } is not banned.
unban-done = { $title } ({ $id }) is answered again.
limit-usage = For which chat, and how many topics? All others may follow { $topics }: /limit 123456789 100
limit-unknown = I know no chat { $id }. /users shows those I know.
limit-large = At most { $most } topics for one chat.
limit-done = { $title } ({ $id }) may follow { $topics ->
    [one] one topic
   *[other] { $topics } topics
}.
button-earlier = ‹ Back

### What the model does when somebody asks

button-explain = Explain
button-entry = ‹ Entry
note-moment = One moment, the note is being written…
note-problem = Problem
note-method = Method
note-result = Result
note-limits = Limits
note-limits-none = The abstract names none.
note-maker = Written by { $model }; check the paper.
consult-spent = The model’s budget for today is spent. It can be asked again from 00:00 UTC; digests come as ever.
consult-not-now = The model cannot be asked now. Please try again later.
consult-unfit = What the model wrote did not pass the checks, so it is not shown. Please try again later.
english-moment = arXiv papers are in English. One moment, I am putting your words into English…
english-looking = arXiv papers are in English. Looking for: { $words }
limit-note = I have at most { $most } new notes a day written for each person. Those that exist open at any time; for a new one please come back later.
limit-english = I put words into English at most { $most } times a day for each person. Please write them in English, or come back later.
