"""An emulated Telegram on this machine: a strict Bot API, its people and a chat page."""

from bot.demo.emulator.bot_api import Emulator

__all__ = ["Emulator"]
