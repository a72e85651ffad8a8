"""Browse arXiv's categories with buttons: group, archive, category and its preview.

Callback data contains positions in the taxonomy: group and archive in one number, then the
category.
"""

from __future__ import annotations

from dataclasses import replace

from bot.arxiv import taxonomy
from bot.arxiv.taxonomy import Archive, Category, Group
from bot.chat.handlers.topics.new_topic import preview_reply
from bot.chat.request_and_reply import Reply, Request
from bot.chat.widgets.page_row import page_row
from bot.chat.widgets.short_reply import Line, short_reply
from bot.render.telegram.keyboard import Action, Button, button_rows, with_check_mark
from bot.texts import Refusal
from storage import Store

PAGE_SIZE = 8
_MAX_LABEL_LENGTH = 48  # characters; a phone shows fewer
_ARCHIVES_PER_GROUP = 100  # archive number = group * 100 + archive


def show_groups(store: Store, request: Request) -> Reply:
    """Handle [Browse categories]: show the groups, the first time in a message of its own."""
    followed_codes = _followed_codes(store, request)
    buttons = []
    for group_number, group in enumerate(taxonomy.taxonomy_groups()):
        codes = {code for child in group.archives for code in _codes_of_archive(child)}
        is_followed = not followed_codes.isdisjoint(codes)
        open_group = (
            Action("group", group_number)
            if len(group.archives) > 1
            else Action("archive", group_number * _ARCHIVES_PER_GROUP)
        )
        label = _category_label(_display_name(request, group), is_followed)
        buttons.append(Button(label, open_group))
    return short_reply(
        [Line(request.say("browse-groups"))],
        button_rows(buttons, columns=1),
        edit=request.action.first_argument == 1,
    )


def show_group(store: Store, request: Request) -> Reply:
    """Show a page of the archives of a group."""
    group_index = request.action.first_argument
    selected_group = _group_at(group_index)
    followed_codes = _followed_codes(store, request)
    buttons = []
    for archive_index, child_archive in enumerate(selected_group.archives):
        is_followed = not followed_codes.isdisjoint(_codes_of_archive(child_archive))
        buttons.append(
            Button(
                _category_label(_display_name(request, child_archive), is_followed),
                Action("archive", group_index * _ARCHIVES_PER_GROUP + archive_index),
            )
        )
    title = request.say("browse-archives", group=_display_name(request, selected_group))
    back_button = request.button("button-back", "groups", 1)
    return _page_reply(request, title, buttons, Action("group", group_index), back_button)


def show_archive(store: Store, request: Request) -> Reply:
    """Show a page of the categories of an archive, first all of them together."""
    archive_number = request.action.first_argument
    selected_archive = _archive_at(archive_number)
    followed_codes = _followed_codes(store, request)
    buttons = []
    if len(selected_archive.categories) > 1:
        archive_label = _category_label(
            request.say("browse-all", archive=selected_archive.code),
            selected_archive.code in followed_codes,
        )
        buttons.append(Button(archive_label, Action("category", archive_number)))
    for category_number, child_category in enumerate(selected_archive.categories, start=1):
        category_code = child_category.code
        archive_label = _category_label(
            f"{category_code} {_display_name(request, child_category)}",
            not followed_codes.isdisjoint({category_code, taxonomy.canonical_code(category_code)}),
        )
        buttons.append(Button(archive_label, Action("category", archive_number, category_number)))
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
    category_number = request.action.second_argument
    if category_number > len(selected_archive.categories):
        raise Refusal("refusal-button-old")
    selection: Archive | Category = (
        selected_archive.categories[category_number - 1] if category_number else selected_archive
    )
    page_number = category_number // PAGE_SIZE
    back_row = (
        (request.button("button-back", "archive", request.action.first_argument, page_number),),
    )
    query_words, display_name = f"cat:{selection.code}", _display_name(request, selection)
    return preview_reply(
        store, request, query_words, name=display_name, footer_rows=back_row, edit=True
    )


def _page_reply(
    request: Request, title: str, buttons: list[Button], page_action: Action, back_button: Button
) -> Reply:
    pages = -(-len(buttons) // PAGE_SIZE)
    page_number = request.action.second_argument
    if page_number >= pages:
        raise Refusal("refusal-button-old")
    rows = (
        *button_rows(buttons[page_number * PAGE_SIZE : (page_number + 1) * PAGE_SIZE], columns=1),
        *page_row(
            page_number,
            lambda number: replace(page_action, second_argument=number),
            has_next=page_number < pages - 1,
            position=f"{page_number + 1}/{pages}",
        ),
        (back_button,),
    )
    return short_reply([Line(title)], rows, edit=True)


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
    return frozenset({archive.code, *(category.code for category in archive.categories)})


def _display_name(request: Request, node: Group | Archive | Category) -> str:
    return node.zh if request.language == "zh" else node.en


def _category_label(label: str, is_followed: bool) -> str:
    return with_check_mark(label[:_MAX_LABEL_LENGTH], is_followed)
