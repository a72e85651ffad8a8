"""Read a formula by another reader: pylatexenc over the whole of it, and its tree."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise, takewhile
from pathlib import Path
from typing import NamedTuple

from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pylatexenc.latexwalker import LatexCharsNode, LatexGroupNode, LatexNode, LatexWalker
from pylatexenc.latexwalker import get_default_latex_context_db as get_default_grammar
from pylatexenc.macrospec import LatexContextDb, MacroSpec

_FORMULA = re.compile(r"(?<![\\$])\$(?!\$)((?:[^$\\]|\\.){1,400})\$(?!\$)", re.DOTALL)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(\s*)(?=(\{[^}])?)")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LAYOUT = _names(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle"
    " textstyle scriptstyle limits nolimits rm it bf sf tt sl cal frak em nonumber xspace over"
    " quad qquad not substack space small tiny boldmath notag"
    " boldsymbol bm pmb"
)
_SIGNS = _names(
    "deg degree vDash bigstar thicksim circledR ne colon lbrace rbrace vert lvert rvert"
    " implies iff land lor neg coloneqq bot Box Diamond triangle models"
    " ddagger dag ddag checkmark lll ggg"
)
"""Commands whose signs the reader does not know; they have no letters."""
_WORDS = _names("text textrm textup mbox hbox texttt textsf textit textbf textsc emph")


def corpus_texts(folder: Path, limit: int | None) -> Iterator[str]:
    """Yield the titles and abstracts of the papers in the folder, so many of each file."""
    for path in sorted((folder / "corpus").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in islice(lines, limit):
                record = json.loads(line)
                yield record["title"]
                yield record.get("abstract") or record.get("description") or ""


def formulas(text: str) -> Iterator[str]:
    """Yield what stands between dollars and has a command, an index or an exponent.

    Where the braces do not match, the dollars belong to several formulas.
    """
    for found in _FORMULA.finditer(text):
        if re.search(r"[\\^_]", found[1]) and found[1].count("{") == found[1].count("}"):
            yield found[1]


def fault(source: str, other: str) -> str:
    """Name what a shown formula gets wrong; empty where it says what its source says."""
    if "$" in other.replace("$", "", source.count("\\$")) or (
        re.search(r"\\[A-Za-z{]", other) and "backslash" not in source
    ):
        return "raw"
    if letters(other) != letters(read(source)):
        return "letters"
    expected, seen = meant(source), shown(other)
    for kind in Structure._fields:
        if getattr(expected, kind) - getattr(seen, kind):
            return kind
    return ""


def letters(text: str) -> Counter[str]:
    """Count the letters and digits of a text, without styles, marks and case."""
    rooted = text.replace("∛", "3√").replace("∜", "4√")
    folded = unicodedata.normalize("NFKD", rooted).casefold()
    return Counter(c for c in folded if c.isalnum())


def read(source: str) -> str:
    """Return what pylatexenc makes of a formula, with the names of unknown commands."""
    return _text(_nodes(source))


def _text(nodes: Sequence[LatexNode]) -> str:
    return str(_reader().nodelist_to_text(list(nodes)))


def _nodes(source: str) -> Sequence[LatexNode]:
    walker = LatexWalker(_prepared(source), latex_context=_grammar(), tolerant_parsing=True)
    nodes: Sequence[LatexNode] = walker.get_latex_nodes()[0]
    return nodes


def _prepared(source: str) -> str:
    """The formula in commands that pylatexenc knows."""
    source = re.sub(r"(?<!\\)%", r"\\%", source)
    source = re.sub(r"\\unicode\{x([0-9A-Fa-f]{1,5})\}", lambda m: chr(int(m[1], 16)), source)
    source = re.sub(r"\\href\{([^{}]*)\}\{\1\}", r"\\href{\1}{}", source)
    source = re.sub(r"\\href\s*\{([^{}]*)\}", lambda m: f"{{{m[1].replace('_', '-')}}}", source)
    source = re.sub(r"\\(?:color|textcolor|label|hspace\*?|vspace)\s*\{[^{}]*\}", " ", source)
    source = re.sub(
        r"\\begin\s*\{array\}\s*\{[^{}]*\}|\\(?:begin|end)\s*\{[a-z]+\*?\}", " ", source
    )
    source = re.sub(r"\\mkern-?\d*mu|\\rule(?:\[[^]]*\])?\{[^}]*\}\{[^}]*\}", "", source)
    source = re.sub(r"(\\[A-Za-z]+)(?=[^\x00-\x7f])", r"\1 ", source)
    source = re.sub(r"\\texttt\{[^{}]*\}", lambda m: m[0].replace("_", " "), source)
    return _COMMAND.sub(_known, source)


def kept(source: str) -> list[str]:
    """Return the names of authors' own commands that are kept in a formula."""
    return [m[1] for m in _COMMAND.finditer(source) if _is_unknown(m[1]) and not m[3]]


