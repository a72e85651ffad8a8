"""The JSON of a digest keeps its documented keys and says everything once."""

from __future__ import annotations

import json

from hypothesis import given

from bot.render import FORMATS
from bot.render.documents import json_data
from storage.records.digests import Digest
from tests.render.digests import digest, hostile_digests, sample_digest


def test_the_keys_are_the_documented_ones() -> None:
    documented = (json_data.__doc__ or "").replace("\n", " ").split("``")[1::2]

    read = json.loads(FORMATS["json"](sample_digest(), ("en",)))

    assert " ".join(read) == documented[0]
    assert " ".join(read["entries"][0]) == documented[1]


def test_what_was_left_out_follows_the_shown_entries() -> None:
    read = json.loads(FORMATS["json"](digest(2, 3), ("en",)))

    assert (read["matched"], read["shown"]) == (5, 2)
    assert [(e["position"], e["shown"]) for e in read["entries"]] == [
        (1, True),
        (2, True),
        (3, False),
        (4, False),
        (5, False),
    ]


def test_a_missing_summary_is_null() -> None:
    read = json.loads(FORMATS["json"](sample_digest(), ("zh", "en")))

    assert read["entries"][1]["glosses"]["zh"] is None
    assert read["entries"][1]["glosses"]["en"]["gist"] == "Folding can be quiet."


@given(hostile_digests())
def test_texts_are_as_announced(ours: Digest) -> None:
    read = json.loads(FORMATS["json"](ours, ("zh", "en")))

    announced = [(e.paper.title, e.paper.abstract) for e in (*ours.entries, *ours.left_out)]
    assert [(e["title"], e["abstract"]) for e in read["entries"]] == announced
