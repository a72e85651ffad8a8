"""How does a digest look? Every form from the same noun, and nothing else decides.

``FORMS`` are the forms that a command prints; ``message`` holds what is sent to a chat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from bot.render import json_data, markdown, web_page
from bot.render.bibtex import bibliography
from bot.render.blocks import JSON
from bot.render.csl_json import csl_json
from bot.render.look import Look
from bot.render.message import Message, message, parts
from bot.render.ris import ris
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
    return web_page.render(digest, Look(language=spoken(languages[0]), languages=languages))


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
