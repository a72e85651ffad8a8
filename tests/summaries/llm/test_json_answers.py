"""Whatever a model wraps its answer in, the fields are found, or it is said which are not."""

import asyncio
import json
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.summaries.llm import prompts
from bot.summaries.llm.ask_for_fields import FieldRequester
from bot.summaries.llm.client import ModelClient
from bot.summaries.llm.errors import ModelReply, Usage
from bot.summaries.llm.json_answers import clean_line, parse_fields

KEYS = ("title", "gist", "abstract")
GOOD = {"title": "A Title", "gist": "One sentence.", "abstract": "All of it."}
JSON = json.dumps(GOOD)

TURN_MARKS = [
    *("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|assistant|>", "</s>", "<s>", "<eos>"),
    *("<end_of_turn>", "[/INST]", "<</SYS>>", "<｜end▁of▁sentence｜>"),
]

texts = st.text() | st.lists(
    st.sampled_from(
        [
            '{"title"',
            '"gist"',
            ":",
            '"',
            "{",
            "}",
            "[",
            "]",
            ",",
            "\\",
            "\\u12",
            "\\ud83d",
            "\n",
            "```",
            "Title: ",
            "a",
            " ",
            '"abstract": "',
            "<think>",
            "�",
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    "answer",
    [
        JSON,
        json.dumps(GOOD, indent=2),
        f"```json\n{JSON}\n```",
        f"```\n{JSON}\n```\nI hope this helps!",
        f'Sure! Here is the "answer" you {{asked}} for:\n\n{JSON}\n\nLet me know.',
        f"[{JSON}]",
        f'{{"answer": {JSON}}}',
        f'{{"status": "ok", "data": [{{"x": 1}}, {JSON}], "more": null}}',
        JSON[:-1] + ",}",
        JSON[:-1] + ', "extra": 12, "notes": ["a", "b"]}',
        JSON[:-1] + "\n",
        JSON.replace(", ", "\n"),
        JSON.replace('"title"', '"Title"').replace('"gist"', '"TL;DR"'),
        JSON.replace('"title"', '"translated_title"').replace('"abstract"', '"abstract_zh"'),
        JSON.replace('"title"', '"标题"').replace('"abstract"', '"摘要"'),
        JSON.replace('"One sentence."', '["One", "sentence."]'),
        f'{{"title": "draft"}}\n{JSON}',
        f'{JSON} {{"title": "another"}}',
        "Title: A Title\nGist: One sentence.\nAbstract: All\nof it.",
        "**Title:** A Title\n\n**Gist**: One sentence.\n\n**Abstract:**\nAll of it.",
        "1. Title: A Title\n2. Summary: One sentence.\n3. Abstract: All of it.",
        "标题：A Title\n一句话：One sentence.\n摘要：All of it.",
    ],
)
def test_the_fields_are_found(answer: str) -> None:
    assert parse_fields(answer, KEYS).fields == GOOD


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (r"a \"b\" c", 'a "b" c'),
        ('a "b" c', 'a "b" c'),
        ('call it "A", which', 'call it "A", which'),
        ("two\nlines", "two\nlines"),
        (r"two\nlines", "two\nlines"),
        (r"\\alpha \alpha", r"\alpha \alpha"),
        (r"\textbf{a} \beta \frac", r"\textbf{a} \beta \frac"),
        (r"a\tb\t c", r"a\tb  c"),
        (r"\u6269\u6563", "扩散"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d", "\ufffd"),
        (r"95\% of \u12", r"95\% of \u12"),
        ("a {brace} and [another]", "a {brace} and [another]"),
        ("", ""),
    ],
)
def test_a_text_says_what_it_means(inside: str, text: str) -> None:
    answer = parse_fields(f'{{"title": "{inside}", "gist": "x"}}', ("title", "gist"))

    assert answer.fields["title"] == text


@given(
    st.fixed_dictionaries(
        dict.fromkeys(KEYS, st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
    )
)
@example({"title": '","gist":"x', "gist": '"}', "abstract": "\\"})
def test_proper_json_is_read_as_it_is(fields: dict[str, str]) -> None:
    """What a text holds is never taken for the frame around it."""
    assert parse_fields(json.dumps(fields), KEYS).fields == fields


@given(texts, st.sampled_from([KEYS, ("gist",), ("words",)]))
def test_any_text_is_parsed_to_the_keys_asked_for(text: str, keys: tuple[str, ...]) -> None:
    assert parse_fields(text, keys).fields.keys() <= set(keys)


@given(st.integers(0, len(JSON) - 1))
def test_an_answer_that_ends_early_keeps_its_whole_fields_only(end: int) -> None:
    fields = parse_fields(JSON[:end], KEYS)

    assert fields.fields.items() <= GOOD.items()
    assert fields.is_cut == (end > 0)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "I cannot.",
        "null",
        '{"title": null, "gist": 3, "abstract": {}}',
        '{"title": [1]}',
        '{"other": "text"}',
        "{{{{",
        "}}}}",
        '{"title": {"zh": "x"}, "gist": [{}]}',
    ],
)
def test_what_holds_no_field_yields_none(answer: str) -> None:
    assert not parse_fields(answer, KEYS).fields


