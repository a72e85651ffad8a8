"""The gist is the sentence that says what was done or found."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summary.cues import CLAIMS, HINTS
from bot.summary.extractive import LONGEST_GIST, gist

# Written for the tests; ">>" marks the sentence that a reader would choose.
ABSTRACTS = {
    "a proposal between background and results": (
        "Lantern: Cheap Depth from Night Videos",
        "In recent years, depth estimation has become popular. However, existing methods fail at "
        "night. >>To address this, we propose Lantern, a network that learns depth from night "
        "videos without labels. Specifically, we add a lamp model. Experiments show that Lantern "
        "improves accuracy by 12.5%. Code is available at https://example.org/lantern.",
    ),
    "a theorem after its setting": (
        "Sharp bounds for random walks on trees",
        "Let $T$ be a tree with $n$ vertices. >>We prove that a random walk on $T$ covers all "
        "vertices in time $O(n^2)$, and that this is sharp. As a corollary, we obtain a bound for "
        "forests. Some open problems are discussed.",
    ),
    "a physicist's passive": (
        "Spin waves in thin magnetic films",
        "Magnetic films are important for storage. >>The spectrum of spin waves in thin magnetic "
        "films is calculated for an arbitrary direction of the field. The role of anisotropy is "
        "often neglected.",
    ),
    "a question that is answered": (
        "Do Small Models Plan?",
        "Can small language models plan ahead? Many believe that they cannot. >>We find that "
        "models with one billion parameters plan at least three steps ahead. What comes next?",
    ),
    "a work that speaks of itself": (
        "A Survey of Tidal Turbine Control",
        "Tidal turbines play a key role in renewable energy. >>This survey reviews control methods "
        "for tidal turbines published since 1990. We hope that it inspires future work.",
    ),
    "a structured abstract": (
        "Early Detection of Frost Damage in Vineyards",
        "Background: Frost damages vines. >>Objective: To develop a camera system that detects "
        "frost damage in vineyards before dawn. Methods: Twelve cameras took pictures. "
        "Conclusion: The system is promising.",
    ),
    "an outlook and a release that sound like claims": (
        "WindBench: Measuring Forecasts of Gusts",
        ">>We introduce WindBench, a benchmark of 4,000 recorded gusts. We hope that this work "
        "helps others. We release all data and code.",
    ),
    "a withdrawn paper": (
        "On a Conjecture about Primes",
        "We prove a conjecture about primes. >>This paper has been withdrawn by the author due to "
        "an error in Lemma 3.",
    ),
}


@pytest.mark.parametrize(("title", "marked"), ABSTRACTS.values(), ids=ABSTRACTS.keys())
def test_the_sentence_a_reader_would_choose_is_chosen(title: str, marked: str) -> None:
    chosen = gist(title, marked.replace(">>", ""))

    assert marked.split(">>")[1].startswith(chosen)
    assert chosen.endswith((".", "!"))


def test_among_equal_claims_the_one_about_the_title_wins() -> None:
    chosen = gist(
        "Learning to fold paper cranes",
        "We introduce a corpus of knots. We introduce a robot that learns to fold paper cranes.",
    )

    assert chosen == "We introduce a robot that learns to fold paper cranes."


def test_among_equals_the_first_wins() -> None:
    assert gist("", "We prove one thing about it. We prove one more about it.").startswith(
        "We prove one thing"
    )


def test_a_paper_without_abstract_has_its_title_for_a_gist() -> None:
    assert gist("On\n  primes", " ") == "On primes"


def test_one_sentence_is_its_own_gist() -> None:
    assert gist("Primes", "However,  what\nis known?") == "However, what is known?"


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    chosen = gist("Words", "We propose a method, " + "and we propose more words, " * 20 + "here.")

    assert chosen.endswith("more words…")
    assert LONGEST_GIST - 60 < len(chosen) <= LONGEST_GIST


@pytest.mark.parametrize(
    "piece",
    ["withdrawn ", "We show. ", "$", "(1) ", "http://", "a", "。", "no. (", "code ", "'x. Y' "],
)
def test_fifty_thousand_characters_of_anything_are_no_trouble(piece: str) -> None:
    chosen = gist("Title", piece * (50_000 // len(piece)))

    assert 0 < len(chosen) <= LONGEST_GIST


@given(st.text(), st.text())
def test_any_input_has_a_gist_of_its_own_words(title: str, abstract: str) -> None:
    source = " ".join(abstract.split()) or " ".join(title.split())

    chosen = gist(title, abstract)

    assert chosen == gist(title, abstract)
    assert len(chosen) <= LONGEST_GIST
    assert chosen.removesuffix("…") in source
    assert bool(chosen) == bool(source)


def test_importing_it_brings_no_heavy_library() -> None:
    """The gist is made by every process, also by those that must stay small."""
    code = (
        "import sys, bot.summary.extractive;"
        "print(*{'numpy', 'scipy', 'nltk', 'openai', 'httpx', 'asyncio'} & set(sys.modules))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert loaded == []


def test_the_strongest_claim_stands_first_and_all_are_of_small_letters() -> None:
    points = [cue.points for cue in CLAIMS]

    assert points == sorted(points, reverse=True)
    words = re.compile(r"\\[a-zA-Z]")
    for cue in (*CLAIMS, *HINTS):
        assert not re.search("[A-Z]", words.sub("", cue.pattern.pattern)), cue.reason
