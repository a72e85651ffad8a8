"""Where papers come from: ask (``fetch``), parse (pure), and say what came (``Batch``).

``resolve`` finds the source that a person names, ``feed_groups`` the feeds to poll, ``read``
brings one batch. A new kind of answer is a row in ``SOURCES``.
"""

from bot.arxiv.combined_feeds import feed_groups, feed_url
from bot.sources.batch import Batch, Condition
from bot.sources.fetch import Fetched, Fetcher
from bot.sources.limits import FetchError, read_file
from bot.sources.pace import Pace
from bot.sources.places import Source, feed, resolve
from bot.sources.reading import SOURCES, judged, parse, read

__all__ = [
    "SOURCES",
    "Batch",
    "Condition",
    "FetchError",
    "Fetched",
    "Fetcher",
    "Pace",
    "Source",
    "feed",
    "feed_groups",
    "feed_url",
    "judged",
    "parse",
    "read",
    "read_file",
    "resolve",
]
