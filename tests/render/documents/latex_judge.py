"""Find what in a line of LaTeX could do more than print, read as TeX reads, by no table of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CONTROL_SEQUENCE = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
# Whatever starts so defines, reads, writes, or changes how the rest is read.
_DANGEROUS_COMMAND = re.compile(
    r"\\(?:write|input|include|open|read|close|immediate|special|catcode|[a-z]?def|let|csname"
    r"|expandafter|newcommand|renewcommand|begin|end|url|href|usepackage|document|loop|special"
    r"|uppercase|lowercase|jobname|directlua|the|string|scantokens|primitive|pdf)"
)


def harmful_tex(line: str) -> list[str]:
    """Return what TeX would misread or run in a line; nothing where all is well."""
    return [*_dangerous_commands(line), *_unbalanced_braces(line), *_special_characters(line)]


def _dangerous_commands(line: str) -> Iterator[str]:
    yield from (
        match[0] for match in _CONTROL_SEQUENCE.finditer(line) if _DANGEROUS_COMMAND.match(match[0])
    )


def _unbalanced_braces(line: str) -> Iterator[str]:
    """Count as BibTeX does: a backslash before a brace changes nothing."""
    depth = 0
    for character in line:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            break
    if depth:
        yield f"braces: {depth}"


def _special_characters(line: str) -> Iterator[str]:
    """Signs that mean something to TeX, outside and inside of formulas."""
    text_without_commands = _CONTROL_SEQUENCE.sub("", re.sub(r"\\[\"'^~=.`]", "", line))
    pieces = text_without_commands.split("$")
    if len(pieces) % 2 == 0:
        yield "an odd number of $"
    for index, piece in enumerate(pieces):
        without_scripts = (
            re.sub(r"\{[_^]\{", "{{", piece) if index % 2 == 0 else re.sub(r"[_^]\{", "{", piece)
        )
        yield from re.findall(r"[#%&_^\"\x00-\x1f]", without_scripts)