def test_a_missing_field_leaves_the_others() -> None:
    answer = parse_fields('{"title": "a", "abstract": "b"}', KEYS)

    assert answer.fields == {"title": "a", "abstract": "b"}


def test_asked_for_one_field_the_answer_may_be_the_field() -> None:
    answer = parse_fields('```\n"diffusion model"\n```', ("words",))

    assert answer.fields == {"words": "diffusion model"}


@pytest.mark.parametrize(
    "text",
    [
        "{" * 10**6,
        '{"a":' * 200000,
        '"' * 10**6,
        '{"title": "' + '"' * 10**6,
        "[" * 10**6,
        '{"title": "' + " " * 10**6,
        '{"title": "a"' + " " * 10**6,
        '{"a' * 300000,
        '{"title": [' + '"a",' * 200000,
        "Title: a\n" * 100000,
        '{"title": "' + "\\" * 10**6,
        '{"a" ' + " " * 10**6 + "x",
        "a:" * 500000,
        '{"title": "' + '" ' * 500000,
    ],
    ids=lambda text: text[:12],
)
def test_a_megabyte_of_anything_takes_linear_time(text: str) -> None:
    """The time limit of the test is the proof: each step backwards would take hours."""
    parse_fields(text, KEYS)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  a \n\n b\tc ", "a b c"),
        ("a\u202eb\u200b\ufeffc\x00\x07", "abc"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800\ue000\ufffe", ""),
        ("a \u200b b", "a b"),
    ],
)
def test_a_line_is_tidied(text: str, clean: str) -> None:
    assert clean_line(text) == clean


@pytest.mark.parametrize("mark", TURN_MARKS)
def test_the_marks_of_a_chat_template_are_taken_off_both_ends(mark: str) -> None:
    assert clean_line(f"{mark} One sentence. {mark}\n{mark}") == "One sentence."
    assert mark in clean_line(f"One {mark} sentence."), (
        "in the middle it is for the checks to refuse"
    )


def test_many_marks_take_little_time() -> None:
    assert clean_line("<|im_end|> " * 90_000).startswith("<|im_end|>")


@given(st.text())
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)


@pytest.mark.parametrize("piece", ["{}", "Title: a\n", '{"gist": {"a":"b"},'])
async def test_a_megabyte_of_an_answer_holds_nobody_else(piece: str) -> None:
    """While it is read, whatever else the bot does has its turns."""
    lock = 0

    async def others() -> None:
        nonlocal lock
        while True:
            await asyncio.sleep(0)
            lock += 1

    async def rambling(*_: object, **__: object) -> ModelReply:
        return ModelReply(piece * (900_000 // len(piece)), Usage(), is_cut=False)

    model = cast("ModelClient", SimpleNamespace(ask=rambling))
    meanwhile = asyncio.create_task(others())
    await FieldRequester(model, lambda _: None).request_fields(
        prompts.summary_prompt("A", "B", KEYS, "zh"), 100
    )
    meanwhile.cancel()
    assert lock > 20
