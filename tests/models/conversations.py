"""What tests ask of a model: papers of our own, prompts of several kinds, the official client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletion
from openai.types.shared_params import ResponseFormatJSONSchema

from tests.models.server import KEY, MODEL, ModelServer

TITLE = "DeepFlow-2: Learning to route ⟦1⟧ messages with graph networks"
ABSTRACT = (
    "Routing messages in large networks is slow when the topology changes. We propose DeepFlow-2, "
    "a graph network that learns routes from ⟦2⟧ local observations, and compare it with OSPF and "
    "with the method of Dijkstra. On 14 networks it reduces the delay by 37.5% (from 120 to 75 "
    "ms), while its memory stays below 1,024 MB. The limits are networks beyond ⟦3⟧ nodes."
)
SYSTEM = (
    "You translate abstracts of research papers from English into Simplified Chinese. "
    "Answer in JSON."
)
PAPER = f"<paper>\n<title>{TITLE}</title>\n<abstract>{ABSTRACT}</abstract>\n</paper>"


def summary_format() -> ResponseFormatJSONSchema:
    """A strict schema of the three texts of a summary."""
    keys = ["title", "gist", "abstract"]
    return {
        "type": "json_schema",
        "json_schema": {
            "name": "gloss",
            "strict": True,
            "schema": {
                "type": "object",
                "properties": {key: {"type": "string"} for key in keys},
                "required": keys,
                "additionalProperties": False,
            },
        },
    }


@asynccontextmanager
async def openai_client(
    server: ModelServer, *, key: str = KEY, timeout_seconds: float = 30
) -> AsyncIterator[AsyncOpenAI]:
    """The official client, which asks once and takes what comes."""
    # On loopback nobody asks for certificates, and reading them takes longer than the calls.
    http = DefaultAsyncHttpxClient(verify=False)
    async with AsyncOpenAI(
        base_url=server.url, api_key=key, max_retries=0, timeout=timeout_seconds, http_client=http
    ) as client_of_server:
        yield client_of_server


async def ask_for_summary(
    openai: AsyncOpenAI, *, system: str = SYSTEM, user: str = PAPER, model: str = MODEL
) -> ChatCompletion:
    """Asks for a summary by its schema."""
    return await openai.chat.completions.create(
        model=model,
        messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
        response_format=summary_format(),
        temperature=0.2,
        max_tokens=4000,
    )


def first_choice_text(completion: ChatCompletion) -> str:
    """The text of the first choice."""
    text = completion.choices[0].message.content
    assert text is not None
    return text
