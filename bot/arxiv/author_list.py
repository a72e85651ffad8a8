"""Split the author lines and elements of sources into names."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.entities import html5

from bot.arxiv.author_names import (
    ends_with_group_word,
    is_cjk_name,
    is_group,
    is_suffix,
    split_suffix,
)

MAX_LINE_LENGTH = 500_000  # characters; a line of 5,000 names with their institutes is shorter
_MAX_JOINED_LENGTH = 300  # characters of a joined name; bounds the work on a hostile line

_LINK_TAG = re.compile(r"</?a\b[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SPACE = re.compile(r"\s+")
_MORE_AUTHORS = re.compile(r",?\s?\bet al\.?\s?\(\d{1,5} additional authors not shown\)")
_ET_AL = re.compile(r"(?<![^\s,;~])et\.?[\s~]al(?:ii|ia)?(?:\.|(?![\w'-]))")
_OTHERS = re.compile(r"(?:(?:other|additional|more) authors|others|more)(?: not shown)?")
_COUNTED_OTHERS = re.compile(rf"\d{{1,6}} {_OTHERS.pattern}")
# Superscript numbers and signs: $^{1,2}$, \textsuperscript{1}, ^1. \^ is an accent.
_SUPERSCRIPT = re.compile(
    r"\$\s?(?:\{\})?\^\s?(?:\{[^{}$]{0,60}\}|\\?[A-Za-z0-9]{1,10}|[^\w\s{}$\\])\s?\$"
    r"|\\textsuperscript\{[^{}]{0,60}\}"
    r"|(?<!\\)\^(?:\{[\d\s,*†‡§]{1,40}\}|[\d*†‡§]{1,3})"
)
_STRIPPED_CHARACTERS = " ~,;:*†‡§¶⋆∗#⁰¹²³⁴⁵⁶⁷⁸⁹"
_TRAILING_DIGITS = re.compile(r"(?<=[^\W\d_])\d{1,2}$")

_BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【"}
_NUMBER = re.compile(r"\d{1,3}|[a-z]")
_NUMBERS = re.compile(
    rf"(?:{_NUMBER.pattern})(?:\s?(?:,|;|and|&|\s)\s?(?:{_NUMBER.pattern})){{0,20}}"
)
_TEXT_AFTER_NUMBER = re.compile(r"\s?(?!and\b|AND\b|on behalf|for the)[^\W\d_]")
_ON_BEHALF = re.compile(r"(?:and |for |on behalf of )+")

_WORD_START = r"(?<![^\s~,;，；、])"
_WORD_END = r"(?![^\s~])"
_SEPARATOR = re.compile(
    r"(?P<tex>\\\\|\\[,;](?=\S))"  # a line break, a thin space
    r"|(?P<sign>[,;，；、：]|:(?=\s|$)|(?<=\s):)"
    rf"|(?P<and>{_WORD_START}(?:and|AND|\\?&){_WORD_END})"
    rf"|(?P<behalf>{_WORD_START}(?:on|in) behalf of{_WORD_END})"
    rf"|(?P<for>{_WORD_START}for(?= the )){_WORD_END}"
)
_ASCII_SEPARATORS = str.maketrans("，；、：", ",;,:")
_INITIAL = re.compile(r"(?<!\w)[^\W\d_]\.")
_INITIALS = re.compile(r"[^\W\d_]\.(?:[ ~-]?[^\W\d_]\.){0,5}")


@dataclass(slots=True)
class _NamePiece:
    """The text between two separators, with the separators before it."""

    separators: str  # as written
    # Normalized: "," ";" ":" "&" for "and", "B" for "on behalf of", "F" for "for".
    separator_kinds: str
    name: str


def split_author_line(line: str) -> tuple[str, ...]:
    """Return the names in a line in order, with TeX as written, without affiliations and signs.

    Commas, semicolons, colons, "and", "&", "on behalf of" and "for the ... Team" separate names. An
    unclosed bracket is an ordinary character, so that it cannot swallow the names after it. Text
    that cannot be split remains one name as written. A name entirely in brackets is kept if there
    is no other. Text beyond ``MAX_LINE_LENGTH`` is dropped.
    """
    names_text = _line_text(line)
    if names := tuple(_names_of_pieces(_split_pieces(names_text))):
        return names
    # Brackets or signs may enclose the only name.
    for enclosed_text in (_strip_email_addresses(_MORE_AUTHORS.sub("", names_text)), names_text):
        enclosed_name = enclosed_text.strip(f"{_STRIPPED_CHARACTERS}()[]（）【】")
        if _has_letter(enclosed_name):
            return (enclosed_name,)
    return ()


def parse_author_elements(elements: Iterable[str]) -> tuple[str, ...]:
    """Return the names in elements that should hold one author each."""
    names: list[str] = []
    for element in elements:
        name_pieces = _split_pieces(_line_text(element))
        may_be_suffix = names and len(name_pieces) == 1 and len(names[-1]) < _MAX_JOINED_LENGTH
        if may_be_suffix and is_suffix(name_pieces[0].name):
            names[-1] += f" {name_pieces[0].name}"
        elif (
            len(name_pieces) == 2
            and name_pieces[1].separator_kinds == ","
            and _is_family_then_given(name_pieces)
            and _is_one_word(name_pieces[0].name)
        ):
            names.append(_given_name_first(name_pieces))
        else:
            names += split_author_line(element)
    return tuple(names)


def _line_text(line: str) -> str:
    """Return the text of a line, which in old feeds was HTML with a link per name."""
    shortened_line = line[:MAX_LINE_LENGTH]
    if "<a " in shortened_line:
        shortened_line = _LINK_TAG.sub("", shortened_line)
    # html.unescape alone would read "&nothing;" as "&not" plus "hing;".
    shortened_line = _ENTITY.sub(
        lambda entity: (
            html.unescape(entity[0]) if entity[0][1] == "#" or entity[0][1:] in html5 else entity[0]
        ),
        shortened_line,
    )
    return _SPACE.sub(" ", shortened_line).strip()


def _split_pieces(line: str) -> list[_NamePiece]:
    """Split a line at its separators, without signs, numbers and addresses beside the names.

    Pieces without a letter are dropped, and those that stand for unnamed authors.
    """
    names_text = _SUPERSCRIPT.sub(" ", _strip_affiliations(_MORE_AUTHORS.sub("", line)))
    names_text = _SPACE.sub(" ", _ET_AL.sub(",", names_text))
    pieces: list[_NamePiece] = []
    separators = separator_kinds = ""
    for separator, separator_kind, piece_text in _split_at_separators(names_text):
        separators = (separators + separator)[:_MAX_JOINED_LENGTH]
        separator_kinds += separator_kind if separator_kind not in separator_kinds else ""
        person_name = _strip_email_addresses(piece_text).strip(_STRIPPED_CHARACTERS)
        last_word = person_name.rpartition(" ")[2]
        if (
            last_word != person_name
            and last_word.rstrip("0123456789").istitle()
            and not is_group(person_name)
        ):
            person_name = _TRAILING_DIGITS.sub("", person_name)  # a footnote number
        is_unnamed_authors = _COUNTED_OTHERS.fullmatch(person_name) or (
            "&" in separator_kinds and _OTHERS.fullmatch(person_name)
        )
        if _has_letter(person_name) and not is_unnamed_authors:
            pieces.append(_NamePiece(separators, separator_kinds, person_name))
            separators = separator_kinds = ""
        else:
            separators = (separators + piece_text)[:_MAX_JOINED_LENGTH]
    return pieces


def _split_at_separators(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each part of a text with the separator before it, as written and normalized."""
    # Commas in TeX braces around a group's name separate nothing.
    braced_groups = (
        (part_start, end)
        for part_start, end in _outermost_brackets(text, {"}": "{"})
        if ends_with_group_word(text[part_start + 1 : end - 1][-100:])
    )
    braced_group = next(braced_groups, None)
    part_start, separator, separator_kind = 0, "", ""
    for separator_match in _SEPARATOR.finditer(text):
        while braced_group and braced_group[1] <= separator_match.start():
            braced_group = next(braced_groups, None)
        if separator_match["tex"] or (braced_group and braced_group[0] <= separator_match.start()):
            continue
        yield separator, separator_kind, text[part_start : separator_match.start()]
        part_start, separator = separator_match.end(), separator_match[0]
        if separator_match["sign"]:
            separator_kind = separator_match[0].translate(_ASCII_SEPARATORS)
        else:
            separator_kind = (
                "&" if separator_match["and"] else "B" if separator_match["behalf"] else "F"
            )
    yield separator, separator_kind, text[part_start:]


