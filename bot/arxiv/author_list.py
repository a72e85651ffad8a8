"""Read the names of authors from the lines and elements in which sources write them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.entities import html5

from bot.arxiv.author_names import ends_as_group, is_group, is_native, is_suffix, without_suffix

LONGEST = 500_000  # characters of a line; 5,000 names with their institutes have less
_LONGEST_JOINED = 300  # characters of a name put together; a hostile line could go on for ever

_LINK = re.compile(r"</?a\b[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SPACE = re.compile(r"\s+")
_REST = re.compile(r",?\s?\bet al\.?\s?\(\d{1,5} additional authors not shown\)")
_ET_AL = re.compile(r"(?<![^\s,;~])et\.?[\s~]al(?:ii|ia)?(?:\.|(?![\w'-]))")
_OTHERS = re.compile(r"(?:(?:other|additional|more) authors|others|more)(?: not shown)?")
_COUNTED = re.compile(rf"\d{{1,6}} {_OTHERS.pattern}")
# Numbers and signs set high: $^{1,2}$, \textsuperscript{1}, ^1. \^ is an accent.
_HIGH = re.compile(
    r"\$\s?(?:\{\})?\^\s?(?:\{[^{}$]{0,60}\}|\\?[A-Za-z0-9]{1,10}|[^\w\s{}$\\])\s?\$"
    r"|\\textsuperscript\{[^{}]{0,60}\}"
    r"|(?<!\\)\^(?:\{[\d\s,*†‡§]{1,40}\}|[\d*†‡§]{1,3})"
)
_SIGNS = " ~,;:*†‡§¶⋆∗#⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS_BEHIND = re.compile(r"(?<=[^\W\d_])\d{1,2}$")

_BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【"}
_NUMBER = re.compile(r"\d{1,3}|[a-z]")
_NUMBERS = re.compile(
    rf"(?:{_NUMBER.pattern})(?:\s?(?:,|;|and|&|\s)\s?(?:{_NUMBER.pattern})){{0,20}}"
)
_TEXT_BEHIND = re.compile(r"\s?(?!and\b|AND\b|on behalf|for the)[^\W\d_]")
_FOR_GROUP = re.compile(r"(?:and |for |on behalf of )+")

_BETWEEN = r"(?<![^\s~,;，；、])"
_BEHIND = r"(?![^\s~])"
_SEPARATOR = re.compile(
    r"(?P<tex>\\\\|\\[,;](?=\S))"  # a line break, a thin space
    r"|(?P<sign>[,;，；、：]|:(?=\s|$)|(?<=\s):)"
    rf"|(?P<and>{_BETWEEN}(?:and|AND|\\?&){_BEHIND})"
    rf"|(?P<behalf>{_BETWEEN}(?:on|in) behalf of{_BEHIND})"
    rf"|(?P<for>{_BETWEEN}for(?= the )){_BEHIND}"
)
_SAME = str.maketrans("，；、：", ",;,:")
_INITIAL = re.compile(r"(?<!\w)[^\W\d_]\.")
_INITIALS = re.compile(r"[^\W\d_]\.(?:[ ~-]?[^\W\d_]\.){0,5}")


@dataclass(slots=True)
class _Piece:
    """What stands between two separators, and the separators before it."""

    before: str  # as written
    joined: (
        str  # the same in short: "," ";" ":" "&" for "and", "B" for "on behalf of", "F" for "for"
    )
    name: str


def split(line: str) -> tuple[str, ...]:
    """Read the names in a line in their order, TeX as it stands, without affiliations and signs.

    Commas, semicolons, colons, "and", "&", "on behalf of" and "for the ... Team" separate names.
    A bracket that is never closed is a character like any other, so that it cannot swallow the
    names behind it. What cannot be told apart stays one name as it was written. A name that
    stands wholly in brackets is kept when there is no other. What is beyond ``LONGEST`` is left
    out.
    """
    plain = _plain(line)
    names = tuple(_names(_pieces(plain)))
    return names or _alone(plain)


def each(elements: Iterable[str]) -> tuple[str, ...]:
    """Read the names in elements that hold one author each, or should."""
    names: list[str] = []
    for element in elements:
        pieces = _pieces(_plain(element))
        is_behind = names and len(pieces) == 1 and len(names[-1]) < _LONGEST_JOINED
        if is_behind and is_suffix(pieces[0].name):
            names[-1] += f" {pieces[0].name}"
        elif (
            len(pieces) == 2
            and pieces[1].joined == ","
            and _is_inverted(pieces)
            and _is_one_word(pieces[0].name)
        ):
            names.append(_upright(pieces))
        else:
            names += split(element)
    return tuple(names)


def _plain(line: str) -> str:
    """The text of a line, which in old feeds was HTML with a link for each name."""
    text = line[:LONGEST]
    if "<a " in text:
        text = _LINK.sub("", text)
    text = _ENTITY.sub(_character, text)
    return _SPACE.sub(" ", text).strip()


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for; unescape alone would take "&nothing;" for "&not" and a rest."""
    is_known = entity[0][1] == "#" or entity[0][1:] in html5
    return html.unescape(entity[0]) if is_known else entity[0]


