"""Files, and gzip that is larger than it looks."""

from __future__ import annotations

import gzip
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.http_errors import AnswerTooLarge, FetchError, SourceUnreadable, gunzip, read_file


def test_a_file_is_unpacked_by_its_content_and_not_its_name(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(gzip.compress(b"feed"))
    (tmp_path / "feed.gz").write_bytes(b"feed")

    assert read_file(tmp_path / "feed.xml") == read_file(tmp_path / "feed.gz") == b"feed"


def test_a_file_over_the_bound_is_refused_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x" * 101)
    (tmp_path / "packed").write_bytes(gzip.compress(b"x" * 101))
    (tmp_path / "fits").write_bytes(gzip.compress(b"x" * 100))

    for name in ("plain", "packed"):
        with pytest.raises(AnswerTooLarge):
            read_file(tmp_path / name, max_bytes=100)
    assert len(read_file(tmp_path / "fits", max_bytes=100)) == 100


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path, tmp_path / "missing", tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(SourceUnreadable) as caught:
            read_file(path)
        assert dict(caught.value.notice.values)["place"] == str(path)


@given(st.lists(st.binary(max_size=200), max_size=4))
def test_gzip_in_several_members_comes_back_whole(parts: list[bytes]) -> None:
    packed = b"".join(gzip.compress(part) for part in parts)

    assert gunzip(packed, location="x") == b"".join(parts)


@given(st.binary(max_size=200), st.integers(0, 60), st.binary(max_size=8))
def test_damaged_gzip_raises_only_our_errors(text: bytes, start: int, put: bytes) -> None:
    packed = gzip.compress(text)
    damaged = packed[:start] + put + packed[start + len(put) :]

    with suppress(FetchError):
        assert len(gunzip(damaged, location="x", max_bytes=100)) <= 100
