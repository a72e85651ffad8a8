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


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LAYOUT_COMMANDS = _word_set(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle"
    " textstyle scriptstyle limits nolimits rm it bf sf tt sl cal frak em nonumber xspace over"
    " quad qquad not substack space small tiny boldmath notag"
    " boldsymbol bm pmb"
)
_SYMBOL_COMMANDS = _word_set(
    "deg degree vDash bigstar thicksim circledR ne colon lbrace rbrace vert lvert rvert"
    " implies iff land lor neg coloneqq bot Box Diamond triangle models"
    " ddagger dag ddag checkmark lll ggg"
)
"""Commands whose signs the reader does not know; they have no letters."""
_TEXT_COMMANDS = _word_set("text textrm textup mbox hbox texttt textsf textit textbf textsc emph")


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
    for match in _FORMULA.finditer(text):
        if re.search(r"[\\^_]", match[1]) and match[1].count("{") == match[1].count("}"):
            yield match[1]


def rendering_fault(source: str, rendered: str) -> str:
    """Name what a shown formula gets wrong; empty where it says what its source says."""
    if "$" in rendered.replace("$", "", source.count("\\$")) or (
        re.search(r"\\[A-Za-z{]", rendered) and "backslash" not in source
    ):
        return "raw"
    if count_letters(rendered) != count_letters(read_by_pylatexenc(source)):
        return "letters"
    source_parts, rendered_parts = source_structure(source), rendered_structure(rendered)
    for kind in Structure._fields:
        if getattr(source_parts, kind) - getattr(rendered_parts, kind):
            return kind
    return ""


def count_letters(text: str) -> Counter[str]:
    """Count the letters and digits of a text, without styles, marks and case."""
    rooted = text.replace("∛", "3√").replace("∜", "4√")
    folded = unicodedata.normalize("NFKD", rooted).casefold()
    return Counter(character for character in folded if character.isalnum())


def read_by_pylatexenc(source: str) -> str:
    """Return what pylatexenc makes of a formula, with the names of unknown commands."""
    return _nodes_to_text(_parse_nodes(source))


def _nodes_to_text(nodes: Sequence[LatexNode]) -> str:
    return str(_text_converter().nodelist_to_text(list(nodes)))


def _parse_nodes(source: str) -> Sequence[LatexNode]:
    walker = LatexWalker(
        _with_known_commands(source), latex_context=_parser_context(), tolerant_parsing=True
    )
    nodes: Sequence[LatexNode] = walker.get_latex_nodes()[0]
    return nodes


def _with_known_commands(source: str) -> str:
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
    return _COMMAND.sub(_known_command, source)


def kept_command_names(source: str) -> list[str]:
    """Return the names of authors' own commands that are kept in a formula."""
    return [
        match[1] for match in _COMMAND.finditer(source) if _is_unknown(match[1]) and not match[3]
    ]


def _is_unknown(name: str) -> bool:
    if name in _LAYOUT_COMMANDS | _SYMBOL_COMMANDS | _TEXT_COMMANDS:
        return False
    return name in "bcdkrtuvH" or _text_context().get_macro_spec(name) is None


def _known_command(match: re.Match[str]) -> str:
    """A command as the reader knows it: an author's own is its name, or its argument alone."""
    name = match[1]
    if name in _LAYOUT_COMMANDS | _SYMBOL_COMMANDS | _TEXT_COMMANDS:
        return " "
    if _is_unknown(name):
        return " " if match[3] else f"{{{name}}}"
    return match[0]


