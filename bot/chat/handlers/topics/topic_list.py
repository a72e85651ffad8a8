"""The topics of a chat: their list, and the way out and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.chat.api.callback_data import thread_link
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.short_reply import Line, told
from bot.digests.preview import Volumes
from bot.render.entry_content import display
from bot.render.size_limits import shorten
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from bot.texts.dates import moment
from bot.topics import edit_subscriptions, export_file
from bot.topics import edit_subscriptions as verb
from storage import Store
from storage.records import DraftKind, Subscription

PAGE = 8  # topics of a list's page
PER_ROW = 4
CHOICES = 50  # buttons of a choice; under a message Telegram takes some hundred
_LABEL_UNITS = 60
COUNTED = 2  # topics whose volume is counted for one list
_PICKED, _LISTED = 1, 2  # where [stop] stood: in a choice, in a list or card


def list_(store: Store, ask: Ask) -> Reply:
    """``/list``: every topic with its number, its volume, when it comes and a way to change it."""
    return _listed(store, ask, ask.action.first, edit=bool(ask.action.verb))


def _listed(store: Store, ask: Ask, page: int, *, edit: bool, above: Sequence[Line] = ()) -> Reply:
    topics = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    if not topics:
        browse = ((ask.button("button-browse", "groups"),),)
        return told([*above, Line(ask.say("list-none"))], browse, edit=edit)
    pages = -(-len(topics) // PAGE)
    page = min(page, pages - 1)
    shown = list(enumerate(topics, start=1))[page * PAGE : (page + 1) * PAGE]
    queries = [topic.query for _, topic in shown]
    volumes = weekly(ask, queries)
    lines = [*above, Line(ask.say("list-title", topics=len(topics)), bold=True)]
    for number, topic in shown:
        lines.append(Line(f"{number}. {topic.name}"))
        lines.append(Line(summary(ask, topic, volumes.get(topic.query)), close=True))
        if topic.thread and topic.thread != ask.thread:
            place = thread_link(topic.chat, topic.thread)
            lines.append(Line(ask.say("list-thread"), link=place, close=True))
    lines.append(Line(ask.say("list-zone", zone=ask.chat.zone)))
    lines.append(Line(ask.say("list-choose"), close=True))
    cells = [Button(str(number), Action("topic", topic.key)) for number, topic in shown]
    rows = [tuple(cells[at : at + PER_ROW]) for at in range(0, len(cells), PER_ROW)]
    return told(lines, (*rows, *_turning(page, pages), _foot(ask)), edit=edit)


def _turning(page: int, pages: int) -> Keyboard:
    """The way to the pages beside this one, where there are any."""
    if pages == 1:
        return ()
    here = Button(f"{page + 1}/{pages}", Action("list", page))
    back = (Button("‹", Action("list", page - 1)),) if page else ()
    on = (Button("›", Action("list", page + 1)),) if page < pages - 1 else ()
    return ((*back, here, *on),)


def _foot(ask: Ask) -> tuple[Button, ...]:
    return (ask.button("button-browse", "groups"), ask.button("button-settings", "settings"))


def weekly(ask: Ask, queries: Sequence[str]) -> dict[str, int]:
    """The weekly papers of topics; of those that are not known, some are counted, if they can."""
    known = ask.house.volumes.counted(queries, ask.now)
    if len(known) == len(set(queries)):
        return known
    try:
        return ask.read(_counted, ask.house.volumes, tuple(queries), ask.now)
    except Refusal:
        return known  # what is shown does not depend on it


def _counted(
    store: Store, volumes: Volumes, queries: Sequence[str], now: datetime
) -> dict[str, int]:
    return volumes.of(store, queries, now, count=COUNTED)


def summary(ask: Ask, topic: Subscription, papers: int | None) -> str:
    """A topic's papers a week, where they were counted, and when it comes."""
    if papers is None:
        return state(ask, topic)
    return ask.say("list-state", papers=papers, state=state(ask, topic))


def state(ask: Ask, topic: Subscription) -> str:
    """Whether a topic is paused, and else when it comes next."""
    if topic.paused or ask.chat.paused:
        return ask.say("list-paused")
    if topic.next_due is None:
        return ask.say("list-announced")
    return ask.say("list-next", next=next_time(ask, topic))


def next_time(ask: Ask, topic: Subscription) -> str:
    """The next time of a topic on its own clock."""
    if topic.next_due is None:
        return ask.say("list-announced")
    return moment(ask.language, topic.next_due, topic.zone)


