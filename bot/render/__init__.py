"""Render digests in the forms that commands print; all of them from the same ``Digest``.

``FORMATS`` lists these forms; ``render_part`` renders what is sent to a chat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from bot.render.display_options import DisplayOptions
from bot.render.documents import html_page, json_data, markdown
from bot.render.documents.bibtex import bibliography
from bot.render.documents.csl_json import csl_json
from bot.render.documents.ris import ris_records
from bot.render.telegram.rich_blocks import JSON
from bot.render.telegram.split_into_messages import Message, digest_parts, render_part
from bot.texts import supported_language
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from storage.records.papers import Paper


def _rendered_messages(
    digest: Digest, form: MessageForm, languages: tuple[str, ...]
) -> list[Message]:
    options = DisplayOptions(
        form=form, language=supported_language(languages[0]), languages=languages
    )
    return [
        render_part(digest, part, options)
        for part in digest_parts(digest, options, with_entries=True)
    ]


def _rich_json(digest: Digest, languages: tuple[str, ...]) -> str:
    """Return the blocks of each message, as a JSON list of lists."""
    message_blocks: JSON = [
        list(rendered.blocks)
        for rendered in _rendered_messages(digest, MessageForm.THREE_COLUMNS, languages)
    ]
    return json.dumps(message_blocks, ensure_ascii=False, indent=2) + "\n"


def _classic_html(digest: Digest, languages: tuple[str, ...]) -> str:
    """Return the HTML of each message, separated by lines of dashes."""
    return (
        "\n\n---\n\n".join(
            rendered.html for rendered in _rendered_messages(digest, MessageForm.CLASSIC, languages)
        )
        + "\n"
    )


def _papers_of_digest(digest: Digest) -> list[Paper]:
    return [entry.paper for entry in digest.entries]


FORMATS: Mapping[str, Callable[[Digest, tuple[str, ...]], str]] = {
    "markdown": markdown.render,
    "json": json_data.render_json,
    "rich": _rich_json,
    "classic": _classic_html,
    "html": html_page.render,
    "bibtex": lambda digest, _: bibliography(_papers_of_digest(digest)),
    "ris": lambda digest, _: ris_records(_papers_of_digest(digest)).decode(),
    "csl-json": lambda digest, _: csl_json(_papers_of_digest(digest)),
}
