"""How is a paper cited? A BibTeX entry that any BibTeX can read, whatever the title holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.author_names import is_group, person
from bot.render.spoken import address, display, plain
from storage.model import Paper

_STOP = frozenset({"a", "an", "the", "on", "of", "in", "for", "to", "with", "and", "is", "are"})
_DOLLAR = re.compile(r"(?<!\\)\$")
_MATH = re.compile(r"(?<!\\)\$[^$]+(?<!\\)\$")
_SPECIAL = re.compile(r"(?<!\\)[&%#_]")
_AND = re.compile(r"\band\b", re.IGNORECASE)
_TO_ASCII = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def bibtex(paper: Paper) -> str:
    """The entry of a paper; its key is made of the author, the year and the title."""
    return _entry(paper, key(paper))


def bibliography(papers: Iterable[Paper]) -> str:
    """The entries of papers as one file, no key twice."""
    taken: dict[str, int] = {}
    entries = []
    for paper in papers:
        name = key(paper)
        taken[name] = taken.get(name, 0) + 1
        entries.append(_entry(paper, name if taken[name] == 1 else f"{name}_{taken[name]}"))
    return "\n".join(entries)


def key(paper: Paper) -> str:
    """A key such as ``he2015deep``: letters and digits of ASCII only."""
    name = _family(display(paper.authors[0])) if paper.authors else ""
    words = [_ascii(word) for word in display(paper.title).split()]
    title = next((word for word in words if word and word not in _STOP), "")
    return f"{name}{year(paper) or ''}{title}" if name or title else f"paper{_ascii(paper.id)}"


def _family(name: str) -> str:
    """The last word of a family's or a group's name, in letters of ASCII."""
    words = (name if is_group(name) else person(name).family).split()
    return _ascii(words[-1]) if words else ""


def _entry(paper: Paper, name: str) -> str:
    lines = [f"  {field} = {{{value}}}" for field, value in _fields(paper) if value]
    return "@misc{" + ",\n".join([name, *lines]) + "\n}\n"


def _fields(paper: Paper) -> list[tuple[str, str]]:
    scheme, _, number = paper.id.partition(":")
    is_arxiv = scheme == "arxiv"
    doi = paper.doi or (number if scheme == "doi" else "")
    return [
        ("title", f"{{{_safe(_title(paper))}}}"),  # twice braced: capitals stay
        ("author", " and ".join(_name(name) for name in paper.authors if name.strip())),
        ("year", str(year(paper) or "")),
        ("eprint", _bare(number) if is_arxiv else ""),
        ("archivePrefix", "arXiv" if is_arxiv else ""),
        ("primaryClass", _bare(paper.categories[0]) if is_arxiv and paper.categories else ""),
        ("doi", _bare(doi)),
        ("url", _bare(address(paper))),
    ]


def _title(paper: Paper) -> str:
    return paper.title if display(paper.title) else paper.id


def year(paper: Paper) -> int | None:
    """When the paper appeared: an arXiv id tells where no date is known."""
    if paper.submitted:
        return paper.submitted.year
    found = re.match(r"arxiv:(\d\d)\d\d\.", paper.id) or re.match(r"arxiv:.+/(\d\d)", paper.id)
    if found is None:
        return None
    year = int(found[1])
    return 1900 + year if year > 90 else 2000 + year


def _name(name: str) -> str:
    """An author; what BibTeX would take apart is braced: a group, a name that holds "and"."""
    safe = _safe(name)
    if is_group(name) or _AND.search(safe):
        return f"{{{safe}}}"
    parts = person(safe)
    if not parts.given or not (parts.suffix or "," in safe):
        written = " ".join(filter(None, (parts.given, parts.family, parts.suffix)))
        return written if written and "," not in safe else f"{{{safe}}}"
    inverted = tuple(filter(None, (parts.family, parts.suffix, parts.given)))
    can_stand = all(part and "," not in part and _is_balanced(part) for part in inverted)
    return ", ".join(inverted) if can_stand and parts.family else f"{{{safe}}}"


def _safe(text: str) -> str:
    """One line of TeX: formulas stay, special characters are escaped, braces are balanced."""
    line = " ".join(plain(text).split())
    if not _is_balanced(line):
        line = line.translate({ord("{"): None, ord("}"): None})
    line = line[:-1] if line.endswith("\\") and not line.endswith("\\\\") else line
    if len(_DOLLAR.findall(line)) % 2:
        line = _DOLLAR.sub(r"\\$", line)
    done, parts = 0, []
    for formula in _MATH.finditer(line):
        parts += [_escaped(line[done : formula.start()]), formula.group()]
        done = formula.end()
    return "".join([*parts, _escaped(line[done:])])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found.group(), text)


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth < 0:
            return False
    return depth == 0


def _bare(text: str) -> str:
    """What stands as it is: an id or an address, without what would end the field."""
    return re.sub(r"[{}\s\\]", "", plain(text))


def _ascii(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text).casefold().translate(_TO_ASCII)
    return "".join(sign for sign in spread if sign.isascii() and sign.isalnum())
