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
    unread_start = 0
    while match := _TEX_START.search(text, unread_start):
        tex_start = match.start()
        rules = _RULES[text[tex_start]] if depth <= _MAX_NESTING else ()
        rule_results = (rule(text, tex_start, depth) for rule in rules)
        rule_result = next(
            (rule_result for rule_result in rule_results if rule_result is not None), None
        )
        if tex_start > unread_start:
            plain_text = text[unread_start:tex_start]
            if rule_result and not rule_result[0] and _REFERENCE.match(text, tex_start):
                plain_text = plain_text.rstrip()  # "as in [3]" without the space before it
            yield Piece(plain_text, offset + unread_start, offset + unread_start + len(plain_text))
        if rule_result is None:
            unread_start = tex_start + 1
            yield Piece(text[tex_start], offset + tex_start, offset + unread_start)
            continue
        for rendered, piece_start, piece_end in rule_result[0]:
            yield Piece(rendered, offset + piece_start, offset + piece_end)
        unread_start = rule_result[1]
    if unread_start < len(text):
        yield Piece(text[unread_start:], offset + unread_start, offset + len(text))


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
    formula_end = match.end()
    for _further in range(4):  # dollars within braces belong to a nested formula
        content = text[position + 1 : formula_end - 1]
        if content.count("{") <= content.count("}"):
            break
        next_dollar = _UNTIL_NEXT_DOLLAR.match(text, formula_end)
        if not next_dollar:
            break
        formula_end = next_dollar.end()
    formula_piece = _formula_piece(
        text[position + 1 : formula_end - 1], text, position, formula_end
    )
    return formula_piece or _single_piece(match[0], position, match.end())


def _formula_piece(content: str, text: str, position: int, end: int) -> RuleResult | None:
    """Return a formula as a piece, with spaces at its ends only where the text has none."""
    rendered_formula = formula_to_unicode(content)
    if rendered_formula is None:
        return None
    if not position or text[position - 1].isspace() or text[position - 1] in "(~":
        rendered_formula = rendered_formula.lstrip()
    if not text[end : end + 1].isalnum():
        rendered_formula = rendered_formula.rstrip()
    return _single_piece(rendered_formula, position, end)


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
            accent_marks = match["mark"].strip() + (
                (accented_letter["mark"] or "").strip() if accented_letter else ""
            )
            accented_text = (
                accent_letter(accent_marks, accented_letter["letter"]) if accented_letter else ""
            )
            return _single_piece(accented_text, position, match.end()) if accented_text else None
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
    arguments_end, arguments = match.end(), []
    for _ in range(count):
        group = _braced_group(text, arguments_end)
        if group is None:
            return None
        arguments.append((group, arguments_end + 1))
        arguments_end += len(group) + 2
    return arguments, arguments_end


def _braced_group(text: str, position: int) -> str | None:
    """Return the text between the brace at ``position`` and its partner."""
    match = _GROUP.match(text, position, position + _MAX_GROUP_LENGTH)
    return match[1] if match else None


def _footnote_rule(text: str, position: int, depth: int) -> RuleResult | None:
    arguments_and_end = _braced_arguments(_FOOTNOTE, 1, text, position)
    if not arguments_and_end:
        return None
    [(footnote_text, footnote_start)], footnote_end = arguments_and_end
    inner = _display_pieces(footnote_text, depth + 1, footnote_start)
    return [
        Piece(" (", position, footnote_start),
        *inner,
        Piece(")", footnote_end - 1, footnote_end),
    ], footnote_end


def _url_rule(text: str, position: int, _: int) -> RuleResult | None:
    arguments_and_end = _braced_arguments(_URL, 1, text, position)
    return (
        _single_piece(arguments_and_end[0][0][0], position, arguments_and_end[1])
        if arguments_and_end
        else None
    )


