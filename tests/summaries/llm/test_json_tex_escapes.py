"""TeX that a model did not escape is TeX again, and what cannot be mended is noticed."""

from __future__ import annotations

import json

import pytest

from bot.summaries.llm.json_answers import clean_line, parse_fields
from bot.summaries.llm.json_tex_escapes import has_truncated_command


@pytest.mark.parametrize(
    "command",
    [
        "rightarrow",
        "rho",
        "rangle",
        "rm",
        "rfloor",
        "nabla",
        "nu",
        "neq",
        "ne",
        "ni",
        "notin",
        "not",
        "theta",
        "tau",
        "times",
        "text",
        "to",
        "tilde",
        "beta",
        "bar",
        "binom",
        "boldsymbol",
        "bf",
        "begin",
        "frac",
        "forall",
        "flat",
        "uparrow",
        "upsilon",
    ],
)
@pytest.mark.parametrize("around", ["从 $A \\{} B$ 到", "the \\{}{{x}} of $x$", "\\{} 是"])
def test_a_command_with_one_backslash_is_that_command(command: str, around: str) -> None:
    """In the answer itself, and where a server has already read it as JSON."""
    written = around.format(command)
    read_before = json.loads(f'"{written}"') if command[0] != "u" else written

    for answer in (f'{{"gist": "{written}"}}', f'{{"gist": "{read_before}"}}'):
        assert clean_line(parse_fields(answer, ["gist"]).fields["gist"]) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"one\nTwo", "one Two"),
        (r"one\neither", "one either"),
        (r"one\n\tindented", r"one \tindented"),
        ("one\n\tindented", "one indented"),
        (r"one\rrest", "one rest"),
        (r"a\\nabla", r"a\nabla"),
        (r"a\\\\nabla", r"a\\nabla"),
    ],
)
def test_a_line_break_is_one(written: str, meant: str) -> None:
    assert clean_line(parse_fields(f'{{"gist": "{written}"}}', ["gist"]).fields["gist"]) == meant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from $A ightarrow B$", True),
        (r"from \(abla f\)", True),
        ("with $heta_0$ fixed", True),
        (r"from $A \rightarrow B$ with $\eta$ and $eta_k$", True),
        ("an eta ightarrow in words", False),
        (r"$\mathrm{ext}$ and $x_{box}$", False),
    ],
)
def test_a_command_without_its_beginning_is_noticed(text: str, expected: bool) -> None:
    assert has_truncated_command(text, "the paper") == expected
    assert not has_truncated_command(text, text)
