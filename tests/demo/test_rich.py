"""Rich messages: the limits at their borders, the echo, and what third parties say."""

import pytest
from aiogram.types import InputRichMessage
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject
from bot.demo.formatting.rich_message import parse_rich_message
from bot.demo.formatting.rich_size import RichMessageSize, column_count, measure_blocks
from tests.demo.conftest import CallMethod
from tests.demo.payloads import (
    cell,
    details,
    digest_message,
    message,
    nested_details,
    paragraph,
    table,
)


def no_media(request: JsonObject) -> JsonObject:
    raise AssertionError("no media expected")


def buttons(count: int) -> JsonObject:
    return {"type": "buttons", "buttons": [{"text": "x", "callback_data": "x"}] * count}


def dressed(levels: int) -> JsonObject:
    text: Json = "x"
    for _ in range(levels):
        text = {"type": "bold", "text": text}
    return paragraph(text)


ROW: list[Json] = [cell()]
BORDERS: list[tuple[str, list[Json], list[Json], str]] = [
    ("text", [paragraph("x" * 32_768)], [paragraph("x" * 32_769)], "RICH_MESSAGE_TEXT_TOO_LONG"),
    (
        "text in UTF-16 units",
        [paragraph("😀" * 16_384)],
        [paragraph("😀" * 16_384 + "x")],
        "RICH_MESSAGE_TEXT_TOO_LONG",
    ),
    ("blocks", [paragraph()] * 500, [paragraph()] * 501, "RICH_MESSAGE_BLOCKS_TOO_MANY"),
    (
        "rows",
        [table(*[ROW] * 499)],
        [table(*[ROW] * 500)],
        "RICH_MESSAGE_BLOCKS_TOO_MANY",
    ),
    ("depth", [nested_details(15)], [nested_details(16)], "RICH_MESSAGE_DEPTH_INVALID"),
    ("depth of text", [dressed(15)], [dressed(16)], "RICH_MESSAGE_DEPTH_INVALID"),
    (
        "columns",
        [table([cell()] * 20)],
        [table([cell()] * 21)],
        "RICH_MESSAGE_TABLE_COLS_TOO_MANY",
    ),
    (
        "columns that span",
        [table([cell(colspan=20)])],
        [table([cell(colspan=19), cell(), cell()])],
        "RICH_MESSAGE_TABLE_COLS_TOO_MANY",
    ),
    (
        "columns that reach down",
        [table([cell(rowspan=2, colspan=10)], [cell()] * 10)],
        [table([cell(rowspan=2, colspan=10)], [cell()] * 11)],
        "RICH_MESSAGE_TABLE_COLS_TOO_MANY",
    ),
    ("buttons", [buttons(8)], [buttons(9)], "RICH_MESSAGE_BUTTONS_INVALID"),
]


@pytest.mark.parametrize(("subject", "good", "bad", "code"), BORDERS)
def test_a_limit_holds_exactly(subject: str, good: list[Json], bad: list[Json], code: str) -> None:
    assert parse_rich_message({"blocks": good}, no_media)["blocks"]

    with pytest.raises(ApiError) as refusal:
        parse_rich_message({"blocks": bad}, no_media)
    assert refusal.value.description == f"Bad Request: {code}"


def test_everything_is_counted_once() -> None:
    blocks: list[Json] = [
        {"type": "heading", "size": 1, "text": "abc"},
        table([cell("de"), cell({"type": "bold", "text": "f"})], [cell("g")]),
        details({"type": "list", "items": [{"blocks": [paragraph("hi")]}]}),
        {"type": "mathematical_expression", "expression": "x^2"},
    ]

    # heading; table, two rows; details, list, item, paragraph; formula
    assert measure_blocks(blocks) == RichMessageSize(
        characters=16, blocks=9, depth=3, media=0, columns=2
    )


def test_a_cell_that_reaches_down_keeps_its_column_in_every_row() -> None:
    rows: list[Json] = [[cell(rowspan=3), cell()], [cell()], [cell(), cell()], [cell()]]

    assert column_count(rows) == 3


def test_the_echo_repeats_every_block_of_a_digest() -> None:
    sent = digest_message()

    echo = parse_rich_message(sent, no_media)

    assert isinstance(sent["blocks"], list)
    assert isinstance(echo["blocks"], list)
    assert [kind(block) for block in echo["blocks"]] == [kind(block) for block in sent["blocks"]]
    assert measure_blocks(echo["blocks"]) == measure_blocks(sent["blocks"])


def kind(block: Json) -> Json:
    assert isinstance(block, dict)
    return block["type"]


def test_unknown_fields_are_left_out_of_the_echo() -> None:
    echo = parse_rich_message(message({**paragraph(), "colour": "red"}), no_media)

    assert echo == {"blocks": [paragraph()]}


def test_missing_alignment_is_filled_in_as_on_the_live_server() -> None:
    echo = parse_rich_message(message(table([{"text": "x"}])), no_media)

    assert echo == {"blocks": [table([cell("x")])]}


def test_a_digest_is_sound_to_a_third_party() -> None:
    InputRichMessage.model_validate(digest_message())


TEXTS = st.recursive(
    st.text(max_size=5),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(
            lambda kind, text: {"type": kind, "text": text},
            st.sampled_from(["bold", "italic", "code", "marked", "spoiler", "plain", "url"]),
            inner,
        ),
    ),
    max_leaves=5,
)
BLOCKS = st.recursive(
    st.one_of(
        st.builds(paragraph, TEXTS),
        st.builds(lambda size: {"type": "heading", "size": size, "text": "x"}, st.integers(1, 6)),
        st.just({"type": "footer", "text": "x"}),
        st.just({"type": "nothing"}),
    ),
    lambda inner: st.one_of(
        st.builds(details, inner),
        st.builds(lambda block: {"type": "list", "items": [{"blocks": [block]}]}, inner),
    ),
    max_leaves=4,
)


@given(st.lists(BLOCKS, min_size=1, max_size=3))
def test_what_the_emulator_accepts_a_third_party_accepts(blocks: list[Json]) -> None:
    sent = message(*blocks)

    try:
        echo = parse_rich_message(sent, no_media)
    except ApiError:
        with pytest.raises(ValueError, match="validation error"):
            InputRichMessage.model_validate(sent)
    else:
        InputRichMessage.model_validate(sent)
        assert measure_blocks(list_of(echo)) == measure_blocks(blocks)


def list_of(echo: JsonObject) -> list[Json]:
    assert isinstance(echo["blocks"], list)
    return echo["blocks"]


async def test_the_answer_holds_the_blocks_and_no_text(
    emulator: Emulator, call_method: CallMethod
) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)

    answer = await call_method("sendRichMessage", chat_id=ada.id, rich_message=digest_message())

    result = answer["result"]
    assert isinstance(result, dict)
    assert "text" not in result
    assert "rich_message" in result
    assert emulator.misuses == []


async def test_a_link_to_nowhere_is_noted(emulator: Emulator, call_method: CallMethod) -> None:
    ada = emulator.people.create_person("Ada", has_started_bot=True)
    link: JsonObject = {"type": "anchor_link", "text": "[1]", "anchor_name": "p1"}

    await call_method("sendRichMessage", chat_id=ada.id, rich_message=message(paragraph(link)))

    assert [oddity.description for oddity in emulator.misuses] == ["link to missing anchor p1"]
