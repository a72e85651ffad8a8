"""The sample digest in every form, as files; ``python -m tests.render.goldens`` writes them.

A form may change only together with its golden file, which is then read by a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.render import FORMATS
from bot.render.display_options import DisplayOptions
from bot.render.telegram.split_into_messages import digest_parts, render_part
from storage.records.chats import MessageForm
from tests.render.digests import sample_digest


def _message_blocks(language: str) -> str:
    """The blocks of each message of the digest in two columns."""
    options = DisplayOptions(MessageForm.TWO_COLUMNS, language, (language,))
    messages = [
        render_part(sample_digest(), part, options)
        for part in digest_parts(sample_digest(), options)
    ]
    return json.dumps([message.blocks for message in messages], ensure_ascii=False, indent=2) + "\n"


FOLDER = Path(__file__).parent.parent / "data" / "documents"
GOLDENS: Mapping[str, Callable[[], str]] = {
    "sample.zh.md": lambda: FORMATS["markdown"](sample_digest(), ("zh",)),
    "sample.en.md": lambda: FORMATS["markdown"](sample_digest(), ("en",)),
    "sample.zh-en.md": lambda: FORMATS["markdown"](sample_digest(), ("zh", "en")),
    "sample.json": lambda: FORMATS["json"](sample_digest(), ("zh", "en")),
    "sample.en.rich.json": lambda: FORMATS["rich"](sample_digest(), ("en",)),
    "sample.zh.rich.json": lambda: FORMATS["rich"](sample_digest(), ("zh",)),
    "sample.en.two-columns.json": lambda: _message_blocks("en"),
    "sample.zh.two-columns.json": lambda: _message_blocks("zh"),
    "sample.en.classic.html": lambda: FORMATS["classic"](sample_digest(), ("en",)),
    "sample.zh-en.classic.html": lambda: FORMATS["classic"](sample_digest(), ("zh", "en")),
    "sample.zh-en.page.html": lambda: FORMATS["html"](sample_digest(), ("zh", "en")),
}

if __name__ == "__main__":
    for name, render_golden in GOLDENS.items():
        (FOLDER / name).write_bytes(render_golden().encode())
