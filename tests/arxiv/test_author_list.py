"""Names in lines and elements of authors."""

from __future__ import annotations

import re
import sys
from collections import Counter
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.author_list import parse_author_elements, split_author_line


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Lovelace, Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        ("Kandala,  Deepti", ("Kandala", "Deepti")),
        ("A. One (Univ, City, Land), B. Two", ("A. One", "B. Two")),
        ("A. One (1 and 2), B. Two (2) ((1) Here, (2) There)", ("A. One", "B. Two")),
        ("Michal Hajdu\\v{s}ek, P\\'al Erd\\H{o}s", ("Michal Hajdu\\v{s}ek", "P\\'al Erd\\H{o}s")),
        ("A. One (never closed, B. Two", ("A. One (never closed", "B. Two")),
        ("A. One), B. Two", ("A. One)", "B. Two")),
        ("(The Kettle Collaboration)", ("The Kettle Collaboration",)),
        ("A. One, (Kettle Collaboration)", ("A. One",)),
        ("A. One, et al. (909 additional authors not shown)", ("A. One",)),
        (
            '<a href="http://a">M. M&#xfc;nd</a>, <a href="http://b">G. Gap</a>',
            ("M. Münd", "G. Gap"),
        ),
        ("", ()),
        (" , ", ()),
        ("()", ()),
        (":", ()),
    ],
)
def test_names_are_split_at_commas_outside_brackets(line: str, names: tuple[str, ...]) -> None:
    assert split_author_line(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        # A colon stands behind a group.
        ("Kettle Collaboration: A. One, B. Two", ("Kettle Collaboration", "A. One", "B. Two")),
        ("Kettle Team, :, A. One", ("Kettle Team", "A. One")),
        ("Kettle Team :A. One：B. Two", ("Kettle Team", "A. One", "B. Two")),
        ("Model 3:2 Team", ("Model 3:2 Team",)),
        # Words and signs before the last name.
        ("I. One, F. Two and D. Three", ("I. One", "F. Two", "D. Three")),
        ("Ada One, Bo Two, and Cy Three", ("Ada One", "Bo Two", "Cy Three")),
        ("Ada One, and Bo Two, Cy Three and", ("Ada One", "Bo Two", "Cy Three")),
        ("A. ONE AND B. TWO", ("A. ONE", "B. TWO")),
        ("A. One & B. Two \\& C. Three", ("A. One", "B. Two", "C. Three")),
        ("A.~One~and~B.~Two", ("A.~One", "B.~Two")),
        ("Rand Grand and Sandy And", ("Rand Grand", "Sandy And")),
        ("AT&T, R&D Team", ("AT&T", "R&D Team")),
        # Authors who are not named.
        ("A. One et al.", ("A. One",)),
        ("A. One, B. Two et al", ("A. One", "B. Two")),
        ("A. One, et al. (25 authors), B. Two", ("A. One", "B. Two")),
        ("A. One, and 25 others", ("A. One",)),
        ("A. One and others", ("A. One",)),
        ("Et Al-Amin, Jet Al. Two", ("Et Al-Amin", "Jet Al. Two")),
        # Affiliations.
        ("A. One [MIT, USA], B. Two (ETH (Zurich, CH))", ("A. One", "B. Two")),
        ("A. One (1), B. Two (2), (1) MIT, Cambridge, (2) ETH", ("A. One", "B. Two")),
        ("A. One (1) and B. Two (1,2) (1) MIT, (2) ETH, Zurich", ("A. One", "B. Two")),
        ("A. One (1) (2) and B. Two (1)", ("A. One", "B. Two")),
        ("(1) A. One, (2) B. Two", ("A. One", "B. Two")),
        # Groups.
        ("A. One on behalf of the Kettle Collaboration", ("A. One", "the Kettle Collaboration")),
        ("Ann One for the Kettle team", ("Ann One", "the Kettle team")),
        ("Ann One, for the Kettle team", ("Ann One", "the Kettle team")),
        ("A. One (and the Kettle Team)", ("A. One", "the Kettle Team")),
        (
            "A. One (for the Kettle Team), B. Two (for the Kettle Team)",
            ("A. One", "the Kettle Team", "B. Two"),
        ),
        ("A. One, and Mist collaboration", ("A. One", "Mist collaboration")),
        ("A. One and the Fog and Mist Team", ("A. One", "the Fog and Mist Team")),
        ("The Fog and Mist Collaboration", ("The Fog and Mist Collaboration",)),
        ("The Fog Collaboration and Mist Team", ("The Fog Collaboration", "Mist Team")),
        ("the Fog, Mist, and Rain Team, A. One", ("the Fog, Mist, and Rain Team", "A. One")),
        (
            "A. One on behalf of the Fog, Mist and Rain Team, B. Two",
            ("A. One", "the Fog, Mist and Rain Team", "B. Two"),
        ),
        ("{Fog, Mist Team}, A. One", ("{Fog, Mist Team}", "A. One")),
        ("The Anh Mai, Bo Two, and Mist Team", ("The Anh Mai", "Bo Two", "Mist Team")),
        ("Centre for the Mist Team", ("Centre for the Mist Team",)),
        ("Institute of Fog and Mist, A. One", ("Institute of Fog and Mist", "A. One")),
        ("Team Fog and Mist Team", ("Team Fog", "Mist Team")),
        ("Team Fog and Ada One", ("Team Fog", "Ada One")),
        # What cannot be told stays as it is.
        ("Fog and Mist Team", ("Fog and Mist Team",)),
        ("A. One with B. Two", ("A. One with B. Two",)),
        ("A. One for B. Two", ("A. One for B. Two",)),
        # Suffixes and degrees.
        ("John One, Jr., Bo Two III", ("John One Jr.", "Bo Two III")),
        (
            "Jo One, M.D., Ph.D., Al Two, IV and Cy Three, Sr.",
            ("Jo One M.D. Ph.D.", "Al Two IV", "Cy Three Sr."),
        ),
        ("John One Jr. and Bo Two", ("John One Jr.", "Bo Two")),
        ("Bo Two, Md. Rizwan One, Md Three", ("Bo Two", "Md. Rizwan One", "Md Three")),
        # Particles.
        (
            "Jan van der Berg, Ana de la Cruz and Ali al-Rashid",
            ("Jan van der Berg", "Ana de la Cruz", "Ali al-Rashid"),
        ),
        ("Ada von Fog, David ben Mist", ("Ada von Fog", "David ben Mist")),
        # The family's name first.
        (
            "Smith, John; Doe, Jane; van der Berg, Jan",
            ("John Smith", "Jane Doe", "Jan van der Berg"),
        ),
        (
            "Smith, Jr., John; García Márquez, Ana; Doe, Jo",
            ("John Smith Jr.", "Ana García Márquez", "Jo Doe"),
        ),
        ("SMITH, JOHN; DOE, JANE", ("JOHN SMITH", "JANE DOE")),
        ("Smith, J., Doe, J. A., and van Dam, A.-B.", ("J. Smith", "J. A. Doe", "A.-B. van Dam")),
        ("A. One, MIT; B. Two, ETH", ("A. One", "MIT", "B. Two", "ETH")),
        ("Ada One, Bo Two; Cy Three, Di Four", ("Ada One", "Bo Two", "Cy Three", "Di Four")),
        ("Smith, MIT; Jones, ETH", ("Smith", "MIT", "Jones", "ETH")),
        # Chinese, Japanese and Korean.
        ("Li Wei (李伟), Kim Minsu（김민수）", ("Li Wei (李伟)", "Kim Minsu（김민수）")),
        ("李伟、王芳，山田太郎；김민수", ("李伟", "王芳", "山田太郎", "김민수")),
        ("李伟，王芳；张三，李四", ("李伟", "王芳", "张三", "李四")),
        ("Wang Fang (清华大学), Li Wei（北京大学，中国）", ("Wang Fang", "Li Wei")),
        # TeX and entities.
        ("K. G{\\\"o}del, {\\AA}ke \\L o\\'s", ('K. G{\\"o}del', "{\\AA}ke \\L o\\'s")),
        ("J.\\,One, Eric~Two", ("J.\\,One", "Eric~Two")),
        ("R\\^{e}ne One, Fran\\c{c}ois Two", ("R\\^{e}ne One", "Fran\\c{c}ois Two")),
        ("M&#252;nd; Z. G&ouml;del", ("Münd", "Z. Gödel")),
        ("A. Not&nothing;, B. Two", ("A. Not&nothing", "B. Two")),
        # Signs of footnotes, addresses, empty pieces.
        ("Ada One*, *Bo Two†, Cy Three1,2, Di Four§", ("Ada One", "Bo Two", "Cy Three", "Di Four")),
        ("A. One$^{1,2}$, B. Two$^\\dagger$, C. Three¹,²", ("A. One", "B. Two", "C. Three")),
        ("A. One\\textsuperscript{1,2}, B. Two^{1,*}", ("A. One", "B. Two")),
        ("Team Kettle3D, Sora2, Mist Team 4", ("Team Kettle3D", "Sora2", "Mist Team 4")),
        ("A. One <one@kettle.example>, two@fog.example, B. Two", ("A. One", "B. Two")),
        ("one@kettle.example (Ann One)", ("Ann One",)),
        ("one@kettle.example", ("one@kettle.example",)),
        (", A. One, , ; B. Two,;", ("A. One", "B. Two")),
        ("KENJI ONE, WANG LI", ("KENJI ONE", "WANG LI")),
    ],
)
def test_each_way_to_write_a_list_gives_its_people(line: str, names: tuple[str, ...]) -> None:
    assert split_author_line(line) == names
    assert parse_author_elements(names) == names