def _link_rule(text: str, position: int, depth: int) -> RuleResult | None:
    """Read ``\\href{address}{words}`` as words (address), or as the address if they are equal."""
    arguments_and_end = _braced_arguments(_LINK, 2, text, position)
    if not arguments_and_end:
        return None
    [(address, _), (link_words, words_start)], link_end = arguments_and_end
    if link_words == address:
        return [Piece(address, words_start, link_end - 1)], link_end
    return [
        *_display_pieces(link_words, depth + 1, words_start),
        Piece(f" ({address})", link_end - 1, link_end),
    ], link_end


def _text_script_rule(text: str, position: int, depth: int) -> RuleResult | None:
    arguments_and_end = _braced_arguments(_TEXT_SCRIPT, 1, text, position)
    if not arguments_and_end:
        return None
    script_text = "".join(
        piece.text for piece in _display_pieces(arguments_and_end[0][0][0], depth + 1)
    )
    is_raised = text.startswith("\\textsup", position)
    return _single_piece(
        superscript(script_text) if is_raised else subscript(script_text),
        position,
        arguments_and_end[1],
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
    command_name, command_end = match[1], match.end()
    if symbol := TEXT_SYMBOLS.get(command_name) or macro_symbol(command_name):
        empty_group_match = _EMPTY_GROUP.match(text, command_end)
        return _single_piece(
            symbol, position, empty_group_match.end() if empty_group_match else command_end
        )
    if command_name in BLANK_COMMANDS or command_name in SILENT_COMMANDS:
        command_end = _skip_blank(text, command_end)
        return (
            _single_piece(" ", position, command_end)
            if command_name in BLANK_COMMANDS
            else ([], command_end)
        )
    if command_name in HIDDEN_ARGUMENT_COUNTS and (
        option_match := _OPTION.match(text, command_end)
    ):
        command_end = option_match.end()
    if (
        command_name in TEXT_ACCENTS
        and (group := _braced_group(text, command_end))
        and (letter := macro_symbol(command_name + group))
    ):
        # "\b{eta}" was "\beta" once.
        return _single_piece(letter, position, command_end + len(group) + 2)
    pieces: list[Piece] = []
    hidden_count = HIDDEN_ARGUMENT_COUNTS.get(command_name, 0)
    while (group := _braced_group(text, command_end)) is not None:
        if hidden_count:
            hidden_count -= 1
        else:
            if pieces and group:
                pieces.append(Piece(" ", command_end, command_end))
            pieces += _display_pieces(group, depth + 1, command_end + 1)
        command_end += len(group) + 2
    if command_name == "enquote":
        pieces = [Piece("“", position, position), *pieces, Piece("”", command_end, command_end)]
    if pieces or command_name in HIDDEN_ARGUMENT_COUNTS:
        return pieces, command_end
    if text.startswith("{", command_end):
        return None  # never closed
    if command_name in TEXT_ACCENTS:
        return [], _skip_blank(text, command_end)
    if _PATH_BEFORE.search(text, max(0, position - 40), position):
        return None
    if command_name in ABBREVIATIONS and text.startswith(".", command_end):
        command_end += 1
    empty_group_match = _EMPTY_GROUP.match(text, command_end)
    return _single_piece(
        ABBREVIATIONS.get(command_name, command_name),
        position,
        empty_group_match.end() if empty_group_match else command_end,
    )


def _skip_blank(text: str, position: int) -> int:
    blank_match = _BLANK.match(text, position)
    return blank_match.end() if blank_match else position


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
    group_content = _braced_group(text, position) if _COMMAND.match(text, position + 1) else None
    if group_content is None:
        return None
    group_end = position + len(group_content) + 2
    if _ALPHABET_COMMAND.match(group_content) and (rendered := formula_to_unicode(group_content)):
        return _single_piece(rendered, position, group_end)
    return list(_display_pieces(group_content, depth + 1, position + 1)), group_end


def _quote_rule(text: str, position: int, depth: int) -> RuleResult | None:
    for pattern, quotation_marks in _QUOTES:
        if match := pattern.match(text, position):
            quoted_start, quoted_end = match.span(1)
            quoted_pieces = _display_pieces(match[1], depth + 1, quoted_start)
            return [
                Piece(quotation_marks[0], position, quoted_start),
                *quoted_pieces,
                Piece(quotation_marks[1], quoted_end, match.end()),
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