def _outermost_brackets(text: str, pairs: dict[str, str]) -> list[tuple[int, int]]:
    """Return the spans of the outermost balanced brackets."""
    open_positions: dict[str, list[int]] = {opening: [] for opening in pairs.values()}
    end_by_start: dict[int, int] = {}
    for char_position, character in enumerate(text):
        if character in open_positions:
            open_positions[character].append(char_position)
        elif character in pairs and open_positions[pairs[character]]:
            end_by_start[open_positions[pairs[character]].pop()] = char_position + 1
    outermost_spans, outer_end = [], 0
    for span_start in sorted(end_by_start):
        if span_start >= outer_end:
            outer_end = end_by_start[span_start]
            outermost_spans.append((span_start, outer_end))
    return outermost_spans


def _strip_affiliations(text: str) -> str:
    """Return a line without affiliations; brackets that name an author or a group are kept."""
    kept_parts: list[str] = []
    numbers: set[str] = set()  # that follow names
    group_names: set[str] = set()
    kept_until = 0
    for bracket_start, bracket_end in _outermost_brackets(text, _BRACKETS):
        text_between, bracket_text = (
            text[kept_until:bracket_start],
            text[bracket_start + 1 : bracket_end - 1].strip(),
        )
        kept_parts.append(text_between)
        kept_until = bracket_end
        if len(bracket_text) < 100 and _NUMBERS.fullmatch(bracket_text):
            if (
                bracket_text in numbers
                and not text_between.strip(" ,;.")
                and _TEXT_AFTER_NUMBER.match(text, bracket_end)
            ):
                return "".join(kept_parts)  # the institutes follow, each after its number
            numbers.update(_NUMBER.findall(bracket_text))
        elif is_cjk_name(bracket_text) and _has_letter(text_between):
            kept_parts.append(text[bracket_start:bracket_end])
        elif behalf_match := _ON_BEHALF.match(bracket_text):
            group_name = bracket_text[behalf_match.end() :]
            if is_group(group_name) and group_name not in group_names:
                group_names.add(group_name)
                kept_parts.append(f", {group_name},")
    kept_parts.append(text[kept_until:])
    return "".join(kept_parts)


