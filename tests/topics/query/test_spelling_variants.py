"""One word in all its spellings is found by each of them; words that only look alike are not."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.topics.matching import match_paper
from bot.topics.query.analyzer import analyze, compound_words, index_text, stems, written_words
from bot.topics.query.parser import parse, parse_user_query
from storage.records.papers import Paper
from storage.records.queries import MatchReason, QueryField

# In each row every spelling finds every other.
_SAME = r"""
    LLM, LLMs
    MLLM, MLLMs
    GNN, GNNs, gnns
    PDE, PDEs
    GPU, GPUs
    VLA, VLAs
    LM, LMs
    multi-modal, multimodal
    pre-trained, pretrained, pretraining
    U-Net, UNet, unets
    GPT-4, GPT4
    t-SNE, tSNE
    3-D, 3D
    Wi-Fi, WiFi
    e-commerce, ecommerce
    spatio-temporal, spatiotemporal
    cross-lingual, crosslingual
    "real time", real-time, realtime
    CO2, CO$_2$, CO\textsubscript{2}, CO_2, $\mathrm{CO}_2$
    H2O, H$_2$O, H_2O, \mathrm{H_2O}
    gamma-ray, γ-ray, $\gamma$-ray, \gamma-ray
    ΛCDM, $\Lambda$CDM, LambdaCDM, $\Lambda$-CDM
    α-synuclein, alpha-synuclein, $\alpha$-synuclein
    TNFα, TNF-α, TNF-alpha, TNF$\alpha$
    NF-κB, NF-kappaB, NF-$\kappa$B
    Hα, H-alpha, H$\alpha$, $H\alpha$
    μ-calculus, mu-calculus, $\mu$-calculus
    H0, $H_0$, H_0, H$_0$
    S8, $S_8$, S_8
    σ8, $\sigma_8$, sigma8, \sigma_8, sigma-8
    ℓ1, $\ell_1$, l1
    N-body, $N$-body
    gas, gases
    lens, lenses
    matrix, matrices
    spectrum, spectra
    analysis, analyses
    vertex, vertices
    index, indices, indexes
    hypothesis, hypotheses
    phenomenon, phenomena
    nucleus, nuclei
    larva, larvae
    supernova, supernovae
    Schrödinger, Schroedinger, Schr\"odinger, Schr{\"o}dinger, Schrodinger
    Kähler, Kaehler, K\"ahler
    Möbius, Moebius, M\"{o}bius
    Håkan, H{\aa}kan, Hakan
    Erdős, Erd\H{o}s, Erd\H os, Erdos
    Martínez, Mart\'\i nez, Mart{\'\i}nez, Martinez
    Nguyễn, Nguy\~{\^e}n, Nguyen
    behaviour, behavior
    colour, color, colours, colouring
    optimisation, optimization, optimise, optimizing
    tokeniser, tokenizer
    analyse, analyze, analysed
    centre, center, centred
    nanometre, nanometer
    catalogue, catalog
    haemoglobin, hemoglobin
    artefact, artifact
    programme, program, programmes
    A*, A$^*$, $A^*$, A-star
    C*-algebra, $C^*$-algebra, C$^{*}$-algebra
"""
_ROWS = [row.strip().split(", ") for row in _SAME.strip().splitlines()]

# In each row no word finds another.
_APART = """
    generative, generation
    generalization, general
    relativity, relative
    objective, object
    experience, experiment
    integrity, integral
    integral, integration
    position, positive
    animal, animation
    several, severe
    important, import
    informal, information
    authority, author
    operator, operation
    transit, transition
    critic, critical
    physics, physical
    colony, colonial
    subject, subjective
    argument, argumentative
    active, activation
    indices, indicator
    vertices, vertical
    GPS, GP
    CSS, CS
    https, http
    basis, base
    promise, prominent
    arise, arizona
