"""How does a digest look? Every form from the same noun, and nothing else decides.

``FORMS`` are the forms that a command prints; ``message`` holds what is sent to a chat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from bot.render.display_options import Look
from bot.render.documents import html_page, json_data, markdown
from bot.render.documents.bibtex import bibliography
from bot.render.documents.csl_json import csl_json
from bot.render.documents.ris import ris
from bot.render.telegram.rich_blocks import JSON
from bot.render.telegram.split_into_messages import Message, message, parts
from bot.texts import spoken
from storage.records import Digest, Form, Paper


def _messages(digest: Digest, form: Form, languages: tuple[str, ...]) -> list[Message]:
    look = Look(form=form, language=spoken(languages[0]), languages=languages)
    return [message(digest, part, look) for part in parts(digest, look, full=True)]


def _rich(digest: Digest, languages: tuple[str, ...]) -> str:
    """The blocks of each message, as a JSON list of lists."""
    made: JSON = [list(each.blocks) for each in _messages(digest, Form.RICH, languages)]
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _classic(digest: Digest, languages: tuple[str, ...]) -> str:
    """The HTML of each message, a line of dashes between them."""
    return (
        "\n\n---\n\n".join(each.html for each in _messages(digest, Form.CLASSIC, languages)) + "\n"
    )


def _page(digest: Digest, languages: tuple[str, ...]) -> str:
    return html_page.render(digest, Look(language=spoken(languages[0]), languages=languages))


def _papers(digest: Digest) -> list[Paper]:
    return [entry.paper for entry in digest.entries]


FORMS: Mapping[str, Callable[[Digest, tuple[str, ...]], str]] = {
    "markdown": markdown.render,
    "json": json_data.render,
    "rich": _rich,
    "classic": _classic,
    "html": _page,
    "bibtex": lambda digest, _: bibliography(_papers(digest)),
    "ris": lambda digest, _: ris(_papers(digest)).decode(),
    "csl-json": lambda digest, _: csl_json(_papers(digest)),
}
