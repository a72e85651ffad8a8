"""Unify spellings of one word, and tell apart words that share a stem.

The stemmer knows the endings of everyday English. These tables hold what it cannot know: plurals
that science takes from Latin and Greek, plurals of acronyms, British and American spellings, names
whose umlauts are written out, and words of one stem that mean different things.
"""

from __future__ import annotations

import re

# Singulars, each followed by its plural.
_PLURALS_TEXT = """
    matrix matrices; vertex vertices; index indices; appendix appendices; vortex vortices;
    cortex cortices; simplex simplices; helix helices; apex apices; radix radices;
    analysis analyses; hypothesis hypotheses; thesis theses; synthesis syntheses;
    crisis crises; axis axes; parenthesis parentheses; diagnosis diagnoses; prognosis prognoses;
    photosynthesis photosyntheses; metastasis metastases;
    spectrum spectra; bacterium bacteria; criterion criteria;
    phenomenon phenomena; automaton automata; polyhedron polyhedra; tetrahedron tetrahedra;
    ganglion ganglia; mitochondrion mitochondria; continuum continua; minimum minima;
    maximum maxima; optimum optima; extremum extrema; momentum momenta; quantum quanta;
    stratum strata; symposium symposia; equilibrium equilibria;
    corpus corpora; genus genera; locus loci; nucleus nuclei; radius radii; focus foci;
    modulus moduli; torus tori; stimulus stimuli; fungus fungi; calculus calculi;
    annulus annuli; syllabus syllabi; bronchus bronchi; thesaurus thesauri; gas gases gasses;
    lens lenses; bias biases biasses; canvas canvases;
    lemma lemmata; schema schemata; stigma stigmata; soma somata; larva larvae; alga algae;
    formula formulae; nebula nebulae; supernova supernovae; kilonova kilonovae; nova novae;
    hypernova hypernovae; antenna antennae; vertebra vertebrae; lacuna lacunae; amoeba amoebae;
    child children; mouse mice; foot feet; tooth teeth; leaf leaves; half halves; calf calves;
    wolf wolves; knife knives; shelf shelves; louse lice; program programme programmes;
    center centred centring; catalog catalogued cataloguing;
    maneuver manoeuvre manoeuvres manoeuvred manoeuvring
"""
# Plurals of three letters that are known not to be acronyms of their own.
_SHORT_ACRONYMS = "lms nns kgs bhs qds gws tvs"
_SINGULARS_IN_S = frozenset(("https", "this", "thus", "plus"))
# No vowel, or only one just before the s, where the stemmer takes the s as part of the root.
_ACRONYM_PLURAL = re.compile(r"[b-df-hj-np-tv-xz]{3,}s|[b-df-hj-np-tv-xz]{2,}[aeiou]s")

# Beginnings of British words, each followed by its American form.
_BRITISH_STARTS_TEXT = """
    behaviour behavior; colour color; neighbour neighbor; labour labor; favour favor;
    flavour flavor; tumour tumor; vapour vapor; honour honor; humour humor; odour odor;
    rumour rumor; harbour harbor; armour armor; endeavour endeavor; rigour rigor; vigour vigor;
    centre center; epicentre epicenter; fibre fiber; metre meter; nanometre nanometer;
    micrometre micrometer; millimetre millimeter; centimetre centimeter; kilometre kilometer;
    litre liter; theatre theater; calibre caliber; catalogue catalog; dialogue dialog;
    analogue analog; homologue homolog; defence defense; offence offense; licence license;
    grey gray; sulph sulf; aluminium aluminum; haemo hemo; haema hema; anaemi anemi;
    paediatr pediatr; oestrogen estrogen; foetal fetal; foetus fetus; leukaemi leukemi;
    oesophag esophag; orthopaed orthoped; gynaecolog gynecolog; anaesthe anesthe;
    ischaemi ischemi; archaeolog archeolog; artefact artifact;
    ageing aging; judgement judgment; acknowledgement acknowledgment;
    mould mold; plough plow; diarrhoea diarrhea; caesium cesium; analyse analyze;
    analysing analyzing; catalyse catalyze; catalysing catalyzing; paralyse paralyze;
    hydrolyse hydrolyze; palaeo paleo
"""
_BRITISH_ENDING = re.compile(
    r"(\w{2,}(?:al|am|an|ar|as|at|em|en|er|es|ic|id|il|im|in|it|on|or|ot|ul|ur|ym)"
    r"|real|coul|ion|oxid|util)is"
    r"(e|es|ed|er|ers|ing|able|ability|ation|ations|ational)"
)
_AMERICAN_ENDING = r"\1iz\2"
_NOT_BRITISH_ENDING = re.compile(
    r"(?:pr|pre|com|de|chem|para|sur|enter|exper|adver|merchand|treat)\w*"
)