def _alone(plain: str) -> tuple[str, ...]:
    """The only name of a line, which brackets or signs hold."""
    for name in (_without_addresses(_REST.sub("", plain)), plain):
        name = name.strip(f"{_SIGNS}()[]（）【】")
        if _has_letter(name):
            return (name,)
    return ()


def _pieces(plain: str) -> list[_Piece]:
    """What stands between the separators of a line, where it holds a letter."""
    text = _HIGH.sub(" ", _outside_brackets(_REST.sub("", plain)))
    text = _SPACE.sub(" ", _ET_AL.sub(",", text))
    pieces: list[_Piece] = []
    before = joined = ""
    for separator, kind, part in _parted(text):
        before = (before + separator)[:_LONGEST_JOINED]
        joined += kind if kind not in joined else ""
        name = _cleaned(part)
        if _has_letter(name) and not _is_rest(name, joined):
            pieces.append(_Piece(before, joined, name))
            before = joined = ""
        else:
            before = (before + part)[:_LONGEST_JOINED]
    return pieces


def _parted(text: str) -> Iterator[tuple[str, str, str]]:
    """Each part of a text with the separator before it, as written and in short."""
    groups = _braced_groups(text)
    braced = next(groups, None)
    start, separator, kind = 0, "", ""
    for found in _SEPARATOR.finditer(text):
        while braced and braced[1] <= found.start():
            braced = next(groups, None)
        if found["tex"] or (braced and braced[0] <= found.start()):
            continue
        yield separator, kind, text[start : found.start()]
        start, separator = found.end(), found[0]
        if found["sign"]:
            kind = found[0].translate(_SAME)
        else:
            kind = "&" if found["and"] else "B" if found["behalf"] else "F"
    yield separator, kind, text[start:]


def _braced_groups(text: str) -> Iterator[tuple[int, int]]:
    """Where TeX braces hold the name of a group, whose commas separate nothing."""
    for start, end in _outermost(text, {"}": "{"}):
        if ends_as_group(text[start + 1 : end - 1][-100:]):
            yield start, end


def _outermost(text: str, pairs: dict[str, str]) -> list[tuple[int, int]]:
    """Where balanced brackets open and end that stand in no others."""
    opened: dict[str, list[int]] = {opening: [] for opening in pairs.values()}
    ends: dict[int, int] = {}
    for place, character in enumerate(text):
        if character in opened:
            opened[character].append(place)
        elif character in pairs and opened[pairs[character]]:
            ends[opened[pairs[character]].pop()] = place + 1
    outermost, here = [], 0
    for start in sorted(ends):
        if start >= here:
            here = ends[start]
            outermost.append((start, here))
    return outermost


