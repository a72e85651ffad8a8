"""An update has its effect once, also when another process took over in the middle."""

from __future__ import annotations

import asyncio
from datetime import time

from bot.demo.emulator.faults import slow_response
from storage import Store
from tests.support.running_bot import run_bot


async def test_what_another_process_has_applied_is_not_applied_again(store: Store) -> None:
    """This one was halted between its question to Telegram and its answer to the person."""
    asked = asyncio.Event()
    async with run_bot(store) as house:
        ada = house.create_person()
        lab = house.emulator.people.create_group("Lab", ada)
        lab.add_bot()
        await house.wait_until_idle()
        house.emulator.faults.schedule("getChatMember", slow_response(asked))
        ada.send_text("/time 21:30", lab)
        while not house.emulator.accepted_calls("getChatMember"):
            await house.emulator.state.wait_for_event()
        [update] = store.inbox.pending(house.bot.telegram.id)
        store.inbox.mark_applied(update.bot, update.id)

        asked.set()
        await house.wait_until_idle()

        chat = await house.stored_chat(lab)
    assert chat.cadence.times != (time(21, 30),)