def followed(ask: Ask, topic: Subscription, *, edit: bool) -> Reply:
    """Says that a topic is followed, when it comes, and what can be done next."""
    buttons = (
        (ask.button("button-digest", "digest", topic.key),),
        (ask.button("button-settings", "settings"), ask.button("button-list", "list")),
    )
    return told([Line(following(ask, topic))], buttons, edit=edit)


def following(ask: Ask, topic: Subscription) -> str:
    """That a topic is followed, and when its first digest comes."""
    if ask.chat.paused:
        return ask.say("subscribed-paused", topic=topic.name)
    return ask.say("subscribed", topic=topic.name, next=next_time(ask, topic), zone=topic.zone)


def unsub(store: Store, ask: Ask) -> Reply:
    """``/unsub``, with a number or name, or a choice of buttons."""
    if not ask.words:
        return _choice(store, ask)
    topic = verb.named(store, ask.chat, ask.words)
    if topic is None:
        known = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
        key = "topic-unknown" if known else "unsub-none"
        return told([Line(ask.say(key, given=ask.words[:60]))])
    return _stopped(store, ask, topic)


def _choice(store: Store, ask: Ask, above: Sequence[Line] = (), undo: Keyboard = ()) -> Reply:
    """Every topic as a button; one press stops it, and the choice goes on in its place."""
    edit = bool(ask.action.verb)
    topics = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    if not topics:
        return told([*above, Line(ask.say("unsub-none"))], undo, edit=edit)
    rows = tuple((Button(_label(t), Action("stop", t.key, _PICKED)),) for t in topics[:CHOICES])
    lines = [*above, Line(ask.say("unsub-which"))]
    if len(topics) > CHOICES:
        lines.append(Line(ask.say("unsub-more")))
    return told(lines, (*rows, *undo), edit=edit)


def _label(topic: Subscription) -> str:
    """The topic's name on a button; one of invisible signs by its number."""
    return shorten(display(topic.name), _LABEL_UNITS) or str(topic.key)


def stop(store: Store, ask: Ask) -> Reply:
    """[Stop this topic]: one press, with a way back; a list or choice changes in its place."""
    topic = verb.topic_of(store, ask.chat, ask.action.first)
    return _stopped(store, ask, topic)


def _stopped(store: Store, ask: Ask, topic: Subscription) -> Reply:
    verb.unsubscribe(store, ask.chat, topic.key)
    key = kept(store, ask, [topic])
    undo: Keyboard = ((ask.button("button-undo", "undo", key),),)
    gone = Line(ask.say("unsubscribed", topic=topic.name))
    if ask.action.second == _PICKED:
        return _choice(store, ask, [gone], undo)
    if ask.action.second == _LISTED:
        undo = ((ask.button("button-undo", "undo", key), ask.button("button-list", "list")),)
        return told([gone], undo, edit=True)
    return told([gone], undo)  # the digest above it stays


def kept(store: Store, ask: Ask, topics: Sequence[Subscription]) -> int:
    """Keeps topics behind a button that brings them back as they were."""
    words = export_file.written(topics, told=True)
    bot, chat = ask.chat.bot, ask.chat.chat
    return store.drafts.put(bot, chat, words, now=ask.now, kind=DraftKind.TOPICS)


def _restored(store: Store, ask: Ask, topics: Sequence[Subscription]) -> tuple[int, Refusal | None]:
    """How many topics came back, and why another one could not; none is followed twice."""
    added, refusal = 0, None
    for one in topics:
        try:
            added += edit_subscriptions.restore(
                store, one, ask.now, polled=ask.house.feeds, limit=ask.house.topics
            )
        except Refusal as reason:
            refusal = reason
    return added, refusal


def undo(store: Store, ask: Ask) -> Reply:
    """[Undo]: topics that were stopped are followed again, from where they were."""
    draft = store.drafts.get(ask.chat.bot, ask.chat.chat, ask.action.first, DraftKind.TOPICS)
    if draft is None:
        raise Refusal("undo-gone")
    topics = export_file.read(draft.words, ask.chat.bot, ask.chat.chat)
    back = [topic for topic in topics if isinstance(topic, Subscription)]
    added, refusal = _restored(store, ask, back)
    if not added:
        raise refusal or Refusal("preview-known")
    if len(back) > 1:
        above = [Line(refusal.say(ask.language))] if refusal else []
        return _listed(store, ask, 0, edit=True, above=above)
    known = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    topic = next(one for one in known if one.query == back[0].query)
    return followed(ask, topic, edit=True)
