"""One clean line of what a model wrote."""

from __future__ import annotations

import pytest

from bot.summaries.llm.json_answers import clean_line

MARKS = [
    *("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|assistant|>", "</s>", "<s>", "<eos>"),
    *("<end_of_turn>", "[/INST]", "<</SYS>>", "<｜end▁of▁sentence｜>"),
]


@pytest.mark.parametrize("mark", MARKS)
def test_the_marks_of_a_chat_template_are_taken_off_both_ends(mark: str) -> None:
    assert clean_line(f"{mark} One sentence. {mark}\n{mark}") == "One sentence."
    assert mark in clean_line(f"One {mark} sentence."), (
        "in the middle it is for the checks to refuse"
    )


def test_many_marks_take_little_time() -> None:
    assert clean_line("<|im_end|> " * 90_000).startswith("<|im_end|>")
