"""The people of the emulated Telegram, their groups and channels."""