# Names and technical terms whose umlauts are written out.
_UMLAUT_NAMES_TEXT = """
    schroedinger kaehler moebius goedel hoelder hoermander groebner roentgen kuenneth pluecker
    baecklund teichmueller koenig fraenkel juelich zuerich muenchen loewner wuerzburg
    tuebingen goettingen schroeder jaeger mueller moessbauer grueneisen brueckner hueckel
    doering froehlich poeschl roessler woehler buechi loewenheim schoenflies schoenhage
    stueckelberg duesseldorf nuernberg gruenwald haeusler
"""

# Words that share a stem with others of another meaning, each with a stem of its own.
_DISTINCT_STEMS_TEXT = """
    generative: generative generatively
    generaliz: generalization generalizations generalize generalizes generalized generalizing
        generalizable generalizability generalisation generalisations generalise generalises
        generalised generalising generalisable
    relativity: relativity
    objective: objective objectives
    experience: experience experiences experienced experiencing
    integrity: integrity
    integral: integral integrals
    positive: positive positives positivity positively
    animate: animation animations animate animated animating
    several: several
    important: important importance importantly
    informal: informal informally
    authority: authority authorities
    operator: operator operators
    transition: transition transitions transitional transitioning transitioned
    transitive: transitive transitivity
    critical: critical criticality critically
    physical: physical physically
    colonial: colonial
    subjective: subjective subjectivity
    argumentative: argumentative
    activation: activation activations
"""
_STEM_AND_WORDS = re.compile(r"(\w+):((?:\s+\w+(?!:)\b)+)")

DISTINCT_STEMS: dict[str, str] = {
    word: stem
    for stem, words in _STEM_AND_WORDS.findall(_DISTINCT_STEMS_TEXT)
    for word in words.split()
}
"""Stems of words that the stemmer would confuse with others."""

CANONICAL_WORDS = {
    **{
        plural: singular
        for singular, *plurals in map(str.split, _PLURALS_TEXT.split(";"))
        for plural in plurals
    },
    **{word: word[:-1] for word in _SHORT_ACRONYMS.split()},
    **{
        word: re.sub(r"(?<![aeq])([aou])e", r"\1", word, count=1)
        for word in _UMLAUT_NAMES_TEXT.split()
    },
}
"""The canonical spelling of each other spelling, such as singulars of plurals."""

AMERICAN_STARTS = dict(row.split() for row in _BRITISH_STARTS_TEXT.split(";"))
"""American beginnings of words, by the British ones."""

_LONGEST_START = max(map(len, AMERICAN_STARTS))
_SHORTEST_START = min(map(len, AMERICAN_STARTS))


def canonical_spelling(word: str) -> str:
    """Return the canonical spelling of a normalised word."""
    if word in CANONICAL_WORDS:
        return CANONICAL_WORDS[word]
    if word.endswith("s") and word not in _SINGULARS_IN_S and _ACRONYM_PLURAL.fullmatch(word):
        return word[:-1]
    for length in range(_SHORTEST_START, min(len(word), _LONGEST_START) + 1):
        if word[:length] in AMERICAN_STARTS:
            return AMERICAN_STARTS[word[:length]] + word[length:]
    if "is" in word and not _NOT_BRITISH_ENDING.fullmatch(word):
        return (
            _BRITISH_ENDING.sub(_AMERICAN_ENDING, word) if _BRITISH_ENDING.fullmatch(word) else word
        )
    return word