def _is_unknown(name: str) -> bool:
    if name in _LAYOUT | _SIGNS | _WORDS:
        return False
    return name in "bcdkrtuvH" or _texts().get_macro_spec(name) is None


def _known(found: re.Match[str]) -> str:
    """A command as the reader knows it: an author's own is its name, or its argument alone."""
    name = found[1]
    if name in _LAYOUT | _SIGNS | _WORDS:
        return " "
    if _is_unknown(name):
        return " " if found[3] else f"{{{name}}}"
    return found[0]


@lru_cache(maxsize=1)
def _texts() -> LatexContextDb:
    texts = get_default_latex_context_db()
    texts.add_context_category(
        "amsmath",
        macros=[
            MacroTextSpec("binom", "%(1)s choose %(2)s"),
            MacroTextSpec("pmod", "mod %(1)s"),
            MacroTextSpec("sqrt", "%(1)s√%(2)s"),
            MacroTextSpec("xrightarrow", "%(1)s→%(2)s"),
            MacroTextSpec("stackrel", "%(1)s%(2)s"),
            MacroTextSpec("upmu", "μ"),
        ],
        prepend=True,
    )
    return texts


@lru_cache(maxsize=1)
def _grammar() -> LatexContextDb:
    grammar = get_default_grammar()
    grammar.add_context_category(
        "amsmath",
        macros=[
            MacroSpec("binom", "{{"),
            MacroSpec("pmod", "{"),
            MacroSpec("xrightarrow", "[{"),
            MacroSpec("stackrel", "{{"),
        ],
        prepend=True,
    )
    return grammar


@lru_cache(maxsize=1)
def _reader() -> LatexNodes2Text:
    return LatexNodes2Text(latex_context=_texts())


Letters = frozenset[tuple[str, int]]
"""Letters and digits with how often they occur."""


class Structure(NamedTuple):
    """What a formula says of its parts, each part by its letters and digits."""

    fractions: Counter[tuple[Letters, Letters]]
    scripts: Counter[Letters]
    accents: Counter[str]


_ACCENTS = dict(
    zip(
        ("hat", "widehat", "bar", "tilde", "widetilde", "vec", "dot", "ddot", "check", "breve"),
        "\u0302\u0302\u0304\u0303\u0303\u20d7\u0307\u0308\u030c\u0306",
        strict=True,
    )
)


def meant(source: str) -> Structure:
    """Return the fractions, scripts and accents of a formula by pylatexenc's tree."""
    structure = Structure(Counter(), Counter(), Counter())
    _walk(_nodes(source), structure)
    return structure


def shown(text: str) -> Structure:
    """Return the fractions, scripts and accents that a reader sees in a shown formula."""
    structure = Structure(Counter(), Counter(), Counter())
    _see(text, structure)
    decomposed = unicodedata.normalize("NFD", text)
    for letter, mark in pairwise(decomposed):
        if unicodedata.combining(mark) and letter.isalnum():
            structure.accents[unicodedata.normalize("NFKD", letter) + mark] += 1
    return structure


def _frozen(text: str) -> Letters:
    return frozenset(letters(text).items())


def _walk(nodes: Sequence[LatexNode], structure: Structure) -> None:
    sign = ""
    for item in _items(nodes):
        if isinstance(item, str) and item in "^_":
            sign = item
            continue
        text = item if isinstance(item, str) else _text([item])
        if sign and letters(text):
            structure.scripts[_frozen(text)] += 1
        sign = ""
        if isinstance(item, str):
            continue
        arguments = _arguments(item)
        name = getattr(item, "macroname", "")
        if name in ("frac", "dfrac", "tfrac") and len(arguments) == 2:
            above, below = (_text([node]) for node in arguments)
            structure.fractions[_frozen(above), _frozen(below)] += 1
        if name in _ACCENTS and len(arguments) == 1:
            letter = _text(arguments).strip()
            if len(letter) == 1 and letter.isalnum():
                letter = unicodedata.normalize("NFKD", letter)
                structure.accents[letter + _ACCENTS[name]] += 1
        for argument in arguments:
            _walk(
                argument.nodelist if isinstance(argument, LatexGroupNode) else [argument], structure
            )


