"""What is said about a paper in one language, before anybody keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A title, one sentence and an abstract, all in the language that was asked for."""

    title: str
    gist: str
    abstract: str