def _outside_brackets(text: str) -> str:
    """A line without its affiliations; brackets that name the author or a group say it still."""
    parts: list[str] = []
    numbers: set[str] = set()  # that stand behind names
    groups: set[str] = set()
    here, is_number = 0, False
    spans = _outermost(text, _BRACKETS)
    for start, end in spans:
        between, inside = text[here:start], text[start + 1 : end - 1].strip()
        parts.append(between)
        here, was_number = end, is_number
        is_number = len(inside) < 100 and _NUMBERS.fullmatch(inside) is not None
        if is_number:
            begins = not between.strip(" ,;.") if was_number or numbers else False
            if begins and inside in numbers and _TEXT_BEHIND.match(text, end):
                return "".join(parts)  # the institutes follow, each behind its number
            numbers.update(_NUMBER.findall(inside))
        elif is_native(inside) and _has_letter(between):
            parts.append(text[start:end])
        elif behalf := _FOR_GROUP.match(inside):
            group = inside[behalf.end() :]
            if is_group(group) and group not in groups:
                groups.add(group)
                parts.append(f", {group},")
    parts.append(text[here:])
    return "".join(parts)


def _cleaned(part: str) -> str:
    """A name without the signs, numbers and addresses that stand beside it."""
    name = _without_addresses(part).strip(_SIGNS)
    last = name.rpartition(" ")[2]
    if last != name and last.rstrip("0123456789").istitle() and not is_group(name):
        name = _DIGITS_BEHIND.sub("", name)  # a footnote's
    return name


def _without_addresses(text: str) -> str:
    """A text without its e-mail addresses."""
    if "@" not in text:
        return text.strip()
    return " ".join(word for word in text.split() if not _is_address(word))


def _is_address(word: str) -> bool:
    user, at, domain = word.strip("<>()[],;:").rpartition("@")
    return bool(user and at and "." in domain)


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _is_rest(name: str, joined: str) -> bool:
    """Whether these are the authors who are not named."""
    return bool(_COUNTED.fullmatch(name) or ("&" in joined and _OTHERS.fullmatch(name)))


def _names(pieces: list[_Piece]) -> Iterator[str]:
    """The names that pieces make, where one name may be of several."""
    if _are_pairs(pieces):
        for at in range(0, len(pieces), 2):
            yield _upright(pieces[at : at + 2])
        return
    pieces = _with_suffixes(_with_whole_groups(pieces))
    people = _people(pieces)
    paired = [person for person in people if len(person) == 2]
    is_inverted = (
        len(paired) > 1
        and all(len(person) < 3 for person in people)
        and all(map(_is_inverted, paired))
        and 2 * sum(_is_one_word(person[0].name) for person in paired) >= len(paired)
    )
    for person in people:
        if is_inverted and len(person) == 2:
            yield _upright(person)
        else:
            yield from (piece.name for piece in person)


def _people(pieces: list[_Piece]) -> list[list[_Piece]]:
    """The pieces between semicolons; all of a line where it has none."""
    people: list[list[_Piece]] = []
    has_semicolon = any(";" in piece.joined for piece in pieces)
    for piece in pieces:
        if not people or (has_semicolon and piece.joined != ","):
            people.append([])
        people[-1].append(piece)
    return people


