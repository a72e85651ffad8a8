"""How does a digest look? Every form from the same noun, and nothing else decides.

``FORMS`` are the forms that a command prints; ``message`` holds what is sent to a chat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from bot.render import json_data, markdown, web_page
from bot.render.blocks import JSON
from bot.render.look import Look
from bot.render.message import Message, message, parts
from bot.texts import spoken
from storage.model import Digest, Form


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


FORMS: Mapping[str, Callable[[Digest, tuple[str, ...]], str]] = {
    "markdown": markdown.render,
    "json": json_data.render,
    "rich": _rich,
    "classic": _classic,
    "html": _page,
}
