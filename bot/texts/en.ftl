# Every sentence that Papergram says in English. zh.ftl has the same keys and variables.

### Greeting

start-hello = Hello! I read arXiv for you. Tell me a topic and I send you a digest of its new papers every day, at your time.
start-try = Pick one to see what it would bring, or type your own words:
start-back = Welcome back. { $topics ->
    [0] You follow no topic yet. Type a few words to begin.
    [one] You follow one topic. /list shows it, /digest brings what is new.
   *[other] You follow { $topics } topics. /list shows them, /digest brings what is new.
}
start-group = Hello! An administrator of this chat can add a topic: /sub and its words. /help shows the rest.
start-payload-unknown = This link opens nothing here. /list shows your topics.

help-title = What you can ask for
help-body =
    /sub diffusion -survey cat:cs.CV – follow a topic
    /list – your topics, and when they are due
    /digest – what is new now; /digest 2 or /digest quantum error correction for one
    /unsub – stop a topic
    /settings – time, zone, language, table or text
    /timezone Asia/Shanghai – your time zone
    /time 08:30 – the time of your digests
    /lang – English or Chinese
help-words-title = Words of a topic
help-words =
    diffusion segmentation – both words
    "image restoration" – a phrase
    quant* – any word that begins so
    gan OR vae, (a OR b) c, -survey – or, groups, without
    ti:attention abs:robot au:"He, Kaiming" – title, abstract, author
    cs.CV, hep-th, math – categories

### Topics

sub-usage = Which topic? Write its words behind the command, for example: /sub diffusion -survey cat:cs.CV
preview-title = { $topic }
preview-count = { $papers ->
    [0] No paper
    [one] One paper
   *[other] { $papers } papers
} in the last { $days ->
    [one] day
   *[other] { $days } days
}.
preview-partial = I hold only { $days ->
    [0] no arXiv day yet
    [one] one arXiv day
   *[other] { $days } arXiv days
} so far; the count will grow.
preview-many = That is a lot. Another word, a phrase or a category makes it fewer.
preview-none = Nothing so far: it may be rare, or try fewer words.
preview-examples = For example:
preview-chinese = arXiv papers are in English, so Chinese words find little. Try the English term, for example: diffusion model
preview-category-added = I did not read { $categories } so far and start with the next announcement.
preview-known = You follow this topic already. /digest brings what is new, /list shows your topics.
preview-gone = This preview is out of date. Send the words again.
preview-cancelled = Cancelled, nothing was changed. Type other words whenever you like.
preview-change = Send the words anew, for example: { $query }

subscribed = You follow { $topic }. Next digest: { $next } ({ $zone }).
subscribed-paused = This chat is paused. /resume starts it again.
unsubscribed = You no longer follow { $topic }.
unsub-which = Which topic shall I stop?
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
list-none = You follow no topic yet. Type a few words to begin, for example: diffusion model

### Digests by command

digest-none-yet = Nothing new for { $topic } since your last digest. Next: { $next } ({ $zone }).
digest-none-again = Nothing new for { $topic } since your last digest; here it is again. Next: { $next } ({ $zone }).
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
settings-form-rich = table
settings-form-classic = text
settings-languages-en = English
settings-languages-zh = Chinese
settings-languages-both = Chinese and English
settings-rich-warning = If your Telegram shows “not supported”, switch back to text here.
settings-time-usage = Write the time as hours and minutes, for example: /time 08:30
settings-time-choose = When shall your digests come?
settings-zone-usage = Write the zone by its city, for example: /timezone Asia/Shanghai
settings-zone-choose = Which time zone? Not here: /timezone and its city, for example /timezone Asia/Shanghai
settings-zone-unknown = I do not know the time zone { $given }. Write it by its city, for example: /timezone { $example }
settings-lang-usage = I speak English and Chinese: /lang en or /lang zh
settings-zone-set = Your time zone is { $zone }. There it is { $clock } now.
settings-time-set = Your digests come at { $time } ({ $zone }).
settings-saved = Saved.
language-en = English
language-zh = 中文

paused = Paused: no digests until /resume. Nothing is lost, the papers wait.
resumed = Digests come again. What gathered meanwhile comes with the next one.

### Buttons

button-subscribe = Subscribe
button-change = Change
button-cancel = Cancel
button-undo = Undo
button-digest = Show one now
button-settings = Settings
button-stop = Stop this topic
button-rest = Show the rest
button-next = Next ›
button-back = ‹ Back
button-list = My topics
button-language = English / 中文
button-time = Time
button-zone = Time zone
button-table = As a table
button-text = As text

### Refusals

refusal-not-admin = Only administrators of this chat can change its topics and settings.
refusal-button-old = This button is out of date. /list shows your topics.
refusal-command-unknown = I do not know this command. /help shows what you can ask for.
refusal-failed = Something went wrong on my side, and it was noted. Please try again in a minute.
refusal-private-only = Type /sub and the words of a topic, for example: /sub diffusion model
