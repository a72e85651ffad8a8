"""Hostile digests in every form: each message is whole, within the limits, only what we meant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.display_options import DisplayOptions
from bot.render.size_limits import split_text
from bot.render.telegram.fallback_forms import render_outbox_message, simpler_messages
from bot.render.telegram.split_into_messages import (
    Message,
    digest_parts,
    left_out_parts,
    part_of_position,
    render_part,
)
from storage.records.chats import MessageForm
from storage.records.digests import Digest
from storage.records.messages import OutboxMessage
from tests.system.fuzz import digest_judge, document_judge, hostile, judges
from tests.system.fuzz.tally import FuzzStatistics

# Ten thousand characters are what is meant here, also in what Hypothesis tells of a failure.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
SIZES = [60, pytest.param(2000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
DOCUMENTS = (("zh", "en"), ("en", "zh"), ("zh",), ("en",))


def texts_of(digest: Digest) -> list[str]:
    """Every text of a digest that somebody outside has written."""
    entries = (*digest.entries, *digest.left_out)
    return [
        digest.topic,
        digest.query,
        *(t for entry in entries for t in hostile.entry_texts(entry)),
    ]


@pytest.mark.parametrize("examples", SIZES)
def test_every_message_of_a_digest_is_whole_and_only_what_we_meant(
    fuzz_statistics: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(hostile.hostile_digests(), hostile.display_options, st.booleans())
    def holds(ours: Digest, options: DisplayOptions, repeat: bool) -> None:
        fuzz_statistics.count_example("digests", texts_of(ours))
        fuzz_statistics.count_messages("digests", judge(ours, options, repeat=repeat))

    holds()


def judge(ours: Digest, options: DisplayOptions, *, repeat: bool = False) -> int:
    """Judges every message of a digest; returns how many there were."""
    shown = len(ours.entries)
    cuts = digest_parts(ours, options, with_entries=True)
    digest_judge.check_parts_cover_entries(cuts, 1, shown)
    if ours.left_out:
        page = left_out_parts(ours, options, shown + 1)
        assert page[0].first_entry == shown + 1
        cuts = (*cuts, *page, part_of_position(ours, options, shown + len(ours.left_out)))
    for part in cuts:
        made = render_part(ours, part, options, repeat=repeat)
        digest_judge.check_digest_message(ours, part, options, made, repeat=repeat)
    return len(cuts)


@pytest.mark.parametrize("examples", [10, pytest.param(500, marks=pytest.mark.slow)])
def test_a_refused_digest_is_told_more_simply_and_loses_no_entry(
    fuzz_statistics: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(hostile.hostile_digests(), hostile.display_options)
    def holds(ours: Digest, options: DisplayOptions) -> None:
        fuzz_statistics.count_example("refused digests", texts_of(ours))
        for part in digest_parts(
            ours, replace(options, form=MessageForm.THREE_COLUMNS), with_entries=True
        ):
            message = message_of(part.number, part.first_entry, part.last_entry, options)
            fuzz_statistics.count_messages("refused digests", _simplified(ours, message))

    holds()


def message_of(number: int, first: int, last: int, options: DisplayOptions) -> OutboxMessage:
    """A rich message of this part of a digest."""
    return OutboxMessage(
        bot=1,
        chat=2,
        period="hostile",
        part=number,
        form=MessageForm.THREE_COLUMNS,
        language=options.language,
        languages=options.languages,
        zone=options.zone,
        first_entry=first,
        last_entry=last,
        digest=7,
    )


def _simplified(ours: Digest, message: OutboxMessage) -> int:
    """Refuses each form in turn; the same entries stand in all of them."""
    classic = simpler_messages(message, ours, _link)
    covered = [
        position for part in classic for position in range(part.first_entry, part.last_entry + 1)
    ]
    assert covered == list(range(message.first_entry, message.last_entry + 1))
    judged = 0
    for part in classic:
        full_text = judges.check_message(render_outbox_message(part, ours, _link))
        assert full_text is not None
        plain = [
            render_outbox_message(last, ours, _link) for last in simpler_messages(part, ours, _link)
        ]
        for made in plain:
            judges.check_message(made)
        _holds_the_words(full_text, plain)
        assert (
            simpler_messages(replace(part, fallback_part=part.fallback_part + 1), ours, _link) == ()
        )
        judged += 1 + len(plain)
    return judged


def _holds_the_words(full_text: judges.ShownText, plain: list[Message]) -> None:
    """Plain text says every word of the message, and the address of every link."""
    remainder = judges.without_joiners("".join("".join(made.text.split()) for made in plain))
    for word in "".join(full_text.text.split("\n")).split() if not full_text.links else ():
        assert word in remainder
    for label, url in full_text.links:
        assert f"{''.join(label.split())}{url.rstrip('/')}" in remainder


def _link(paper: int, version: int) -> str:
    return f"https://t.me/papergram_bot?start=p_{paper}_{version}"


@pytest.mark.parametrize("examples", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_document_of_a_digest_is_what_it_says(
    fuzz_statistics: FuzzStatistics, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(hostile.hostile_digests(), st.sampled_from(DOCUMENTS))
    def holds(ours: Digest, languages: tuple[str, ...]) -> None:
        fuzz_statistics.count_example("documents", texts_of(ours))
        document_judge.check_markdown(ours, languages)
        document_judge.check_web_page(ours, languages)
        document_judge.check_json(ours, languages)
        document_judge.check_digest_bibtex(ours)
        fuzz_statistics.count_messages("documents", 4)

    holds()


@pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_pieces_of_any_text_are_the_text(fuzz_statistics: FuzzStatistics, examples: int) -> None:
    """What is cut is cut between characters, and nothing is lost but line ends at the cut."""

    @settings(max_examples=examples)
    @given(hostile.hostile_texts, st.integers(2, 5000))
    def holds(text: str, most: int) -> None:
        cut = list(split_text(text, most))
        assert "".join(cut).replace("\n", "") == text.replace("\n", "")
        assert all(len(piece.encode("utf-16-le")) // 2 <= most for piece in cut)

    holds()
