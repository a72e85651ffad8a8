"""Match announced papers against queries and explain the matches.

A batch of announcements is indexed once; each distinct query is then answered from its dicts. A
paper announced several times is one match, with its highest version and its newest announcement.
Matching uses the announced texts only, and ranking uses no statistics of the batch: a term found in
a title or among the authors counts 3, in an abstract, a category or an id 1, each once a field,
whatever other papers the batch contains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.topics.matching.evaluate import InvertedIndex
from bot.topics.query.normal_form import query_categories
from storage.records.papers import FRESH_KINDS, Announcement, AnnouncementKind, Paper
from storage.records.queries import Clause, Match, MatchReason, Query
from storage.records.summaries import Summary

_ALL_KINDS = frozenset(AnnouncementKind)


class AnnouncementIndex:
    """A searchable batch of announcements."""

    def __init__(self, announcements: Iterable[Announcement]) -> None:
        by_paper: dict[str, list[Announcement]] = {}
        for announcement in announcements:
            by_paper.setdefault(announcement.paper.id, []).append(announcement)
        announcements_by_paper = [
            sorted(group, key=lambda a: (a.day, a.seq)) for group in by_paper.values()
        ]
        # Papers are numbered in the order in which equal scores rank: newest day first, then by id.
        self._announcements = sorted(
            announcements_by_paper,
            key=lambda group: (-group[-1].day.toordinal(), group[-1].paper.id),
        )
        self._newest: list[Announcement] = []  # of each paper, with the paper's highest version
        for group in self._announcements:
            newest_announcement = group[-1]
            paper = max((a.paper for a in group), key=lambda paper: paper.version)
            self._newest.append(
                newest_announcement
                if newest_announcement.paper is paper
                else replace(newest_announcement, paper=paper)
            )
        self._is_fresh = [_is_fresh(group) for group in self._announcements]
        self._first_seq = min((a.seq for group in announcements_by_paper for a in group), default=0)
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
        scores_by_paper = self._inverted_index.scores(query.clause)
        category_codes = frozenset(query_categories(query.clause))
        matches = []
        for paper_number in sorted(
            sorted(scores_by_paper), key=scores_by_paper.__getitem__, reverse=True
        ):
            is_fresh = self._is_fresh[paper_number]
            if after and after >= self._first_seq:
                later_announcements = [
                    a for a in self._announcements[paper_number] if a.seq > after
                ]
                if not later_announcements:
                    continue
                is_fresh = _is_fresh(later_announcements)
            announcement = self._newest[paper_number]
            categories = announcement.paper.categories
            # A kind is cross-listed relative to the query's categories.
            if not category_codes or not categories or categories[0] in category_codes:
                announcement_kind = AnnouncementKind.NEW if is_fresh else AnnouncementKind.REPLACE
            else:
                announcement_kind = (
                    AnnouncementKind.CROSS if is_fresh else AnnouncementKind.REPLACE_CROSS
                )
            if announcement_kind in kinds:
                matches.append(
                    Match(announcement, announcement_kind, scores_by_paper[paper_number])
                )
        return matches

    def indexed_texts(self, paper: Paper) -> tuple[str, str]:
        """Return the analysed words of the title and of the abstract of one of these papers.

        They are separated by spaces.
        """
        return self._inverted_index.indexed_texts(self._numbers[paper.id])

    def explain(self, query: Query, matches: Iterable[Match]) -> list[Match]:
        """Return this index's matches of a query with the reasons for each."""
        matches_by_number = {self._numbers[match.announcement.paper.id]: match for match in matches}
        reasons = self._inverted_index.reasons(query.clause, set(matches_by_number))
        return [
            Match(self._newest[number], m.kind, m.score, reasons[number])
            for number, m in matches_by_number.items()
        ]


def matching_papers(
    clause: Clause,
    papers: Sequence[Paper],
    summaries: Mapping[int, Sequence[Summary]],
    index_texts: Mapping[str, str] | None = None,
) -> list[Paper]:
    """Return the papers that a clause finds, or in their summaries, in their order.

    ``index_texts`` has the analysed words of texts that need not be analysed again.
    """
    inverted_index = InvertedIndex(
        papers, [summaries.get(paper.key, ()) for paper in papers], index_texts
    )
    scores = inverted_index.scores(clause)
    return [paper for number, paper in enumerate(papers) if number in scores]


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


def _is_fresh(announcements: Iterable[Announcement]) -> bool:
    """Return whether the announcements bring a paper to readers for the first time.

    This relies on the feed, because arXiv lists second versions as new or cross-listed where a
    reader of that category has not seen the first. A paper first listed and then replaced in one
    batch is still unseen, so it is not a replacement either.
    """
    return any(announcement.kind in FRESH_KINDS for announcement in announcements)
