"""What of a line of LaTeX could do more than print? Read as TeX reads, and none of our tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CONTROL = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
# Whatever starts so defines, reads, writes, or changes how the rest is read.
_DANGEROUS = re.compile(
    r"\\(?:write|input|include|open|read|close|immediate|special|catcode|[a-z]?def|let|csname"
    r"|expandafter|newcommand|renewcommand|begin|end|url|href|usepackage|document|loop|special"
    r"|uppercase|lowercase|jobname|directlua|the|string|scantokens|primitive|pdf)"
)


def harmful(line: str) -> list[str]:
    """Return what TeX would misread or run in a line; nothing where all is well."""
    return [*_commands(line), *_braces(line), *_specials(line)]


def _commands(line: str) -> Iterator[str]:
    yield from (found[0] for found in _CONTROL.finditer(line) if _DANGEROUS.match(found[0]))


def _braces(line: str) -> Iterator[str]:
    """Count as BibTeX does: a backslash before a brace changes nothing."""
    depth = 0
    for sign in line:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            break
    if depth:
        yield f"braces: {depth}"


def _specials(line: str) -> Iterator[str]:
    """Signs that mean something to TeX, outside and inside of formulas."""
    bare = _CONTROL.sub("", re.sub(r"\\[\"'^~=.`]", "", line))
    pieces = bare.split("$")
    if len(pieces) % 2 == 0:
        yield "an odd number of $"
    for at, piece in enumerate(pieces):
        shifts = re.sub(r"\{[_^]\{", "{{", piece) if at % 2 == 0 else re.sub(r"[_^]\{", "{", piece)
        yield from re.findall(r"[#%&_^\"\x00-\x1f]", shifts)
