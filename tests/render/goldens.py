"""The sample digest in every form, as files; ``python -m tests.render.goldens`` writes them.

A form may change only together with its golden file, which is then read by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bot.render import FORMS
from tests.render.digests import sample

FOLDER = Path(__file__).parent.parent / "data" / "documents"
GOLDENS: Mapping[str, Callable[[], str]] = {
    "sample.zh.md": lambda: FORMS["markdown"](sample(), ("zh",)),
    "sample.en.md": lambda: FORMS["markdown"](sample(), ("en",)),
    "sample.zh-en.md": lambda: FORMS["markdown"](sample(), ("zh", "en")),
    "sample.json": lambda: FORMS["json"](sample(), ("zh", "en")),
    "sample.en.rich.json": lambda: FORMS["rich"](sample(), ("en",)),
    "sample.zh.rich.json": lambda: FORMS["rich"](sample(), ("zh",)),
    "sample.en.classic.html": lambda: FORMS["classic"](sample(), ("en",)),
    "sample.zh-en.classic.html": lambda: FORMS["classic"](sample(), ("zh", "en")),
    "sample.zh-en.page.html": lambda: FORMS["html"](sample(), ("zh", "en")),
}

if __name__ == "__main__":
    for name, made in GOLDENS.items():
        (FOLDER / name).write_bytes(made().encode())