def _items(nodes: Sequence[LatexNode]) -> Iterator[str | LatexNode]:
    """The nodes with characters one by one."""
    for node in nodes:
        if isinstance(node, LatexCharsNode):
            yield from (c for c in node.chars if not c.isspace())
        elif node is not None:
            yield node


def _arguments(node: LatexNode) -> list[LatexNode]:
    if isinstance(node, LatexGroupNode):
        return list(node.nodelist)
    found = getattr(getattr(node, "nodeargd", None), "argnlist", None) or []
    return [argument for argument in found if argument is not None]


_UNDER = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
_OVER = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝ*∗⋆★†‡′″°"
_UNIT = re.compile(rf"(?:[^\W_]|[\u0300-\u036f\u20d0-\u20ef{_UNDER}{_OVER}∂∇∞√∛∜.…])+")
_ONE = re.compile(
    rf"(?:[{_OVER}]*[√∛∜])?(?:\d+(?:\.\d+)?|[d∂]?[^\W\d_])[\u0300-\u036f\u20d0-\u20ef]*[{_UNDER}{_OVER}]*"
)
_ERROR = re.compile(r"\(([+−±][^/()]*)/([+−∓][^/()]*)\)")


def _units(text: str) -> list[tuple[str, str]]:
    """A shown text as runs of letters, brackets, scripts after a sign, and single signs."""
    found, at = [], 0
    while at < len(text):
        if text[at] in "^_" and at + 1 < len(text):
            end = _closed(text, at + 1) if text[at + 1] == "(" else 0
            if not end:
                run = re.compile(r"[^\W_]+[\u0300-\u036f]*|.", re.DOTALL).match(text, at + 1)
                end = run.end() if run else at + 2
            found.append(("script", text[at + 1 : end]))
        elif text[at] in "([{" and (end := _closed(text, at)):
            found.append(("bracket", text[at:end]))
        elif run := _UNIT.match(text, at):
            end = run.end()
            found.append(("run", run[0]))
        else:
            end = at + 1
            found.append(("slash" if text[at] == "/" else "sign", text[at]))
        at = end
    return found


def _closed(text: str, at: int) -> int:
    """Where the bracket at a place ends; 0 where it does not."""
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place + 1
    return 0


def _see(text: str, structure: Structure) -> None:
    units = _units(text)
    for at, (kind, unit) in enumerate(units):
        if kind == "slash":
            above, below = _beside(units[:at][::-1]), _beside(units[at + 1 :])
            if _is_clear(units[at + 1 :]):
                structure.fractions[_frozen(above), _frozen(below)] += 1
        elif kind == "script":
            structure.scripts[_frozen(unit)] += 1
            _see(unit[1:-1] if unit.startswith("(") else "", structure)
        elif kind == "bracket":
            if error := _ERROR.fullmatch(unit):
                structure.scripts.update(map(_frozen, error.groups()))
            _see(unit[1:-1], structure)
        else:
            for run in re.findall(rf"[{_UNDER}]+|[{_OVER}]+", unit):
                structure.scripts[_frozen(run)] += 1


def _is_clear(units: Sequence[tuple[str, str]]) -> bool:
    """Whether all that is joined under a stroke is one: a bracket, a number, a letter, a word."""
    joined = list(takewhile(lambda one: one[0] in _JOINED, units))
    if not joined:
        return False
    (kind, first), *rest = joined
    if re.fullmatch("[√∛∜]", first) and rest:
        (kind, first), *rest = rest
    is_one = kind == "bracket" or _ONE.fullmatch(first) or re.fullmatch(r"[A-Za-z]{3,}", first)
    return bool(is_one) and all(_is_script(*unit) for unit in rest)


def _is_script(kind: str, unit: str) -> bool:
    return kind == "script" or re.fullmatch(f"[{_UNDER}{_OVER}]+", unit) is not None


def _beside(units: Iterable[tuple[str, str]]) -> str:
    """What stands on one side of a stroke without a sign or a blank between."""
    return "".join(unit for _, unit in takewhile(lambda one: one[0] in _JOINED, units))


_JOINED = ("run", "bracket", "script")
