"""How the page looks and speaks: contrast by the numbers, every label in both languages."""

import json
import re
from itertools import product
from pathlib import Path

import pytest

from bot.demo import page

FOLDER = Path(page.__file__).parent / "static"
STYLE = (FOLDER / "main.css").read_text("utf-8")
WORDS = json.loads((FOLDER / "words.json").read_text("utf-8"))
SCRIPTS = "".join(
    path.read_text("utf-8") for path in FOLDER.iterdir() if path.suffix in {".js", ".html"}
)

THEMES = {"light": 0, "dark": 1}
COLOUR = re.compile(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
COLOURS = {
    match[1]: (match[2] or match[4], match[3] or match[4]) for match in COLOUR.finditer(STYLE)
}
GROUNDS = ("paper", "sheet", "key", "chosen")
READ = [
    *product(("ink", "soft", "accent"), GROUNDS),
    *product(("danger", "success"), ("sheet", "key")),
    ("ink", "mine"),
    ("on-mine", "mine"),
    ("accent", "mine"),
    ("on-accent", "accent"),
    ("ink", "mark"),
    ("ink", "code"),
    ("paper", "ink"),
    *(("on-face", f"face-{number}") for number in range(5)),
]
DRAWN = [("accent", ground) for ground in GROUNDS] + [("edge", "paper"), ("edge", "sheet")]


def contrast(colour: str, other: str) -> float:
    """The contrast ratio of two colours, by WCAG 2.2."""
    bright, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a colour written as #rrggbb."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), READ)
def test_text_stands_out(text: str, ground: str, theme: str) -> None:
    chosen = THEMES[theme]

    assert contrast(COLOURS[text][chosen], COLOURS[ground][chosen]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("line", "ground"), DRAWN)
def test_focus_and_fields_stand_out(line: str, ground: str, theme: str) -> None:
    chosen = THEMES[theme]

    assert contrast(COLOURS[line][chosen], COLOURS[ground][chosen]) >= 3


def test_no_colour_stands_outside_the_table() -> None:
    """Every colour has a name, so that the table above knows it; shadows are no text."""
    rules = "".join((FOLDER / name).read_text("utf-8") for name in ("main.css", "message.css"))
    named = COLOUR.sub("", rules)

    assert re.findall(r"#[0-9a-f]{3,8}\b(?!-)(?=[^{]*})", named) == ["#000"] * named.count("#000")
    assert set(re.findall(r"var\(--([\w-]+)\)", rules)) - {"sans", "mono"} <= set(COLOURS)


def test_both_languages_have_every_label() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for key, text in WORDS["en"].items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", WORDS["zh"][key]))


def test_every_label_is_used_and_known() -> None:
    quoted = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', SCRIPTS))
    labels = set(re.findall(r'(?:say\(|data-say=|data-label=)"([\w-]+)"', SCRIPTS))

    assert labels <= WORDS["en"].keys()
    assert WORDS["en"].keys() - {"language"} <= quoted


def test_chinese_labels_are_chinese() -> None:
    plain = [text for text in WORDS["zh"].values() if not re.search(r"[\u4e00-\u9fff]", text)]
    halfwidth = [
        text for text in WORDS["zh"].values() if re.search(r"[\u4e00-\u9fff][,.?!:]", text)
    ]

    formal = [text for text in WORDS["zh"].values() if "您" in text]  # the bot says 你

    assert plain == halfwidth == formal == []
