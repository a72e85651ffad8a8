"""Hostile digests in every form: each message is whole, within the limits, only what we meant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.display_options import Look
from bot.render.size_limits import pieces
from bot.render.telegram.fallback_forms import simpler, written
from bot.render.telegram.split_into_messages import Message, message, part_with, parts, rest_parts
from storage.records import Digest, Form, Parcel
from tests.system.fuzz import digest_judge, document_judge, hostile, judges
from tests.system.fuzz.tally import Tally

# Ten thousand characters are what is meant here, also in what Hypothesis tells of a failure.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
SIZES = [60, pytest.param(2000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
DOCUMENTS = (("zh", "en"), ("en", "zh"), ("zh",), ("en",))


def texts_of(digest: Digest) -> list[str]:
    """Every text of a digest that somebody outside has written."""
    entries = (*digest.entries, *digest.rest)
    return [digest.topic, digest.query, *(t for one in entries for t in hostile.texts_of(one))]


@pytest.mark.parametrize("examples", SIZES)
def test_every_message_of_a_digest_is_whole_and_only_what_we_meant(
    tally: Tally, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(hostile.digests(), hostile.looks, st.booleans())
    def holds(ours: Digest, look: Look, repeat: bool) -> None:
        tally.example("digests", texts_of(ours))
        tally.messages("digests", judge(ours, look, repeat=repeat))

    holds()


def judge(ours: Digest, look: Look, *, repeat: bool = False) -> int:
    """Judges every message of a digest; returns how many there were."""
    shown = len(ours.entries)
    cuts = parts(ours, look, full=True)
    digest_judge.tiles(cuts, 1, shown)
    if ours.rest:
        page = rest_parts(ours, look, shown + 1)
        assert page[0].first == shown + 1
        cuts = (*cuts, *page, part_with(ours, look, shown + len(ours.rest)))
    for part in cuts:
        made = message(ours, part, look, repeat=repeat)
        digest_judge.judge(ours, part, look, made, repeat=repeat)
    return len(cuts)


@pytest.mark.parametrize("examples", [10, pytest.param(500, marks=pytest.mark.slow)])
def test_a_refused_digest_is_told_more_simply_and_loses_no_entry(
    tally: Tally, examples: int
) -> None:
    @settings(max_examples=examples)
    @given(hostile.digests(), hostile.looks)
    def holds(ours: Digest, look: Look) -> None:
        tally.example("refused digests", texts_of(ours))
        for part in parts(ours, replace(look, form=Form.RICH), full=True):
            parcel = parcel_of(part.number, part.first, part.last, look)
            tally.messages("refused digests", _simplified(ours, parcel))

    holds()


def parcel_of(number: int, first: int, last: int, look: Look) -> Parcel:
    """A rich parcel of this part of a digest."""
    return Parcel(
        bot=1,
        chat=2,
        period="hostile",
        part=number,
        form=Form.RICH,
        language=look.language,
        languages=look.languages,
        zone=look.zone,
        first=first,
        last=last,
        digest=7,
    )


def _simplified(ours: Digest, parcel: Parcel) -> int:
    """Refuses each form in turn; the same entries stand in all of them."""
    classic = simpler(parcel, ours, _link)
    held = [at for one in classic for at in range(one.first, one.last + 1)]
    assert held == list(range(parcel.first, parcel.last + 1))
    judged = 0
    for one in classic:
        whole = judges.message(written(one, ours, _link))
        assert whole is not None
        plain = [written(last, ours, _link) for last in simpler(one, ours, _link)]
        for made in plain:
            judges.message(made)
        _holds_the_words(whole, plain)
        assert simpler(replace(one, piece=one.piece + 1), ours, _link) == ()
        judged += 1 + len(plain)
    return judged


def _holds_the_words(whole: judges.Shown, plain: list[Message]) -> None:
    """Plain text says every word of the message, and the address of every link."""
    told = judges.unbroken("".join("".join(made.text.split()) for made in plain))
    for word in "".join(whole.text.split("\n")).split() if not whole.links else ():
        assert word in told
    for label, url in whole.links:
        assert f"{''.join(label.split())}{url.rstrip('/')}" in told


def _link(paper: int, version: int) -> str:
    return f"https://t.me/papergram_bot?start=p_{paper}_{version}"


@pytest.mark.parametrize("examples", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_document_of_a_digest_is_what_it_says(tally: Tally, examples: int) -> None:
    @settings(max_examples=examples)
    @given(hostile.digests(), st.sampled_from(DOCUMENTS))
    def holds(ours: Digest, languages: tuple[str, ...]) -> None:
        tally.example("documents", texts_of(ours))
        document_judge.markdown(ours, languages)
        document_judge.web_page(ours, languages)
        document_judge.as_json(ours, languages)
        document_judge.bibliography_of(ours)
        tally.messages("documents", 4)

    holds()


@pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_pieces_of_any_text_are_the_text(tally: Tally, examples: int) -> None:
    """What is cut is cut between characters, and nothing is lost but line ends at the cut."""

    @settings(max_examples=examples)
    @given(hostile.texts, st.integers(2, 5000))
    def holds(text: str, most: int) -> None:
        cut = list(pieces(text, most))
        assert "".join(cut).replace("\n", "") == text.replace("\n", "")
        assert all(len(one.encode("utf-16-le")) // 2 <= most for one in cut)

    holds()
