"""How long a server wants to be left alone, by every way of saying it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.llm.error_mapping import error_from_response, redact_key, retry_after_seconds
from bot.summaries.llm.errors import ModelError, Overloaded, Usage, estimate_tokens
from bot.summaries.llm.provider_quirks import PROMPT_ONLY, ProviderQuirks

NOW = "Sun, 22 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "1e9"}, 86_400.0),
        ({"retry-after": "inf"}, 86_400.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 08:01:30 GMT", "date": NOW}, 90.0),
        ({"retry-after": "Sun, 22 Nov 2026 07:00:00 GMT", "date": NOW}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 08:01:30 GMT"}, None),
        ({"x-ratelimit-reset-requests": "1m12.5s"}, 72.5),
        ({"x-ratelimit-reset-requests": "20ms", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "8s",
                "x-ratelimit-remaining-tokens": "900",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            8.0,
        ),
    ],
)
def test_headers_name_the_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Rate limit reached. Please try again in 7.66s. Visit ...", 7.66),
        ("Please try again in 120ms.", 0.12),
        ("Please try again in 6m10s.", 370.0),
        ('"retryDelay": "34s"', 34.0),
        ("Please retry in 12.5s.", 12.5),
        ("Please wait.", None),
    ],
)
def test_a_message_may_name_the_wait(words: str, seconds: float | None) -> None:
    assert retry_after_seconds({}, words) == pytest.approx(seconds)


def test_an_overload_carries_its_wait() -> None:
    error = error_from_response(429, {"retry-after": "20"}, {"error": {"message": "Slow down"}}, "")

    assert isinstance(error, Overloaded)
    assert (error.seconds, error.status, error.detail) == (20.0, 429, "HTTP 429: Slow down")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "code", "type", "detail"]) | st.text(), inner
        )
    ),
    max_leaves=8,
)


@given(
    st.integers(300, 599),
    st.dictionaries(st.sampled_from(["retry-after", "date", "retry-after-ms"]), st.text()),
    json_values,
)
def test_any_error_is_some_trouble(status: int, headers: dict[str, str], body: object) -> None:
    error = error_from_response(status, headers, body, "a-key")

    assert isinstance(error, ModelError)
    assert len(error.detail) < 400
    assert error.detail.isprintable()


@given(st.text(), st.text("abcXYZ019-_", min_size=6), st.text())
def test_no_key_shows_in_a_fact(before: str, key: str, after: str) -> None:
    assert key not in redact_key(f"{before}{key}{after}", key) or key in "[secret]"


@given(st.integers(400, 599), json_values)
def test_every_step_of_a_manner_goes_down(status: int, body: object) -> None:
    """Or a server that refuses everything would be asked for ever."""
    manner, steps = ProviderQuirks(), 0
    while (
        simpler := manner.after_refusal(status, [body, "response_format max_tokens temperature"])
    ) and (steps < 10):
        assert simpler != manner
        assert simpler.combined_with(manner) == simpler
        manner, steps = simpler, steps + 1

    assert steps <= 5
    assert manner.answer_format in (0, PROMPT_ONLY)


def test_too_long_a_question_is_not_a_matter_of_manner() -> None:
    message = "'max_tokens' is too large: 4096. This model's maximum context length is 4096"

    assert ProviderQuirks().after_refusal(400, {"error": {"message": message}}) is None


@given(st.text())
def test_estimates_are_never_less_than_a_quarter_of_the_signs(text: str) -> None:
    assert len(text) / 4 <= estimate_tokens(text) <= len(text)


def test_chinese_is_estimated_sign_by_sign() -> None:
    assert estimate_tokens("\u6269\u6563\u6a21\u578b") == 4
    assert estimate_tokens("diffusion model") == 4


def test_usages_add_up_and_stay_estimates() -> None:
    assert Usage(1, 2).plus_usage(Usage(3, 4, is_estimated=True)) == Usage(4, 6, is_estimated=True)
