"""An update has its effect once, also when another process took over in the middle."""

from __future__ import annotations

import asyncio
from datetime import time

from bot.demo.emulator.faults import slow
from storage import Store
from tests.support.running_bot import staged


async def test_what_another_process_has_applied_is_not_applied_again(store: Store) -> None:
    """This one was halted between its question to Telegram and its answer to the person."""
    asked = asyncio.Event()
    async with staged(store) as house:
        ada = house.person()
        lab = house.emulator.people.group("Lab", ada)
        lab.add_bot()
        await house.settled()
        house.emulator.faults.next("getChatMember", slow(asked))
        ada.say("/time 21:30", lab)
        while not house.emulator.accepted("getChatMember"):
            await house.emulator.world.event()
        [update] = store.inbox.pending(house.bot.telegram.id)
        store.inbox.applied(update.bot, update.id)

        asked.set()
        await house.settled()

        chat = await house.chat(lab)
    assert chat.cadence.times != (time(21, 30),)
