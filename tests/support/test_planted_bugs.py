"""A planted bug stands in the place of a function that exists, and is called like it."""

from __future__ import annotations

import pytest

from tests.support.planted_bugs import plant_bug


class Shelf:
    """Something with a method to break."""

    def count(self, subject: str, *, limit: int = 10) -> int:
        return min(len(subject), limit)


def test_a_bug_replaces_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def count_nothing(self: Shelf, subject: str, *, limit: int = 10) -> int:
        return 0

    plant_bug(monkeypatch, Shelf, "count", count_nothing)

    assert Shelf().count("cs.CV") == 0


@pytest.mark.parametrize(
    ("name", "bug", "message"),
    [
        ("count_all", lambda self, subject, limit: 0, "Shelf has no count_all"),
        ("count", lambda self, subject: 0, r"\['self', 'subject'\]"),
        ("count", lambda self, topic, limit: 0, r"\['self', 'topic', 'limit'\]"),
        ("count", lambda *_, **__: 0, r"\['_', '__'\]"),
        ("count", 0, "takes None"),
    ],
)
def test_a_bug_that_would_prove_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, name: str, bug: object, message: str
) -> None:
    with pytest.raises(pytest.fail.Exception, match=message):
        plant_bug(monkeypatch, Shelf, name, bug)
