"""Read the shipped table of words: how rare each one is, and a vector of what it is used with.

``tests/bench/build_word_table.py`` writes the file and states its form. A word that the table does
not know weighs nothing: it may be a misprint, a name or another language.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

TABLE_FILE = "word_table_2025_05.bin"
MAGIC = b"papergram words 1\n"
DIMENSIONS = 128
IDF_SCALE = 16  # an inverse document frequency of 1 is stored as this
MAX_ROW_VALUE = 127
_LANE_BYTES = 4
_SCALE_BITS = 16
_MAX_FACTOR_SUM = (1 << 32) // 256 - 1  # so that no lane runs over: thousands of words
_HEADER = struct.Struct("<III")  # bytes of the list of words, words, words with a vector


class WordTable:
    """The words' weights, and their vectors as whole numbers."""

    def __init__(self, content: bytes) -> None:
        """Read the content of a table file.

        Raises:
            ValueError: It is not such a file, or a part of one.
        """
        if not content.startswith(MAGIC):
            raise ValueError("no table of words")
        read_position = len(MAGIC) + _HEADER.size
        list_size, word_count, vector_count = _HEADER.unpack_from(content, len(MAGIC))
        if len(content) != read_position + list_size + word_count + vector_count * (2 + DIMENSIONS):
            raise ValueError("a damaged table of words")
        listed_words = content[read_position : read_position + list_size].decode().split("\n")
        read_position += list_size
        self._idf_by_word = dict(
            zip(listed_words, content[read_position : read_position + word_count], strict=True)
        )
        self._numbers = {word: number for number, word in enumerate(listed_words[:vector_count])}
        read_position += word_count
        self._scales = struct.unpack_from(f"<{vector_count}H", content, read_position)
        self._rows = memoryview(content)[read_position + 2 * vector_count :]
        self._read_rows: dict[str, tuple[int, int]] = {}

    def __contains__(self, word: object) -> bool:
        return word in self._idf_by_word

    def words(self) -> list[str]:
        """Return all words, the most frequent first; only the first ones have a vector."""
        return list(self._idf_by_word)

    @property
    def idf_by_word(self) -> Mapping[str, int]:
        """Return each word's inverse document frequency in sixteenths."""
        return self._idf_by_word

    def idf(self, word: str) -> int:
        """Return a word's inverse document frequency in sixteenths, 0 for an unknown word."""
        return self._idf_by_word.get(word, 0)

    def vector(self, weights: Mapping[str, int]) -> tuple[int, ...]:
        """Return the sum of the words' vectors, each times its weight.

        A row of 128 small numbers is added as one large number, of which each keeps a lane to
        itself: exact, and a hundred times faster than adding them one by one.
        """
        packed_sum, factor_sum = 0, 0
        for word, weight in weights.items():
            row, scale = self._read_rows.get(word) or self._read_row(word)
            scaled_weight = weight * scale >> _SCALE_BITS
            if factor_sum + scaled_weight > _MAX_FACTOR_SUM:
                break  # a book, whose first chapters say enough
            packed_sum += row * scaled_weight
            factor_sum += scaled_weight
        lanes = struct.unpack(
            f"<{DIMENSIONS}I", packed_sum.to_bytes(DIMENSIONS * _LANE_BYTES, "little")
        )
        offset = factor_sum * (MAX_ROW_VALUE + 1)  # the rows are stored without a sign
        return tuple([lane - offset for lane in lanes])

    def _read_row(self, word: str) -> tuple[int, int]:
        """Return a word's row as one number, and its scale, and keep them for the next text."""
        row_number = self._numbers.get(word)
        if row_number is None:
            return 0, 0
        lanes = bytearray(DIMENSIONS * _LANE_BYTES)
        lanes[::_LANE_BYTES] = self._rows[row_number * DIMENSIONS : (row_number + 1) * DIMENSIONS]
        row = int.from_bytes(lanes, "little"), self._scales[row_number]
        self._read_rows[word] = row
        return row


def write_table(
    words: Iterable[str], idf: bytes, scales: Iterable[int], rows: Iterable[Iterable[int]]
) -> bytes:
    """Return the content of a table file; scales and rows are those of the first words."""
    word_list = "\n".join(words).encode()
    packed_scales = b"".join(struct.pack("<H", scale) for scale in scales)
    packed_rows = b"".join(bytes(value + MAX_ROW_VALUE + 1 for value in row) for row in rows)
    header = _HEADER.pack(len(word_list), len(idf), len(packed_scales) // 2)
    return MAGIC + header + word_list + idf + packed_scales + packed_rows


@cache
def shipped_table() -> WordTable:
    """Return the table that comes with the package, read once."""
    return WordTable(files("bot.ranking").joinpath(TABLE_FILE).read_bytes())
