r"""Build the table of words that ranking uses, from the texts of the public-domain corpus.

    python -m tests.bench.build_word_table [file]

Needs the packages of the extra ``build``. Reads the three files of corpus/ in the folder named by
PAPERGRAM_TEST_DATA, all of them arXiv metadata under CC0, and takes only what was written before
2025-06-01, so that lists of later papers can judge it. The same texts give the same bytes on one
machine.

A text becomes weights: a word counts (1 + log of its frequency) times its inverse document
frequency. A truncated singular value decomposition of all texts gives each word 128 numbers, alike
for words that are used alike. The file holds, all little-endian: a line with the format's name;
three 32-bit sizes (bytes of the words' list, words, words with a vector); the words, separated by
\n, the most frequent first; a byte each for their inverse document frequency, in sixteenths; then
for the first 8,000 words a 16-bit scale each, and 128 bytes each, stored plus 128.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.ranking.stop_words import is_counted
from bot.ranking.word_table import (
    DIMENSIONS,
    IDF_SCALE,
    MAX_ROW_VALUE,
    TABLE_FILE,
    write_table,
)
from bot.topics.query.analyzer import index_text

END = "2025-06-01"
MIN_PAPERS = 5  # papers that have a word, else it is left out
VECTOR_WORDS = 8000
_MAX_SCALE = 65535
_END_ID = "2506"  # an id begins with the month in which the paper was submitted
_FEED_TITLE_END = re.compile(r"\s*\(arXiv:\S+ \[[^\]]+\][^)]*\)\s*$")
_FEED_TEXT_START = re.compile(r"arXiv:\S+v1 Announce Type: (?:new|cross)\s+Abstract: ")


def read_texts(folder: Path) -> dict[str, str]:
    """Return the text of each paper that was written before the end, by the paper's id."""
    texts: dict[str, str] = {}
    for record in _records(folder / "corpus/rss_announced_2024_2025.jsonl.gz"):
        if record["announced"] < END:
            texts[record["id"]] = f"{record['title']}\n{record['abstract']}"
    for record in _records(folder / "corpus/rss_text_eras.jsonl.gz"):
        paper_id = re.sub(r"v\d+$", "", record["link"].rpartition("/abs/")[2])
        text = record["description"]
        if record["era"].startswith("new_"):  # undated: later versions may have been written later
            start = _FEED_TEXT_START.match(text)
            if start is None:
                continue
            text = text[start.end() :]
        texts.setdefault(paper_id, f"{_FEED_TITLE_END.sub('', record['title'])}\n{text}")
    for record in _records(folder / "corpus/papers_2025_2026.jsonl.gz"):
        days = [record.get(name) or "" for name in ("first_seen", "published", "updated")]
        if "" < max(days) < END:
            texts[record["id"]] = f"{record['title']}\n{record['abstract']}"
    return {paper_id: texts[paper_id] for paper_id in sorted(texts) if paper_id[:4] < _END_ID}


def _records(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def build(texts: Sequence[str]) -> bytes:
    """Return the table file of these texts."""
    import numpy  # the extra ``build`` only
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import svds

    counts = [Counter(filter(is_counted, index_text(text).split())) for text in texts]
    papers_by_word = Counter(word for words in counts for word in words)
    words = [word for word, papers in papers_by_word.items() if papers >= MIN_PAPERS]
    words.sort(key=lambda word: (-papers_by_word[word], word))
    idf = [math.log((len(texts) + 1) / (papers_by_word[word] + 0.5)) for word in words]
    numbers = {word: number for number, word in enumerate(words)}

    values: list[float] = []
    columns: list[int] = []
    starts = [0]
    for word_counts in counts:
        weights = {
            numbers[word]: (1 + math.log(count)) * idf[numbers[word]]
            for word, count in sorted(word_counts.items())
            if word in numbers
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1
        columns += weights
        values += [weight / length for weight in weights.values()]
        starts.append(len(values))
    matrix = csr_matrix((values, columns, starts), shape=(len(texts), len(words)))
    _, strengths, directions = svds(matrix, k=DIMENSIONS, v0=numpy.ones(min(matrix.shape)))
    vectors = directions[numpy.argsort(-strengths)].T[:VECTOR_WORDS]
    vectors *= numpy.sign(vectors[numpy.abs(vectors).argmax(axis=0), range(DIMENSIONS)])

    longest = numpy.abs(vectors).max()
    largest = numpy.abs(vectors).max(axis=1)
    scales = numpy.maximum(1, numpy.rint(largest / longest * _MAX_SCALE)).astype(int)
    rows = numpy.rint(vectors / largest[:, None] * MAX_ROW_VALUE).astype(int)
    idf_bytes = bytes(min(255, round(value * IDF_SCALE)) for value in idf)
    return write_table(words, idf_bytes, scales.tolist(), rows.tolist())


def main() -> None:
    """Write the table and print its size and hash."""
    default = Path("bot/ranking") / TABLE_FILE
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    texts = read_texts(Path(os.environ["PAPERGRAM_TEST_DATA"]))
    content = build(list(texts.values()))
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    print(f"{len(texts)} texts, {len(content)} bytes, sha256 {digest}")


if __name__ == "__main__":
    # The order in which several threads add numbers would change the last digits.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    main()
