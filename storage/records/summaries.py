"""Summaries and notes of papers, the jobs that write them, and their cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary of a paper version in one language; a row that never changes.

    ``producer`` is ``extractive``, ``import`` or the name of a model.
    """

    paper: int
    version: int
    language: str  # BCP 47: "en", "zh"
    title: str
    tldr: str  # one sentence
    abstract: str
    producer: str
    created_at: datetime
    prompt_version: str = ""  # "" without a prompt
    tokens: int = 0
    key: int = 0


@dataclass(frozen=True, slots=True)
class PaperNote:
    """A longer note that a model wrote on a paper version, in one language, on request."""

    paper: int
    version: int
    language: str
    problem: str
    method: str
    result: str
    limits: str
    producer: str
    created_at: datetime
    prompt_version: str = ""


@dataclass(frozen=True, slots=True)
class SummaryJob:
    """A summary that is needed and not written yet, first shown by a digest at ``needed_at``."""

    paper: int
    version: int
    language: str
    needed_at: datetime
    attempts: int = 0
    error: str = ""
    fencing_token: int = 0  # grows with every claim
    key: int = 0


@dataclass(frozen=True, slots=True)
class SummaryBacklog:
    """How many summary jobs wait, how many of them failed before, and how many were given up."""

    waiting: int = 0
    retrying: int = 0
    abandoned: int = 0


@dataclass(frozen=True, slots=True)
class DailySpending:
    """What a model cost on one day; money in millionths of the configured currency."""

    day: date  # in UTC
    model: str
    calls: int = 0
    prompt_tokens: int = 0  # tokens sent
    completion_tokens: int = 0  # tokens received
    cost_micros: int = 0
    unusable_answers: int = 0  # paid answers that could not be used


@dataclass(frozen=True, slots=True)
class SummaryCoverage:
    """How many of the recently shown paper versions have a summary from a model or an import."""

    language: str
    summarized_count: int
    shown_count: int
