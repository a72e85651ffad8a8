"""Browse arXiv's categories with buttons: group, archive, category and its preview.

Callback data contains positions in the taxonomy: group and archive in one number, then the
category.
"""

from __future__ import annotations

from bot.arxiv import taxonomy
from bot.arxiv.taxonomy import Archive, Category, Group
from bot.chat.handlers.topics.new_topic import preview_reply
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action, Button, Keyboard
from bot.texts import Refusal
from storage import Store

PAGE_SIZE = 8
_MAX_LABEL_LENGTH = 48  # characters; a phone shows fewer
_ARCHIVES_PER_GROUP = 100  # archive number = group * 100 + archive


def show_groups(store: Store, request: Request) -> Reply:
    """Handle [Browse categories]: show the groups, the first time in a message of its own."""
    followed_codes = _followed_codes(store, request)
    rows: Keyboard = tuple(
        (
            Button(
                _branch_label(request, group, followed_codes, _codes_of_group(group)),
                _group_action(index, group),
            ),
        )
        for index, group in enumerate(taxonomy.taxonomy_groups())
    )
    return short_reply(
        [Line(request.say("browse-groups"))], rows, edit=request.action.first_argument == 1
    )


def _group_action(group_index: int, group: Group) -> Action:
    """Return the action that opens a group, or its only archive."""
    return (
        Action("group", group_index)
        if len(group.archives) > 1
        else Action("archive", group_index * _ARCHIVES_PER_GROUP)
    )


def show_group(store: Store, request: Request) -> Reply:
    """Show a page of the archives of a group."""
    group_index = request.action.first_argument
    selected_group = _group_at(group_index)
    followed_codes = _followed_codes(store, request)
    buttons = [
        Button(
            _branch_label(request, child_archive, followed_codes, _codes_of_archive(child_archive)),
            Action("archive", group_index * _ARCHIVES_PER_GROUP + archive_index),
        )
        for archive_index, child_archive in enumerate(selected_group.archives)
    ]
    title = request.say("browse-archives", group=_display_name(request, selected_group))
    back_button = request.button("button-back", "groups", 1)
    return _page_reply(request, title, buttons, Action("group", group_index), back_button)


def show_archive(store: Store, request: Request) -> Reply:
    """Show a page of the categories of an archive, first all of them together."""
    archive_number = request.action.first_argument
    selected_archive = _archive_at(archive_number)
    followed_codes = _followed_codes(store, request)
    buttons = [
        Button(
            _category_label(request, child_category, followed_codes),
            Action("category", archive_number, number),
        )
        for number, child_category in enumerate(selected_archive.categories, start=1)
    ]
    if len(buttons) > 1:
        label = request.say("browse-all", archive=selected_archive.code)
        buttons.insert(
            0,
            Button(
                _with_check_mark(label, selected_archive.code in followed_codes),
                Action("category", archive_number),
            ),
        )
    group_index = archive_number // _ARCHIVES_PER_GROUP
    parent_action = (
        Action("group", group_index)
        if len(_group_at(group_index).archives) > 1
        else Action("groups", 1)
    )
    title = request.say("browse-categories", archive=_display_name(request, selected_archive))
    back_button = Button(request.say("button-back"), parent_action)
    return _page_reply(request, title, buttons, Action("archive", archive_number), back_button)


def show_category(store: Store, request: Request) -> Reply:
    """Show the preview of a category in place of the list."""
    selected_archive = _archive_at(request.action.first_argument)
    number = request.action.second_argument
    if number > len(selected_archive.categories):
        raise Refusal("refusal-button-old")
    selection: Archive | Category = (
        selected_archive.categories[number - 1] if number else selected_archive
    )
    page = number // PAGE_SIZE
    back_row = ((request.button("button-back", "archive", request.action.first_argument, page),),)
    words, name = f"cat:{selection.code}", _display_name(request, selection)
    return preview_reply(store, request, words, name=name, footer_rows=back_row, edit=True)


def _page_reply(
    request: Request, title: str, buttons: list[Button], page_action: Action, back_button: Button
) -> Reply:
    pages = -(-len(buttons) // PAGE_SIZE)
    page = request.action.second_argument
    if page >= pages:
        raise Refusal("refusal-button-old")
    rows: list[tuple[Button, ...]] = [
        (button,) for button in buttons[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    ]
    page_buttons: list[Button] = []
    if page:
        page_buttons.append(
            Button("‹", Action(page_action.verb, page_action.first_argument, page - 1))
        )
    if pages > 1:
        page_buttons.append(
            Button(
                f"{page + 1}/{pages}", Action(page_action.verb, page_action.first_argument, page)
            )
        )
    if page < pages - 1:
        page_buttons.append(
            Button("›", Action(page_action.verb, page_action.first_argument, page + 1))
        )
    if page_buttons:
        rows.append(tuple(page_buttons))
    return short_reply([Line(title)], (*rows, (back_button,)), edit=True)


def _group_at(group_index: int) -> Group:
    if group_index >= len(taxonomy.taxonomy_groups()):
        raise Refusal("refusal-button-old")
    return taxonomy.taxonomy_groups()[group_index]


def _archive_at(archive_number: int) -> Archive:
    group_index, archive_index = divmod(archive_number, _ARCHIVES_PER_GROUP)
    archives = _group_at(group_index).archives
    if archive_index >= len(archives):
        raise Refusal("refusal-button-old")
    return archives[archive_index]


def _followed_codes(store: Store, request: Request) -> frozenset[str]:
    """Return the categories and archives that this chat follows as topics of their own."""
    topics = store.subscriptions.of_chat(request.chat.bot, request.chat.id)
    return frozenset(
        topic.query.removeprefix("cat:") for topic in topics if topic.query.startswith("cat:")
    )


def _codes_of_archive(archive: Archive) -> frozenset[str]:
    return frozenset(
        {archive.code, *(child_category.code for child_category in archive.categories)}
    )


def _codes_of_group(group: Group) -> frozenset[str]:
    return frozenset(
        code for child_archive in group.archives for code in _codes_of_archive(child_archive)
    )


def _display_name(request: Request, node: Group | Archive | Category) -> str:
    return node.zh if request.language == "zh" else node.en


def _branch_label(
    request: Request, node: Group | Archive, followed_codes: frozenset[str], codes: frozenset[str]
) -> str:
    """Return the label of a group or archive, marked if anything in it is followed."""
    return _with_check_mark(_display_name(request, node), bool(followed_codes & codes))


def _category_label(
    request: Request, arxiv_category: Category, followed_codes: frozenset[str]
) -> str:
    is_followed = bool(
        followed_codes & {arxiv_category.code, taxonomy.canonical_code(arxiv_category.code)}
    )
    return _with_check_mark(
        f"{arxiv_category.code} {_display_name(request, arxiv_category)}", is_followed
    )


def _with_check_mark(label: str, is_followed: bool) -> str:
    return ("✓ " if is_followed else "") + label[:_MAX_LABEL_LENGTH]
