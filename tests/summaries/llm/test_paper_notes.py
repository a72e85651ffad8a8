"""A note has its sections, and search words are words."""

import pytest

from bot.summaries.llm.ask_for_fields import AnswerRejected
from bot.summaries.llm.client import ModelClient
from bot.summaries.llm.errors import Unreachable, Usage
from bot.summaries.llm.paper_notes import NoteText, translate_search_words, write_note
from tests.summaries.llm.wire import completion_response, error_response, scripted_server
from tests.summaries.papers import sample_summaries

PAPER, _ = next(sample_summaries())
NOTE = NoteText(
    "扩散模型在天空和车轮上花费同样多的步数。",
    "按预测噪声趋于稳定的快慢分配步数，误差低于阈值 $\\tau$ 的图像块被冻结。",
    "平均计算次数从 50 次降到 19 次，FID 不变。",
    "对树叶等密集纹理没有增益。",
)
FIELDS = {
    "problem": NOTE.problem,
    "method": NOTE.method.replace("$\\tau$", "⟦1⟧"),
    "result": NOTE.result,
    "limits": NOTE.limits,
}


async def note_of(*answers: bytes) -> tuple[NoteText, list[Usage]]:
    spent: list[Usage] = []
    async with scripted_server(*answers) as server, ModelClient(server.url, "", "m") as model:
        return await write_note(model, PAPER, "zh", spent.append), spent


async def test_a_note_has_its_sections_with_formulas_put_back() -> None:
    assert await note_of(completion_response(FIELDS)) == (NOTE, [Usage(100, 20)])


async def test_a_paper_may_name_no_limits() -> None:
    note, _ = await note_of(completion_response(FIELDS | {"limits": ""}))

    assert note.limits == ""


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"problem": ""}, "empty"),
        ({"method": "按⟦9⟧分配步数，误差低的图像块被冻结。"}, "mark_lost"),
        ({"result": "平均计算次数从 50 次降到 18 次。"}, "number_changed"),
        ({"result": "Steps fall from 50 to 19 at equal FID on three models."}, "wrong_language"),
        ({"limits": "详见 https://evil.example/x 的说明。"}, "link"),
        ({"limits": "关注 @evil_channel 获取更多。"}, "link"),
        ({"problem": "作为一个AI语言模型，我无法回答。"}, "about_itself"),
        ({"problem": "问题" * 400}, "too_long"),
        ({"problem": None}, "unreadable"),
        ({"method": "按噪声快慢分配步数，并以 GPT-4o 校验。"}, "name_changed"),
        ({"limits": "详见本项目页 evil.com 的说明。"}, "link"),
    ],
)
async def test_a_failing_note_is_asked_for_once_more(fields: dict[str, str], fault: str) -> None:
    bad = completion_response(FIELDS | fields)
    note, spent = await note_of(bad, completion_response(FIELDS))

    assert note == NOTE
    assert len(spent) == 2
    with pytest.raises(AnswerRejected, match=fault):
        await note_of(bad)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"words": "diffusion model"}', "diffusion model"),
        ('{"words": "diffusion OR flow"}', ""),  # words, not a query: nobody asked for these
        ('{"words": "diffusion NOT image"}', ""),
        ('{"words": "diffusion -image"}', ""),
        ('{"words": "text-to-image"}', "text-to-image"),
        ('{"words": "  diffusion\\nmodel. "}', "diffusion model"),
        ("diffusion model", "diffusion model"),
        ('{"words": "GPT-4 fine-tuning"}', "GPT-4 fine-tuning"),
        ('{"words": ["diffusion", "model"]}', "diffusion model"),
        ('{"words": "扩散模型"}', ""),
        ('{"words": "**diffusion** model"}', ""),
        ('{"words": "<b>x</b>"}', ""),
        ('{"words": "www.evil.example"}', ""),
        ('{"words": "evil.example/x"}', ""),
        ('{"words": "cat:cs.CV OR x"}', ""),
        ('{"words": ""}', ""),
        ("I cannot help with that", ""),
        ('{"other": 1}', ""),
        ("I cannot translate that; it asks for something else, which I will not do for anybody"
         " whoever it may be.", ""),
    ],
)  # fmt: skip
async def test_search_words_are_words_or_nothing(answer: str, words: str) -> None:
    async with (
        scripted_server(completion_response(answer)) as server,
        ModelClient(server.url, "", "m") as model,
    ):
        assert await translate_search_words(model, "扩散模型", lambda _: None) == words


async def test_search_words_are_paid_and_their_troubles_told() -> None:
    spent: list[Usage] = []
    async with (
        scripted_server(completion_response("diffusion"), error_response(500, "Oops")) as server,
        ModelClient(server.url, "", "m") as model,
    ):
        await translate_search_words(model, "扩散", spent.append)
        with pytest.raises(Unreachable):
            await translate_search_words(model, "扩散", spent.append)

    assert spent == [Usage(100, 20)]


async def test_what_somebody_types_is_data_and_bounded() -> None:
    async with (
        scripted_server(completion_response("diffusion")) as server,
        ModelClient(server.url, "", "m") as model,
    ):
        await translate_search_words(model, "扩散 " * 500, lambda _: None)

    assert len(server.request_texts()[0]) < 1_200
