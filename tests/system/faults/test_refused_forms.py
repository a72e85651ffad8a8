"""Messages that Telegram refuses: in simpler forms, and plain words rather than nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.emulator.faults import refused
from bot.render.size_limits import CLASSIC_UNITS, pieces, units
from bot.render.telegram.plain_text import plain
from bot.render.telegram.split_into_messages import Message
from storage import Store
from storage.records import Form, Notice, Parcel
from tests.support.builders import BOT, DAY, DUE
from tests.support.database import count
from tests.system.faults.scene import REPEAT, Scene, upset

RICH = (
    "Bad Request: RICH_MESSAGE_BLOCKS_TOO_MANY",
    "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG",
    "Bad Request: RICH_MESSAGE_URL_INVALID",
    "Bad Request: RICH_MESSAGE_UNSUPPORTED",
    "Bad Request: can't parse InputRichBlock: Can't find field \"size\"",
    "Bad Request: rich message must be non-empty",
)
TEXT = (
    'Bad Request: can\'t parse entities: Unsupported start tag "h1" at byte offset 0',
    "Bad Request: message is too long",
    "Bad Request: text is too long",
    "Bad Request: message text is empty",
    "Bad Request: reply markup is too long",
    "Bad Request: BUTTON_DATA_INVALID",
)


def _refuses(scene: Scene, method: str, text: str, chat: int, *, times: int = 1) -> None:
    fault = refused(int(text[:3]) if text[:3].isdecimal() else 400, text)
    scene.emulator.faults.next(method, fault, chat=chat, times=times)


@pytest.mark.parametrize("text", RICH)
async def test_refused_blocks_become_text_over_the_same_papers(store: Store, text: str) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada", form=Form.RICH), scene.reader("Bob", form=Form.RICH)
        _refuses(scene, "sendRichMessage", text, ada.id)

        await scene.due()
        await scene.later(seconds=5)

        assert [c.method for c in scene.calls(ada.id)] == ["sendRichMessage", "sendMessage"]
        [shown] = scene.shown(ada)
        assert "[1] Study 1 of diffusion" in shown
        assert "[2] Study 2 of diffusion" in shown
        assert sorted(scene.states(ada)) == ["dropped", "sent"]
        assert count(store, "ledger", chat=ada.id, state="sent") == 2
        assert [c.method for c in scene.calls(bob.id)] == ["sendRichMessage"], "others stay rich"
        assert scene.reason(ada) == ""


async def test_a_server_without_rich_messages_is_asked_once(store: Store) -> None:
    """Its word counts for the whole process: everybody gets text, nobody a try in vain."""
    async with upset(store) as scene:
        readers = [scene.reader(f"R{one}", form=Form.RICH) for one in range(20)]
        missing = refused(404, "Not Found: method not found")
        scene.emulator.faults.next("sendRichMessage", missing, times=1000)

        await scene.due()
        await scene.later(seconds=5)

        assert 1 <= len(scene.calls(method="sendRichMessage")) <= 8, "what was in flight by then"
        assert [len(scene.shown(one)) for one in readers] == [1] * 20

        tried = len(scene.calls(method="sendRichMessage"))
        scene.announces(3)
        await scene.move_to(DUE + DAY)
        await scene.later(seconds=5)
        assert len(scene.calls(method="sendRichMessage")) == tried
        assert [len(scene.shown(one)) for one in readers] == [2] * 20


@pytest.mark.parametrize(("code", "text"), [(404, "Not Found"), (401, "Unauthorized")])
async def test_not_every_404_is_a_missing_method(store: Store, code: int, text: str) -> None:
    """A proxy's 404 and a revoked token say nothing of blocks: the digest stays as it is."""
    async with upset(store) as scene:
        ada = scene.reader("Ada", form=Form.RICH)
        scene.emulator.faults.next("sendRichMessage", refused(code, text))

        await scene.due()
        await scene.later(minutes=1)

        assert [c.method for c in scene.calls(ada.id)] == ["sendRichMessage"] * 2
        assert scene.states(ada) == ["sent"]


@pytest.mark.parametrize("text", TEXT)
async def test_a_refused_text_becomes_plain_words(store: Store, text: str) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        _refuses(scene, "sendMessage", text, ada.id)

        await scene.due()
        await scene.later(seconds=5)

        first, second = scene.calls(ada.id)
        assert not first.is_accepted
        assert "parse_mode" not in second.parameters
        assert "reply_markup" not in second.parameters
        [shown] = scene.shown(ada)
        assert "[1] Study 1 of diffusion https://arxiv.org/abs/2611.80001" in shown
        assert "We study diffusion." in shown
        assert sorted(scene.states(ada)) == ["dropped", "sent"]
        assert count(store, "ledger", chat=ada.id, state="sent") == 2
        assert len(scene.shown(bob)) == 1


