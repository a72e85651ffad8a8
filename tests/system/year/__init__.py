"""One simulated year: an arXiv, readers, a Telegram, the bot's life among them, and an auditor.

Nothing in ``calendar``, ``readers`` and ``audit`` knows how the bot works: what must come, and
when, is computed there from the announcements alone.
"""
