"""Bodies of calls as HTTP clients write them."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.emulator.json_encoding import ApiError, parse_body

FILE_NAMES = st.text(
    st.characters(codec="utf-8", categories=("L", "N"), include_characters=" .-_"), min_size=1
)


@given(value=st.text(st.characters(codec="utf-8")), name=FILE_NAMES, content=st.binary())
def test_multipart_body_has_the_values_and_files_that_a_client_wrote(
    value: str, name: str, content: bytes
) -> None:
    request = httpx.Request(
        "POST",
        "http://127.0.0.1/",
        data={"caption": value},
        files={"document": (name, content, "text/markdown")},
    )
    body = request.read()

    values, files = parse_body(request.headers["Content-Type"], body, "chat_id=7")

    assert values == {"chat_id": "7", "caption": value}
    assert (files["document"].name, files["document"].media_type) == (name, "text/markdown")
    assert files["document"].content == content


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_multipart_body_without_its_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(ApiError, match="boundary"):
        parse_body(content_type, b"--x\r\n", "")


def test_multipart_body_cut_short_has_no_half_file() -> None:
    request = httpx.Request("POST", "http://127.0.0.1/", files={"document": ("a.md", b"x" * 99)})
    body = request.read()

    _, files = parse_body(request.headers["Content-Type"], body[:-60], "")

    assert files == {}