@pytest.mark.parametrize(
    ("elements", "names"),
    [
        (["Kettle Team", ":", "Ada One"], ("Kettle Team", "Ada One")),
        (["and Bo Two", "Ada One and", " "], ("Bo Two", "Ada One")),
        (["John One Jr. and Bo Two"], ("John One Jr.", "Bo Two")),
        (["Ada One; Bo Two; Cy Three"], ("Ada One", "Bo Two", "Cy Three")),
        (["Smith, John", "van der Berg, Jan"], ("John Smith", "Jan van der Berg")),
        (["Jo One", "Ph.D.", "Jr."], ("Jo One Ph.D. Jr.",)),
        (["Ada First, Bo"], ("Ada First", "Bo")),
        (["Ada (First", "Bo) Second"], ("Ada (First", "Bo) Second")),
        (["Wei Wang", "Wei Wang"], ("Wei Wang", "Wei Wang")),
        (["Linus"], ("Linus",)),
        ([], ()),
    ],
)
def test_an_element_that_holds_no_one_name_is_read_too(
    elements: list[str], names: tuple[str, ...]
) -> None:
    assert parse_author_elements(elements) == names


NAME = st.from_regex(r"[abcÖé][abcÖé.'{}\\-]{0,11}", fullmatch=True)
PLACE = st.text("abc, ;12", max_size=12)


