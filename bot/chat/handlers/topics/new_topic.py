"""A new topic: its preview, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.chat.handlers.topics.topic_list import followed
from bot.chat.request_and_reply import Ask, Reply, in_transaction
from bot.chat.services import Outside
from bot.chat.widgets import query_translation
from bot.chat.widgets.short_reply import Line, pointed, told
from bot.digests.preview import MANY, Preview, preview, suggested
from bot.render.entry_content import address, shown_title
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from bot.texts.telegram_autolinks import inert
from bot.topics import edit_subscriptions as verb
from bot.topics.query.parser import QueryError, parse_typed
from bot.topics.query_suggestions import MANY as STORED
from bot.topics.query_suggestions import Suggestion
from storage import Store
from storage.records import Draft, DraftKind, Paper

_AROUND = 30  # characters shown on each side of a mistake
_TITLE_UNITS = 300
_LABEL_UNITS = 48  # of the words on a button, beside which stands a count


def sub(store: Store, ask: Ask) -> Reply:
    """``/sub words``, or words alone in a private chat: shows what the topic would bring."""
    if not ask.words:
        return told([Line(ask.say("sub-usage"))], ((ask.button("button-browse", "groups"),),))
    return offered(store, ask, ask.words)


def draft(store: Store, ask: Ask) -> Reply:
    """A pressed example: its preview."""
    return offered(store, ask, drafted(store, ask).words)


def offered(store: Store, ask: Ask, words: str) -> Reply:
    """The preview of a topic; one that is not in English is put into English first."""
    try:
        query = parse_typed(words)
    except QueryError as error:
        return misread(store, ask, words, error)
    if query_translation.is_wanted(ask, query, words):
        return query_translation.asked(ask, "topic", words)
    return previewed(store, ask, words)


async def put_into_english(outside: Outside, store: Store, ask: Ask, words: str) -> Reply:
    """The preview of a topic in English; of its own words where there is no English for them."""
    found = await query_translation.put(outside, ask, words)
    return await in_transaction(store, ask, _put, found)


def _put(store: Store, ask: Ask, found: query_translation.Words) -> Reply:
    return previewed(store, ask, found.text, above=found.lines)


def drafted(store: Store, ask: Ask) -> Draft:
    """The words behind a button of this chat; other things behind buttons are refused."""
    draft = store.drafts.get(ask.chat.bot, ask.chat.chat, ask.action.first, DraftKind.WORDS)
    if draft is None:
        raise Refusal("preview-gone")
    return draft


def previewed(
    store: Store,
    ask: Ask,
    words: str,
    *,
    name: str = "",
    above: Sequence[Line] = (),
    below: Keyboard = (),
    edit: bool = False,
) -> Reply:
    """What a topic would bring, with the choice to follow it; ``below`` leads back."""
    try:
        shown = ask.read(preview, words, ask.now, polled=ask.house.feeds)
    except QueryError as error:
        return misread(store, ask, words, error)
    if shown.is_whole:
        ask.house.volumes.note(shown.query.text, shown.papers, ask.now)
    lines = [*above, Line(ask.say("preview-title", topic=verb.cleaned(words)), bold=True)]
    if name:
        lines.append(Line(name, close=True))
    lines += brought(ask, shown)
    others = suggested_buttons(store, ask, [*shown.suggestions, *filter(None, [shown.together])])
    if verb.same(store, ask.chat, shown.query, ask.thread):
        lines.append(Line(ask.say("preview-known")))
        return told(lines, (*others, *below), edit=edit)
    key = store.drafts.put(ask.chat.bot, ask.chat.chat, verb.cleaned(words), now=ask.now)
    buttons = (
        (ask.button("button-subscribe", "subscribe", key),),
        (ask.button("button-change", "change", key), ask.button("button-cancel", "cancel", key)),
    )
    ordered = (*buttons, *others) if shown.papers else (*others, *buttons)
    return told(lines, (*ordered, *below), edit=edit)


def brought(ask: Ask, shown: Preview) -> list[Line]:
    """How many papers words would have brought, advice, and three of the titles."""
    about = "preview-count" if shown.is_exact else "preview-about"
    count = about if shown.is_whole else "preview-at-least"
    lines = [Line(ask.say(count, papers=shown.papers, days=shown.days))]
    if shown.held < _feed_days(shown.days):
        lines.append(Line(ask.say("preview-partial", days=shown.held), close=True))
    lines += _advice(ask, shown)
    if shown.examples:
        lines.append(Line(ask.say("preview-examples")))
        lines += [
            Line(f"{number}. {_title(paper)}", link=address(paper), close=True)
            for number, paper in enumerate(shown.examples, start=1)
        ]
    return lines


def _title(paper: Paper) -> str:
    return inert(shorten(shown_title(paper), _TITLE_UNITS))


def _feed_days(days: int) -> int:
    """A week has five days with announcements; a holiday more is no reason to warn."""
    return days * 5 // 7 - 1


def _advice(ask: Ask, preview: Preview) -> list[Line]:
    lines = []
    if preview.chinese:
        lines.append(Line(ask.say("preview-chinese")))
    elif preview.papers > MANY:
        lines.append(Line(ask.say("preview-many")))
    elif preview.stored:
        stored = "preview-stored-many" if preview.stored >= STORED else "preview-stored"
        lines.append(Line(ask.say(stored, papers=preview.stored)))
    elif not preview.papers and not preview.suggestions:
        lines.append(Line(ask.say("preview-none")))
    if preview.suggestions:
        lines.append(Line(ask.say("suggestions", readings=len(preview.suggestions))))
    if preview.together:
        lines.append(Line(ask.say("suggestion-together", papers=preview.together.papers)))
    return lines


def suggested_buttons(
    store: Store, ask: Ask, suggestions: Iterable[Suggestion], verb: str = "draft", first: int = 0
) -> Keyboard:
    """A button for each suggestion, which shows what it finds."""
    rows = []
    for one in suggestions:
        key = store.drafts.put(ask.chat.bot, ask.chat.chat, one.words, now=ask.now)
        action = Action(verb, first, key) if first else Action(verb, key)
        rows.append((Button(_suggested(ask, one), action),))
    return tuple(rows)


def _suggested(ask: Ask, one: Suggestion) -> str:
    words = shorten(one.words, _LABEL_UNITS)
    if one.is_recent:
        return ask.say("suggestion-recent", query=words, papers=one.papers)
    key = "suggestion-stored-many" if one.papers >= STORED else "suggestion-stored"
    return ask.say(key, query=words, papers=one.papers)


def misread(
    store: Store, ask: Ask, words: str, error: QueryError, verb: str = "draft", first: int = 0
) -> Reply:
    """Says what cannot be understood, marks the place in the words, and offers other readings."""
    start = max(0, error.position - _AROUND)
    shown = " ".join(words[start : error.position + _AROUND].splitlines())
    sentence = ask.say(error.key, **error.values)
    found = ask.read_offer(suggested, words, ask.now, papers=0, polled=ask.house.feeds)
    below = ask.say("suggestions", readings=len(found)) if found else ""
    buttons = suggested_buttons(store, ask, found, verb, first)
    return Reply((pointed(sentence, shown, error.position - start, below, buttons),))


def subscribe(store: Store, ask: Ask) -> Reply:
    """The preview's [Subscribe]: keeps the topic and says when its first digest comes."""
    draft = drafted(store, ask)
    topic, added = verb.subscribe(
        store,
        ask.chat,
        draft.words,
        ask.now,
        polled=ask.house.feeds,
        limit=ask.house.topics,
        thread=ask.thread,
    )
    if not added:
        return Reply(toast=ask.say("preview-known"))
    return followed(ask, topic, edit=True)


def change(store: Store, ask: Ask) -> Reply:
    """The preview's [Change]: asks for the words anew, with the old ones as the example."""
    words = drafted(store, ask).words
    where = f"{ask.chat.chat} " if ask.is_elsewhere else ""
    return told([Line(ask.say("preview-change", query=f"/sub {where}{words}"))], edit=True)


def cancel(store: Store, ask: Ask) -> Reply:
    """The preview's [Cancel]: nothing was stored, and that is said."""
    return told([Line(ask.say("preview-cancelled"))], edit=True)
