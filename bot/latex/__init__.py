"""Read TeX as plain text: accents, commands and formulas become Unicode.

Readers and the analyser of words see the same pieces. Abstracts are prose with some TeX in it, so
nothing is parsed as a whole: wherever TeX may begin, the rules are tried in turn, and what no rule
is sure of stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from bot.latex.commands import (
    ABBREVIATIONS,
    ALPHABETS,
    BLANK_COMMANDS,
    BRACKET_COMMANDS,
    HIDDEN_ARGUMENT_COUNTS,
    SILENT_COMMANDS,
    TEXT_SYMBOLS,
    WORD_COMMANDS,
)
from bot.latex.formula import formula_to_unicode
from bot.latex.symbols import (
    MATH_ACCENTS,
    TEXT_ACCENTS,
    accent_letter,
    macro_symbol,
    subscript,
    superscript,
)


class Piece(NamedTuple):
    """A piece of displayed text and the span of the source that it stands for."""

    text: str
    start: int
    end: int


RuleResult = tuple[list[Piece], int]
"""The pieces that replace the source, and where they end in it."""

Rule = Callable[[str, int, int], RuleResult | None]  # text, position, depth

_MAX_NESTING = 8
_MAX_GROUP_LENGTH = 3000
_GROUP_CHAR = r"[^{}\\]++|\\."
_GROUP_CONTENT = f"(?:{_GROUP_CHAR})*+"
for _ in range(_MAX_NESTING):
    _GROUP_CONTENT = rf"(?:{_GROUP_CHAR}|\{{{_GROUP_CONTENT}\}})*+"
_GROUP = re.compile(rf"\{{({_GROUP_CONTENT})\}}", re.DOTALL)
# A leading character class, because the engine searches for it much faster than for alternatives.
_TEX_START = re.compile(r"[\\$`~{'^_-](?:(?<=[\\$`~{])|(?<=-)(?=-)|(?<=')(?=')|(?<=[\^_])(?=\{))")
_MATH_ENVIRONMENTS = (
    re.compile(r"\$\$([^$]{1,600})\$\$"),
    re.compile(r"\\\(((?:[^\\]|\\[^()]){1,600})\\\)"),
    re.compile(r"\\\[((?:[^\\]|\\[^\[\]]){1,600})\\\]"),
    re.compile(
        r"\\begin\{((?:equation|align|eqnarray|gather|multline|displaymath|math)\*?)\}"
        r"(?P<inside>.{1,1500}?)\\end\{\1\}",
        re.DOTALL,
    ),
)
_DOLLAR_MATH = re.compile(r"\$((?:[^$\\]|\\.){1,600})\$", re.DOTALL)
_UNTIL_NEXT_DOLLAR = re.compile(r"((?:[^$\\]|\\.){0,400})\$", re.DOTALL)
_PROSE_WORD = re.compile(r"(?<!\S)[a-z]{2,}(?=[\s,.;:]|$)")
_MATH_COMMAND_OR_SCRIPT = re.compile(r"\\[A-Za-z]+|[\^_]")
_ARGUMENT = re.compile(r"\{[^{}]*\}")
_ACCENT_SIGNS = "".join(mark for mark in TEXT_ACCENTS if not mark.isalpha())
_ACCENT_LETTERS = "".join(mark for mark in TEXT_ACCENTS if mark.isalpha())
_ACCENT_MARK = rf"(?:[{re.escape(_ACCENT_SIGNS)}]\s?|[{_ACCENT_LETTERS}t](?=[{{\s\\]))"  # t: a tie
_INNER_ACCENT = (
    rf"\\{_ACCENT_MARK}\s*\{{?\s*[A-Za-z]\s*\}}?"  # an accent under an accent, as in Vietnamese
)
_ACCENTED_LETTER = (
    rf"(?:\{{\s*(?P<in>[A-Za-z]|\\(?:[ij]|aa|AA)|{_INNER_ACCENT})\s*\}}"
    r"|\s?(?P<bare>[A-Za-z]|\\[ij](?![A-Za-z])\s?))"
)
_ACCENTS = (
    re.compile(rf"\{{\\(?P<mark>{_ACCENT_MARK}){_ACCENTED_LETTER}\}}"),
    re.compile(rf"\\(?P<mark>{_ACCENT_MARK}){_ACCENTED_LETTER}"),
)
_ACCENT_AND_LETTER = re.compile(
    rf"(?:\\(?P<mark>{_ACCENT_MARK})\s*\{{?\s*)?(?P<letter>[A-Za-z]|\\[A-Za-z]+)"
)
# "Levy\'s" and "d\'Alembert" have no Polish accent: an English ending, or a capital within a word.
_APOSTROPHE = re.compile(r"(?<=[A-Za-z}])\\'(?=(?:s|t|d|m|ll|re|ve)?(?![A-Za-z{\\])|[A-Z][a-z])")
_SPECIAL_LETTER_NAMES = "ss|ae|AE|oe|OE|aa|AA|dh|DH|dj|DJ|th|TH|ng|NG|o|O|l|L|i|j"
_SPECIAL_LETTER = re.compile(
    rf"\{{\\(?P<a>{_SPECIAL_LETTER_NAMES})\s*\}}"
    rf"|\\(?P<b>{_SPECIAL_LETTER_NAMES})(?![A-Za-z])(?:\{{\}}|[ ](?=[a-z]))?"
)
_FOOTNOTE = re.compile(r"\\footnote\s*(?=\{)")
_LINK = re.compile(r"\\href\s*(?=\{)")
_URL = re.compile(r"\\url\s*(?=\{)")
_TEXT_SCRIPT = re.compile(r"\\text(?:super|sub)script\s*(?=\{)")
_SCRIPT = re.compile(r"(?<=[\w)\]])([\^_])\{([^{}$]{1,60})\}")
_MATH_COMMAND = re.compile(
    r"\\(?P<name>[A-Za-z]+)(?:\[[^\[\]{}$]{1,20}\])?(?:\{[^{}$]{1,60}\}){1,2}"
    r"(?:[\^_](?:\{[^{}$]{1,40}\}|[A-Za-z0-9]))*"
)
_MATH_NAMES = (
    frozenset(("sqrt", "frac", "dfrac", "tfrac", "boldsymbol", "binom"))
    | frozenset(ALPHABETS)
    | frozenset(MATH_ACCENTS) - {"underline"}
    | frozenset(BRACKET_COMMANDS) - {"enquote"}
    | WORD_COMMANDS
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
_ALPHABET_COMMAND = re.compile(rf"\\(?:{'|'.join(ALPHABETS)})(?![A-Za-z])")
_OPTION = re.compile(r"\[[^\[\]]{0,80}\]")
_PATH_BEFORE = re.compile(r"(?<!\\)(?<![A-Za-z])[A-Za-z0-9]+\Z|[:\\]\Z")  # "and\or", "C:\Users"
_EMPTY_GROUP = re.compile(r"\{\}|\\(?=\s)")
_BLANK = re.compile(r"\s{0,9}")
_REFERENCE = re.compile(
    r"\\(?:[Cc]ite[A-Za-z]{0,12}|(?:eq|page|auto|[cC]|name|v)?ref|nocite)\*?\s?(?:\[[^\[\]]{0,80}\]){0,2}"
    r"\{[^{}]{0,300}\}"
)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s?\{[A-Za-z]{1,20}\*?\}(?:\[[^\[\]]{0,40}\])?\s{0,9}")
_ITEM = re.compile(r"\\item(?![A-Za-z])\s{0,9}")
_BRACED_WORD = re.compile(r"\{([A-Za-z0-9][A-Za-z0-9-]{0,40})\}")
_ESCAPED_CHAR = re.compile(r"\\([%&_#${}])")
_SPACING = re.compile(r"\\[ ,;:\n]|\\\\(?:\[[\d.]{1,4}[a-z]{2}\])?")
_INVISIBLE_COMMAND = re.compile(r"\\[-/@!]")
_QUOTES = (
    (re.compile(r"``((?:[^`]|`(?!`)){1,400}?)(?:''|\"(?![\w\"]))"), "“”"),
    (re.compile(r"(?<![\w'])''(?=[\w$\\{])([^`'\"]{1,400})(?:''|\"(?!\w))"), "“”"),
    (re.compile(r"(?<![\w`])`(?=[\w$\\])([^`'\"]{1,120})'(?![\w'])"), "‘’"),
)
_TIE = re.compile(r"(?<=[^\s/~=<>≈∼≃+±*|&(\[{\\-])~+(?=[^\s~,.;:)=<>-])")
_NUMBER_RANGE = re.compile(r"(?:(?<=\d)|(?<=\d[%$])|(?<=\d\\%))~\$?\d")  # "3~5" is a range, no tie
_EM_DASH = re.compile(r"(?<!-)---(?!-)")
_EN_DASH = re.compile(
    r"(?<=[\w$)}\]%.'\"°])--(?=[\w$(\[{\\.+~])(?!-)"
    r"|(?<= )--(?= )|(?<=[\w$)}\]]{2})--(?= )"
)


def to_unicode(text: str) -> str:
    """Return ``text`` for display: TeX as Unicode, doubtful TeX as written, no word lost."""
    return "".join(piece.text for piece in display_pieces(text))


def display_pieces(text: str) -> Iterator[Piece]:
    """Yield the displayed text in order, each piece with its span of the source.

    Source between two spans, such as a font name, is not displayed.
    """
    return _display_pieces(text, 0)


def _display_pieces(text: str, depth: int, offset: int = 0) -> Iterator[Piece]:
    """Yield the pieces of a text that begins at ``offset`` of the whole."""
    position = 0
    while match := _TEX_START.search(text, position):
        start = match.start()
        rules = _RULES[text[start]] if depth <= _MAX_NESTING else ()
        results = (rule(text, start, depth) for rule in rules)
        result = next((result for result in results if result is not None), None)
        if start > position:
            plain_text = text[position:start]
            if result and not result[0] and _REFERENCE.match(text, start):
                plain_text = plain_text.rstrip()  # "as in [3]" without the space before it
            yield Piece(plain_text, offset + position, offset + position + len(plain_text))
        if result is None:
            position = start + 1
            yield Piece(text[start], offset + start, offset + position)
            continue
        for rendered, piece_start, piece_end in result[0]:
            yield Piece(rendered, offset + piece_start, offset + piece_end)
        position = result[1]
    if position < len(text):
        yield Piece(text[position:], offset + position, offset + len(text))


def _single_piece(rendered: str, position: int, end: int) -> RuleResult:
    """Return one piece for the whole span."""
    return [Piece(rendered, position, end)], end


def _math_rule(text: str, position: int, _: int) -> RuleResult | None:
    for pattern in _MATH_ENVIRONMENTS:
        if match := pattern.match(text, position):
            return _formula_piece(match[match.lastindex or 1], text, position, match.end())
    match = _DOLLAR_MATH.match(text, position)
    if not match or _is_money(match[1], text[match.end() : match.end() + 1]):
        return None
    end = match.end()
    for _further in range(4):  # dollars within braces belong to a nested formula
        content = text[position + 1 : end - 1]
        if content.count("{") <= content.count("}"):
            break
        next_dollar = _UNTIL_NEXT_DOLLAR.match(text, end)
        if not next_dollar:
            break
        end = next_dollar.end()
    result = _formula_piece(text[position + 1 : end - 1], text, position, end)
    return result or _single_piece(match[0], position, match.end())


def _formula_piece(content: str, text: str, position: int, end: int) -> RuleResult | None:
    """Return a formula as a piece, with spaces at its ends only where the text has none."""
    rendered = formula_to_unicode(content)
    if rendered is None:
        return None
    if not position or text[position - 1].isspace() or text[position - 1] in "(~":
        rendered = rendered.lstrip()
    if not text[end : end + 1].isalnum():
        rendered = rendered.rstrip()
    return _single_piece(rendered, position, end)


def _is_money(content: str, next_char: str) -> bool:
    """Return whether two dollar signs are prices or names: "$5 and $10", "$3/$15", "US$ and A$"."""
    if next_char.isdecimal() and not content.startswith("\\") and re.search(r"\w", content):
        return True
    if not (content[0].isspace() or content[0].isdecimal()):
        return False
    prose_words = _PROSE_WORD.findall(_ARGUMENT.sub("", content))
    return len(prose_words) > len(_MATH_COMMAND_OR_SCRIPT.findall(content))


def _accent_rule(text: str, position: int, _: int) -> RuleResult | None:
    for pattern in _ACCENTS:
        match = pattern.match(text, position)
        if match:
            accented_letter = _ACCENT_AND_LETTER.match(match["in"] or match["bare"])
            marks = match["mark"].strip() + (
                (accented_letter["mark"] or "").strip() if accented_letter else ""
            )
            rendered = accent_letter(marks, accented_letter["letter"]) if accented_letter else ""
            return _single_piece(rendered, position, match.end()) if rendered else None
    return None


def _special_letter_rule(text: str, position: int, _: int) -> RuleResult | None:
    match = _SPECIAL_LETTER.match(text, position)
    return (
        _single_piece(macro_symbol(match["a"] or match["b"]), position, match.end())
        if match
        else None
    )


def _braced_arguments(
    pattern: re.Pattern[str], count: int, text: str, position: int
) -> tuple[list[tuple[str, int]], int] | None:
    """Return the braced arguments after a command with their positions, and where they end."""
    match = pattern.match(text, position)
    if not match:
        return None
    end, arguments = match.end(), []
    for _ in range(count):
        group = _braced_group(text, end)
        if group is None:
            return None
        arguments.append((group, end + 1))
        end += len(group) + 2
    return arguments, end


def _braced_group(text: str, position: int) -> str | None:
    """Return the text between the brace at ``position`` and its partner."""
    match = _GROUP.match(text, position, position + _MAX_GROUP_LENGTH)
    return match[1] if match else None


def _footnote_rule(text: str, position: int, depth: int) -> RuleResult | None:
    result = _braced_arguments(_FOOTNOTE, 1, text, position)
    if not result:
        return None
    [(words, start)], end = result
    inner = _display_pieces(words, depth + 1, start)
    return [Piece(" (", position, start), *inner, Piece(")", end - 1, end)], end


def _url_rule(text: str, position: int, _: int) -> RuleResult | None:
    result = _braced_arguments(_URL, 1, text, position)
    return _single_piece(result[0][0][0], position, result[1]) if result else None


def _link_rule(text: str, position: int, depth: int) -> RuleResult | None:
    """Read ``\\href{address}{words}`` as words (address), or as the address if they are equal."""
    result = _braced_arguments(_LINK, 2, text, position)
    if not result:
        return None
    [(address, _), (words, start)], end = result
    if words == address:
        return [Piece(address, start, end - 1)], end
    return [*_display_pieces(words, depth + 1, start), Piece(f" ({address})", end - 1, end)], end


def _text_script_rule(text: str, position: int, depth: int) -> RuleResult | None:
    result = _braced_arguments(_TEXT_SCRIPT, 1, text, position)
    if not result:
        return None
    content = "".join(piece.text for piece in _display_pieces(result[0][0][0], depth + 1))
    is_raised = text.startswith("\\textsup", position)
    return _single_piece(
        superscript(content) if is_raised else subscript(content), position, result[1]
    )


def _script_rule(text: str, position: int, _: int) -> RuleResult | None:
    """Read an index or an exponent in braces outside a formula: "10^{-3}"."""
    match = _SCRIPT.match(text, position)
    rendered = formula_to_unicode(match[0]) if match else None
    return _single_piece(rendered, position, match.end()) if match and rendered else None


def _reference_rule(text: str, position: int, _: int) -> RuleResult | None:
    """Read a reference to a numbered paper or section, which cannot be resolved here."""
    match = _REFERENCE.match(text, position)
    return ([], match.end()) if match else None


def _math_command_rule(text: str, position: int, _: int) -> RuleResult | None:
    """Read a mathematical command outside a formula."""
    match = _MATH_COMMAND.match(text, position)
    rendered = formula_to_unicode(match[0]) if match and match["name"] in _MATH_NAMES else None
    return _single_piece(rendered, position, match.end()) if match and rendered else None


def _command_rule(text: str, position: int, depth: int) -> RuleResult | None:
    """Read any other command as its symbol, its arguments or its name."""
    match = _COMMAND.match(text, position)
    if not match:
        return None
    name, end = match[1], match.end()
    if rendered := TEXT_SYMBOLS.get(name) or macro_symbol(name):
        empty_group = _EMPTY_GROUP.match(text, end)
        return _single_piece(rendered, position, empty_group.end() if empty_group else end)
    if name in BLANK_COMMANDS or name in SILENT_COMMANDS:
        end = _skip_blank(text, end)
        return _single_piece(" ", position, end) if name in BLANK_COMMANDS else ([], end)
    if name in HIDDEN_ARGUMENT_COUNTS and (option := _OPTION.match(text, end)):
        end = option.end()
    if (
        name in TEXT_ACCENTS
        and (group := _braced_group(text, end))
        and (letter := macro_symbol(name + group))
    ):
        return _single_piece(letter, position, end + len(group) + 2)  # "\b{eta}" was "\beta" once
    result: list[Piece] = []
    hidden_count = HIDDEN_ARGUMENT_COUNTS.get(name, 0)
    while (group := _braced_group(text, end)) is not None:
        if hidden_count:
            hidden_count -= 1
        else:
            if result and group:
                result.append(Piece(" ", end, end))
            result += _display_pieces(group, depth + 1, end + 1)
        end += len(group) + 2
    if name == "enquote":
        result = [Piece("“", position, position), *result, Piece("”", end, end)]
    if result or name in HIDDEN_ARGUMENT_COUNTS:
        return result, end
    if text.startswith("{", end):
        return None  # never closed
    if name in TEXT_ACCENTS:
        return [], _skip_blank(text, end)
    if _PATH_BEFORE.search(text, max(0, position - 40), position):
        return None
    if name in ABBREVIATIONS and text.startswith(".", end):
        end += 1
    empty_group = _EMPTY_GROUP.match(text, end)
    return _single_piece(
        ABBREVIATIONS.get(name, name), position, empty_group.end() if empty_group else end
    )


def _skip_blank(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return blank.end() if blank else position


def _braces_rule(text: str, position: int, depth: int) -> RuleResult | None:
    """Read braces that TeX does not print: "{B}ayesian", "{\\em words}"."""
    match = _BRACED_WORD.match(text, position)
    if match:
        touches_word = (
            text[position - 1 : position].isalpha() or text[match.end() : match.end() + 1].isalpha()
        )
        is_proper_name = re.search("[A-Z0-9]", match[1][1:]) and not match[1].isdecimal()
        return (
            ([Piece(match[1], position + 1, match.end() - 1)], match.end())
            if touches_word or is_proper_name
            else None
        )
    content = _braced_group(text, position) if _COMMAND.match(text, position + 1) else None
    if content is None:
        return None
    end = position + len(content) + 2
    if _ALPHABET_COMMAND.match(content) and (rendered := formula_to_unicode(content)):
        return _single_piece(rendered, position, end)
    return list(_display_pieces(content, depth + 1, position + 1)), end


def _quote_rule(text: str, position: int, depth: int) -> RuleResult | None:
    for pattern, marks in _QUOTES:
        if match := pattern.match(text, position):
            start, stop = match.span(1)
            inner = _display_pieces(match[1], depth + 1, start)
            return [
                Piece(marks[0], position, start),
                *inner,
                Piece(marks[1], stop, match.end()),
            ], match.end()
    return None


def _tie_rule(text: str, position: int, _: int) -> RuleResult | None:
    match = _TIE.match(text, position)
    if not match or _NUMBER_RANGE.match(text, position):
        return None
    return (
        [] if _REFERENCE.match(text, match.end()) else [Piece(" ", position, match.end())]
    ), match.end()


def _literal_rule(
    pattern: re.Pattern[str], rendered: str | None, text: str, position: int, _: int
) -> RuleResult | None:
    """Read a mark as ``rendered``, or as the character it escapes."""
    match = pattern.match(text, position)
    return (
        _single_piece(match[1] if rendered is None else rendered, position, match.end())
        if match
        else None
    )


_RULES: dict[str, tuple[Rule, ...]] = {
    "\\": (
        _math_rule,
        partial(_literal_rule, _APOSTROPHE, "'"),
        _accent_rule,
        _special_letter_rule,
        _text_script_rule,
        _footnote_rule,
        _link_rule,
        _url_rule,
        partial(_literal_rule, _ESCAPED_CHAR, None),
        partial(_literal_rule, _SPACING, " "),
        partial(_literal_rule, _INVISIBLE_COMMAND, ""),
        _reference_rule,
        partial(_literal_rule, _ENVIRONMENT, " "),
        partial(_literal_rule, _ITEM, "• "),
        _math_command_rule,
        _command_rule,
    ),
    "$": (_math_rule,),
    "{": (_accent_rule, _special_letter_rule, _braces_rule),
    "`": (_quote_rule,),
    "'": (_quote_rule,),
    "~": (_tie_rule,),
    "-": (partial(_literal_rule, _EM_DASH, "—"), partial(_literal_rule, _EN_DASH, "–")),
    "^": (_script_rule,),
    "_": (_script_rule,),
}
