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

from bot.arxiv.author_names import PersonName

_TEX_CONVERTER = LatexNodes2Text(keep_braced_groups=False, strict_latex_spaces=False)


@dataclass(frozen=True, slots=True)
class ReadCitation:
    """A citation as a reader understands it."""

    title: str
    authors: tuple[PersonName | str, ...]
    year: str
    doi: str
    url: str


def read_bibtex(text: str) -> list[ReadCitation]:
    """Return the entries of a BibTeX file, their TeX as Unicode."""
    entries = parse_string(text, "bibtex").entries
    return [
        ReadCitation(
            tex_to_text(entry.fields["title"]),
            tuple(map(_person_from_bibtex, entry.persons.get("author", ()))),
            entry.fields.get("year", ""),
            entry.fields.get("doi", ""),
            entry.fields.get("url", ""),
        )
        for entry in entries.values()
    ]


def _person_from_bibtex(bibtex_person: BibtexPerson) -> PersonName | str:
    last = " ".join(bibtex_person.last_names)
    if last.startswith("{") and last.endswith("}") and not bibtex_person.first_names:
        return tex_to_text(last)
    return PersonName(
        *(
            tex_to_text(" ".join(names))
            for names in (
                [*bibtex_person.first_names, *bibtex_person.middle_names],
                [*bibtex_person.prelast_names, *bibtex_person.last_names],
                bibtex_person.lineage_names,
            )
        )
    )


def tex_to_text(text: str) -> str:
    """Return what a line of LaTeX prints."""
    return unicodedata.normalize("NFC", str(_TEX_CONVERTER.latex_to_text(text))).strip()


def read_ris(content: bytes) -> list[ReadCitation]:
    """Return the records of a RIS file."""
    return [
        ReadCitation(
            str(record["title"]),
            tuple(map(_author_from_ris, record.get("authors", ()))),
            str(record.get("year", "")),
            str(record.get("doi", "")),
            str((record.get("urls") or [""])[0]),
        )
        for record in rispy.loads(content.decode())
    ]


def _author_from_ris(name: str) -> PersonName | str:
    family, *others = name.split(", ")
    given_name, suffix = [*others, "", ""][:2]
    return PersonName(given_name, family, suffix) if others else family


def read_csl(text: str) -> list[ReadCitation]:
    """Return the items of a CSL-JSON file, which hold nothing that citeproc-py does not know."""
    citations = []
    for item in CiteProcJSON(json.loads(text)).values():
        issued = item.get("issued")
        citations.append(
            ReadCitation(
                str(item.title),
                tuple(map(_author_from_csl, item.get("author", ()))),
                str(issued.year) if issued else "",
                str(item.get("DOI", "")),
                str(item.get("URL", "")),
            )
        )
    return citations


def format_by_citeproc(text: str) -> list[str]:
    """Return the items of a CSL-JSON file as citeproc-py prints them in Harvard style."""
    source = CiteProcJSON(json.loads(text))
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for key in source:
        bibliography.register(Citation([CitationItem(key)]))
    return [str(line) for line in bibliography.bibliography()]


def _author_from_csl(name: dict[str, str]) -> PersonName | str:
    if "literal" in name:
        return str(name["literal"])
    family = (name.get("non-dropping-particle", ""), name.get("family", ""))
    return PersonName(name.get("given", ""), " ".join(filter(None, family)), name.get("suffix", ""))
