"""Convert a notice to a column and back; messages and incidents both have one."""

from __future__ import annotations

import json

from storage.records.messages import Notice


def notice_to_json(notice: Notice) -> str:
    """Write a notice as a list of its key and its values."""
    return json.dumps([notice.text_key, notice.values], ensure_ascii=False)


def notice_from_json(text: str) -> Notice:
    """Read back a notice."""
    text_key, values = json.loads(text)
    return Notice(text_key, tuple((name, value) for name, value in values))
