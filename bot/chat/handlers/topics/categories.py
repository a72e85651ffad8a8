"""The tree of arXiv's categories as buttons: group, archive, category, and its preview.

Callback data carries places in the tree: a group and an archive as one number, then a category.
"""

from __future__ import annotations

from bot.arxiv import taxonomy
from bot.arxiv.taxonomy import Archive, Category, Group
from bot.chat.handlers.topics.new_topic import previewed
from bot.chat.request_and_reply import Ask, Reply
from bot.chat.widgets.short_reply import Line, told
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from storage import Store

PAGE = 8
_LABEL = 48  # characters of a button; a phone shows fewer, from the beginning
_APART = 100  # a place is group * 100 + archive


def groups(store: Store, ask: Ask) -> Reply:
    """[Browse categories]: the disciplines; the first time in a message of its own."""
    chosen = _chosen(store, ask)
    rows: Keyboard = tuple(
        (Button(_named(ask, group, chosen, _codes(group)), _into(at, group)),)
        for at, group in enumerate(taxonomy.tree())
    )
    return told([Line(ask.say("browse-groups"))], rows, edit=ask.action.first == 1)


def _into(at: int, group: Group) -> Action:
    """A group of one archive is that archive."""
    return Action("group", at) if len(group.archives) > 1 else Action("archive", at * _APART)


def group(store: Store, ask: Ask) -> Reply:
    """The archives of a group, page by page."""
    at, found = ask.action.first, _group(ask.action.first)
    chosen = _chosen(store, ask)
    cells = [
        Button(_named(ask, one, chosen, _held(one)), Action("archive", at * _APART + number))
        for number, one in enumerate(found.archives)
    ]
    title = ask.say("browse-archives", group=_name(ask, found))
    up = ask.button("button-back", "groups", 1)
    return _paged(ask, title, cells, Action("group", at), up)


def archive(store: Store, ask: Ask) -> Reply:
    """The categories of an archive, page by page; several can be followed as a whole."""
    place = ask.action.first
    found = _archive(place)
    chosen = _chosen(store, ask)
    cells = [
        Button(_label(ask, one, chosen), Action("category", place, number))
        for number, one in enumerate(found.categories, start=1)
    ]
    if len(cells) > 1:
        label = ask.say("browse-all", archive=found.code)
        cells.insert(0, Button(_marked(label, found.code in chosen), Action("category", place)))
    at = place // _APART
    above = Action("group", at) if len(_group(at).archives) > 1 else Action("groups", 1)
    title = ask.say("browse-categories", archive=_name(ask, found))
    up = Button(ask.say("button-back"), above)
    return _paged(ask, title, cells, Action("archive", place), up)


def category(store: Store, ask: Ask) -> Reply:
    """A chosen category: what it would bring, in the place of the list, with the way back."""
    found = _archive(ask.action.first)
    number = ask.action.second
    if number > len(found.categories):
        raise Refusal("refusal-button-old")
    chosen: Archive | Category = found.categories[number - 1] if number else found
    page = number // PAGE
    back = ((ask.button("button-back", "archive", ask.action.first, page),),)
    words, name = f"cat:{chosen.code}", _name(ask, chosen)
    return previewed(store, ask, words, name=name, below=back, edit=True)


def _paged(ask: Ask, title: str, cells: list[Button], here: Action, up: Button) -> Reply:
    pages = -(-len(cells) // PAGE)
    page = ask.action.second
    if page >= pages:
        raise Refusal("refusal-button-old")
    rows: list[tuple[Button, ...]] = [(cell,) for cell in cells[page * PAGE : (page + 1) * PAGE]]
    turning: list[Button] = []
    if page:
        turning.append(Button("‹", Action(here.verb, here.first, page - 1)))
    if pages > 1:
        turning.append(Button(f"{page + 1}/{pages}", Action(here.verb, here.first, page)))
    if page < pages - 1:
        turning.append(Button("›", Action(here.verb, here.first, page + 1)))
    if turning:
        rows.append(tuple(turning))
    return told([Line(title)], (*rows, (up,)), edit=True)


def _group(at: int) -> Group:
    if at >= len(taxonomy.tree()):
        raise Refusal("refusal-button-old")
    return taxonomy.tree()[at]


def _archive(place: int) -> Archive:
    at, number = divmod(place, _APART)
    held = _group(at).archives
    if number >= len(held):
        raise Refusal("refusal-button-old")
    return held[number]


def _chosen(store: Store, ask: Ask) -> frozenset[str]:
    """The categories and archives that this chat follows as topics of their own."""
    followed = store.subscriptions.of(ask.chat.bot, ask.chat.chat)
    return frozenset(
        topic.query.removeprefix("cat:") for topic in followed if topic.query.startswith("cat:")
    )


def _held(archive: Archive) -> frozenset[str]:
    return frozenset({archive.code, *(one.code for one in archive.categories)})


def _codes(group: Group) -> frozenset[str]:
    return frozenset(code for one in group.archives for code in _held(one))


def _name(ask: Ask, one: Group | Archive | Category) -> str:
    return one.zh if ask.language == "zh" else one.en


def _named(ask: Ask, one: Group | Archive, chosen: frozenset[str], held: frozenset[str]) -> str:
    """A branch bears the mark when something in it is followed."""
    return _marked(_name(ask, one), bool(chosen & held))


def _label(ask: Ask, one: Category, chosen: frozenset[str]) -> str:
    followed = bool(chosen & {one.code, taxonomy.canonical(one.code)})
    return _marked(f"{one.code} {_name(ask, one)}", followed)


def _marked(label: str, followed: bool) -> str:
    return ("✓ " if followed else "") + label[:_LABEL]
