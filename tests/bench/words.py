"""Count the papers that a word finds in each of its spellings.

    python -m tests.bench.words [--json] [--against FILE]

Over the corpus in the folder named by PAPERGRAM_TEST_DATA: acronyms, hyphenated words, formulas
and Greek names, plurals of science and names of authors as the corpus writes them in TeX. Then
how much more (or less) the 20,000 topics of the matching benchmark find than in an earlier run,
whose output with --json is FILE.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median
from unicodedata import combining, normalize

from pylatexenc.latex2text import LatexNodes2Text

from bot.topics.matching import AnnouncementIndex
from bot.topics.query.parser import QueryError, parse
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.bench.matching import QUERIES, corpus_sample, make_queries
from tests.bench.search import read_corpus

BATCH_SIZE = 8_000
ACRONYMS = [
    "LLM",
    "VLM",
    "MLLM",
    "LVLM",
    "CNN",
    "GNN",
    "RNN",
    "MLP",
    "SSM",
    "MDP",
    "FRB",
    "GPU",
    "CPU",
    "TPU",
    "PDE",
    "SDE",
    "ODE",
    "VLA",
    "VAE",
    "GAN",
    "SVM",
    "HMM",
    "DNN",
    "SNN",
    "KG",
    "LRM",
    "SLM",
    "NLP",
    "PINN",
    "MCMC",
    "AGN",
    "GRB",
    "QPO",
    "TDE",
    "BH",
    "NS",
    "WD",
    "PBH",
    "ALP",
    "WIMP",
    "CMB",
    "GW",
    "EMRI",
    "SNR",
    "BAO",
    "LRG",
    "DNA",
    "RNA",
    "mRNA",
    "MOF",
    "TMD",
    "QD",
    "LED",
    "UAV",
    "EV",
    "IoT",
    "API",
    "RAG",
    "MoE",
    "DAG",
    "POMDP",
]
HYPHENATED = [
    "multi-modal",
    "pre-trained",
    "multi-agent",
    "non-linear",
    "e-commerce",
    "real-time",
    "cross-lingual",
    "t-SNE",
    "3-D",
    "self-supervised",
    "spatio-temporal",
    "U-Net",
    "GPT-4",
    "fine-tuning",
    "zero-shot",
    "few-shot",
    "semi-supervised",
    "multi-task",
    "multi-lingual",
    "pre-training",
    "post-training",
    "sub-optimal",
    "super-resolution",
    "hyper-parameter",
    "meta-learning",
    "micro-lensing",
    "nano-particle",
    "anti-ferromagnetic",
    "co-evolution",
    "data-set",
    "over-fitting",
    "under-water",
    "inter-stellar",
    "intra-day",
    "non-equilibrium",
    "wave-guide",
    "time-scale",
    "band-gap",
    "photo-voltaic",
    "bio-marker",
]
FORMULAS: Mapping[str, Sequence[str]] = {
    "CO2": ("CO2", "CO_2"),
    "H2O": ("H2O", "H_2O"),
    "NH3": ("NH3", "NH_3"),
    "MoS2": ("MoS2", "MoS_2"),
    "TiO2": ("TiO2", "TiO_2"),
    "SiO2": ("SiO2", "SiO_2"),
    "H0": ("H0", "H_0"),
    "S8": ("S8", "S_8"),
    "sigma8": ("sigma8", "σ8", "σ_8"),
    "gamma-ray": ("gamma-ray", "γ-ray"),
    "LambdaCDM": ("LambdaCDM", "ΛCDM", "Lambda-CDM"),
    "alpha-particle": ("alpha-particle", "α-particle"),
    "H-alpha": ("H-alpha", "Hα"),
    "Lyman-alpha": ("Lyman-alpha", "Lyα", "Lyman-α"),
    "beta-decay": ("beta-decay", "β-decay"),
    "mu-calculus": ("mu-calculus", "μ-calculus"),
    "k-means": ("k-means", "kmeans"),
    "p-adic": ("p-adic", "padic"),
    "N-body": ("N-body", "nbody"),
    "SU2": ("SU(2)", "SU2"),
    "L2": ("L2", "L_2", "L^2"),
    "L1": ("L1", "L_1", "ℓ1"),
    "Z2": ("Z2", "Z_2"),
    "D4": ("D4", "D_4"),
    "R2": ("R2", "R^2"),
    "q-deformed": ("q-deformed", "qdeformed"),
    "epsilon-greedy": ("epsilon-greedy", "ε-greedy"),
    "phi4": ("phi4", "φ4", "φ^4"),
    "CaCO3": ("CaCO3", "CaCO_3"),
    "O3": ("O3", "O_3"),
}
PLURALS = [
    "gas/gases",
    "lens/lenses",
    "matrix/matrices",
    "spectrum/spectra",
    "analysis/analyses",
    "vertex/vertices",
    "index/indices",
    "hypothesis/hypotheses",
    "phenomenon/phenomena",
    "nucleus/nuclei",
    "larva/larvae",
    "supernova/supernovae",
    "formula/formulae",
    "criterion/criteria",
    "bacterium/bacteria",
    "vortex/vortices",
    "helix/helices",
    "radius/radii",
    "locus/loci",
    "torus/tori",
    "stimulus/stimuli",
    "momentum/momenta",
    "quantum/quanta",
    "minimum/minima",
    "maximum/maxima",
    "automaton/automata",
    "polyhedron/polyhedra",
    "corpus/corpora",
    "axis/axes",
    "appendix/appendices",
    "nebula/nebulae",
    "antenna/antennae",
    "mouse/mice",
    "simplex/simplices",
    "genus/genera",
]
AUTHOR_COUNT = 40
_TEX_ACCENT = re.compile(r"\\[`'^\"~=.cvHkurdb]")


def main() -> None:
    """Print a table, or JSON for a later run to compare with."""
    folder = Path(os.environ["PAPERGRAM_TEST_DATA"])
    names = _author_spellings(folder)
    words = _spellings()
    match_counts = _count_matches(
        read_corpus(folder, 10**9), [word for row in words.values() for word in row]
    )
    match_counts |= _count_matches(
        _feed_announcements(folder), [name for row in names.values() for name in row]
    )
    words |= names
    recent_announcements = corpus_sample(folder)
    topics = [query.text for query in make_queries(recent_announcements, random.Random(7), QUERIES)]
    if "--against" in sys.argv:
        earlier_counts = json.loads(
            Path(sys.argv[sys.argv.index("--against") + 1]).read_text("utf-8")
        )
        topics = list(earlier_counts["topics"])
    topic_counts = _count_matches(iter(recent_announcements), topics)
    if "--json" in sys.argv:
        print(json.dumps({"words": match_counts, "topics": topic_counts}, ensure_ascii=False))
        return
    earlier_words = earlier_counts["words"] if "--against" in sys.argv else {}
    for name, row in words.items():
        cells = [
            f"{earlier_words.get(word, '')!s:>7} {match_counts[word]:>6} {word}" for word in row
        ]
        print(f"{name:24}", " | ".join(cells))
    if earlier_words:
        _print_growth(earlier_counts["topics"], topic_counts)


def _spellings() -> dict[str, Sequence[str]]:
    """Each word with the spellings that are asked for."""
    rows: dict[str, Sequence[str]] = {word: (word, f"{word}s") for word in ACRONYMS}
    rows |= {word: (word, word.replace("-", "")) for word in HYPHENATED}
    return {**rows, **FORMULAS, **{row: row.split("/") for row in PLURALS}}


def _author_spellings(folder: Path) -> dict[str, Sequence[str]]:
    """Authors whom arXiv's feeds write in TeX: in Unicode, without accents, and by family name."""
    names: dict[str, Sequence[str]] = {}
    for announcement in _feed_announcements(folder):
        for author in filter(_TEX_ACCENT.search, announcement.paper.authors):
            unicode_name = normalize("NFC", LatexNodes2Text().latex_to_text(author))
            plain_name = "".join(
                character
                for character in normalize("NFKD", unicode_name)
                if not combining(character)
            )
            names[author] = (f'au:"{unicode_name}"', f'au:"{plain_name}"', f'au:"{author}"')
        if len(names) >= AUTHOR_COUNT:
            break
    return names


