"""Match announced papers against queries and explain the matches.

A batch of announcements is indexed once; each distinct query is then answered from its dicts. A
paper announced several times is one match, with its highest version and its newest announcement.
Matching uses the announced texts only, and ranking uses no statistics of the batch: a term found in
a title or among the authors counts 3, in an abstract, a category or an id 1, each once a field,
whatever other papers the batch contains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.topics.matching.evaluate import InvertedIndex
from bot.topics.matching.inverted_index import find_spans
from bot.topics.query import normal_form
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.queries import Clause, Match, MatchReason, Query, QueryField
from storage.records.summaries import Summary

_FRESH_KINDS = frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS})
_ALL_KINDS = frozenset(AnnouncementKind)


class AnnouncementIndex:
    """A searchable batch of announcements."""

    def __init__(self, announcements: Iterable[Announcement]) -> None:
        by_paper: dict[str, list[Announcement]] = {}
        for announcement in announcements:
            by_paper.setdefault(announcement.paper.id, []).append(announcement)
        grouped = [sorted(group, key=_announcement_order) for group in by_paper.values()]
        # Papers are numbered in the order in which equal scores rank.
        self._announcements = sorted(grouped, key=lambda group: _ranking_key(group[-1]))
        self._newest = [_newest_announcement(group) for group in self._announcements]
        self._is_fresh = [_is_fresh(group) for group in self._announcements]
        self._first_seq = min((a.seq for group in grouped for a in group), default=0)
        self._numbers = {a.paper.id: number for number, a in enumerate(self._newest)}
        self._inverted_index = InvertedIndex([announcement.paper for announcement in self._newest])

    def __len__(self) -> int:
        return len(self._newest)

    def find(
        self, query: Query, kinds: frozenset[AnnouncementKind] = _ALL_KINDS, *, after: int = 0
    ) -> list[Match]:
        """Return the papers that a query finds in announcements after a sequence, best first.

        They come without reasons, which cost more than the search: ``explain`` adds them.
        """
        scores = self._inverted_index.scores(query.clause)
        category_codes = _query_categories(query.clause)
        matches = []
        for number in sorted(sorted(scores), key=scores.__getitem__, reverse=True):
            is_fresh = self._is_fresh_after(number, after)
            if is_fresh is None:
                continue
            announcement = self._newest[number]
            kind = _kind_for_query(is_fresh, announcement.paper, category_codes)
            if kind in kinds:
                matches.append(Match(announcement, kind, scores[number]))
        return matches

    def explain(self, query: Query, matches: Iterable[Match]) -> list[Match]:
        """Return this index's matches of a query with the reasons for each."""
        matches_by_number = {self._numbers[match.announcement.paper.id]: match for match in matches}
        reasons = self._inverted_index.reasons(query.clause, set(matches_by_number))
        return [
            Match(self._newest[number], m.kind, m.score, reasons[number])
            for number, m in matches_by_number.items()
        ]

    def _is_fresh_after(self, number: int, after: int) -> bool | None:
        """Return whether announcements after a sequence present a paper as new; None if none."""
        if not after or after < self._first_seq:
            return self._is_fresh[number]
        later_announcements = [a for a in self._announcements[number] if a.seq > after]
        return _is_fresh(later_announcements) if later_announcements else None


def build_index(announcements: Iterable[Announcement]) -> AnnouncementIndex:
    """Build an index over a batch of announcements."""
    return AnnouncementIndex(announcements)


def match_paper(
    query: Query, paper: Paper, summaries: Sequence[Summary] = ()
) -> tuple[MatchReason, ...] | None:
    """Return why the query finds one paper and its summaries, or None."""
    inverted_index = InvertedIndex([paper], [summaries])
    return (
        inverted_index.reasons(query.clause, {0})[0]
        if inverted_index.scores(query.clause)
        else None
    )


def highlight_spans(
    text: str, query: Query, field: QueryField = QueryField.ABSTRACT
) -> list[tuple[int, int]]:
    """Return disjoint spans of a title or abstract that a query matches, in order."""
    terms = normal_form.iterate_terms(query.clause, excluded=False)
    spans = (find_spans(text, term) for term in terms if term.field in {QueryField.ANY, field})
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for term_spans in spans for span in term_spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _newest_announcement(announcements: Sequence[Announcement]) -> Announcement:
    """Return a paper's newest announcement, with the paper's highest version."""
    paper = max(
        (announcement.paper for announcement in announcements), key=lambda paper: paper.version
    )
    newest = announcements[-1]
    return newest if newest.paper is paper else replace(newest, paper=paper)


def _is_fresh(announcements: Iterable[Announcement]) -> bool:
    """Return whether the announcements bring a paper to readers for the first time.

    This relies on the feed, because arXiv lists second versions as new or cross-listed where a
    reader of that category has not seen the first. A paper first listed and then replaced in one
    batch is still unseen, so it is not a replacement either.
    """
    return any(announcement.kind in _FRESH_KINDS for announcement in announcements)


def _kind_for_query(
    is_fresh: bool, paper: Paper, category_codes: frozenset[str]
) -> AnnouncementKind:
    """Return new, replaced or their cross-listed kinds, relative to a query's categories."""
    is_primary = not category_codes or not paper.categories or paper.categories[0] in category_codes
    if is_fresh:
        return AnnouncementKind.NEW if is_primary else AnnouncementKind.CROSS
    return AnnouncementKind.REPLACE if is_primary else AnnouncementKind.REPLACE_CROSS


def _query_categories(clause: Clause) -> frozenset[str]:
    terms = normal_form.iterate_terms(clause, excluded=False)
    return frozenset(code for t in terms if t.field is QueryField.CATEGORY for code in t.words)


def _announcement_order(announcement: Announcement) -> tuple[int, int]:
    return announcement.day.toordinal(), announcement.seq


def _ranking_key(announcement: Announcement) -> tuple[int, str]:
    return -announcement.day.toordinal(), announcement.paper.id