"""
_FAMILIES = [row.strip().split(", ") for row in _APART.strip().splitlines()]


def _paper(abstract: str) -> Paper:
    return Paper("arxiv:2611.00001", 1, "Untitled", f"A study of {abstract} at last.")


@pytest.mark.parametrize("spellings", _ROWS, ids=lambda row: row[0])
def test_each_spelling_finds_every_other(spellings: list[str]) -> None:
    for typed, counterpart in permutations(spellings, 2):
        query, text = parse_user_query(typed), counterpart.strip('"')
        paper = _paper(text)
        reasons = match_paper(query, paper)
        assert reasons, f"{typed!r} does not find {text!r}"
        for word in " ".join(reason.word for reason in reasons).split():
            assert word in paper.abstract, f"{typed!r} names {word!r} of {text!r}"
        assert parse(query.text) == query, f"{typed!r} is stored as {query.text!r}"


@pytest.mark.parametrize("family", _FAMILIES, ids=lambda row: row[0])
def test_words_that_look_alike_stay_apart(family: list[str]) -> None:
    for typed, other in permutations(family, 2):
        assert not match_paper(parse_user_query(typed), _paper(other)), f"{typed!r} finds {other!r}"


def test_a_name_is_found_however_its_letters_are_written() -> None:
    names = ["Jörg Müller", r"J\"org M\"uller", r"J{\"o}rg M{\"{u}}ller", "Jorg Muller"]
    for name in names:
        paper = Paper("arxiv:2611.00001", 1, "Untitled", "A study.", authors=(name,))
        for typed in ('au:"Jörg Müller"', "au:muller", 'au:"J Muller"', 'au:"Jorg Müller"'):
            assert match_paper(parse(typed), paper), (typed, name)
    written_out = Paper("arxiv:2611.00001", 1, "Untitled", "A study.", authors=("Jörg Müller",))
    assert match_paper(parse("au:mueller"), written_out)


def test_a_sigma_beside_a_number_is_a_word_of_its_own() -> None:
    for text in ("5σ", r"5$\sigma$", r"$5\sigma$", "5 sigma"):
        assert match_paper(parse("5 sigma"), _paper(text))


def test_a_greek_word_is_no_row_of_letters() -> None:
    assert stems("Παπαδόπουλος") == ["παπαδοπουλοσ"]


def test_what_is_found_is_marked_as_it_is_written() -> None:
    abstract = r"We measure $H_0$ and $\Lambda$CDM at 5$\sigma$ in {\em multi-modal} data."
    for typed, marked in (
        ("H0", "$H_0$"),
        ("LambdaCDM", r"$\Lambda$CDM"),
        ("multimodal", "multi-modal"),
        ("sigma", r"$\sigma$"),
    ):
        paper = Paper("arxiv:2611.00001", 1, "Untitled", abstract)
        assert match_paper(parse(typed), paper) == (MatchReason(QueryField.ABSTRACT, marked),)


_PIECES = r"""$\sigma_8$ σ - 8 * A _ ^ { } $ \ \'\i ö CDM Λ \emph{ab é word 扩散 ë ß α"""
_TEXTS = st.lists(st.sampled_from([*_PIECES.split(), " ", "e\u0308", "\ue002"]), max_size=12).map(
    "".join
)


@given(_TEXTS)
def test_every_word_has_its_place(text: str) -> None:
    tokens = analyze(text)

    assert [token.stem for token in tokens] == stems(text)
    assert len(written_words(text)) == len(tokens)
    assert [token.stem for token in tokens] == index_text(text).partition("\ue000")[0].split()
    for token in (*tokens, *compound_words(text)):
        assert 0 <= token.start < token.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        r"un\-supervised bright video models",
        r"a text\/ed bright video model",
        r"a $ $ bright video model",
        r"an empty {\em} bright video model, \ldots",
    ],
)
def test_what_is_displayed_as_nothing_moves_no_later_word(text: str) -> None:
    places = {token.word: text[token.start : token.end] for token in analyze(text)}

    assert (places["bright"], places["video"]) == ("bright", "video")


def test_a_long_word_without_an_umlaut_is_read_in_one_go() -> None:
    """Where each letter began a search of its own, this would take many minutes."""
    long_word = "שלום" * 20_000

    assert index_text(f"{long_word} Müller").split()[-1] == index_text("Mueller")
