"""Settings are read once, from the environment, and refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import basic_settings
from bot.app.config import Config, read_config
from bot.summaries.gateway.budget import Budget, Price
from bot.texts import LANGUAGES, Refusal
from storage.records.chats import MessageForm
from tests.cli.terminal import SETTING_VARIABLES, TOKEN


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set."""
    for name in (*SETTING_VARIABLES, "TELEGRAM_BOT_TOKEN", "LANG"):
        monkeypatch.delenv(name, raising=False)


def test_without_an_environment_every_setting_has_its_default() -> None:
    config = read_config()

    assert config.token is None
    assert config.database == "sqlite:///papergram.db"
    assert (config.feeds, config.form, config.log_level) == ((), MessageForm.CLASSIC, "INFO")


def test_what_is_typed_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERGRAM_DATABASE", "sqlite:///set.db")

    assert read_config().database == "sqlite:///set.db"
    assert read_config("sqlite:///typed.db").database == "sqlite:///typed.db"


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SETTING_VARIABLES, "TELEGRAM_BOT_TOKEN", "LANG"):
        monkeypatch.setenv(name, "")

    assert read_config() == Config()
    assert read_config().token is None


@pytest.mark.parametrize(
    ("value", "feeds"),
    [
        ("cs.CV", ("cs.CV",)),
        ("cs.CV, cs.cl  hep-th", ("cs.CV", "cs.CL", "hep-th")),
        ("cs.CV+cs.LG,cs.CV", ("cs.CV", "cs.LG")),
        ("nlin", ("nlin.AO", "nlin.CD", "nlin.CG", "nlin.PS", "nlin.SI")),
        ("cmp-lg", ("cs.CL",)),
        (" , ", ()),
    ],
)
def test_feeds_are_categories_in_any_spelling(
    monkeypatch: pytest.MonkeyPatch, value: str, feeds: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PAPERGRAM_FEEDS", value)

    assert read_config().feeds == feeds


def test_spelling_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERGRAM_FORM", " Rich")
    monkeypatch.setenv("PAPERGRAM_LOG_LEVEL", "debug ")
    monkeypatch.setenv("PAPERGRAM_TELEGRAM_API", "http://localhost:8081/")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", f" {TOKEN}\n")

    config = read_config()

    assert (config.form, config.log_level) == (MessageForm.THREE_COLUMNS, "DEBUG")
    assert config.telegram_api == "http://localhost:8081"
    assert config.token
    assert config.token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAPERGRAM_FEEDS", "cs.XX"),
        ("PAPERGRAM_FEEDS", "cs.CV; rm -rf"),
        ("PAPERGRAM_FORM", "blue"),
        ("PAPERGRAM_LOG_LEVEL", "loud"),
        ("PAPERGRAM_DOUBT", "perhaps"),
        ("PAPERGRAM_LEASE", "soon"),
        ("PAPERGRAM_LEASE", "inf"),
        ("PAPERGRAM_DATABASE", "postgres://me:password@host/papers"),
        ("PAPERGRAM_DATABASE", "papers.db"),
        ("PAPERGRAM_TELEGRAM_API", "ftp://x"),
        ("PAPERGRAM_TELEGRAM_API", "api.telegram.org"),
        ("PAPERGRAM_TELEGRAM_API", "http://host:99999"),
        ("PAPERGRAM_ARXIV_RSS", "https://"),
        ("PAPERGRAM_ARXIV_API", "http://[::1"),
        ("PAPERGRAM_ARXIV_OAI", "http://a b/"),
        ("TELEGRAM_BOT_TOKEN", "no token at all"),
        ("TELEGRAM_BOT_TOKEN", "bot" + TOKEN),
        ("TELEGRAM_BOT_TOKEN", TOKEN + "/getMe"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Refusal) as refused:
        read_config()

    for language in LANGUAGES:
        text = refused.value.say(language)
        assert name in text
        assert "\n" not in text
        assert "password" not in text
        assert TOKEN not in text
    assert refused.value.__cause__ is None, "pydantic's own words show the value"
    assert refused.value.__suppress_context__


def test_settings_do_not_print_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)

    assert TOKEN not in repr(read_config()) + str(read_config()) + read_config().model_dump_json()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_config().contact = "someone else"


def test_the_language_is_known_where_nothing_else_can_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("PAPERGRAM_FORM", "blue")

    assert basic_settings.read_basic_settings().locale == "zh_CN.UTF-8"


@settings(max_examples=30)
@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40))
def test_whatever_is_set_becomes_settings_or_a_sentence(text: str) -> None:
    names = (
        *(name for name in SETTING_VARIABLES if name != "PAPERGRAM_LOCALE"),
        "TELEGRAM_BOT_TOKEN",
    )
    for name in names:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(name, text)
            problem = refusal()
        assert problem is None or all(problem.say(language) for language in LANGUAGES)


def refusal() -> Refusal | None:
    """What is wrong with the settings, if anything is."""
    try:
        read_config()
    except Refusal as refused:
        return refused
    return None


@pytest.mark.parametrize(
    ("environment", "expected_text"),
    [
        ({"PAPERGRAM_LLM_KEY": "sk-1"}, "PAPERGRAM_LLM_MODEL is missing"),
        ({"PAPERGRAM_LLM_URL": "http://localhost:11434/v1"}, "PAPERGRAM_LLM_MODEL is missing"),
        ({"PAPERGRAM_LLM_URL": "localhost"}, "PAPERGRAM_LLM_URL is no address"),
        ({"PAPERGRAM_LLM_PRICE": "cheap"}, "PAPERGRAM_LLM_PRICE is no price"),
        ({"PAPERGRAM_LLM_BUDGET": "some"}, "PAPERGRAM_LLM_BUDGET is no budget"),
        ({"PAPERGRAM_LLM_BUDGET": "2 USD"}, "PAPERGRAM_LLM_PRICE=0.27/1.10 USD"),
        (
            {"PAPERGRAM_LLM_PRICE": "1/2 CNY", "PAPERGRAM_LLM_BUDGET": "2 USD"},
            "PAPERGRAM_LLM_PRICE=0.27/1.10 USD",
        ),
    ],
)
def test_a_model_that_cannot_be_used_is_refused_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected_text: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(Refusal) as refused:
        read_config()

    assert expected_text in refused.value.say("en")
    assert "sk-1" not in refused.value.say("en")


def test_a_model_with_its_price_and_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERGRAM_LLM_MODEL", " qwen3:8b ")
    monkeypatch.setenv("PAPERGRAM_LLM_PRICE", "0.27/1.10 USD")
    monkeypatch.setenv("PAPERGRAM_LLM_BUDGET", "1.50 USD")

    config = read_config()

    assert config.llm_model == "qwen3:8b"
    assert (config.llm_price, config.llm_budget) == (
        Price(0.27, 1.1, "USD"),
        Budget(1_500_000, "USD"),
    )
