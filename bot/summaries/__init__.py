"""What we say about a paper: its gist, drawn from the abstract or written by a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient


def create_model_client(url: str, key: str, name: str) -> ModelClient:
    """The model of a name, on a server.

    Its client's library costs 33 MB and half a second, which those who have no model need not
    pay: hence the late import.
    """
    from bot.summaries.llm.client import ModelClient

    return ModelClient(url, key, name)