def _with_whole_groups(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces, those of one group's name joined again."""
    joined: list[_Piece] = []
    for piece in pieces:
        left = joined[-1] if joined else None
        if (
            left
            and len(left.name) < _LONGEST_JOINED
            and (
                (piece.joined == "&" and _is_one_group(left.name, piece.name))
                or (piece.joined == "F" and not _stands_for(left.name, piece.name))
            )
        ):
            left.name = _written(left, piece)
        else:
            joined.append(piece)
    return _with_commas(joined)


def _is_one_group(left: str, right: str) -> bool:
    """Whether "and" belongs to the name of a group: "the Fog and Mist Collaboration"."""
    if _INITIAL.search(left) or (_INITIAL.search(right) and not ends_as_group(right)):
        return False
    is_whole = ends_as_group(left) or left.startswith(("Team ", "TEAM "))
    if not ends_as_group(right):
        is_begun = not {"of", "for"}.isdisjoint(left.split())
        return is_begun and not is_whole and right.count(" ") < 2
    return not is_whole and not right.startswith(("the ", "The "))


def _stands_for(left: str, right: str) -> bool:
    """Whether a person speaks for a group; "Centre for the Y Team" is one name."""
    return is_group(right) and not is_group(left) and " " in left


def _with_commas(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces, where a name such as "the Fog, Mist, and Rain Team" is one."""
    joined: list[_Piece] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        end = _end_of_group(pieces, at)
        for following in pieces[at + 1 : end]:
            piece.name = _written(piece, following)
        joined.append(piece)
        at = max(end, at + 1)
    return joined


def _end_of_group(pieces: list[_Piece], start: int) -> int:
    """Where a group's name of several pieces ends; 0 if none begins here."""
    name = pieces[start].name
    is_begun = name.startswith("the ") or (name.startswith("The ") and is_group(name))
    if not is_begun or ends_as_group(name):
        return 0
    for at in range(start + 1, min(start + 5, len(pieces))):
        piece = pieces[at]
        if piece.joined not in (",", ",&", "&") or _INITIAL.search(piece.name):
            return 0
        if ends_as_group(piece.name):
            has_and = "&" in piece.joined or " and " in piece.name or " & " in piece.name
            return at + 1 if has_and else 0
    return 0


def _written(left: _Piece, right: _Piece) -> str:
    """Two pieces as they stood in the line."""
    separator = right.before
    if separator[:1] not in (",", ";", ":"):
        separator = f" {separator}"
    return f"{left.name}{separator} {right.name}"


def _with_suffixes(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces, where "Jr." behind a comma belongs to the name before it."""
    joined: list[_Piece] = []
    for piece in pieces:
        is_behind = joined and piece.joined == "," and len(joined[-1].name) < _LONGEST_JOINED
        if is_behind and is_suffix(piece.name):
            joined[-1].name += f" {piece.name}"
        else:
            joined.append(piece)
    return joined


def _are_pairs(pieces: list[_Piece]) -> bool:
    """Whether a line names family and initials by turns: "Smith, J., van Dam, A."."""
    families, initials = pieces[::2], pieces[1::2]
    if not pieces or len(families) != len(initials):
        return False
    are_short = all(_is_one_word(family.name) for family in families)
    return (
        all(piece.joined == "," and _INITIALS.fullmatch(piece.name) for piece in initials)
        and all(_is_family(family.name) for family in families)
        and (are_short or len(families) > 1)
        and (are_short or not all(is_suffix(piece.name) for piece in initials))
    )


def _is_inverted(pieces: list[_Piece]) -> bool:
    """Whether two pieces can be a family and a given name."""
    family, given = (piece.name for piece in pieces)
    is_acronym = given.isalpha() and len(given) > 2 and given.isupper() and not family.isupper()
    return _is_family(family) and not (is_group(given) or is_acronym or is_native(family))


def _is_family(name: str) -> bool:
    """Whether a text can be a family's name: a few words without an initial."""
    return (
        name.count(" ") < 4
        and not _INITIAL.search(without_suffix(name.split())[0])
        and not is_group(name)
    )


def _is_one_word(name: str) -> bool:
    """Whether a name is one word, but for particles and a suffix."""
    plain, _ = without_suffix(name.split())
    return sum(not word.islower() for word in plain.split()) == 1


def _upright(pieces: list[_Piece]) -> str:
    """The name whose family name stands first, its given name first."""
    family, suffix = without_suffix(pieces[0].name.split())
    given, other = without_suffix(pieces[1].name.split())
    return " ".join(filter(None, (given, family, suffix, other)))
