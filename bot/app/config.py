"""Define every setting, read from the environment, frozen, with secrets masked.

Nothing is read at import: the command line calls ``Config()``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.app.basic_settings import DEFAULT_DATABASE, ENV_PREFIX, LOG_LEVELS
from bot.app.config_errors import refusal_from_validation, setting_error
from bot.arxiv import taxonomy
from bot.summaries.gateway import budget
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.cost_report import LlmSettings
from bot.texts.languages import language_code
from storage.records.chats import MessageForm

FREE_MESSAGES_PER_SECOND = 30.0  # that Telegram allows every bot
PAID_MESSAGES_PER_SECOND = 1000.0  # at most, at the expense of the bot's balance
_TOKEN_FORMAT = re.compile(r"\d{1,18}:[A-Za-z0-9_-]+")


class ResendPolicy(StrEnum):
    """What to do with a message of which nobody knows whether it arrived."""

    ONCE_MORE = "again"
    NEVER = "never"


class Config(BaseSettings):
    """The settings of one process; each field's description is its line in the README."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, extra="ignore", env_ignore_empty=True
    )

    locale: str = Field(
        default="",
        validation_alias="LANG",
        description="The language of the command line: `zh_…` is Chinese, anything else English",
    )
    token: SecretStr | None = Field(
        default=None,
        validation_alias="TELEGRAM_BOT_TOKEN",
        description="The bot's token from @BotFather; without it `papergram run` does not start",
    )
    database: str = Field(
        default=DEFAULT_DATABASE,
        description="Where everything is kept: `sqlite:///relative/path` or `sqlite:////absolute/path`",
    )
    feeds: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Categories to poll, by comma or space (`cs.CV, cs.CL, hep-th`);"
        " without it every active category of arXiv",
    )
    form: MessageForm = Field(
        default=MessageForm.CLASSIC,
        description="How digests look in chats that have not chosen:"
        " `classic` text, a table of `two-columns`, or a `rich` one of three",
    )
    doubt: ResendPolicy = Field(
        default=ResendPolicy.ONCE_MORE,
        description="A message that may or may not have arrived is sent once more and marked:"
        " `again`; or `never`: then it may be lost",
    )
    lease: float = Field(
        default=120.0,
        ge=1.0,
        le=86400.0,
        description="Seconds after which another process takes over what this one had claimed",
    )
    rate: float = Field(
        default=FREE_MESSAGES_PER_SECOND,
        gt=0.0,
        le=PAID_MESSAGES_PER_SECOND,
        description="Messages, files and changes of messages a second at most, answers first;"
        " Telegram gives every bot 30",
    )
    paid_broadcast: bool = Field(
        default=False,
        description="`on` lets Telegram charge the bot's Stars for messages beyond 30 a second;"
        " without a rate of its own the bot then sends up to 1000 a second",
    )
    answer_minutes: float = Field(
        default=10.0,
        gt=0.0,
        le=1440.0,
        description="Minutes after which an answer that could not be sent is given up",
    )
    file_hours: float = Field(
        default=24.0,
        gt=0.0,
        le=720.0,
        description="Hours after which a file that somebody asked for and that could not be sent"
        " is given up",
    )
    operator: int | None = Field(
        default=None,
        ge=-(2**52),
        le=2**52,
        description="The id of the chat that is told when feeds, deliveries or the disk fail;"
        " the log has it in any case",
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
    languages: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("en", "zh"),
        description="The languages that entries can be read in, by comma or space (`en, zh, de`);"
        " all but English need a model",
    )
    llm_url: str = Field(
        default="https://api.openai.com/v1",
        description="Base URL of an OpenAI-compatible server that writes summaries"
        " and translations",
    )
    llm_key: SecretStr | None = Field(
        default=None, description="The server's key; local servers need none"
    )
    llm_model: str = Field(
        default="",
        validate_default=True,
        description="The model's name; without it every entry keeps the sentence"
        " that its abstract holds",
    )
    llm_price: Annotated[Price, NoDecode] = Field(
        default=Price(0.0, 0.0),
        description="What a million tokens cost, sent and received: `0.27/1.10 USD`",
    )
    llm_budget: Annotated[Budget, NoDecode] = Field(
        default=Budget(1_000_000),
        description="The most that the model may cost a day (UTC): tokens (`500k`, `2M`), or money"
        " (`1.50 USD`) where there is a price",
    )
    llm_at_once: int = Field(
        default=8, ge=1, le=64, description="How many questions the model is asked at the same time"
    )
    log_level: str = Field(
        default="INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`; to standard error"
    )

    @field_validator("token")
    @classmethod
    def _check_token(cls, value: SecretStr | None) -> SecretStr | None:
        """Return the token without spaces around it; None if nothing is left."""
        token_text = value.get_secret_value().strip() if value else ""
        if not token_text:
            return None
        if not _TOKEN_FORMAT.fullmatch(token_text):
            raise setting_error("config-token")
        return SecretStr(token_text)

    @field_validator("database")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        """Check the URL here, without showing the value, which may hold a password."""
        if not value.startswith("sqlite://"):
            raise setting_error("config-database")
        return value

    @property
    def bot(self) -> int:
        """The bot's id, which begins its token; 0 without a token."""
        id_text = self.token.get_secret_value().partition(":")[0] if self.token else ""
        return int(id_text) if id_text.isdecimal() else 0

    @property
    def send_timeout(self) -> float:
        """Seconds a send may take: well within the lease, so that no other worker repeats it."""
        return min(30.0, self.lease / 4)

    @property
    def messages_per_second(self) -> float:
        """Maximum messages a second: the configured rate, else the allowed one."""
        if "rate" in self.model_fields_set:
            return self.rate
        return PAID_MESSAGES_PER_SECOND if self.paid_broadcast else FREE_MESSAGES_PER_SECOND

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories to poll: the chosen ones, else all of arXiv's."""
        return self.feeds or taxonomy.categories()

    @property
    def llm_settings(self) -> LlmSettings | None:
        """The model's settings and budget; None without a model."""
        if not self.llm_model:
            return None
        return LlmSettings(self.llm_model, self.languages, self.llm_price, self.llm_budget)

    def for_demo(self, token: str, api_url: str, form: MessageForm) -> Config:
        """Return these settings for the demo's bot, server and form."""
        updates = {"token": SecretStr(token), "telegram_api": api_url, "form": form}
        return self.model_copy(update=updates)

    @field_validator("feeds", mode="before")
    @classmethod
    def _parse_feeds(cls, value: object) -> object:
        """Parse ``cs.CV, cs.cl hep-th`` into canonical categories; an archive means its classes."""
        if not isinstance(value, str):
            return value
        active_codes = frozenset(taxonomy.categories())
        category_codes: list[str] = []
        for word in value.replace("+", " ").replace(",", " ").split():
            # Spellings that only old papers carry have no feed, and a whole archive's is cut.
            classes = active_codes.intersection(taxonomy.all_spellings(word))
            if not classes:
                suggestions = ", ".join(taxonomy.nearest_codes(word)) or "cs.CV"
                raise setting_error("config-feeds", given=word[:40], nearest=suggestions)
            category_codes += sorted(classes.difference(category_codes))
        return tuple(category_codes)

    @field_validator("form", "doubt", mode="before")
    @classmethod
    def _normalize_choice(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("languages", mode="before")
    @classmethod
    def _parse_languages(cls, value: object) -> object:
        """Parse ``en, zh-hant`` into canonical BCP 47 codes; English is always among them."""
        if not isinstance(value, str):
            return value
        language_codes = ["en"]
        for word in value.replace(",", " ").split():
            parsed_code = language_code(word)
            if parsed_code is None:
                raise setting_error("config-languages", given=word[:40])
            language_codes += [parsed_code] if parsed_code not in language_codes else []
        return tuple(language_codes)

    @field_validator("llm_model")
    @classmethod
    def _check_llm_model(cls, value: str, info: ValidationInfo) -> str:
        """Refuse a server or a key without a model, which would be ignored silently."""
        url, default_url = info.data.get("llm_url"), cls.model_fields["llm_url"].default
        has_own_server = bool(info.data.get("llm_key")) or url not in (None, default_url)
        if has_own_server and not value.strip():
            raise setting_error("config-llm-model")
        return value.strip()

    @field_validator("llm_price", mode="before")
    @classmethod
    def _parse_llm_price(cls, value: object) -> object:
        price = budget.parse_price(value) if isinstance(value, str) else value
        if price is None:
            raise setting_error("config-llm-price")
        return price

    @field_validator("llm_budget", mode="before")
    @classmethod
    def _parse_llm_budget(cls, value: object, info: ValidationInfo) -> object:
        daily_budget = budget.parse_budget(value) if isinstance(value, str) else value
        if not isinstance(daily_budget, Budget):
            raise setting_error("config-llm-budget")
        price = info.data.get("llm_price")
        if daily_budget.currency and (price is None or price.currency != daily_budget.currency):
            raise setting_error("config-llm-currency", currency=daily_budget.currency)
        return daily_budget

    @field_validator("llm_url", "telegram_api", "arxiv_rss", "arxiv_api", "arxiv_oai")
    @classmethod
    def _check_url(cls, value: str) -> str:
        try:
            url_parts = urlsplit(value)
            is_usable = url_parts.scheme in ("http", "https") and bool(url_parts.hostname)
            is_usable = is_usable and (url_parts.port or 80) > 0 and not re.search(r"\s", value)
        except ValueError:
            is_usable = False
        if not is_usable:
            raise setting_error("config-address")
        return value.rstrip("/")

    @field_validator("log_level")
    @classmethod
    def _check_log_level(cls, value: str) -> str:
        log_level = value.strip().upper()
        if log_level not in LOG_LEVELS:
            raise setting_error("config-choice", choices=", ".join(LOG_LEVELS))
        return log_level


def read_config(database: str | None = None) -> Config:
    """Read the settings of this process; ``database`` overrides the environment.

    Raises:
        Refusal: one of them is invalid; the text names it and shows no secret.
    """
    try:
        return Config() if database is None else Config(database=database)
    except ValidationError as error:
        # Without the cause, whose text shows the value.
        raise refusal_from_validation(error, Config.model_fields) from None
