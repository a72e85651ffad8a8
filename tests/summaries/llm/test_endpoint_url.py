"""Every address that providers print is understood, and the rest refused with a reason."""

import pytest

from bot.summaries.llm.endpoint_url import parse_endpoint


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        (" https://api.deepseek.com ", "https://api.deepseek.com/v1"),
        ("https://openrouter.ai/api", "https://openrouter.ai/api/v1"),
        ("https://openrouter.ai/api/v1/chat/completions", "https://openrouter.ai/api/v1"),
        ("http://localhost:11434", "http://localhost:11434/v1"),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        (
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ),
        ("https://open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4"),
        ("https://h.example/inference/chat/completions", "https://h.example/inference"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_an_address_means_a_base(address: str, base: str) -> None:
    assert parse_endpoint(address).base == base


def test_a_query_goes_with_every_request() -> None:
    endpoint = parse_endpoint("https://x.example/openai/v1?api-version=2024-10-21")

    assert endpoint.query == (("api-version", "2024-10-21"),)
    assert endpoint.base == "https://x.example/openai/v1"


@pytest.mark.parametrize(
    "address",
    ["", "api.openai.com", "localhost:11434", "ftp://x.example", "https://", "http://h:port/v1"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_endpoint(address)


def test_a_password_in_an_address_is_refused_unseen() -> None:
    with pytest.raises(ValueError, match="of its own") as caught:
        parse_endpoint("https://me:hunter2@x.example/v1")

    assert "hunter2" not in str(caught.value)
