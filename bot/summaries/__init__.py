"""Summarize papers: a TL;DR extracted from the abstract, or summaries written by a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient


def create_model_client(url: str, key: str, name: str) -> ModelClient:
    """Return a client for a model on a server.

    The import is late because the client's library costs 33 MB and half a second, which only those
    with a model need.
    """
    from bot.summaries.llm.client import ModelClient

    return ModelClient(url, key, name)