@given(st.lists(st.tuples(NAME, st.none() | PLACE), max_size=80))
def test_every_name_comes_back_in_order(people: list[tuple[str, str | None]]) -> None:
    line = ", ".join(
        name if place is None else f"{name} ({place} ({place}))" for name, place in people
    )

    assert split_author_line(line) == tuple(name for name, _ in people)


PEOPLE = st.sampled_from(
    [
        *("Ada Lovelace", "Jan van der Berg", "Hal Daumé III", "John One Jr.", "Md. Rizwan Two"),
        *("Li Wei (李伟)", "王芳", "P\\'al Erd\\H{o}s", 'K. G{\\"o}del', "Eric~Granger", "M.-A. X"),
        *("The Kettle Collaboration", "the Fog and Mist Team", "The Anh Mai", "Linus", "WANG LI"),
        *("Ali al-Rashid", "Anders And", "Alexandra Sandberg", "O'Neil", "Team Kettle3D"),
    ]
)
LAST = st.sampled_from([", ", " and ", ", and ", " & ", ", & ", " \\& ", "; "])
MARK = st.sampled_from(["", "*", "†", " (1)", " (1, 2)", "$^{1,2}$", " (MIT, USA)", " [3]", "¹"])
END = st.sampled_from(["", ",", " ;", " et al.", ", and others", " ((1) MIT, (2) ETH)"])


@given(
    st.lists(st.tuples(PEOPLE, MARK), min_size=1, max_size=9),
    st.sampled_from([", ", "; ", " , ", ",  ", "、"]),
    LAST,
    END,
)
def test_known_names_come_back_from_any_usual_list(
    people: list[tuple[str, str]], separator: str, last: str, end: str
) -> None:
    *others, final = [name + mark for name, mark in people]
    line = separator.join(others) + (last if others else "") + final + end

    assert split_author_line(line) == tuple(name for name, _ in people)


TEXT = st.lists(
    st.text("abMX éß李김.'-~\\{}*†:;,，、&\n1", max_size=8)
    | st.sampled_from([", ", " and ", "; ", ": ", " Team", "the ", "Jr.", " of ", "III", "A. "]),
    max_size=30,
).map("".join)
_WORD_BETWEEN = re.compile(r"(?<![^\s~,;，、])and(?![^\s~])")


@given(TEXT)
def test_no_letter_is_lost_that_stands_outside_brackets(text: str) -> None:
    """The words that separate names are counted apart: they may stand in a group's name."""
    names = split_author_line(text)

    written = Counter(filter(str.isalpha, "".join(names)))
    without_words = Counter(filter(str.isalpha, _WORD_BETWEEN.sub(" ", text)))
    assert without_words <= written <= Counter(filter(str.isalpha, text))


@given(st.text(max_size=300) | TEXT)
def test_any_line_gives_names_without_blanks_around(line: str) -> None:
    names = split_author_line(line)

    assert all(name and name == name.strip() for name in names)
    assert all(
        any(map(str.isalpha, name)) for name in (*names, *parse_author_elements([line, line]))
    )


@pytest.mark.parametrize(
    "part",
    [
        *("(", "()", "((a), ", "{", "{a Team}, ", "a,", ",", "1,", "& ", ": ", "et al ", "$^"),
        *(
            "a and ",
            "University of B and ",
            "A, Jr., ",
            "III, ",
            "the a, ",
            "the a, b and c Team, ",
        ),
        *("(1) a, (1) ", "a@b.c ", "x for the ", "Smith, J., ", "a, b; ", "(for the A Team)"),
        *("\\textsuperscript{", "\\,", "李伟(李伟)", "A Team and "),
    ],
)
def test_twice_the_line_is_twice_the_work(part: str) -> None:
    """What is counted are the lines of Python that run, which no slow machine changes."""
    once, twice = (_steps((part * 4_000)[:size]) for size in (4_000, 8_000))

    assert twice < 2.2 * once + 2_000


def _steps(line: str) -> int:
    """How many lines of Python the reading of a line runs."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        split_author_line(line)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("part", ["A, Jr., ", "Jr., ", "University of B and "])
def test_a_name_put_together_has_an_end(part: str) -> None:
    assert max(map(len, split_author_line("A, " + part * 10_000))) < 400
