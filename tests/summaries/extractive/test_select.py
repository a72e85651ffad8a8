"""The tldr is the sentence that says what was done or found."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.summaries.extractive.cues import CLAIMS, CONTEXT_PENALTIES, HINTS
from bot.summaries.extractive.select import MAX_TLDR_LENGTH, extract_tldr
from bot.summaries.fill_missing import extractive_summary
from storage.records.papers import Paper

# Written for the tests; ">>" marks the sentence that a reader would choose.
ABSTRACTS = {
    "a proposal between background and results": (
        "Lantern: Cheap Depth from Night Videos",
        "In recent years, depth estimation has become popular. However, existing methods fail at "
        "night. To address this, >>we propose Lantern, a network that learns depth from night "
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
        "Tidal turbines play a key role in renewable energy. This survey >>reviews control methods "
        "for tidal turbines published since 1990. We hope that it inspires future work.",
    ),
    "a structured abstract with results": (
        "Early Detection of Frost Damage in Vineyards",
        "Background: Frost damages vines. Objective: To develop a camera system that detects "
        "frost damage in vineyards. Methods: We took pictures of frost damage in vineyards. "
        "Results: >>Twelve of fifteen cameras saw the frost two hours before dawn. "
        "Conclusion: We show that early detection of frost damage in vineyards is feasible.",
    ),
    "a structured abstract of astronomers": (
        "The Dust of a Young Star",
        "Context. Dust hides young stars. Aims. We aim to weigh the dust of a young star. Methods. "
        "We present new images of a young star. Results. >>The dust weighs two hundred Earths and "
        "grows by one of them in a year. Conclusions. Planets may form early.",
    ),
    "two languages": (
        "Sur les bateaux de papier",
        "Nous montrons que les bateaux de papier flottent pendant une heure. --- >>We show that "
        "boats of paper float for one hour.",
    ),
    "French": (
        "Sur les bateaux de papier",
        "Les bateaux de papier ont une longue histoire. >>Nous montrons que les bateaux de papier "
        "flottent pendant une heure.",
    ),
    "Portuguese": (
        "Barcos de papel",
        "Os barcos de papel têm uma longa história em muitos países. >>Neste trabalho, propomos um "
        "barco de papel que flutua por uma hora.",
    ),
    "a sentence that leans on the one before": (
        "Boats of Paper",
        "Boats of paper sink. We address this problem with wax. >>We propose a boat of waxed paper "
        "that floats for one hour in rain.",
    ),
    "a title said again": (
        "Measuring the Drift of Paper Boats",
        "We measure the drift of paper boats. >>We find that their drift grows with the square of "
        "the wind and that wax halves it.",
    ),
    "a sentence that would be cut": (
        "Boats of Paper",
        "We propose a boat of paper"
        + ", which folds, sails and turns without any hand, wind or wave" * 5
        + ". >>We propose a boat of waxed paper that floats for one hour in heavy rain.",
    ),
    "a structured abstract": (
        "Early Detection of Frost Damage in Vineyards",
        "Background: Frost damages vines. Objective: >>To develop a camera system that detects "
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
    chosen = extract_tldr(title, marked.replace(">>", ""))

    remainder = marked.split(">>")[1]
    assert remainder.startswith(chosen[1:], 1)
    assert chosen[0] == remainder[0].upper()
    assert chosen.endswith((".", "!"))


def test_among_equal_claims_the_one_about_the_title_wins() -> None:
    chosen = extract_tldr(
        "Learning to fold paper cranes",
        "We introduce a corpus of knots. We introduce a robot that learns to fold paper cranes.",
    )

    assert chosen == "We introduce a robot that learns to fold paper cranes."


def test_among_equals_the_first_wins() -> None:
    assert extract_tldr("", "We prove one thing about it. We prove one more about it.").startswith(
        "We prove one thing"
    )


def test_a_paper_without_abstract_has_its_title_for_a_tldr() -> None:
    assert extract_tldr("On\n  primes", " ") == "On primes"


def test_one_sentence_is_its_own_tldr() -> None:
    assert extract_tldr("Primes", "However,  what\nis known?") == "What is known?"


def test_a_long_sentence_is_cut_at_a_clause() -> None:
    chosen = extract_tldr(
        "Words", "We propose a method, " + "and we propose more words, " * 20 + "here."
    )

    assert chosen.endswith("more words…")
    assert MAX_TLDR_LENGTH - 60 < len(chosen) <= MAX_TLDR_LENGTH


@pytest.mark.parametrize(
    "piece",
    [
        *("x (a. B). ", "$x$ (ab) ", "To address this, ", "we withdraw ", "Results: ", "les "),
        *(
            "withdrawn ",
            "We show. ",
            "$",
            "(1) ",
            "http://",
            "a",
            "。",
            "no. (",
            "code ",
            "'x. Y' ",
        ),
    ],
)
def test_fifty_thousand_characters_of_anything_are_no_trouble(piece: str) -> None:
    chosen = extract_tldr("Title", piece * (50_000 // len(piece)))

    assert 0 < len(chosen) <= MAX_TLDR_LENGTH


def test_a_withdrawn_paper_says_only_that() -> None:
    claim = "We prove that all boats of paper float."

    assert extract_tldr("Boats", f"This paper has been withdrawn. {claim}") == (
        "This paper has been withdrawn."
    )
    assert (
        extract_tldr("Boats", claim, "Withdrawn: Lemma 3 is wrong.")
        == "Withdrawn: Lemma 3 is wrong."
    )
    assert extract_tldr("Boats", claim, "Withdrawn from a conference.") == claim


def test_what_is_kept_of_a_paper_reads_its_comment_too() -> None:
    paper = Paper("arxiv:2611.00001", 2, "Boats", "We fold boats.", comment="Withdrawn: it sank.")

    assert (
        extractive_summary(paper, datetime(2026, 11, 20, tzinfo=UTC)).tldr == "Withdrawn: it sank."
    )


def test_it_is_free_of_tags_entities_and_citations() -> None:
    abstract = "In this paper we fold <b>R&amp;D</b> boats of wet paper [12] for <i>everyone</i>."

    assert extract_tldr("", abstract) == "We fold R&D boats of wet paper for everyone."


@pytest.mark.parametrize("empty", ["", " ", ".", "...", "--- 1."])
def test_an_abstract_without_words_leaves_the_title(empty: str) -> None:
    assert extract_tldr("On  primes", empty) == "On primes"


def test_a_long_sentence_loses_its_remarks_before_it_is_cut() -> None:
    remark = "(" + "of waxed paper, " * 10 + "and wood)"
    sentence = f"We propose a boat {remark} that floats{', and does not sink' * 6}."

    assert extract_tldr("Boats", sentence) == sentence.replace(f" {remark}", "")


def test_a_long_sentence_loses_the_clause_before_its_main_clause() -> None:
    clause = "While boats of paper are known to sink" + " or to drift away" * 14
    sentence = "we propose a boat of waxed paper that floats for one hour in heavy rain."

    assert extract_tldr("Boats", f"{clause}, {sentence}") == "W" + sentence[1:]


WORDS = st.sampled_from(
    [
        *("To address this, ", "we propose ", "a boat ", "(of wax) ", "in this paper ", "<b>"),
        *("</b>", "&amp;", "[12] ", "Results: ", "x. ", "Y", "$z$ ", "Methods. ", "(ii) "),
        "withdrawn ",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(WORDS).map("".join))


@given(TEXTS, TEXTS, TEXTS)
@example("", "<A>0</A>A", "")
@example("", "<A></A>", "")
def test_any_input_has_a_tldr_of_its_own_words(title: str, abstract: str, comment: str) -> None:
    source = f"{title} {abstract} {comment}"
    source += unescape(source) + without_tags(source)

    chosen = extract_tldr(title, abstract, comment)

    assert chosen == extract_tldr(title, abstract, comment)
    assert len(chosen) <= MAX_TLDR_LENGTH
    assert all(is_said(word, source) for word in chosen.removesuffix("…").split())
    assert bool(chosen) or not any(map(str.isalpha, without_tags(title + abstract)))


def without_tags(text: str) -> str:
    """A text without whatever stands in angle brackets, for the names of tags are no prose."""
    return re.sub("<[^<>]*>", "", unescape(text))


def is_said(word: str, source: str) -> bool:
    """Whether a word stands in the source, but for the capital letter of a sentence."""
    return word in source or word[0].lower() + word[1:] in source


def test_importing_it_brings_no_heavy_library() -> None:
    """The tldr is made by every process, also by those that must stay small."""
    code = (
        "import sys, bot.summaries.extractive.select;"
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
    for cue in (*CLAIMS, *HINTS, *CONTEXT_PENALTIES):
        assert not re.search("[A-Z]", words.sub("", cue.pattern.pattern)), cue.reason
