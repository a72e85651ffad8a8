"""Render a digest as one plain web page: no scripts, no external resources."""

from __future__ import annotations

from functools import lru_cache, partial
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from bot.render import digest_heading
from bot.render.display_options import DisplayOptions
from bot.render.entry_content import entry_content, table_row
from bot.texts import say, supported_language
from storage.records.digests import Digest


def render(digest: Digest, languages: tuple[str, ...]) -> str:
    """Return the page of the shown entries: the summary table, then each entry."""
    options = DisplayOptions(language=supported_language(languages[0]), languages=languages)
    shown_count = len(digest.entries)
    entries = list(enumerate(digest.entries, start=1))
    return _page_template().render(
        language=options.language,
        row_language=languages[0],
        heading=digest_heading.heading_text(digest, options),
        counts=digest_heading.counts_text(digest, 1 if shown_count else 0, shown_count, options),
        note=digest_heading.untranslated_text(digest, 1, shown_count, options),
        footer=digest_heading.footer_text(digest, options),
        rows=[table_row(entry, position, languages[0]) for position, entry in entries],
        entries=[entry_content(entry, position, options) for position, entry in entries],
        say=partial(say, options.language),
    )


@lru_cache(maxsize=1)
def _page_template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(files(__package__).joinpath("page.html").read_text("utf-8"))