@lru_cache(maxsize=1)
def _text_context() -> LatexContextDb:
    context = get_default_latex_context_db()
    context.add_context_category(
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
    return context


@lru_cache(maxsize=1)
def _parser_context() -> LatexContextDb:
    context = get_default_grammar()
    context.add_context_category(
        "amsmath",
        macros=[
            MacroSpec("binom", "{{"),
            MacroSpec("pmod", "{"),
            MacroSpec("xrightarrow", "[{"),
            MacroSpec("stackrel", "{{"),
        ],
        prepend=True,
    )
    return context


@lru_cache(maxsize=1)
def _text_converter() -> LatexNodes2Text:
    return LatexNodes2Text(latex_context=_text_context())


LetterCounts = frozenset[tuple[str, int]]
"""Letters and digits with how often they occur."""


class Structure(NamedTuple):
    """What a formula says of its parts, each part by its letters and digits."""

    fractions: Counter[tuple[LetterCounts, LetterCounts]]
    scripts: Counter[LetterCounts]
    accents: Counter[str]


_ACCENTS = dict(
    zip(
        ("hat", "widehat", "bar", "tilde", "widetilde", "vec", "dot", "ddot", "check", "breve"),
        "\u0302\u0302\u0304\u0303\u0303\u20d7\u0307\u0308\u030c\u0306",
        strict=True,
    )
)


def source_structure(source: str) -> Structure:
    """Return the fractions, scripts and accents of a formula by pylatexenc's tree."""
    structure = Structure(Counter(), Counter(), Counter())
    _collect_from_nodes(_parse_nodes(source), structure)
    return structure


def rendered_structure(text: str) -> Structure:
    """Return the fractions, scripts and accents that a reader sees in a shown formula."""
    structure = Structure(Counter(), Counter(), Counter())
    _collect_from_text(text, structure)
    decomposed = unicodedata.normalize("NFD", text)
    for letter, mark in pairwise(decomposed):
        if unicodedata.combining(mark) and letter.isalnum():
            structure.accents[unicodedata.normalize("NFKD", letter) + mark] += 1
    return structure


def _letter_counts(text: str) -> LetterCounts:
    return frozenset(count_letters(text).items())


def _collect_from_nodes(nodes: Sequence[LatexNode], structure: Structure) -> None:
    sign = ""
    for item in _nodes_and_characters(nodes):
        if isinstance(item, str) and item in "^_":
            sign = item
            continue
        text = item if isinstance(item, str) else _nodes_to_text([item])
        if sign and count_letters(text):
            structure.scripts[_letter_counts(text)] += 1
        sign = ""
        if isinstance(item, str):
            continue
        arguments = _argument_nodes(item)
        name = getattr(item, "macroname", "")
        if name in ("frac", "dfrac", "tfrac") and len(arguments) == 2:
            above, below = (_nodes_to_text([node]) for node in arguments)
            structure.fractions[_letter_counts(above), _letter_counts(below)] += 1
        if name in _ACCENTS and len(arguments) == 1:
            letter = _nodes_to_text(arguments).strip()
            if len(letter) == 1 and letter.isalnum():
                letter = unicodedata.normalize("NFKD", letter)
                structure.accents[letter + _ACCENTS[name]] += 1
        for argument in arguments:
            _collect_from_nodes(
                argument.nodelist if isinstance(argument, LatexGroupNode) else [argument], structure
            )


def _nodes_and_characters(nodes: Sequence[LatexNode]) -> Iterator[str | LatexNode]:
    """The nodes with characters one by one."""
    for node in nodes:
        if isinstance(node, LatexCharsNode):
            yield from (c for c in node.chars if not c.isspace())
        elif node is not None:
            yield node


def _argument_nodes(node: LatexNode) -> list[LatexNode]:
    if isinstance(node, LatexGroupNode):
        return list(node.nodelist)
    nodes = getattr(getattr(node, "nodeargd", None), "argnlist", None) or []
    return [argument for argument in nodes if argument is not None]


_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝ*∗⋆★†‡′″°"
_LETTER_RUN = re.compile(
    rf"(?:[^\W_]|[\u0300-\u036f\u20d0-\u20ef{_SUBSCRIPTS}{_SUPERSCRIPTS}∂∇∞√∛∜.…])+"
)
_SINGLE_TERM = re.compile(
    rf"(?:[{_SUPERSCRIPTS}]*[√∛∜])?(?:\d+(?:\.\d+)?|[d∂]?[^\W\d_])[\u0300-\u036f\u20d0-\u20ef]*[{_SUBSCRIPTS}{_SUPERSCRIPTS}]*"
)
_UNCERTAINTY = re.compile(r"\(([+−±][^/()]*)/([+−∓][^/()]*)\)")


def _split_units(text: str) -> list[tuple[str, str]]:
    """A shown text as runs of letters, brackets, scripts after a sign, and single signs."""
    units, position = [], 0
    while position < len(text):
        if text[position] in "^_" and position + 1 < len(text):
            end = _bracket_end(text, position + 1) if text[position + 1] == "(" else 0
            if not end:
                match = re.compile(r"[^\W_]+[\u0300-\u036f]*|.", re.DOTALL).match(
                    text, position + 1
                )
                end = match.end() if match else position + 2
            units.append(("script", text[position + 1 : end]))
        elif text[position] in "([{" and (end := _bracket_end(text, position)):
            units.append(("bracket", text[position:end]))
        elif match := _LETTER_RUN.match(text, position):
            end = match.end()
            units.append(("run", match[0]))
        else:
            end = position + 1
            units.append(("slash" if text[position] == "/" else "sign", text[position]))
        position = end
    return units


def _bracket_end(text: str, start: int) -> int:
    """Where the bracket at a place ends; 0 where it does not."""
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] in "([{") - (text[position] in ")]}")
        if depth == 0:
            return position + 1
    return 0


def _collect_from_text(text: str, structure: Structure) -> None:
    units = _split_units(text)
    for index, (kind, unit) in enumerate(units):
        if kind == "slash":
            above, below = _adjacent_text(units[:index][::-1]), _adjacent_text(units[index + 1 :])
            if _is_one_denominator(units[index + 1 :]):
                structure.fractions[_letter_counts(above), _letter_counts(below)] += 1
        elif kind == "script":
            structure.scripts[_letter_counts(unit)] += 1
            _collect_from_text(unit[1:-1] if unit.startswith("(") else "", structure)
        elif kind == "bracket":
            if error := _UNCERTAINTY.fullmatch(unit):
                structure.scripts.update(map(_letter_counts, error.groups()))
            _collect_from_text(unit[1:-1], structure)
        else:
            for script in re.findall(rf"[{_SUBSCRIPTS}]+|[{_SUPERSCRIPTS}]+", unit):
                structure.scripts[_letter_counts(script)] += 1


def _is_one_denominator(units: Sequence[tuple[str, str]]) -> bool:
    """Whether all that is joined under a stroke is one: a bracket, a number, a letter, a word."""
    adjacent_units = list(takewhile(lambda unit: unit[0] in _ADJACENT_KINDS, units))
    if not adjacent_units:
        return False
    (kind, first), *others = adjacent_units
    if re.fullmatch("[√∛∜]", first) and others:
        (kind, first), *others = others
    is_one = (
        kind == "bracket" or _SINGLE_TERM.fullmatch(first) or re.fullmatch(r"[A-Za-z]{3,}", first)
    )
    return bool(is_one) and all(_is_script(*unit) for unit in others)


def _is_script(kind: str, unit: str) -> bool:
    return kind == "script" or re.fullmatch(f"[{_SUBSCRIPTS}{_SUPERSCRIPTS}]+", unit) is not None


def _adjacent_text(units: Iterable[tuple[str, str]]) -> str:
    """What stands on one side of a stroke without a sign or a blank between."""
    return "".join(
        unit for _, unit in takewhile(lambda unit_pair: unit_pair[0] in _ADJACENT_KINDS, units)
    )


_ADJACENT_KINDS = ("run", "bracket", "script")