async def test_rich_then_classic_then_plain(store: Store) -> None:
    async with upset(store) as scene:
        ada = scene.reader("Ada", form=Form.RICH, full=True)
        _refuses(scene, "sendRichMessage", RICH[0], ada.id, times=3)
        _refuses(scene, "sendMessage", TEXT[0], ada.id)

        await scene.due()
        for _ in range(10):
            await scene.later(seconds=2)

        shown = scene.shown(ada)
        assert len(shown) == 3, "the table and both entries, none twice"
        assert [text.count("[1]") for text in shown] == [1, 1, 0], "in their order"
        assert [text.count("[2]") for text in shown] == [1, 0, 1]
        assert sorted(scene.states(ada)) == ["dropped"] * 4 + ["sent"] * 3
        assert count(store, "ledger", chat=ada.id, state="sent") == 2


async def test_plain_words_that_may_have_arrived_are_marked(store: Store) -> None:
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        _refuses(scene, "sendMessage", TEXT[0], ada.id)
        scene.emulator.faults.next("sendMessage", refused(500, "Internal Server Error"))

        await scene.due()
        await scene.later(seconds=2)
        await scene.later(minutes=1)

        [shown] = scene.shown(ada)
        assert shown.startswith(REPEAT)
        assert shown.count("Study 1 of") == 1


async def test_what_is_refused_to_the_end_is_kept_and_holds_nobody(store: Store) -> None:
    async with upset(store) as scene:
        ada, bob = scene.reader("Ada"), scene.reader("Bob")
        _refuses(scene, "sendMessage", TEXT[0], ada.id, times=2)

        await scene.due()
        await scene.later(seconds=5)
        [dead] = [one for one in scene.parcels(ada) if one.state == "dead"]
        assert dead.error.startswith("Can't parse entities")
        assert len(store.digests.missed(dead.bot, ada.id, scene.clock.at - DAY)) == 2
        assert len(scene.shown(bob)) == 1

        scene.announces(3)
        await scene.move_to(DUE + DAY)
        assert len(scene.shown(ada)) == 1, "the next digest comes"

        assert store.outbox.retry(dead.key, now=scene.clock.at)
        await scene.later(seconds=5)
        assert len(scene.shown(ada)) == 2, "sent again by hand"


async def test_a_refused_notice_becomes_plain_too(store: Store) -> None:
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        values = (("topic", "a<b"), ("next", "x"), ("zone", "UTC"))
        notice = Notice("digest-none-yet", values)
        one = Parcel(BOT, ada.id, "now", 1, Form.CLASSIC, "en", ("en",), "UTC", notice=notice)
        assert store.outbox.put_once(one, due=scene.clock.at)
        _refuses(scene, "sendMessage", TEXT[0], ada.id)

        await scene.settled()
        await scene.later(seconds=2)

        assert scene.shown(ada)[0].startswith("Nothing for a<b so far.")


async def test_an_edit_that_changes_nothing_is_no_failure(store: Store) -> None:
    """The same button twice: the emulator refuses the second edit as Telegram does."""
    async with upset(store) as scene:
        ada = scene.reader("Ada")
        [listed] = await scene.says(ada, "/settings")
        same = "Bad Request: message is not modified: specified new message content is the same"
        scene.emulator.faults.next("editMessageText", refused(400, same))

        answer = await scene.presses(ada, listed.buttons[0], message=listed.id)

        assert answer.is_nothing, "nothing is posted in its stead"
        assert count(store, "updates", state="pending") == 0
        assert count(store, "updates", state="failed") == 0


@given(st.text(), st.integers(2, 50))
def test_pieces_hold_every_word_and_fit(text: str, most: int) -> None:
    cut = list(pieces(text, most))

    assert all(0 < units(piece) <= most for piece in cut)
    assert "".join(cut).replace("\n", "") == text.replace("\n", "")


@given(st.text(st.characters(codec="utf-8"), max_size=9000))
def test_plain_messages_fit_telegram_whatever_the_markup(html: str) -> None:
    for message in plain(Message(Form.CLASSIC, html=html), note="x" * 150):
        assert 0 < units(message.text) <= CLASSIC_UNITS
        assert message.buttons == ()