def _strip_email_addresses(text: str) -> str:
    """Return a text without its e-mail addresses."""
    if "@" not in text:
        return text.strip()
    other_words = []
    for word in text.split():
        user, _, domain = word.strip("<>()[],;:").rpartition("@")
        if not (user and "." in domain):
            other_words.append(word)
    return " ".join(other_words)


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _names_of_pieces(pieces: list[_NamePiece]) -> Iterator[str]:
    """Yield the names in the pieces, joining those that belong to one name."""
    if _are_family_initial_pairs(pieces):
        for index in range(0, len(pieces), 2):
            yield _given_name_first(pieces[index : index + 2])
        return
    pieces = _join_names(pieces)
    # Semicolons separate people of several pieces; a line without semicolons is one group.
    has_semicolon = any(";" in piece.separator_kinds for piece in pieces)
    people: list[list[_NamePiece]] = []
    for piece in pieces:
        if not people or (has_semicolon and piece.separator_kinds != ","):
            people.append([])
        people[-1].append(piece)
    two_piece_people = [person for person in people if len(person) == 2]
    is_inverted = (
        len(two_piece_people) > 1
        and all(len(person) < 3 for person in people)
        and all(map(_is_family_then_given, two_piece_people))
        and 2 * sum(_is_one_word(person[0].name) for person in two_piece_people)
        >= len(two_piece_people)
    )
    for person in people:
        if is_inverted and len(person) == 2:
            yield _given_name_first(person)
        else:
            yield from (piece.name for piece in person)


def _join_names(pieces: list[_NamePiece]) -> list[_NamePiece]:
    """Return the pieces with those joined that belong to one group's or one person's name."""
    joined_pieces: list[_NamePiece] = []
    for piece in pieces:
        previous_piece = joined_pieces[-1] if joined_pieces else None
        may_be_joined = previous_piece and len(previous_piece.name) < _MAX_JOINED_LENGTH
        if previous_piece and may_be_joined and _continues_group(previous_piece.name, piece):
            previous_piece.name = _join_pieces(previous_piece, piece)
        else:
            joined_pieces.append(piece)
    # Names such as "the Fog, Mist, and Rain Team".
    first_index = 0
    while first_index < len(joined_pieces):
        first_piece, group_end = joined_pieces[first_index], _group_end(joined_pieces, first_index)
        for following_piece in joined_pieces[first_index + 1 : group_end]:
            first_piece.name = _join_pieces(first_piece, following_piece)
        del joined_pieces[first_index + 1 : group_end]
        first_index += 1
    # "Jr." after a comma.
    pieces_with_suffixes: list[_NamePiece] = []
    for piece in joined_pieces:
        may_be_suffix = (
            pieces_with_suffixes
            and piece.separator_kinds == ","
            and len(pieces_with_suffixes[-1].name) < _MAX_JOINED_LENGTH
        )
        if may_be_suffix and is_suffix(piece.name):
            pieces_with_suffixes[-1].name += f" {piece.name}"
        else:
            pieces_with_suffixes.append(piece)
    return pieces_with_suffixes


