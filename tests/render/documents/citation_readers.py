"""What other people's programs read in our citations: pybtex, rispy and citeproc-py."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass

import rispy
from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from pybtex.database import Person as BibtexPerson
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text

from bot.arxiv.author_names import Person

_TEX = LatexNodes2Text(keep_braced_groups=False, strict_latex_spaces=False)


@dataclass(frozen=True, slots=True)
class Read:
    """A citation as a reader understands it."""

    title: str
    authors: tuple[Person | str, ...]
    year: str
    doi: str
    address: str


def read_bibtex(text: str) -> list[Read]:
    """Return the entries of a BibTeX file, their TeX as Unicode."""
    entries = parse_string(text, "bibtex").entries
    return [
        Read(
            without_tex(entry.fields["title"]),
            tuple(map(_bibtex_person, entry.persons.get("author", ()))),
            entry.fields.get("year", ""),
            entry.fields.get("doi", ""),
            entry.fields.get("url", ""),
        )
        for entry in entries.values()
    ]


def _bibtex_person(read: BibtexPerson) -> Person | str:
    last = " ".join(read.last_names)
    if last.startswith("{") and last.endswith("}") and not read.first_names:
        return without_tex(last)
    return Person(
        *(
            without_tex(" ".join(names))
            for names in (
                [*read.first_names, *read.middle_names],
                [*read.prelast_names, *read.last_names],
                read.lineage_names,
            )
        )
    )


def without_tex(text: str) -> str:
    """Return what a line of LaTeX prints."""
    return unicodedata.normalize("NFC", str(_TEX.latex_to_text(text))).strip()


def read_ris(content: bytes) -> list[Read]:
    """Return the records of a RIS file."""
    return [
        Read(
            str(record["title"]),
            tuple(map(_ris_author, record.get("authors", ()))),
            str(record.get("year", "")),
            str(record.get("doi", "")),
            str((record.get("urls") or [""])[0]),
        )
        for record in rispy.loads(content.decode())
    ]


def _ris_author(name: str) -> Person | str:
    family, *others = name.split(", ")
    given, suffix = [*others, "", ""][:2]
    return Person(given, family, suffix) if others else family


def read_csl(text: str) -> list[Read]:
    """Return the items of a CSL-JSON file, which hold nothing that citeproc-py does not know."""
    read = []
    for item in CiteProcJSON(json.loads(text)).values():
        issued = item.get("issued")
        read.append(
            Read(
                str(item.title),
                tuple(map(_csl_author, item.get("author", ()))),
                str(issued.year) if issued else "",
                str(item.get("DOI", "")),
                str(item.get("URL", "")),
            )
        )
    return read


def printed_by_citeproc(text: str) -> list[str]:
    """Return the items of a CSL-JSON file as citeproc-py prints them in Harvard style."""
    source = CiteProcJSON(json.loads(text))
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for key in source:
        bibliography.register(Citation([CitationItem(key)]))
    return [str(line) for line in bibliography.bibliography()]


def _csl_author(name: dict[str, str]) -> Person | str:
    if "literal" in name:
        return str(name["literal"])
    family = (name.get("non-dropping-particle", ""), name.get("family", ""))
    return Person(name.get("given", ""), " ".join(filter(None, family)), name.get("suffix", ""))
