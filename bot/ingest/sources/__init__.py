"""Where papers come from: ask (``fetch``), parse (pure), and say what came (``Batch``).

``resolve`` finds the source that a person names, ``feed_groups`` the feeds to poll, ``read``
brings one batch. A new kind of answer is a row in ``SOURCES``.
"""

from bot.arxiv.combined_feeds import feed_groups, feed_url
from bot.ingest.http_client import Fetched, Fetcher
from bot.ingest.http_errors import FetchError, read_file
from bot.ingest.request_pace import Pace
from bot.ingest.sources.addresses import Source, feed, resolve
from bot.ingest.sources.fetch_batch import SOURCES, judged, parse, read
from bot.ingest.sources.source_batch import Batch, Condition

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