def _feed_announcements(folder: Path) -> Iterator[Announcement]:
    """What arXiv's feeds announced, with names as they write them."""
    with gzip.open(
        folder / "corpus/rss_announced_2024_2025.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        for record in map(json.loads, lines):
            paper = Paper(
                f"arxiv:{record['id']}",
                record["version"] or 1,
                record["title"],
                record["abstract"],
                tuple(record["authors"]),
            )
            yield Announcement(paper, "bench", AnnouncementKind.NEW, date(2025, 1, 1))


def _count_matches(papers: Iterator[Announcement], query_texts: Sequence[str]) -> dict[str, int]:
    """How many papers each query finds; one that cannot be read finds none."""
    parsed_queries = {}
    for text in query_texts:
        try:
            parsed_queries[text] = parse(text)
        except QueryError:
            continue
    counts = Counter[str]()
    while announcement_batch := list(islice(papers, BATCH_SIZE)):
        index = AnnouncementIndex(announcement_batch)
        for text, query in parsed_queries.items():
            counts[text] += len(index.find(query))
    return {text: counts[text] for text in query_texts}


def _print_growth(earlier_counts: Mapping[str, int], current_counts: Mapping[str, int]) -> None:
    """What the topics of the matching benchmark find now, for all they found before."""
    shares = {
        topic: (current_counts[topic] - earlier_count) / earlier_count
        for topic, earlier_count in earlier_counts.items()
        if earlier_count
    }
    total = sum(current_counts.values()) / max(sum(earlier_counts.values()), 1) - 1
    print(
        f"{len(shares):,} topics: median growth {median(shares.values()):.2%}, of all {total:.2%}"
    )
    for topic in sorted(
        shares,
        key=lambda topic_text: current_counts[topic_text] - earlier_counts[topic_text],
        reverse=True,
    )[:10]:
        print(f"  grew  {earlier_counts[topic]:>5} {current_counts[topic]:>5}  {topic[:90]}")
    for topic in sorted(
        shares, key=lambda topic_text: current_counts[topic_text] - earlier_counts[topic_text]
    )[:10]:
        print(f"  shrank {earlier_counts[topic]:>5} {current_counts[topic]:>5}  {topic[:90]}")


if __name__ == "__main__":
    main()
