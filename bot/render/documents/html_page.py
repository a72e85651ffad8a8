"""A digest as one plain web page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from functools import lru_cache, partial
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from bot.render import digest_heading
from bot.render.display_options import Look
from bot.render.entry_content import row, spoken
from bot.texts import say
from storage.records import Digest


def render(digest: Digest, look: Look) -> str:
    """The page of the shown entries: the summary table, and below it each entry."""
    shown = len(digest.entries)
    entries = list(enumerate(digest.entries, start=1))
    return _template().render(
        language=look.language,
        row_language=look.languages[0],
        heading=digest_heading.heading(digest, look),
        counts=digest_heading.counts(digest, 1 if shown else 0, shown, look),
        note=digest_heading.untranslated(digest, 1, shown, look),
        footer=digest_heading.footer(digest, look),
        rows=[row(entry, at, look.languages[0]) for at, entry in entries],
        entries=[spoken(entry, at, look) for at, entry in entries],
        say=partial(say, look.language),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(files(__package__).joinpath("page.html").read_text("utf-8"))
