"""No word of a real abstract is lost on the way to display."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bot.render.entry_content import display_text

_COMMAND = re.compile(r"\\[A-Za-z]+\*?|\\.", re.DOTALL)
# What is said to the typesetter alone: keys of papers, colours, numbers of characters, the names of
# lists, lengths, Greek letters that were taken for accents ("\b{eta}"), an address that is its
# own words.
_UNSAID = re.compile(
    r"\\(?:[Cc]ite\w*|(?:eq|page|auto|[cC])?ref|label|begin|end|(?:text)?color|unicode|hyperlink"
    r"|foreignlanguage)\*?\s?(?:\[[^\]]*\]){0,2}\{[^{}]*\}"
    r"|\\[bcdkrtu]\{(?:eta|hi|elta|appa|ho|au|psilon|opyright)\}"
    r"|\\\\\[[\d.]+[a-z]{2}\]|\\mkern-?\d+mu|\\rule(?:\[[^]]*\])?\{[^}]*\}\{[^}]*\}"
    r"|\\href\s?\{(?P<address>[^{}]*)\}(?=\{(?P=address)\})"
)
# TeX takes one character where there are no braces: "m_Lk" is m_L and k.
_ONE_TAKEN = re.compile(r"(?<=[_^]\w)(?=\w)|(?<=\\frac\w)(?=\w)")
_WORD = re.compile(r"[^\W\d_]{2,}")


def folded(text: str) -> str:
    """``text`` without accents and styles of letters."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def lost(announced: str, shown: str) -> list[str]:
    """The words (two letters and more, outside TeX commands) that are shown less often."""
    readable = _COMMAND.sub(" ", _ONE_TAKEN.sub(" ", _UNSAID.sub(" ", announced)))
    words = Counter(_WORD.findall(folded(readable)))
    text = folded(shown)
    return [word for word, times in words.items() if text.count(word) < times]


def texts(real_data: Path) -> Iterator[str]:
    """Titles and abstracts of the corpus, in its order."""
    with gzip.open(
        real_data / "corpus" / "papers_2025_2026.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        for line in lines:
            paper = json.loads(line)
            yield from (paper["title"], paper["abstract"])


def test_a_lost_word_would_be_seen() -> None:
    assert lost(r"the \emph{boat} drifts", "the drifts") == ["boat"]
    assert lost(r"Antr\`as drifts, drifts", "Antràs drifts") == ["drifts"]
    assert lost(r"Antr\`as \textbf{drifts} \cite{boats}", "Antràs drifts") == []
    assert lost(r"\href{http://boat.sea}{boat}", "boat") == ["http", "boat", "sea"]


@pytest.mark.slow
def test_no_word_of_five_thousand_papers_is_lost(real_data: Path) -> None:
    damaged = [
        text for text in islice(texts(real_data), 0, 150_000, 15) if lost(text, display_text(text))
    ]

    assert damaged == []


@pytest.mark.slow
def test_no_word_of_the_corpus_is_lost(real_data: Path) -> None:
    read = 0
    for text in texts(real_data):
        read += 1
        assert lost(text, display_text(text)) == [], text
    assert read == 2 * 77_357
