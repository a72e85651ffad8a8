"""Every setting once, read from the environment, frozen, with secrets masked.

Nothing is read at import: the command line calls ``Config()``.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import taxonomy
from storage.model import Form


class Config(BaseSettings):
    """The settings of one process; each field's description is its line in the README."""

    model_config = SettingsConfigDict(
        env_prefix="PAPERGRAM_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    token: SecretStr | None = Field(
        default=None,
        validation_alias="TELEGRAM_BOT_TOKEN",
        description="The bot's token from @BotFather; without it `papergram run` does not start",
    )
    database: str = Field(
        default="sqlite:///papergram.db",
        description="Where everything is kept: `sqlite:///relative/path` or `sqlite:////absolute/path`",
    )
    feeds: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Categories to poll, by comma or space (`cs.CV, cs.CL, hep-th`);"
        " without it every active category of arXiv",
    )
    form: Form = Field(
        default=Form.CLASSIC,
        description="How digests look in chats that have not chosen:"
        " `classic` text or `rich` tables",
    )
    contact: str = Field(
        default="",
        description="An address or URL that arXiv can reach you by; sent in the User-Agent",
    )
    telegram_api: str = Field(
        default="https://api.telegram.org", description="Base URL of the Bot API server"
    )
    arxiv_rss: str = Field(default="https://rss.arxiv.org", description="Base URL of arXiv's feeds")
    arxiv_api: str = Field(
        default="https://export.arxiv.org/api/query", description="URL of arXiv's search API"
    )
    arxiv_oai: str = Field(
        default="https://oaipmh.arxiv.org/oai", description="URL of arXiv's OAI-PMH interface"
    )
    log_level: str = Field(
        default="INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`; to standard error"
    )

    locale: str = Field(
        default="",
        validation_alias="LANG",
        description="The language of the command line: `zh_…` is Chinese, anything else English",
    )

    @field_validator("feeds", mode="before")
    @classmethod
    def _categories(cls, value: object) -> object:
        """``cs.CV, cs.cl hep-th`` → canonical categories; an archive stands for its classes."""
        if not isinstance(value, str):
            return value
        found: list[str] = []
        for word in value.replace("+", " ").replace(",", " ").split():
            classes = taxonomy.expand(word)
            if not classes:
                near = ", ".join(taxonomy.nearest(word))
                raise ValueError(f"{word!r} is no category of arXiv; nearest: {near}")
            found += [code for code in classes if code not in found]
        return tuple(found)

    @field_validator("telegram_api", "arxiv_rss", "arxiv_api", "arxiv_oai")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{value!r} is no http or https address")
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        level = value.upper()
        if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError(f"{value!r} is none of DEBUG, INFO, WARNING, ERROR")
        return level
