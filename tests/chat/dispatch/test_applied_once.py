"""An update has its effect once, also when another process took over in the middle."""

from __future__ import annotations

import asyncio
from datetime import time

from bot.demo.emulator.faults import slow_response
from storage import Store
from tests.support.database import pending_updates
from tests.support.running_bot import RunningBot


async def test_what_another_process_has_applied_is_not_applied_again(
    store: Store, running_bot: RunningBot
) -> None:
    """This one was halted between its question to Telegram and its answer to the person."""
    finished = asyncio.Event()
    ada = running_bot.create_person()
    group = running_bot.emulator.people.create_group("Lab", ada)
    group.add_bot()
    await running_bot.wait_until_idle()
    running_bot.emulator.faults.schedule("getChatMember", slow_response(finished))
    ada.send_text("/time 21:30", group)
    while not running_bot.emulator.accepted_calls("getChatMember"):
        await running_bot.emulator.state.wait_for_event()
    [update] = pending_updates(store, running_bot.bot.telegram.id)
    store.inbox.mark_applied(update.bot, update.id)

    finished.set()
    await running_bot.wait_until_idle()

    chat = await running_bot.stored_chat(group)
    assert chat.cadence.times != (time(21, 30),)