def _continues_group(name: str, piece: _NamePiece) -> bool:
    """Return whether a piece after "and" or "for" belongs to the group's name before it.

    "the Fog and Mist Collaboration" is one name, and so is "Centre for the Y Team".
    """
    if piece.separator_kinds == "F":
        is_person_for_group = is_group(piece.name) and not is_group(name) and " " in name
        return not is_person_for_group
    if piece.separator_kinds != "&":
        return False
    ends_group = ends_with_group_word(piece.name)
    if _INITIAL.search(name) or (_INITIAL.search(piece.name) and not ends_group):
        return False
    if ends_with_group_word(name) or name.startswith(("Team ", "TEAM ")):  # already complete
        return False
    if ends_group:
        return not piece.name.startswith(("the ", "The "))
    return not {"of", "for"}.isdisjoint(name.split()) and piece.name.count(" ") < 2


def _group_end(pieces: list[_NamePiece], start: int) -> int:
    """Return where a group name of several pieces ends, or 0 if none begins here."""
    first_name = pieces[start].name
    is_group_begun = first_name.startswith("the ") or (
        first_name.startswith("The ") and is_group(first_name)
    )
    if not is_group_begun or ends_with_group_word(first_name):
        return 0
    for piece_index in range(start + 1, min(start + 5, len(pieces))):
        following_piece = pieces[piece_index]
        if following_piece.separator_kinds not in (",", ",&", "&") or _INITIAL.search(
            following_piece.name
        ):
            return 0
        if ends_with_group_word(following_piece.name):
            contains_and = (
                "&" in following_piece.separator_kinds
                or " and " in following_piece.name
                or " & " in following_piece.name
            )
            return piece_index + 1 if contains_and else 0
    return 0


def _join_pieces(first: _NamePiece, second: _NamePiece) -> str:
    """Return two pieces as they stood in the line."""
    joining_separator = second.separators
    if joining_separator[:1] not in (",", ";", ":"):
        joining_separator = f" {joining_separator}"
    return f"{first.name}{joining_separator} {second.name}"


def _are_family_initial_pairs(pieces: list[_NamePiece]) -> bool:
    """Return whether a line alternates family names and initials: "Smith, J., van Dam, A."."""
    families, initials = pieces[::2], pieces[1::2]
    if not pieces or len(families) != len(initials):
        return False
    are_short = all(_is_one_word(family.name) for family in families)
    return (
        all(piece.separator_kinds == "," and _INITIALS.fullmatch(piece.name) for piece in initials)
        and all(_is_family_name(family.name) for family in families)
        and (are_short or len(families) > 1)
        and (are_short or not all(is_suffix(piece.name) for piece in initials))
    )


def _is_family_then_given(pieces: list[_NamePiece]) -> bool:
    """Return whether two pieces can be a family name and a given name."""
    family, given_name = (piece.name for piece in pieces)
    is_acronym = (
        given_name.isalpha()
        and len(given_name) > 2
        and given_name.isupper()
        and not family.isupper()
    )
    return _is_family_name(family) and not (
        is_group(given_name) or is_acronym or is_cjk_name(family)
    )


def _is_family_name(name: str) -> bool:
    """Return whether a text can be a family name: a few words without an initial."""
    return (
        name.count(" ") < 4
        and not _INITIAL.search(split_suffix(name.split())[0])
        and not is_group(name)
    )


def _is_one_word(name: str) -> bool:
    """Return whether a name is one word, apart from particles and a suffix."""
    name_words, _ = split_suffix(name.split())
    return sum(not word.islower() for word in name_words.split()) == 1


def _given_name_first(pieces: list[_NamePiece]) -> str:
    """Return a name written family name first with its given name first."""
    family, suffix = split_suffix(pieces[0].name.split())
    given_name, given_suffix = split_suffix(pieces[1].name.split())
    return " ".join(filter(None, (given_name, family, suffix, given_suffix)))
