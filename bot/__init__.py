"""Papergram: research topics in, digests of arXiv's papers out, in a Telegram chat.

The map of the house, from the top floor down (imports only ever go down):

- ``cli``, ``app``, ``clock``: the command line, the composition root, the heartbeat.
- ``chat``, ``web``, ``demo``, ``config``: the faces people and operators see.
- ``ingest``, ``enrich``, ``subscribe``, ``publish``, ``deliver``: the five verbs.
- ``sources``, ``summary``: where papers and summaries come from.
- ``query``, ``matching``, ``digest``, ``schedule``, ``texts``, ``render``: the pure ground.
- ``storage``: what lasts. Its ``model`` holds the nouns that every floor speaks of.

A paper's journey: ``ingest`` keeps what a source announced, ``enrich`` adds a gloss,
``publish`` assembles a digest for every chat that is due, ``deliver`` posts its parcels.
A person's journey: a message reaches ``chat``, which calls ``subscribe`` and says one text.
"""

__version__ = "0.1.0"
